//! The latent-variable energy-based model: its free energy against closed forms and limits, its gradient, and what the latent decides.

#![allow(clippy::unwrap_used)]

use daydream_cpu::Cpu;
use daydream_graph::{Executor, Function, Graph, Reference, grad};
use daydream_models::zoo::latent_ebm::{Latent, Networks, free_energy, free_energy_of};
use daydream_models::{Layer, Picture, Recipe, Session};
use pollster::block_on;

fn session(data: &str, knobs: &[(&str, &str)]) -> Session {
    let recipe = knobs.iter().fold(Recipe::new("latent-ebm", data, 7), |recipe, (k, v)| recipe.with(k, v));
    block_on(Session::new(recipe, None, Box::new(Cpu::new()))).unwrap()
}

fn measure(session: &mut Session, id: &str) -> f64 {
    block_on(session.evaluate(&[id])).unwrap()[0].1
}

/// The free energy of rows of energies and its gradient, by the graph.
fn by_graph(energies: &[f32], columns: usize, temperature: f32) -> (Vec<f64>, Vec<f64>) {
    let g = Graph::new();
    let e = g.input("energies", [energies.len() / columns, columns]);
    let free = free_energy(e, g.input("temperature", []));
    let slope = grad(free.sum_all(), &[e])[0];
    let module = g.compile(&[Function::new("f").output("free", free).output("slope", slope)]);
    let mut device = Reference::new();
    device.load(&module).unwrap();
    device.write(module.input("energies").unwrap().offset, energies);
    device.write(module.input("temperature").unwrap().offset, &[temperature]);
    device.run(1, 0, 0);
    let program = &module.programs[1];
    let read = |number: usize| device.numbers(program.buffer(program.outputs[number].buffer).range()).to_vec();
    (read(0), read(1))
}

/// `E(y, z) = a (z - y)² + c` with `z` even over `±L`: for a well that lies inside,
/// `F_β = c - (1/β) log (√(π / (β a)) / 2L)`.
#[test]
fn of_a_quadratic_the_free_energy_has_its_closed_form() {
    let (a, c, reach, count) = (3.0, 0.7, 4.0, 4000);
    let z = |k: usize| reach * (2.0 * (k as f64 + 0.5) / count as f64 - 1.0);
    for y in [0.0, 0.5] {
        let energies: Vec<f32> = (0..count).map(|k| (a * (z(k) - y).powi(2) + c) as f32).collect();
        for temperature in [0.01, 0.1, 1.0] {
            let exact = c - temperature * ((std::f64::consts::PI * temperature / a).sqrt() / (2.0 * reach)).ln();
            let (by_graph, _) = by_graph(&energies, count, temperature as f32);
            for found in [by_graph[0], free_energy_of(&energies, temperature)] {
                assert!((found - exact).abs() < 1e-5 * (1.0 + exact.abs()), "y {y}, T {temperature}: {found}, {exact}");
            }
        }
    }
}

#[test]
fn it_goes_from_the_minimum_when_cold_to_the_mean_when_hot() {
    let energies = [2.0, 0.5, 3.5, 0.75];
    let at = |temperature: f32| by_graph(&energies, 4, temperature).0[0];
    // In 64 bits the temperature of 10⁻¹² that stands for none shows.
    assert!((at(0.0) - 0.5).abs() < 1e-11, "at no temperature it is the minimum");
    assert!((at(1e4) - 6.75 / 4.0).abs() < 1e-3);
    let rising: Vec<f64> = [0.0, 1e-6, 1e-3, 0.1, 1.0, 10.0, 1e3].map(at).to_vec();
    assert!(rising.is_sorted(), "{rising:?}");
    // F - min E <= T log K.
    for temperature in [1e-6, 1e-3, 0.1, 1.0] {
        assert!(at(temperature) - 0.5 <= f64::from(temperature) * 4f64.ln() + 1e-9);
        assert!((at(temperature) - free_energy_of(&energies, f64::from(temperature))).abs() < 1e-6);
    }
}

#[test]
fn its_gradient_is_the_gibbs_distribution() {
    let energies = [2.0, 0.5, 3.5, 0.75];
    for temperature in [0.2f32, 1.0, 5.0] {
        let weights = energies.map(|energy: f64| (-energy / f64::from(temperature)).exp());
        let total: f64 = weights.iter().sum();
        let (_, slope) = by_graph(&energies.map(|energy| energy as f32), 4, temperature);
        for (found, weight) in slope.iter().zip(weights) {
            assert!((found - weight / total).abs() < 1e-6, "T {temperature}: {slope:?}");
        }
    }
    assert_eq!(by_graph(&energies.map(|energy| energy as f32), 4, 0.0).1, [0.0, 1.0, 0.0, 0.0]);
}

/// Along one direction of all parameters, by the graph and by central differences, in 64 bits.
#[test]
fn the_gradient_of_the_loss_is_its_slope() {
    let kinds = Latent::ALL.into_iter().flat_map(|latent| [0, 3].map(|given| (latent, given)));
    for ((latent, given), hidden) in kinds.flat_map(|kind| [vec![], vec![5], vec![5, 4]].map(|hidden| (kind, hidden))) {
        let g = Graph::new();
        let networks = Networks::new(&g, latent, latent.count(9), given, 2, &hidden, given > 0);
        let x = (given > 0).then(|| g.input("x", [4, given]));
        let y = g.input("y", [4, 2]);
        let free = free_energy(networks.energies(x, y), g.input("temperature", [])).mean();
        let loss = free + networks.plain_errors(x, y).mean();
        let params = networks.params();
        let function = grad(loss, &params)
            .into_iter()
            .zip(&params)
            .fold(Function::new("loss").output("loss", loss), |function, (gradient, param)| {
                function.output(&param.name().unwrap(), gradient)
            });
        let module = g.compile(&[function]);
        let program = &module.programs[1];
        let mut device = Reference::new();
        device.load(&module).unwrap();
        device.run(0, 3, 0);
        for input in &module.inputs {
            let numbers: Vec<f64> = input.range().map(|i| 0.6 + 0.5 * (1.7 * i as f64).sin()).collect();
            device.set_numbers(input.offset, &numbers);
        }
        let read = |device: &Reference, name: &str| {
            device.numbers(program.buffer(program.output(name).unwrap().buffer).range()).to_vec()
        };
        let start = device.numbers(module.params_range()).to_vec();
        let direction: Vec<f64> = (0..start.len()).map(|i| (2.3 * i as f64 + 1.0).cos()).collect();
        let mut loss_at = |distance: f64| {
            let moved: Vec<f64> = start.iter().zip(&direction).map(|(x, d)| x + distance * d).collect();
            device.set_numbers(0, &moved);
            device.run(1, 0, 0);
            read(&device, "loss")[0]
        };
        let numeric = (loss_at(1e-5) - loss_at(-1e-5)) / 2e-5;
        loss_at(0.0);
        let slopes = module.params.iter().map(|param| {
            let gradient = read(&device, &param.name);
            gradient.iter().zip(&direction[param.range()]).map(|(g, d)| g * d).sum::<f64>()
        });
        let graph: f64 = slopes.sum();
        let name = format!("{latent:?}, given {given}, {hidden:?}");
        assert!(numeric.abs() > 1e-4, "{name}: nothing moves");
        assert!((graph - numeric).abs() < 1e-6 * (1.0 + numeric.abs()), "{name}: {graph} and {numeric}");
    }
}

/// A linear decoder of an angle draws an ellipse; on a circle of radius 1.4, one of semi-axes near 1.4.
#[test]
fn an_angle_unfolds_into_the_circle() {
    let mut session = session("relations", &[("layers", "0"), ("learning-rate", "0.02")]);
    block_on(session.step(600)).unwrap();
    let Picture::Plane { layers, .. } = block_on(session.view("free-energy", &[])).unwrap() else { panic!("a plane") };
    let curve = layers.iter().find_map(|layer| if let Layer::Lines { at, .. } = layer { Some(&at.0) } else { None });
    let curve: Vec<&[f32]> = curve.unwrap().chunks_exact(2).collect();
    assert_eq!(curve.first(), curve.last(), "it is closed");
    for point in curve {
        let radius = point[0].hypot(point[1]);
        assert!((radius - 1.4).abs() < 0.1, "{point:?} lies {radius} from the middle");
    }
}

/// Hotter than twice the largest variance of the data, `2 · 1.4² / 2`, every z answers for every row with the mean.
#[test]
fn when_hot_the_curve_shrinks_to_the_mean() {
    let knobs = [("layers", "0"), ("learning-rate", "0.02"), ("temperature", "4")];
    let mut session = session("relations", &knobs);
    block_on(session.step(600)).unwrap();
    let rows = block_on(session.sample(64, 0)).unwrap();
    assert!(rows.iter().all(|x| x.abs() < 0.25), "{rows:?}");
    session.set("temperature", 0.02).unwrap();
    block_on(session.step(600)).unwrap();
    let rows = block_on(session.sample(64, 0)).unwrap();
    let radii: Vec<f32> = rows.chunks_exact(2).map(|row| row[0].hypot(row[1])).collect();
    assert!(radii.iter().all(|radius| (radius - 1.4).abs() < 0.15), "{radii:?}");
}

fn ball(knobs: &[(&str, &str)]) -> Session {
    let own = [("latent-kind", "options"), ("values", "2"), ("temperature", "0.3"), ("hidden", "128"), ("batch", "32")];
    session("ball", &[&own[..], knobs].concat())
}

#[test]
fn without_a_turn_there_is_nothing_for_the_latent_to_decide() {
    let [mut certain, mut open] = ["0", "60"].map(|turn| ball(&[("turn", turn)]));
    for session in [&mut certain, &mut open] {
        block_on(session.step(3000)).unwrap();
    }
    let [certain, open] = [&mut certain, &mut open].map(|session| measure(session, "error_ratio"));
    assert!(open < 0.5 && certain > open + 0.2, "{open} where it decides, {certain} where it does not");
}

#[test]
fn predictions_keep_the_given_half_and_follow_a_drawing() {
    let mut session = ball(&[]);
    let test_row = session.data().test.row(3);
    let images = |picture: Picture| match picture {
        Picture::Images { columns, pixels, captions, .. } => (columns, pixels.0, captions),
        other => panic!("images were expected, not {other:?}"),
    };
    let (columns, pixels, captions) =
        images(block_on(session.view("predictions", &[("first".to_owned(), 3.0)])).unwrap());
    assert_eq!((columns, captions.len() % columns), (4, 0));
    assert_eq!(pixels[..288], test_row);
    for image in pixels[..4 * 288].chunks_exact(288) {
        for (made, real) in image.chunks_exact(24).zip(test_row.chunks_exact(24)) {
            assert_eq!(made[..12], real[..12], "the left half is given");
        }
    }
    assert_ne!(pixels[288 + 60..288 + 252], test_row[60..252], "the right half is answered");
    assert_eq!(captions[2..4].iter().filter(|caption| caption.starts_with("ž = ")).count(), 1, "{captions:?}");

    let drawing = vec![0.25; 288];
    let (_, pixels, _) = images(block_on(session.view_drawn("predictions", &[], Some(drawing.clone()))).unwrap());
    assert_eq!(pixels[..288], drawing[..]);
    assert_eq!(pixels[4 * 288..5 * 288], session.data().test.row(0)[..]);
}

#[test]
fn at_no_temperature_there_is_no_density() {
    let knobs = [("layers", "0"), ("temperature", "0")];
    let mut cold = session("relations", &knobs);
    block_on(cold.step(20)).unwrap();
    assert_eq!(block_on(cold.evaluate(&["nll"])).unwrap(), vec![]);
    let both = block_on(cold.evaluate(&["free_energy", "reconstruction"])).unwrap();
    assert!((both[0].1 - both[1].1).abs() < 1e-9, "{both:?}");
}

#[test]
fn an_image_without_a_right_half_is_refused() {
    use daydream_models::data::{Dataset, Kind, RowShape, Split, Values};
    let split = Split::new(3, Values::Reals(vec![0.5; 12]), None);
    let shape = RowShape { height: 3, width: 1, channels: 1 };
    let (name, kind, train, test) = ("made".to_owned(), Kind::Images, split.clone(), split);
    let data = Dataset { name, kind, shape, classes: 0, train, valid: None, test, density: None, ratings: None };
    let recipe = Recipe::new("latent-ebm", "made", 1);
    let error = block_on(Session::new(recipe, Some(std::rc::Rc::new(data)), Box::new(Cpu::new()))).err().unwrap();
    assert!(error.to_string().contains("left half"), "{error}");
}
