//! A row for every operation and every composed function: at ordinary and odd shapes, at extent 1 and, where that is
//! legal, at extent 0.

use daydream_graph::{Convolution, RecurrentWeights, Tensor, grad};

/// A function of tensors, and shapes to try it at.
pub struct Case {
    /// What it tests.
    pub name: &'static str,
    /// The shapes of the arguments, several times.
    pub shapes: Vec<Vec<&'static [usize]>>,
    /// Where the arguments' numbers lie.
    pub range: (f32, f32),
    /// How many times it can be differentiated in a meaningful way: 0, 1 or 2 (or more).
    pub order: usize,
    /// The function.
    pub build: Build,
}

/// A function of tensors of one graph.
pub type Build = for<'a, 'g> fn(&'a [Tensor<'g>]) -> Tensor<'g>;

fn case(name: &'static str, shapes: &[&[&'static [usize]]], build: Build) -> Case {
    let shapes = shapes.iter().map(|shapes| shapes.to_vec()).collect();
    Case { name, shapes, range: (-1.0, 1.0), order: 2, build }
}

impl Case {
    fn range(mut self, low: f32, high: f32) -> Case {
        self.range = (low, high);
        self
    }

    /// Differentiable once: piecewise linear, so that its second derivative is 0.
    fn once(mut self) -> Case {
        self.order = 1;
        self
    }

    /// Not differentiable.
    fn discrete(mut self) -> Case {
        self.order = 0;
        self
    }
}

/// One argument of any shape.
const ANY: &[&[&[usize]]] = &[&[&[3, 5]], &[&[]], &[&[1]], &[&[17]], &[&[2, 1, 3]], &[&[0, 3]]];
/// Two arguments that broadcast.
const PAIR: &[&[&[usize]]] = &[
    &[&[3, 5], &[3, 5]],
    &[&[4, 1], &[3]],
    &[&[], &[2, 3]],
    &[&[1], &[1, 1]],
    &[&[2, 1, 3], &[5, 1]],
    &[&[0, 3], &[3]],
];
/// One argument of two axes.
const MATRIX: &[&[&[usize]]] = &[&[&[3, 5]], &[&[1, 1]], &[&[1, 7]], &[&[4, 1]]];
/// `[B, W, K]` and `[K, 2·D]`.
const PRODUCT_OF_WINDOWS: &[&[&[usize]]] = &[&[&[2, 3, 5], &[5, 4]], &[&[1, 7, 9], &[9, 10]]];
const IMAGE: &[&[&[usize]]] = &[&[&[2, 5, 4, 3]], &[&[1, 4, 4, 1]]];

/// All cases.
pub fn cases() -> Vec<Case> {
    [unary(), binary(), reductions(), products(), moves(), rows(), windows(), activations(), distributions(), layers()]
        .into_iter()
        .flatten()
        .collect()
}

fn unary() -> Vec<Case> {
    vec![
        case("neg", ANY, |x| -x[0]).once(),
        case("recip", ANY, |x| x[0].recip()).range(0.5, 2.0),
        case("exp", ANY, |x| x[0].exp()),
        case("log", ANY, |x| x[0].log()).range(0.5, 2.0),
        case("sqrt", ANY, |x| x[0].sqrt()).range(0.5, 2.0),
        case("tanh", ANY, |x| x[0].tanh()),
        case("sin", ANY, |x| x[0].sin()).range(-4.0, 4.0),
        case("floor", ANY, |x| x[0].floor()).range(-4.0, 4.0).discrete(),
        case("detach", ANY, |x| x[0].detach() * x[0]).discrete(),
        case("polynomial", ANY, |x| 1.0 - 2.0 * x[0] * x[0] * x[0] + x[0] / 3.0 - 0.5),
        case("constant factors", ANY, |x| -(0.5 * -(3.0 * (x[0] * x[0] * 2.0))) + (x[0] + x[0]) * -1.0),
        case("uniform", ANY, |x| x[0] * x[0] * x[0].graph().uniform(x[0].shape())),
        case("normal", ANY, |x| (x[0] * x[0].graph().normal(x[0].shape())).sin()),
        case("iota", MATRIX, |x| x[0] * x[0] * x[0].graph().iota(1, x[0].shape()) + x[0].exp()),
    ]
}

fn binary() -> Vec<Case> {
    vec![
        case("add", PAIR, |x| x[0] + x[1]).once(),
        case("sub", PAIR, |x| x[0] - x[1]).once(),
        case("mul", PAIR, |x| x[0] * x[1]),
        case("div", PAIR, |x| x[0] / x[1]).range(0.5, 2.0),
        case("maximum", PAIR, |x| x[0].maximum(x[1])).once(),
        case("minimum", PAIR, |x| x[0].minimum(x[1])).once(),
        case("less", PAIR, |x| x[0].less(x[1])).discrete(),
        case("equal", PAIR, |x| (2.0 * x[0]).floor().equal((2.0 * x[1]).floor())).discrete(),
        case("select", PAIR, |x| (x[0] * x[1]).less((x[0] + x[1]) * 0.0).select(x[0] * x[0], x[1].exp())),
        case("shared by several", PAIR, |x| {
            let shared = (x[0] * x[1]).exp().tanh();
            shared + shared.sin() * (shared + 1.0).log()
        }),
    ]
}

fn reductions() -> Vec<Case> {
    vec![
        case("sum", ANY, |x| (x[0] * x[0]).sum_all()),
        case("sum of one axis", MATRIX, |x| (x[0] * x[0]).sum(&[0])),
        case("sum of empty", &[&[&[0, 3]], &[&[3, 0]]], |x| x[0].exp().sum(&[0])),
        case("mean", MATRIX, |x| x[0].exp().mean()),
        case("mean_keep", &[&[&[2, 3, 4]], &[&[1, 1, 2]]], |x| x[0] * x[0].mean_keep(&[0, 2])),
        case("max", &[&[&[3, 5, 2]], &[&[2, 1, 3]]], |x| x[0].max(&[1])).once(),
        case("max squared", &[&[&[3, 5, 2]]], |x| x[0].max(&[0, 2]).square()),
        case("max of empty", &[&[&[2, 0]]], |x| x[0].max(&[1])).discrete(),
        case("argmax", &[&[&[3, 5, 2]], &[&[2, 1, 3]]], |x| x[0].argmax(1)).discrete(),
        case("logsumexp", MATRIX, |x| (x[0] * x[0]).logsumexp(1)),
        case("log_mean_exp", MATRIX, |x| (x[0] * x[0]).log_mean_exp(0)),
        case("softmax", &[&[&[3, 5]], &[&[2, 3, 2]]], |x| x[0].softmax(1)),
        case("log_softmax", &[&[&[3, 5]], &[&[2, 3, 2]]], |x| x[0].log_softmax(1)),
        case("sum of squared differences", &[&[&[4, 1, 3], &[5, 3]]], |x| (x[0] - x[1]).square().sum(&[2])),
        case("reduction of a reduction", &[&[&[3, 4, 2]]], |x| x[0].exp().sum(&[1]).square().sum(&[0]).log()),
    ]
}

fn products() -> Vec<Case> {
    vec![
        case("dot", &[&[&[3, 5], &[5, 4]], &[&[1, 1], &[1, 1]], &[&[1, 7], &[7, 1]], &[&[0, 2], &[2, 3]]], |x| {
            x[0].dot(x[1])
        }),
        case("dot over nothing", &[&[&[2, 0], &[0, 3]]], |x| x[0].dot(x[1])).discrete(),
        case("dot, left transposed", &[&[&[5, 3], &[5, 4]], &[&[1, 3], &[1, 2]]], |x| x[0].t().dot(x[1])),
        case("dot, right transposed", &[&[&[3, 5], &[4, 5]]], |x| x[0].dot(x[1].t())),
        case("dot, both transposed", &[&[&[5, 3], &[4, 5]]], |x| x[0].t().dot(x[1].t())),
        case("batched dot", &[&[&[2, 3, 4], &[2, 4, 5]], &[&[1, 2, 3, 4], &[3, 1, 4, 2]]], |x| x[0].dot(x[1])),
        case("batched dot with one matrix", &[&[&[2, 3, 4], &[4, 5]], &[&[2, 2, 1, 3], &[1, 3, 2]]], |x| {
            x[0].dot(x[1]).tanh()
        }),
        case("one matrix times a batch", &[&[&[3, 4], &[2, 4, 5]]], |x| x[0].dot(x[1])),
        case("dot of slices", &[&[&[4, 6], &[4, 6]]], |x| x[0].slice(1, 1, 5).t().dot(x[1].slice_step(1, 0, 6, 2))),
        case("dot of a padded", &[&[&[2, 3], &[5, 2]]], |x| x[0].pad(1, 1, 1).dot(x[1])),
        case("dot of expressions", &[&[&[3, 4], &[4, 2]]], |x| (x[0] * 2.0).sin().dot(-x[1].exp())),
        case("dot with an epilogue", &[&[&[3, 4], &[4, 2], &[2]]], |x| (x[0].dot(x[1]) + x[2]).tanh().square()),
        case("dot of a constant", &[&[&[3, 4]]], |x| x[0].square().dot(x[0].graph().constant(0.5, [4, 2]))),
        case("dot with itself", &[&[&[3, 4]]], |x| x[0].dot(x[0].t()).dot(x[0])),
        case("dot of flipped and permuted", &[&[&[2, 3, 4], &[3, 4, 2]]], |x| {
            x[0].flip(1).permute(&[1, 0, 2]).dot(x[1].flip(0))
        }),
    ]
}

fn moves() -> Vec<Case> {
    let cube: &[&[&[usize]]] = &[&[&[2, 3, 4]], &[&[1, 3, 1]]];
    vec![
        case("reshape that splits", &[&[&[6, 4]]], |x| x[0].reshape([2, 3, 2, 2]).exp()),
        case("reshape that joins", cube, |x| {
            let all = x[0].numel();
            x[0].exp().reshape([all]).tanh()
        }),
        case("reshape across", &[&[&[4, 6]]], |x| x[0].exp().reshape([3, 8]).sin()),
        case("reshape of empty", &[&[&[0, 4]]], |x| x[0].exp().reshape([2, 0])),
        case("permute", cube, |x| x[0].exp().permute(&[2, 0, 1])),
        case("permute twice", cube, |x| x[0].exp().permute(&[2, 0, 1]).tanh().permute(&[1, 0, 2])),
        case("broadcast_to", &[&[&[3, 1]], &[&[1, 1]]], |x| x[0].exp().broadcast_to([2, 3, 4]).sin()),
        case("slice", cube, |x| x[0].exp().slice(1, 1, 3)),
        case("slice of nothing", &[&[&[3, 2]]], |x| x[0].exp().slice(0, 1, 1)).discrete(),
        case("slice with steps", &[&[&[7, 2]], &[&[6, 1]]], |x| x[0].exp().slice_step(0, 1, 6, 2)),
        case("pad", cube, |x| x[0].exp().pad(1, 2, 1)),
        case("pad twice", cube, |x| x[0].exp().pad(1, 2, 1).cos().pad(0, 1, 0).pad(1, 0, 2)),
        case("pad of moved", cube, |x| x[0].flip(1).pad(1, 1, 2).permute(&[1, 0, 2]).pad(0, 1, 1).exp()),
        case("flip", cube, |x| x[0].exp().flip(1)),
        case("concat", &[&[&[2, 3], &[2, 1], &[2, 4]]], |x| Tensor::concat(&[x[0].exp(), x[1], x[2].sin()], 1)),
        case("stack", &[&[&[2, 3], &[2, 3]]], |x| Tensor::stack(&[x[0].exp(), x[1].sin()], 1)),
        case("overlapping slices", &[&[&[6]]], |x| x[0].slice(0, 0, 4).exp() * x[0].slice(0, 2, 6)),
        case("upsample_nearest", IMAGE, |x| x[0].exp().upsample_nearest(2)),
    ]
}

/// Gather and scatter. Their row numbers are arguments as well, through which no gradient flows.
fn rows() -> Vec<Case> {
    vec![
        case("gather", &[&[&[5, 3], &[4]], &[&[1, 2], &[3]], &[&[4], &[2, 3]], &[&[4, 2, 3], &[2, 1]]], |x| {
            x[0].exp().gather(rows_of(x[1], 6.0))
        }),
        case("gather of a permuted", &[&[&[3, 5], &[4]]], |x| x[0].t().gather(rows_of(x[1], 5.0)).exp()),
        case("scatter_add", &[&[&[4, 3], &[4]], &[&[3], &[3]], &[&[2, 3, 2], &[2, 3]]], |x| {
            x[0].exp().scatter_add(rows_of(x[1], 6.0), 5)
        }),
        case("one_hot", &[&[&[4]], &[&[2, 3]]], |x| rows_of(x[0], 5.0).one_hot(5)).discrete(),
    ]
}

/// Row numbers, also outside the table, made of numbers in -1..1.
fn rows_of(x: Tensor<'_>, count: f32) -> Tensor<'_> {
    (x * (0.5 * count) + 0.5 * count).floor().detach()
}

fn windows() -> Vec<Case> {
    vec![
        case("unfold", &[&[&[2, 7]], &[&[1, 3]]], |x| x[0].exp().unfold(1, 3, 1, 1)),
        case("unfold, strided and dilated", &[&[&[9, 2]]], |x| x[0].exp().unfold(0, 3, 2, 2).tanh()),
        case("unfold of a single tap", &[&[&[4, 2]]], |x| x[0].exp().unfold(0, 1, 1, 1)),
        case("fold", &[&[&[2, 5, 3]]], |x| x[0].exp().fold(1, 7, 1, 1)),
        case("fold, strided and dilated", &[&[&[3, 3, 2]]], |x| x[0].exp().fold(0, 10, 2, 2).tanh()),
        case("fold with gaps", &[&[&[3, 1, 2]]], |x| x[0].exp().fold(0, 9, 3, 1)),
        case("conv2d", &[&[&[2, 5, 4, 3], &[3, 2, 3, 2]], &[&[1, 3, 3, 1], &[1, 1, 1, 1]]], |x| {
            x[0].conv2d(x[1], Convolution::default()).tanh()
        }),
        case("conv2d, strided and padded", &[&[&[2, 6, 5, 2], &[4, 3, 2, 3]]], |x| {
            x[0].conv2d(x[1], Convolution { stride: 2, padding: 1, ..Convolution::default() })
        }),
        case("conv2d, wide", &[&[&[2, 6, 7, 4], &[3, 3, 4, 12]], &[&[3, 8, 8, 2], &[4, 4, 2, 9]]], |x| {
            x[0].conv2d(x[1], Convolution { padding: 1, ..Convolution::default() }).tanh()
        }),
        case("conv2d, dilated", &[&[&[1, 6, 5, 2], &[3, 2, 2, 2]]], |x| {
            x[0].exp().conv2d(x[1], Convolution { dilation: 2, padding: 1, stride: 1 })
        }),
        case("conv2d_transpose", &[&[&[2, 3, 4, 2], &[3, 2, 3, 2]]], |x| {
            x[0].conv2d_transpose(x[1], Convolution::default(), [5, 5]).tanh()
        }),
        case("product of windows by windows", &[&[&[2, 4, 5], &[3, 6, 5]]], |x| {
            // [2, 4, 5] to [2·3, 2·5], rows not side by side; [3, 6, 5] to [2·5, 3·3].
            let left = x[0].pad(1, 1, 1).unfold(1, 2, 2, 1).reshape([6, 10]);
            let right = x[1].pad(2, 0, 3).unfold(2, 4, 2, 1).permute(&[1, 3, 0, 2]); // [6, 4, 3, 3]
            left.dot(right.slice(0, 0, 5).slice(1, 1, 3).reshape([10, 9]))
        }),
        case("conv2d_transpose, wide", &[&[&[2, 3, 4, 8], &[4, 4, 3, 8]], &[&[3, 5, 2, 9], &[4, 4, 1, 9]]], |x| {
            let how = Convolution { stride: 2, ..Convolution::default() };
            x[0].conv2d_transpose(x[1], how, [1, 2].map(|axis| 2 * x[0].extent(axis) + 2)).sigmoid()
        }),
        case("conv2d_transpose, dilated", &[&[&[1, 2, 3, 2], &[3, 2, 2, 2]]], |x| {
            x[0].conv2d_transpose(x[1], Convolution { stride: 3, padding: 1, dilation: 2 }, [7, 8]).exp()
        }),
        case("fold of a product", PRODUCT_OF_WINDOWS, |x| windows_of_product(x).fold(1, 2 * x[0].extent(1) + 1, 2, 1)),
        case("folds of a product along both factors", PRODUCT_OF_WINDOWS, |x| {
            let [b, w] = [x[0].extent(0), x[0].extent(1)];
            let windows = windows_of_product(x);
            windows.fold(1, 2 * w + 1, 2, 1).sum_all() * windows.fold(0, b + w - 1, 1, 1).tanh()
        }),
        case("conv2d_transpose, strided and padded", &[&[&[2, 3, 3, 2], &[4, 4, 3, 2]]], |x| {
            x[0].conv2d_transpose(x[1], Convolution { stride: 2, padding: 1, ..Convolution::default() }, [6, 7])
        }),
        case("avg_pool2d", IMAGE, |x| x[0].exp().avg_pool2d(2, 2)),
        case("max_pool2d", IMAGE, |x| x[0].max_pool2d(3, 1)).range(-1000.0, 1000.0).once(),
    ]
}

fn activations() -> Vec<Case> {
    vec![
        case("square", ANY, |x| x[0].square()),
        case("abs", ANY, |x| x[0].abs()).once(),
        case("clamp", ANY, |x| x[0].clamp(-0.5, 0.9) + 0.1 * x[0]).once(),
        case("cos", ANY, |x| x[0].cos()).range(-4.0, 4.0),
        case("relu", ANY, |x| x[0].relu() + 0.1 * x[0]).once(),
        case("leaky_relu", ANY, |x| x[0].leaky_relu(0.2)).once(),
        case("sigmoid", ANY, |x| x[0].sigmoid()).range(-4.0, 4.0),
        case("softplus", ANY, |x| x[0].softplus()).range(-4.0, 4.0),
        case("log_sigmoid", ANY, |x| x[0].log_sigmoid()).range(-4.0, 4.0),
        case("hinge", ANY, |x| x[0].hinge()).range(-2.0, 0.9).once(),
        case("silu", ANY, |x| x[0].silu()).range(-4.0, 4.0),
        case("gelu", ANY, |x| x[0].gelu()).range(-4.0, 4.0),
        case("elu", ANY, |x| x[0].elu() + x[0].square()).range(-2.0, 2.0),
    ]
}

fn distributions() -> Vec<Case> {
    let classes: &[&[&[usize]]] = &[&[&[4, 5], &[4]], &[&[2, 3, 2], &[2, 3]]];
    vec![
        case("bernoulli", ANY, |x| x[0].sigmoid().bernoulli()).discrete(),
        case("gumbel", ANY, |x| (x[0] * x[0].graph().gumbel(x[0].shape())).sin()),
        case("categorical", MATRIX, |x| x[0].categorical()).discrete(),
        case("gumbel_softmax", &[&[&[3, 5]], &[&[1, 7]]], |x| {
            (x[0] * x[0]).gumbel_softmax(x[0].graph().constant(0.7, [])) * x[0]
        }),
        case("bernoulli_nll", PAIR, |x| x[0].bernoulli_nll(x[1])),
        case("normal_nll", &[&[&[4, 3], &[4, 3], &[4, 3]]], |x| x[0].normal_nll(x[1], x[2])),
        case("cross_entropy", classes, |x| x[0].cross_entropy(rows_of(x[1], 2.0))),
        case("kl_standard_normal", PAIR, |x| x[0].kl_standard_normal(x[1])),
        case("kl_normal", &[&[&[4, 3], &[4, 3], &[4, 3], &[4, 3]]], |x| x[0].kl_normal(x[1], x[2], x[3])),
        case("kl_bernoulli", PAIR, |x| x[0].kl_bernoulli(x[1])),
        case("initial weights", MATRIX, |x| {
            let (g, shape) = (x[0].graph(), x[0].shape());
            (x[0] * (g.glorot(shape.clone()) + g.he(shape.clone()) * g.fan_in_uniform(3, shape))).exp()
        }),
    ]
}

fn layers() -> Vec<Case> {
    const LSTM: &[&[usize]] = &[&[2, 3, 3], &[3, 8], &[2, 8], &[8]];
    const GRU: &[&[usize]] = &[&[2, 3, 3], &[3, 6], &[2, 6], &[6]];
    vec![
        case("layer_norm", &[&[&[3, 5]], &[&[2, 1, 4]]], |x| x[0].exp().layer_norm(1e-5)),
        case("batch_norm", &[&[&[4, 3]], &[&[2, 3, 2, 2]]], |x| x[0].exp().batch_norm(1e-5)),
        case("dropout", &[&[&[4, 5], &[]]], |x| x[0].exp().dropout(0.25 + 0.0 * x[1]) * x[1]),
        case("attention", &[&[&[2, 3, 4], &[2, 5, 4], &[2, 5, 2]]], |x| x[0].attention(x[1], x[2], None)),
        case("causal attention", &[&[&[3, 4], &[3, 4], &[3, 2]], &[&[2, 2], &[4, 2], &[4, 3]]], |x| {
            let mask = x[0].graph().causal_mask(x[0].extent(0), x[1].extent(0));
            x[0].attention(x[1], x[2], Some(mask))
        }),
        case("multi-head attention", &[&[&[2, 3, 4], &[2, 3, 4], &[2, 3, 6]]], |x| {
            let mask = x[0].graph().causal_mask(3, 3);
            x[0].multi_head_attention(x[1], x[2], 2, Some(mask))
        }),
        case("lstm", &[LSTM], |x| {
            let weights = RecurrentWeights { input: x[1], hidden: x[2], bias: x[3] };
            let zero = zero_state(x[0], 2);
            unrolled(x[0], (zero, zero), |step, state| step.lstm_cell(state, weights)).0
        }),
        case("gru", &[GRU], |x| {
            let weights = RecurrentWeights { input: x[1], hidden: x[2], bias: x[3] };
            unrolled(x[0], zero_state(x[0], 2), |step, h| step.gru_cell(h, weights))
        }),
        case("dense layers", &[&[&[3, 4], &[4, 5], &[5], &[5, 2], &[2]]], |x| {
            ((x[0].dot(x[1]) + x[2]).tanh().dot(x[3]) + x[4]).softplus().mean()
        }),
        case("gradient penalty", &[&[&[3, 4], &[4, 5], &[5], &[5, 1]]], |x| {
            let score = (x[0].dot(x[1]) + x[2]).softplus().dot(x[3]);
            let slope = grad(score.sum_all(), &x[..1])[0]; // [B, D]
            ((slope.square().sum(&[1]) + 1e-6).sqrt() - 1.0).square().mean()
        }),
        case("dense layer over time", &[&[&[2, 3, 4], &[4, 5], &[5], &[5, 2]]], |x| {
            (x[0].dot(x[1]) + x[2]).tanh().dot(x[3]).softmax(2)
        }),
    ]
}

/// `[B, W, 2, D]`
fn windows_of_product<'g>(x: &[Tensor<'g>]) -> Tensor<'g> {
    x[0].dot(x[1]).reshape([x[0].extent(0), x[0].extent(1), 2, x[1].extent(1) / 2])
}

fn zero_state<'g>(x: Tensor<'g>, units: usize) -> Tensor<'g> {
    x.graph().constant(0.0, [x.extent(0), units])
}

/// The last state of a cell over the steps of `[B, T, D]`.
fn unrolled<'g, S>(x: Tensor<'g>, start: S, cell: impl Fn(Tensor<'g>, S) -> S) -> S {
    let (b, steps, d) = (x.extent(0), x.extent(1), x.extent(2));
    (0..steps).fold(start, |state, t| cell(x.slice(1, t, t + 1).reshape([b, d]), state))
}
