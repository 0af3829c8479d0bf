//! Programs: fused against unfused, updates of parameters, and the memory plan.

use daydream_graph::{Executor, Function, Fusion, Graph, Reference, Tensor, grad, numel};
use daydream_tests::numbers::numbers;
use daydream_tests::{Case, cases, check_fusion, random_module};

/// A case's value and its gradients, fused and unfused.
fn check_case(case: &Case, shapes: &[&[usize]]) {
    let g = Graph::new();
    let x: Vec<Tensor<'_>> =
        shapes.iter().enumerate().map(|(i, shape)| g.input(&format!("x{i}"), shape.to_vec())).collect();
    let y = (case.build)(&x);
    let mut function = Function::new("case").output("value", y);
    for (i, gradient) in grad((y * y.sin()).sum_all(), &x).into_iter().enumerate() {
        function = function.output(&format!("gradient {i}"), gradient);
    }
    let values: Vec<(String, Vec<f32>)> = shapes
        .iter()
        .enumerate()
        .map(|(i, shape)| (format!("x{i}"), numbers(i as u32, numel(shape), case.range.0, case.range.1)))
        .collect();
    check_fusion(&format!("{} {shapes:?}", case.name), &g, &[function], &values);
}

#[test]
fn fusion_keeps_all_cases() {
    for case in cases() {
        for shapes in &case.shapes {
            check_case(&case, shapes);
        }
    }
}

#[test]
fn fusion_keeps_random_modules() {
    for seed in 0..1500 {
        let g = Graph::new();
        let (functions, values) = random_module(&g, seed);
        check_fusion(&format!("random module {seed}"), &g, &functions, &values);
    }
}

/// Runs a function of two parameters, `p = [1, 2]` and `q = [10, 20]`, twice. Returns its outputs after the second run, then p and q.
fn after_two_runs(function: impl for<'g> Fn(Tensor<'g>, Tensor<'g>, Tensor<'g>) -> Function) -> Vec<Vec<f64>> {
    let g = Graph::new();
    let count = g.iota(0, [2]) + 1.0;
    let (p, q, x) = (g.param("p", count), g.param("q", 10.0 * count), g.input("x", [2]));
    let functions = [function(p, q, x)];
    let values = [("x".to_owned(), vec![3.0, 4.0])];
    check_fusion("two parameters", &g, &functions, &values);

    let module = g.compile(&functions);
    let mut device = Reference::new();
    device.load(&module).expect("the reference takes every module");
    device.write(module.input("x").expect("an input").offset, &values[0].1);
    device.run(0, 0, 0);
    device.run(1, 0, 1);
    device.run(1, 0, 2);
    let program = &module.programs[1];
    let outputs = program.outputs.iter().map(|output| program.buffer(output.buffer).range());
    outputs.chain(module.params.iter().map(|param| param.range())).map(|range| device.numbers(range).to_vec()).collect()
}

fn train() -> Function {
    Function::new("train")
}

#[test]
fn updates_happen_at_once() {
    let swap = after_two_runs(|p, q, _| train().update(p, q).update(q, p));
    assert_eq!(swap, [[1.0, 2.0], [10.0, 20.0]]);
    let rotated = after_two_runs(|p, q, _| train().update(p, p + 1.0).update(q, p));
    assert_eq!(rotated, [[3.0, 4.0], [2.0, 3.0]]);
    let crossed = after_two_runs(|p, q, _| train().update(p, q + 1.0).update(q, p + 1.0));
    assert_eq!(crossed, [[3.0, 4.0], [12.0, 22.0]]);
    let flipped = after_two_runs(|p, q, _| train().update(p, p.flip(0)).update(q, p + q));
    assert_eq!(flipped, [[1.0, 2.0], [13.0, 23.0]]);
    let by_itself = after_two_runs(|p, q, _| train().update(p, p).update(q, q.dot_with(p)));
    assert_eq!(by_itself[0], [1.0, 2.0]);
}

/// `q pᵀ p`: a matrix product that reads what it replaces.
trait DotWith<'g> {
    fn dot_with(self, p: Tensor<'g>) -> Tensor<'g>;
}

impl<'g> DotWith<'g> for Tensor<'g> {
    fn dot_with(self, p: Tensor<'g>) -> Tensor<'g> {
        self.reshape([2, 1]).dot(p.reshape([1, 2])).dot(p.reshape([2, 1])).reshape([2])
    }
}

#[test]
fn updates_may_share_a_value_or_take_an_input() {
    let shared = after_two_runs(|p, q, _| train().update(p, (p + q).tanh()).update(q, (p + q).tanh()));
    assert_eq!(shared[0], shared[1]);
    let copied = after_two_runs(|p, q, x| train().update(p, x).update(q, q + p));
    assert_eq!(copied, [[3.0, 4.0], [14.0, 26.0]]);
    let twice = after_two_runs(|p, q, x| train().update(p, x).update(q, x));
    assert_eq!(twice, [[3.0, 4.0], [3.0, 4.0]]);
}

#[test]
fn outputs_see_parameters_before_their_update() {
    let old = after_two_runs(|p, q, _| train().output("old", p).output("sum", p + q).update(p, p * 2.0).update(q, p));
    assert_eq!(old, [[2.0, 4.0], [3.0, 6.0], [4.0, 8.0], [2.0, 4.0]]);
    let new = after_two_runs(|p, _, _| train().output("new", p * 2.0).output("old", p).update(p, p * 2.0));
    assert_eq!(new[..3], [[4.0, 8.0], [2.0, 4.0], [4.0, 8.0]]);
    let kept = after_two_runs(|p, q, x| train().output("p", p).output("x", x).update(q, p));
    assert_eq!(kept, [[1.0, 2.0], [3.0, 4.0], [1.0, 2.0], [1.0, 2.0]]);
}

/// A Gibbs chain: state that a program moves on by random draws.
#[test]
fn a_chain_persists_from_run_to_run() {
    let g = Graph::new();
    let chain = g.param("chain", g.constant(0.5, [8, 16]).bernoulli());
    let w = g.param("w", g.normal([16, 16]));
    let hidden = chain.dot(w).sigmoid().bernoulli();
    let visible = hidden.dot(w.t()).sigmoid().bernoulli();
    let sample = Function::new("sample").output("before", chain).output("after", visible).update(chain, visible);
    check_fusion("chain", &g, &[sample, Function::new("look").output("chain", chain)], &[]);
}

/// The program that checkpoints are made of: parameters are one range, and stay where they are in every program.
#[test]
fn parameters_are_one_range() {
    let g = Graph::new();
    let (a, b) = (g.param("a", g.constant(1.0, [3, 5])), g.param("b", g.constant(2.0, [7])));
    let x = g.input("x", [3]);
    let module = g.compile(&[Function::new("f").output("y", x.reshape([1, 3]).dot(a)).update(b, b * 2.0)]);
    assert_eq!(module.params_range(), 0..16 + 7);
    assert_eq!(module.input("x").unwrap().offset, 32);
    for program in &module.programs {
        assert_eq!((program.buffers[0].offset, program.buffers[1].offset), (0, 16));
    }
}

#[test]
fn an_elementwise_result_takes_over_the_memory_of_its_operand() {
    let g = Graph::new();
    let x = g.input("x", [64, 64]);
    // The product is read by two kernels: the row sums, and the quotient, which is the last to read it.
    let product = x.dot(x);
    let y = (product / product.sum_keep(&[1])).flip(0).dot(x);
    let functions = [Function::new("f").output("y", y)];
    let arena = |fusion| g.compile_with(&functions, fusion).arena_len - 64 * 64;
    assert!(arena(Fusion::On) <= 2 * 64 * 64 + 2 * 64, "{}", arena(Fusion::On));
}

#[test]
fn impossible_functions_are_refused() {
    let refused = |build: fn()| {
        let error = std::panic::catch_unwind(build).unwrap_err();
        error.downcast_ref::<String>().cloned().unwrap_or_default()
    };
    let message = refused(|| {
        let g = Graph::new();
        let x = g.input("x", [2]);
        train().update(x, x + 1.0);
    });
    assert!(message.contains("is not a parameter"), "{message}");
    let message = refused(|| {
        let g = Graph::new();
        let p = g.param("p", g.constant(0.0, [2]));
        train().update(p, p + 1.0).update(p, p + 2.0);
    });
    assert!(message.contains("twice"), "{message}");
    let message = refused(|| {
        let (g, h) = (Graph::new(), Graph::new());
        train().output("x", g.constant(0.0, [2])).output("y", h.constant(0.0, [2]));
    });
    assert!(message.contains("different graphs"), "{message}");
    let message = refused(|| {
        Graph::new().compile(&[Function::new("init")]);
    });
    assert!(message.contains("two functions"), "{message}");
}

#[test]
fn a_function_outlives_its_tensors_and_its_graph_may_move() {
    let declare = || {
        let g = Graph::new();
        let function = Function::new("f").output("y", g.constant(1.0, [2]));
        (Box::new(g), function)
    };
    let (g, function) = declare();
    assert_eq!(g.compile(&[function]).programs.len(), 2);
}

/// Chains far longer than any network is deep compile on a small stack, such as WebAssembly's.
#[test]
fn deep_graphs_compile_on_a_small_stack() {
    let compile = |name: &str, steps: usize, step: for<'g> fn(Tensor<'g>) -> Tensor<'g>| {
        let g = Graph::new();
        let w = g.param("w", g.constant(0.1, [4, 4]));
        let mut x = w;
        for _ in 0..steps {
            x = step(x);
        }
        let gradient = grad(x.sum_all(), &[w])[0];
        let module = g.compile(&[Function::new("f").output("x", x).update(w, gradient)]);
        assert!(!module.programs[1].kernels.is_empty(), "{name}");
    };
    let thread = std::thread::Builder::new().stack_size(512 * 1024).spawn(move || {
        compile("sums", 20_000, |x| x + 1.5);
        compile("functions", 5_000, |x| x.tanh());
        compile("moves", 20_000, |x| x.t().flip(0));
        compile("reshapes", 20_000, |x| x.reshape([2, 8]).flip(1).reshape([4, 4]));
        compile("products", 4_000, |x| x.dot(x));
        compile("reductions", 4_000, |x| x.max_keep(&[1]).broadcast_to([4, 4]));
    });
    thread.unwrap().join().unwrap();
}
