//! The order of kernels, and updates in place.
//!
//! An update `param <- value` is made *in place*, the value being written where the parameter is, if every other reader of the
//! old parameter can run before; else the value is copied at the end. Kernels are ordered depth first from what is
//! wanted, so that a gradient is used up soon after it is made. Of what a kernel needs, that over as many points comes last, so
//! that nothing stands between the two when they are [merged](crate::merge).

use std::collections::{HashMap, HashSet};

use crate::fuse::{Fusion, is_identity};
use crate::kernel::{Access, Affine, Body, Kernel, Scalar, ScalarId, Store};
use crate::merge::merge;
use crate::program::BufferId;

/// A program before its kernels are ordered. Every kernel has one store.
pub(crate) struct Draft {
    pub(crate) kernels: Vec<Kernel>,
    pub(crate) lens: Vec<usize>,
    pub(crate) outputs: Vec<BufferId>,
    /// Parameters and what replaces them; every value is made by a kernel and replaces one parameter only.
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

impl Draft {
    /// A new buffer with a copy of what is in another one before the program runs or when it has been made.
    pub(crate) fn copy(&mut self, from: BufferId) -> BufferId {
        let to = BufferId(self.lens.len());
        let len = self.lens[from.0];
        self.lens.push(len);
        self.kernels.push(copy(from, to, len));
        to
    }
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

pub(crate) fn schedule(draft: Draft, fusion: Fusion) -> Scheduled {
    let mut order = Order::new(&draft);
    let aliases = if fusion == Fusion::On { order.update_in_place() } else { HashMap::new() };
    let in_order = |order: Vec<usize>| order.into_iter().map(|number| draft.kernels[number].clone()).collect();
    let mut kernels: Vec<Kernel> = match fusion {
        Fusion::Off => in_order(order.run(false)),
        // Which of the two orders merges better depends on what else is computed from the single numbers.
        Fusion::On => [false, true]
            .map(|first| merge(in_order(order.run(first)), &aliases))
            .into_iter()
            .min_by_key(Vec::len)
            .unwrap_or_default(),
    };

    let mut kept: HashSet<BufferId> = draft.outputs.into_iter().collect();
    for &(param, value) in &draft.updates {
        kept.insert(param);
        if aliases.contains_key(&value) {
            kept.insert(value);
        } else {
            kernels.push(copy(value, param, draft.lens[param.0]));
        }
    }
    drop_dead_stores(&mut kernels, &kept);
    if fusion == Fusion::On {
        kernels = kernels.into_iter().map(Kernel::collapse).collect();
    }
    Scheduled { kernels, lens: draft.lens, aliases, kept }
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
            let mut read: Vec<BufferId> = kernel.reads().collect();
            read.sort_unstable();
            read.dedup();
            for &buffer in &read {
                readers.entry(buffer).or_default().push(number);
            }
            let mut makers: Vec<usize> = read.iter().filter_map(|buffer| maker.get(buffer).copied()).collect();
            makers.sort_by_key(|&earlier| draft.kernels[earlier].points() == kernel.points());
            before.push(makers);
        }
        Order { draft, maker, readers, before }
    }

    /// The values that are written where the parameter is that they replace; all readers of the old one come before.
    fn update_in_place(&mut self) -> HashMap<BufferId, BufferId> {
        let mut aliases = HashMap::new();
        for &(param, value) in &self.draft.updates {
            let Some(&writer) = self.maker.get(&value) else { continue };
            let readers = self.readers.get(&param).into_iter().flatten().copied();
            let others: Vec<usize> = readers.filter(|&reader| reader != writer).collect();
            if reads_in_place(&self.draft.kernels[writer], param) && !self.need(&others, writer) {
                aliases.insert(value, param);
                // First, so that nothing stands between the making of the value and its writing.
                self.before[writer].splice(0..0, others);
            }
        }
        aliases
    }

    /// Whether `target` must run before one of `kernels`.
    fn need(&self, kernels: &[usize], target: usize) -> bool {
        let mut seen = vec![false; self.before.len()];
        let mut open = kernels.to_vec();
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

    /// The single numbers that follow from nothing but other such numbers, parameters and inputs: rates, decays, counts of steps.
    fn single_numbers(&self) -> Vec<usize> {
        let mut early = vec![false; self.draft.kernels.len()];
        for (number, kernel) in self.draft.kernels.iter().enumerate() {
            early[number] = kernel.points() == 1
                && kernel.body == Body::None
                && self.before[number].iter().all(|&earlier| early[earlier]);
        }
        (0..early.len()).filter(|&number| early[number]).collect()
    }

    /// Depth first from the outputs, then from the updates, the last of which belong to what was computed last. On demand single
    /// numbers come before all else, so that they stand between no two kernels that could be merged.
    fn run(&self, single_numbers_first: bool) -> Vec<usize> {
        let updated = self.draft.updates.iter().rev().map(|(_, value)| value);
        let mut order = if single_numbers_first { self.single_numbers() } else { vec![] };
        let mut visited = vec![false; self.draft.kernels.len()];
        order.iter().for_each(|&number| visited[number] = true);
        for wanted in self.draft.outputs.iter().chain(updated) {
            let mut open: Vec<(usize, usize)> = self.maker.get(wanted).map(|&number| (number, 0)).into_iter().collect();
            while let Some((number, next)) = open.pop() {
                if next == 0 && std::mem::replace(&mut visited[number], true) {
                    continue;
                }
                match self.before[number].get(next) {
                    Some(&earlier) => open.extend([(number, next + 1), (earlier, 0)]),
                    None => order.push(number),
                }
            }
        }
        order
    }
}

/// Whether a kernel may write where it reads `param`: it must read each point's own element only, and not in its body.
pub(crate) fn reads_in_place(kernel: &Kernel, param: BufferId) -> bool {
    kernel.body.accesses().iter().all(|access| access.buffer != param)
        && kernel.store_accesses().all(|access| access.buffer != param || is_identity(access, &kernel.domain))
}

/// Drops what was merged into all kernels that use it, from the last kernel to the first, for what is dropped reads nothing.
fn drop_dead_stores(kernels: &mut Vec<Kernel>, kept: &HashSet<BufferId>) {
    let mut read = kept.clone();
    for kernel in kernels.iter_mut().rev() {
        kernel.stores.retain(|store| read.contains(&store.target));
        kernel.prune();
        if !kernel.stores.is_empty() {
            read.extend(kernel.reads());
        }
    }
    kernels.retain(|kernel| !kernel.stores.is_empty());
}
