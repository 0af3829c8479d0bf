//! What K-means shows.

use daydream_graph::{Function, Graph};

use super::ROWS;
use super::lloyd::{PATH, Sets, nearest};
use crate::plane::{Grid, points, voronoi};
use crate::{Curve, Error, Floats, Group, Layer, Palette, Part, Picture, Role, Run, said};

/// Distance from where a centroid is now below which its path is not drawn any more.
const NEAR: f32 = 0.01;
/// Cells of the energy surface.
const GRID: Grid = Grid::shown(72);
/// Test points shown.
const SHOWN: usize = 400;
/// Images in a row of centroids.
const COLUMNS: usize = 10;
/// Clusters whose members are shown, and members of each.
const CLUSTERS: usize = 12;
const MEMBERS: usize = 9;
/// Energies at which a contour line is drawn, as squares of distances.
const LEVELS: [f32; 5] = [0.01, 0.04, 0.16, 0.36, 0.64];

/// The programs behind the views: the set of the lowest inertia, and gradient descent from the same start.
pub(super) fn programs<'g>(g: &'g Graph, lloyd: &Sets<'g>, descent: &Sets<'g>) -> Vec<Function> {
    let width = lloyd.centroids.extent(2);
    let best = lloyd.best();
    let centroids = Sets::part(lloyd.centroids, best); // [K, D]
    let beside = Sets::part(descent.centroids, best); // [K, D]

    let rows = g.input("rows", [ROWS, width]);
    let (energy, cluster) = nearest(rows, centroids);
    let (energy_beside, _) = nearest(rows, Sets::part(descent.centroids, descent.best()));
    let evaluate = Function::new("evaluate")
        .output("inertia", energy) // [E]
        .output("clusters", cluster) // [E]
        .output("inertia_gradient", energy_beside) // [E]
        .output("empty_clusters", lloyd.empty())
        .output("empty_clusters_gradient", descent.empty());

    let sizes = lloyd.sizes_of(best); // [K]
    let log_shares = (sizes + 1e-30).log().unsqueeze(0);
    let drawn = centroids.gather(log_shares.broadcast_to([ROWS, centroids.extent(0)]).categorical()); // [E, D]
    let spread = (Sets::part(lloyd.inertia, best) / width as f32).sqrt(); // []
    let sample =
        Function::new("sample").output("means", drawn).output("rows", drawn + spread * g.normal([ROWS, width]));

    let mut sets = Function::new("sets")
        .output("centroids", centroids)
        .output("beside", beside)
        .output("sizes", sizes)
        .output("sizes.beside", descent.sizes_of(best))
        .output("inertias", lloyd.inertia)
        .output("inertias.beside", descent.inertia);
    if let (Some(path), Some(path_beside)) = (lloyd.path, descent.path) {
        sets = sets
            .output("energy", nearest(GRID.centres_in(g), centroids).0)
            .output("path", Sets::part(path, best))
            .output("path.beside", Sets::part(path_beside, best));
    }
    vec![evaluate, sample, sets]
}

/// The energy surface of the plane, and how the two sets of centroids came to where they are.
pub(super) async fn wells(run: &mut Run<'_>) -> Result<Picture, Error> {
    run.call("sets", 0);
    let energy = run.read("sets", "energy").await?;
    let mut heat = GRID.heat_between(said("energy F(y)", "에너지 F(y)"), energy, [0.0, 1.0], Palette::Sequential);
    if let Layer::Heat { levels, .. } = &mut heat {
        *levels = LEVELS.to_vec();
    }
    let mut layers = vec![heat, points(said("data", "데이터"), Role::Real, some_points(run))];
    let names = [
        [said("way of gradient descent", "경사 하강법이 지나온 길"), said("gradient descent", "경사 하강법")],
        [said("way of coordinate descent", "좌표 하강법이 지나온 길"), said("coordinate descent", "좌표 하강법")],
    ];
    let sets = [("path.beside", "beside", Role::Other), ("path", "centroids", Role::Made)];
    for ([way, name], (path, centroids, role)) in names.into_iter().zip(sets) {
        let (points, at) = moving(&run.read("sets", path).await?);
        layers.push(Layer::Trails { name: way, role, points, at: Floats(at) });
        layers.push(Layer::Marks { name, role, at: Floats(run.read("sets", centroids).await?) });
    }
    Ok(GRID.picture(layers))
}

/// Paths, `[K, PATH, 2]`, without the places after which no centroid went on to speak of: how many places are left, and these.
fn moving(paths: &[f32]) -> (usize, Vec<f32>) {
    let place = |path: &[f32], number: usize| [path[2 * number], path[2 * number + 1]];
    let is_far = |path: &[f32], number: usize| {
        let ([x, y], [end_x, end_y]) = (place(path, number), place(path, PATH - 1));
        (x - end_x).hypot(y - end_y) > NEAR
    };
    let moves = |path: &[f32]| (0..PATH).rev().find(|&number| is_far(path, number)).map_or(1, |last| last + 1);
    let kept = paths.chunks_exact(2 * PATH).map(moves).max().unwrap_or(1);
    let cut = paths.chunks_exact(2 * PATH).flat_map(|path| {
        let end = place(path, PATH - 1);
        path[..2 * kept].iter().copied().chain(end)
    });
    (kept + 1, cut.collect())
}

/// Which centroid each part of the plane belongs to.
pub(super) async fn regions(run: &mut Run<'_>) -> Result<Picture, Error> {
    let count = run.write_rows("rows", &run.data().test, 0).min(SHOWN);
    let clusters = run.call_for("evaluate", 0, "clusters").await?;
    let centroids = run.call_for("sets", 0, "centroids").await?;
    let at: Vec<f32> = (0..count).flat_map(|row| run.data().test.row(row)).collect();
    let classes = clusters[..count].iter().map(|&cluster| cluster as u8).collect();
    let mut layers = vec![Layer::Points {
        name: said("data by nearest centroid", "가장 가까운 중심으로 나눈 데이터"),
        role: Role::Code,
        at: Floats(at),
        classes,
    }];
    let edges = voronoi(&centroids, GRID.reach);
    if !edges.is_empty() {
        layers.push(Layer::Lines { name: said("borders", "경계"), points: 2, at: Floats(edges) });
    }
    layers.push(Layer::Marks { name: said("centroids", "중심"), role: Role::Made, at: Floats(centroids) });
    Ok(GRID.picture(layers))
}

/// Both sets of centroids as images, each with its share of the rows.
pub(super) async fn centroids(run: &mut Run<'_>) -> Result<Picture, Error> {
    run.call("sets", 0);
    let mut parts = Vec::new();
    let sets = [
        (
            "centroids",
            "sizes",
            said("Coordinate descent; shares of the rows in %", "좌표 하강법, 데이터에서 차지하는 비율(%)"),
        ),
        ("beside", "sizes.beside", said("Gradient descent from the same start", "같은 출발점에서 경사 하강법")),
    ];
    for (centroids, sizes, name) in sets {
        let pixels = run.read("sets", centroids).await?;
        let sizes = run.read("sets", sizes).await?;
        let total = sizes.iter().sum::<f32>().max(1.0);
        let captions = sizes.iter().map(|size| format!("{:.0}", 100.0 * size / total)).collect();
        let columns = sizes.len().min(COLUMNS);
        let picture = Picture::images(run.data().shape, columns, pixels).with_captions(captions);
        parts.push(Part { en: name.en.to_owned(), ko: name.ko.to_owned(), picture });
    }
    Ok(Picture::Group(Group { parts }))
}

/// A line for each cluster: its centroid, and the test rows that are nearest to it.
pub(super) async fn members(run: &mut Run<'_>) -> Result<Picture, Error> {
    let count = run.write_rows("rows", &run.data().test, 0);
    run.call("evaluate", 0);
    let energies = run.read("evaluate", "inertia").await?;
    let clusters = run.read("evaluate", "clusters").await?;
    let centroids = run.call_for("sets", 0, "centroids").await?;
    let (data, width) = (run.data(), run.data().shape.len());
    let mut nearest: Vec<usize> = (0..count).collect();
    nearest.sort_by(|&a, &b| energies[a].total_cmp(&energies[b]));
    let mut pixels = Vec::new();
    for (number, centroid) in centroids.chunks_exact(width).take(CLUSTERS).enumerate() {
        let own = nearest.iter().filter(|&&row| clusters[row] == number as f32).take(MEMBERS);
        pixels.extend_from_slice(centroid);
        pixels.extend(own.flat_map(|&row| data.test.row(row)));
        pixels.resize((number + 1) * (MEMBERS + 1) * width, 0.0);
    }
    Ok(Picture::images(data.shape, MEMBERS + 1, pixels))
}

/// The inertia that each start led to.
pub(super) async fn restarts(run: &mut Run<'_>) -> Result<Picture, Error> {
    run.call("sets", 0);
    let inertias = run.read("sets", "inertias").await?;
    let beside = run.read("sets", "inertias.beside").await?;
    let number = || Floats((1..=inertias.len()).map(|number| number as f32).collect());
    let curves = vec![
        Curve {
            name: said("coordinate descent", "좌표 하강법"), x: number(), y: Floats(inertias.clone()), dots: true
        },
        Curve { name: said("gradient descent", "경사 하강법"), x: number(), y: Floats(beside), dots: true },
    ];
    let (x, y) = (said("number of the start", "출발점 번호"), said("inertia per row", "행당 관성"));
    Ok(Picture::Chart { x, y, curves, mark: None })
}

fn some_points(run: &Run<'_>) -> Vec<f32> {
    let test = &run.data().test;
    (0..test.len().min(SHOWN)).flat_map(|row| test.row(row)).collect()
}
