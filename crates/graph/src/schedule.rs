//! The order of kernels, updates in place, and the merging of neighbours.
//!
//! An update `param <- value` is made *in place*, the value being written where the parameter is, if every other reader of the
//! old parameter can run before; else the value is copied at the end. Kernels are ordered depth first from what is
//! wanted, so that a gradient is used up soon after it is made. A kernel without a body is then *merged* into an
//! earlier one over the same points, which makes it an epilogue of a matrix product or a reduction, or one pass of what were several.

use std::collections::{HashMap, HashSet};

use crate::fuse::is_identity;
use crate::kernel::{Access, Affine, Body, Kernel, Scalar, ScalarId, Store};
use crate::program::BufferId;
use crate::shape::{Shape, numel};

/// More results than this are not written by one kernel.
const MAX_STORES: usize = 8;

/// A program before its kernels are ordered. Every kernel has one store.
pub(crate) struct Draft {
    pub(crate) kernels: Vec<Kernel>,
    pub(crate) lens: Vec<usize>,
    pub(crate) outputs: Vec<BufferId>,
    pub(crate) updates: Vec<(BufferId, BufferId)>,
}

/// A program whose kernels are in order.
pub(crate) struct Scheduled {
    pub(crate) kernels: Vec<Kernel>,
    pub(crate) lens: Vec<usize>,
    /// Buffers that share the memory of a parameter.
    pub(crate) aliases: HashMap<BufferId, BufferId>,
    /// Buffers that must survive until the program's end.
    pub(crate) kept: HashSet<BufferId>,
}

pub(crate) fn schedule(draft: Draft) -> Scheduled {
    let (order, aliases) = Order::new(&draft).run();
    let mut slots: Vec<Option<Kernel>> = draft.kernels.into_iter().map(Some).collect();
    let ordered = order.into_iter().filter_map(|number| slots[number].take()).collect();
    let mut kernels = merge(ordered, &aliases);

    let mut kept: HashSet<BufferId> = draft.outputs.iter().copied().collect();
    for &(param, value) in &draft.updates {
        kept.insert(value);
        if aliases.get(&value) != Some(&param) {
            kernels.push(copy(value, param, draft.lens[param.0]));
        }
    }
    drop_dead_stores(&mut kernels, &kept);
    Scheduled { kernels, lens: draft.lens, aliases, kept }
}

fn copy(from: BufferId, to: BufferId, len: usize) -> Kernel {
    let load = Scalar::Load(Access { buffer: from, index: Affine::coordinate(0, 1), guards: vec![] });
    Kernel {
        domain: vec![len],
        body: Body::None,
        scalars: vec![load],
        stores: vec![Store { value: ScalarId(0), target: to }],
    }
}

/// Orders kernels and decides which updates are made in place.
struct Order<'a> {
    draft: &'a Draft,
    maker: HashMap<BufferId, usize>,
    readers: HashMap<BufferId, Vec<usize>>,
    /// For each kernel: the kernels that must run before it.
    before: Vec<Vec<usize>>,
}

impl<'a> Order<'a> {
    fn new(draft: &'a Draft) -> Order<'a> {
        let maker: HashMap<BufferId, usize> =
            draft.kernels.iter().enumerate().map(|(number, kernel)| (kernel.stores[0].target, number)).collect();
        let mut readers: HashMap<BufferId, Vec<usize>> = HashMap::new();
        let mut before = Vec::new();
        for (number, kernel) in draft.kernels.iter().enumerate() {
            let read: Vec<BufferId> = kernel.reads().collect();
            for &buffer in &read {
                readers.entry(buffer).or_default().push(number);
            }
            before.push(read.iter().filter_map(|buffer| maker.get(buffer).copied()).collect());
        }
        Order { draft, maker, readers, before }
    }

    fn run(mut self) -> (Vec<usize>, HashMap<BufferId, BufferId>) {
        let mut aliases = HashMap::new();
        for &(param, value) in &self.draft.updates {
            let Some(&writer) = self.maker.get(&value) else { continue };
            let readers: Vec<usize> = self.readers.get(&param).cloned().unwrap_or_default();
            let others: Vec<usize> = readers.into_iter().filter(|&reader| reader != writer).collect();
            let possible = !aliases.contains_key(&value)
                && !self.draft.outputs.contains(&param)
                && reads_in_place(&self.draft.kernels[writer], param)
                && !others.iter().any(|&reader| self.needs(reader, writer));
            if possible {
                aliases.insert(value, param);
                // First, so that nothing stands between the making of the value and its writing.
                self.before[writer].splice(0..0, others);
            }
        }
        let mut order = Vec::new();
        let mut visited = vec![false; self.draft.kernels.len()];
        let updated = self.draft.updates.iter().rev().map(|(_, value)| value);
        for wanted in self.draft.outputs.iter().chain(updated) {
            if let Some(&number) = self.maker.get(wanted) {
                self.visit(number, &mut visited, &mut order);
            }
        }
        (order, aliases)
    }

    /// Whether `target` must run before `kernel`.
    fn needs(&self, kernel: usize, target: usize) -> bool {
        let mut seen = vec![false; self.before.len()];
        let mut open = vec![kernel];
        while let Some(number) = open.pop() {
            if number == target {
                return true;
            }
            if !std::mem::replace(&mut seen[number], true) {
                open.extend(&self.before[number]);
            }
        }
        false
    }

    fn visit(&self, number: usize, visited: &mut [bool], order: &mut Vec<usize>) {
        if std::mem::replace(&mut visited[number], true) {
            return;
        }
        for &earlier in &self.before[number] {
            self.visit(earlier, visited, order);
        }
        order.push(number);
    }
}

/// Whether a kernel may write where it reads `param`: it must read each point's own element only, and not in its body.
fn reads_in_place(kernel: &Kernel, param: BufferId) -> bool {
    kernel.body.accesses().iter().all(|access| access.buffer != param)
        && kernel.store_accesses().all(|access| access.buffer != param || is_identity(access, &kernel.domain))
}

/// Merges kernels without a body into earlier ones over the same points.
fn merge(ordered: Vec<Kernel>, aliases: &HashMap<BufferId, BufferId>) -> Vec<Kernel> {
    let place = |buffer: BufferId| aliases.get(&buffer).copied().unwrap_or(buffer);
    let mut merged: Vec<Kernel> = Vec::new();
    for kernel in ordered {
        let touched: HashSet<BufferId> =
            kernel.reads().chain(kernel.stores.iter().map(|store| store.target)).map(place).collect();
        // The last kernel that writes what this one touches, or reads what this one overwrites.
        let earliest = merged.iter().rposition(|earlier| {
            let writes = earlier.stores.iter().any(|store| touched.contains(&place(store.target)));
            let overwrites = kernel.stores.iter().any(|store| {
                store.target != place(store.target) && earlier.reads().any(|read| read == place(store.target))
            });
            writes || overwrites
        });
        let candidates = [merged.len().checked_sub(1), earliest];
        let host = candidates
            .into_iter()
            .flatten()
            .find(|&host| earliest.is_none_or(|earliest| earliest <= host) && can_host(&merged[host], &kernel, place));
        match host {
            Some(host) => absorb(&mut merged[host], kernel),
            None => merged.push(kernel),
        }
    }
    merged
}

fn can_host(host: &Kernel, guest: &Kernel, place: impl Fn(BufferId) -> BufferId) -> bool {
    let squeezed: Shape = host.domain.iter().copied().filter(|&extent| extent != 1).collect();
    let own: Shape = guest.domain.iter().copied().filter(|&extent| extent != 1).collect();
    if guest.body != Body::None || squeezed != own || numel(&own) == 0 {
        return false;
    }
    if host.stores.len() + guest.stores.len() > MAX_STORES {
        return false;
    }
    let made: Vec<BufferId> = host.stores.iter().map(|store| store.target).collect();
    let reads_made_elsewhere = guest.store_accesses().any(|access| {
        let by_host = made.iter().any(|&target| place(target) == place(access.buffer));
        by_host && !(made.contains(&access.buffer) && is_identity(access, &guest.domain))
    });
    let overwrites_elsewhere = guest.stores.iter().any(|store| !reads_in_place(host, place(store.target)));
    !reads_made_elsewhere && !overwrites_elsewhere
}

/// Appends the guest's expressions and stores; what it loads of the host's results it now takes directly.
fn absorb(host: &mut Kernel, guest: Kernel) {
    let mut own = (0..guest.domain.len()).filter(|&axis| guest.domain[axis] != 1);
    let dimensions: Vec<Option<usize>> =
        host.domain.iter().map(|&extent| if extent == 1 { None } else { own.next() }).collect();
    let mut numbers: Vec<ScalarId> = Vec::new();
    for scalar in &guest.scalars {
        let made = match scalar {
            Scalar::Load(access) => host.stores.iter().find(|store| store.target == access.buffer),
            _ => None,
        };
        let number = match made {
            Some(store) => store.value,
            None => {
                let scalar = scalar.pick(&dimensions).renumber(|id| numbers[id.0]);
                let known = host.scalars.iter().position(|other| *other == scalar);
                ScalarId(known.unwrap_or_else(|| {
                    host.scalars.push(scalar);
                    host.scalars.len() - 1
                }))
            }
        };
        numbers.push(number);
    }
    host.stores.extend(guest.stores.iter().map(|store| Store { value: numbers[store.value.0], target: store.target }));
}

fn drop_dead_stores(kernels: &mut [Kernel], kept: &HashSet<BufferId>) {
    let mut read: HashSet<BufferId> = kept.clone();
    for kernel in kernels.iter() {
        read.extend(kernel.reads());
    }
    for kernel in kernels.iter_mut().filter(|kernel| kernel.stores.len() > 1) {
        kernel.stores.retain(|store| read.contains(&store.target));
        kernel.prune();
    }
}
