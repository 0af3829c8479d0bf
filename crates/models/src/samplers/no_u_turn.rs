//! The no-U-turn sampler (Hoffman & Gelman, JMLR 15, 2014): Hamiltonian Monte Carlo that finds the length of its paths by itself.
//!
//! From a fresh momentum the path is doubled again and again, forth or back in time as a coin falls, until its ends approach each
//! other, `(x⁺ - x⁻)·p⁻ < 0` or `(x⁺ - x⁻)·p⁺ < 0`, or those of one of the halves, quarters .. that doublings are made of do: such a
//! doubling is thrown away. The next state is drawn from the points of the path, here by their weights `exp(-H)`, evenly within a
//! doubling and with probability `min(1, w_new / w_old)` from one to the next (Betancourt, arXiv:1701.02434, appendix A.3), in
//! the place of the paper's slice.
//!
//! Instead of recursion, every call of the program `leap` makes one leapfrog step in all chains, which all build doubling `j` at
//! the same calls, number `2ʲ - 1` and the `2ʲ - 1` after it (Phan, Pradhan & Jankowiak, arXiv:1912.11554; Lao et al.,
//! arXiv:2002.01184). The leaves of a doubling are numbered `n = 0, 1 ..`; an even one may begin sub-paths and is kept in slot
//! `k = popcount(n/2)`; an odd one with `t` ones at the end of its number ends `t` sub-paths, which began at the leaves in the slots
//! `k - t + 1 ..= k`. A chain whose path has ended stands still until all calls are made.

use daydream_graph::{Function, Tensor};

use super::hamiltonian::{Phase, kinetic};
use super::{Target, at_most_one, choose, column, row_sum};

/// Most doublings of a path. Each transition has random numbers for `2^DEEPEST` calls.
pub const DEEPEST: u32 = 8;
/// A path whose `H` is so much higher than at its start has left the energy's valley: it ends.
const DIVERGED: f32 = 1000.0;
/// The logarithm of a weight that counts for nothing.
const NOTHING: f32 = -1e30;

/// What a transition knows of its path, as parameters.
struct Path<'g> {
    /// Its ends in time, by which it is doubled.
    left: Phase<'g>,
    right: Phase<'g>,
    /// `H` at the start: `[C]`.
    start: Tensor<'g>,
    /// `log Σ exp(H₀ - H)` over the path before this doubling, and over this doubling: `[C]`.
    log_weight: Tensor<'g>,
    log_weight_new: Tensor<'g>,
    /// The point drawn from this doubling, with its energy.
    drawn: Tensor<'g>,
    drawn_energy: Tensor<'g>,
    drawn_gradient: Tensor<'g>,
    /// Whether this doubling goes forth in time: `[C]`.
    forth: Tensor<'g>,
    /// Whether the path is still built: `[C]`.
    open: Tensor<'g>,
    /// Leapfrog steps made: `[]`.
    calls: Tensor<'g>,
    /// Places and momenta at which sub-paths began: `[S, C, D]`.
    slot_x: Tensor<'g>,
    slot_momentum: Tensor<'g>,
}

impl<'g> Path<'g> {
    fn new(target: &Target<'_, 'g>) -> Path<'g> {
        let name = |part: &str| format!("no-u-turn.{part}");
        let (each, rows) = (|part: &str| target.each(&name(part)), |part: &str| target.rows(&name(part)));
        let shape = target.chains.x.shape();
        let slots = |part: &str| {
            target.param(&name(part), target.g.constant(0.0, [vec![DEEPEST as usize - 1], shape.clone()].concat()))
        };
        Path {
            left: target.phase(&name("left")),
            right: target.phase(&name("right")),
            start: each("start"),
            log_weight: each("log-weight"),
            log_weight_new: each("new.log-weight"),
            drawn: rows("new.x"),
            drawn_energy: each("new.energy"),
            drawn_gradient: rows("new.gradient"),
            forth: each("forth"),
            open: each("open"),
            calls: target.param(&name("calls"), target.g.constant(0.0, [])),
            slot_x: slots("slot.x"),
            slot_momentum: slots("slot.momentum"),
        }
    }
}

pub(super) fn functions(target: &Target<'_, '_>) -> Vec<Function> {
    let path = Path::new(target);
    vec![begin(target, &path), leap(target, &path)]
}

fn begin<'g>(target: &Target<'_, 'g>, path: &Path<'g>) -> Function {
    let chains = target.chains;
    let momentum = target.normal();
    let start = Phase { x: chains.x, momentum, gradient: chains.gradient };
    let zero = chains.energy.constant_like(0.0);
    target
        .function("no-u-turn.begin")
        .updates(path.left.becomes(start))
        .updates(path.right.becomes(start))
        .update(path.start, target.beta * chains.energy + kinetic(momentum))
        .update(path.log_weight, zero)
        .update(path.open, zero + 1.0)
        .update(path.calls, path.calls.constant_like(0.0))
        .update(chains.acceptance, zero)
        .update(chains.evaluations, zero)
}

fn leap<'g>(target: &Target<'_, 'g>, path: &Path<'g>) -> Function {
    let chains = target.chains;
    let leaf = Leaf::of_call(path.calls);
    let each = chains.energy.shape();
    let is_first = leaf.is_first.broadcast_to(each.clone());
    let forth = is_first.select(target.g.constant(0.5, each.clone()).bernoulli(), path.forth);

    // One leapfrog step from the end that is being moved.
    let pick = |right: Tensor<'g>, left: Tensor<'g>| choose(forth, right, left);
    let from = Phase {
        x: pick(path.right.x, path.left.x),
        momentum: pick(path.right.momentum, path.left.momentum),
        gradient: pick(path.right.gradient, path.left.gradient),
    };
    let sign = 2.0 * forth - 1.0;
    let (new, energy) = target.leap(from, column(target.step_size * sign));
    let gained = target.beta * energy + kinetic(new.momentum) - path.start;
    let is_sound = gained.less(gained.constant_like(DIVERGED)); // 0 also where it is not a number
    let log_weight = is_sound.select(-gained, gained.constant_like(NOTHING));

    // A point of the doubling, drawn by weight as its points arrive.
    let log_weight_new = is_first.select(log_weight, log_add(path.log_weight_new, log_weight));
    let is_drawn = target.uniform().less((log_weight - log_weight_new).exp());
    let drawn = choose(is_drawn, new.x, path.drawn);
    let drawn_energy = is_drawn.select(energy, path.drawn_energy);
    let drawn_gradient = choose(is_drawn, new.gradient, path.drawn_gradient);

    // Ends of the path, and whether one of the sub-paths that end here turns back.
    let keep = |side: Phase<'g>, moves: Tensor<'g>| Phase {
        x: choose(moves, new.x, side.x),
        momentum: choose(moves, new.momentum, side.momentum),
        gradient: choose(moves, new.gradient, side.gradient),
    };
    let (left, right) = (keep(path.left, path.open * (1.0 - forth)), keep(path.right, path.open * forth));
    let turned = sub_path_turns(path, &leaf, new, sign);
    let going = path.open * is_sound * (1.0 - turned);

    // A whole doubling: its point may become the chain's, and the path goes on unless it turns back as a whole.
    let is_whole = going * leaf.is_last;
    let accepted = is_whole * target.uniform().less(at_most_one(log_weight_new - path.log_weight));
    let turns = turns_back(right.x - left.x, left.momentum, right.momentum);
    let open = going * (1.0 - leaf.is_last * turns);

    let evaluations = chains.evaluations + path.open;
    let acceptance = is_sound.select(at_most_one(-gained), gained.constant_like(0.0));
    let share = path.open / evaluations.maximum(evaluations.constant_like(1.0));
    let slot = |slots: Tensor<'g>, value: Tensor<'g>| {
        leaf.stored.broadcast_to(slots.shape()).select(value.unsqueeze(0).broadcast_to(slots.shape()), slots)
    };
    target
        .function("no-u-turn.leap")
        .updates(path.left.becomes(left))
        .updates(path.right.becomes(right))
        .update(path.log_weight, is_whole.select(log_add(path.log_weight, log_weight_new), path.log_weight))
        .update(path.log_weight_new, log_weight_new)
        .update(path.drawn, drawn)
        .update(path.drawn_energy, drawn_energy)
        .update(path.drawn_gradient, drawn_gradient)
        .update(path.forth, forth)
        .update(path.open, open)
        .update(path.calls, path.calls + 1.0)
        .update(path.slot_x, slot(path.slot_x, new.x))
        .update(path.slot_momentum, slot(path.slot_momentum, new.momentum))
        .update(chains.x, choose(accepted, drawn, chains.x))
        .update(chains.energy, accepted.select(drawn_energy, chains.energy))
        .update(chains.gradient, choose(accepted, drawn_gradient, chains.gradient))
        .update(chains.proposal, choose(path.open, new.x, chains.proposal))
        .update(chains.acceptance, chains.acceptance + share * (acceptance - chains.acceptance))
        .update(chains.evaluations, evaluations)
}

/// Which leaf of which doubling a call makes. All chains share it.
struct Leaf<'g> {
    is_first: Tensor<'g>, // []
    is_last: Tensor<'g>,  // []
    /// The slot to which it goes, one-hot or none: `[S, 1, 1]`.
    stored: Tensor<'g>,
    /// The slots of the sub-paths that it ends: `[S]`.
    ended: Tensor<'g>,
}

impl<'g> Leaf<'g> {
    /// Call number `2ʲ - 1 + n` makes leaf `n` of doubling `j`.
    fn of_call(calls: Tensor<'g>) -> Leaf<'g> {
        let g = calls.graph();
        let is_below = |a: Tensor<'g>, b: f32| a.less(a.constant_like(b));
        let number = calls + 1.0;
        // 2ʲ, the largest power of two that is not above `number`.
        let size = (1..DEEPEST).fold(g.constant(1.0, []), |size, power| {
            size + (1.0 - is_below(number, (1u32 << power) as f32)) * (1u32 << (power - 1)) as f32
        });
        let n = number - size;
        let halved = |times: u32| (n / (1u32 << times) as f32).floor();
        let bit = |place: u32| halved(place) - 2.0 * halved(place + 1);

        let is_odd = bit(0);
        let slot = (1..DEEPEST - 1).fold(g.constant(0.0, []), |ones, place| ones + bit(place));
        let (mut run, mut ended) = (g.constant(1.0, []), g.constant(0.0, []));
        for place in 0..DEEPEST - 1 {
            run = run * bit(place);
            ended = ended + run;
        }
        let slots = g.iota(0, [DEEPEST as usize - 1]);
        let is_within = (1.0 - (slot + 0.5).less(slots)) * (slot - ended + 0.5).less(slots);
        let stored = (1.0 - is_odd) * slots.equal(slot.broadcast_to(slots.shape()));
        Leaf {
            is_first: is_below(n, 0.5),
            is_last: (size - 1.5).less(n),
            stored: stored.reshape([slots.numel(), 1, 1]),
            ended: is_odd * is_within,
        }
    }
}

/// Whether one of the sub-paths that end at `new` has turned back: `[C]`.
fn sub_path_turns<'g>(path: &Path<'g>, leaf: &Leaf<'g>, new: Phase<'g>, sign: Tensor<'g>) -> Tensor<'g> {
    let slots = path.slot_x.extent(0);
    let shape = new.x.shape();
    // One after the other: kernels over all chains are faster than a reduction over a few slots for each.
    let turned = (0..slots).map(|slot| {
        let kept = |slots: Tensor<'g>| slots.slice(0, slot, slot + 1).reshape(shape.clone());
        let span = (new.x - kept(path.slot_x)) * column(sign);
        leaf.ended.slice(0, slot, slot + 1) * turns_back(span, kept(path.slot_momentum), new.momentum)
    });
    turned.reduce(|any, turned| any.maximum(turned)).unwrap_or(sign.constant_like(0.0))
}

/// Whether one more moment forth or back would bring the ends of a path nearer to each other: `[C, D], [C, D], [C, D] -> [C]`.
fn turns_back<'g>(span: Tensor<'g>, left: Tensor<'g>, right: Tensor<'g>) -> Tensor<'g> {
    let along = |momentum: Tensor<'g>| row_sum(span * momentum);
    let smaller = along(left).minimum(along(right));
    smaller.less(smaller.constant_like(0.0))
}

/// `log(eᵃ + eᵇ)`
fn log_add<'g>(a: Tensor<'g>, b: Tensor<'g>) -> Tensor<'g> {
    let top = a.maximum(b);
    top + (1.0 + (a.minimum(b) - top).exp()).log()
}
