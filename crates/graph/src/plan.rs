//! The memory plan: an offset in one arena for every value, so that values that are never alive together share memory.
//!
//! Values of one length that succeed each other share a *slot*: where a kernel without a body reads a value for the last time,
//! each element at its own point, the kernel's result takes over that value's memory. Slots are then placed largest first, each
//! at the lowest offset where nothing lies that is alive at the same time.

use crate::fuse::{Fusion, is_identity};
use crate::kernel::{Body, Kernel};
use crate::program::{Buffer, BufferId};
use crate::schedule::Scheduled;

/// Buffers begin at multiples of this many numbers (64 bytes, a cache line).
const ALIGNMENT: usize = 16;

/// Values of no more numbers than this share their memory with no other: it would save next to nothing, and kernels that need nothing of each
/// other would have to run one after the other on a device that could run them side by side.
const SHORT: usize = 1024;

pub(crate) fn align(offset: usize) -> usize {
    offset.next_multiple_of(ALIGNMENT)
}

/// When a value is first written and last used, in kernels.
#[derive(Clone, Copy)]
struct Life {
    from: usize,
    to: usize,
}

/// Memory that values of one length use one after the other.
struct Slot {
    values: Vec<BufferId>,
    len: usize,
    life: Life,
}

/// Places every buffer. `variables` keep their places; all others lie from `start` on.
pub(crate) fn place(scheduled: &Scheduled, variables: &[Buffer], start: usize, fusion: Fusion) -> Vec<Buffer> {
    let mut lives = lives(scheduled, variables.len());
    if fusion == Fusion::Off {
        lives.iter_mut().flatten().for_each(|life| *life = Life { from: 0, to: usize::MAX });
    }
    let mut slots = slots(scheduled, &lives);
    slots.sort_by_key(|slot| (std::cmp::Reverse(slot.len), slot.life.from));

    let mut placed = variables.to_vec();
    placed.resize_with(scheduled.lens.len(), || Buffer { offset: start, len: 0 });
    // By offset.
    let mut done: Vec<(Life, Buffer)> = Vec::new();
    for slot in slots {
        let mut offset = start;
        for (life, neighbour) in &done {
            let meets = life.from <= slot.life.to && slot.life.from <= life.to;
            if meets && offset + slot.len <= neighbour.offset {
                break;
            }
            if meets {
                offset = offset.max(align(neighbour.range().end));
            }
        }
        let buffer = Buffer { offset, len: slot.len };
        for value in slot.values {
            placed[value.0] = buffer.clone();
        }
        let position = done.partition_point(|(_, other)| other.offset <= offset);
        done.insert(position, (slot.life, buffer));
    }
    for (&value, &param) in &scheduled.aliases {
        placed[value.0] = placed[param.0].clone();
    }
    placed
}

/// The lives of all buffers that are neither variables nor share a variable's memory.
fn lives(scheduled: &Scheduled, variables: usize) -> Vec<Option<Life>> {
    let end = scheduled.kernels.len();
    let mut lives: Vec<Option<Life>> = vec![None; scheduled.lens.len()];
    let mut extend = |buffer: BufferId, time: usize| {
        if buffer.0 >= variables && !scheduled.aliases.contains_key(&buffer) {
            let life = lives[buffer.0].get_or_insert(Life { from: time, to: time });
            life.to = life.to.max(time);
            if scheduled.lens[buffer.0] <= SHORT {
                *life = Life { from: 0, to: end };
            }
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
    lives
}

/// One slot for each chain of values that take over each other's memory.
fn slots(scheduled: &Scheduled, lives: &[Option<Life>]) -> Vec<Slot> {
    let mut slots: Vec<Slot> = Vec::new();
    let mut slot_of: Vec<Option<usize>> = vec![None; lives.len()];
    for (time, kernel) in scheduled.kernels.iter().enumerate() {
        for store in &kernel.stores {
            let (Some(life), len) = (lives[store.target.0], scheduled.lens[store.target.0]) else { continue };
            let dying = kernel.reads().find_map(|buffer| {
                let slot = slot_of[buffer.0]?;
                let free = slots[slot].life.to == time && slots[slot].life.from < time && slots[slot].len == len;
                (free && may_overwrite(kernel, buffer)).then_some(slot)
            });
            let number = dying.unwrap_or_else(|| {
                slots.push(Slot { values: vec![], len, life });
                slots.len() - 1
            });
            slots[number].values.push(store.target);
            slots[number].life.to = life.to;
            slot_of[store.target.0] = Some(number);
        }
    }
    slots
}

/// Whether a kernel reads a buffer at each point's own element only, before anything is stored there.
fn may_overwrite(kernel: &Kernel, buffer: BufferId) -> bool {
    kernel.body == Body::None
        && kernel.store_accesses().all(|access| access.buffer != buffer || is_identity(access, &kernel.domain))
}
