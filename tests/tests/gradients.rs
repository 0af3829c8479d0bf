//! Every operation and every composed function: reverse mode against central differences; and gradients where numbers are extreme.

use daydream_graph::{Executor, Function, Graph, Reference, Tensor, grad};
use daydream_tests::{cases, check_grad};

#[test]
fn gradients_of_all_cases() {
    for case in cases() {
        for shapes in
            case.shapes.iter().filter(|shapes| case.order > 0 && shapes.iter().all(|shape| !shape.contains(&0)))
        {
            check_grad(&format!("{} {shapes:?}", case.name), case.order, case.range, shapes, case.build);
        }
    }
}

/// The value of `f` and its gradient at each of these points.
fn at(points: &[f32], f: impl for<'g> Fn(Tensor<'g>) -> Tensor<'g>) -> Vec<(f64, f64)> {
    let g = Graph::new();
    let x = g.input("x", [points.len()]);
    let y = f(x);
    let slope = grad(y.sum_all(), &[x])[0];
    let module = g.compile(&[Function::new("f").output("y", y).output("slope", slope)]);
    let mut device = Reference::new();
    device.load(&module).expect("the reference takes every module");
    device.write(module.input("x").expect("an input").offset, points);
    device.run(1, 0, 0);
    let program = &module.programs[1];
    let numbers = |output: usize| device.numbers(program.buffer(program.outputs[output].buffer).range());
    numbers(0).iter().copied().zip(numbers(1).iter().copied()).collect()
}

#[test]
fn no_gradient_flows_through_detach() {
    assert_eq!(at(&[3.0], |x| x.detach() * x), [(9.0, 3.0)]);
}

/// Where there are two one-sided derivatives, the documented one.
#[test]
fn gradients_at_kinks() {
    assert_eq!(at(&[0.0], |x| x.relu()), [(0.0, 0.0)]);
    assert_eq!(at(&[0.0], |x| x.abs()), [(0.0, 0.0)]);
    assert_eq!(at(&[1.0], |x| x.hinge()), [(0.0, 0.0)]);
    assert_eq!(at(&[2.0, 2.0], |x| x.max(&[0])).iter().map(|(_, slope)| *slope).collect::<Vec<_>>(), [0.5]);
}

/// Smooth functions are smooth at 0 too, to second order: first layers start with logits that are exactly 0.
#[test]
fn softplus_at_zero() {
    assert_eq!(at(&[0.0], |x| x.softplus()), [(2f64.ln(), 0.5)]);
    assert_eq!(at(&[0.0], |x| grad(x.softplus().sum_all(), &[x])[0]), [(0.5, 0.25)]);
    assert_eq!(at(&[0.0], |x| x.elu()), [(0.0, 1.0)]);
}

#[test]
fn extreme_logits_have_finite_values_and_gradients() {
    let extremes = [-1e4, -100.0, 100.0, 1e4];
    let [big, close] = [1e-30, 1e-6];
    for (x, (y, slope)) in extremes.into_iter().zip(at(&extremes, |x| x.sigmoid())) {
        assert!((y - f64::from(u8::from(x > 0.0))).abs() < big && slope.abs() < big, "sigmoid at {x}: {y}, {slope}");
    }
    for (x, (y, slope)) in extremes.into_iter().zip(at(&extremes, |x| x.softplus())) {
        let expected = f64::from(x.max(0.0));
        assert!((y - expected).abs() < close, "softplus at {x}: {y}");
        assert!((slope - f64::from(u8::from(x > 0.0))).abs() < close, "slope of softplus at {x}: {slope}");
    }
    for (x, (y, slope)) in extremes.into_iter().zip(at(&extremes, |x| x.log_sigmoid())) {
        assert!((y - f64::from(x.min(0.0))).abs() < close, "log_sigmoid at {x}: {y}");
        assert!((slope - f64::from(u8::from(x < 0.0))).abs() < close, "slope of log_sigmoid at {x}: {slope}");
    }
    for (target, x) in [(0.0, 1e4), (1.0, -1e4)] {
        let (y, slope) = at(&[x], |x| x.bernoulli_nll(x.constant_like(target)))[0];
        assert!((y - 1e4).abs() < 1e-2 && (slope.abs() - 1.0).abs() < close, "bernoulli_nll: {y}, {slope}");
    }
    for (y, slope) in at(&extremes, |x| x.log_softmax(0) * x.graph().iota(0, x.shape())) {
        assert!(y.is_finite() && slope.is_finite(), "log_softmax: {y}, {slope}");
    }
    for (y, slope) in at(&extremes, |x| x.softmax(0) * x.graph().iota(0, x.shape())) {
        assert!(y.is_finite() && slope.is_finite(), "softmax: {y}, {slope}");
    }
    assert_eq!(at(&[1e4, 1e4], |x| x.logsumexp(0))[0].0, 1e4 + 2f64.ln());
}

/// All elements equal: the variance is 0.
#[test]
fn normalising_a_constant_has_a_finite_gradient() {
    for (y, slope) in at(&[3.0; 4], |x| x.layer_norm(1e-5) * x.graph().iota(0, x.shape())) {
        assert!(y == 0.0 && slope.is_finite(), "{y}, {slope}");
    }
}
