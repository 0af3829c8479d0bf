//! What fades away while training goes on comes to rest before it is smaller than 2⁻¹²⁶: with such numbers many processors take a hundred times as
//! long.

use daydream_cpu::Cpu;
use daydream_graph::{Executor, Function, Graph, Module, Optimizer, grad};
use pollster::block_on;

fn is_fast(x: f32) -> bool {
    x == 0.0 || x.is_normal()
}

fn number(module: &Module, program: &str) -> usize {
    module.programs.iter().position(|known| known.name == program).expect("the module has it")
}

#[test]
fn averages_of_gradients_that_have_ended() {
    let optimizers = [
        Optimizer::Momentum { momentum: 0.9 },
        Optimizer::RmsProp { decay: 0.9 },
        Optimizer::Adam { beta1: 0.9, beta2: 0.99 },
    ];
    for optimizer in optimizers {
        let g = Graph::new();
        let gradient = g.input("gradient", [4]);
        let p = g.param("p", g.constant(0.5, [4]));
        let updates = optimizer.updates(&g, "state", g.constant(1e-3, []), &[p], &[gradient]);
        let module = g.compile(&[Function::new("train").updates(updates)]);
        let train = number(&module, "train");
        let weights = module.params.iter().find(|param| param.name == "p").unwrap().range();
        let states: Vec<_> = module.params.iter().map(|param| param.range()).collect();

        let mut cpu = Cpu::new();
        cpu.load(&module).unwrap();
        cpu.run(number(&module, "init"), 1, 0);
        let mut after = vec![];
        for step in 0..12_000 {
            if step < 2 {
                cpu.write(module.input("gradient").unwrap().offset, &[[1.0, -1.0, 1e-3, -1e-9], [0.0; 4]][step]);
            }
            cpu.run(train, 1, step as u32);
            let numbers = block_on(cpu.read_all(&states)).unwrap();
            assert!(numbers.iter().copied().all(is_fast), "{optimizer:?} at step {step}: {numbers:?}");
            if step == 2000 {
                after = block_on(cpu.read_all(std::slice::from_ref(&weights))).unwrap();
            }
        }
        assert_eq!(block_on(cpu.read_all(&[weights])).unwrap(), after, "{optimizer:?}: p is at rest");
    }
}

#[test]
fn the_gradient_of_softplus() {
    let g = Graph::new();
    let x = g.input("x", [240]);
    let f = Function::new("f").output("slope", grad(x.softplus().sum_all(), &[x])[0] / 128.0);
    let module = g.compile(&[f]);
    let mut cpu = Cpu::new();
    cpu.load(&module).unwrap();
    let numbers: Vec<f32> = (0..240).map(|x| x as f32 - 120.0).collect();
    cpu.write(module.input("x").unwrap().offset, &numbers);
    cpu.run(number(&module, "f"), 1, 0);
    let program = module.program("f").unwrap();
    let slopes = block_on(cpu.read_all(&[program.buffer(program.outputs[0].buffer).range()])).unwrap();
    assert!(slopes.iter().copied().all(is_fast), "{slopes:?}");
    let expected = |x: f32| (1.0 / (1.0 + (-f64::from(x)).exp()) / 128.0) as f32;
    for (&x, slope) in numbers.iter().zip(slopes) {
        assert!((slope - expected(x)).abs() <= 1e-6 * expected(x) + 1e-28, "at {x}: {slope}");
    }
}
