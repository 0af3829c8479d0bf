//! The Hopfield network against what is known of it exactly: its rules, its descent, its capacity and the states that nobody stored.

#![allow(clippy::unwrap_used)]

use std::rc::Rc;

use daydream_cpu::Cpu;
use daydream_graph::{Executor, Function, Graph};
use daydream_models::data::{Dataset, Kind, RowShape, Split, Values};
use daydream_models::zoo::hopfield::capacity::{self, hebbian};
use daydream_models::zoo::hopfield::memory::{Energy, Memory};
use daydream_models::zoo::hopfield::recall::{End, end_of};
use daydream_models::{Picture, Recipe, Session};
use nalgebra::DMatrix;
use pollster::block_on;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use safetensors::SafeTensors;

fn coins(count: usize, seed: u64) -> Vec<f32> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    (0..count).map(|_| if rng.random::<bool>() { 1.0 } else { -1.0 }).collect()
}

/// Patterns of ±1 as images, the same to train and to test on.
fn session(patterns: &[f32], width: usize, knobs: &[(&str, &str)]) -> Session {
    let shape = RowShape { height: 1, width, channels: 1 };
    let split = Split::new(width, Values::Reals(patterns.iter().map(|s| 0.5 + 0.5 * s).collect()), None);
    let data = Dataset {
        name: "made".to_owned(),
        kind: Kind::Images,
        shape,
        classes: 0,
        train: split.clone(),
        valid: None,
        test: split,
        density: None,
        ratings: None,
    };
    let recipe =
        knobs.iter().fold(Recipe::new("hopfield", "made", 7), |recipe, (knob, typed)| recipe.with(knob, typed));
    block_on(Session::new(recipe, Some(Rc::new(data)), Box::new(Cpu::new()))).unwrap()
}

fn param(session: &mut Session, name: &str) -> Vec<f32> {
    let file = block_on(session.save()).unwrap();
    let bytes = SafeTensors::deserialize(&file).unwrap().tensor(name).unwrap().data().to_vec();
    bytes.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect()
}

#[test]
fn hebbs_rule_adds_up_products() {
    let (units, count) = (12, 5);
    let patterns = coins(units * count, 1);
    let mut session = session(&patterns, units, &[("learning-rule", "hebb")]);
    let metrics = block_on(session.step(20)).unwrap();
    assert_eq!(metrics[0], ("stored".to_owned(), 5.0));
    let xi = DMatrix::from_row_slice(count, units, &patterns);
    assert_eq!(param(&mut session, "couplings"), (xi.transpose() * xi).as_slice());
    assert_eq!(param(&mut session, "patterns")[..units * count], patterns);
}

#[test]
fn the_pseudo_inverse_rule_makes_the_projection_onto_the_patterns() {
    let (units, count) = (20, 6);
    let mut patterns = coins(units * count, 2);
    // The last pattern lies in the span of the others and adds nothing.
    let first: Vec<f32> = patterns[..units].iter().map(|s| -s).collect();
    patterns[units * (count - 1)..].copy_from_slice(&first);
    let mut session = session(&patterns, units, &[]);
    block_on(session.step(count as u64)).unwrap();
    let xi = DMatrix::from_row_slice(count, units, &patterns).map(f64::from);
    let projection = xi.clone().pseudo_inverse(1e-9).unwrap() * xi;
    let found = param(&mut session, "couplings");
    let off = found.iter().zip(projection.iter()).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max);
    assert!(off < 1e-5, "{off}");
}

fn memories(units: usize, patterns: &[f32]) -> Vec<Memory> {
    let dense = [Energy::Cubic, Energy::Exponential, Energy::Attention { beta: 2.0 }];
    let dense = dense.into_iter().map(|energy| Memory { units, patterns: patterns.to_vec(), energy });
    [hebbian(units, patterns.to_vec())].into_iter().chain(dense).collect()
}

/// Every change lowers the energy, by as much as its definition says, and at the end no single unit can lower it any more.
#[test]
fn the_energy_never_rises_on_the_way() {
    let units = 60;
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
    for memory in memories(units, &coins(units * 9, 3)) {
        for seed in 0..10 {
            let start = coins(units, 100 + seed);
            let path = memory.settle(&start, &mut rng);
            assert!(!path.changes.is_empty());
            assert_eq!(path.after(path.updates), path.end);
            let mut before = memory.energy(&start);
            assert!((before - path.start_energy).abs() < 1e-9);
            for change in &path.changes {
                let energy = memory.energy(&path.after(change.update));
                assert!((energy - change.energy).abs() < 1e-5, "{energy} {}", change.energy);
                assert!(energy <= before + 1e-7, "{:?}: {before} to {energy}", memory.energy);
                before = energy;
            }
            for unit in (0..units).filter(|_| !matches!(memory.energy, Energy::Attention { .. })) {
                let mut turned = path.end.clone();
                turned[unit] = -turned[unit];
                assert!(memory.energy(&turned) >= before - 1e-6);
            }
        }
    }
}

/// The metric that training reports is the energy by which states settle.
#[test]
fn the_graph_and_the_host_agree_on_energies() {
    let (units, count) = (30, 4);
    let patterns = coins(units * count, 9);
    let mut names = ["quadratic", "cubic", "exponential", "attention"].into_iter();
    for memory in memories(units, &patterns) {
        let name = names.next().unwrap();
        let mut session = session(&patterns, units, &[("learning-rule", "hebb"), ("energy", name), ("beta", "2")]);
        let metrics = block_on(session.step(count as u64)).unwrap();
        let expected = memory.each().map(|xi| memory.energy(xi)).sum::<f64>() / count as f64;
        assert_eq!(metrics[1].0, "energy");
        assert!((metrics[1].1 - expected).abs() < 1e-5, "{name}: {} {expected}", metrics[1].1);
    }
}

#[test]
fn one_update_of_attention_is_the_attention_of_transformers() {
    let (units, count) = (16, 5);
    let memory = Memory { units, patterns: coins(units * count, 4), energy: Energy::Attention { beta: 1.0 } };
    let start = coins(units, 5);
    let path = memory.settle(&start, &mut Xoshiro256PlusPlus::seed_from_u64(1));

    let g = Graph::new();
    let (query, keys) = (g.input("query", [1, units]), g.input("keys", [count, units]));
    let module = g.compile(&[Function::new("attend").output("answer", query.attention(keys, keys, None))]);
    let mut device = Cpu::new();
    device.load(&module).unwrap();
    device.write(module.input("query").unwrap().offset, &start);
    device.write(module.input("keys").unwrap().offset, &memory.patterns);
    let number = module.programs.iter().position(|program| program.name == "attend").unwrap();
    device.run(number, 1, 0);
    let program = &module.programs[number];
    let answer = block_on(device.read(program.buffer(program.output("answer").unwrap().buffer).range())).unwrap();
    let off = path.after(1).iter().zip(&answer).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(off < 1e-5, "{off}");
}

/// 0.138 for endless networks (Amit, Gutfreund & Sompolinsky 1985); the criterion is told in `capacity.rs`.
#[test]
fn the_capacity_of_hebbs_rule_is_that_of_the_theory() {
    let curve = capacity::curve(500, 10, 1);
    for point in &curve {
        println!("load {:.3}: overlap {:.3}, retrieved {:.2}", point.load, point.overlap, point.retrieved);
    }
    let found = capacity::capacity(&curve).unwrap();
    println!("capacity {found:.4}");
    assert!((found - capacity::LIMIT).abs() <= 0.015, "{found}");
    assert!(curve[0].retrieved > 0.99 && curve.last().unwrap().retrieved < 0.05);
}

/// Mixtures of three patterns are stable at a low load (Amit, Gutfreund & Sompolinsky 1985), and recognised.
#[test]
fn mixtures_of_three_are_stable_and_have_names() {
    let units = 999;
    let memory = hebbian(units, coins(units * 3, 11));
    let votes: Vec<f32> = (0..units).map(|unit| memory.each().map(|xi| xi[unit]).sum::<f32>().signum()).collect();
    let end = memory.settle(&votes, &mut Xoshiro256PlusPlus::seed_from_u64(1)).end;
    let End::Mixture(mut parts) = end_of(&memory, &end) else { panic!("a mixture") };
    parts.sort_unstable();
    assert_eq!(parts, [(0, true), (1, true), (2, true)]);
    let first: Vec<f32> = memory.each().next().unwrap().to_vec();
    assert_eq!(end_of(&memory, &first), End::Pattern(0));
    assert_eq!(end_of(&memory, &first.iter().map(|s| -s).collect::<Vec<f32>>()), End::Negative(0));
    assert_eq!(end_of(&memory, &coins(units, 77)), End::Other);
}

/// As many patterns as Hebb's rule loses in 64 units are all recalled by the exponential energy, even four times as many as there are units.
#[test]
fn the_exponential_energy_holds_more_patterns_than_there_are_units() {
    let (units, count) = (64, 256);
    let patterns = coins(units * count, 8);
    let recalled = |energy: &str| {
        let knobs = [("energy", energy), ("learning-rule", "hebb"), ("patterns", "256")];
        let mut session = session(&patterns, units, &knobs);
        block_on(session.step(count as u64)).unwrap();
        block_on(session.evaluate(&["recalled"])).unwrap()[0].1
    };
    assert!(recalled("exponential") > 0.95);
    assert!(recalled("quadratic") < 0.05);
}

#[test]
fn two_drawn_images_are_enough() {
    let patterns = coins(2 * 64, 3);
    let mut session = session(&patterns, 64, &[]);
    block_on(session.step(3)).unwrap();
    assert_eq!(block_on(session.evaluate(&["recalled"])).unwrap()[0].1, 1.0);
    // What the visitor draws: the second pattern, some of it rubbed out.
    let mut drawn: Vec<f32> = patterns[64..].iter().map(|s| 0.5 + 0.5 * s).collect();
    drawn[..12].fill(0.0);
    let Picture::Group(group) = block_on(session.view_drawn("settling", &[], Some(drawn))).unwrap() else { panic!() };
    let Picture::Images { captions, .. } = &group.parts[1].picture else { panic!("images") };
    assert_eq!(captions, &["2: 1.00"]);
}
