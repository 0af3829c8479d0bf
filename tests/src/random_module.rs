//! Random graphs: whatever the language allows, so that fusion and the memory plan meet what nobody thought of.

use daydream_graph::{Function, Graph, Tensor, grad};

use crate::numbers::{Choices, numbers};

const EXTENTS: [usize; 5] = [1, 2, 3, 4, 6];

/// Functions over a random graph, and values of its inputs. All numbers stay small.
pub fn random_module(g: &Graph, seed: u32) -> (Vec<Function>, Vec<(String, Vec<f32>)>) {
    let mut choices = Choices::new(seed);
    let mut pool = Vec::new();
    let mut params = Vec::new();
    let mut values = Vec::new();
    for i in 0..choices.within(1, 3) {
        let shape = random_shape(&mut choices);
        let x = g.input(&format!("x{i}"), shape);
        values.push((format!("x{i}"), numbers(seed + i as u32, x.numel(), -1.0, 1.0)));
        pool.push(x);
    }
    for i in 0..choices.within(1, 4) {
        // Often one shape, so that updates can cross.
        let shape = if choices.below(2) == 0 { vec![2, 3] } else { random_shape(&mut choices) };
        params.push(g.param(&format!("p{i}"), 2.0 * g.uniform(shape) - 1.0));
    }
    pool.extend(&params);
    for _ in 0..choices.within(5, 40) {
        let x = choices.of(&pool);
        if let Some(y) = random_step(x, &pool, &mut choices).filter(|y| y.numel() <= 300) {
            pool.push(y);
        }
    }
    if choices.below(2) == 0 {
        let loss = choices.of(&pool).square().sum_all().tanh();
        pool.extend(grad(loss, &params));
    }
    let functions =
        (0..choices.within(1, 2)).map(|number| random_function(number, &pool, &params, &mut choices)).collect();
    (functions, values)
}

fn random_shape(choices: &mut Choices) -> Vec<usize> {
    (0..choices.below(4)).map(|_| choices.of(&EXTENTS)).collect()
}

fn random_function<'g>(number: usize, pool: &[Tensor<'g>], params: &[Tensor<'g>], choices: &mut Choices) -> Function {
    let mut function = Function::new(&format!("f{number}"));
    for output in 0..choices.within(1, 3) {
        function = function.output(&output.to_string(), choices.of(pool));
    }
    for &param in params {
        let fitting: Vec<Tensor<'g>> = pool.iter().copied().filter(|x| x.shape() == param.shape()).collect();
        function = match choices.below(4) {
            0 => function,
            1 => function.update(param, (param + choices.of(&fitting)).tanh()),
            _ => function.update(param, choices.of(&fitting)),
        };
    }
    function
}

/// A random operation on `x` and perhaps others; `None` where the one chosen does not fit.
fn random_step<'g>(x: Tensor<'g>, pool: &[Tensor<'g>], choices: &mut Choices) -> Option<Tensor<'g>> {
    let shape = x.shape();
    let axis = (!shape.is_empty()).then(|| choices.below(shape.len()));
    Some(match choices.below(22) {
        0 => x.tanh(),
        1 => (x.square() + 0.5).sqrt(),
        2 => -x,
        3 => x.sin() * 0.5,
        4 => (2.0 * x).floor().tanh(),
        5 => (x.tanh() * 0.5).exp().recip(),
        6 | 7 => {
            let y = choices.of(pool);
            let fits = (0..shape.len().min(y.rank())).all(|back| {
                let (a, b) = (x.extent(shape.len() - 1 - back), y.extent(y.rank() - 1 - back));
                a == b || a == 1 || b == 1
            });
            if !fits {
                return None;
            }
            match choices.below(4) {
                0 => x + y,
                1 => x * y,
                2 => x.maximum(y),
                _ => x.less(y) + x * 0.5,
            }
        }
        8 => x.less(x.constant_like(0.1)).select(x * 2.0, x.sin()).tanh(),
        9 => x.sum_keep(&[axis?]).tanh(),
        10 => x.max(&[axis?]),
        11 => {
            let y = choices.of(pool);
            if shape.len() != 2 || y.rank() != 2 {
                return None;
            }
            let (x, y) = (if choices.below(2) == 0 { x.t() } else { x }, if choices.below(2) == 0 { y.t() } else { y });
            if x.extent(1) != y.extent(0) {
                return None;
            }
            x.dot(y).tanh()
        }
        12 => x.unsqueeze(0).permute(&(0..=shape.len()).rev().collect::<Vec<_>>()),
        13 => {
            let n = x.numel();
            let rows = choices.of(&EXTENTS);
            if !n.is_multiple_of(rows) {
                return None;
            }
            x.reshape([rows, n / rows])
        }
        14 => {
            let (axis, step) = (axis?, choices.within(1, 2));
            let start = choices.below(shape[axis]);
            let end = choices.within(start, shape[axis]).max(start + 1);
            x.slice_step(axis, start, end, step)
        }
        15 => x.pad(axis?, choices.below(3), choices.below(2)),
        16 => x.flip(axis?),
        17 => {
            let axis = axis?;
            let size = choices.within(1, shape[axis]);
            x.unfold(axis, size, choices.within(1, 2), 1)
        }
        18 => {
            let axis = axis.filter(|axis| axis + 1 < shape.len())?;
            let reach = (shape[axis] - 1) * 2 + shape[axis + 1];
            x.fold(axis, reach + choices.below(2), 2, 1).tanh()
        }
        19 => {
            axis?;
            x.gather((choices.of(pool) * 3.0 + 1.0).detach())
        }
        20 => {
            axis?;
            let rows = x.sum_keep(&(1..shape.len()).collect::<Vec<_>>()).reshape([shape[0]]).detach() * 2.0;
            x.scatter_add(rows, choices.within(1, 4)).tanh()
        }
        _ => x * x.graph().uniform(shape),
    })
}
