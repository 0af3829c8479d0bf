//! Composed functions against their formulas, written out in plain loops.

use std::f64::consts::{LN_2, PI, TAU};

use daydream_graph::{Convolution, Graph, RecurrentWeights, Tensor};
use daydream_tests::evaluate;
use daydream_tests::numbers::numbers;

/// Whether two lists of numbers agree to the precision of the constants in a graph.
#[track_caller]
fn assert_close(name: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{name}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= 2e-7 * expected.abs().max(1.0), "{name}: {found}, not {expected}");
    }
}

fn wide(numbers: &[f32]) -> Vec<f64> {
    numbers.iter().copied().map(f64::from).collect()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[test]
fn functions_of_one_number() {
    type Function = (&'static str, fn(Tensor<'_>) -> Tensor<'_>, fn(f64) -> f64);
    let functions: [Function; 16] = [
        ("square", |x| x.square(), |x| x * x),
        ("abs", |x| x.abs(), f64::abs),
        ("clamp", |x| x.clamp(-0.5, 1.5), |x| x.clamp(-0.5, 1.5)),
        ("cos", |x| x.cos(), f64::cos),
        ("relu", |x| x.relu(), |x| x.max(0.0)),
        ("leaky_relu", |x| x.leaky_relu(0.25), |x| if x > 0.0 { x } else { 0.25 * x }),
        ("sigmoid", |x| x.sigmoid(), sigmoid),
        ("softplus", |x| x.softplus(), |x| x.exp().ln_1p()),
        ("log_sigmoid", |x| x.log_sigmoid(), |x| sigmoid(x).ln()),
        ("hinge", |x| x.hinge(), |x| (1.0 - x).max(0.0)),
        ("silu", |x| x.silu(), |x| x * sigmoid(x)),
        ("elu", |x| x.elu(), |x| if x > 0.0 { x } else { x.exp_m1() }),
        ("div", |x| 3.0 / (x - 9.0), |x| 3.0 / (x - 9.0)),
        ("sub", |x| 3.0 - x, |x| 3.0 - x),
        ("floor", |x| x.floor(), f64::floor),
        ("gelu", |x| x.gelu(), |x| 0.5 * x * (1.0 + ((2.0 / PI).sqrt() * (x + 0.044715 * x.powi(3))).tanh())),
    ];
    let mut x = numbers(0, 30, -5.0, 5.0);
    x.push(0.0);
    for (name, function, expected) in functions {
        let found = evaluate(&[(&[31], &x)], |_, x| function(x[0]));
        assert_close(name, &found, &wide(&x).into_iter().map(expected).collect::<Vec<_>>());
    }
}

#[test]
fn comparisons() {
    let (a, b) = ([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]);
    let pair: [(&[usize], &[f32]); 2] = [(&[3], &a), (&[3], &b)];
    assert_eq!(evaluate(&pair, |_, x| x[0].less(x[1])), [1.0, 0.0, 0.0]);
    assert_eq!(evaluate(&pair, |_, x| x[0].equal(x[1])), [0.0, 1.0, 0.0]);
    assert_eq!(evaluate(&pair, |_, x| x[0].maximum(x[1])), [3.0, 2.0, 3.0]);
    assert_eq!(evaluate(&pair, |_, x| x[0].minimum(x[1])), [1.0, 2.0, 1.0]);
    assert_eq!(evaluate(&pair, |_, x| x[0].less(x[1]).select(x[0] * 10.0, x[1])), [10.0, 2.0, 1.0]);
}

#[test]
fn functions_of_many_numbers() {
    let rows = [1.0, 3.0, 3.0, -2.0, 0.5, 4.0];
    let x: [(&[usize], &[f32]); 1] = [(&[2, 3], &rows)];
    let exp = |row: &[f32]| -> Vec<f64> { wide(row).into_iter().map(f64::exp).collect() };
    let total = |row: &[f32]| exp(row).iter().sum::<f64>();
    let by_row = |f: &dyn Fn(&[f32]) -> Vec<f64>| rows.chunks(3).flat_map(f).collect::<Vec<f64>>();

    assert_close("sum", &evaluate(&x, |_, x| x[0].sum(&[0])), &[-1.0, 3.5, 7.0]);
    assert_close("mean", &evaluate(&x, |_, x| x[0].mean()), &[9.5 / 6.0]);
    assert_close("max", &evaluate(&x, |_, x| x[0].max(&[1])), &[3.0, 4.0]);
    assert_close("argmax", &evaluate(&x, |_, x| x[0].argmax(1)), &[1.0, 2.0]);
    assert_close("logsumexp", &evaluate(&x, |_, x| x[0].logsumexp(1)), &by_row(&|row| vec![total(row).ln()]));
    let log_mean = by_row(&|row| vec![(total(row) / 3.0).ln()]);
    assert_close("log_mean_exp", &evaluate(&x, |_, x| x[0].log_mean_exp(1)), &log_mean);
    let softmax = by_row(&|row| exp(row).iter().map(|e| e / total(row)).collect());
    assert_close("softmax", &evaluate(&x, |_, x| x[0].softmax(1)), &softmax);
    let log_softmax: Vec<f64> = softmax.iter().map(|p| p.ln()).collect();
    assert_close("log_softmax", &evaluate(&x, |_, x| x[0].log_softmax(1)), &log_softmax);
    let normalised = by_row(&|row| {
        let mean = wide(row).iter().sum::<f64>() / 3.0;
        let variance = wide(row).iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 3.0;
        wide(row).iter().map(|x| (x - mean) / (variance + 0.5).sqrt()).collect()
    });
    assert_close("layer_norm", &evaluate(&x, |_, x| x[0].layer_norm(0.5)), &normalised);
    let across = evaluate(&x, |_, x| x[0].t().batch_norm(0.5).t());
    assert_close("batch_norm", &across, &normalised);
    assert_close("one_hot", &evaluate(&[(&[2], &[2.0, 0.0])], |_, x| x[0].one_hot(3)), &[0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
}

#[test]
fn arrangements() {
    let (a, b) = ([1.0, 2.0], [3.0, 4.0]);
    let pair: [(&[usize], &[f32]); 2] = [(&[2, 1], &a), (&[2, 1], &b)];
    assert_eq!(evaluate(&pair, |_, x| Tensor::concat(x, 0)), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(evaluate(&pair, |_, x| Tensor::concat(x, 1)), [1.0, 3.0, 2.0, 4.0]);
    assert_eq!(evaluate(&pair, |_, x| Tensor::stack(x, 0)), [1.0, 2.0, 3.0, 4.0]);
    let image: [(&[usize], &[f32]); 1] = [(&[1, 2, 2, 1], &[1.0, 2.0, 3.0, 4.0])];
    let doubled = [1.0, 1.0, 2.0, 2.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0, 3.0, 3.0, 4.0, 4.0];
    assert_eq!(evaluate(&image, |_, x| x[0].upsample_nearest(2)), doubled);
    assert_eq!(evaluate(&image, |_, x| x[0].avg_pool2d(2, 2)), [2.5]);
    assert_eq!(evaluate(&image, |_, x| x[0].max_pool2d(2, 2)), [4.0]);
    assert_eq!(evaluate(&image, |_, x| x[0].max_pool2d(1, 1)), [1.0, 2.0, 3.0, 4.0]);
    let table: [(&[usize], &[f32]); 2] = [(&[3, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), (&[4], &[2.9, -1.0, 7.0, 0.0])];
    assert_eq!(evaluate(&table, |_, x| x[0].gather(x[1])), [5.0, 6.0, 1.0, 2.0, 5.0, 6.0, 1.0, 2.0]);
    let values: [(&[usize], &[f32]); 2] = [(&[4], &[1.0, 2.0, 3.0, 4.0]), (&[4], &[2.9, -1.0, 7.0, 0.0])];
    assert_eq!(evaluate(&values, |_, x| x[0].scatter_add(x[1], 3)), [6.0, 0.0, 4.0]);
}

/// `Σ x[b, i·s + u·d - p, j·s + v·d - p, c] w[u, v, c, o]` by seven loops.
fn convolved(x: &[f64], [b, h, w, c]: [usize; 4], taps: &[f64], [kh, kw, o]: [usize; 3], how: Convolution) -> Vec<f64> {
    let Convolution { stride, padding, dilation } = how;
    let windows = |extent: usize, taps: usize| (extent + 2 * padding - dilation * (taps - 1) - 1) / stride + 1;
    let mut y = Vec::new();
    for (n, i, j, out) in points([b, windows(h, kh), windows(w, kw), o]) {
        let mut sum = 0.0;
        for (u, v, channel, _) in points([kh, kw, c, 1]) {
            let (row, column) =
                ((i * stride + u * dilation).wrapping_sub(padding), (j * stride + v * dilation).wrapping_sub(padding));
            if row < h && column < w {
                sum += x[((n * h + row) * w + column) * c + channel] * taps[((u * kw + v) * c + channel) * o + out];
            }
        }
        y.push(sum);
    }
    y
}

fn points(extents: [usize; 4]) -> impl Iterator<Item = (usize, usize, usize, usize)> {
    let [a, b, c, d] = extents;
    (0..a * b * c * d).map(move |number| (number / (b * c * d), number / (c * d) % b, number / d % c, number % d))
}

#[test]
fn convolution_and_its_transpose() {
    for (stride, padding, dilation) in [(1, 0, 1), (2, 1, 1), (1, 1, 2), (3, 2, 1)] {
        let how = Convolution { stride, padding, dilation };
        let (image, taps) = ([2, 6, 5, 3], [3, 2, 3, 4]);
        let (x, w) = (numbers(0, 180, -1.0, 1.0), numbers(1, 72, -1.0, 1.0));
        let y = evaluate(&[(&image, &x), (&taps, &w)], |_, x| x[0].conv2d(x[1], how));
        let expected = convolved(&wide(&x), image, &wide(&w), [3, 2, 4], how);
        assert_close(&format!("conv2d, {how:?}"), &y, &expected);

        // ⟨conv(x), z⟩ = ⟨x, transpose(z)⟩ for all z.
        let z = numbers(2, y.len(), -1.0, 1.0);
        let rows = (6 + 2 * padding - dilation * 2 - 1) / stride + 1;
        let shape = [2, rows, y.len() / (2 * rows * 4), 4];
        let back = evaluate(&[(&shape, &z), (&taps, &w)], |_, x| x[0].conv2d_transpose(x[1], how, [6, 5]));
        let inner = |a: &[f64], b: &[f32]| a.iter().zip(b).map(|(a, &b)| a * f64::from(b)).sum::<f64>();
        assert_close(&format!("conv2d_transpose, {how:?}"), &[inner(&back, &x)], &[inner(&y, &z)]);
    }
}

#[test]
fn attention_looks_where_it_may() {
    // One query of one feature; keys 0, ln 2 and ln 5 have weights 1, 2 and 5.
    let keys = [0.0, LN_2 as f32, 5f32.ln()];
    let arguments: [(&[usize], &[f32]); 3] = [(&[1, 1], &[1.0]), (&[3, 1], &keys), (&[3, 1], &[8.0, 16.0, 24.0])];
    assert_close("attention", &evaluate(&arguments, |_, x| x[0].attention(x[1], x[2], None)), &[20.0]);
    let masked = evaluate(&arguments, |g, x| {
        x[0].attention(x[1], x[2], Some(1.0 - g.iota(1, [1, 3]).less(g.constant(1.0, [1, 3]))))
    });
    assert_close("masked attention", &masked, &[(2.0 * 16.0 + 5.0 * 24.0) / 7.0]);
    assert_eq!(evaluate(&[], |g, _| g.causal_mask(2, 3)), [1.0, 1.0, 0.0, 1.0, 1.0, 1.0]);

    // Two heads are two attentions side by side.
    let (q, k, v) = (numbers(0, 12, -1.0, 1.0), numbers(1, 12, -1.0, 1.0), numbers(2, 12, -1.0, 1.0));
    let shape: &[usize] = &[1, 3, 4];
    let arguments: [(&[usize], &[f32]); 3] = [(shape, &q), (shape, &k), (shape, &v)];
    let found = evaluate(&arguments, |_, x| x[0].multi_head_attention(x[1], x[2], 2, None));
    let expected = evaluate(&arguments, |_, x| {
        let part = |n: usize| {
            x[0].slice(2, 2 * n, 2 * n + 2).attention(
                x[1].slice(2, 2 * n, 2 * n + 2),
                x[2].slice(2, 2 * n, 2 * n + 2),
                None,
            )
        };
        Tensor::concat(&[part(0), part(1)], 2)
    });
    assert_close("multi-head attention", &found, &expected);
}

#[test]
fn recurrent_cells_of_one_unit() {
    let (x, h, c) = (0.3, -0.2, 0.5);
    let (w, u, b) = ([0.1, -0.4, 0.7, 0.9], [0.5, 0.3, -0.6, 0.2], [0.05, -0.1, 0.15, 0.2]);
    let gate = |n: usize| {
        let [x, h, w, u, b] = [x, h, w[n], u[n], b[n]].map(f64::from);
        (x * w + b, h * u)
    };
    let sum = |n: usize| gate(n).0 + gate(n).1;

    let (i, f, g, o) = (sigmoid(sum(0)), sigmoid(sum(1)), sum(2).tanh(), sigmoid(sum(3)));
    let next_c = f * f64::from(c) + i * g;
    let arguments: [(&[usize], &[f32]); 6] =
        [(&[1, 1], &[x]), (&[1, 1], &[h]), (&[1, 1], &[c]), (&[1, 4], &w), (&[1, 4], &u), (&[4], &b)];
    let lstm = evaluate(&arguments, |_, x| {
        let weights = RecurrentWeights { input: x[3], hidden: x[4], bias: x[5] };
        let (h, c) = x[0].lstm_cell((x[1], x[2]), weights);
        Tensor::concat(&[h, c], 1)
    });
    assert_close("lstm", &lstm, &[o * next_c.tanh(), next_c]);

    let (r, z) = (sigmoid(sum(0)), sigmoid(sum(1)));
    let n = (gate(2).0 + r * gate(2).1).tanh();
    let arguments: [(&[usize], &[f32]); 5] =
        [(&[1, 1], &[x]), (&[1, 1], &[h]), (&[1, 3], &w[..3]), (&[1, 3], &u[..3]), (&[3], &b[..3])];
    let gru =
        evaluate(&arguments, |_, x| x[0].gru_cell(x[1], RecurrentWeights { input: x[2], hidden: x[3], bias: x[4] }));
    assert_close("gru", &gru, &[(1.0 - z) * n + z * f64::from(h)]);
}

#[test]
fn densities_and_divergences() {
    let one = |a: &[f32], f: for<'g> fn(&[Tensor<'g>]) -> Tensor<'g>| {
        let arguments: Vec<(&[usize], &[f32])> = a.iter().map(|x| (&[1][..], std::slice::from_ref(x))).collect();
        evaluate(&arguments, |_, x| f(x))[0]
    };
    let (x, t) = (0.7, 0.25);
    let p = sigmoid(f64::from(0.7f32));
    let nll = -(0.25 * p.ln() + 0.75 * (1.0 - p).ln());
    assert_close("bernoulli_nll", &[one(&[x, t], |x| x[0].bernoulli_nll(x[1]))], &[nll]);

    // The mean 1, the deviation 2, the target 4.
    let density = (-(3f64 / 2.0).powi(2) / 2.0).exp() / (2.0 * TAU.sqrt());
    let ln_2 = LN_2 as f32;
    assert_close("normal_nll", &[one(&[1.0, ln_2, 4.0], |x| x[0].normal_nll(x[1], x[2]))], &[-density.ln()]);

    // Divergences as integrals of p log (p / q), by the midpoint rule.
    let normal = |x: f64, mean: f64, s: f64| (-((x - mean) / s).powi(2) / 2.0).exp() / (s * TAU.sqrt());
    let divergence = |mean: f64, s: f64, other: f64, r: f64| -> f64 {
        let at = |i: u32| -30.0 + 1e-3 * (f64::from(i) + 0.5);
        let term =
            |x: f64| normal(x, mean, s) * (normal(x, mean, s).max(1e-300) / normal(x, other, r).max(1e-300)).ln();
        (0..60_000).map(|i| term(at(i)) * 1e-3).sum()
    };
    let standard = one(&[1.0, ln_2], |x| x[0].kl_standard_normal(x[1]));
    assert!((standard - divergence(1.0, 2.0, 0.0, 1.0)).abs() < 1e-6, "{standard}");
    let between = one(&[1.0, ln_2, -0.5, 3f32.ln()], |x| x[0].kl_normal(x[1], x[2], x[3]));
    assert!((between - divergence(1.0, 2.0, -0.5, 3.0)).abs() < 1e-6, "{between}");
    let q = sigmoid(f64::from(-0.4f32));
    let bernoulli = p * (p / q).ln() + (1.0 - p) * ((1.0 - p) / (1.0 - q)).ln();
    assert_close("kl_bernoulli", &[one(&[0.7, -0.4], |x| x[0].kl_bernoulli(x[1]))], &[bernoulli]);

    let logits = [1.0, 0.0, -1.0];
    let total: f64 = wide(&logits).iter().map(|x| x.exp()).sum();
    let found = evaluate(&[(&[1, 3], &logits), (&[1], &[2.0])], |_, x| x[0].cross_entropy(x[1]));
    assert_close("cross_entropy", &found, &[1.0 + total.ln()]);
}

/// The mean and the variance of many draws, each within five standard errors of what they should be; the fourth central moment
/// of all these distributions is below ten squared variances.
#[track_caller]
fn assert_moments(name: &str, mean: f64, variance: f64, draw: impl for<'g> Fn(&'g Graph, Vec<usize>) -> Tensor<'g>) {
    let n = 20_000;
    let draws = evaluate(&[], |g, _| draw(g, vec![n]));
    let n = n as f64;
    let found = draws.iter().sum::<f64>() / n;
    let spread = draws.iter().map(|x| (x - found).powi(2)).sum::<f64>() / n;
    assert!((found - mean).abs() < 5.0 * (variance / n).sqrt(), "{name}: the mean is {found}, not {mean}");
    let error = 5.0 * variance * (9.0 / n).sqrt();
    assert!((spread - variance).abs() < error, "{name}: the variance is {spread}, not {variance}");
}

#[test]
fn draws_have_the_moments_of_their_distribution() {
    assert_moments("uniform", 0.5, 1.0 / 12.0, |g, n| g.uniform(n));
    assert_moments("normal", 0.0, 1.0, |g, n| g.normal(n));
    assert_moments("gumbel", 0.577_215_664_9, PI * PI / 6.0, |g, n| g.gumbel(n));
    assert_moments("bernoulli", 0.3, 0.21, |g, n| g.constant(0.3, n).bernoulli());
    assert_moments("dropout", 2.0, 4.0 * 0.25 / 0.75, |g, n| g.constant(2.0, n).dropout(g.constant(0.25, [])));
    // Classes 0, 1, 2 with probabilities 1/8, 2/8, 5/8.
    assert_moments("categorical", 1.5, 0.5, |g, n| {
        let class = g.iota(1, vec![n[0], 3]);
        (1.0 + class * class).log().categorical()
    });
    assert_moments("glorot", 0.0, 2.0 / (20_000.0 + 1.0), |g, n| g.glorot([n[0], 1]).reshape(n));
    assert_moments("he", 0.0, 2.0 / 20_000.0, |g, n| g.he([n[0], 1]).reshape(n));
    assert_moments("fan_in_uniform", 0.0, 1.0 / 12.0, |g, n| g.fan_in_uniform(4, n));
}
