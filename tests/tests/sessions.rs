//! What is true of every model's session: it replays, it survives being saved, it refuses what it cannot do and keeps its state.

#![allow(clippy::unwrap_used)]

use std::rc::Rc;

use daydream_cpu::Cpu;
use daydream_models::{Cost, Error, KnobKind, Metrics, ModelSpec, Named, Recipe, Session, data, zoo};
use daydream_tests::check_picture;
use pollster::block_on;

fn open(recipe: &Recipe) -> Session {
    block_on(Session::new(recipe.clone(), None, Box::new(Cpu::new()))).unwrap()
}

fn first_preset(spec: &'static ModelSpec, seed: u32) -> Recipe {
    Recipe::preset(spec, spec.presets[0].id, seed).unwrap()
}

fn bits(metrics: &Metrics) -> Vec<(String, u64)> {
    metrics.iter().map(|(id, value)| (id.clone(), value.to_bits())).collect()
}

#[test]
fn the_same_seed_gives_the_same_bits_after_200_steps() {
    for spec in zoo::catalogue() {
        let run = |strides: &[u64]| {
            let mut session = open(&first_preset(spec, 7));
            let steps: Vec<Metrics> = strides.iter().map(|&count| block_on(session.step(count)).unwrap()).collect();
            (bits(steps.last().unwrap()), block_on(session.save()).unwrap())
        };
        // However the steps are cut into calls, and whatever is drawn or measured between them.
        assert!(run(&[200]) == run(&[1, 99, 100]), "{} does not replay", spec.id);
    }
}

#[test]
fn looking_and_measuring_do_not_change_the_run() {
    for spec in zoo::catalogue() {
        let recipe = first_preset(spec, 7);
        let mut undisturbed = open(&recipe);
        block_on(undisturbed.step(10)).unwrap();
        let mut session = open(&recipe);
        block_on(session.step(10)).unwrap();
        for view in spec.views {
            if view.data.is_empty() || view.data.contains(&session.data().kind) {
                block_on(session.view(view.id, &[])).unwrap();
            }
        }
        let cheap = session.metric_ids(&[Cost::Cheap]);
        block_on(session.evaluate(&cheap)).unwrap();
        let expected = block_on(undisturbed.step(10)).unwrap();
        assert_eq!(bits(&block_on(session.step(10)).unwrap()), bits(&expected), "{}", spec.id);
    }
}

#[test]
fn a_restored_checkpoint_goes_on_where_it_was() {
    for spec in zoo::catalogue() {
        let recipe = first_preset(spec, 3);
        let mut session = open(&recipe);
        block_on(session.step(30)).unwrap();
        let file = block_on(session.save()).unwrap();
        let expected = block_on(session.step(20)).unwrap();
        let mut restored = open(&recipe);
        block_on(restored.load("run.safetensors", &file)).unwrap();
        assert_eq!(restored.steps_done(), 30);
        assert_eq!(bits(&block_on(restored.step(20)).unwrap()), bits(&expected), "{}", spec.id);
    }
}

#[test]
fn another_seed_gives_another_run() {
    for spec in zoo::catalogue() {
        let run = |seed| block_on(open(&first_preset(spec, seed)).step(3)).unwrap();
        assert_ne!(bits(&run(1)), bits(&run(2)), "{}", spec.id);
    }
}

#[test]
fn a_refused_checkpoint_changes_nothing() {
    let specs = zoo::catalogue();
    for (spec, other) in specs.iter().zip(specs.iter().cycle().skip(1)) {
        let foreign = block_on(open(&first_preset(other, 1)).save()).unwrap();
        let recipe = first_preset(spec, 1);
        let mut session = open(&recipe);
        block_on(session.step(5)).unwrap();
        let own = block_on(session.save()).unwrap();
        for (bytes, says) in
            [(&foreign[..], other.id), (&own[..own.len() / 2], "safetensors"), (b"no file", "safetensors")]
        {
            let error = block_on(session.load("dropped", bytes)).unwrap_err();
            assert!(matches!(error, Error::BadFile { .. }), "{error}");
            assert!(error.to_string().contains(says), "{error} should mention {says}");
        }
        assert_eq!(session.steps_done(), 5);
        assert!(block_on(session.save()).unwrap() == own, "{}: the refusal changed the session", spec.id);
    }
}

#[test]
fn impossible_knobs_are_refused_by_name() {
    for spec in zoo::catalogue() {
        for knob in spec.knobs {
            let typed = match &knob.kind {
                KnobKind::Whole { max, .. } | KnobKind::Real { max, .. } => (max * 2.0 + 1.0).to_string(),
                KnobKind::Choice { .. } | KnobKind::Switch { .. } => "perhaps".to_owned(),
            };
            let error = first_preset(spec, 1).with(knob.id, &typed).knobs().unwrap_err();
            assert!(matches!(&error, Error::BadKnob { knob: named, .. } if named == knob.id), "{error}");
        }
        let stray = first_preset(spec, 1).with("no-such-knob", "1").knobs().unwrap_err();
        assert!(matches!(stray, Error::Unknown { what: Named::Knob, .. }), "{stray}");
    }
    assert!(matches!(zoo::find("no-such-model"), Err(Error::Unknown { what: Named::Model, .. })));
}

#[test]
fn a_live_knob_out_of_range_leaves_the_session_as_it_was() {
    for spec in zoo::catalogue() {
        let mut session = open(&first_preset(spec, 1));
        let before = session.knobs().clone();
        for knob in spec.knobs.iter().filter(|knob| knob.live) {
            assert!(session.set(knob.id, f64::NAN).is_err());
            assert!(session.set(knob.id, 1e9).is_err());
        }
        assert_eq!(session.knobs(), &before, "{}", spec.id);
    }
}

/// A link names a knob by its id alone.
#[test]
fn no_knob_of_a_model_shares_its_id_with_one_of_a_data_set() {
    for model in zoo::catalogue() {
        for data in data::catalogue() {
            let shared: Vec<&str> = model
                .knobs
                .iter()
                .map(|knob| knob.id)
                .filter(|id| data.knobs.iter().any(|knob| knob.id == *id))
                .collect();
            assert!(shared.is_empty(), "{} and {}: {shared:?}", model.id, data.id);
        }
    }
}

#[test]
fn every_model_builds_on_every_data_set_that_it_accepts() {
    for spec in zoo::catalogue() {
        for set in data::catalogue() {
            let recipe = Recipe::new(spec.id, set.id, 1);
            let opened = block_on(Session::new(recipe, None, Box::new(Cpu::new())));
            let accepted = spec.data.contains(&set.kind) && (set.labelled || !spec.needs_labels);
            match opened {
                Err(error) => assert!(!accepted, "{} on {}: {error}", spec.id, set.id),
                Ok(mut session) => {
                    assert!(accepted, "{} on {} should be refused", spec.id, set.id);
                    block_on(session.step(2)).unwrap();
                    let rows = block_on(session.sample(3, 9)).unwrap();
                    assert_eq!(rows.len(), 3 * session.data().shape.len(), "{} on {}", spec.id, set.id);
                    assert!(rows.iter().all(|x| x.is_finite()));
                    for view in spec.views.iter().filter(|view| view.data.is_empty() || view.data.contains(&set.kind)) {
                        let picture = block_on(session.view(view.id, &[])).unwrap();
                        check_picture(&format!("{} of {} on {}", view.id, spec.id, set.id), &picture);
                    }
                }
            }
        }
    }
}

/// Drawings are small data: three images, twenty points.
#[test]
fn every_model_learns_from_a_drawing() {
    let images: Vec<u8> = (0..3 * 64).map(|pixel| if pixel % 7 < 3 { 255 } else { 0 }).collect();
    let images = [&[0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 8, 0, 0, 0, 8][..], &images].concat();
    let points = (0..40).flat_map(|number| (number as f32 / 20.0 - 1.0).to_be_bytes());
    let points: Vec<u8> = [0, 0, 13, 2, 0, 0, 0, 20, 0, 0, 0, 2].into_iter().chain(points).collect();
    for bytes in [images, points] {
        let data = Rc::new(data::from_files(&[("a.drawn", bytes)]).unwrap());
        for spec in zoo::catalogue().iter().filter(|spec| spec.data.contains(&data.kind) && !spec.needs_labels) {
            let recipe = Recipe::new(spec.id, &data.name, 1);
            let mut session = block_on(Session::new(recipe, Some(Rc::clone(&data)), Box::new(Cpu::new()))).unwrap();
            block_on(session.step(5)).unwrap();
            let cheap = session.metric_ids(&[Cost::Cheap]);
            block_on(session.evaluate(&cheap)).unwrap();
            for view in spec.views.iter().filter(|view| view.data.is_empty() || view.data.contains(&data.kind)) {
                let picture = block_on(session.view(view.id, &[])).unwrap();
                check_picture(&format!("{} of {} on a drawing", view.id, spec.id), &picture);
            }
        }
    }
}

#[test]
fn divergence_stops_training_and_a_restart_heals_it() {
    for spec in zoo::catalogue() {
        let recipe = first_preset(spec, 1);
        let mut session = open(&recipe);
        let mut file = block_on(session.save()).unwrap();
        let header = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
        for number in file[8 + header..].chunks_exact_mut(4) {
            number.copy_from_slice(&3e38f32.to_le_bytes());
        }
        block_on(session.load("huge", &file)).unwrap();
        let error = (0..20).find_map(|_| block_on(session.step(25)).err());
        assert!(matches!(error, Some(Error::Diverged { .. })), "{}: {error:?}", spec.id);
        session.go_back();
        assert_eq!(session.steps_done(), 0);
        block_on(session.restart()).unwrap();
        assert_eq!(bits(&block_on(session.step(1)).unwrap()), bits(&block_on(open(&recipe).step(1)).unwrap()));
    }
}
