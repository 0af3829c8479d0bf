//! Every executor against the reference evaluator, and the training of every model on WebGPU against the CPU: on an adapter of any kind, be
//! it a software one.

use std::process::ExitCode;
use std::time::Duration;

use daydream_cpu::Cpu;
use daydream_gpu::Gpu;
use daydream_gpu::wgsl::{Product, Tile};
use daydream_graph::{Device, Executor, Function, Graph};
use daydream_tests::numbers::numbers;
use daydream_tests::{CHECKS, check_parity, check_training, small_recipes};
use libtest_mimic::{Arguments, Trial};
use pollster::block_on;

/// A check of what a device does beside computing.
type DeviceCheck = fn(&Gpu);

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let adapter = block_on(Gpu::open()).map(|gpu| gpu.name());
    match &adapter {
        Ok(name) => eprintln!("WebGPU runs on {name}"),
        Err(error) => eprintln!("SKIPPED: WebGPU: {error}"),
    }
    let on_cpu = [1, 2, 3].into_iter().flat_map(|threads| {
        CHECKS.iter().map(move |&(name, check)| {
            Trial::test(format!("cpu::{threads}::{name}"), move || {
                block_on(check(Box::new(Cpu::with_threads(threads).sharing_from(0.0))));
                Ok(())
            })
        })
    });
    let on_gpu = CHECKS.iter().map(|&(name, check)| {
        let trial = Trial::test(format!("gpu::{name}"), move || {
            block_on(check(Box::new(block_on(Gpu::open())?.executor())));
            Ok(())
        });
        trial.with_ignored_flag(adapter.is_err())
    });
    let of_the_device: [(&str, DeviceCheck); 6] = [
        ("every_tile", every_tile),
        ("many_steps_are_one_submission", many_steps_are_one_submission),
        ("a_large_module_opens_a_larger_device_or_is_refused", a_large_module_opens_a_larger_device_or_is_refused),
        ("a_silent_device_is_given_up", a_silent_device_is_given_up),
        ("a_device_is_lost_with_the_larger_one_in_its_place", a_device_is_lost_with_the_larger_one_in_its_place),
        ("what_no_device_can_hold_is_refused_with_figures", what_no_device_can_hold_is_refused_with_figures),
    ];
    let of_the_device = of_the_device.into_iter().map(|(name, check)| {
        let trial = Trial::test(format!("gpu::{name}"), move || {
            check(&block_on(Gpu::open())?);
            Ok(())
        });
        trial.with_ignored_flag(adapter.is_err())
    });
    let training = small_recipes().into_iter().map(|(name, recipe)| {
        let trial = Trial::test(format!("training::{name}"), move || {
            let gpu = block_on(Gpu::open())?.executor();
            let worst = block_on(check_training(&recipe, Box::new(Cpu::new()), Box::new(gpu)));
            println!("{name}: metrics differ by at most {worst:.0e} of their size");
            Ok(())
        });
        trial.with_ignored_flag(adapter.is_err())
    });
    let rows = on_cpu.chain(on_gpu).chain(of_the_device).chain(training);
    libtest_mimic::run(&arguments, rows.collect()).exit_code()
}

/// Products cut in every way: factors stored either way round, edges that are whole quads or not, with an epilogue that reads a
/// bias and a parameter in place, and several side by side.
fn every_tile(gpu: &Gpu) {
    for tile in Tile::ALL {
        for [rows, depth, columns] in [[132, 36, 260], [65, 33, 71]] {
            for transposed in 0..4 {
                let g = Graph::new();
                let factor = |name: &str, shape: [usize; 2], turned: bool| {
                    if turned { g.input(name, [shape[1], shape[0]]).t() } else { g.input(name, shape) }
                };
                let a = factor("a", [rows, depth], transposed % 2 == 1);
                let b = factor("b", [depth, columns], transposed / 2 == 1);
                let w = g.param("w", g.uniform([rows, columns]));
                let (bias, stack) = (g.input("bias", [columns]), g.input("stack", [3, rows, depth]));
                let step = Function::new("step").update(w, 0.5 * w + (a.dot(b) + bias).tanh());
                let side = Function::new("side").output("y", stack.dot(b.broadcast_to([3, depth, columns])) * 2.0);
                let module = g.compile(&[step, side]);
                let kernels = module.programs.iter().flat_map(|program| &program.kernels);
                let products: Vec<Product> = kernels.filter_map(Product::of).collect();
                assert_eq!(products.len(), 2, "both products are cut into tiles");
                products.into_iter().for_each(|product| gpu.remember(product, tile));
                let inputs: Vec<(String, Vec<f32>)> = (0..)
                    .zip(&module.inputs)
                    .map(|(seed, input)| (input.name.clone(), numbers(seed, input.range().len(), -1.0, 1.0)))
                    .collect();
                let inputs: Vec<(&str, Vec<f32>)> = inputs.iter().map(|(name, x)| (name.as_str(), x.clone())).collect();
                block_on(check_parity(&mut gpu.executor(), &module, &inputs));
            }
        }
    }
}

fn many_steps_are_one_submission(gpu: &Gpu) {
    let g = Graph::new();
    let rate = g.input("rate", []);
    let w = g.param("w", g.uniform([64, 64]));
    let module = g.compile(&[Function::new("train").update(w, w - rate * w.dot(w).tanh())]);
    let mut device = gpu.executor();
    device.load(&module).expect("the module fits");
    device.run(0, 1, 0);
    for step in 0..100 {
        device.write(module.inputs[0].offset, &[0.1 / (1.0 + step as f32)]);
        device.run(1, 1, step);
    }
    block_on(device.read(module.params_range())).expect("the device answers");
    assert_eq!(device.submitted().0, 1, "a hundred steps and what was written between them cross at once");
}

/// Every device binds 128 MiB; this needs more, which `prepare` asks for.
fn a_large_module_opens_a_larger_device_or_is_refused(gpu: &Gpu) {
    let len = 40_000_000;
    let g = Graph::new();
    let module = g.compile(&[Function::new("f").output("y", g.input("x", [len]).slice(0, len - 3, len) + 1.0)]);
    let mut device = gpu.executor();
    if let Err(error) = device.load(&module) {
        // Software adapters have no more than that.
        assert!(error.to_string().contains("needs 160 MB in one piece; this GPU gives 134 MB"), "{error}");
        return;
    }
    block_on(device.prepare(&[1])).expect("it is handed out");
    device.write(module.inputs[0].offset + len - 2, &[5.0]);
    device.run(1, 0, 0);
    let program = &module.programs[1];
    let y = block_on(device.read(program.buffer(program.outputs[0].buffer).range())).expect("the device answers");
    assert_eq!(y, [1.0, 6.0, 1.0]);
}

/// A module that takes a while, on a device that is given no time at all.
fn a_silent_device_is_given_up(gpu: &Gpu) {
    let g = Graph::new();
    let x = g.param("x", g.uniform([1024, 1024]));
    let module = g.compile(&[Function::new("f").update(x, x.dot(x))]);
    let mut device = gpu.executor();
    device.load(&module).expect("the module fits");
    block_on(device.prepare(&[0, 1])).expect("shaders compile");
    gpu.set_patience(Duration::ZERO);
    device.run(0, 0, 0);
    device.run(1, 0, 0);
    let silent = block_on(device.read(module.params_range())).expect_err("nobody waits for it").to_string();
    assert!(silent.contains("has been silent for 0 seconds"), "{silent}");
    assert!(gpu.is_lost());
    assert!(block_on(device.read(0..1)).is_err(), "it is lost for good");
}

fn a_device_is_lost_with_the_larger_one_in_its_place(gpu: &Gpu) {
    let g = Graph::new();
    let module = g.compile(&[Function::new("f").output("y", g.input("x", [36 << 20]).slice(0, 0, 3))]);
    let mut device = gpu.executor();
    if device.load(&module).is_err() || block_on(device.prepare(&[1])).is_err() {
        eprintln!("SKIPPED: this GPU gives no device with larger buffers");
        return;
    }
    device.run(1, 0, 0);
    block_on(device.read(0..1)).expect("it answers");
    Device::destroy(gpu);
    device.run(1, 0, 0);
    assert!(block_on(device.read(0..1)).is_err(), "the larger device still answers");
}

fn what_no_device_can_hold_is_refused_with_figures(gpu: &Gpu) {
    let g = Graph::new();
    let module = g.compile(&[Function::new("f").output("y", g.input("x", [1 << 20, 1 << 20]).slice(0, 0, 1))]);
    let error = gpu.executor().load(&module).expect_err("four terabytes fit nowhere").to_string();
    assert!(error.contains("needs 43980") && error.contains("gives"), "{error}");
}
