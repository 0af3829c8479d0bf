//! The Forward-Forward network: what its layers learn from, and that each learns alone.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::rc::Rc;

use daydream_cpu::Cpu;
use daydream_graph::{Executor, Function, Graph, Module, Reference, Tensor, grad};
use daydream_models::data::{Dataset, Kind, RowShape, Split, Values};
use daydream_models::zoo::ff::contrast::{Contrast, Examples};
use daydream_models::zoo::ff::negatives::{Negatives, hybrids, wrong_labels};
use daydream_models::zoo::ff::network::{Lesson, Network};
use daydream_models::{Error, Picture, Recipe, Session, Setup};
use pollster::block_on;
use safetensors::SafeTensors;

const ALL_KINDS: [(Negatives, &str); 3] =
    [(Negatives::Predictions, "predictions"), (Negatives::WrongLabels, "wrong-labels"), (Negatives::Hybrid, "hybrid")];

/// 12 images of 3 x 4 pixels with 3 labels, from a fixed rule.
fn data(channels: usize) -> Dataset {
    let shape = RowShape { height: 3, width: 4, channels };
    let pixels = (0..12 * shape.len()).map(|i| (i * i * 7 % 23) as f32 / 22.0).collect();
    let split = Split::new(shape.len(), Values::Reals(pixels), Some((0..12).map(|i| i % 3).collect()));
    Dataset {
        name: "made".to_owned(),
        kind: Kind::Images,
        shape,
        classes: 3,
        train: split.clone(),
        valid: None,
        test: split,
        density: None,
        ratings: None,
    }
}

/// The reference evaluator with a module on it, initialised, and the training rows in the inputs `images` and `labels`.
fn device(module: &Module, data: &Dataset) -> Reference {
    let mut device = Reference::new();
    device.load(module).unwrap();
    device.run(0, 5, 0);
    if let (Some(images), Some(labels)) = (module.input("images"), module.input("labels")) {
        let rows = images.shape[0];
        device.write(images.offset, &(0..rows).flat_map(|row| data.train.row(row)).collect::<Vec<f32>>());
        let known = data.train.labels().unwrap();
        device.write(labels.offset, &known[..rows].iter().map(|&label| f32::from(label)).collect::<Vec<f32>>());
    }
    device
}

fn output(device: &Reference, module: &Module, program: &str, name: &str) -> Vec<f64> {
    let program = module.program(program).unwrap();
    device.numbers(program.buffer(program.output(name).unwrap().buffer).range()).to_vec()
}

/// A network of three layers of 5 units before 4 examples.
fn contrast<'g>(g: &'g Graph, data: &Dataset, kind: Negatives) -> (Network<'g>, Contrast<'g>) {
    let examples = Examples::new(g.input("images", [4, data.shape.len()]), g.input("labels", [4]), data, kind);
    let network = Network::new(g, data.shape.len(), data.classes, 3, 5);
    let contrast = Contrast::new(&network, &examples, kind);
    (network, contrast)
}

fn lessons<'g>(g: &'g Graph, network: &Network<'g>, contrast: &Contrast<'g>, peers: f32) -> Vec<Lesson<'g>> {
    let layers = network.layers.iter().zip(&contrast.activities);
    layers.map(|(layer, activity)| Lesson::new(layer, activity, g.constant(0.7, []), g.constant(peers, []))).collect()
}

#[test]
fn the_gradient_of_each_layers_loss_is_that_of_finite_differences() {
    let data = data(1);
    for (kind, name) in ALL_KINDS {
        for layer in 0..3 {
            let g = Graph::new();
            let (network, contrast) = contrast(&g, &data, kind);
            let loss = lessons(&g, &network, &contrast, 0.0)[layer].loss;
            for (part, param) in [("weight", network.layers[layer].weight), ("bias", network.layers[layer].bias)] {
                let slope = grad(loss, &[param])[0];
                let module = g.compile(&[Function::new("f").output("loss", loss).output("slope", slope)]);
                let mut device = device(&module, &data);
                let place = module.param(&format!("layer{}.{part}", layer + 1)).unwrap().range();
                let origin = device.numbers(place.clone()).to_vec();
                let direction: Vec<f64> = (0..origin.len()).map(|i| f64::from((i as f32 * 1.7).sin()) + 0.1).collect();
                let mut at = |t: f64| {
                    let moved: Vec<f64> = origin.iter().zip(&direction).map(|(x, u)| x + t * u).collect();
                    device.set_numbers(place.start, &moved);
                    device.run(1, 5, 0);
                    let slope = output(&device, &module, "f", "slope");
                    let along: f64 = slope.iter().zip(&direction).map(|(slope, u)| slope * u).sum();
                    (output(&device, &module, "f", "loss")[0], along)
                };
                // Small, for a unit that is just at its kink, as those above an inactive layer are, has only a one-sided second derivative.
                let step = 1e-6;
                let (expected, found) = ((at(step).0 - at(-step).0) / (2.0 * step), at(0.0).1);
                assert!(found.abs() > 1e-4, "{name}, layer {layer} {part}: the loss does not move");
                assert!(
                    (found - expected).abs() < 1e-6 * found.abs().max(0.1),
                    "{name}, layer {layer} {part}: {found} but {expected}"
                );
            }
        }
    }
}

#[test]
fn no_gradient_crosses_a_layer() {
    let data = data(1);
    for (kind, name) in ALL_KINDS {
        let g = Graph::new();
        let (network, contrast) = contrast(&g, &data, kind);
        let mut function = Function::new("f");
        let weights: Vec<Tensor> = network.layers.iter().map(|layer| layer.weight).collect();
        for (judge, lesson) in lessons(&g, &network, &contrast, 0.1).iter().enumerate() {
            for (number, slope) in grad(lesson.loss + lesson.peers, &weights).into_iter().enumerate() {
                function = function.output(&format!("{judge} {number}"), slope.square().sum_all());
            }
            for (number, slope) in grad(lesson.loss, &network.readout).into_iter().enumerate() {
                function = function.output(&format!("readout {judge} {number}"), slope.square().sum_all());
            }
        }
        for (number, slope) in grad(contrast.logits.square().sum_all(), &weights).into_iter().enumerate() {
            function = function.output(&format!("read {number}"), slope.square().sum_all());
        }
        let module = g.compile(&[function]);
        let mut device = device(&module, &data);
        device.run(1, 5, 0);
        for found in &module.programs[1].outputs {
            let size = output(&device, &module, "f", &found.name)[0];
            let own = matches!(&found.name[..], "0 0" | "1 1" | "2 2");
            if own {
                assert!(size > 0.0, "{name}: layer {} does not learn", found.name);
            } else {
                assert_eq!(size, 0.0, "{name}: {}", found.name);
            }
        }
    }
}

#[test]
fn lower_layers_learn_alike_whatever_lies_above() {
    for kind in ["wrong-labels", "hybrid"] {
        let [shallow, deep] = ["2", "3"].map(|layers| {
            let recipe = recipe(kind).with("layers", layers).with("width", "10").with("batch", "4");
            let mut session = session(recipe, None);
            block_on(session.step(5)).unwrap();
            layer_params(&mut session)
        });
        let shared = shallow.keys().filter(|name| name.starts_with("layer1") || name.starts_with("layer2"));
        assert_eq!(shared.clone().count(), 10);
        for name in shared {
            assert_eq!(shallow[name], deep[name], "{kind}: {name}");
        }
    }
}

fn recipe(kind: &str) -> Recipe {
    Recipe::new("ff", "bars", 3).with("negatives", kind)
}

fn session(recipe: Recipe, data: Option<Dataset>) -> Session {
    block_on(Session::new(recipe, data.map(Rc::new), Box::new(Reference::new()))).unwrap()
}

fn layer_params(session: &mut Session) -> BTreeMap<String, Vec<u8>> {
    let bytes = block_on(session.save()).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    file.tensors().into_iter().map(|(name, view)| (name, view.data().to_vec())).collect()
}

#[test]
fn showing_a_label_is_writing_it_into_the_first_pixels() {
    let data = data(1);
    let g = Graph::new();
    let images = g.input("images", [4, 12]);
    let written = g.input("written", [4, 12]);
    let network = Network::new(&g, 12, 3, 3, 5);
    let shown = network.show(images);
    let mut look = Function::new("f");
    for (layer, activity) in network.answer_unlabelled(written).iter().enumerate() {
        look = look.output(&format!("written {layer}"), activity.h);
    }
    for (layer, activity) in network.answer_neutral(shown).iter().enumerate() {
        look = look.output(&format!("neutral {layer}"), activity.h);
    }
    for (layer, activity) in network.answer(shown, network.every_label()).iter().enumerate() {
        look = look.output(&format!("every {layer}"), activity.h);
    }
    let module = g.compile(&[look]);
    let mut device = Reference::new();
    device.load(&module).unwrap();
    device.run(0, 5, 0);
    let rows: Vec<Vec<f32>> = (0..4).map(|row| data.train.row(row)).collect();
    device.write(module.input("images").unwrap().offset, &rows.concat());

    let pixels_of: [(&str, usize, [f32; 3]); 4] = [
        ("every", 0, [1.0, 0.0, 0.0]),
        ("every", 1, [0.0, 1.0, 0.0]),
        ("every", 2, [0.0, 0.0, 1.0]),
        ("neutral", 0, [1.0 / 3.0; 3]),
    ];
    for (name, label, pixels) in pixels_of {
        let written: Vec<f32> = rows.iter().flat_map(|row| [&pixels[..], &row[3..]].concat()).collect();
        device.write(module.input("written").unwrap().offset, &written);
        device.run(1, 5, 0);
        for layer in 0..3 {
            let expected = output(&device, &module, "f", &format!("written {layer}"));
            let found = &output(&device, &module, "f", &format!("{name} {layer}"))[label * 20..][..20];
            let close = expected.iter().zip(found).all(|(a, b)| (a - b).abs() < 1e-6);
            assert!(close, "{name} {label}, layer {layer}: {expected:?} but {found:?}");
        }
    }
}

#[test]
fn a_layer_judges_by_direction_and_not_by_length() {
    let data = data(1);
    let g = Graph::new();
    let images = g.input("images", [4, 12]);
    let network = Network::new(&g, 12, 3, 2, 5);
    let goodness = |images: Tensor<'_>| network.answer_unlabelled(images)[1].goodness.id();
    assert_ne!(goodness(images), goodness(3.0 * images));
    let [once, thrice] = [1.0, 3.0].map(|scale| network.answer_unlabelled(scale * images));
    let look = Function::new("f")
        .output("once", once[1].goodness)
        .output("thrice", thrice[1].goodness)
        .output("first", once[0].h)
        .output("mean square", once[0].h.square().mean_keep(&[1]));
    let module = g.compile(&[look]);
    let mut device = device(&module, &data);
    device.write(
        module.input("images").unwrap().offset,
        &(0..4).flat_map(|row| data.train.row(row)).collect::<Vec<f32>>(),
    );
    device.run(1, 5, 0);
    let (once, thrice) = (output(&device, &module, "f", "once"), output(&device, &module, "f", "thrice"));
    assert!(once.iter().all(|&goodness| goodness > 0.0));
    assert!(once.iter().zip(&thrice).all(|(a, b)| (a / b - 1.0).abs() < 1e-5), "{once:?} {thrice:?}");
}

/// Two units with known weights: `x̂ = (1, 1)` for the image (2, 2), so `h = (1.5, 0)`, `G = 2.25`.
#[test]
fn loss_peers_and_running_mean_of_a_case_done_by_hand() {
    let g = Graph::new();
    let images = g.input("images", [2, 2]);
    let network = Network::new(&g, 2, 2, 1, 2);
    let activities = network.answer_unlabelled(images);
    let lesson = Lesson::new(&network.layers[0], &activities[0], g.constant(0.5, []), g.constant(0.03, []));
    let slopes = grad(lesson.loss + lesson.peers, &[network.layers[0].bias]);
    let function = Function::new("f")
        .output("goodness", activities[0].goodness)
        .output("loss", lesson.loss)
        .output("mean", lesson.mean)
        .output("slope", slopes[0]);
    let module = g.compile(&[function]);
    let mut device = Reference::new();
    device.load(&module).unwrap();
    device.run(0, 5, 0);
    device.set_numbers(module.param("layer1.weight").unwrap().offset, &[1.0, -2.0, 0.5, 0.0]);
    // A positive row (2, 2) and a negative row (1, 0), which is (√2, 0) when normalised and gives h = (√2, 0).
    device.write(module.input("images").unwrap().offset, &[2.0, 2.0, 1.0, 0.0]);
    device.run(1, 5, 0);

    let near = |name: &str, expected: &[f64]| {
        let found = output(&device, &module, "f", name);
        let close = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6);
        assert!(close && found.len() == expected.len(), "{name}: {found:?} but {expected:?}");
    };
    near("goodness", &[2.25, 2.0]);
    let logistic = |x: f64| 1.0 / (1.0 + (-x).exp());
    near("loss", &[0.5 * (-logistic(1.25).ln() - logistic(-1.0).ln())]);
    let mean = [0.9 * 0.5 + 0.1 * 1.5, 0.9 * 0.5];
    near("mean", &mean);
    let pull = 0.03 * (0.5 * (mean[0] + mean[1]) - mean[0]);
    near("slope", &[-logistic(-1.25) * 1.5 + logistic(1.0) * 2f64.sqrt() - pull, pull]);
}

#[test]
fn wrong_labels_are_never_right_and_follow_the_readout() {
    let g = Graph::new();
    let rows = 20_000;
    let labels = g.constant(1.0, [rows]);
    let logits = g.input("logits", [1, 4]);
    let drawn = wrong_labels(labels, logits.broadcast_to([rows, 4]), g.uniform([rows, 4]));
    let module = g.compile(&[Function::new("f").output("drawn", drawn)]);
    let mut device = Reference::new();
    device.load(&module).unwrap();
    device.write(module.input("logits").unwrap().offset, &[0.0, 9.0, 1.0, -1.0]);
    device.run(1, 5, 0);
    let drawn = output(&device, &module, "f", "drawn");
    let total = 1.0 + 1f64.exp() + (-1f64).exp();
    for (label, expected) in [(0, 1.0 / total), (1, 0.0), (2, 1f64.exp() / total), (3, (-1f64).exp() / total)] {
        let share = drawn.iter().filter(|&&x| x == f64::from(label)).count() as f64 / rows as f64;
        assert!((share - expected).abs() < 4.0 * (0.25 / rows as f64).sqrt(), "{label}: {share} but {expected}");
        assert!(label != 1 || share == 0.0);
    }
}

#[test]
fn hybrids_are_patches_of_two_images() {
    let g = Graph::new();
    let shape = RowShape { height: 24, width: 20, channels: 2 };
    let rows = 16;
    let images = g.iota(0, [rows, shape.len()]) + 1.0;
    let module = g.compile(&[Function::new("f").output("hybrids", hybrids(images, shape, g.uniform([rows, 24, 20])))]);
    let mut device = Reference::new();
    device.load(&module).unwrap();
    device.run(1, 5, 0);
    let hybrids = output(&device, &module, "f", "hybrids");
    let (mut own, mut alike) = (0, 0);
    for (row, pixels) in hybrids.chunks(shape.len()).enumerate() {
        let (this, next) = ((row + 1) as f64, ((row + 1) % rows + 1) as f64);
        assert!(pixels.iter().all(|&x| x == this || x == next));
        assert!(pixels.chunks(2).all(|pixel| pixel[0] == pixel[1]), "both channels come from one image");
        own += pixels.iter().filter(|&&x| x == this).count();
        alike += pixels.windows(3).filter(|pair| pair[0] == pair[2]).count();
    }
    let all = hybrids.len() as f64;
    assert!((own as f64 / all - 0.5).abs() < 0.1, "{own} of {all} pixels are the image's own");
    assert!(alike as f64 / all > 0.85, "neighbours come from one image: {alike} of {all}");
}

#[test]
fn every_view_and_metric_of_every_kind_fits_the_data() {
    for (_, kind) in ALL_KINDS {
        for channels in [1, 3] {
            let recipe = Recipe::new("ff", "made", 3).with("negatives", kind).with("batch", "5").with("width", "10");
            let mut session = session(recipe, Some(data(channels)));
            block_on(session.step(2)).unwrap();
            let errors = block_on(session.evaluate(&["readout_error", "test_error"])).unwrap();
            assert_eq!(errors.iter().map(|(id, _)| &id[..]).collect::<Vec<_>>(), ["test_error", "readout_error"]);
            for view in session.spec().views {
                for (arg, value) in [(None, 0.0), (Some("image"), 300.0), (Some("first"), 1999.0), (Some("steps"), 2.0)]
                {
                    let args: Vec<(String, f64)> = arg
                        .filter(|arg| view.args.iter().any(|knob| knob.id == *arg))
                        .map(|arg| (arg.to_owned(), value))
                        .into_iter()
                        .collect();
                    check_picture(&block_on(session.view(view.id, &args)).unwrap(), channels);
                }
            }
            match block_on(session.view("filters", &[])).unwrap() {
                Picture::Images { pixels, .. } => {
                    assert!(pixels.0.iter().any(|&x| x != 0.0), "two steps teach something")
                }
                picture => panic!("{picture:?}"),
            }
            block_on(session.restart()).unwrap();
            match block_on(session.view("filters", &[])).unwrap() {
                Picture::Images { pixels, .. } => assert!(pixels.0.iter().all(|&x| x == 0.0), "nothing is learned yet"),
                picture => panic!("{picture:?}"),
            }
            let dreams = block_on(session.sample(13, 1)).unwrap();
            assert_eq!(dreams.len(), 13 * 12 * channels);
            assert!(dreams.iter().all(|x| (0.0..=1.0).contains(x)));
        }
    }
}

#[test]
fn what_it_dreams_for_a_label_it_takes_for_that_label() {
    for kind in ["predictions", "hybrid"] {
        let recipe = Recipe::new("ff", "digits", 2).with("negatives", kind).with("width", "150");
        let mut session = block_on(Session::new(recipe, None, Box::new(Cpu::new()))).unwrap();
        block_on(session.step(300)).unwrap();
        let dreams = block_on(session.sample(40, 9)).unwrap();
        let labels = (0..40).map(|number| number % 10).collect();
        let split = Split::new(64, Values::Reals(dreams), Some(labels));
        let errors = block_on(session.evaluate_on(&split, &["test_error"])).unwrap();
        assert!(errors[0].1 <= 0.1, "{kind}: {errors:?}");
    }
}

fn check_picture(picture: &Picture, channels: usize) {
    match picture {
        Picture::Images { height, width, channels: found, pixels, captions, .. } => {
            assert_eq!([*height, *width, *found], [3, 4, channels]);
            let count = pixels.0.len() / (12 * channels);
            assert!(count > 0 && pixels.0.len() % (12 * channels) == 0);
            assert!(captions.is_empty() || captions.len() == count);
        }
        Picture::Histogram { mark, series, .. } => {
            assert_eq!(*mark, Some(1.0));
            for series in series {
                assert!((series.shares.0.iter().sum::<f32>() - 1.0).abs() < 1e-4);
            }
        }
        Picture::Bars { names, values, marked, .. } => {
            assert_eq!([names.len(), values.0.len()], [3, 3]);
            assert!(marked.is_some_and(|marked| marked < 3));
        }
        Picture::Group(group) => group.parts.iter().for_each(|part| check_picture(&part.picture, channels)),
        Picture::Plane { .. } | Picture::Chart { .. } => panic!("there is no such view"),
    }
}

#[test]
fn what_cannot_be_learned_from_is_refused_in_words() {
    let refused = |recipe: Recipe, data: &Dataset| {
        let knobs = recipe.knobs().unwrap();
        match (recipe.spec().unwrap().build)(&Setup { data, knobs: &knobs }) {
            Err(Error::Unsupported(reason)) => reason.en,
            Err(error) => panic!("{error:?}"),
            Ok(_) => panic!("it was built"),
        }
    };
    let tiny = recipe("predictions").with("size", "2");
    assert!(refused(tiny.clone(), &tiny.dataset().unwrap()).contains("first 3 pixels"));
    let single = Dataset { classes: 1, ..data(1) };
    assert!(refused(recipe("wrong-labels"), &single).contains("single class"));
    assert!(refused(recipe("hybrid").with("batch", "1"), &data(1)).contains("batch of 2"));
}
