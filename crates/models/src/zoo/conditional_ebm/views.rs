//! What the conditional energy-based model shows.

use super::inference::{Section, centre, minima};
use super::{CELLS, DESCENDING, GRID, REACH, ROWS, STRIDE};
use crate::plane::points;
use crate::{Curve, Error, Floats, Group, Knobs, Layer, Palette, Part, Picture, Role, Run, said};

/// Test rows shown.
const SHOWN: usize = 600;
/// How far above the lowest energy colours still change, in nats.
const DEPTH: f32 = 12.0;
/// Starts of the descents for one `x`, and of those for all.
const STARTS: usize = 11;
const STARTS_OF_ALL: usize = 8;
/// How many `x` are answered at once.
const COLUMNS: usize = DESCENDING / STARTS_OF_ALL;
/// Starts lie within `±START`, all of them inside the picture.
const START: f32 = 2.1;

/// The energies of the plane and the regressor's curve.
struct Landscape {
    energies: Vec<f32>,
    curve: Vec<f32>,
}

impl Landscape {
    async fn of(run: &mut Run<'_>) -> Result<Landscape, Error> {
        let energies = run.call_for("plane", 0, "energies").await?;
        let answers = run.read("plane", "answers").await?;
        let curve = answers.iter().enumerate().flat_map(|(column, &y)| [GRID.centre(column)[0], y]).collect();
        Ok(Landscape { energies, curve })
    }

    /// `-log p(y|x) = F(x, y) + log Z(x)` in nats, `Z` over the part of the plane that is shown.
    fn surprises(&self) -> Vec<f32> {
        let mut surprises = self.energies.clone();
        for column in 0..GRID.cells {
            let energies = || self.energies[column..].iter().step_by(GRID.cells);
            let lowest = energies().copied().fold(f32::INFINITY, f32::min);
            let sum: f32 = energies().map(|energy| (lowest - energy).exp()).sum();
            let log_partition = (sum * GRID.cell()).ln() - lowest;
            surprises[column..].iter_mut().step_by(GRID.cells).for_each(|value| *value += log_partition);
        }
        surprises
    }

    /// The function that stands at `show` among the options, as colours with contour lines.
    fn heat(&self, show: usize) -> Layer {
        let (name, values) = match show {
            0 => (said("-log p(y|x), nats", "-log p(y|x), 내트"), self.surprises()),
            1 => (said("Energy F(x, y)", "에너지 F(x, y)"), self.energies.clone()),
            _ => (said("p(y|x)", "p(y|x)"), self.surprises().into_iter().map(|value| (-value).exp()).collect()),
        };
        let lowest = values.iter().copied().fold(f32::INFINITY, f32::min);
        let highest = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let top = if show == 2 { highest } else { highest.min(lowest + DEPTH) };
        let mut heat = GRID.heat_between(name, values, [lowest, top.max(lowest + 1e-6)], Palette::Sequential);
        if let Layer::Heat { levels, .. } = &mut heat
            && show < 2
        {
            *levels = (1..=6).map(|level| lowest + 2.0 * level as f32).collect();
        }
        heat
    }

    fn regressor(&self) -> Layer {
        points(said("Regressor G(x)", "회귀 모델 G(x)"), Role::Other, self.curve.clone())
    }
}

fn data(run: &Run<'_>) -> Layer {
    let test = &run.data().test;
    let rows = (0..test.len().min(SHOWN)).flat_map(|row| test.row(row)).collect();
    points(said("Data", "데이터"), Role::Real, rows)
}

fn plane(layers: Vec<Layer>) -> Picture {
    let reach = GRID.reach;
    let axes = Some([said("x", "x"), said("y", "y")]);
    Picture::Plane { bounds: [-reach, reach, -reach, reach], axes, layers }
}

pub(super) async fn energy(run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
    let landscape = Landscape::of(run).await?;
    Ok(plane(vec![landscape.heat(args.whole("show")), data(run), landscape.regressor()]))
}

pub(super) async fn inference(run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
    let landscape = Landscape::of(run).await?;
    let (x, clicked) = (args.real("x"), args.real("y"));
    let starts: Vec<f32> = (0..STARTS).flat_map(|start| [x, spread(start, STARTS)]).chain([x, clicked]).collect();
    let trails = descend(run, args, &starts).await?;
    let steps = trails.len() / (2 * (STARTS + 1));
    let (others, from_click) = trails.split_at(2 * steps * STARTS);

    let mut rows = vec![0.0; 2 * ROWS];
    rows[0] = x;
    run.write("rows", &rows);
    let energies = run.call_for("evaluate", 0, "sections").await?[..CELLS].to_vec();
    let answer = run.read("evaluate", "answers").await?[0];
    let section = Section::new(&energies);
    let line = vec![x, -GRID.reach, x, GRID.reach];
    let trail = |name, role, at: &[f32]| Layer::Trails { name, role, points: steps, at: Floats(at.to_vec()) };
    let picture = plane(vec![
        landscape.heat(0),
        data(run),
        Layer::Lines { name: said("The chosen x", "고른 x"), points: 2, at: Floats(line) },
        trail(said("Descents from several starts", "여러 출발점에서 내려온 길"), Role::Made, others),
        trail(said("From where you clicked", "누른 곳에서 내려온 길"), Role::Real, from_click),
        Layer::Marks {
            name: said("Lowest energy y*", "에너지가 가장 낮은 y*"),
            role: Role::Made,
            at: Floats(vec![x, section.lowest()]),
        },
        Layer::Marks {
            name: said("Regressor's answer", "회귀 모델의 답"),
            role: Role::Other,
            at: Floats(vec![x, answer]),
        },
    ]);
    let parts = vec![
        Part { en: "Descent".to_owned(), ko: "경사 하강".to_owned(), picture },
        Part {
            en: format!("Energy along y at x = {x:.2}"),
            ko: format!("x = {x:.2}에서 y에 따른 에너지"),
            picture: profile(&energies, answer),
        },
    ];
    Ok(Picture::Group(Group { parts }))
}

/// `F(x, ·)` with its minima and where the regressor answers.
fn profile(energies: &[f32], answer: f32) -> Picture {
    let shown = |y: &f32| y.abs() <= GRID.reach;
    let found: Vec<[f32; 2]> = minima(energies).into_iter().filter(|[y, _]| shown(y)).collect();
    let cells = || (0..CELLS).filter(|&cell| shown(&centre(cell)));
    let mut curves = vec![Curve {
        name: said("F(x, y)", "F(x, y)"),
        x: Floats(cells().map(centre).collect()),
        y: Floats(cells().map(|cell| energies[cell]).collect()),
        dots: false,
    }];
    if !found.is_empty() {
        curves.push(Curve {
            name: said("Its minima", "극소점"),
            x: Floats(found.iter().map(|[y, _]| *y).collect()),
            y: Floats(found.iter().map(|[_, energy]| *energy).collect()),
            dots: true,
        });
    }
    Picture::Chart {
        x: said("y (the line marks the regressor's answer)", "y (세로선은 회귀 모델의 답)"),
        y: said("Energy, nats", "에너지, 내트"),
        curves,
        mark: Some(answer.clamp(-REACH, REACH)),
    }
}

pub(super) async fn all(run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
    let landscape = Landscape::of(run).await?;
    let starts: Vec<f32> = (0..COLUMNS)
        .flat_map(|column| {
            (0..STARTS_OF_ALL).flat_map(move |start| [spread(column, COLUMNS), spread(start, STARTS_OF_ALL)])
        })
        .collect();
    let trails = descend(run, args, &starts).await?;
    let points = trails.len() / starts.len();
    let descents = Layer::Trails {
        name: said("Answers on their way down", "내려오는 중인 답"),
        role: Role::Made,
        points,
        at: Floats(trails),
    };
    Ok(plane(vec![landscape.heat(0), descents, landscape.regressor()]))
}

/// Number `index` of `count` places, evenly within `±START`.
fn spread(index: usize, count: usize) -> f32 {
    START * (2.0 * (index as f32 + 0.5) / count as f32 - 1.0)
}

/// Points `(x, y)` and where `y <- y - η ∂F/∂y` takes them: `[N, 2] -> [N, steps + 1, 2]`.
async fn descend(run: &mut Run<'_>, args: &Knobs, starts: &[f32]) -> Result<Vec<f32>, Error> {
    let steps = args.whole("steps");
    let mut at = starts.to_vec();
    at.resize(2 * DESCENDING, 0.0);
    let mut places = vec![starts.to_vec()];
    run.write("descent-rate", &[args.real("rate")]);
    while places.len() <= steps {
        run.write("descending", &at);
        run.call("descend", 0);
        for step in 0..STRIDE {
            at = run.read("descend", &format!("step.{step}")).await?;
            places.push(at[..starts.len()].to_vec());
        }
    }
    places.truncate(steps + 1);
    let trails =
        (0..starts.len() / 2).flat_map(|start| places.iter().map(move |place| &place[2 * start..2 * start + 2]));
    Ok(trails.flatten().copied().collect())
}
