//! The model `samplers`: its chains against what is known of the targets.

use daydream_cpu::Cpu;
use daydream_models::{Recipe, Session, zoo};
use pollster::block_on;

fn open(preset: &str, seed: u32, knobs: &[(&str, &str)]) -> Session {
    let recipe = Recipe::preset(zoo::find("samplers").unwrap(), preset, seed).unwrap();
    let recipe = knobs.iter().fold(recipe, |recipe, (knob, typed)| recipe.with(knob, typed));
    block_on(Session::new(recipe, None, Box::new(Cpu::new()))).unwrap()
}

fn measure(session: &mut Session, id: &str) -> f64 {
    block_on(session.evaluate(&[id])).unwrap()[0].1
}

#[test]
fn every_preset_reaches_its_bar_from_several_seeds() {
    for preset in zoo::find("samplers").unwrap().presets {
        for seed in 1..3 {
            let mut session = open(preset.id, seed, &[]);
            block_on(session.step(preset.steps)).unwrap();
            let found = measure(&mut session, preset.metric);
            println!("{}, seed {seed}: {} {found:.4}", preset.id, preset.metric);
            assert!(found <= preset.bar, "{}, seed {seed}: {found}", preset.id);
        }
    }
}

/// Long steps without correction settle on another distribution; the same steps with correction do not.
#[test]
fn correction_is_seen_in_the_measures() {
    let mut session = open("ring", 5, &[("step-size", "0.35"), ("doublings", "1"), ("leaps", "1")]);
    block_on(session.step(800)).unwrap();
    session.set("sampler", 3.0).unwrap();
    let adjusted = measure(&mut session, "jensen_shannon");
    session.set("sampler", 2.0).unwrap();
    let unadjusted = measure(&mut session, "jensen_shannon");
    println!("adjusted {adjusted:.4}, unadjusted {unadjusted:.4}");
    assert!(unadjusted > 2.0 * adjusted, "{unadjusted} and {adjusted}");
}

/// The measured distribution follows β: there is one temperature at which states and density agree.
#[test]
fn chains_follow_the_temperature() {
    let mut session = open("ring", 5, &[("sampler", "hamiltonian"), ("doublings", "1"), ("beta", "0.3")]);
    block_on(session.step(300)).unwrap();
    let agrees = measure(&mut session, "jensen_shannon");
    session.set("beta", 1.0).unwrap();
    let differs = measure(&mut session, "jensen_shannon");
    println!("at its temperature {agrees:.4}, at another {differs:.4}");
    assert!(agrees < 0.02 && differs > 4.0 * agrees, "{agrees} and {differs}");
}
