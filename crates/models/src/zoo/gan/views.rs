//! What can be looked at while the two networks play.

use daydream_graph::{Function, grad};

use super::losses::Loss;
use super::{Game, ROWS, samples};
use crate::data::{Dataset, Kind};
use crate::plane::{self, Grid, ends};
use crate::{Error, Floats, Knobs, Layer, Palette, Picture, Role, Run, said, words};

/// The cells of the heat map.
const GRID: Grid = Grid::shown(56);
/// Real points shown, and generated ones.
const SHOWN: usize = 256;
/// Every so manieth generated point has an arrow.
const ARROW_EVERY: usize = 4;
/// Lines of the latent grid in each direction, and points on each.
const LINES: usize = 13;
const POINTS: usize = 41;
/// Images in a row of the sample grid, and rows.
const SIDE: usize = 8;
/// Steps from one image to another, and how many pairs of them.
const STEPS: usize = 9;
const PAIRS: usize = 6;
/// Bins of the histogram of scores.
const BINS: usize = 40;

/// The programs behind the views.
pub(super) fn programs(game: &Game<'_>, data: &Dataset) -> Vec<Function> {
    let rows = game.graph.input("scores.rows", [ROWS, data.shape.len()]);
    let made = game.generate(&game.average, game.noise(ROWS));
    let verdict = |x| game.loss.verdict(game.score(x));
    let scores = Function::new("scores").output("real", verdict(rows)).output("made", verdict(made));
    match data.kind {
        Kind::Points => vec![scores, plane_program(game)],
        Kind::Images | Kind::Ratings => vec![scores, interpolation(game)],
    }
}

/// The discriminator over the plane, generated points with the push that each feels, and the image of a grid of codes.
fn plane_program<'g>(game: &Game<'g>) -> Function {
    let g = game.graph;
    let centres = GRID.centres_in(g); // [cells, 2]

    let made = game.generate(&game.average, game.noise(SHOWN)); // [SHOWN, 2]
    let push = -grad(game.loss.of_generator(game.score(made)), &[made])[0]; // [SHOWN, 2]

    let codes = g.input("plane.codes", [line_count(game.latent) * POINTS, game.latent]);
    Function::new("plane")
        .output("heat", game.loss.verdict(game.score(centres)))
        .output("made", made)
        .output("push", push)
        .output("lines", game.generate(&game.average, codes))
}

/// Rows of images between two random codes, the ends included.
fn interpolation(game: &Game<'_>) -> Function {
    let g = game.graph;
    let ends = |_| game.noise(PAIRS).reshape([PAIRS, 1, game.latent]);
    let [from, to] = [0, 1].map(ends);
    let way = g.iota(1, [PAIRS, STEPS, 1]) / (STEPS - 1) as f32;
    let codes = if game.normal_prior {
        // On a quarter circle between independent normal codes every point is normal too.
        let angle = way * std::f32::consts::FRAC_PI_2;
        from * angle.cos() + to * angle.sin()
    } else {
        from + way * (to - from)
    };
    let images = game.generate(&game.average, codes.reshape([PAIRS * STEPS, game.latent]));
    Function::new("interpolation").output("images", images)
}

/// Lines of the latent grid: both ways along the first two axes, or the one axis that there is.
fn line_count(latent: usize) -> usize {
    if latent == 1 { 1 } else { 2 * LINES }
}

/// The codes of the grid's lines, `[lines, POINTS, Z]`: the first two numbers from `-reach` to `reach`, all others 0.
fn grid(latent: usize, reach: f32) -> Vec<f32> {
    let along = |index: usize, count: usize| reach * (2.0 * index as f32 / (count - 1) as f32 - 1.0);
    let mut codes = vec![0.0; line_count(latent) * POINTS * latent];
    for (number, code) in codes.chunks_exact_mut(latent).enumerate() {
        let (line, point) = (number / POINTS, along(number % POINTS, POINTS));
        let axis = line / LINES;
        code[axis] = point;
        if latent > 1 {
            code[1 - axis] = along(line % LINES, LINES);
        }
    }
    codes
}

/// Draws a view.
pub(super) async fn draw(run: &mut Run<'_>, id: &str, args: &Knobs) -> Result<Picture, Error> {
    match id {
        "plane" => draw_plane(run).await,
        "samples" => {
            let pixels = samples(run, SIDE * SIDE).await?;
            Ok(images(run, SIDE, pixels))
        }
        "interpolation" => {
            let pixels = run.call_for("interpolation", args.whole("draw") as u32, "images").await?;
            Ok(images(run, STEPS, pixels))
        }
        "scores" => draw_scores(run).await,
        _ => {
            Err(Error::Unsupported(words!("gan has no view named {id:?}", "GAN에는 이름이 {id:?}인 보기가 없습니다.")))
        }
    }
}

fn images(run: &Run<'_>, columns: usize, pixels: Vec<f32>) -> Picture {
    Picture::images(run.data().shape, columns, pixels)
}

async fn draw_plane(run: &mut Run<'_>) -> Result<Picture, Error> {
    let knobs = run.knobs();
    // Normal codes: 95 of 100 lie within 2. Uniform codes end at 1.
    let reach = if knobs.whole("prior") == 0 { 2.0 } else { 1.0 };
    run.write("plane.codes", &grid(knobs.whole("latent"), reach));
    run.call("plane", 0);
    let heat = run.read("plane", "heat").await?;
    let made = run.read("plane", "made").await?;
    let push = run.read("plane", "push").await?;
    let lines = run.read("plane", "lines").await?;
    let test = &run.data().test;
    let real = (0..test.len().min(SHOWN)).flat_map(|row| test.row(row)).collect();

    let (range, palette) = match Loss::ALL[knobs.whole("loss")] {
        Loss::NonSaturating | Loss::Minimax | Loss::LeastSquares => ([0.0, 1.0], Palette::Diverging),
        Loss::Wasserstein => (ends(&heat), Palette::Sequential),
    };
    let heat = GRID.heat_between(said("Discriminator", "판별자"), heat, range, palette);
    let grid = Layer::Lines {
        name: said("Grid of latent codes", "생성자가 옮긴 잠재 격자"),
        points: POINTS,
        at: Floats(lines),
    };
    let some =
        |numbers: &[f32]| -> Vec<f32> { numbers.chunks_exact(2).step_by(ARROW_EVERY).flatten().copied().collect() };
    let arrows =
        plane::arrows(said("Where the generator is pushed", "생성자가 밀리는 방향"), &some(&made), &some(&push));
    let layers = vec![
        heat,
        grid,
        plane::points(said("Real", "실제 데이터"), Role::Real, real),
        plane::points(said("Generated", "생성된 데이터"), Role::Made, made),
        arrows,
    ];
    Ok(GRID.picture(layers))
}

async fn draw_scores(run: &mut Run<'_>) -> Result<Picture, Error> {
    let written = run.write_rows("scores.rows", &run.data().test, 0);
    run.call("scores", 0);
    let real = run.read("scores", "real").await?;
    let made = run.read("scores", "made").await?;
    let label = match Loss::ALL[run.knobs().whole("loss")] {
        Loss::NonSaturating | Loss::Minimax => said("D(x), the probability of being real", "D(x), 실제 데이터일 확률"),
        Loss::LeastSquares => said("D(x), 1 for real, 0 for generated", "D(x), 실제는 1, 생성은 0"),
        Loss::Wasserstein => said("Critic's value", "비평자의 값"),
    };
    let sets = [(said("Real", "실제 데이터"), &real[..written]), (said("Generated", "생성된 데이터"), &made[..])];
    Ok(Picture::histogram(label, BINS, None, &sets))
}
