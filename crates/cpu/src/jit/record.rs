//! Which instructions become functions.

use std::ops::Range;

use daydream_graph::Unary;

use super::call::{Fused, MOST_STREAMS, Stream};
use super::encode::Functions;
use super::trace::{Source, Trace, Traced};
use crate::code::{Code, Fill, Instruction, Place, Uniform};
use crate::math::{self, Exp, Function, Log, Tanh};
use crate::numbers::Numbers;
use crate::vector::{Four, Three, Two};

/// The code's instructions as functions: as many in each as follow each other and can be recorded.
pub(super) fn fuse(code: &Code, functions: &mut Functions) -> Vec<Fused> {
    if goes_by_runs(code) {
        return vec![function_of(code, 0..code.instructions.len(), functions)];
    }
    let mut start = 0;
    let mut fused = Vec::new();
    while start < code.instructions.len() {
        let end = end_of_sequence(code, start);
        // One operation is as fast in the interpreter's own loop.
        if end - start > 1 {
            fused.push(function_of(code, start..end, functions));
        }
        start = end.max(start + 1);
    }
    fused
}

/// Whether all of the code can be one function that computes a run of points at a time: then what it loads along a run lies side by side, or is the
/// same, and needs no register.
fn goes_by_runs(code: &Code) -> bool {
    /// Shorter runs are not worth a call each.
    const SHORTEST: usize = 16;
    let is_recorded = |instruction: &Instruction| match instruction {
        Instruction::Fill(Fill::Load { line, fences }) => {
            fences.is_empty() && matches!(code.lines[*line].step(), 0 | 1)
        }
        Instruction::Fill(_) | Instruction::One(Unary::Sin, _) => false,
        _ => true,
    };
    let loads = code.instructions.iter().filter(|(_, instruction)| matches!(instruction, Instruction::Fill(_))).count();
    let mut places = Vec::new();
    code.instructions.iter().for_each(|instruction| note_places(instruction, &mut places));
    let is_short = code.extents.last().is_none_or(|&run| run < SHORTEST);
    !is_short
        && code.result.is_none()
        && (1..code.instructions.len()).contains(&loads)
        && loads + places.len() <= MOST_STREAMS
        && code.instructions.iter().all(|(_, instruction)| is_recorded(instruction))
}

/// Where the longest sequence ends that begins with an instruction.
fn end_of_sequence(code: &Code, start: usize) -> usize {
    let mut places = Vec::new();
    for (number, instruction) in code.instructions.iter().enumerate().skip(start) {
        let is_recorded = !matches!(instruction.1, Instruction::Fill(_) | Instruction::One(Unary::Sin, _));
        note_places(instruction, &mut places);
        if !is_recorded || places.len() > MOST_STREAMS {
            return number;
        }
    }
    code.instructions.len()
}

/// Adds what an instruction reads and writes, each once.
fn note_places((to, instruction): &(Place, Instruction), places: &mut Vec<Place>) {
    for place in instruction.operands().iter().chain([to]) {
        if !matches!(place, Place::Uniform(_)) && !places.contains(place) {
            places.push(*place);
        }
    }
}

fn function_of(code: &Code, sequence: Range<usize>, functions: &mut Functions) -> Fused {
    let trace = Trace::default();
    let mut streams: Vec<Stream> = Vec::new();
    let mut stream_of = |stream: Stream| {
        streams.iter().position(|known| *known == stream).unwrap_or_else(|| {
            streams.push(stream);
            streams.len() - 1
        })
    };
    // Where values are that the sequence has made.
    let mut made: Vec<(Place, Traced<'_>)> = Vec::new();
    for number in sequence.clone() {
        let (to, instruction) = &code.instructions[number];
        let result = match instruction {
            Instruction::Fill(Fill::Load { line, .. }) => {
                let stream = stream_of(Stream::Run(*line));
                trace.read(if code.lines[*line].step() == 0 { Source::Head(stream) } else { Source::Stream(stream) })
            }
            _ => record(&trace, instruction, &mut |place: Place| match place {
                Place::Uniform(uniform) => match code.uniforms[uniform] {
                    Uniform::Const(number) => trace.held([number])[0],
                    _ => trace.read(Source::Uniform(uniform)),
                },
                place => match made.iter().find(|(known, _)| *known == place) {
                    Some((_, value)) => *value,
                    None => trace.read(Source::Stream(stream_of(Stream::Place(place)))),
                },
            }),
        };
        made.retain(|(place, _)| place != to);
        made.push((*to, result));
        if is_kept(code, number, sequence.end) {
            trace.store(stream_of(Stream::Place(*to)), result);
        }
    }
    let constants = functions.add(&trace.into_steps(), streams.len());
    Fused::new(sequence, streams, constants, functions.len() - 1)
}

/// Whether anything reads what an instruction writes after its sequence has ended.
fn is_kept(code: &Code, number: usize, end: usize) -> bool {
    let to = code.instructions[number].0;
    if !matches!(to, Place::Register(_)) {
        return true;
    }
    let later = &code.instructions[number + 1..];
    for (offset, (next, instruction)) in later.iter().enumerate() {
        if number + 1 + offset >= end && instruction.operands().contains(&to) {
            return true;
        }
        if *next == to {
            return false;
        }
    }
    code.result == Some(to)
}

/// What the interpreter's loops compute.
fn record<'a>(trace: &'a Trace, instruction: &Instruction, value: &mut impl FnMut(Place) -> Traced<'a>) -> Traced<'a> {
    match instruction {
        Instruction::Fill(_) => unreachable!("loads are streams, and no other one is in a sequence"),
        Instruction::Copy(x) => value(*x),
        Instruction::One(op, x) => {
            let x = value(*x);
            match op {
                Unary::Neg => -x,
                Unary::Recip => trace.held([1.0])[0] / x,
                Unary::Exp => Exp::new(trace).of(x),
                Unary::Log => Log::new(trace).of(x),
                Unary::Sqrt => trace.sqrt(x),
                Unary::Tanh => Tanh::new(trace).of(x),
                Unary::Sin => unreachable!("no sequence has one"),
                Unary::Floor => trace.floor(x),
            }
        }
        Instruction::Two(function, operands) => {
            let [a, b] = operands.map(value);
            match function {
                Two::Add => a + b,
                Two::Sub => a - b,
                Two::Mul => a * b,
                Two::Div => a / b,
                Two::Max => math::max(trace, a, b),
                Two::Less => trace.truth(trace.less(a, b)),
            }
        }
        Instruction::Three(function, operands) => {
            let [a, b, c] = operands.map(value);
            match function {
                Three::MulAdd => a * b + c,
                Three::MulSub => c - a * b,
                Three::Select => trace.choose(a, b, c),
                Three::RootAdd => trace.sqrt(a * b) + c,
            }
        }
        Instruction::Four(function, operands) => {
            let [a, b, c, d] = operands.map(value);
            match function {
                Four::Products => a * b + c * d,
                Four::QuotientSub => d - a * b / c,
            }
        }
    }
}
