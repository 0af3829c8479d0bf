//! What the machine shows: fantasies, reconstructions and filters of images; its density over the plane; free energies of either.

use daydream_graph::{Function, Graph, Tensor};

use super::machine::GaussianMachine;
use super::{GRID, Standard};
use crate::data::Kind;
use crate::plane::{Grid, points};
use crate::zoo::rbm::views::{as_filters, test_rows};
use crate::zoo::rbm::{ROWS, per_row};
use crate::{Error, Knobs, Layer, Palette, Picture, Role, Run, said};

/// Images in a row of pictures, and chains that dream at once.
const COLUMNS: usize = 8;
const DREAMS: usize = COLUMNS * 5;
/// The same over the plane.
const DRAWN_POINTS: usize = 500;
/// Gibbs steps from the chains of training to a sample.
pub(super) const SAMPLE_STEPS: u32 = 200;
/// Rows of each kind in the histogram of free energies.
const ENERGIES: usize = 2 * ROWS;
const BINS: usize = 40;
/// The plane as it is shown.
const SHOWN: Grid = Grid::shown(96);
/// Contour lines of the free energy.
const LEVELS: usize = 8;
/// The free energy is drawn up to this many nats above its lowest.
const DEPTH: f32 = 12.0;

pub(super) fn functions<'g>(
    g: &'g Graph,
    machine: &GaussianMachine<'g>,
    standard: Standard<'g>,
    kind: Kind,
    chain: Tensor<'g>,
) -> Vec<Function> {
    let width = machine.b.numel();
    let rows = g.input("rows", [ROWS, width]);
    let v = standard.seen(rows);
    let made = standard.back(machine.visible_mean(machine.hidden(v)));
    let noise = g.normal([ROWS, width]);
    let mut functions = vec![
        Function::new("look")
            .output("error", (rows - made).square().mean_axes(&[1]))
            .output("made", made)
            .output("free_energy", machine.free_energy(v)),
        Function::new("look-at-noise").output("free_energy", machine.free_energy(noise)),
    ];

    let count = if kind == Kind::Points { DRAWN_POINTS } else { DREAMS };
    let dream = g.param("dream", g.constant(0.0, [count, width]));
    let chains = chain.extent(0) as f32;
    let place = g.iota(0, [count]);
    let turn = chain.gather(place - chains * ((place + 0.5) / chains).floor());
    let mean = machine.visible_mean(machine.hidden(dream).bernoulli());
    let next = machine.around(mean);
    let shown = match kind {
        Kind::Points => standard.back(next),
        Kind::Images | Kind::Ratings => standard.back(mean).clamp(0.0, 1.0),
    };
    functions.push(Function::new("dream-from-chains").update(dream, turn));
    functions.push(Function::new("dream").output("rows", shown).update(dream, next));
    if kind == Kind::Points {
        for (name, grid) in [("field", GRID), ("shown", SHOWN)] {
            let energies = machine.free_energy(standard.seen(grid.centres_in(g)));
            functions.push(Function::new(name).output("free_energy", energies));
        }
    }
    functions
}

/// Rows after some Gibbs steps from the chains of training: `[count, D]`
pub(super) async fn dream(run: &mut Run<'_>, count: usize, steps: u32) -> Result<Vec<f32>, Error> {
    let mut rows = Vec::new();
    let wanted = count * run.data().shape.len();
    for round in 0.. {
        run.call("dream-from-chains", round);
        for step in 0..steps {
            run.call("dream", round * steps + step);
        }
        rows.extend(run.read("dream", "rows").await?);
        if rows.len() >= wanted {
            break;
        }
    }
    rows.truncate(wanted);
    Ok(rows)
}

pub(super) async fn fantasies(run: &mut Run<'_>, steps: u32) -> Result<Picture, Error> {
    let pixels = dream(run, DREAMS, steps + 1).await?;
    Ok(Picture::images(run.data().shape, COLUMNS, pixels))
}

/// Test images over what comes back of them through the hidden units.
pub(super) async fn reconstructions(run: &mut Run<'_>, row: usize) -> Result<Picture, Error> {
    let shape = run.data().shape;
    let mut pixels = test_rows(run, row, COLUMNS);
    let mut rows = pixels.clone();
    rows.resize(ROWS * shape.len(), 0.0);
    run.write("rows", &rows);
    let made = run.call_for("look", 0, "made").await?;
    pixels.extend(made[..COLUMNS * shape.len()].iter().map(|x| x.clamp(0.0, 1.0)));
    Ok(Picture::images(shape, COLUMNS, pixels))
}

pub(super) async fn filters(run: &mut Run<'_>) -> Result<Picture, Error> {
    let weights = run.read_param("weights").await?;
    Ok(as_filters(run.data().shape, &weights))
}

pub(super) async fn energies(run: &mut Run<'_>) -> Result<Picture, Error> {
    let data = run.data();
    let train = per_row(run, &data.train, ENERGIES, "look", "free_energy").await?;
    let test = per_row(run, &data.test, ENERGIES, "look", "free_energy").await?;
    let mut noise = Vec::new();
    for chunk in 0..(ENERGIES / ROWS) as u32 {
        noise.extend(run.call_for("look-at-noise", chunk, "free_energy").await?);
    }
    let sets =
        [(said("train", "훈련"), &train[..]), (said("test", "테스트"), &test[..]), (said("noise", "잡음"), &noise[..])];
    Ok(Picture::histogram(said("free energy (nats)", "자유 에너지(내트)"), BINS, None, &sets))
}

/// The density or the free energy over the plane, data and samples.
pub(super) async fn plane(run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
    let energies = run.call_for("shown", 0, "free_energy").await?;
    let heat = if args.whole("shown") == 0 {
        let everywhere = run.call_for("field", 0, "free_energy").await?;
        let log_partition = GRID.log_partition(&everywhere, 1.0);
        let density = energies.iter().map(|&energy| (-f64::from(energy) - log_partition).exp() as f32).collect();
        SHOWN.heat(said("the machine's density", "머신의 확률 밀도"), density, Palette::Sequential)
    } else {
        let low = energies.iter().copied().fold(f32::INFINITY, f32::min);
        let name = said("free energy (nats)", "자유 에너지(내트)");
        let mut heat = SHOWN.heat_between(name, energies, [low, low + DEPTH], Palette::Sequential);
        if let Layer::Heat { levels, .. } = &mut heat {
            *levels = (1..=LEVELS).map(|level| low + DEPTH * level as f32 / (LEVELS + 1) as f32).collect();
        }
        heat
    };
    let mut layers = vec![heat];
    if args.is_on("points") {
        let test = &run.data().test;
        let real = (0..test.len().min(DRAWN_POINTS)).flat_map(|row| test.row(row)).collect();
        layers.push(points(said("data", "데이터"), Role::Real, real));
        let made = dream(run, DRAWN_POINTS, args.whole("steps") as u32 + 1).await?;
        layers.push(points(said("made by the machine", "머신이 만든 점"), Role::Made, made));
    }
    Ok(SHOWN.picture(layers))
}
