//! A device, and everything that executors share on it: pipelines by their text, tiles by their product, and its first failure.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use daydream_graph::{Device, DeviceError, Executor, Pending};
use futures_channel::oneshot;
use web_time::Duration;

use crate::executor::GpuExecutor;
use crate::patience;
use crate::wgsl::{Product, Target, Tile};

/// Bytes of the uniform that a run's seed and step are kept in. Its place must be a multiple of 256 on every device.
pub(crate) const SLOT: u64 = 256;
/// Bytes of it that shaders read.
const RUN_BYTES: u64 = 16;

/// A device that has not answered for so long does not answer any more; one that the CPU plays may take longer.
const PATIENCE: Duration = Duration::from_secs(10);
const PATIENCE_WITH_SOFTWARE: Duration = Duration::from_secs(60);

/// A graphics device. Clones are handles to the same one.
#[derive(Clone)]
pub struct Gpu(Rc<Shared>);

pub(crate) struct Shared {
    pub(crate) device: wgpu::Device,
    pub(crate) queue: wgpu::Queue,
    pub(crate) target: Target,
    pub(crate) layouts: Layouts,
    name: String,
    is_software: bool,
    /// The largest buffer that the adapter would give, should a module need more than every device gives.
    most_bytes: u64,
    failure: Arc<Mutex<Failure>>,
    pipelines: RefCell<HashMap<String, wgpu::ComputePipeline>>,
    pub(crate) tiles: RefCell<HashMap<Product, Tile>>,
    patience: Cell<Duration>,
    /// The devices that were opened in its place because it was too small.
    larger: RefCell<Vec<Weak<Shared>>>,
}

/// What went wrong first.
#[derive(Default)]
struct Failure {
    /// The device is gone; nothing helps but another one.
    lost: Option<String>,
    /// It refused something: a shader, an allocation. Another module may be luckier.
    refused: Option<String>,
}

/// What every shader binds.
pub(crate) struct Layouts {
    /// The arena, and a run's seed and step.
    pub(crate) arena: wgpu::BindGroupLayout,
    /// A table, and the numbers of the rows to take.
    pub(crate) table: wgpu::BindGroupLayout,
    kernel: wgpu::PipelineLayout,
    gather: wgpu::PipelineLayout,
}

/// What a shader does, as far as its bindings tell.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Job {
    /// Runs a kernel.
    Kernel,
    /// Copies rows of a table.
    Gather,
}

impl Gpu {
    /// Asks the browser or the system for its fastest device, with the limits that every WebGPU device keeps.
    ///
    /// # Errors
    /// When there is none, or it is denied.
    pub async fn open() -> Result<Gpu, DeviceError> {
        Gpu::with_room(0).await?.ok_or_else(none)
    }

    /// A device whose buffers may have so many bytes, if there is any device.
    async fn with_room(bytes: u64) -> Result<Option<Gpu>, DeviceError> {
        let mut description = wgpu::InstanceDescriptor::new_without_display_handle();
        // A browser has no environment, and what reads one is a tenth of this part of the page.
        if cfg!(not(target_arch = "wasm32")) {
            description = description.with_env();
        }
        description.backends &= wgpu::Backends::PRIMARY;
        let instance = wgpu::Instance::new(description);
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = match instance.request_adapter(&options).await {
            Ok(adapter) => adapter,
            Err(wgpu::RequestAdapterError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(DeviceError(format!("the GPU was not found: {error}"))),
        };
        let (limits, info) = (adapter.limits(), adapter.get_info());
        let mut required = wgpu::Limits::defaults();
        // A binding cannot be larger than this, whatever the buffer's size.
        let most_bytes = limits.max_buffer_size.min(limits.max_storage_buffer_binding_size);
        if bytes > 0 {
            required.max_buffer_size = required.max_buffer_size.max(bytes);
            required.max_storage_buffer_binding_size = required.max_storage_buffer_binding_size.max(bytes);
        }
        let subgroups = adapter.features() & wgpu::Features::SUBGROUP;
        let request = wgpu::DeviceDescriptor {
            label: Some("Daydream"),
            required_features: subgroups,
            required_limits: required.clone(),
            memory_hints: wgpu::MemoryHints::Performance,
            ..Default::default()
        };
        let opened = adapter.request_device(&request).await;
        let (device, queue) = opened.map_err(|error| DeviceError(format!("the GPU was not handed out: {error}")))?;

        let failure = Arc::new(Mutex::new(Failure::default()));
        let noted = Arc::clone(&failure);
        device.on_uncaptured_error(Arc::new(move |error| {
            locked(&noted).refused.get_or_insert(error.to_string());
        }));
        let noted = Arc::clone(&failure);
        device.set_device_lost_callback(move |reason, message| {
            locked(&noted).lost.get_or_insert(format!("the device was lost ({reason:?}): {message}"));
        });

        let target = Target {
            // Browsers ask for the directive, and naga does not know it yet.
            subgroups: (!subgroups.is_empty()).then_some(if cfg!(target_arch = "wasm32") {
                "enable subgroups;\n"
            } else {
                ""
            }),
            workgroup_bytes: required.max_compute_workgroup_storage_size as usize,
            invocations: required.max_compute_invocations_per_workgroup as usize,
        };
        let is_software = info.device_type == wgpu::DeviceType::Cpu;
        let name = if info.name.is_empty() { "WebGPU".to_owned() } else { info.name };
        let layouts = Layouts::new(&device);
        let shared = Shared {
            device,
            queue,
            target,
            layouts,
            name,
            is_software,
            most_bytes,
            failure,
            pipelines: RefCell::default(),
            tiles: RefCell::default(),
            patience: Cell::new(if is_software { PATIENCE_WITH_SOFTWARE } else { PATIENCE }),
            larger: RefCell::default(),
        };
        Ok(Some(Gpu(Rc::new(shared))))
    }

    /// Another device of the same kind, with larger buffers.
    pub(crate) async fn larger(&self, bytes: u64) -> Result<Gpu, DeviceError> {
        let gpu = Gpu::with_room(bytes).await?.ok_or_else(none)?;
        gpu.set_patience(self.0.patience.get());
        self.0.larger.borrow_mut().push(Rc::downgrade(&gpu.0));
        Ok(gpu)
    }

    /// Whether the device is gone for good.
    pub fn is_lost(&self) -> bool {
        locked(&self.0.failure).lost.is_some()
    }

    /// An executor without a module on this device.
    pub fn executor(&self) -> GpuExecutor {
        GpuExecutor::new(self.clone())
    }

    /// Gives the device up as lost when it has not answered for so long.
    pub fn set_patience(&self, patience: Duration) {
        self.0.patience.set(patience);
    }

    /// Has a product cut in this way from now on, as if a trial had found it the fastest.
    pub fn remember(&self, product: Product, tile: Tile) {
        self.0.tiles.borrow_mut().insert(product, tile);
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.0
    }
}

impl Device for Gpu {
    /// That of the adapter, or `WebGPU` where the browser keeps it to itself.
    fn name(&self) -> String {
        self.0.name.clone()
    }

    fn is_software(&self) -> bool {
        self.0.is_software
    }

    fn executor(&self) -> Box<dyn Executor> {
        Box::new(Gpu::executor(self))
    }

    fn destroy(&self) {
        self.0.destroy();
    }
}

/// Opens the GPU of the browser or the system, as [`Gpu::open`] does; nothing when there is none.
pub fn open() -> Pending<'static, Option<Rc<dyn Device>>> {
    Box::pin(async { Ok(Gpu::with_room(0).await?.map(|gpu| Rc::new(gpu) as Rc<dyn Device>)) })
}

fn none() -> DeviceError {
    DeviceError("there is no GPU".to_owned())
}

impl Shared {
    fn destroy(&self) {
        self.device.destroy();
        self.larger.borrow().iter().filter_map(Weak::upgrade).for_each(|larger| larger.destroy());
    }

    /// Waits for what the device was asked to tell after a submission. A device that is silent for too long is given up.
    pub(crate) async fn answer<T>(
        &self,
        told: oneshot::Receiver<T>,
        submission: wgpu::SubmissionIndex,
    ) -> Result<T, DeviceError> {
        let patience = self.patience.get();
        match patience::within(patience, &self.device, told, submission).await {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(_)) => Err(self.failure().unwrap_or_else(|| DeviceError("the GPU does not answer".to_owned()))),
            None => {
                let silence = format!("it has been silent for {} seconds", patience.as_secs());
                locked(&self.failure).lost.get_or_insert(silence.clone());
                self.destroy();
                Err(DeviceError(silence))
            }
        }
    }

    /// A buffer of zeros for such use, to which the host can write.
    pub(crate) fn buffer(&self, label: &str, size: u64, usage: wgpu::BufferUsages) -> wgpu::Buffer {
        let usage = usage | wgpu::BufferUsages::COPY_DST;
        self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size,
            usage,
            mapped_at_creation: false,
        })
    }

    /// The largest arena or table on this device, and on the largest that the adapter gives, in bytes.
    pub(crate) fn room(&self) -> (u64, u64) {
        let limits = self.device.limits();
        (limits.max_buffer_size.min(limits.max_storage_buffer_binding_size), self.most_bytes)
    }

    /// What went wrong first, if anything did.
    pub(crate) fn failure(&self) -> Option<DeviceError> {
        let failure = locked(&self.failure);
        failure.lost.as_ref().or(failure.refused.as_ref()).map(|what| DeviceError(what.clone()))
    }

    /// Notes that something cannot be run, unless there was something before.
    pub(crate) fn refuse(&self, what: String) {
        locked(&self.failure).refused.get_or_insert(what);
    }

    /// Forgets what was refused: a new module begins.
    pub(crate) fn forgive(&self) {
        locked(&self.failure).refused = None;
    }

    /// The pipeline of a shader's text, compiled when it is first asked for.
    pub(crate) fn pipeline(&self, text: &str, job: Job) -> wgpu::ComputePipeline {
        if let Some(known) = self.pipelines.borrow().get(text) {
            return known.clone();
        }
        let module = self.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: None,
            source: wgpu::ShaderSource::Wgsl(text.into()),
        });
        let pipeline = self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: None,
            layout: Some(match job {
                Job::Kernel => &self.layouts.kernel,
                Job::Gather => &self.layouts.gather,
            }),
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions {
                zero_initialize_workgroup_memory: false,
                ..Default::default()
            },
            cache: None,
        });
        self.pipelines.borrow_mut().insert(text.to_owned(), pipeline.clone());
        pipeline
    }
}

fn locked(failure: &Mutex<Failure>) -> MutexGuard<'_, Failure> {
    failure.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Layouts {
    fn new(device: &wgpu::Device) -> Layouts {
        let storage = |binding: u32, read_only: bool| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty: wgpu::BufferBindingType::Storage { read_only },
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            count: None,
        };
        let run = wgpu::BindGroupLayoutEntry {
            binding: 1,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty: wgpu::BufferBindingType::Uniform,
                has_dynamic_offset: true,
                min_binding_size: wgpu::BufferSize::new(RUN_BYTES),
            },
            count: None,
        };
        let group = |entries: &[wgpu::BindGroupLayoutEntry]| {
            device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: None, entries })
        };
        let arena = group(&[storage(0, false), run]);
        let table = group(&[storage(0, true), storage(1, true)]);
        let pipeline = |groups: &[Option<&wgpu::BindGroupLayout>]| {
            device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: None,
                bind_group_layouts: groups,
                immediate_size: 0,
            })
        };
        let (kernel, gather) = (pipeline(&[Some(&arena)]), pipeline(&[Some(&arena), Some(&table)]));
        Layouts { arena, table, kernel, gather }
    }

    /// Binds an arena and the slots of its runs.
    pub(crate) fn bind_arena(
        &self,
        device: &wgpu::Device,
        arena: &wgpu::Buffer,
        slots: &wgpu::Buffer,
    ) -> wgpu::BindGroup {
        let slot = wgpu::BufferBinding { buffer: slots, offset: 0, size: wgpu::BufferSize::new(RUN_BYTES) };
        device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &self.arena,
            entries: &[
                wgpu::BindGroupEntry { binding: 0, resource: arena.as_entire_binding() },
                wgpu::BindGroupEntry { binding: 1, resource: wgpu::BindingResource::Buffer(slot) },
            ],
        })
    }

    /// Binds a table and the numbers of its rows.
    pub(crate) fn bind_table(
        &self,
        device: &wgpu::Device,
        table: &wgpu::Buffer,
        staged: &wgpu::Buffer,
    ) -> wgpu::BindGroup {
        device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &self.table,
            entries: &[
                wgpu::BindGroupEntry { binding: 0, resource: table.as_entire_binding() },
                wgpu::BindGroupEntry { binding: 1, resource: staged.as_entire_binding() },
            ],
        })
    }
}
