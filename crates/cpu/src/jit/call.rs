//! Calls of functions that were not there when the program was compiled.
#![allow(unsafe_code)]

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use super::encode::{Functions, HEADER};
use super::record::fuse;
use crate::code::{Block, Code, Context, Memory, Place};
use crate::space::coordinates;
use crate::threads::Crew;

/// The most streams that a function reads and writes.
pub(super) const MOST_STREAMS: usize = 24;

/// Puts functions that are made while the program runs where it can call them.
///
/// All threads have tables of functions of their own, in which the same numbers mean the same functions.
pub trait Linker: Sync {
    /// Room in all tables for so many functions: the number of the first. None where there is none.
    fn reserve(&self, functions: usize) -> Option<usize>;

    /// Gives room back.
    fn release(&self, functions: Range<usize>);

    /// Instantiates a module on the calling thread, with its memory as `e.m` and with its table as `e.t`, which has room for the `functions` that
    /// the module puts there. Whether that was possible.
    fn link(&self, module: &[u8], functions: &Range<usize>) -> bool;
}

/// Functions in the tables of all threads, which are the codes' from then on.
pub(crate) struct Linked {
    linker: &'static dyn Linker,
    functions: Range<usize>,
}

impl Linked {
    /// Fuses the instructions of codes, which must be run by threads of this crew alone, and no longer than this lives. Nothing changes where
    /// that cannot be done.
    pub(crate) fn new<'a>(
        linker: &'static dyn Linker,
        crew: &Crew,
        codes: impl Iterator<Item = &'a mut Code>,
    ) -> Option<Linked> {
        let mut functions = Functions::default();
        let fused: Vec<(&mut Code, Vec<Fused>)> = codes
            .map(|code| {
                let fused = fuse(code, &mut functions);
                (code, fused)
            })
            .collect();
        let first = if functions.len() == 0 { None } else { linker.reserve(functions.len()) }?;
        let linked = Linked { linker, functions: first..first + functions.len() };
        let module = functions.module(first);
        let is_everywhere = AtomicBool::new(true);
        crew.run(&|_, _| {
            if !linker.link(&module, &linked.functions) {
                is_everywhere.store(false, Relaxed);
            }
        });
        if !is_everywhere.into_inner() {
            return None;
        }
        for (code, fused) in fused {
            code.fused = fused;
            code.fused.iter_mut().for_each(|fused| fused.function += first);
        }
        Some(linked)
    }
}

impl Drop for Linked {
    fn drop(&mut self) {
        self.linker.release(self.functions.clone());
    }
}

/// A sequence of instructions that is one function. Code that has one is [`Linked`].
#[derive(Debug)]
pub(crate) struct Fused {
    /// Which instructions of the code.
    pub(crate) instructions: Range<usize>,
    /// What it reads and writes, in the order of its frame.
    streams: Vec<Stream>,
    constants: Vec<f32>,
    /// Its number in the table of functions, at first among those of its module.
    function: usize,
}

/// What a function reads or writes for each of its lanes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Stream {
    Place(Place),
    /// What a line loads along a run: one number after the other, or the same one.
    Run(usize),
}

impl Fused {
    pub(super) fn new(instructions: Range<usize>, streams: Vec<Stream>, constants: Vec<f32>, function: usize) -> Fused {
        Fused { instructions, streams, constants, function }
    }

    /// Whether nothing that it reads or writes is a register, of which there are as many lanes as an interpreted block has.
    pub(crate) fn needs_no_register(&self) -> bool {
        !self.streams.iter().any(|stream| matches!(stream, Stream::Place(Place::Register(_))))
    }

    /// Whether it computes one run of points at a time.
    pub(crate) fn goes_by_runs(&self) -> bool {
        self.streams.iter().any(|stream| matches!(stream, Stream::Run(_)))
    }

    /// Computes a block of the code: where it goes by runs, no more than a run.
    pub(crate) fn run(&self, code: &Code, memory: &Memory, context: &Context<'_>, block: Block<'_>) {
        let mut frame = [0; HEADER + MOST_STREAMS];
        frame[0] = block.len;
        frame[1] = memory.uniforms.as_ptr() as usize;
        frame[2] = self.constants.as_ptr() as usize;
        for (word, stream) in frame[HEADER..].iter_mut().zip(&self.streams) {
            let cells = match *stream {
                Stream::Place(place) => place.cells(memory, context, block),
                Stream::Run(line) => {
                    let (line, base) = (&code.lines[line], memory.bases[line]);
                    let len = if line.step() == 0 { 1 } else { block.len };
                    let first = line.at(base, &coordinates(&code.extents, block.start));
                    &context.arena[first as usize..][..len]
                }
            };
            *word = cells.as_ptr() as usize;
        }
        // SAFETY: in WebAssembly a function's address is its number in the table, where it is on this thread, as `Linked` has seen to. It reads
        // and writes `block.len` cells of each stream, of which there are as many, or reads one where only one is needed; and all uniforms and constants.
        unsafe {
            let function = std::mem::transmute::<usize, extern "C" fn(*const usize)>(self.function);
            function(frame.as_ptr());
        }
    }
}
