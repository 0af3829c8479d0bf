//! Merging: a kernel without a body joins an earlier one over the same points, which makes it an epilogue of a matrix product
//! or a reduction, or one pass of what were several.
//!
//! The later kernel, the *guest*, moves up to the place of the earlier one, its *host*. That is legal if no kernel after the host
//! writes what the guest touches or reads what the guest overwrites, and if the guest takes from the host only what
//! the host has at the same point.

use std::collections::HashMap;

use crate::fuse::is_identity;
use crate::kernel::{Body, Kernel, Scalar, ScalarId, Store};
use crate::program::BufferId;
use crate::schedule::reads_in_place;

/// More results than this are not written by one kernel.
const MAX_STORES: usize = 8;
/// Kernels of no more points than this look for a host anywhere, others next to what they need or at the end: large results would be kept
/// for long.
const FEW_POINTS: usize = 1024;
/// Nor are more scalars than this computed by one.
const MAX_SCALARS: usize = 512;

/// Merges kernels that are in order. `aliases` says which buffers lie in the memory of a parameter.
pub(crate) fn merge(ordered: Vec<Kernel>, aliases: &HashMap<BufferId, BufferId>) -> Vec<Kernel> {
    let mut merger = Merger { aliases, kernels: vec![], written: HashMap::new(), read: HashMap::new() };
    for kernel in ordered {
        merger.add(kernel);
    }
    merger.kernels
}

struct Merger<'a> {
    aliases: &'a HashMap<BufferId, BufferId>,
    kernels: Vec<Kernel>,
    /// The last kernel that writes each piece of memory, and the last that reads it.
    written: HashMap<BufferId, usize>,
    read: HashMap<BufferId, usize>,
}

impl Merger<'_> {
    fn add(&mut self, kernel: Kernel) {
        let earliest = self.earliest(&kernel);
        let last = self.kernels.len().checked_sub(1);
        let between = if kernel.points() <= FEW_POINTS { earliest.unwrap_or(0)..last.unwrap_or(0) } else { 0..0 };
        let candidates = [earliest, last.filter(|_| earliest != last)].into_iter().flatten().chain(between);
        let reads: Vec<BufferId> = kernel.reads().map(|buffer| self.place(buffer)).collect();
        let writes: Vec<BufferId> = kernel.stores.iter().map(|store| self.place(store.target)).collect();

        let merged = candidates.into_iter().find_map(|host| Some((host, self.merged(host, &kernel)?)));
        let number = match merged {
            Some((host, merged)) => {
                self.kernels[host] = merged;
                host
            }
            None => {
                self.kernels.push(kernel);
                self.kernels.len() - 1
            }
        };
        let note = |last: &mut HashMap<BufferId, usize>, buffer: BufferId| {
            last.entry(buffer).and_modify(|known| *known = number.max(*known)).or_insert(number);
        };
        reads.into_iter().for_each(|buffer| note(&mut self.read, buffer));
        writes.into_iter().for_each(|buffer| note(&mut self.written, buffer));
    }

    /// The memory that a buffer lies in, named by the parameter if it is one's.
    fn place(&self, buffer: BufferId) -> BufferId {
        self.aliases.get(&buffer).copied().unwrap_or(buffer)
    }

    /// The last kernel that writes what this one touches, or reads what this one overwrites.
    fn earliest(&self, kernel: &Kernel) -> Option<usize> {
        let targets = || kernel.stores.iter().map(|store| self.place(store.target));
        let touched = kernel.reads().map(|buffer| self.place(buffer)).chain(targets());
        let written = touched.filter_map(|buffer| self.written.get(&buffer));
        let overwritten = targets().filter_map(|buffer| self.read.get(&buffer));
        written.chain(overwritten).copied().max()
    }

    /// The host with the guest in it, if that is legal.
    fn merged(&self, host: usize, guest: &Kernel) -> Option<Kernel> {
        let host = &self.kernels[host];
        let fits = guest.body == Body::None
            && guest.points() == host.points()
            && guest.points() > 0
            && host.stores.len() + guest.stores.len() <= MAX_STORES
            && host.scalars.len() + guest.scalars.len() <= MAX_SCALARS;
        if !fits || !self.compatible(host, guest) {
            return None;
        }
        if let Some(guest) = guest.over(&host.domain) {
            return Some(absorb(host.clone(), guest));
        }
        host.over(&guest.domain).map(|host| absorb(host, guest.clone()))
    }

    /// Whether each reads what the other writes at the same point only, and as a whole.
    fn compatible(&self, host: &Kernel, guest: &Kernel) -> bool {
        let made = |buffer: BufferId| host.stores.iter().any(|store| store.target == buffer);
        let in_memory_of_made =
            |buffer: BufferId| host.stores.iter().any(|store| self.place(store.target) == self.place(buffer));
        let takes_directly = guest.store_accesses().all(|access| {
            !in_memory_of_made(access.buffer) || (made(access.buffer) && is_identity(access, &guest.domain))
        });
        takes_directly && guest.stores.iter().all(|store| reads_in_place(host, self.place(store.target)))
    }
}

/// Appends the guest's expressions and stores; what it loads of the host's results it now takes directly.
fn absorb(mut host: Kernel, guest: Kernel) -> Kernel {
    let mut numbers: Vec<ScalarId> = Vec::with_capacity(guest.scalars.len());
    for scalar in &guest.scalars {
        let made = match scalar {
            Scalar::Load(access) => host.stores.iter().find(|store| store.target == access.buffer),
            _ => None,
        };
        numbers.push(match made {
            Some(store) => store.value,
            None => {
                let scalar = scalar.renumber(|id| numbers[id.0]);
                ScalarId(host.scalars.iter().position(|other| *other == scalar).unwrap_or_else(|| {
                    host.scalars.push(scalar);
                    host.scalars.len() - 1
                }))
            }
        });
    }
    host.stores.extend(guest.stores.iter().map(|store| Store { value: numbers[store.value.0], target: store.target }));
    host
}
