//! The memory plan: an offset in one arena for every value, so that values that are never alive together share memory.

use crate::program::{Buffer, BufferId};
use crate::schedule::Scheduled;

/// Buffers begin at multiples of this many numbers (64 bytes, a cache line).
const ALIGNMENT: usize = 16;

pub(crate) fn align(offset: usize) -> usize {
    offset.next_multiple_of(ALIGNMENT)
}

/// When a buffer is first written and last used, in kernels.
#[derive(Clone, Copy)]
struct Life {
    buffer: BufferId,
    from: usize,
    to: usize,
}

/// Places every buffer. `variables` keep their places; all others lie from `start` on, largest first, each at the lowest
/// offset where nothing that is alive at the same time lies.
pub(crate) fn place(scheduled: &Scheduled, variables: &[Buffer], start: usize) -> Vec<Buffer> {
    let mut placed = variables.to_vec();
    placed.resize_with(scheduled.lens.len(), || Buffer { offset: start, len: 0 });
    let mut lives = lives(scheduled, variables.len());
    lives.sort_by_key(|life| (std::cmp::Reverse(scheduled.lens[life.buffer.0]), life.from));

    let mut done: Vec<(Life, Buffer)> = Vec::new();
    for life in lives {
        let len = scheduled.lens[life.buffer.0];
        let mut neighbours: Vec<&Buffer> = done
            .iter()
            .filter(|(other, _)| other.from <= life.to && life.from <= other.to)
            .map(|(_, buffer)| buffer)
            .collect();
        neighbours.sort_by_key(|buffer| buffer.offset);
        let mut offset = start;
        for neighbour in neighbours {
            if offset + len <= neighbour.offset {
                break;
            }
            offset = offset.max(align(neighbour.range().end));
        }
        let buffer = Buffer { offset, len };
        placed[life.buffer.0] = buffer.clone();
        done.push((life, buffer));
    }
    for (&value, &param) in &scheduled.aliases {
        placed[value.0] = placed[param.0].clone();
    }
    placed
}

/// The lives of all buffers that are neither variables nor share a variable's memory.
fn lives(scheduled: &Scheduled, variables: usize) -> Vec<Life> {
    let end = scheduled.kernels.len();
    let mut lives: Vec<Option<Life>> = vec![None; scheduled.lens.len()];
    let mut extend = |buffer: BufferId, time: usize| {
        if buffer.0 >= variables && !scheduled.aliases.contains_key(&buffer) {
            let life = lives[buffer.0].get_or_insert(Life { buffer, from: time, to: time });
            life.to = life.to.max(time);
        }
    };
    for (time, kernel) in scheduled.kernels.iter().enumerate() {
        for store in &kernel.stores {
            extend(store.target, time);
        }
        for read in kernel.reads() {
            extend(read, time);
        }
    }
    for &kept in &scheduled.kept {
        extend(kept, end);
    }
    lives.into_iter().flatten().collect()
}
