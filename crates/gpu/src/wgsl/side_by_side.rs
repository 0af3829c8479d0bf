//! Kernels that need nothing of each other, side by side in one dispatch: its workgroups are shared out among them. A dispatch costs
//! more than many a small kernel takes, and a GPU may wait between two for all of the first to end.
//!
//! A part must come after every part that writes what it touches, or touches what it writes; since the plan of the memory has made the
//! kernels of a program share it in their order, that is asked of places in the arena. Of the parts that may come next, those
//! on which the longest chain of others waits go first, together with all that fit beside them; what nobody waits for is put
//! off until it has company.

use std::ops::Range;

use daydream_graph::Program;
use daydream_graph::kernel::Kernel;

use super::{Part, Shader, Target, library};

/// One dispatch does no more things than this: each more makes its shader longer and takes registers from all.
const MOST_PARTS: usize = 8;
/// A row of workgroups has no more, on every device.
const MOST_WORKGROUPS: u32 = 65_535;

/// A part, and what of the arena it touches.
struct Node {
    part: Part,
    reads: Vec<Range<usize>>,
    writes: Vec<Range<usize>>,
    /// Parts that must come later.
    later: Vec<usize>,
    /// How many parts must come earlier and have not yet.
    blocked: usize,
    /// The parts of the longest chain that begins here.
    chain: usize,
}

/// The dispatches of a program whose kernels become such parts.
pub(super) fn dispatches(
    program: &Program,
    spare: usize,
    target: &Target,
    parts: impl Fn(&Kernel) -> Vec<Part>,
) -> Vec<Shader> {
    let mut nodes: Vec<Node> = vec![];
    for kernel in &program.kernels {
        let parts = parts(kernel);
        // The first of two leaves its results beyond all buffers, where the second finds them.
        let partial = (parts.len() > 1).then_some(spare..usize::MAX);
        for (number, part) in parts.into_iter().enumerate() {
            let mut reads: Vec<_> = kernel.reads().map(|buffer| program.buffer(buffer).range()).collect();
            let mut writes: Vec<_> = kernel.stores.iter().map(|store| program.buffer(store.target).range()).collect();
            match (&partial, number) {
                (Some(partial), 0) => writes = vec![partial.clone()],
                (Some(partial), _) => reads.push(partial.clone()),
                (None, _) => {}
            }
            nodes.push(Node { part, reads, writes, later: vec![], blocked: 0, chain: 1 });
        }
    }
    for late in 0..nodes.len() {
        for early in 0..late {
            if nodes[late].must_follow(&nodes[early]) {
                nodes[early].later.push(late);
                nodes[late].blocked += 1;
            }
        }
    }
    for number in (0..nodes.len()).rev() {
        let longest = nodes[number].later.iter().map(|&later| nodes[later].chain).max();
        nodes[number].chain = 1 + longest.unwrap_or(0);
    }
    let mut open: Vec<usize> = (0..nodes.len()).collect();
    let mut shaders = vec![];
    while !open.is_empty() {
        let together = next(&nodes, &open);
        open.retain(|number| !together.contains(number));
        for &number in &together {
            for later in nodes[number].later.clone() {
                nodes[later].blocked -= 1;
            }
        }
        let parts: Vec<Part> = together.iter().map(|&number| nodes[number].part.clone()).collect();
        shaders.push(shader(&parts, target));
    }
    shaders
}

/// The parts of the next dispatch, in their order.
fn next(nodes: &[Node], open: &[usize]) -> Vec<usize> {
    let ready: Vec<usize> = open.iter().copied().filter(|&number| nodes[number].blocked == 0).collect();
    // The first of those with the longest chain; there always is one, for parts only wait for earlier ones.
    let Some(&first) = ready.iter().max_by_key(|&&number| (nodes[number].chain, usize::MAX - number)) else {
        return open.to_vec();
    };
    let mut together = vec![first];
    for &number in ready.iter().filter(|&&number| number != first) {
        if together.len() < MOST_PARTS && fit(nodes, &together, number) {
            together.push(number);
        }
    }
    together.sort_unstable();
    together
}

/// Whether a part fits beside others: the same view of the arena, the same workgroups, and not too many.
fn fit(nodes: &[Node], together: &[usize], number: usize) -> bool {
    let (part, other) = (&nodes[number].part, &nodes[together[0]].part);
    let all: u64 = together.iter().chain([&number]).map(|&number| u64::from(nodes[number].part.count())).sum();
    (part.view, part.threads) == (other.view, other.threads) && all <= u64::from(MOST_WORKGROUPS)
}

impl Node {
    /// Whether it writes what an earlier part touches, or touches what that writes.
    fn must_follow(&self, early: &Node) -> bool {
        let meet = |a: &[Range<usize>], b: &[Range<usize>]| {
            a.iter().any(|a| b.iter().any(|b| a.start < b.end && b.start < a.end))
        };
        meet(&self.reads, &early.writes) || meet(&self.writes, &early.writes) || meet(&self.writes, &early.reads)
    }
}

impl Part {
    /// How many workgroups.
    fn count(&self) -> u32 {
        self.workgroups.iter().fold(1, |count, &extent| count.saturating_mul(extent))
    }
}

/// One dispatch that does all of these.
pub(super) fn shader(parts: &[Part], target: &Target) -> Shader {
    let (view, threads) = (parts[0].view, parts[0].threads);
    let uses_subgroups = parts.iter().any(|part| part.uses_subgroups);
    let [declared, given] = if uses_subgroups { [", size: u32, member: u32", ", size, member"] } else { ["", ""] };
    let builtins = if uses_subgroups {
        ", @builtin(subgroup_size) size: u32, @builtin(subgroup_invocation_id) member: u32"
    } else {
        ""
    };
    let mut code = String::new();
    let (body, workgroups) = match parts {
        [part] => (part.body.clone(), part.workgroups),
        _ => {
            let mut body = String::new();
            let mut before = 0;
            for (number, part) in parts.iter().enumerate() {
                code.push_str(&format!("fn part{number}(group: vec3u, thread: u32{declared}) {{\n{}}}\n", part.body));
                let [x, y, z] = part.workgroups;
                let at = if before == 0 { "group.x".to_owned() } else { format!("(group.x - {before}u)") };
                let own = match (y, z) {
                    (1, 1) => format!("vec3u({at}, 0u, 0u)"),
                    _ => format!("vec3u({at} % {x}u, {at} / {x}u % {y}u, {at} / {}u)", x * y),
                };
                before += part.count();
                let condition =
                    if number + 1 < parts.len() { format!("if (group.x < {before}u) ") } else { String::new() };
                let other = if number > 0 { "else " } else { "" };
                body.push_str(&format!("{other}{condition}{{ part{number}({own}, thread{given}); }}\n"));
            }
            (body, [before, 1, 1])
        }
    };
    code.push_str(&format!(
        "@compute @workgroup_size({threads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32{builtins}) {{
{body}}}
"
    ));
    let directive = target.subgroups.filter(|_| uses_subgroups).unwrap_or("");
    let text = format!(
        "{directive}struct Run {{ seed: u32, step: u32, infinity: u32, nan: u32 }}
@group(0) @binding(0) var<storage, read_write> arena: {};
@group(0) @binding(1) var<uniform> run: Run;
{}{}{code}",
        view.arena(),
        shared(parts),
        library::functions(&code)
    );
    Shader { text, workgroups }
}

/// The declarations of workgroup memory. Parts run in different workgroups: what has the same name is the same memory.
fn shared(parts: &[Part]) -> String {
    let mut all: Vec<(&str, &str, usize)> = vec![];
    for &(name, kind, len) in parts.iter().flat_map(|part| &part.shared) {
        match all.iter_mut().find(|(other, ..)| *other == name) {
            Some((_, _, most)) => *most = len.max(*most),
            None => all.push((name, kind, len)),
        }
    }
    all.into_iter().map(|(name, kind, len)| format!("var<workgroup> {name}: array<{kind}, {len}>;\n")).collect()
}
