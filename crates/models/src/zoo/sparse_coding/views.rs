//! What sparse coding shows.

use daydream_graph::{Function, Graph, Tensor};

use super::{Coder, ENOUGH, ROWS, is_active};
use crate::plane::{Grid, points};
use crate::{Curve, Error, Floats, Group, Knobs, Layer, Palette, Part, Picture, Role, Run, Text, said};

/// Cells of the energy surface.
const GRID: Grid = Grid::shown(64);
/// Images in a row of a view, and atoms in a row of the dictionary.
const COLUMNS: usize = 10;
const ATOM_COLUMNS: usize = 12;
/// Atoms that the picture of one row's code shows, the largest first.
const PARTS: usize = 16;
const PARTS_IN_A_ROW: usize = 8;
/// Iterations on the chart of the energy.
const CHARTED: usize = 60;
/// Rows that the chart is a mean over.
const CHARTED_ROWS: usize = 64;
/// Points shown.
const SHOWN: usize = 400;
/// Images along a side of the samples.
const SAMPLES: usize = 8;

/// The programs behind the views.
pub(super) fn programs<'g>(g: &'g Graph, coder: &Coder<'g>, rows: Tensor<'g>) -> Vec<Function> {
    let z = coder.infer(rows, ENOUGH);
    let evaluate = Function::new("evaluate")
        .output("energy", coder.energy(rows, z)) // [E]
        .output("reconstruction_error", coder.error(rows, z) / rows.extent(1) as f32) // [E]
        .output("active", is_active(z).sum(&[1])); // [E]
    let code = Function::new("code").output("codes", z).output("rows", z.dot(coder.atoms)); // [E, M], [E, D]

    let few = rows.slice(0, 0, CHARTED_ROWS);
    let energies = |is_fast: bool| {
        let codes = coder.codes(few, CHARTED, is_fast);
        let means: Vec<Tensor<'_>> = codes.iter().map(|&z| coder.energy(few, z).mean().reshape([1])).collect();
        Tensor::concat(&means, 0) // [1 + CHARTED]
    };
    let inference = Function::new("inference").output("ista", energies(false)).output("fista", energies(true));
    let mut programs = vec![evaluate, code, inference];
    if rows.extent(1) == 2 {
        let centres = GRID.centres_in(g);
        let energy = coder.energy(centres, coder.infer(centres, ENOUGH / 2));
        programs.push(Function::new("surface").output("energy", energy));
    }
    programs
}

/// The atoms as images around 0.
pub(super) async fn dictionary(run: &mut Run<'_>) -> Result<Picture, Error> {
    let shape = run.data().shape;
    let atoms = run.read_param("atoms").await?;
    let reach = atoms.iter().fold(1e-6f32, |reach, x| reach.max(x.abs()));
    let columns = ATOM_COLUMNS.min(atoms.len() / shape.len());
    Ok(Picture::coloured(shape, columns, atoms, [-reach, reach], Palette::Diverging))
}

/// The energy of the plane with the atoms as arrows.
pub(super) async fn surface(run: &mut Run<'_>) -> Result<Picture, Error> {
    let energy = run.call_for("surface", 0, "energy").await?;
    let penalty = run.knobs().real("penalty");
    let mut heat = GRID.heat_between(said("energy F(y)", "에너지 F(y)"), energy, [0.0, 1.5], Palette::Sequential);
    if let Layer::Heat { levels, .. } = &mut heat {
        // What the code of a point costs that lies on an atom, at distances of half a unit from the origin.
        *levels = [0.5, 1.0, 1.5, 2.0].map(|distance| penalty * distance).to_vec();
        levels.retain(|level| *level > 0.0);
    }
    let test = &run.data().test;
    let shown = (0..test.len().min(SHOWN)).flat_map(|row| test.row(row)).collect();
    let atoms = run.read_param("atoms").await?;
    let arrows = atoms.chunks_exact(2).flat_map(|atom| [0.0, 0.0, atom[0], atom[1]]).collect();
    Ok(GRID.picture(vec![
        heat,
        points(said("data", "데이터"), Role::Real, shown),
        Layer::Arrows { name: said("atoms", "원자"), arrows: Floats(arrows) },
    ]))
}

pub(super) async fn reconstructions(run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
    let data = run.data();
    let wanted = if data.shape.len() == 2 { ROWS } else { COLUMNS };
    let first = args.whole("first").min(data.test.len().saturating_sub(wanted));
    let count = run.write_rows("rows", &data.test, first).min(wanted);
    let originals: Vec<f32> = (first..first + count).flat_map(|row| data.test.row(row)).collect();
    let mut made = run.call_for("code", 0, "rows").await?;
    made.truncate(originals.len());
    if data.shape.len() > 2 {
        return Ok(Picture::images(data.shape, count, [originals, made].concat()));
    }
    let joined = originals.chunks_exact(2).zip(made.chunks_exact(2)).flat_map(|(x, y)| [x, y].concat()).collect();
    Ok(GRID.picture(vec![
        Layer::Lines { name: said("what became of it", "재구성된 자리"), points: 2, at: Floats(joined) },
        points(said("data", "데이터"), Role::Real, originals),
        points(said("made of atoms", "원자로 만든 점"), Role::Made, made),
    ]))
}

/// One row's code, and the atoms that it is made of.
pub(super) async fn code(run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
    let (data, width) = (run.data(), run.data().shape.len());
    let row = match args.drawn() {
        Some(drawn) => drawn.to_vec(),
        None => data.test.row(args.whole("row").min(data.test.len() - 1)),
    };
    let mut rows = row.clone();
    rows.resize(ROWS * width, 0.0);
    run.write("rows", &rows);
    run.call("code", 0);
    let mut code = run.read("code", "codes").await?;
    let made = run.read("code", "rows").await?;
    let atoms = run.read_param("atoms").await?;
    code.truncate(atoms.len() / width);

    let mut largest: Vec<usize> = (0..code.len()).collect();
    largest.sort_by(|&a, &b| code[b].abs().total_cmp(&code[a].abs()));
    let numbers = (1..=code.len()).map(|number| number as f32).collect();
    let curve = Curve { name: said("z", "z"), x: Floats(numbers), y: Floats(code.clone()), dots: true };
    let (x, y) = (said("number of the atom", "원자 번호"), said("code z", "코드 z"));
    let chart = Picture::Chart { x, y, curves: vec![curve], mark: None };
    let part = |en: &str, ko: &str, picture| Part { en: en.to_owned(), ko: ko.to_owned(), picture };
    let mut parts = vec![part("The code, a number for each atom", "원자마다 수가 하나인 코드", chart)];
    if width > 2 {
        let used: Vec<usize> = largest.into_iter().filter(|&atom| code[atom] != 0.0).take(PARTS).collect();
        let contribution = |&atom: &usize| {
            let weight = code[atom];
            atoms[atom * width..][..width].iter().map(move |x| x * weight)
        };
        let pieces: Vec<f32> = used.iter().flat_map(contribution).collect();
        let pair = Picture::images(data.shape, 2, [&row[..], &made[..width]].concat());
        parts.insert(0, part("The row, and what its code makes", "데이터와, 코드로 다시 만든 것", pair));
        if !used.is_empty() {
            let reach = pieces.iter().fold(1e-6f32, |reach, x| reach.max(x.abs()));
            let captions = used.iter().map(|&atom| format!("{:+.2}", code[atom])).collect();
            let picture = Picture::coloured(
                data.shape,
                used.len().min(PARTS_IN_A_ROW),
                pieces,
                [-reach, reach],
                Palette::Diverging,
            );
            let picture = picture.with_captions(captions);
            parts.insert(1, part("Its largest parts: z times the atom", "가장 큰 성분: z에 원자를 곱한 것", picture));
        }
    }
    Ok(Picture::Group(Group { parts }))
}

/// How far the energy is from its minimum after each iteration.
pub(super) async fn inference(run: &mut Run<'_>) -> Result<Picture, Error> {
    run.write_rows("rows", &run.data().test, 0);
    run.call("inference", 0);
    let ista = run.read("inference", "ista").await?;
    let fista = run.read("inference", "fista").await?;
    run.call("evaluate", 0);
    let minimum = run.read("evaluate", "energy").await?[..CHARTED_ROWS].iter().sum::<f32>() / CHARTED_ROWS as f32;
    let minimum = ista.iter().chain(&fista).copied().fold(minimum, f32::min);
    // Differences of energies in 32 bits end there.
    let floor = (1e-6 * ista[0].abs()).max(f32::MIN_POSITIVE);
    let curve = |name: Text, energies: Vec<f32>| {
        let x = (0..energies.len()).map(|number| number as f32).collect();
        let y = energies.into_iter().map(|energy| (energy - minimum).max(floor).log10()).collect();
        Curve { name, x: Floats(x), y: Floats(y), dots: false }
    };
    let curves = vec![curve(said("ISTA", "ISTA"), ista), curve(said("FISTA", "FISTA"), fista)];
    let mark = Some(run.knobs().real("iterations"));
    let y = said("log₁₀(E − min E)", "log₁₀(E − min E)");
    Ok(Picture::Chart { x: said("iterations", "반복 횟수"), y, curves, mark })
}

pub(super) async fn samples(run: &mut Run<'_>) -> Result<Picture, Error> {
    let mut rows = run.call_for("sample", 0, "rows").await?;
    let shape = run.data().shape;
    if shape.len() > 2 {
        rows.truncate(SAMPLES * SAMPLES * shape.len());
        return Ok(Picture::images(shape, SAMPLES, rows));
    }
    let test = &run.data().test;
    let real = (0..test.len().min(SHOWN)).flat_map(|row| test.row(row)).collect();
    Ok(GRID.picture(vec![
        points(said("data", "데이터"), Role::Real, real),
        points(said("made by the model", "모델이 만든 점"), Role::Made, rows),
    ]))
}
