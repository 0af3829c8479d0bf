//! The generative adversarial network: its losses, their gradients, and what is measured of it.

use daydream_graph::{Executor, Function, Graph, Reference, Tensor, grad};
use daydream_models::data::points::{Density, Family};
use daydream_models::data::{Dataset, Kind, RowShape, Split, Values};
use daydream_models::layers::Mlp;
use daydream_models::metrics::{coverage, frechet};
use daydream_models::zoo::gan::losses::{Loss, gradient_penalty};
use daydream_models::{Error, Picture, Recipe, Session};
use pollster::block_on;
use std::rc::Rc;

const B: usize = 5;

/// A discriminator of points, a generator, and both losses with the penalty where it belongs: each network's own loss and parameters.
fn both_losses(g: &Graph, loss: Loss) -> [(Tensor<'_>, Vec<Tensor<'_>>); 2] {
    let discriminator = Mlp::new(g, "d", &[2, 6, 4, 1], |x| x.leaky_relu(0.2));
    let generator = Mlp::new(g, "g", &[3, 5, 2], |x| x.relu());
    let real = g.input("real", [B, 2]);
    let made = generator.apply(g.input("noise", [B, 3]));
    let (of_real, of_made) = (discriminator.apply(real), discriminator.apply(made));
    let mut d_loss = loss.of_discriminator(of_real, of_made, g.constant(0.1, []));
    if loss == Loss::Wasserstein {
        d_loss = d_loss + 10.0 * gradient_penalty(|x| discriminator.apply(x), real, made, g.input("mix", [B, 1]));
    }
    [(d_loss, discriminator.params()), (loss.of_generator(of_made), generator.params())]
}

/// Reverse mode against central differences along one direction, in 64-bit arithmetic.
#[test]
fn gradients_of_all_losses_agree_with_finite_differences() {
    for loss in Loss::ALL {
        for player in 0..2 {
            let g = Graph::new();
            let (value, params) = both_losses(&g, loss).into_iter().nth(player).expect("two players");
            let gradients = grad(value, &params);
            let function = gradients
                .iter()
                .enumerate()
                .fold(Function::new("loss").output("loss", value), |function, (number, gradient)| {
                    function.output(&format!("gradient.{number}"), *gradient)
                });
            let module = g.compile(&[function]);
            let program = module.program("loss").expect("it was compiled");
            let mut device = Reference::new();
            device.load(&module).expect("it fits");
            device.run(0, 3, 0);
            for input in &module.inputs {
                let numbers: Vec<f64> =
                    input.range().map(|i| (0.7 * (i as f64 * 1.7).sin() + 0.8 * (i as f64).cos()).abs()).collect();
                device.set_numbers(input.offset, &numbers);
            }
            let read = |device: &Reference, name: &str| {
                let output = program.output(name).expect("it was declared");
                device.numbers(program.buffer(output.buffer).range()).to_vec()
            };
            let own: Vec<_> = module
                .params
                .iter()
                .filter(|param| param.name.starts_with(["d", "g"][player]))
                .map(|param| (param.range(), device.numbers(param.range()).to_vec()))
                .collect();
            let direction = |index: usize| (1.3 * index as f64 + 0.4).sin();
            let moved = |device: &mut Reference, by: f64| {
                for (range, at) in &own {
                    let to: Vec<f64> = range.clone().zip(at).map(|(i, x)| x + by * direction(i)).collect();
                    device.set_numbers(range.start, &to);
                }
                device.run(1, 3, 0);
                read(device, "loss")[0]
            };
            let step = 1e-6;
            let numeric = (moved(&mut device, step) - moved(&mut device, -step)) / (2.0 * step);
            moved(&mut device, 0.0);
            let mut analytic = 0.0;
            for (number, (range, _)) in own.iter().enumerate() {
                let gradient = read(&device, &format!("gradient.{number}"));
                analytic += range.clone().zip(gradient).map(|(i, g)| g * direction(i)).sum::<f64>();
            }
            let error = (numeric - analytic).abs() / numeric.abs().max(1e-3);
            assert!(error < 1e-6, "{loss:?}, player {player}: {numeric} by differences, {analytic} in reverse mode");
            assert!(numeric.abs() > 1e-4, "{loss:?}, player {player}: nothing to compare");
        }
    }
}

/// Runs a function without parameters on the reference executor and reads its one output.
fn evaluate(build: impl Fn(&Graph) -> Tensor<'_>) -> Vec<f64> {
    let g = Graph::new();
    let module = g.compile(&[Function::new("f").output("y", build(&g))]);
    let mut device = Reference::new();
    device.load(&module).expect("it fits");
    device.run(1, 0, 0);
    let program = module.program("f").expect("it was compiled");
    device.numbers(program.buffer(program.outputs[0].buffer).range()).to_vec()
}

#[test]
fn losses_at_known_scores() {
    fn column(g: &Graph, value: f32) -> Tensor<'_> {
        g.constant(value, [B, 1])
    }
    let (real, made) = (1.5f64, -0.5f64);
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let game = -sigmoid(real).ln() - (1.0 - sigmoid(made)).ln();
    let expected = [
        (Loss::NonSaturating, game, -sigmoid(made).ln()),
        (Loss::Minimax, game, (1.0 - sigmoid(made)).ln()),
        (Loss::LeastSquares, 0.5 * 0.25 + 0.5 * 0.25, 0.5 * 2.25),
        (Loss::Wasserstein, -2.0, 0.5),
    ];
    for (loss, of_discriminator, of_generator) in expected {
        let found = evaluate(|g| loss.of_discriminator(column(g, 1.5), column(g, -0.5), g.constant(0.0, [])))[0];
        assert!((found - of_discriminator).abs() < 1e-6, "{loss:?}: {found} instead of {of_discriminator}");
        let found = evaluate(|g| loss.of_generator(column(g, -0.5)))[0];
        assert!((found - of_generator).abs() < 1e-6, "{loss:?}: {found} instead of {of_generator}");
    }
}

#[test]
fn smoothing_moves_the_best_score_of_real_rows() {
    // With target t the logarithmic loss is least where σ(score) = t, and the gradient there is 0.
    let slope = evaluate(|g| {
        let score = g.constant((0.9f32 / 0.1).ln(), [B, 1]);
        grad(Loss::NonSaturating.of_discriminator(score, score.detach(), g.constant(0.1, [])), &[score])[0]
    });
    assert!(slope.iter().all(|slope| slope.abs() < 1e-7), "{slope:?}");
}

#[test]
fn the_penalty_of_a_linear_critic_is_known() {
    // D(x) = 3 x₁ + 4 x₂ has slope 5 everywhere: (5 - 1)² = 16, wherever the points lie.
    let penalty = evaluate(|g| {
        let critic = |x| 3.0 * Tensor::slice(x, 1, 0, 1) + 4.0 * x.slice(1, 1, 2);
        gradient_penalty(critic, g.uniform([B, 2]), g.normal([B, 2]), g.uniform([B, 1]))
    });
    assert!((penalty[0] - 16.0).abs() < 1e-6, "{penalty:?}");
}

#[test]
fn coverage_counts_what_it_says() {
    let modes = Density::new(Family::Ring, 0.1).modes().expect("the ring is a mixture");
    let near = |mode: usize, off: f32| [modes.centres[mode][0] + off, modes.centres[mode][1]];
    // 200 samples: 195 on mode 0, 2 on mode 1 (1 %: covered), 1 on mode 2 (not), 2 just too far from mode 3.
    let mut samples = vec![near(0, 0.05); 195];
    samples.extend([near(1, 0.29), near(1, -0.29), near(2, 0.0), near(3, 0.31), near(3, -0.31)]);
    assert_eq!(coverage::modes_covered(&modes, &samples), 2);
    assert!((coverage::good_share(&modes, &samples) - 0.99).abs() < 1e-12);
}

#[test]
fn divergence_runs_from_nothing_to_ln_2() {
    assert_eq!(coverage::jensen_shannon(&[0.25, 0.75], &[0.25, 0.75]), 0.0);
    let apart = coverage::jensen_shannon(&[1.0, 0.0], &[0.0, 1.0]);
    assert!((apart - 2f64.ln()).abs() < 1e-12);
    // ½ [¾·ln(¾/½) + ¼·ln(¼/½)] + ½ [¼·ln(¼/½) + ¾·ln(¾/½)]
    let partly = coverage::jensen_shannon(&[0.75, 0.25], &[0.25, 0.75]);
    assert!((partly - (0.75 * 1.5f64.ln() + 0.25 * 0.5f64.ln())).abs() < 1e-12);
}

#[test]
fn cells_hold_the_whole_density_and_every_point() {
    for family in [Family::Moons, Family::Ring, Family::Spiral, Family::Checkerboard, Family::Pinwheel] {
        let masses = coverage::masses(&Density::new(family, 0.08));
        let outside = masses.last().copied().expect("one for the outside");
        assert!(outside < 1e-3, "{family:?} has {outside} outside the grid");
        assert!((masses.iter().sum::<f64>() - 1.0).abs() < 1e-3, "{family:?}");
    }
    let shares = coverage::histogram(&[[0.0, 0.0], [2.49, -2.49], [2.51, 0.0], [f32::NAN, 0.0]]);
    assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    assert_eq!(shares.last(), Some(&0.5));
}

#[test]
fn frechet_distance_of_known_gaussians() {
    // Rows ±a eᵢ around a mean have a diagonal covariance; then the distance is Σ (Δμ² + (σ₁ - σ₂)²).
    let cloud = |mean: [f32; 2], spread: [f32; 2]| {
        let mut moments = frechet::Moments::new(2);
        for sign in [1.0, -1.0] {
            moments.add(&[mean[0] + sign * spread[0], mean[1], mean[0], mean[1] + sign * spread[1]]);
        }
        moments
    };
    let (a, b) = (cloud([0.0, 1.0], [1.0, 2.0]), cloud([3.0, -1.0], [2.0, 0.5]));
    // Each axis holds half of the rows: σ² = a²/2.
    let expected = 9.0 + 4.0 + 0.5 * (1.0 + 2.25);
    assert!((frechet::distance(&a, &b) - expected).abs() < 1e-9, "{}", frechet::distance(&a, &b));
    assert!(frechet::distance(&a, &a) < 1e-9);
}

/// Small networks, so that the reference executor can train them.
fn small(data: &str) -> Recipe {
    let knobs =
        [("latent", "2"), ("layers", "1"), ("generator-width", "8"), ("discriminator-width", "8"), ("batch", "8")];
    knobs.iter().fold(Recipe::new("gan", data, 5), |recipe, (knob, typed)| recipe.with(knob, typed))
}

fn session(recipe: Recipe, data: Option<Dataset>) -> Result<Session, Error> {
    block_on(Session::new(recipe, data.map(Rc::new), Box::new(Reference::new())))
}

/// The parameters of one network, as they stand in a checkpoint.
fn params(session: &mut Session, network: &str) -> Vec<u8> {
    let file = block_on(session.save()).expect("it can be saved");
    let tensors = safetensors::SafeTensors::deserialize(&file).expect("it is one");
    let mut names: Vec<&str> = tensors.names().into_iter().filter(|name| name.starts_with(network)).collect();
    names.sort_unstable();
    assert!(!names.is_empty(), "no parameters of {network}");
    names.iter().flat_map(|name| tensors.tensor(name).expect("it is there").data().to_vec()).collect()
}

#[test]
fn either_player_can_learn_alone() {
    let mut session = session(small("points"), None).expect("it is built");
    block_on(session.step(1)).expect("it trains");
    for (choice, learns, waits) in [(1.0, "discriminator.", "generator."), (2.0, "generator.", "discriminator.")] {
        session.set("train", choice).expect("it is live");
        let before = [params(&mut session, learns), params(&mut session, waits)];
        block_on(session.step(1)).expect("it trains");
        assert!(params(&mut session, learns) != before[0], "{learns} should have moved");
        assert!(params(&mut session, waits) == before[1], "{waits} should have waited");
    }
}

#[test]
fn the_discriminator_takes_k_steps() {
    let steps = |k: &str| {
        let mut session = session(small("points").with("discriminator-steps", k), None).expect("it is built");
        block_on(session.step(2)).expect("it trains");
        let time = params(&mut session, "discriminator.adam.time");
        f32::from_le_bytes(time.try_into().expect("one number"))
    };
    assert_eq!(steps("1"), 2.0);
    assert_eq!(steps("3"), 6.0);
}

#[test]
fn without_averaging_samples_come_from_the_generator_itself() {
    let mut session = session(small("points").with("averaging", "0"), None).expect("it is built");
    assert!(params(&mut session, "average.0") == params(&mut session, "generator.0"), "both start alike");
    block_on(session.step(3)).expect("it trains");
    assert!(params(&mut session, "average.0") == params(&mut session, "generator.0"));
    session.set("averaging", 0.9).expect("it is live");
    block_on(session.step(3)).expect("it trains");
    assert!(params(&mut session, "average.0") != params(&mut session, "generator.0"));
}

#[test]
fn every_loss_trains_and_every_view_is_drawn() {
    for loss in ["non-saturating", "minimax", "least-squares", "wasserstein"] {
        for (data, latent, prior) in [("points", "1", "normal"), ("points", "3", "uniform"), ("bars", "2", "uniform")] {
            let recipe = small(data).with("loss", loss).with("latent", latent).with("prior", prior);
            let mut session = session(recipe, None).expect("it is built");
            let metrics = block_on(session.step(2)).expect("it trains");
            assert_eq!(metrics.len(), 4);
            let views: Vec<&str> = session
                .spec()
                .views
                .iter()
                .filter(|view| view.data.is_empty() || view.data.contains(&session.data().kind))
                .map(|view| view.id)
                .collect();
            for view in views {
                let picture = block_on(session.view(view, &[])).expect("it is drawn");
                check(&picture, &format!("{view} of {data}, {loss}"));
            }
        }
    }
}

/// All that the page relies on: finite numbers, as many as the picture's sizes say.
fn check(picture: &Picture, what: &str) {
    let finite = |values: &[f32]| assert!(values.iter().all(|x| x.is_finite()), "{what} is not finite");
    match picture {
        Picture::Images { columns, height, width, channels, pixels, .. } => {
            finite(&pixels.0);
            assert_eq!(pixels.0.len() % (columns * height * width * channels), 0, "{what}");
            assert!(pixels.0.iter().all(|x| (0.0..=1.0).contains(x)), "{what}");
        }
        Picture::Plane { layers, .. } => {
            use daydream_models::Layer::{Arrows, Heat, Lines, Points};
            for layer in layers {
                match layer {
                    Heat { height, width, values, range, .. } => {
                        finite(&values.0);
                        assert_eq!(values.0.len(), height * width, "{what}");
                        assert!(range[0] < range[1], "{what}");
                    }
                    Points { at, .. } => {
                        finite(&at.0);
                        assert!(!at.0.is_empty() && at.0.len() % 2 == 0, "{what}");
                    }
                    Arrows { arrows, .. } => {
                        finite(&arrows.0);
                        assert!(arrows.0.chunks_exact(4).all(|a| a[2].hypot(a[3]) < 0.36), "{what}");
                    }
                    Lines { points, at, .. } => {
                        finite(&at.0);
                        assert_eq!(at.0.len() % (2 * points), 0, "{what}");
                    }
                    other => panic!("{what} has {other:?}"),
                }
            }
        }
        Picture::Histogram { series, .. } => {
            assert_eq!(series.len(), 2, "{what}");
            for one in series {
                assert!((one.shares.0.iter().sum::<f32>() - 1.0).abs() < 1e-3, "{what}");
            }
        }
        other => panic!("{what}: no view of this model is {other:?}"),
    }
}

#[test]
fn arrows_point_where_the_discriminator_sees_more_truth() {
    let mut session = session(small("points"), None).expect("it is built");
    block_on(session.step(30)).expect("it trains");
    let Ok(Picture::Plane { bounds, layers, .. }) = block_on(session.view("plane", &[])) else {
        panic!("it is a plane")
    };
    let [daydream_models::Layer::Heat { width, height, values, .. }, .., daydream_models::Layer::Arrows { arrows, .. }] =
        &layers[..]
    else {
        panic!("heat first, arrows last")
    };
    let cell = (bounds[1] - bounds[0]) / *width as f32;
    // The score between cell centres, by bilinear interpolation.
    let heat = |x: f32, y: f32| {
        let (u, v) = ((x - bounds[0]) / cell - 0.5, (y - bounds[2]) / cell - 0.5);
        let (i, j) = ((u as usize).min(width - 2), (v as usize).min(height - 2));
        let (a, b) = (u - i as f32, v - j as f32);
        let at = |j: usize, i: usize| values.0[j * width + i];
        (1.0 - b) * ((1.0 - a) * at(j, i) + a * at(j, i + 1)) + b * ((1.0 - a) * at(j + 1, i) + a * at(j + 1, i + 1))
    };
    let inside: Vec<&[f32]> = arrows.0.chunks_exact(4).filter(|a| a[0].abs() < 2.0 && a[1].abs() < 2.0).collect();
    let uphill = inside
        .iter()
        .filter(|a| {
            let reach = 1.5 * cell / a[2].hypot(a[3]).max(1e-9);
            heat(a[0] + reach * a[2], a[1] + reach * a[3]) > heat(a[0], a[1])
        })
        .count();
    assert!(inside.len() > 20 && uphill * 20 >= inside.len() * 19, "{uphill} of {} arrows", inside.len());
}

#[test]
fn measures_that_the_data_cannot_have_are_left_out() {
    let measured = |session: &mut Session| -> Vec<String> {
        let all: Vec<&str> = session.spec().metrics.iter().map(|metric| metric.id).collect();
        block_on(session.evaluate(&all)).expect("it can be measured").into_iter().map(|(id, _)| id).collect()
    };
    let mut ring = session(small("points"), None).expect("it is built");
    assert_eq!(measured(&mut ring), ["jensen_shannon", "modes_covered", "good_share"]);
    let mut moons = session(small("points").with("family", "moons"), None).expect("it is built");
    assert_eq!(measured(&mut moons), ["jensen_shannon"]);

    let split = |rows: usize| Split::new(4, Values::Bytes(vec![128; 4 * rows]), None);
    let unlabelled = Dataset {
        name: "pictures".to_owned(),
        kind: Kind::Images,
        shape: RowShape { height: 2, width: 2, channels: 1 },
        classes: 0,
        train: split(16),
        valid: None,
        test: split(4),
        density: None,
        ratings: None,
    };
    let mut pictures = session(small("pictures"), Some(unlabelled.clone())).expect("it is built");
    assert!(measured(&mut pictures).is_empty());

    let odd = Dataset { shape: RowShape { height: 2, width: 1, channels: 2 }, ..unlabelled };
    match session(small("pictures"), Some(odd)) {
        Err(Error::Unsupported(reason)) => assert!(reason.en.contains("2 channels"), "{reason:?}"),
        _ => panic!("two channels cannot be drawn"),
    }
}

/// A session that trains on the CPU.
fn quick(recipe: Recipe) -> Session {
    block_on(Session::new(recipe, None, Box::new(daydream_cpu::Cpu::new()))).expect("it is built")
}

fn measure(session: &mut Session, id: &str) -> f64 {
    let metrics = block_on(session.evaluate(&[id])).expect("it can be measured");
    metrics.first().unwrap_or_else(|| panic!("{id} is not there")).1
}

#[test]
fn the_judge_knows_handwriting() {
    let mut strokes = quick(small("strokes"));
    let accuracy = measure(&mut strokes, "judge_accuracy");
    assert!(accuracy >= 0.97, "on strokes: {accuracy}");
    let mut digits = quick(small("digits"));
    let accuracy = measure(&mut digits, "judge_accuracy");
    assert!(accuracy >= 0.95, "on digits: {accuracy}");
}

#[test]
fn the_judge_sees_what_an_untrained_generator_lacks() {
    let mut digits = quick(small("digits"));
    let covered = measure(&mut digits, "judge_classes");
    assert!(covered < 5.0, "an untrained generator shows {covered} classes");
    let far = measure(&mut digits, "frechet_distance");
    assert!(far > 10.0, "noise lies at {far}");
}

#[test]
fn the_judge_is_the_same_for_the_same_seed_and_travels_with_the_checkpoint() {
    let mut first = quick(small("digits"));
    block_on(first.step(2)).expect("it trains");
    let untrained = params(&mut first, "judge.0.weight");
    let distance = measure(&mut first, "frechet_distance");
    assert!(params(&mut first, "judge.0.weight") != untrained, "it is trained when first asked");
    let mut second = quick(small("digits"));
    let file = block_on(first.save()).expect("it can be saved");
    block_on(second.load("a checkpoint", &file)).expect("it fits");
    assert!(params(&mut second, "judge.") == params(&mut first, "judge."));
    assert_eq!(measure(&mut second, "frechet_distance"), distance);
    let mut third = quick(small("digits"));
    block_on(third.step(2)).expect("it trains");
    assert_eq!(measure(&mut third, "frechet_distance"), distance);
}

#[test]
fn the_default_finds_all_modes_of_the_ring() {
    let mut ring = quick(Recipe::new("gan", "points", 1));
    block_on(ring.step(3000)).expect("it trains");
    assert_eq!(measure(&mut ring, "modes_covered"), 8.0);
    let good = measure(&mut ring, "good_share");
    assert!(good >= 0.9, "{good} of the samples are good");
}
