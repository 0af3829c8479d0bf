//! Sparse coding: its codes against the optimality conditions and closed forms, its gradient against finite differences.

#![allow(clippy::unwrap_used)]

use std::rc::Rc;

use daydream_cpu::Cpu;
use daydream_graph::{Executor, Reference};
use daydream_models::data::{Dataset, Kind, RowShape, Split, Values};
use daydream_models::{Picture, Recipe, Session, Setup, zoo};
use pollster::block_on;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

const SHAPE: RowShape = RowShape { height: 2, width: 3, channels: 1 };
const WIDTH: usize = 6;
const ATOMS: usize = 9;
const PENALTY: f64 = 0.3;

fn dataset(rows: Vec<f32>) -> Dataset {
    let split = Split::new(WIDTH, Values::Reals(rows), None);
    Dataset {
        name: "made".to_owned(),
        kind: Kind::Images,
        shape: SHAPE,
        classes: 0,
        train: split.clone(),
        valid: None,
        test: split,
        density: None,
        ratings: None,
    }
}

fn rows(count: usize, seed: u64) -> Vec<f32> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    (0..count * WIDTH).map(|_| 2.0 * rng.random::<f32>() - 0.8).collect()
}

/// The model's programs in 64 bits.
struct Machine {
    module: daydream_graph::Module,
    device: Reference,
}

impl Machine {
    fn new(rows: &[f32], knobs: &[(&str, &str)]) -> Machine {
        let recipe = Recipe::new("sparse-coding", "made", 7).with("atoms", &ATOMS.to_string());
        let recipe = knobs.iter().fold(recipe, |recipe, (knob, typed)| recipe.with(knob, typed));
        let recipe = recipe.with("batch", &(rows.len() / WIDTH).to_string());
        let knobs = recipe.knobs().unwrap();
        let data = dataset(rows.to_vec());
        let module = (zoo::find("sparse-coding").unwrap().build)(&Setup { data: &data, knobs: &knobs }).unwrap().module;
        let mut device = Reference::new();
        device.load(&module).unwrap();
        let mut machine = Machine { module, device };
        machine.run("init");
        machine.write("batch.rows", rows);
        machine.write("penalty", &[PENALTY as f32]);
        machine
    }

    fn run(&mut self, program: &str) {
        let number = self.module.programs.iter().position(|known| known.name == program).unwrap();
        self.device.run(number, 7, 0);
    }

    fn write(&mut self, input: &str, values: &[f32]) {
        let variable = self.module.input(input).unwrap();
        self.device.write(variable.offset, values);
    }

    fn output(&self, program: &str, output: &str) -> Vec<f64> {
        let program = self.module.program(program).unwrap();
        self.device.numbers(program.buffer(program.output(output).unwrap().buffer).range()).to_vec()
    }

    fn param(&self, name: &str) -> Vec<f64> {
        self.device.numbers(self.module.param(name).unwrap().range()).to_vec()
    }
}

/// `2 w_jᵀ (y - Wz)`, the slope of the error down which `z_j` would go.
fn slopes(atoms: &[f64], y: &[f32], z: &[f64]) -> Vec<f64> {
    let made = |d: usize| -> f64 { z.iter().enumerate().map(|(j, z)| z * atoms[j * WIDTH + d]).sum() };
    let left: Vec<f64> = (0..WIDTH).map(|d| f64::from(y[d]) - made(d)).collect();
    atoms.chunks_exact(WIDTH).map(|atom| 2.0 * atom.iter().zip(&left).map(|(w, r)| w * r).sum::<f64>()).collect()
}

#[test]
fn codes_fulfil_the_conditions_of_the_minimum() {
    let given = rows(8, 1);
    for (codes, is_signed) in [("signed", true), ("nonnegative", false)] {
        let mut machine = Machine::new(&given, &[("codes", codes)]);
        let mut all = given.clone();
        all.resize(256 * WIDTH, 0.0);
        machine.write("rows", &all);
        machine.run("code");
        let (atoms, codes) = (machine.param("atoms"), machine.output("code", "codes"));
        for atom in atoms.chunks_exact(WIDTH) {
            assert!((atom.iter().map(|x| x * x).sum::<f64>() - 1.0).abs() < 1e-6);
        }
        let mut zeros = 0;
        for (y, z) in given.chunks_exact(WIDTH).zip(codes.chunks_exact(ATOMS)) {
            for (&z, slope) in z.iter().zip(slopes(&atoms, y, z)) {
                // λ times the sign where the code is not 0; between -λ and λ where it is.
                let fits = if z != 0.0 {
                    (slope - PENALTY * z.signum()).abs() < 1e-3
                } else {
                    slope < PENALTY + 1e-3 && (!is_signed || slope > -PENALTY - 1e-3)
                };
                assert!(fits && (is_signed || z >= 0.0), "{codes:?}: code {z} with slope {slope}");
                zeros += usize::from(z == 0.0);
            }
        }
        assert!(zeros > 8, "{zeros} of {} numbers are 0", 8 * ATOMS);
    }
}

#[test]
fn the_energy_falls_as_fast_as_the_theorems_say() {
    let mut machine = Machine::new(&rows(64, 2), &[]);
    let mut all = rows(64, 2);
    all.resize(256 * WIDTH, 0.0);
    machine.write("rows", &all);
    machine.run("inference");
    let (ista, fista) = (machine.output("inference", "ista"), machine.output("inference", "fista"));
    machine.run("evaluate");
    let minimum = machine.output("evaluate", "energy")[..64].iter().sum::<f64>() / 64.0;
    machine.run("code");
    let codes = machine.output("code", "codes");
    let length = codes[..64 * ATOMS].iter().map(|z| z * z).sum::<f64>() / 64.0; // mean of ||z* - z₀||²
    // L is at most twice the sum of the eigenvalues of the Gram matrix, which is the number of atoms.
    let steepest = 2.0 * ATOMS as f64;
    assert!(ista.windows(2).all(|pair| pair[1] <= pair[0] + 1e-9), "{ista:?}");
    for (step, (slow, fast)) in ista.iter().zip(&fista).enumerate().skip(1) {
        let t = step as f64;
        // Beck & Teboulle 2009, theorems 3.1 and 4.4.
        assert!(slow - minimum <= steepest * length / (2.0 * t) + 1e-6, "ISTA at {step}");
        assert!(fast - minimum <= 2.0 * steepest * length / (t + 1.0).powi(2) + 1e-6, "FISTA at {step}");
    }
    assert!(fista[30] - minimum < 0.5 * (ista[30] - minimum), "{} and {}", fista[30] - minimum, ista[30] - minimum);
}

#[test]
fn the_gradient_of_the_dictionary_is_the_slope_of_the_energy_at_the_code_found() {
    let given = rows(5, 3);
    // At the minimum over the code the energy changes with the dictionary as the error at that code does. With fewer atoms than numbers
    // in a row the way there is short.
    let knobs = [("iterations", "60"), ("atoms", "4")];
    let mut machine = Machine::new(&given, &knobs);
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(4);
    let direction: Vec<f64> = (0..4 * WIDTH).map(|_| rng.random::<f64>() - 0.5).collect();
    let start = machine.param("atoms");
    let place = machine.module.param("atoms").unwrap().offset;
    let mut energy_at = |distance: f64| {
        let moved: Vec<f64> = start.iter().zip(&direction).map(|(x, d)| x + distance * d).collect();
        machine.device.set_numbers(place, &moved);
        machine.run("train");
        let energy = machine.output("train", "energy")[0];
        let slopes = machine.param("adam.mean.atoms");
        (energy, slopes)
    };
    let (above, _) = energy_at(1e-4);
    let (below, _) = energy_at(-1e-4);
    let mut fresh = Machine::new(&given, &knobs);
    fresh.run("train");
    let first_moment = fresh.param("adam.mean.atoms");
    let graph: f64 = first_moment.iter().zip(&direction).map(|(m, d)| m / f64::from(1.0 - 0.9f32) * d).sum();
    let numeric = (above - below) / 2e-4;
    assert!((graph - numeric).abs() < 1e-4 * (1.0 + numeric.abs()), "{graph} and {numeric}");
}

#[test]
fn a_dictionary_is_found_again() {
    // Rows made of one or two of six hidden atoms.
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
    let mut hidden: Vec<f32> = (0..6 * WIDTH).map(|_| rng.random::<f32>() - 0.5).collect();
    for atom in hidden.chunks_exact_mut(WIDTH) {
        let length = atom.iter().map(|x| x * x).sum::<f32>().sqrt();
        atom.iter_mut().for_each(|x| *x /= length);
    }
    let mut given = vec![0.0; 2000 * WIDTH];
    for row in given.chunks_exact_mut(WIDTH) {
        for _ in 0..1 + rng.random_range(0..2) {
            let (atom, weight) =
                (rng.random_range(0..6), (1.0 + rng.random::<f32>()) * if rng.random() { 1.0 } else { -1.0 });
            row.iter_mut().zip(&hidden[atom * WIDTH..]).for_each(|(x, w)| *x += weight * w);
        }
    }
    let recipe = Recipe::new("sparse-coding", "made", 1).with("atoms", "12").with("penalty", "0.2");
    let recipe = recipe.with("learning-rate", "0.01");
    let mut session = block_on(Session::new(recipe, Some(Rc::new(dataset(given))), Box::new(Cpu::new()))).unwrap();
    block_on(session.step(1500)).unwrap();
    let Picture::Images { pixels, .. } = block_on(session.view("dictionary", &[])).unwrap() else { panic!("images") };
    let overlap = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>().abs();
    let best: Vec<f32> = hidden
        .chunks_exact(WIDTH)
        .map(|atom| pixels.0.chunks_exact(WIDTH).map(|found| overlap(atom, found)).fold(0.0, f32::max))
        .collect();
    assert!(best.iter().all(|&overlap| overlap > 0.95), "{best:?}");
}

#[test]
fn a_drawing_gets_a_code() {
    let recipe = Recipe::new("sparse-coding", "digits", 1);
    let mut session = block_on(Session::new(recipe, None, Box::new(Cpu::new()))).unwrap();
    let drawn = session.data().test.row(9);
    let of_row = block_on(session.view("code", &[("row".to_owned(), 9.0)])).unwrap();
    let of_drawing = block_on(session.view_drawn("code", &[], Some(drawn))).unwrap();
    assert_eq!(of_row, of_drawing);
}
