//! Which tile suits a matrix product on this device: a short trial, made once for each product and remembered.

use std::collections::HashSet;

use daydream_graph::{Device, Module};
use futures_channel::oneshot;
use web_time::{Duration, Instant};

use crate::gpu::{Gpu, Job, SLOT};
use crate::wgsl::{self, Product, Shader, Tile};

/// Products smaller than this take their usual tile: a trial would cost more than it could gain.
const WORTH_IT: f64 = 3e7;
/// How long the trials of one module may take together: somebody waits for its first picture. What they did not come to is tried when
/// the next one is prepared.
const PATIENCE: Duration = Duration::from_millis(200);
/// Multiplications and additions that one measurement should have, to stand out from the time that a submission takes.
const MEASURED: f64 = 4e9;

/// Measures the tiles of the products in these programs that were never measured before.
pub(crate) async fn choose_tiles(gpu: &Gpu, module: &Module, spare: usize, programs: &[usize]) {
    // On a CPU that plays the GPU, trials take long and tell nothing.
    if gpu.is_software() {
        return;
    }
    let begun = Instant::now();
    let shared = gpu.shared();
    let mut seen: HashSet<Product> = shared.tiles.borrow().keys().cloned().collect();
    let mut memory = None;
    for program in programs.iter().map(|&number| &module.programs[number]) {
        for kernel in &program.kernels {
            let Some(product) = Product::of(kernel) else { continue };
            if product.operations() < WORTH_IT || !seen.insert(product.clone()) || begun.elapsed() > PATIENCE {
                continue;
            }
            let mut best: Option<(Duration, Tile)> = None;
            for tile in Tile::ALL {
                let target = &shared.target;
                if tile.threads() > target.invocations || tile.bytes() > target.workgroup_bytes {
                    continue;
                }
                let shader = wgsl::shaders(program, kernel, spare, target, |_| tile);
                let memory = memory.get_or_insert_with(|| Playground::new(gpu, spare + wgsl::spare(module)));
                let Some(taken) = memory.time(gpu, &shader, product.operations()).await else { return };
                if best.is_none_or(|(least, _)| taken < least) {
                    best = Some((taken, tile));
                }
                if begun.elapsed() > 2 * PATIENCE {
                    break;
                }
            }
            if let Some((_, tile)) = best {
                gpu.remember(product, tile);
            }
        }
    }
}

/// An arena of zeros that trials may overwrite.
struct Playground {
    arena: wgpu::Buffer,
    slots: wgpu::Buffer,
    bindings: wgpu::BindGroup,
}

impl Playground {
    fn new(gpu: &Gpu, len: usize) -> Playground {
        let shared = gpu.shared();
        let arena = shared.buffer("trial", 4 * len.max(4) as u64, wgpu::BufferUsages::STORAGE);
        let slots = shared.buffer("trial", SLOT, wgpu::BufferUsages::UNIFORM);
        let bindings = shared.layouts.bind_arena(&shared.device, &arena, &slots);
        Playground { arena, slots, bindings }
    }

    /// How long a shader takes, run often enough for the clock. `None` when the device fails.
    async fn time(&self, gpu: &Gpu, shaders: &[Shader], operations: f64) -> Option<Duration> {
        let shared = gpu.shared();
        let pipelines: Vec<_> = shaders.iter().map(|shader| shared.pipeline(&shader.text, Job::Kernel)).collect();
        let often = (MEASURED / operations).clamp(4.0, 200.0) as usize;
        let mut taken = Duration::ZERO;
        // The first round warms up.
        for rounds in [1, often] {
            let mut encoder = shared.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_bind_group(0, &self.bindings, &[0]);
            for _ in 0..rounds {
                for (pipeline, shader) in pipelines.iter().zip(shaders) {
                    let [x, y, z] = shader.workgroups;
                    pass.set_pipeline(pipeline);
                    pass.dispatch_workgroups(x, y, z);
                }
            }
            drop(pass);
            let begun = Instant::now();
            let submission = shared.queue.submit([encoder.finish()]);
            let (tell, told) = oneshot::channel();
            shared.queue.on_submitted_work_done(move || {
                let _ = tell.send(());
            });
            shared.answer(told, submission).await.ok()?;
            taken = begun.elapsed();
        }
        shared.failure().is_none().then_some(taken)
    }
}

impl Drop for Playground {
    fn drop(&mut self) {
        self.arena.destroy();
        self.slots.destroy();
    }
}
