//! The deep belief network: layers in turn, and two classifiers on equal terms.

#![allow(clippy::unwrap_used)]

use std::collections::HashMap;

use daydream_cpu::Cpu;
use daydream_models::{Cost, Recipe, Session};
use pollster::block_on;
use safetensors::SafeTensors;

fn session(seed: u32, knobs: &[(&str, &str)]) -> Session {
    let recipe =
        knobs.iter().fold(Recipe::new("dbn", "digits", seed), |recipe, (knob, typed)| recipe.with(knob, typed));
    block_on(Session::new(recipe, None, Box::new(Cpu::new()))).unwrap()
}

fn params(session: &mut Session) -> HashMap<String, Vec<f32>> {
    let saved = block_on(session.save()).unwrap();
    let file = SafeTensors::deserialize(&saved).unwrap();
    let floats = |bytes: &[u8]| bytes.as_chunks::<4>().0.iter().map(|&x| f32::from_le_bytes(x)).collect();
    file.tensors().into_iter().map(|(name, tensor)| (name, floats(tensor.data()))).collect()
}

#[test]
fn layers_learn_in_turn_and_then_the_classifiers() {
    const SMALL: [(&str, &str); 4] = [("width", "20"), ("pretrain-steps", "10"), ("layers", "2"), ("labelled", "50")];
    let mut session = session(1, &SMALL);
    let mut at = vec![params(&mut session)];
    for _ in 0..3 {
        block_on(session.step(10)).unwrap();
        at.push(params(&mut session));
    }
    let moved = |phase: usize, name: &str| at[phase][name] != at[phase + 1][name];
    for (name, expected) in [
        ("layer1.weights", [true, false, false]),
        ("layer2.weights", [false, true, false]),
        ("pretrained.layer1.weight", [false, false, true]),
        ("random.layer1.weight", [false, false, true]),
    ] {
        assert_eq!([0, 1, 2].map(|phase| moved(phase, name)), expected, "{name}");
    }
    // The classifier starts from the layers: after ten of Adam's steps of 0.001 it has not gone far.
    let away =
        |name: &str, from: &str| at[3][name].iter().zip(&at[3][from]).map(|(x, y)| (x - y).abs()).fold(0.0, f32::max);
    assert!(away("pretrained.layer2.weight", "layer2.weights") < 0.011);
    assert!(away("random.layer2.weight", "layer2.weights") > 0.1);
}

#[test]
fn errors_are_measured_once_classifiers_learn() {
    let mut session = session(1, &[("width", "20"), ("pretrain-steps", "5")]);
    let cheap = session.metric_ids(&[Cost::Cheap]);
    assert!(block_on(session.evaluate(&cheap)).unwrap().is_empty());
    block_on(session.step(11)).unwrap();
    let found = block_on(session.evaluate(&cheap)).unwrap();
    assert_eq!(found.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), cheap);
    assert!((found[2].1 - (found[1].1 - found[0].1)).abs() < 1e-12);
}

/// With labels for 100 of 1,437 images, the mean over three seeds.
#[test]
fn layers_learned_without_labels_are_the_better_start() {
    let mut total = 0.0;
    for seed in 1..=3 {
        let mut session = session(seed, &[("labelled", "100"), ("pretrain-steps", "1000"), ("learning-rate", "0.1")]);
        block_on(session.step(2600)).unwrap();
        total += block_on(session.evaluate(&["advantage"])).unwrap()[0].1;
    }
    assert!(total / 3.0 > 0.0, "{}", total / 3.0);
}
