//! Every preset that the page offers works: from its own seed it reaches its bar in its number of steps.

#![allow(clippy::unwrap_used)]

use daydream_cpu::Cpu;
use daydream_models::{Better, ModelSpec, Preset, Recipe, Session, zoo};
use pollster::block_on;

const SEED: u32 = 1;

fn learns(spec: &'static ModelSpec, preset: &Preset) {
    let recipe = Recipe::preset(spec, preset.id, SEED).unwrap();
    let mut session = block_on(Session::new(recipe, None, Box::new(Cpu::new()))).unwrap();
    let metric = spec.metrics.iter().find(|metric| metric.id == preset.metric).unwrap();
    let measure = |session: &mut Session| {
        let measured = block_on(session.evaluate(&[preset.metric])).unwrap();
        measured.iter().find(|(id, _)| id == preset.metric).map(|(_, value)| *value)
    };
    let reaches = |value: f64| match metric.better {
        Better::Up => value >= preset.bar,
        Better::Down => value <= preset.bar,
        Better::Neither => panic!("{}: the bar of {} has no direction", spec.id, preset.metric),
    };

    let untrained = measure(&mut session);
    assert!(!untrained.is_some_and(reaches), "{} {}: reached without training", spec.id, preset.id);
    block_on(session.step(preset.steps)).unwrap();
    let trained = measure(&mut session).unwrap_or(f64::NAN);
    let name = format!("{} {}", spec.id, preset.id);
    println!("{name}: {} {trained:.4} after {} steps, bar {}", preset.metric, preset.steps, preset.bar);
    assert!(reaches(trained), "{name}: {} is {trained}, the bar is {}", preset.metric, preset.bar);
}

#[test]
fn every_preset_reaches_its_bar() {
    for spec in zoo::catalogue() {
        assert!(!spec.presets.is_empty(), "{} has no preset", spec.id);
        for preset in spec.presets {
            learns(spec, preset);
        }
    }
}
