//! What the network shows: memories coming back, energies going down, and states that nobody stored.

use super::capacity;
use super::memory::{Energy, Memory, Path};
use super::recall::{Damage, End, end_of, random, settle_noise};
use super::{Hopfield, Kind};
use crate::data::RowShape;
use crate::picture::Group;
use crate::{Curve, Error, Floats, Knobs, Palette, Part, Picture, Run, Text, Words, said, words};

/// Patterns side by side.
const COLUMNS: usize = 8;
/// Pictures of a state on its way.
const FRAMES: usize = 8;
/// States that start from noise for the picture of spurious ones, and how many of their ends are shown.
const STARTS: usize = 64;
const SHOWN: usize = 16;
/// At most so many memories have a bar each.
const BARS: usize = 24;
/// At most so many units or patterns are shown as images.
const IMAGES: usize = 36;

/// States as pixels: -1 is dark, 1 bright.
pub(super) fn pixels(state: &[f32]) -> impl Iterator<Item = f32> + '_ {
    state.iter().map(|s| 0.5 * (1.0 + s))
}

pub(super) async fn view(model: &Hopfield, run: &mut Run<'_>, id: &str, args: &Knobs) -> Result<Picture, Error> {
    let memory = model.memory(run).await?;
    match id {
        "recall" => Ok(recall(model, run, &memory, args)),
        "settling" => Ok(settling(run, &memory, args)),
        "energy" => Ok(energies(run, &memory)),
        "spurious" => Ok(spurious(run, &memory)),
        "couplings" => Ok(couplings(run.data().shape, &memory, model.kind)),
        "capacity" => Ok(capacity_curve(run, args)),
        _ => Err(Error::Unsupported(words!("hopfield has no view {id}", "홉필드 네트워크에는 없는 보기입니다: {id}."))),
    }
}

fn damage(args: &Knobs) -> Damage {
    match args.whole("damage") {
        0 => Damage::Noise(args.real("noise")),
        half => Damage::Erased(half - 1),
    }
}

/// A row of the data as the network sees it.
fn binarised(row: &[f32]) -> Vec<f32> {
    row.iter().map(|&x| if x > 0.5 { 1.0 } else { -1.0 }).collect()
}

fn images(shape: RowShape, columns: usize, states: &[Vec<f32>], captions: Vec<String>) -> Picture {
    let columns = columns.min(states.len());
    let picture = Picture::images(shape, columns, states.iter().flat_map(|state| pixels(state)).collect());
    picture.with_captions(captions)
}

/// Patterns, damaged, recalled. One that is not stored yet is taken from the data and has no number.
fn recall(model: &Hopfield, run: &Run<'_>, memory: &Memory, args: &Knobs) -> Picture {
    let shape = run.data().shape;
    let first = args.whole("first").saturating_sub(1).min(model.most - 1);
    let numbers: Vec<usize> = (first..model.most).take(COLUMNS).collect();
    let mut rng = random(run.seed(), 3);
    let mut rows: [Vec<Vec<f32>>; 3] = Default::default();
    let mut captions: [Vec<String>; 3] = Default::default();
    for &number in &numbers {
        let stored = memory.each().nth(number);
        let pattern = match stored {
            Some(pattern) => pattern.to_vec(),
            None if model.is_random => vec![-1.0; memory.units],
            None => binarised(&run.data().train.row(number)),
        };
        let start = damage(args).applied(&pattern, shape, &mut rng);
        let end = memory.settle(&start, &mut rng).end;
        let overlap = end.iter().zip(&pattern).map(|(s, xi)| s * xi).sum::<f32>() / memory.units as f32;
        captions[0].push(stored.map_or("–".to_owned(), |_| (number + 1).to_string()));
        captions[1].push(String::new());
        captions[2].push(stored.map_or(String::new(), |_| format!("{overlap:.2}")));
        for (row, state) in rows.iter_mut().zip([pattern, start, end]) {
            row.push(state);
        }
    }
    images(shape, numbers.len(), &rows.concat(), captions.concat())
}

/// How one state settles: the visitor's, or a damaged test row.
fn settling(run: &Run<'_>, memory: &Memory, args: &Knobs) -> Picture {
    let shape = run.data().shape;
    let mut rng = random(run.seed(), 4);
    let start = match args.drawn() {
        Some(drawn) => binarised(drawn),
        None => binarised(&run.data().test.row(0)),
    };
    let start = damage(args).applied(&start, shape, &mut rng);
    let path = memory.settle(&start, &mut rng);
    // Until the last change: the sweep after it only finds that there is none.
    let last = path.changes.last().map_or(0, |change| change.update);
    let moments: Vec<usize> = (0..FRAMES).map(|frame| (last * frame).div_ceil(FRAMES - 1)).collect();
    let frames: Vec<Vec<f32>> = moments.iter().map(|&moment| path.after(moment)).collect();
    let captions = moments.iter().map(|&moment| short(moment)).collect();
    let mut parts = vec![part(
        said("On its way, by the number of updates", "가라앉는 과정(갱신 횟수)"),
        images(shape, FRAMES, &frames, captions),
    )];
    if let Some((number, overlap)) = memory.closest(&path.end) {
        let pattern = memory.each().nth(number).map(<[f32]>::to_vec);
        parts.push(part(
            said("The closest memory, and the overlap with it", "가장 가까운 기억과 그 겹침"),
            images(shape, 1, &[pattern.unwrap_or_default()], vec![format!("{}: {overlap:.2}", number + 1)]),
        ));
        parts.push(part(said("Memories", "기억"), bars(memory, &path)));
    }
    parts.push(part(said("Energy", "에너지"), chart(&[(said("energy", "에너지"), &path)])));
    Picture::Group(Group { parts })
}

/// A number of at most four characters.
fn short(number: usize) -> String {
    if number < 10_000 { number.to_string() } else { format!("{}k", (number + 500) / 1000) }
}

/// How much of each memory is in the end state, of those that are in it most; for attention, how much of each the first update takes.
fn bars(memory: &Memory, path: &Path) -> Picture {
    let (label, all) = match memory.energy {
        Energy::Attention { beta } => (
            said("softmax weight in the first update", "첫 갱신의 소프트맥스 가중치"),
            memory.attention(&path.start, beta),
        ),
        _ => (said("overlap at the end", "마지막 상태와의 겹침"), memory.overlaps(&path.end)),
    };
    let mut shown: Vec<usize> = (0..all.len()).collect();
    if all.len() > BARS {
        shown.sort_by(|&a, &b| all[b].total_cmp(&all[a]));
        shown.truncate(BARS);
        shown.sort_unstable();
    }
    // Weights of next to nothing would be told by their powers of ten.
    let values: Vec<f32> = shown.iter().map(|&number| (1000.0 * all[number]).round() / 1000.0).collect();
    let marked = (0..values.len()).max_by(|&a, &b| values[a].total_cmp(&values[b]));
    let names = shown.iter().map(|number| Words::from((number + 1).to_string())).collect();
    Picture::Bars { label, names, values: Floats(values), marked }
}

fn part(title: Text, picture: Picture) -> Part {
    Part { en: title.en.to_owned(), ko: title.ko.to_owned(), picture }
}

/// The energy of a unit over the updates, for paths that all go on until the last of them ends.
fn chart(paths: &[(Text, &Path)]) -> Picture {
    let end = paths.iter().map(|(_, path)| path.changes.last().map_or(0, |change| change.update)).max();
    let end = end.unwrap_or(0).max(1) as f32;
    let curve = |(name, path): &(Text, &Path)| {
        let steps = || path.changes.iter().map(|change| (change.update as f32, change.energy as f32));
        let last = path.changes.last().map_or(path.start_energy, |change| change.energy) as f32;
        let points = std::iter::once((0.0, path.start_energy as f32)).chain(steps()).chain([(end, last)]);
        let (x, y): (Vec<f32>, Vec<f32>) = points.unzip();
        Curve { name: *name, x: Floats(x), y: Floats(y), dots: false }
    };
    Picture::Chart {
        x: said("updates", "갱신 횟수"),
        y: said("energy per unit", "유닛당 에너지"),
        curves: paths.iter().map(curve).collect(),
        mark: None,
    }
}

/// The energy on the way down from a damaged memory, from an image of the test split and from noise.
fn energies(run: &Run<'_>, memory: &Memory) -> Picture {
    let mut rng = random(run.seed(), 5);
    let test = binarised(&run.data().test.row(0));
    let memorised = memory.each().next().map_or(test.clone(), <[f32]>::to_vec);
    let damaged = Damage::Noise(0.2).applied(&memorised, run.data().shape, &mut rng);
    let noise = Damage::Noise(0.5).applied(&memorised, run.data().shape, &mut rng);
    let paths = [damaged, test, noise].map(|start| memory.settle(&start, &mut rng));
    chart(&[
        (said("from a damaged memory", "손상된 기억에서 출발"), &paths[0]),
        (said("from a test image", "테스트 이미지에서 출발"), &paths[1]),
        (said("from noise", "잡음에서 출발"), &paths[2]),
    ])
}

/// Where noise settles, and what that looks like.
fn spurious(run: &Run<'_>, memory: &Memory) -> Picture {
    let ends = settle_noise(memory, STARTS, run.seed());
    let named: Vec<(End, &Path)> = ends.iter().map(|path| (end_of(memory, &path.end), path)).collect();
    let share = |is_one: fn(&End) -> bool| named.iter().filter(|(end, _)| is_one(end)).count() as f32 / STARTS as f32;
    let kinds = [
        (words!("memories", "기억"), share(|end| matches!(end, End::Pattern(_)))),
        (words!("negatives", "반전된 기억"), share(|end| matches!(end, End::Negative(_)))),
        (words!("mixtures of 3", "기억 3개의 혼합"), share(|end| matches!(end, End::Mixture(_)))),
        (words!("others", "그 밖"), share(|end| matches!(end, End::Other))),
    ];
    let (names, values): (Vec<Words>, Vec<f32>) = kinds.into_iter().unzip();
    let label = said("share of random starts that end in", "무작위 출발이 도착한 곳의 비율");
    let mut parts = vec![Part {
        en: format!("Where {STARTS} random states end"),
        ko: format!("무작위 상태 {STARTS}개가 도착한 곳"),
        picture: Picture::Bars { label, names, values: Floats(values), marked: None },
    }];
    let mut shown: Vec<(String, Vec<f32>)> = Vec::new();
    for (end, path) in named.iter().filter(|(end, _)| matches!(end, End::Mixture(_) | End::Other)) {
        if shown.len() < SHOWN && shown.iter().all(|(_, state)| *state != path.end) {
            shown.push((end.name(), path.end.clone()));
        }
    }
    if !shown.is_empty() {
        let (captions, states): (Vec<String>, Vec<Vec<f32>>) = shown.into_iter().unzip();
        let picture = images(run.data().shape, COLUMNS, &states, captions);
        parts.push(part(
            said("States that nobody stored, by the memories they mix", "저장한 적 없는 상태(섞인 기억의 번호)"),
            picture,
        ));
    }
    Picture::Group(Group { parts })
}

/// The couplings of some units with all others, an image each; where there are none, the patterns, which then are the weights.
fn couplings(shape: RowShape, memory: &Memory, kind: Kind) -> Picture {
    let rows = match &memory.energy {
        Energy::Quadratic { couplings, .. } => couplings,
        _ => &memory.patterns,
    };
    let count = rows.len() / memory.units;
    let shown = count.clamp(1, IMAGES);
    let units = (0..shown).map(|number| number * count / shown);
    let pixels: Vec<f32> = match rows.is_empty() {
        true => vec![0.0; memory.units],
        false => units.flat_map(|unit| rows[unit * memory.units..(unit + 1) * memory.units].iter().copied()).collect(),
    };
    if kind != Kind::Quadratic {
        return Picture::images(shape, COLUMNS.min(shown), self::pixels(&pixels).collect());
    }
    {
        let reach = pixels.iter().fold(1e-6f32, |reach, x| reach.max(x.abs()));
        Picture::coloured(shape, 6.min(shown), pixels, [-reach, reach], Palette::Diverging)
    }
}

/// Loads against what is retrieved, of random patterns by Hebb's rule.
fn capacity_curve(run: &Run<'_>, args: &Knobs) -> Picture {
    let units = [100, 200, 500][args.whole("units")];
    let found = capacity::curve(units, args.whole("networks") as u32, run.seed());
    let curve = |name: Text, of: fn(&capacity::Point) -> f32, dots: bool| Curve {
        name,
        x: Floats(found.iter().map(|point| point.load).collect()),
        y: Floats(found.iter().map(of).collect()),
        dots,
    };
    Picture::Chart {
        x: said("load P / N", "저장률 P / N"),
        y: said("0 to 1", "0 ~ 1"),
        curves: vec![
            curve(said("share of patterns retrieved", "되찾은 패턴의 비율"), |point| point.retrieved, false),
            curve(said("mean overlap at the end", "마지막 상태의 평균 겹침"), |point| point.overlap, true),
        ],
        mark: Some(capacity::LIMIT),
    }
}
