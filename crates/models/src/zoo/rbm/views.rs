//! What the machine shows: its weights, its energies, and dreams, which are Gibbs chains apart from those of training.

use daydream_graph::{Function, Graph, Tensor};

use super::machine::Machine;
use super::{ROWS, free_energies, per_row};
use crate::data::RowShape;
use crate::{Error, Knobs, Palette, Picture, Run, said, words};

/// Chains that dream at once.
const DREAMS: usize = DREAM_COLUMNS * 5;
/// Images in a row of pictures made of dreams.
const DREAM_COLUMNS: usize = 8;
/// Gibbs steps from the chains of training to a sample.
const SAMPLE_STEPS: u32 = 200;
/// At most this many hidden units are shown.
const MAX_FILTERS: usize = 100;
const FILTER_COLUMNS: usize = 10;
/// Rows of each kind in the histogram of free energies.
const ENERGIES: usize = 2 * ROWS;
const BINS: usize = 40;
/// Rows in the picture of hidden activations.
const ACTIVATIONS: usize = 100;

/// Dreams: pixels are drawn where the input `dream.free` is 1 and held at `dream.rows` where it is 0.
pub(super) fn dreaming<'g>(g: &'g Graph, machine: &Machine<'g>, mean: Tensor<'g>, chain: Tensor<'g>) -> Vec<Function> {
    let shape = [DREAMS, machine.b.extent(0)];
    let visible = g.param("dream.visible", g.constant(0.0, shape));
    let (rows, free) = (g.input("dream.rows", shape), g.input("dream.free", [shape[1]]));
    let hold = |x: Tensor<'g>| free * x + (1.0 - free) * rows;

    let chains = chain.extent(0) as f32;
    let number = g.iota(0, [DREAMS]);
    let turn = chain.gather(number - chains * ((number + 0.5) / chains).floor());
    let probabilities = machine.visible(machine.hidden(visible).bernoulli());
    vec![
        Function::new("dream-from-chains").update(visible, machine.visible(turn.bernoulli()).bernoulli()),
        Function::new("dream-from-rows").update(visible, hold(mean.broadcast_to(shape)).bernoulli()),
        Function::new("dream")
            .output("probabilities", hold(probabilities))
            .update(visible, hold(probabilities.bernoulli())),
    ]
}

/// Goes on with all dreams for `steps` Gibbs steps and returns the probabilities of the last: `[DREAMS, D]`.
async fn dream(run: &mut Run<'_>, counters: std::ops::Range<u32>) -> Result<Vec<f32>, Error> {
    for counter in counters {
        run.call("dream", counter);
    }
    run.read("dream", "probabilities").await
}

/// Samples, a Gibbs chain each, as the probabilities of their pixels.
pub(super) async fn sample(run: &mut Run<'_>, count: usize) -> Result<Vec<f32>, Error> {
    let width = run.data().shape.len();
    run.write("dream.free", &vec![1.0; width]);
    let mut samples = Vec::new();
    for round in 0..count.div_ceil(DREAMS) as u32 {
        run.call("dream-from-chains", round);
        samples.extend(dream(run, round * SAMPLE_STEPS..(round + 1) * SAMPLE_STEPS).await?);
    }
    samples.truncate(count * width);
    Ok(samples)
}

pub(super) async fn view(run: &mut Run<'_>, id: &str, args: &Knobs) -> Result<Picture, Error> {
    match id {
        "fantasies" => fantasies(run, args.whole("steps") as u32).await,
        "filters" => filters(run).await,
        "energies" => energies(run).await,
        "completion" => completion(run, args).await,
        "chain" => chain(run, args).await,
        "activations" => activations(run).await,
        _ => Err(Error::Unsupported(words!("rbm has no view {id}", "볼츠만 머신에는 없는 보기입니다: {id}."))),
    }
}

async fn fantasies(run: &mut Run<'_>, steps: u32) -> Result<Picture, Error> {
    let shape = run.data().shape;
    run.write("dream.free", &vec![1.0; shape.len()]);
    run.call("dream-from-chains", run.step());
    Ok(Picture::images(shape, DREAM_COLUMNS, dream(run, 0..steps + 1).await?))
}

async fn filters(run: &mut Run<'_>) -> Result<Picture, Error> {
    let weights = run.read_param("weights").await?; // [D, H]
    Ok(as_filters(run.data().shape, &weights))
}

/// Weights between pixels and units as a small image for each unit, as many as can be shown: `[D, H]`.
pub(in crate::zoo) fn as_filters(shape: RowShape, weights: &[f32]) -> Picture {
    let hidden = weights.len() / shape.len();
    let shown = hidden.min(MAX_FILTERS);
    let filter = |unit: usize| weights.iter().skip(unit).step_by(hidden).copied();
    let pixels: Vec<f32> = (0..shown).flat_map(filter).collect();
    let reach = pixels.iter().fold(1e-6_f32, |reach, weight| reach.max(weight.abs()));
    Picture::coloured(shape, FILTER_COLUMNS.min(shown), pixels, [-reach, reach], Palette::Diverging)
}

async fn energies(run: &mut Run<'_>) -> Result<Picture, Error> {
    let data = run.data();
    let train = free_energies(run, &data.train, ENERGIES).await?;
    let test = free_energies(run, &data.test, ENERGIES).await?;
    let mut noise = Vec::new();
    for chunk in 0..(ENERGIES / ROWS) as u32 {
        noise.extend(run.call_for("free-energies-of-noise", chunk, "free_energy").await?);
    }
    let sets =
        [(said("train", "훈련"), &train[..]), (said("test", "테스트"), &test[..]), (said("noise", "잡음"), &noise[..])];
    Ok(Picture::histogram(said("free energy (nats)", "자유 에너지(내트)"), BINS, None, &sets))
}

async fn activations(run: &mut Run<'_>) -> Result<Picture, Error> {
    let test = &run.data().test;
    let height = ACTIVATIONS.min(test.len());
    let probabilities = per_row(run, test, height, "activations", "probabilities").await?; // [height, H]
    let shape = RowShape { height, width: probabilities.len() / height, channels: 1 };
    Ok(Picture::coloured(shape, 1, probabilities, [0.0, 1.0], Palette::Sequential))
}

/// Three rows of pictures: images, what is left of them, and how the machine completes them.
async fn completion(run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
    let shape = run.data().shape;
    let free: Vec<f32> = erased(shape, args.whole("erased"));
    let originals = test_rows(run, args.whole("row"), DREAM_COLUMNS);
    let all = originals.iter().copied().cycle().take(DREAMS * shape.len());
    run.write("dream.rows", &all.collect::<Vec<f32>>());
    run.write("dream.free", &free);
    run.call("dream-from-rows", 0);
    let completed = dream(run, 0..args.whole("steps") as u32).await?;
    let left = originals.iter().zip(free.iter().cycle()).map(|(pixel, free)| pixel * (1.0 - free));
    let mut pixels: Vec<f32> = originals.iter().copied().chain(left).collect();
    pixels.extend_from_slice(&completed[..originals.len()]);
    Ok(Picture::images(shape, DREAM_COLUMNS, pixels))
}

/// 1 where a pixel lies in the erased half, else 0. `half` is an option of the view's argument `erased`.
fn erased(shape: RowShape, half: usize) -> Vec<f32> {
    let RowShape { height, width, channels } = shape;
    let is_erased = |y: usize, x: usize| match half {
        0 => 2 * y >= height,
        1 => 2 * y < height,
        2 => 2 * x < width,
        _ => 2 * x >= width,
    };
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (y, x)));
    pixels.flat_map(|(y, x)| std::iter::repeat_n(f32::from(u8::from(is_erased(y, x))), channels)).collect()
}

/// Chains from one image, a row of pictures each.
async fn chain(run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
    let shape = run.data().shape;
    let interval = args.whole("interval") as u32;
    let image = test_rows(run, args.whole("row"), 1);
    run.write("dream.rows", &image.repeat(DREAMS));
    run.write("dream.free", &vec![0.0; shape.len()]);
    run.call("dream-from-rows", 0);
    run.write("dream.free", &vec![1.0; shape.len()]);
    let mut frames = vec![image.repeat(DREAMS)];
    for frame in 1..DREAM_COLUMNS as u32 {
        frames.push(dream(run, (frame - 1) * interval..frame * interval).await?);
    }
    let chains = DREAMS / DREAM_COLUMNS;
    let place = |chain: usize| chain * shape.len()..(chain + 1) * shape.len();
    let pixels = (0..chains).flat_map(|chain| frames.iter().flat_map(move |frame| frame[place(chain)].iter().copied()));
    let steps = (0..DREAMS).map(|image| match image < DREAM_COLUMNS {
        true => (image as u32 * interval).to_string(),
        false => String::new(),
    });
    Ok(Picture::images(shape, DREAM_COLUMNS, pixels.collect()).with_captions(steps.collect()))
}

/// Rows of the test split: the given one, and others spread over all of it, for it may be sorted.
pub(in crate::zoo) fn test_rows(run: &Run<'_>, first: usize, count: usize) -> Vec<f32> {
    let test = &run.data().test;
    let apart = test.len() / count + 1;
    (0..count).flat_map(|number| test.row((first + number * apart) % test.len())).collect()
}
