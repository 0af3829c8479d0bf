//! What can be looked at: the landscape and chains that walk on it.

use super::chains;
use super::measures::{compared, energies, slopes};
use super::walk::{self, Walk};
use crate::data::Kind;
use crate::plane::{self, Grid, ends};
use crate::{Error, Floats, Group, Knobs, Layer, Palette, Part, Picture, Role, Run, Text, said, words};

/// The cells of the heat maps.
const GRID: Grid = Grid::shown(56);
/// Where arrows start.
const ARROWS: Grid = Grid::shown(22);
/// Contour lines at so many times the temperature above the lowest energy.
const LEVELS: [f32; 5] = [1.0, 2.0, 4.0, 8.0, 16.0];
/// Colours end at so many times the temperature above the lowest energy: where the density is a ten-millionth of its largest.
const HIGHEST: f32 = 16.0;
/// Data points shown.
const SHOWN: usize = 400;
/// Images in a row of the samples.
const COLUMNS: usize = 8;
/// Bins of the histogram of energies.
const BINS: usize = 40;

pub(super) async fn draw(walk: &Walk, run: &mut Run<'_>, id: &str, args: &Knobs) -> Result<Picture, Error> {
    match id {
        "energy" => {
            let data = plane::points(said("Data", "데이터"), Role::Real, data_points(run));
            Ok(GRID.picture(vec![landscape(run).await?, data]))
        }
        "chains" => draw_chains(walk, run, args).await,
        "density" => density(run, args.real("beta")).await,
        "slope" => slope(run).await,
        "samples" => {
            let pixels = walk.sample(run, walk::walkers(Kind::Images)).await?;
            Ok(Picture::images(run.data().shape, COLUMNS, pixels))
        }
        "descent" => descent(walk, run, args).await,
        "energies" => {
            let test = &run.data().test;
            let [data, made, noise] = compared(walk, run, test).await?;
            let sets = [
                (said("Test data", "테스트 데이터"), &data[..]),
                (said("Samples", "표본"), &made[..]),
                (said("Noise", "잡음"), &noise[..]),
            ];
            Ok(Picture::histogram(said("energy F (nats)", "에너지 F(내트)"), BINS, None, &sets))
        }
        _ => Err(Error::Unsupported(words!(
            "ebm has no view named {id:?}",
            "에너지 기반 모델에는 이름이 {id:?}인 보기가 없습니다."
        ))),
    }
}

fn data_points(run: &Run<'_>) -> Vec<f32> {
    let test = &run.data().test;
    (0..test.len().min(SHOWN)).flat_map(|row| test.row(row)).collect()
}

/// `F` as colours, cut off above where it matters, with contour lines.
async fn landscape(run: &mut Run<'_>) -> Result<Layer, Error> {
    let temperature = run.knobs().real("temperature");
    let values = energies(run, &GRID.centres()).await?;
    let [low, high] = ends(&values);
    let top = high.min(low + HIGHEST * temperature);
    let at = LEVELS.map(|times| low + times * temperature);
    let mut layer = GRID.heat_between(said("Energy F", "에너지 F"), values, [low, top], Palette::Sequential);
    if let Layer::Heat { levels, .. } = &mut layer {
        levels.extend(at.into_iter().filter(|level| *level < high));
    }
    Ok(layer)
}

/// Where the walkers have been during their last moves, on the landscape.
async fn draw_chains(walk: &Walk, run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
    let [_, places] = walk::trail(Kind::Points);
    let moves = args.whole("moves") as u32;
    let sampler = match args.whole("sampler") {
        0 => chains::sampler(run.knobs()),
        number => walk::OFFERED[number - 1],
    };
    let first = match args.whole("start") {
        0 => run.step().wrapping_mul(moves),
        1 => {
            run.call("walk.noise", 0);
            0
        }
        _ => {
            let (test, count) = (&run.data().test, walk::walkers(Kind::Points));
            let rows: Vec<f32> = (0..count).flat_map(|row| test.row(row % test.len())).collect();
            run.write("walk.rows", &rows);
            run.call("walk.begin", 0);
            0
        }
    };
    let unseen = moves.saturating_sub(places as u32 - 1);
    walk.go(run, sampler, first, unseen);
    run.call("trail.begin", 0);
    for number in unseen..moves {
        walk.go(run, sampler, first.wrapping_add(number), 1);
        run.call("trail.go", 0);
    }
    let at = Floats(by_walker(&run.read_param("trail").await?, walk::trail(Kind::Points), 2));
    let trails = Layer::Trails { name: said("Chains", "사슬"), role: Role::Made, points: places, at };
    Ok(GRID.picture(vec![landscape(run).await?, trails]))
}

/// `[places, walkers, D] -> [walkers, places, D]`
fn by_walker(trail: &[f32], [followed, places]: [usize; 2], width: usize) -> Vec<f32> {
    let at = |walker: usize, place: usize| &trail[(place * followed + walker) * width..][..width];
    (0..followed).flat_map(|walker| (0..places).flat_map(move |place| at(walker, place)).copied()).collect()
}

/// `exp(-βF/T) / Z` over the plane, beside the density that the data is drawn from.
async fn density(run: &mut Run<'_>, beta: f32) -> Result<Picture, Error> {
    let sharpness = f64::from(beta / run.knobs().real("temperature"));
    let energies = energies(run, &GRID.centres()).await?;
    let log_partition = GRID.log_partition(&energies, sharpness);
    let name = said("Density", "밀도");
    let values = energies.iter().map(|&energy| (-sharpness * f64::from(energy) - log_partition).exp() as f32).collect();
    let model = GRID.picture(vec![GRID.heat(name, values, Palette::Sequential)]);
    let Some(truth) = &run.data().density else { return Ok(model) };
    let values = (0..GRID.len()).map(|number| truth.log_density(GRID.centre(number)).exp()).collect();
    let truth = GRID.picture(vec![GRID.heat(name, values, Palette::Sequential)]);
    let part = |heading: Text, picture| Part { en: heading.en.to_owned(), ko: heading.ko.to_owned(), picture };
    let parts =
        vec![part(said("Model, exp(-βF)/Z", "모델, exp(-βF)/Z"), model), part(said("True density", "참 밀도"), truth)];
    Ok(Picture::Group(Group { parts }))
}

/// `-∇F`, where a chain drifts to.
async fn slope(run: &mut Run<'_>) -> Result<Picture, Error> {
    let starts = ARROWS.centres();
    let downhill: Vec<f32> = slopes(run, &starts).await?.iter().map(|slope| -slope).collect();
    let arrows = plane::arrows(said("Downhill, -∇F", "내리막 -∇F"), &starts, &downhill);
    let data = plane::points(said("Data", "데이터"), Role::Real, data_points(run));
    Ok(GRID.picture(vec![landscape(run).await?, data, arrows]))
}

/// Images on their way down from noise, or from an image that is mostly hidden by noise, with their energies.
async fn descent(walk: &Walk, run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
    let shape = run.data().shape;
    let (width, [followed, places]) = (shape.len(), walk::trail(Kind::Images));
    run.call("walk.noise", 1);
    if let Some(drawn) = args.drawn() {
        run.write("walk.rows", &drawn.repeat(walk::walkers(Kind::Images)));
        run.call("walk.begin", 0);
    }
    run.call("trail.begin", 0);
    let sampler = chains::sampler(run.knobs());
    let moves = args.whole("moves") as u32;
    let reached = |frame: u32| moves * frame / (places as u32 - 1);
    for frame in 1..places as u32 {
        walk.go(run, sampler, reached(frame - 1), reached(frame) - reached(frame - 1));
        run.call("trail.go", 0);
    }
    let mut pixels = by_walker(&run.read_param("trail").await?, [followed, places], width);
    let captions = energies(run, &pixels).await?.iter().map(|energy| format!("{energy:.0}")).collect();
    pixels.iter_mut().for_each(|pixel| *pixel = pixel.clamp(0.0, 1.0));
    Ok(Picture::images(shape, places, pixels).with_captions(captions))
}
