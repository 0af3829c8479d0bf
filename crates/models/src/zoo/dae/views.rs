//! What the autoencoder shows: where it pulls, what it repairs, and what it dreams up when it corrupts and repairs again and again.

use daydream_graph::{Function, Graph, Tensor};

use super::{Dae, Denoiser, ROWS, score};
use crate::data::{Dataset, Kind, REACH, RowShape};
use crate::picture::Group;
use crate::plane::{self, Grid, points};
use crate::{Error, Floats, Knobs, Layer, Palette, Part, Picture, Role, Run, Text, said, words};

/// The cells of the heat map, and the places of arrows.
const GRID: Grid = Grid::shown(64);
const ARROWS: Grid = Grid::shown(22);
/// Data points shown beside.
const SHOWN: usize = 400;
/// Rows that walk at once, and steps that they take in one call.
const WALKERS: usize = 64;
const FRAMES: usize = 8;
/// Images in a row of pictures, and chains below each other.
const COLUMNS: usize = 8;
const CHAINS: usize = 5;
/// Steps of the walkback before a sample is taken.
const SAMPLE_STEPS: usize = 50;
/// At most so many filters are shown.
const FILTERS: usize = 64;
/// Levels at which the visitor's drawing is corrupted, 0 included.
const LEVELS: usize = 6;

/// The programs behind the views.
pub(super) fn programs<'g>(
    g: &'g Graph,
    denoiser: &Denoiser<'g, '_>,
    [residual, level]: [Tensor<'g>; 2],
    data: &Dataset,
) -> Vec<Function> {
    let shape = [WALKERS, data.shape.len()];
    let walkers = g.param("walkers", g.constant(0.0, shape)); // [W, D]
    let begin = Function::new("begin").update(walkers, g.input("walkers.rows", shape));

    let pace = g.input("pace", []);
    let step = |y: &Tensor<'g>| Some(*y + pace * (denoiser.apply(*y) - *y));
    let frames: Vec<Tensor<'g>> = std::iter::successors(step(&walkers), step).take(FRAMES).collect();
    let denoise =
        Function::new("repeat").output("frames", Tensor::stack(&frames, 0)).update(walkers, frames[FRAMES - 1]);

    let corrupted = denoiser.corruption.of(walkers, level, data).rows;
    let means = denoiser.apply(corrupted); // [W, D]
    let drawn = if denoiser.is_sigmoid { means.bernoulli() } else { means + residual.sqrt() * g.normal(shape) };
    let back = Function::new("walk-back").output("means", means).output("rows", drawn).update(walkers, drawn);
    let mut programs = vec![begin, denoise, back];
    if data.kind == Kind::Points {
        let pull = |at: Tensor<'g>| denoiser.apply(at) - at;
        let energy = pull(GRID.centres_in(g)).square().sum(&[1]);
        programs.push(Function::new("plane").output("energy", energy).output("pull", pull(ARROWS.centres_in(g))));
    }
    programs
}

pub(super) async fn view(model: &Dae, run: &mut Run<'_>, id: &str, args: &Knobs) -> Result<Picture, Error> {
    match id {
        "energy" => energy(run).await,
        "field" => field(model, run).await,
        "trails" => trails(run, args).await,
        "denoising" => denoising(run, args).await,
        "drawing" => drawing(model, run, args).await,
        "filters" => filters(run).await,
        "repeated" => repeated(run, args).await,
        "samples" => samples(model, run, args.whole("steps")).await,
        _ => Err(Error::Unsupported(words!("dae has no view {id}", "잡음 제거 오토인코더에는 없는 보기입니다: {id}."))),
    }
}

/// Data points, spread over the training split.
fn some_points(run: &Run<'_>) -> Vec<f32> {
    let train = &run.data().train;
    let apart = train.len().div_ceil(SHOWN);
    (0..train.len()).step_by(apart).flat_map(|row| train.row(row)).collect()
}

/// `‖y - D(y)‖²` over the plane, low on the data; lines at equal distances `‖y - D(y)‖`.
async fn energy(run: &mut Run<'_>) -> Result<Picture, Error> {
    let energies = run.call_for("plane", 0, "energy").await?;
    let mut sorted = energies.clone();
    sorted.sort_by(f32::total_cmp);
    // Corners are far from any data; they must not take all the colours.
    let top = sorted[sorted.len() * 9 / 10].max(1e-6);
    let name = said("energy ‖y − D(y)‖²", "에너지 ‖y − D(y)‖²");
    let mut heat = GRID.heat_between(name, energies, [0.0, top], Palette::Sequential);
    if let Layer::Heat { levels, .. } = &mut heat {
        *levels = (1..=6).map(|number| top * (number as f32 / 6.0).powi(2)).collect();
    }
    Ok(GRID.picture(vec![heat, points(said("data", "데이터"), Role::Real, some_points(run))]))
}

/// What pulls at points of the plane; beside it, what should.
async fn field(model: &Dae, run: &mut Run<'_>) -> Result<Picture, Error> {
    let (pull, at) = (run.call_for("plane", 0, "pull").await?, ARROWS.centres());
    let picture = |name: Text, vectors: &[f32]| {
        let data = points(said("data", "데이터"), Role::Real, some_points(run));
        ARROWS.picture(vec![data, plane::arrows(name, &at, vectors)])
    };
    let learnt = picture(said("D(y) − y", "D(y) − y"), &pull);
    let level = run.knobs().real("level");
    if !model.has_score(run.data()) || level == 0.0 {
        return Ok(learnt);
    }
    let score = score::target(run.data(), level, &at);
    let exact: Vec<f32> = score.iter().map(|score| level * level * score).collect();
    let exact = picture(said("σ² times the score", "σ² × 스코어"), &exact);
    let part = |title: Text, picture| Part { en: title.en.to_owned(), ko: title.ko.to_owned(), picture };
    Ok(Picture::Group(Group {
        parts: vec![
            part(said("What it has learnt: D(y) − y", "학습한 것: D(y) − y"), learnt),
            part(said("What is best: σ² ∇ log p(y)", "가장 좋은 것: σ² ∇ log p(y)"), exact),
        ],
    }))
}

/// Where all walkers are after each of `steps` steps, the start included: as many frames of `[W, D]`.
async fn walk(run: &mut Run<'_>, start: &[f32], pace: f32, steps: usize) -> Result<Vec<Vec<f32>>, Error> {
    run.write("walkers.rows", start);
    run.call("begin", 0);
    run.write("pace", &[pace]);
    let mut frames = vec![start.to_vec()];
    while frames.len() <= steps {
        let next = run.call_for("repeat", 0, "frames").await?;
        frames.extend(next.chunks_exact(start.len()).map(<[f32]>::to_vec));
    }
    frames.truncate(steps + 1);
    Ok(frames)
}

/// Points that start evenly over the plane, and one where the visitor clicked.
async fn trails(run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
    const SIDE: usize = 8;
    let grid = Grid::shown(SIDE);
    let mut start = grid.centres();
    let own = [args.real("x"), args.real("y")];
    start[..2].copy_from_slice(&own);
    let frames = walk(run, &start, args.real("pace"), args.whole("steps")).await?;
    let path = |walker: usize| frames.iter().flat_map(move |frame| [frame[2 * walker], frame[2 * walker + 1]]);
    let trail = |name: Text, role: Role, walkers: std::ops::Range<usize>| Layer::Trails {
        name,
        role,
        points: frames.len(),
        at: Floats(walkers.flat_map(path).collect()),
    };
    let start = Layer::Marks { name: said("your start", "내 출발점"), role: Role::Other, at: Floats(own.to_vec()) };
    Ok(grid.picture(vec![
        points(said("data", "데이터"), Role::Real, some_points(run)),
        trail(said("points denoised again and again", "되풀이해 잡음을 제거한 점"), Role::Made, 1..WALKERS),
        trail(said("the one from your start", "내 출발점에서 간 점"), Role::Other, 0..1),
        start,
    ]))
}

/// Rows of images below each other, each of `COLUMNS`.
fn rows_of_images(shape: RowShape, rows: [&[f32]; 3]) -> Picture {
    Picture::images(shape, COLUMNS, rows.iter().flat_map(|row| &row[..COLUMNS * shape.len()]).copied().collect())
}

/// Test rows, corrupted, denoised.
async fn denoising(run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
    let (shape, test) = (run.data().shape, &run.data().test);
    let first = args.whole("row");
    let apart = test.len() / COLUMNS + 1;
    let mut rows: Vec<f32> = (0..COLUMNS).flat_map(|number| test.row((first + number * apart) % test.len())).collect();
    rows.resize(ROWS * shape.len(), 0.0);
    let level = run.knobs().real("level");
    run.write("seen-level", &[level]);
    run.write("rows", &rows);
    run.call("look", 0);
    let corrupted = run.read("look", "corrupted").await?;
    let denoised = run.read("look", "denoised").await?;
    Ok(rows_of_images(shape, [&rows, &corrupted, &denoised]))
}

/// What the visitor drew, corrupted more and more, and what is made of it.
async fn drawing(model: &Dae, run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
    let shape = run.data().shape;
    let drawn = args.drawn().map_or_else(|| run.data().test.row(0), <[f32]>::to_vec);
    run.write("rows", &drawn.repeat(ROWS));
    let (mut corrupted, mut denoised, mut captions) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..LEVELS {
        let level = args.real("most") * number as f32 / (LEVELS - 1) as f32;
        run.write("seen-level", &[level]);
        run.call("look", number as u32);
        corrupted.extend_from_slice(&run.read("look", "corrupted").await?[..shape.len()]);
        denoised.extend_from_slice(&run.read("look", "denoised").await?[..shape.len()]);
        captions.push(if model.is_gaussian() { format!("σ {level:.2}") } else { format!("{:.0} %", 100.0 * level) });
    }
    captions.resize(2 * LEVELS, String::new());
    Ok(Picture::images(shape, LEVELS, [corrupted, denoised].concat()).with_captions(captions))
}

/// What each unit of the first layer looks for.
async fn filters(run: &mut Run<'_>) -> Result<Picture, Error> {
    let shape = run.data().shape;
    let weights = run.read_param("net.0.weight").await?; // [D, H]
    let hidden = weights.len() / shape.len();
    let shown = hidden.min(FILTERS);
    let pixels: Vec<f32> = (0..shown).flat_map(|unit| weights.iter().skip(unit).step_by(hidden).copied()).collect();
    let reach = pixels.iter().fold(1e-6f32, |reach, weight| reach.max(weight.abs()));
    Ok(Picture::coloured(shape, COLUMNS.min(shown), pixels, [-reach, reach], Palette::Diverging))
}

/// Where walkers begin that have seen no data: noise over the range of the data. Their numbers follow from the seed.
fn noise(run: &Run<'_>) -> Vec<f32> {
    use rand::{RngExt, SeedableRng};
    let mut rng = rand::rngs::Xoshiro256PlusPlus::seed_from_u64(u64::from(run.seed()));
    let [low, high] = if run.data().kind == Kind::Points { [-REACH, REACH] } else { [0.0, 1.0] };
    (0..WALKERS * run.data().shape.len()).map(|_| low + (high - low) * rng.random::<f32>()).collect()
}

/// Noise that is denoised again and again, with no new corruption: a row of pictures for each start.
async fn repeated(run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
    let shape = run.data().shape;
    let start = noise(run);
    let frames = walk(run, &start, args.real("pace"), COLUMNS - 1).await?;
    let place = |chain: usize| chain * shape.len()..(chain + 1) * shape.len();
    let pixels = (0..CHAINS).flat_map(|chain| frames.iter().flat_map(move |frame| frame[place(chain)].iter().copied()));
    let captions = (0..CHAINS * COLUMNS).map(|image| match image / COLUMNS {
        0 => image.to_string(),
        _ => String::new(),
    });
    Ok(Picture::images(shape, COLUMNS, pixels.collect()).with_captions(captions.collect()))
}

/// Goes on with the walkback from noise; the output of the last step: `[W, D]`.
async fn walk_back(run: &mut Run<'_>, start: &[f32], steps: usize, output: &str) -> Result<Vec<f32>, Error> {
    let level = run.knobs().real("level");
    run.write("seen-level", &[level]);
    run.write("walkers.rows", start);
    run.call("begin", 0);
    for counter in 0..steps.max(1) as u32 {
        run.call("walk-back", counter);
    }
    run.read("walk-back", output).await
}

async fn samples(model: &Dae, run: &mut Run<'_>, steps: usize) -> Result<Picture, Error> {
    let shape = run.data().shape;
    let start = noise(run);
    let output = model.sample_output();
    if run.data().kind == Kind::Images {
        let mut pixels = walk_back(run, &start, steps, output).await?;
        pixels.truncate(COLUMNS * CHAINS * shape.len());
        return Ok(Picture::images(shape, COLUMNS, pixels));
    }
    let made = sample_after(model, run, SHOWN, steps).await?;
    Ok(ARROWS.picture(vec![
        points(said("data", "데이터"), Role::Real, some_points(run)),
        points(said("samples", "표본"), Role::Made, made),
    ]))
}

pub(super) async fn sample(model: &Dae, run: &mut Run<'_>, count: usize) -> Result<Vec<f32>, Error> {
    sample_after(model, run, count, SAMPLE_STEPS).await
}

async fn sample_after(model: &Dae, run: &mut Run<'_>, count: usize, steps: usize) -> Result<Vec<f32>, Error> {
    let mut rows = Vec::new();
    let start = noise(run);
    let output = model.sample_output();
    let first = walk_back(run, &start, steps, output).await?;
    rows.extend(first);
    // The same chains go on: far enough apart, their rows have little in common.
    let (width, mut counter) = (run.data().shape.len(), steps.max(1) as u32);
    while rows.len() < count * width {
        for _ in 0..steps.max(1) {
            run.call("walk-back", counter);
            counter += 1;
        }
        rows.extend(run.read("walk-back", output).await?);
    }
    rows.truncate(count * width);
    Ok(rows)
}

impl Dae {
    /// Images are the means of pixels, as everywhere in print; other rows are drawn.
    fn sample_output(&self) -> &'static str {
        if self.is_sigmoid { "means" } else { "rows" }
    }
}
