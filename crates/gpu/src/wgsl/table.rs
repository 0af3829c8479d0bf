//! Copying rows of a table to the arena, as WGSL.

use daydream_graph::Values;

use super::{Grid, Shader};

/// Invocations of a workgroup.
const THREADS: usize = 256;

/// Copies `count` rows of `width` numbers to `offset`. Which rows stands in `staged`, from `run.seed` on.
pub(crate) fn gather(values: &Values, width: usize, count: usize, offset: usize) -> Shader {
    let points = width * count;
    let grid = Grid::of(points.div_ceil(THREADS));
    let (element, number) = match values {
        Values::Bytes(_) => ("u32", "f32((table[at / 4u] >> (8u * (at % 4u))) & 0xffu) / 255.0"),
        Values::Reals(_) => ("f32", "table[at]"),
    };
    let text = format!(
        "struct Run {{ seed: u32, step: u32, infinity: u32, nan: u32 }}
@group(0) @binding(0) var<storage, read_write> arena: array<f32>;
@group(0) @binding(1) var<uniform> run: Run;
@group(1) @binding(0) var<storage, read> table: array<{element}>;
@group(1) @binding(1) var<storage, read> staged: array<u32>;
@compute @workgroup_size({THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {{
let p = {} * {THREADS}u + thread;
if (p >= {points}u) {{ return; }}
let at = staged[run.seed + p / {width}u] * {width}u + p % {width}u;
arena[{offset}u + p] = {number};
}}
",
        grid.number()
    );
    Shader { text, workgroups: grid.workgroups() }
}
