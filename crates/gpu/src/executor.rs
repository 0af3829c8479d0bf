//! The executor: what is asked for is noted down, and crosses to the device in one submission when something is read.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use daydream_graph::{Device, DeviceError, Executor, Module, Pending, Reading, Table, Values};
use futures_channel::oneshot;

use crate::gpu::{Gpu, Job, SLOT, Shared};
use crate::trial;
use crate::wgsl::{self, Shader};

/// Runs and gathers that are noted down before they are submitted even though nothing is read.
const MOST_SLOTS: usize = 1024;
/// Words of written numbers and row numbers that are kept until then.
const MOST_STAGED: usize = 1 << 20;

/// Runs modules on a [`Gpu`].
pub struct GpuExecutor {
    gpu: Gpu,
    module: Option<Loaded>,
    tables: HashMap<usize, Kept>,
    /// The pipelines that gather, by table, place and number of rows.
    gathers: HashMap<(usize, usize, usize), (wgpu::ComputePipeline, [u32; 3])>,
    noted: Noted,
    /// Submissions so far, and dispatches in them: for the benchmark and for tests.
    submissions: u64,
    dispatches: u64,
}

/// A module and its memory.
struct Loaded {
    module: Module,
    /// First number of the arena beyond the module's own.
    spare: usize,
    memory: Option<Memory>,
    programs: Vec<Option<Vec<Dispatch>>>,
}

/// The buffers of a module.
struct Memory {
    arena: wgpu::Buffer,
    /// A slot for the seed and step of each run that is noted.
    slots: wgpu::Buffer,
    /// Written numbers and row numbers on their way.
    staged: wgpu::Buffer,
    bindings: wgpu::BindGroup,
}

#[derive(Clone)]
struct Dispatch {
    pipeline: wgpu::ComputePipeline,
    workgroups: [u32; 3],
}

/// A table, and its copy on the device where it fits there.
struct Kept {
    rows: Rc<Table>,
    fits: bool,
    buffer: Option<wgpu::Buffer>,
    /// Binds it together with the staging buffer that this had when it was made.
    bindings: Option<wgpu::BindGroup>,
}

/// What happens with the next submission.
#[derive(Default)]
struct Noted {
    commands: Vec<Command>,
    /// Seeds and steps, one slot each.
    slots: Vec<[u32; 4]>,
    staged: Vec<u32>,
}

enum Command {
    Run { program: usize },
    Gather { table: usize, key: (usize, usize, usize) },
    Write { staged: usize, offset: usize, len: usize },
}

impl GpuExecutor {
    pub(crate) fn new(gpu: Gpu) -> GpuExecutor {
        GpuExecutor {
            gpu,
            module: None,
            tables: HashMap::new(),
            gathers: HashMap::new(),
            noted: Noted::default(),
            submissions: 0,
            dispatches: 0,
        }
    }

    /// Submits what was asked for so far, without waiting for it.
    pub fn flush(&mut self) {
        self.submit(&[]);
    }

    /// How often work was submitted, and how many dispatches it had.
    pub fn submitted(&self) -> (u64, u64) {
        (self.submissions, self.dispatches)
    }

    /// The device that runs it.
    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    fn arena_bytes(&self) -> u64 {
        self.module
            .as_ref()
            .map_or(0, |loaded| 4 * (loaded.spare + wgsl::spare(&loaded.module)).max(4).next_multiple_of(4) as u64)
    }

    /// Allocates the module's buffers, if the device has room for them.
    fn allocate(&mut self) {
        let bytes = self.arena_bytes();
        let shared = self.gpu.shared();
        let Some(loaded) = &mut self.module else { return };
        if bytes > shared.room().0 {
            return;
        }
        let device = &shared.device;
        let arena = shared.buffer("arena", bytes, wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC);
        let slots = shared.buffer("slots", SLOT * MOST_SLOTS as u64, wgpu::BufferUsages::UNIFORM);
        let staged = staging(shared, 1 << 14);
        let bindings = shared.layouts.bind_arena(device, &arena, &slots);
        loaded.memory = Some(Memory { arena, slots, staged, bindings });
    }

    /// The dispatches of a program, compiled when it first runs.
    fn compile(&mut self, program: usize) {
        let shared = self.gpu.shared();
        let Some(loaded) = &mut self.module else { return };
        if loaded.programs[program].is_some() {
            return;
        }
        let dispatches = shaders(&loaded.module, program, loaded.spare, &self.gpu).into_iter().map(|shader| {
            let most = shader.workgroups.iter().max().copied().unwrap_or(0);
            if most > 65_535 {
                shared.refuse(format!("a kernel needs {most} workgroups in a row; a GPU takes 65535"));
            }
            Dispatch { pipeline: shared.pipeline(&shader.text, Job::Kernel), workgroups: shader.workgroups }
        });
        loaded.programs[program] = Some(dispatches.collect());
    }

    /// Room for one more command: a slot for its uniform, and words for what travels with it.
    fn make_room(&mut self, words: usize) {
        let noted = &self.noted;
        if noted.slots.len() == MOST_SLOTS || noted.staged.len() + words > MOST_STAGED && !noted.commands.is_empty() {
            self.submit(&[]);
        }
    }

    fn slot(&mut self, seed: u32, step: u32) {
        self.noted.slots.push([seed, step, f32::INFINITY.to_bits(), f32::NAN.to_bits()]);
    }

    /// Submits what is noted, and then copies ranges of the arena to a buffer that can be mapped.
    fn submit(&mut self, ranges: &[Range<usize>]) -> Option<(wgpu::Buffer, wgpu::SubmissionIndex)> {
        let noted = std::mem::take(&mut self.noted);
        let shared = self.gpu.shared();
        let (device, queue) = (&shared.device, &shared.queue);
        let memory = self.module.as_mut()?.memory.as_mut()?;
        if memory.staged.size() < 4 * noted.staged.len() as u64 {
            memory.staged = staging(shared, 4 * noted.staged.len().next_power_of_two() as u64);
            self.tables.values_mut().for_each(|kept| kept.bindings = None);
        }
        if !noted.staged.is_empty() {
            queue.write_buffer(&memory.staged, 0, &bytes(&noted.staged));
        }
        if !noted.slots.is_empty() {
            let slots: Vec<u32> = noted.slots.iter().flat_map(|slot| slot.iter().copied().chain([0; 60])).collect();
            queue.write_buffer(&memory.slots, 0, &bytes(&slots));
        }
        for kept in self.tables.values_mut().filter(|kept| kept.fits) {
            let table = kept.buffer.get_or_insert_with(|| upload(&kept.rows, shared));
            kept.bindings.get_or_insert_with(|| shared.layouts.bind_table(device, table, &memory.staged));
        }

        let memory = self.module.as_ref()?.memory.as_ref()?;
        let programs = &self.module.as_ref()?.programs;
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut slot = 0;
        let mut commands = noted.commands.iter().peekable();
        while let Some(command) = commands.peek() {
            if let Command::Write { staged, offset, len } = command {
                let (from, to, len) = (4 * *staged as u64, 4 * *offset as u64, 4 * *len as u64);
                encoder.copy_buffer_to_buffer(&memory.staged, from, &memory.arena, to, len);
                commands.next();
                continue;
            }
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            while let Some(command) = commands.next_if(|command| !matches!(command, Command::Write { .. })) {
                pass.set_bind_group(0, &memory.bindings, &[slot * SLOT as u32]);
                slot += 1;
                match command {
                    Command::Run { program } => {
                        for dispatch in programs[*program].iter().flatten() {
                            pass.set_pipeline(&dispatch.pipeline);
                            let [x, y, z] = dispatch.workgroups;
                            pass.dispatch_workgroups(x, y, z);
                            self.dispatches += 1;
                        }
                    }
                    Command::Gather { table, key } => {
                        let Some(table) = self.tables.get(table).and_then(|kept| kept.buffer.as_ref()) else {
                            continue;
                        };
                        let (pipeline, [x, y, z]) = &self.gathers[key];
                        pass.set_bind_group(1, &shared.layouts.bind_table(device, table, &memory.staged), &[]);
                        pass.set_pipeline(pipeline);
                        pass.dispatch_workgroups(*x, *y, *z);
                        self.dispatches += 1;
                    }
                    Command::Write { .. } => {}
                }
            }
        }
        let total: usize = ranges.iter().map(Range::len).sum();
        let mut back = None;
        if total > 0 {
            let usage = wgpu::BufferUsages::MAP_READ;
            let copy = shared.buffer("read-back", 4 * total as u64, usage);
            let mut place = 0;
            for range in ranges.iter().filter(|range| !range.is_empty()) {
                let len = 4 * range.len() as u64;
                encoder.copy_buffer_to_buffer(&memory.arena, 4 * range.start as u64, &copy, place, len);
                place += len;
            }
            back = Some(copy);
        }
        if !noted.commands.is_empty() || back.is_some() {
            let submission = queue.submit([encoder.finish()]);
            self.submissions += 1;
            return Some((back?, submission));
        }
        None
    }
}

/// The shaders of a program, in order.
pub(crate) fn shaders(module: &Module, program: usize, spare: usize, gpu: &Gpu) -> Vec<Shader> {
    let program = &module.programs[program];
    let shared = gpu.shared();
    let tile =
        |product: &wgsl::Product| shared.tiles.borrow().get(product).copied().unwrap_or_else(|| product.usual_tile());
    wgsl::dispatches(program, spare, &shared.target, tile)
}

impl Executor for GpuExecutor {
    fn name(&self) -> String {
        self.gpu.name()
    }

    fn load(&mut self, module: &Module) -> Result<(), DeviceError> {
        self.gpu.shared().forgive();
        self.noted = Noted::default();
        self.tables.clear();
        self.gathers.clear();
        // Arenas are cut at whole quads, so that what comes after can be seen as quads too.
        let spare = module.arena_len.next_multiple_of(4);
        let programs = vec![None; module.programs.len()];
        self.module = Some(Loaded { module: module.clone(), spare, memory: None, programs });
        let (bytes, (_, most)) = (self.arena_bytes(), self.gpu.shared().room());
        if bytes > most {
            let (bytes, most) = (bytes / 1_000_000, most / 1_000_000);
            return Err(DeviceError(format!("the model needs {bytes} MB in one piece; this GPU gives {most} MB")));
        }
        self.allocate();
        Ok(())
    }

    fn prepare(&mut self, programs: &[usize]) -> Pending<'_, ()> {
        let programs = programs.to_vec();
        Box::pin(async move {
            if self.module.as_ref().is_some_and(|loaded| loaded.memory.is_none()) {
                self.gpu = self.gpu.larger(self.arena_bytes()).await?;
                self.allocate();
            }
            if let Some(loaded) = &self.module {
                trial::choose_tiles(&self.gpu, &loaded.module, loaded.spare, &programs).await;
            }
            let device = self.gpu.shared().device.clone();
            let internal = device.push_error_scope(wgpu::ErrorFilter::Internal);
            let validation = device.push_error_scope(wgpu::ErrorFilter::Validation);
            for &program in &programs {
                self.compile(program);
            }
            let errors = [validation.pop().await, internal.pop().await];
            if let Some(error) = errors.into_iter().flatten().next() {
                return Err(DeviceError(format!("the driver refuses a shader: {error}")));
            }
            self.gpu.shared().failure().map_or(Ok(()), Err)
        })
    }

    fn keep(&mut self, table: usize, rows: &Rc<Table>) {
        if !self.noted.commands.is_empty() {
            self.submit(&[]);
        }
        let len = match rows.values() {
            Values::Bytes(bytes) => bytes.len(),
            Values::Reals(reals) => 4 * reals.len(),
        };
        let fits = len as u64 <= self.gpu.shared().room().0 && !rows.is_empty();
        self.tables.insert(table, Kept { rows: Rc::clone(rows), fits, buffer: None, bindings: None });
        self.gathers.retain(|(of, _, _), _| *of != table);
    }

    fn gather(&mut self, offset: usize, table: usize, rows: &[u32]) {
        let kept = &self.tables[&table];
        if !kept.fits {
            let mut numbers = vec![0.0; rows.len() * kept.rows.width()];
            kept.rows.read_rows(rows, &mut numbers);
            self.write(offset, &numbers);
            return;
        }
        let key = (table, offset, rows.len());
        if !self.gathers.contains_key(&key) {
            let shader = wgsl::gather(kept.rows.values(), kept.rows.width(), rows.len(), offset);
            let pipeline = self.gpu.shared().pipeline(&shader.text, Job::Gather);
            self.gathers.insert(key, (pipeline, shader.workgroups));
        }
        self.make_room(rows.len());
        self.slot(self.noted.staged.len() as u32, 0);
        self.noted.staged.extend_from_slice(rows);
        self.noted.commands.push(Command::Gather { table, key });
    }

    fn write(&mut self, offset: usize, data: &[f32]) {
        if data.is_empty() {
            return;
        }
        if data.len() > MOST_STAGED {
            self.submit(&[]);
            if let Some(memory) = self.module.as_ref().and_then(|loaded| loaded.memory.as_ref()) {
                let words: Vec<u32> = data.iter().map(|x| x.to_bits()).collect();
                self.gpu.shared().queue.write_buffer(&memory.arena, 4 * offset as u64, &bytes(&words));
            }
            return;
        }
        self.make_room(data.len());
        let staged = self.noted.staged.len();
        self.noted.staged.extend(data.iter().map(|x| x.to_bits()));
        self.noted.commands.push(Command::Write { staged, offset, len: data.len() });
    }

    fn run(&mut self, program: usize, seed: u32, step: u32) {
        self.compile(program);
        self.make_room(0);
        self.slot(seed, step);
        self.noted.commands.push(Command::Run { program });
    }

    fn read_all(&mut self, ranges: &[Range<usize>]) -> Reading {
        let empty = ranges.iter().all(Range::is_empty);
        // Asked for now: the numbers are on their way while more is submitted.
        let asked = self.submit(ranges).map(|(copy, submission)| {
            let (tell, told) = oneshot::channel();
            copy.map_async(wgpu::MapMode::Read, .., move |result| {
                let _ = tell.send(result);
            });
            (copy, submission, told)
        });
        let gpu = self.gpu.clone();
        Box::pin(async move {
            let shared = gpu.shared();
            let failed = || shared.failure().unwrap_or_else(|| DeviceError("the GPU does not answer".to_owned()));
            let Some((copy, submission, told)) = asked else { return if empty { Ok(vec![]) } else { Err(failed()) } };
            shared.answer(told, submission).await?.map_err(|_| failed())?;
            let mapped = copy.get_mapped_range(..).map_err(|_| failed())?;
            let numbers = mapped.chunks_exact(4).map(|word| f32::from_le_bytes([word[0], word[1], word[2], word[3]]));
            let numbers: Vec<f32> = numbers.collect();
            drop(mapped);
            copy.destroy();
            shared.failure().map_or(Ok(numbers), Err)
        })
    }
}

/// Copies a table to the device.
fn upload(rows: &Table, shared: &Shared) -> wgpu::Buffer {
    let mut data = match rows.values() {
        Values::Bytes(bytes) => bytes.clone(),
        Values::Reals(numbers) => numbers.iter().flat_map(|x| x.to_le_bytes()).collect(),
    };
    data.resize(data.len().next_multiple_of(4), 0);
    let table = shared.buffer("table", data.len() as u64, wgpu::BufferUsages::STORAGE);
    shared.queue.write_buffer(&table, 0, &data);
    table
}

// Memory of the device goes back at once; a browser would wait for its collector.
impl Drop for Memory {
    fn drop(&mut self) {
        for buffer in [&self.arena, &self.slots, &self.staged] {
            buffer.destroy();
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Some(buffer) = &self.buffer {
            buffer.destroy();
        }
    }
}

/// Room for what travels to the device with the next submission.
fn staging(shared: &Shared, bytes: u64) -> wgpu::Buffer {
    shared.buffer("staged", bytes, wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC)
}

fn bytes(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}
