//! What the latent-variable energy-based model shows.

use super::free_energy::{best, free_energy_of, lowest};
use super::{GRID, Latent, LatentEbm, Parts, ROWS};
use crate::plane::{ends, points};
use crate::{Curve, Error, Floats, Group, Knobs, Layer, Palette, Part, Picture, Role, Run, Words, said, words};

/// Test rows shown.
const SHOWN: usize = 600;
/// Curves of given x, one for each of so many values of `z` at most.
const CURVES: usize = 12;
/// Images for each of so many values of `z` at most.
const IMAGES: usize = 6;
/// Images of a test row in a picture: so many rows.
const LINES: usize = 5;
/// Bars of the use of `z` at most.
const BARS: usize = 16;
/// Temperatures at which the free energy is charted: powers of ten from here, so many a decade.
const COLDEST_DECADE: i32 = -4;
const DECADES: usize = 5;
const PER_DECADE: usize = 8;
/// Free energies above the lowest by this are drawn alike: a squared distance.
const DEPTH: f32 = 1.0;

impl LatentEbm {
    /// Values of `z` that stand for all: at most `most`, evenly.
    fn chosen(&self, most: usize) -> Vec<usize> {
        let shown = self.count.min(most);
        (0..shown).map(|number| number * self.count / shown).collect()
    }

    /// The curve that the decoder draws as `z` sweeps its set, or one for each `z` when `x` is given, and `G`.
    async fn family(&self, run: &mut Run<'_>) -> Result<Vec<Layer>, Error> {
        let columns: Vec<f32> = (0..GRID.cells).flat_map(|column| [GRID.centre(column)[0], 0.0]).collect();
        let decoded = self.decode(run, &columns).await?;
        let plain = said("Without z: G(x)", "z가 없는 G(x)");
        if self.parts == Parts::Across {
            let place = |column: usize, y: f32| [columns[2 * column], y];
            let curves = self.chosen(CURVES);
            let answer = |value: usize, column: usize| place(column, decoded.answer(column, value)[0]);
            let at = curves.iter().flat_map(|&value| (0..GRID.cells).flat_map(move |column| answer(value, column)));
            let mean = (0..GRID.cells).flat_map(|column| place(column, decoded.plain(column)[0])).collect();
            let name = said("Dec(x, z), one curve for each z", "Dec(x, z), z마다 곡선 하나");
            return Ok(vec![
                points(plain, Role::Other, mean),
                Layer::Lines { name, points: GRID.cells, at: Floats(at.collect()) },
            ]);
        }
        let answer = |value: usize| [decoded.answer(0, value)[0], decoded.answer(0, value)[1]];
        let swept = match self.latent {
            Latent::Angle => {
                let at = (0..=self.count).flat_map(|value| answer(value % self.count)).collect();
                let name = said("Dec(z), z once around", "Dec(z), z가 한 바퀴 돌 때");
                Layer::Lines { name, points: self.count + 1, at: Floats(at) }
            }
            Latent::Interval => {
                let at = (0..self.count).flat_map(answer).collect();
                let name = said("Dec(z), z from end to end", "Dec(z), z가 끝에서 끝까지 갈 때");
                Layer::Lines { name, points: self.count, at: Floats(at) }
            }
            Latent::Square => {
                let side = Latent::side(self.count);
                let along = (0..self.count).flat_map(answer);
                let across = (0..self.count).flat_map(|number| answer(number % side * side + number / side));
                let name = said("Dec(z), the square of z", "Dec(z), z의 정사각형");
                Layer::Lines { name, points: side, at: Floats(along.chain(across).collect()) }
            }
            Latent::Options => {
                let at = (0..self.count).flat_map(answer).collect();
                Layer::Marks {
                    name: said("Dec(z), one for each z", "Dec(z), z마다 하나"),
                    role: Role::Made,
                    at: Floats(at),
                }
            }
        };
        let mean = Layer::Marks { name: plain, role: Role::Other, at: Floats(decoded.plain(0).to_vec()) };
        if self.latent == Latent::Options {
            return Ok(vec![swept, mean]);
        }
        // Beads on a thin curve: where they crowd, many z say the same.
        let beads = points(
            said("One bead for each z", "z마다 구슬 하나"),
            Role::Made,
            (0..self.count).flat_map(answer).collect(),
        );
        Ok(vec![swept, beads, mean])
    }

    /// The free energy over the plane as colours.
    async fn heat(&self, run: &mut Run<'_>, args: &Knobs) -> Result<Layer, Error> {
        run.write("shown-temperature", &[args.real("temperature")]);
        let values = run.call_for("plane", 0, "free-energies").await?;
        let [low, high] = ends(&values);
        let name = said("Free energy F", "자유 에너지 F");
        let mut heat = GRID.heat_between(name, values, [low, high.min(low + DEPTH)], Palette::Sequential);
        if let Layer::Heat { levels, .. } = &mut heat {
            *levels = [0.04, 0.16, 0.36, 0.64].map(|height| low + height).to_vec();
        }
        Ok(heat)
    }

    pub(super) async fn plane(&self, run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
        let heat = self.heat(run, args).await?;
        let test = &run.data().test;
        let real = (0..test.len().min(SHOWN)).flat_map(|row| test.row(row)).collect();
        let mut layers = vec![heat, points(said("Data", "데이터"), Role::Real, real)];
        layers.extend(self.family(run).await?);
        Ok(GRID.picture(layers))
    }

    pub(super) async fn inference(&self, run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
        let point = [args.real("x"), args.real("y")];
        let energies = self.energies(run, &point).await?;
        let decoded = self.decode(run, &point).await?;
        let closest = self.parts.joined(&point, decoded.answer(0, best(&energies)));
        let mut layers = vec![self.heat(run, args).await?];
        layers.extend(self.family(run).await?);
        let way = [&point[..], &closest].concat();
        layers.extend([
            Layer::Trails {
                name: said("The way there", "거기까지의 길"),
                role: Role::Made,
                points: 2,
                at: Floats(way),
            },
            Layer::Marks { name: said("The point y", "고른 점 y"), role: Role::Real, at: Floats(point.to_vec()) },
            Layer::Marks {
                name: said("Best answer, Dec(ž)", "가장 좋은 답 Dec(ž)"),
                role: Role::Made,
                at: Floats(closest),
            },
        ]);
        let part = |en: &str, ko: &str, picture| Part { en: en.to_owned(), ko: ko.to_owned(), picture };
        Ok(Picture::Group(Group {
            parts: vec![
                part("The point and its best answer", "고른 점과 가장 좋은 답", GRID.picture(layers)),
                part("Energy E(y, z) for every z", "z마다의 에너지 E(y, z)", self.over_latent(&energies)),
                part("Free energy at every temperature", "온도에 따른 자유 에너지", over_temperature(&energies, args)),
            ],
        }))
    }

    /// The energies of one row over the set of `z`: `[K]`
    fn over_latent(&self, energies: &[f32]) -> Picture {
        let marked = best(energies);
        match self.latent {
            Latent::Square => {
                let side = Latent::side(self.count);
                let [low, high] = ends(energies);
                let values = Floats(energies.to_vec());
                let heat = Layer::Heat {
                    name: said("Energy", "에너지"),
                    height: side,
                    width: side,
                    values,
                    range: [low, high],
                    palette: Palette::Sequential,
                    levels: vec![],
                };
                let place = |index: usize| self.latent.value(index, side);
                let at = Floats(vec![place(marked % side), place(marked / side)]);
                let mark = Layer::Marks { name: said("ž", "ž"), role: Role::Made, at };
                let axes = Some([said("z1", "z1"), said("z2", "z2")]);
                Picture::Plane { bounds: [-1.0, 1.0, -1.0, 1.0], axes, layers: vec![heat, mark] }
            }
            Latent::Options => Picture::Bars {
                label: said("Energy E", "에너지 E"),
                names: (1..=self.count).map(|value| format!("z = {value}").into()).collect(),
                values: Floats(energies.to_vec()),
                marked: Some(marked),
            },
            Latent::Angle | Latent::Interval => {
                let value = |number: usize| self.latent.value(number, self.count);
                let x = match self.latent {
                    Latent::Angle => said("z, from 0 to 2π (the line marks ž)", "z, 0부터 2π까지 (세로선은 ž)"),
                    _ => said("z, from -1 to 1 (the line marks ž)", "z, -1부터 1까지 (세로선은 ž)"),
                };
                let curve = Curve {
                    name: said("E(y, z)", "E(y, z)"),
                    x: Floats((0..self.count).map(value).collect()),
                    y: Floats(energies.to_vec()),
                    dots: false,
                };
                let y = said("Squared distance", "거리의 제곱");
                Picture::Chart { x, y, curves: vec![curve], mark: Some(value(marked)) }
            }
        }
    }

    pub(super) async fn predictions(&self, run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
        let (shape, test) = (run.data().shape, &run.data().test);
        let first = args.whole("first").min(test.len().saturating_sub(LINES));
        let mut rows: Vec<f32> = args.drawn().map_or(vec![], <[f32]>::to_vec);
        let lines = LINES.min(test.len() + rows.len() / shape.len());
        let from_test = lines - rows.len() / shape.len();
        rows.extend((first..first + from_test).flat_map(|row| test.row(row)));
        let decoded = self.decode(run, &rows).await?;
        let energies = self.energies(run, &rows).await?;
        let values = self.chosen(IMAGES);
        let squares = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>();
        let (mut pixels, mut captions) = (Vec::new(), Vec::new());
        for (line, (row, energies)) in rows.chunks_exact(shape.len()).zip(energies.chunks_exact(self.count)).enumerate()
        {
            let found = best(energies);
            let plain = self.parts.joined(row, decoded.plain(line));
            captions.extend(["x, y".to_owned(), format!("G(x) {:.1}", squares(row, &plain))]);
            pixels.extend(row);
            pixels.extend(plain);
            // Of few options the best is among those shown, of a continuum it stands behind them.
            let last = (self.count > values.len()).then_some(found);
            for value in values.iter().copied().chain(last) {
                pixels.extend(self.parts.joined(row, decoded.answer(line, value)));
                let mark = if value == found { "ž = " } else { "" };
                captions.push(format!("{mark}z{} {:.1}", value + 1, energies[value]));
            }
        }
        let columns = captions.len() / lines;
        Ok(Picture::images(shape, columns, pixels).with_captions(captions))
    }

    pub(super) async fn usage(&self, run: &mut Run<'_>) -> Result<Picture, Error> {
        let test = &run.data().test;
        let rows: Vec<f32> = (0..test.len().min(4 * ROWS)).flat_map(|row| test.row(row)).collect();
        let bars = self.count.min(BARS);
        let mut shares = vec![0.0; bars];
        for chunk in rows.chunks(ROWS * test.width()) {
            for energies in self.energies(run, chunk).await?.chunks_exact(self.count) {
                shares[best(energies) * bars / self.count] += test.width() as f32 / rows.len() as f32;
            }
        }
        let name = |bar: usize| -> Words {
            let first = (bar * self.count).div_ceil(bars) + 1;
            let last = ((bar + 1) * self.count).div_ceil(bars);
            if first == last { format!("z{first}").into() } else { words!("z{first} to z{last}", "z{first}~z{last}") }
        };
        let label = said("Share of test rows", "테스트 데이터에서 차지하는 비율");
        Ok(Picture::Bars { label, names: (0..bars).map(name).collect(), values: Floats(shares), marked: None })
    }
}

/// `F_β` of one row from the coldest temperature to the hottest, and the smallest energy, which it tends to.
fn over_temperature(energies: &[f32], args: &Knobs) -> Picture {
    let steps = DECADES * PER_DECADE;
    let exponent = |step: usize| COLDEST_DECADE as f32 + step as f32 / PER_DECADE as f32;
    let curve = |name, value: &dyn Fn(f32) -> f64| Curve {
        name,
        x: Floats((0..=steps).map(exponent).collect()),
        y: Floats((0..=steps).map(|step| value(exponent(step)) as f32).collect()),
        dots: false,
    };
    let free = |exponent: f32| free_energy_of(energies, 10f64.powf(f64::from(exponent)));
    let mean = energies.iter().copied().map(f64::from).sum::<f64>() / energies.len() as f64;
    let mark = args.real("temperature").log10().clamp(COLDEST_DECADE as f32, exponent(steps));
    Picture::Chart {
        x: said("log10 T (the line marks the chosen T)", "log10 T (세로선은 고른 T)"),
        y: said("Energy", "에너지"),
        curves: vec![
            curve(said("F at temperature T", "온도 T에서의 F"), &free),
            curve(said("min E, the limit when cold", "min E, 차가울 때의 극한"), &|_| lowest(energies)),
            curve(said("mean E, the limit when hot", "E의 평균, 뜨거울 때의 극한"), &|_| mean),
        ],
        mark: Some(mark),
    }
}
