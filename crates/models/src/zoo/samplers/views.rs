//! What can be seen of the chains.

use std::collections::VecDeque;

use daydream_graph::{Function, Graph, Tensor};

use super::window::{Window, normalised};
use super::{NAMES, SCOUTS, WINDOW, chosen, settings};
use crate::metrics::autocorrelation;
use crate::plane::{Grid, points};
use crate::samplers::{Sampler, Sampling};
use crate::{Curve, Error, Floats, Group, Knobs, Layer, Palette, Part, Picture, Role, Run, Series, Text, Words, said};

/// The cells of the heat map.
const GRID: Grid = Grid::shown(64);
/// Cells of [`crate::metrics::coverage::histogram`] along a side, and where they end; the energy is taken at 2 x 2 points of each.
const COLUMNS: usize = 40;
const FINE: Grid = Grid { reach: 2.5, cells: 2 * COLUMNS };
/// Energies above the lowest at which contours are drawn: one, two, three and four standard deviations of a Gaussian.
const LEVELS: [f32; 4] = [0.5, 2.0, 4.5, 8.0];
/// Transitions that a trail shows.
const TRAIL: usize = 10;
/// Chains that are shown.
const SHOWN: usize = 64;
/// States that a small plane shows.
const STATES: usize = 600;
/// Lags of the autocorrelation.
const LAGS: usize = 60;

/// The programs behind the views.
pub(super) fn programs<'g>(g: &'g Graph, energy: &dyn Fn(Tensor<'g>) -> Tensor<'g>) -> Vec<Function> {
    vec![
        Function::new("field").output("energy", energy(GRID.centres_in(g))),
        Function::new("fine").output("energy", energy(FINE.centres_in(g))),
    ]
}

/// The probability of each cell of the histogram's grid, of all that lies on it.
pub(super) async fn masses(run: &mut Run<'_>) -> Result<Vec<f64>, Error> {
    let beta = f64::from(run.knobs().real("beta"));
    let energies = run.call_for("fine", 0, "energy").await?;
    let mut masses = vec![0.0; COLUMNS * COLUMNS];
    for (number, &energy) in energies.iter().enumerate() {
        let (row, column) = (number / FINE.cells, number % FINE.cells);
        masses[row / 2 * COLUMNS + column / 2] += (-beta * f64::from(energy)).exp();
    }
    Ok(normalised(masses))
}

/// `βE` over the plane, with contours.
async fn field(run: &mut Run<'_>) -> Result<Layer, Error> {
    let beta = run.knobs().real("beta");
    let energies: Vec<f32> =
        run.call_for("field", 0, "energy").await?.into_iter().map(|energy| beta * energy).collect();
    let low = energies.iter().copied().fold(f32::INFINITY, f32::min);
    let values = energies.into_iter().map(|energy| energy.min(low + 100.0)).collect();
    let heat = GRID.heat_between(
        said("Energy βE(x), nats", "에너지 βE(x)(내트)"),
        values,
        [low, low + 12.0],
        Palette::Sequential,
    );
    Ok(match heat {
        Layer::Heat { name, height, width, values, range, palette, .. } => Layer::Heat {
            name,
            height,
            width,
            values,
            range,
            palette,
            levels: LEVELS.map(|level| low + level).to_vec(),
        },
        other => other,
    })
}

/// The chains of the chosen sampler with where they come from.
pub(super) async fn chains(run: &mut Run<'_>) -> Result<Picture, Error> {
    let trace = run.read_param(&format!("{}.trace", NAMES[chosen(run)])).await?;
    let chains = trace.len() / (2 * WINDOW);
    let shown = chains.min(SHOWN);
    let at = |time: usize, chain: usize| {
        let from = 2 * (time * chains + chain);
        [trace[from], trace[from + 1]]
    };
    let trails = (0..shown).flat_map(|chain| (WINDOW - TRAIL..WINDOW).flat_map(move |time| at(time, chain))).collect();
    let now = (0..shown).flat_map(|chain| at(WINDOW - 1, chain)).collect();
    Ok(GRID.picture(vec![
        field(run).await?,
        Layer::Trails {
            name: said("Where they come from", "지나온 자취"),
            role: Role::Made,
            points: TRAIL,
            at: Floats(trails),
        },
        points(said("Chains", "사슬"), Role::Made, now),
    ]))
}

/// The next move of one chain, tried by several copies of it with random numbers of their own.
pub(super) async fn next_move(run: &mut Run<'_>, scouts: &Sampling, args: &Knobs) -> Result<Picture, Error> {
    let (sampler, name) = (Sampler::ALL[chosen(run)], NAMES[chosen(run)]);
    let stands = run.read_param(name).await?;
    let chain = (args.whole("chain") - 1).min(stands.len() / 2 - 1);
    let start = [stands[2 * chain], stands[2 * chain + 1]];
    run.write_param("scout", &start.repeat(SCOUTS));
    let settings = settings(run.knobs());
    for (input, value) in scouts.inputs(&settings) {
        run.write(&input, &[value]);
    }
    run.call(&scouts.refresh(), 0);

    // The ends of every copy's path that may grow: forth in time, and of no-U-turn paths also back.
    let ends: &[&str] = match sampler {
        Sampler::Hamiltonian => &["scout.hamiltonian.x"],
        Sampler::NoUTurn => &["scout.no-u-turn.right.x", "scout.no-u-turn.left.x"],
        Sampler::Metropolis | Sampler::Gibbs | Sampler::Langevin | Sampler::Mala => &["scout.proposal"],
    };
    let mut paths = vec![VecDeque::from([start]); SCOUTS];
    let mut tried = Vec::new();
    for (program, counter) in scouts.transition(sampler, &settings, args.whole("draw") as u32) {
        run.call(&program, counter);
        if program.ends_with(".begin") || program.ends_with(".end") {
            continue;
        }
        for (side, end) in ends.iter().enumerate() {
            let at = run.read_param(end).await?;
            for (path, &[x, y]) in paths.iter_mut().zip(at.as_chunks::<2>().0) {
                if ![x, y].iter().all(|number| number.is_finite()) {
                    continue;
                }
                if side == 0 && path.back() != Some(&[x, y]) {
                    path.push_back([x, y]);
                    tried.push([x, y]);
                } else if side == 1 && path.front() != Some(&[x, y]) {
                    path.push_front([x, y]);
                    tried.push([x, y]);
                }
            }
        }
    }
    let after = run.read_param("scout").await?;
    let taken: Vec<[f32; 2]> = after.as_chunks().0.iter().copied().filter(|&at| at != start).collect();
    let refused: Vec<[f32; 2]> = match sampler {
        // Of a path, the end alone is proposed.
        Sampler::Hamiltonian => {
            paths.iter().filter_map(|path| path.back()).filter(|at| !taken.contains(at)).copied().collect()
        }
        _ => tried.into_iter().filter(|at| !taken.contains(at)).collect(),
    };
    if sampler == Sampler::Gibbs {
        // What was tried on the way is no path: the move goes straight.
        let ends = after.as_chunks().0.iter();
        paths = ends.map(|&end| VecDeque::from([start, end])).collect();
    }
    let longest = paths.iter().map(VecDeque::len).max().unwrap_or(0).max(2);
    let line = |path: &VecDeque<[f32; 2]>| {
        let last = path.back().copied().unwrap_or(start);
        path.iter().copied().chain(std::iter::repeat(last)).take(longest).flatten().collect::<Vec<f32>>()
    };
    let lines = paths.iter().flat_map(line).collect();
    let mut layers =
        vec![field(run).await?, Layer::Lines { name: said("Ways", "경로"), points: longest, at: Floats(lines) }];
    let refused_name = match sampler {
        Sampler::NoUTurn => said("Seen on the way", "지나간 점"),
        _ => said("Refused", "거부된 제안"),
    };
    for (name, role, at) in [(refused_name, Role::Other, refused), (said("Taken", "받아들인 곳"), Role::Made, taken)]
    {
        if !at.is_empty() {
            layers.push(points(name, role, at.into_flattened()));
        }
    }
    layers.push(Layer::Marks {
        name: said("The chain", "사슬의 현재 위치"),
        role: Role::Real,
        at: Floats(start.to_vec()),
    });
    Ok(GRID.picture(layers))
}

/// The states of each sampler's window over the energy, one plane for each.
pub(super) async fn compare(run: &mut Run<'_>) -> Result<Picture, Error> {
    let field = field(run).await?;
    let mut parts = Vec::new();
    for (number, name) in NAMES.into_iter().enumerate() {
        let window = Window::read(run, name).await?;
        let states = window.rows.len() / 2;
        let every = states.div_ceil(STATES);
        let some = window.rows.chunks_exact(2).step_by(every).flatten().copied().collect();
        let picture = GRID.picture(vec![field.clone(), points(said("States", "상태"), Role::Made, some)]);
        let Words { en, ko } = title(number);
        parts.push(Part { en, ko, picture });
    }
    Ok(Picture::Group(Group { parts }))
}

/// Effective sample size for 1,000 evaluations, a bar for each sampler.
pub(super) async fn efficiency(run: &mut Run<'_>) -> Result<Picture, Error> {
    let mut values = Vec::new();
    for name in NAMES {
        values.push(1000.0 * Window::read(run, name).await?.effective_per_evaluation() as f32);
    }
    Ok(Picture::Bars {
        label: said("effective samples in 1,000 evaluations", "에너지 계산 1,000번당 유효 표본 수"),
        names: (0..NAMES.len()).map(title).collect(),
        values: Floats(values),
        marked: Some(chosen(run)),
    })
}

/// The autocorrelation of one coordinate, a curve for each sampler.
pub(super) async fn autocorrelations(run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
    let mut curves = Vec::new();
    for (number, name) in NAMES.into_iter().enumerate() {
        let chains = Window::read(run, name).await?.follow(args.whole("axis"));
        let y: Vec<f32> = autocorrelation(&chains, LAGS).into_iter().map(|rho| rho as f32).collect();
        let x = (0..y.len()).map(|lag| lag as f32).collect();
        curves.push(Curve { name: TITLES[number], x: Floats(x), y: Floats(y), dots: false });
    }
    Ok(Picture::Chart {
        x: said("lag, transitions", "시차(전이 횟수)"),
        y: said("autocorrelation ρ", "자기상관 ρ"),
        curves,
        mark: None,
    })
}

/// One coordinate of the chosen sampler's states beside its true distribution.
pub(super) async fn marginal(run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
    let axis = args.whole("axis");
    let window = Window::read(run, NAMES[chosen(run)]).await?;
    let sums = |cells: Vec<f64>| {
        let mut sums = vec![0.0f32; COLUMNS];
        for (number, mass) in cells.into_iter().enumerate() {
            sums[if axis == 0 { number % COLUMNS } else { number / COLUMNS }] += mass as f32;
        }
        Floats(sums)
    };
    Ok(Picture::Histogram {
        range: [-FINE.reach, FINE.reach],
        label: if axis == 0 { said("x", "x") } else { said("y", "y") },
        mark: None,
        series: vec![
            Series { name: said("truth", "참된 분포"), shares: sums(masses(run).await?) },
            Series { name: said("chains", "사슬"), shares: sums(window.shares()) },
        ],
    })
}

/// What the samplers are called in pictures.
const TITLES: [Text; 6] = [
    said("Metropolis", "메트로폴리스"),
    said("Gibbs", "깁스"),
    said("Langevin", "랑주뱅"),
    said("MALA", "MALA"),
    said("Hamiltonian", "해밀토니안"),
    said("No-U-turn", "NUTS"),
];

fn title(number: usize) -> Words {
    Words { en: TITLES[number].en.to_owned(), ko: TITLES[number].ko.to_owned() }
}
