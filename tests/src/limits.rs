//! Numbers at their limits: what every executor must make of infinities, NaN, zeros of either sign, and numbers so large or small
//! that their functions leave what 32 bits can hold.
//!
//! Some things are left open, for GPUs differ in them. A subnormal number may count as 0, as an argument and as a result; its
//! logarithm may also be any number below that of all others (-88.0 for 10⁻⁴⁰ on lavapipe, in place of -92.1). `exp` may be wrong by
//! `3 + 2|x|` units in the last place. And NaN may select either value.

use daydream_graph::{Executor, Function, Graph, Module, Reference, Tensor};

/// Share of its size by which a number may be off.
const TOLERANCE: f64 = 2e-5;

/// The logarithm of the smallest number that is not subnormal.
const LOWEST_LOG: f32 = -87.3365;

const NUMBERS: [f32; 26] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -2.5,
    f32::INFINITY,
    f32::NEG_INFINITY,
    f32::NAN,
    f32::MAX,
    f32::MIN,
    f32::MIN_POSITIVE,
    -f32::MIN_POSITIVE,
    1e-40,
    -1e-40,
    1e-30,
    1e30,
    // On either side of where `exp` overflows, of where it becomes subnormal, and of where it becomes 0.
    88.7,
    88.73,
    -87.2,
    -87.5,
    -103.9,
    -104.1,
    // Where neighbours begin to be 2 apart.
    16_777_215.0,
    16_777_216.0,
    -16_777_216.0,
];

/// Every operation of one and of two numbers, on all of them and on all pairs.
pub(crate) async fn operations_at_their_limits(device: &mut dyn Executor) {
    // With and without whole quads.
    for count in [NUMBERS.len(), NUMBERS.len() + 2] {
        let numbers: Vec<f32> = NUMBERS.iter().copied().cycle().take(count).collect();
        let g = Graph::new();
        let x = g.input("x", [count]);
        let (a, b) = (x.reshape([count, 1]).broadcast_to([count, count]), x.broadcast_to([count, count]));
        let outputs = [
            ("neg", -x),
            ("recip", x.recip()),
            ("exp", x.exp()),
            ("log", x.log()),
            ("sqrt", x.sqrt()),
            ("tanh", x.tanh()),
            // Of large numbers it is anything between -1 and 1.
            (
                "sin",
                x.less(x.constant_like(1e4)).select(x.less(x.constant_like(-1e4)).select(x * 0.0, x), x * 0.0).sin(),
            ),
            ("floor", x.floor()),
            ("relu", x.relu()),
            ("larger of a fixed one", x.constant_like(1.0).maximum(x)),
            ("add", a + b),
            ("mul", a * b),
            ("max", a.maximum(b)),
            ("less", a.less(b)),
            ("select", a.select(b, b * 0.5)),
            ("sum", b.sum(&[1])),
            ("sum of itself and 1", (a + 1.0).sum(&[1])),
            ("largest", (a * 0.5).max(&[1])),
        ];
        let function = outputs.iter().fold(Function::new("f"), |f, (name, value)| f.output(name, *value));
        let module = g.compile(&[function]);
        let found = results(device, &module, &numbers).await;
        let flushed: Vec<f32> =
            numbers.iter().map(|&x| if x.is_subnormal() { 0.0f32.copysign(x) } else { x }).collect();
        let expected = results(&mut Reference::new(), &module, &numbers).await;
        let without_subnormals = results(&mut Reference::new(), &module, &flushed).await;
        for (((name, found), (_, expected)), (_, flushed)) in found.iter().zip(&expected).zip(&without_subnormals) {
            let first = |index: usize| numbers[index / (found.len() / count)];
            let same = |index: usize| {
                is_open(name, first(index), found[index])
                    || agree(found[index], expected[index])
                    || agree(found[index], flushed[index])
            };
            if let Some(index) = (0..found.len()).find(|&index| !same(index)) {
                let (x, y) = (first(index), numbers[index % count]);
                let (found, expected) = (found[index], expected[index]);
                panic!("{}: {name} of {x:e} (and {y:e}) is {found:e}, expected {expected:e}", device.name());
            }
        }
    }
}

/// Whether anything like `found` is right, for an operation whose first or only argument is `x`.
fn is_open(operation: &str, x: f32, found: f32) -> bool {
    match operation {
        "log" => x.is_subnormal() && x > 0.0 && found < LOWEST_LOG,
        "select" => x.is_nan(),
        _ => false,
    }
}

/// A run that diverges is seen to diverge, and a loss that is only large stays what it is.
pub(crate) async fn losses_at_their_limits(device: &mut dyn Executor) {
    type Build = for<'g> fn(Tensor<'g>) -> Tensor<'g>;
    const INFINITY: f32 = f32::INFINITY;
    let cases: &[(&str, &[f32], Build, f32)] = &[
        ("1/0", &[0.0], |x| x.constant_like(1.0) / x, INFINITY),
        ("1/-0", &[-0.0], |x| x.constant_like(1.0) / x, -INFINITY),
        ("0/0", &[0.0], |x| x.abs() / x, f32::NAN),
        ("softplus", &[100.0, -200.0], |x| x.softplus(), 100.0),
        ("softplus of NaN", &[f32::NAN], |x| x.softplus(), f32::NAN),
        ("sigmoid", &[200.0, -200.0], |x| x.sigmoid(), 1.0),
        ("log_sigmoid", &[-300.0, 300.0], |x| x.log_sigmoid(), -300.0),
        ("bernoulli_nll", &[-300.0], |x| x.bernoulli_nll(x.constant_like(1.0)), 300.0),
        ("bernoulli_nll of NaN", &[f32::NAN, 1.0], |x| x.bernoulli_nll(x.constant_like(1.0)), f32::NAN),
        ("logsumexp", &[-1000.0, -1000.0], |x| x.logsumexp(0), -1000.0 + std::f32::consts::LN_2),
        ("logsumexp of NaN", &[0.0, f32::NAN], |x| x.logsumexp(0), f32::NAN),
        ("log_softmax", &[1000.0, 0.0], |x| x.log_softmax(0), -1000.0),
        ("softmax of NaN", &[1.0, f32::NAN], |x| x.softmax(0), f32::NAN),
        ("mean of numbers that overflow", &[3e38, 3e38], |x| x.mean(), INFINITY),
        ("infinities that meet", &[INFINITY, -INFINITY], |x| x, f32::NAN),
        ("relu of NaN", &[f32::NAN, -1.0], |x| x.relu(), f32::NAN),
        ("leaky_relu of NaN", &[f32::NAN, -1.0], |x| x.leaky_relu(0.1), f32::NAN),
        ("clamp of NaN", &[f32::NAN, 0.5], |x| x.clamp(0.0, 1.0), f32::NAN),
        ("a logarithm of 0, weighted by 0", &[0.0], |x| x * x.log(), f32::NAN),
    ];
    for (name, numbers, build, expected) in cases {
        let g = Graph::new();
        let x = g.input("x", [numbers.len()]);
        let module = g.compile(&[Function::new(name).output("sum", build(x).sum_all())]);
        let found = results(device, &module, numbers).await[0].1[0];
        assert!(agree(found, *expected), "{}: {name} is {found}, expected {expected}", device.name());
    }
}

/// However long the way, one NaN or one infinity comes through: sums and maxima in one dispatch and in two, and products.
pub(crate) async fn one_bad_number_among_many(device: &mut dyn Executor) {
    for (rows, columns) in [(1, 40), (3, 1000), (1, 5000), (2, 20_000), (300, 64)] {
        let g = Graph::new();
        let x = g.input("x", [rows, columns]);
        let outputs = [
            ("sum", x.sum(&[1])),
            ("max", x.max(&[1])),
            ("max of rows", x.max(&[0])),
            ("max of all", x.max(&[0, 1])),
            ("sum of all", x.sum_all()),
            ("product", x.dot(g.constant(1.0, [columns, 5]))),
            ("product of a transposed", x.t().dot(g.constant(1.0, [rows, 3]))),
        ];
        let function = outputs.iter().fold(Function::new("f"), |f, (name, value)| f.output(name, *value));
        let module = g.compile(&[function]);
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut numbers = vec![-0.25; rows * columns];
            numbers[rows * columns * 3 / 4] = bad;
            let expected = results(&mut Reference::new(), &module, &numbers).await;
            let found = results(device, &module, &numbers).await;
            for ((name, found), (_, expected)) in found.iter().zip(&expected) {
                let differs = (0..found.len()).find(|&index| !agree(found[index], expected[index]));
                if let Some(index) = differs {
                    let (found, expected) = (found[index], expected[index]);
                    let at = format!("{}: {name} of [{rows}, {columns}] with one {bad}", device.name());
                    panic!("{at}: number {index} is {found}, expected {expected}");
                }
            }
        }
    }
}

/// Indices are whole numbers as long as 32-bit reals are.
pub(crate) async fn large_indices(device: &mut dyn Executor) {
    const END: usize = (1 << 24) + 1;
    let g = Graph::new();
    let indices = g.iota(0, [END]).slice(0, END - 9, END);
    let columns = g.iota(1, [3, END]).slice(1, END - 8, END);
    let module = g.compile(&[Function::new("f").output("indices", indices).output("columns", columns)]);
    assert!(module.arena_len < 1000, "all indices are computed where nine are wanted");
    let found = results(device, &module, &[]).await;
    for (name, found) in found {
        for (number, x) in found.iter().rev().enumerate() {
            let expected = (END - 1 - number % if name == "columns" { 8 } else { 9 }) as f32;
            assert_eq!(*x, expected, "{}: {name}", device.name());
        }
    }
}

/// The outputs of a module's only function by name, with these numbers in its first input.
async fn results(device: &mut dyn Executor, module: &Module, numbers: &[f32]) -> Vec<(String, Vec<f32>)> {
    device.load(module).expect("the module fits");
    if let Some(input) = module.inputs.first() {
        device.write(input.offset, numbers);
    }
    device.run(1, 7, 0);
    let program = &module.programs[1];
    let mut results = Vec::new();
    for output in &program.outputs {
        let range = program.buffer(output.buffer).range();
        results.push((output.name.clone(), device.read(range).await.expect("the device answers")));
    }
    results
}

/// Whether a number is what was expected; a subnormal one may be 0 instead.
fn agree(found: f32, expected: f32) -> bool {
    if !expected.is_finite() {
        return found == expected || found.is_nan() && expected.is_nan();
    }
    let (found, expected) = (f64::from(found), f64::from(expected));
    (found - expected).abs() <= (TOLERANCE * expected.abs()).max(f64::from(f32::MIN_POSITIVE))
}
