//! Every executor against the reference evaluator: the CPU, and WebGPU where there is an adapter, be it a software one.

use std::process::ExitCode;

use daydream_cpu::Cpu;
use daydream_gpu::Gpu;
use daydream_tests::CHECKS;
use libtest_mimic::{Arguments, Trial};
use pollster::block_on;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let adapter = block_on(Gpu::open()).map(|gpu| gpu.name());
    match &adapter {
        Ok(name) => eprintln!("WebGPU runs on {name}"),
        Err(error) => eprintln!("SKIPPED: WebGPU: {error}"),
    }
    let on_cpu = CHECKS.iter().map(|&(name, check)| {
        Trial::test(format!("cpu::{name}"), move || {
            block_on(check(Box::new(Cpu::new())));
            Ok(())
        })
    });
    let on_gpu = CHECKS.iter().map(|&(name, check)| {
        let trial = Trial::test(format!("gpu::{name}"), move || {
            block_on(check(Box::new(block_on(Gpu::open())?.executor())));
            Ok(())
        });
        trial.with_ignored_flag(adapter.is_err())
    });
    libtest_mimic::run(&arguments, on_cpu.chain(on_gpu).collect()).exit_code()
}
