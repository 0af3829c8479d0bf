//! Where different models keep the energy of the plane low: K-means, sparse coding and principal component analysis, trained on the
//! same points and drawn side by side.
//!
//! Each of them makes energies low in few places by its architecture alone, for its code can say little: which of K centroids; a few
//! numbers that are not 0; one number. So K-means has wells; sparse coding a funnel, cheapest along
//! its atoms; principal component analysis a straight valley. The model at hand takes part with what it has learnt, the
//! others are small ones of a few parameters that learn beside it.

use daydream_graph::{Function, Graph, Optimizer, Tensor, grad};

use super::kmeans::{Assigned, choosing, nearest};
use super::sparse_coding::{Coder, unit};
use crate::metrics::principal_axes;
use crate::plane::{Grid, points};
use crate::{Error, Group, Layer, Palette, Part, Picture, Role, Run, Takes, Text, View, said, text};

const GRID: Grid = Grid::shown(48);
/// Points shown over each surface.
const SHOWN: usize = 256;
/// Points whose principal axis is found.
const FITTED: usize = 2048;
/// Centroids of K-means beside another model.
const CLUSTERS: usize = 8;
/// Share of the rows so far that its centroids remember.
const REMEMBERED: f32 = 0.95;
/// Atoms of sparse coding beside another model, the penalty of their codes, and the steps to find these.
const ATOMS: usize = 4;
const PENALTY: f32 = 0.1;
const ITERATIONS: usize = 20;
const RATE: f32 = 0.02;
/// Energies at which a contour line is drawn, and the one that is drawn brightest.
const LEVELS: [f32; 4] = [0.05, 0.1, 0.2, 0.4];
const HIGHEST: f32 = 0.8;

/// What the model at hand has learnt.
#[derive(Default)]
pub(super) struct Own<'g> {
    /// The centroids of K-means: `[K, 2]`.
    pub(super) centroids: Option<Tensor<'g>>,
    /// The dictionary of sparse coding.
    pub(super) coder: Option<Coder<'g>>,
    /// What an autoencoder makes of the [`centres`]: `[cells², 2]`.
    pub(super) reconstructed: Option<Tensor<'g>>,
}

/// The view.
pub(super) const VIEW: View = View {
    id: "low-energy",
    title: text("Where energy is low", "에너지가 낮은 곳"),
    help: text(
        "Models that learnt the same points, by the energy that they give to every place of the plane; dark is low. K-means has wells, sparse \
         coding a funnel whose contour lines have their corners on its atoms, principal component analysis one straight valley. Nobody pushes energy up elsewhere: it \
         is high because each of these codes can say so little.",
        "같은 점을 학습한 여러 모델이 평면의 각 자리에 매기는 에너지이며, 어두울수록 낮습니다. K-평균에는 우물이, 희소 코딩에는 등고선의 모서리가 원자 위에 놓인 깔때기가, \
         주성분 분석에는 곧은 골짜기 하나가 생깁니다. 다른 곳의 에너지를 일부러 밀어 올리지 않아도 높은 까닭은, 이 코드들이 나타낼 수 있는 것이 그만큼 적기 때문입니다.",
    ),
    args: &[],
    data: &[crate::data::Kind::Points],
    live: true,
    takes: Takes::Nothing,
};

/// The places whose energies are drawn: `[cells², 2]`.
pub(super) fn centres(g: &Graph) -> Tensor<'_> {
    GRID.centres_in(g)
}

/// The programs: `y` is the training batch, `[B, 2]`.
pub(super) fn declare<'g>(g: &'g Graph, y: Tensor<'g>, own: Own<'g>) -> Vec<Function> {
    let centres = centres(g);
    let (mut functions, mut learnt) = (Vec::new(), Vec::new());

    let centroids = own.centroids.unwrap_or_else(|| {
        let centroids = g.param("beside.centroids", g.constant(0.0, [1, CLUSTERS, 2]));
        let weights = g.param("beside.weights", g.constant(0.0, [1, CLUSTERS]));
        let found = Assigned::of(y, g.constant(1.0, [y.extent(0)]), centroids);
        let now = REMEMBERED * weights + found.counts;
        let way = found.sums - found.counts.unsqueeze(2) * centroids;
        let moved = centroids + way / now.maximum(g.constant(1.0, [])).unsqueeze(2);
        functions.push(choosing(g, "beside", y, centroids));
        learnt.extend([(centroids, moved), (weights, now)]);
        centroids.reshape([CLUSTERS, 2])
    });
    let coder = own.coder.unwrap_or_else(|| {
        let atoms = Coder::random_atoms(g, "beside.atoms", ATOMS, 2);
        let coder = Coder { atoms, penalty: g.constant(PENALTY, []), is_nonnegative: false };
        let loss = coder.error(y, coder.infer(y, ITERATIONS)).mean();
        let updates = Optimizer::ADAM.updates(g, "beside.adam", g.constant(RATE, []), &[atoms], &grad(loss, &[atoms]));
        learnt.extend(updates.into_iter().map(|(p, next)| (p, if p.id() == atoms.id() { unit(next) } else { next })));
        coder
    });
    let mut surfaces = Function::new("low-energy")
        .output("kmeans", nearest(centres, centroids).0)
        .output("sparse", coder.energy(centres, coder.infer(centres, 2 * ITERATIONS)));
    if let Some(reconstructed) = own.reconstructed {
        surfaces = surfaces.output("autoencoder", (centres - reconstructed).square().sum(&[1]));
    }
    functions.extend([Function::new("low-energy.learn").updates(learnt), surfaces]);
    functions
}

/// Places the centroids of the model beside, where there is one.
pub(super) fn start(run: &mut Run<'_>) {
    if run.has_program("beside.choose") {
        run.next_batch_of(0);
        run.write("beside.spread", &[1.0]);
        for number in 0..CLUSTERS as u32 {
            run.write("beside.number", &[number as f32]);
            run.call("beside.choose", number);
        }
    }
}

/// The models beside learn from the batch that was written. Call it before the training step of the model at hand, whose outputs are
/// measured.
pub(super) fn step(run: &mut Run<'_>) {
    run.call("low-energy.learn", run.step());
}

/// Draws the surfaces.
pub(super) async fn view(run: &mut Run<'_>) -> Result<Picture, Error> {
    run.call("low-energy", 0);
    let mut surfaces = vec![
        (said("K-means", "K-평균"), run.read("low-energy", "kmeans").await?),
        (said("Sparse coding", "희소 코딩"), run.read("low-energy", "sparse").await?),
        (said("Principal component analysis, 1 component", "주성분 분석, 성분 1개"), off_the_axis(run)),
    ];
    if run.has_output("low-energy", "autoencoder") {
        surfaces.push((said("Autoencoder", "오토인코더"), run.read("low-energy", "autoencoder").await?));
    }
    let test = &run.data().test;
    let shown: Vec<f32> = (0..test.len().min(SHOWN)).flat_map(|row| test.row(row)).collect();
    let parts = surfaces.into_iter().map(|(name, energies)| surface(name, energies, shown.clone()));
    Ok(Picture::Group(Group { parts: parts.collect() }))
}

fn surface(name: Text, energies: Vec<f32>, shown: Vec<f32>) -> Part {
    let mut heat = GRID.heat_between(said("energy", "에너지"), energies, [0.0, HIGHEST], Palette::Sequential);
    if let Layer::Heat { levels, .. } = &mut heat {
        *levels = LEVELS.to_vec();
    }
    let picture = GRID.picture(vec![heat, points(said("data", "데이터"), Role::Real, shown)]);
    Part { en: name.en.to_owned(), ko: name.ko.to_owned(), picture }
}

/// `||y - m - (y - m)·u u||²` at the centres, with the mean `m` of the training points and their principal axis `u`: `[cells²]`.
fn off_the_axis(run: &Run<'_>) -> Vec<f32> {
    let train = &run.data().train;
    let fitted: Vec<f32> = (0..train.len().min(FITTED)).flat_map(|row| train.row(row)).collect();
    let (mean, axes) = principal_axes(&fitted, 2);
    let across = [-axes[0][1], axes[0][0]];
    let energy = |number: usize| {
        let [x, y] = GRID.centre(number).map(f64::from);
        ((x - mean[0]) * across[0] + (y - mean[1]) * across[1]).powi(2) as f32
    };
    (0..GRID.len()).map(energy).collect()
}
