//! Kernels whose points need no help of each other: without a body, or gathering.

use daydream_graph::kernel::{Body, Kernel};

use super::expression::{View, Writer};
use super::index::{Point, coordinates, names};
use super::library::Lanes;
use super::{Grid, Part, Places, needed_axes};

/// Invocations of a workgroup.
const THREADS: usize = 256;

/// One invocation for each point, or for each four neighbours.
pub(super) fn part(kernel: &Kernel, places: &Places<'_>) -> Part {
    let quads = Writer { buffers: places.buffers, view: View::Quads, lanes: Lanes::Four };
    let writer = if suits_quads(kernel, &quads) {
        quads
    } else {
        Writer { buffers: places.buffers, view: View::Numbers, lanes: Lanes::One }
    };
    let lanes = writer.lanes.count();
    let invocations = kernel.points() / lanes;
    let grid = Grid::of(invocations.div_ceil(THREADS));

    let axes = names('i', kernel.domain.len());
    let point = Point(&axes);
    let needed = needed_axes(kernel, &kernel.domain);
    let first = if lanes == 1 { "p".to_owned() } else { format!("(p * {lanes}u)") };
    let mut body = String::new();
    body.push_str(&coordinates(&first, &kernel.domain, &axes, needed));
    if let Body::Gather { table, rows, stride, len } = &kernel.body {
        let row = writer.load(rows, point, 0);
        let base = point.index(&table.index, places.buffers[table.buffer.0].offset as isize);
        body.push_str(&format!("let row = i32(clamp({row}, 0.0, {:?}f));\n", (len - 1) as f32));
        body.push_str(&format!("let body = {};\n", writer.element(&format!("{base} + row * {stride}"))));
    }
    body.push_str(&writer.scalars(&kernel.scalars, 's', point, &kernel.domain, "body"));
    for store in &kernel.stores {
        body.push_str(&writer.store(store.target.0, &first, &format!("s{}", store.value.0)));
    }
    let body = format!(
        "let p = {} * {THREADS}u + thread;
if (p >= {invocations}u) {{ return; }}
{body}",
        grid.number(),
    );
    let workgroups = grid.workgroups();
    Part { view: writer.view, threads: THREADS, workgroups, shared: vec![], uses_subgroups: false, body }
}

/// Whether whole quads can be stored, and no load would be taken apart.
fn suits_quads(kernel: &Kernel, quads: &Writer<'_>) -> bool {
    kernel.body == Body::None
        && kernel.domain.last().is_some_and(|last| last.is_multiple_of(4))
        && kernel.stores.iter().all(|store| quads.buffers[store.target.0].offset.is_multiple_of(4))
        && kernel.store_accesses().all(|access| quads.is_easy(access, &kernel.domain))
}
