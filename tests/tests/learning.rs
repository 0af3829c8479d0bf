//! Every preset that the page offers works: from its own seed it reaches its bar in its number of steps.

#![allow(clippy::unwrap_used)]

use std::sync::Mutex;
use std::thread;

use daydream_cpu::Cpu;
use daydream_models::{Better, ModelSpec, Preset, Recipe, Session, zoo};
use pollster::block_on;

const SEED: u32 = 1;

/// Says what is wrong, if anything.
fn learns(spec: &'static ModelSpec, preset: &Preset) -> Result<(), String> {
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
    let name = format!("{} {}", spec.id, preset.id);
    if untrained.is_some_and(reaches) {
        return Err(format!("{name}: reached without training"));
    }
    block_on(session.step(preset.steps)).map_err(|error| format!("{name}: {error}"))?;
    let trained = measure(&mut session).unwrap_or(f64::NAN);
    println!("{name}: {} {trained:.4} after {} steps, bar {}", preset.metric, preset.steps, preset.bar);
    let problem = format!("{name}: {} is {trained}, the bar is {}", preset.metric, preset.bar);
    if reaches(trained) { Ok(()) } else { Err(problem) }
}

#[test]
fn every_preset_reaches_its_bar() {
    for spec in zoo::catalogue() {
        assert!(!spec.presets.is_empty(), "{} has no preset", spec.id);
    }
    let presets = zoo::catalogue().iter().flat_map(|spec| spec.presets.iter().map(move |preset| (*spec, preset)));
    // Each core takes the next one when it is done with one.
    let (left, problems) = (Mutex::new(presets), Mutex::new(Vec::new()));
    let next = || left.lock().unwrap().next();
    let work = || {
        while let Some((spec, preset)) = next() {
            if let Err(problem) = learns(spec, preset) {
                problems.lock().unwrap().push(problem);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, |cores| cores.get()) {
            scope.spawn(work);
        }
    });
    let problems = problems.into_inner().unwrap();
    assert!(problems.is_empty(), "{problems:#?}");
}
