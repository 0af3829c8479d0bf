//! Recorded steps as functions of WebAssembly.

use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ElementSection, Elements, EntityType, Function, FunctionSection, ImportSection,
    InstructionSink, MemArg, MemoryType, Module, RefType, TableType, TypeSection, ValType,
};

use super::trace::{Source, Step};

/// The words of a frame before those of the streams: how many lanes, where the uniforms are, where the constants.
pub(super) const HEADER: usize = 3;

/// The function's parameter: where its frame is.
const FRAME: u32 = 0;
/// A local: how many lanes are left.
const LEFT: u32 = 1;
/// The first local of the streams: where each goes on.
const STREAMS: u32 = 2;

/// Functions that become one module.
#[derive(Default)]
pub(super) struct Functions {
    bodies: Vec<Function>,
}

impl Functions {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.bodies.len()
    }

    /// Adds a function of these steps. Returns the constants that its frame must point to.
    pub(super) fn add(&mut self, steps: &[Step], streams: usize) -> Vec<f32> {
        // A browser looks for interruptions once a turn, which costs as much as several vector instructions.
        let vectors = match steps.iter().filter(|step| !is_held(step)).count() {
            0..8 => 4,
            _ => 2,
        };
        let mut encoder = Encoder {
            function: Function::new([
                (1 + streams as u32, ValType::I32),
                ((vectors * steps.len()) as u32, ValType::V128),
            ]),
            steps,
            streams,
            constants: vec![],
        };
        encoder.encode(vectors);
        self.bodies.push(encoder.function);
        encoder.constants
    }

    /// A module that puts the functions into the imported table `e.t`, from number `first` on. They work on the imported memory `e.m`.
    pub(super) fn module(self, first: usize) -> Vec<u8> {
        let is_shared = cfg!(target_feature = "atomics");
        let memory = MemoryType {
            minimum: 0,
            maximum: is_shared.then_some(65536),
            memory64: false,
            shared: is_shared,
            page_size_log2: None,
        };
        let table =
            TableType { element_type: RefType::FUNCREF, table64: false, minimum: 0, maximum: None, shared: false };
        let mut types = TypeSection::new();
        types.ty().function([ValType::I32], []);
        let mut imports = ImportSection::new();
        imports.import("e", "m", EntityType::Memory(memory));
        imports.import("e", "t", EntityType::Table(table));
        let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
        for body in &self.bodies {
            functions.function(0);
            code.function(body);
        }
        let numbers: Vec<u32> = (0..self.bodies.len() as u32).collect();
        let mut elements = ElementSection::new();
        elements.active(None, &ConstExpr::i32_const(first as i32), Elements::Functions(numbers.into()));
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions).section(&elements).section(&code);
        module.finish()
    }
}

struct Encoder<'a> {
    function: Function,
    steps: &'a [Step],
    streams: usize,
    constants: Vec<f32>,
}

impl Encoder<'_> {
    fn encode(&mut self, vectors: usize) {
        self.begin();
        self.turns(4 * vectors);
        self.turns(4);
        self.turns(1);
        self.sink().end();
    }

    /// Reads the frame, and all that is the same for all lanes.
    fn begin(&mut self) {
        self.sink().local_get(FRAME).i32_load(word(0)).local_set(LEFT);
        for stream in 0..self.streams {
            let local = STREAMS + stream as u32;
            self.sink().local_get(FRAME).i32_load(word(HEADER + stream)).local_set(local);
        }
        for (number, step) in self.steps.iter().enumerate() {
            let (table, index) = match *step {
                Step::Source(Source::Head(stream)) => (HEADER + stream, 0),
                Step::Source(Source::Uniform(uniform)) => (1, uniform),
                Step::Source(Source::Constant(bits)) => {
                    self.constants.push(f32::from_bits(bits));
                    (2, self.constants.len() - 1)
                }
                _ => continue,
            };
            let local = self.local(number, 0);
            self.sink().local_get(FRAME).i32_load(word(table)).v128_load32_splat(word(index)).local_set(local);
        }
    }

    /// Turns of so many lanes each, as long as there are as many.
    fn turns(&mut self, lanes: usize) {
        let count = lanes as i32;
        self.sink().local_get(LEFT).i32_const(count).i32_ge_u().if_(BlockType::Empty).loop_(BlockType::Empty);
        for (number, step) in self.steps.iter().enumerate() {
            self.step(number, step, lanes);
        }
        for stream in 0..self.streams {
            let local = STREAMS + stream as u32;
            self.sink().local_get(local).i32_const(4 * count).i32_add().local_set(local);
        }
        self.sink().local_get(LEFT).i32_const(count).i32_sub().local_tee(LEFT);
        self.sink().i32_const(count).i32_ge_u().br_if(0).end().end();
    }

    /// A step for so many lanes, four and four: each waits for the one before it, so neighbours should not. Where there is one lane, the other three
    /// are zeros.
    fn step(&mut self, number: usize, step: &Step, lanes: usize) {
        let vectors = lanes.div_ceil(4);
        match step {
            Step::Unless(mask) => {
                let first = self.local(*mask, 0);
                self.sink().local_get(first);
                for vector in 1..vectors {
                    let next = self.local(*mask, vector);
                    self.sink().local_get(next).v128_and();
                }
                self.sink().i32x4_all_true().i32_eqz().if_(BlockType::Empty);
            }
            Step::End(to, from) => {
                for vector in 0..vectors {
                    let [to, from] = [*to, *from].map(|step| self.local(step, vector));
                    self.sink().local_get(from).local_set(to);
                }
                self.sink().end();
            }
            _ => (0..vectors).for_each(|vector| self.step_of_vector(number, step, vector, lanes == 1)),
        }
    }

    fn step_of_vector(&mut self, number: usize, step: &Step, vector: usize, is_single: bool) {
        let local = self.local(number, vector);
        let place = word(4 * vector);
        match step {
            Step::Source(Source::Stream(stream)) => {
                let mut sink = self.sink();
                sink.local_get(STREAMS + *stream as u32);
                let loaded = if is_single { sink.v128_load32_zero(place) } else { sink.v128_load(place) };
                loaded.local_set(local);
            }
            Step::Operation(operation, operands) => {
                for &operand in operands {
                    let from = self.local(operand, vector);
                    self.sink().local_get(from);
                }
                operation(&mut self.sink());
                self.sink().local_set(local);
            }
            Step::Shift(operation, operand, by) => {
                let from = self.local(*operand, vector);
                operation(self.sink().local_get(from).i32_const(*by as i32));
                self.sink().local_set(local);
            }
            Step::Store(stream, value) => {
                let from = self.local(*value, vector);
                let mut sink = self.sink();
                sink.local_get(STREAMS + *stream as u32).local_get(from);
                if is_single {
                    sink.v128_store32_lane(place, 0)
                } else {
                    sink.v128_store(place)
                };
            }
            // What is held has been made; branches are those of all vectors.
            Step::Source(_) | Step::Unless(_) | Step::End(..) => {}
        }
    }

    fn sink(&mut self) -> InstructionSink<'_> {
        self.function.instructions()
    }

    /// The local that holds a step's value for one of the vectors of a turn.
    fn local(&self, step: usize, vector: usize) -> u32 {
        let vector = if is_held(&self.steps[step]) { 0 } else { vector };
        STREAMS + (self.streams + vector * self.steps.len() + step) as u32
    }
}

/// Whether a step's value is the same for all lanes: it is made before the first turn.
fn is_held(step: &Step) -> bool {
    matches!(step, Step::Source(Source::Head(_) | Source::Uniform(_) | Source::Constant(_)))
}

/// The place of a word behind an address.
fn word(number: usize) -> MemArg {
    MemArg { offset: 4 * number as u64, align: 2, memory_index: 0 }
}
