//! Kernels that combine many numbers at each point: sums, maxima, scattered sums, overlapping windows, and products too thin
//! for tiles.
//!
//! A workgroup has `X · Y` invocations: `X` points, each combined by `Y` invocations that take every `Y`-th number and then add up what
//! they have in workgroup memory. Where too few points are left to fill a GPU, the numbers are split into parts first: one
//! dispatch combines each part, a second one the parts.

use daydream_graph::kernel::{Access, Affine, Body, Kernel, Overlap, Scalar, ScalarId, Store};
use daydream_graph::{Buffer, BufferId, Reduce, row_major};

use super::expression::{View, Writer};
use super::index::{Point, coordinates, names};
use super::library::Lanes;
use super::{Grid, Part, Places, Target};

/// Invocations of a workgroup.
const THREADS: usize = 256;
/// Numbers that one workgroup may combine for a point before it is worth a second dispatch to share them out.
const LONG: usize = 8192;
/// Workgroups that keep a GPU busy.
const BUSY: usize = 32;

/// One dispatch, or two.
pub(super) fn parts(kernel: &Kernel, places: &Places<'_>, target: &Target) -> Vec<Part> {
    let inner: usize = kernel.body.inner().iter().product();
    let shape = Shape::of(kernel, inner);
    let Some(parts) = splits(kernel, inner, shape) else {
        return vec![write(kernel, places, target, shape, None)];
    };
    let (partial, combined) = split(kernel, places, parts);
    let mut buffers = places.buffers.to_vec();
    buffers.push(Buffer { offset: places.spare, len: kernel.points() * parts });
    let wider = Places { buffers: &buffers, spare: places.spare };
    vec![
        write(&partial, &wider, target, shape, Some(parts)),
        write(&combined, &wider, target, Shape::of(&combined, parts), None),
    ]
}

/// Numbers of the arena that a kernel needs between two dispatches, beyond the module's own.
pub(super) fn spare(kernel: &Kernel) -> usize {
    let inner = kernel.body.inner().iter().product();
    splits(kernel, inner, Shape::of(kernel, inner)).map_or(0, |parts| parts * kernel.points())
}

/// Into how many parts the numbers of a point are split, if that is worth a dispatch.
fn splits(kernel: &Kernel, inner: usize, shape: Shape) -> Option<usize> {
    let workgroups = kernel.points().div_ceil(shape.points);
    (inner >= LONG && workgroups < BUSY).then(|| (2 * BUSY / workgroups).min(inner / 1024))
}

/// The kernel whose points are `[part, point]`, and the one that combines its results. The new buffer comes after all others.
fn split(kernel: &Kernel, places: &Places<'_>, parts: usize) -> (Kernel, Kernel) {
    let spare = BufferId(places.buffers.len());
    let points = kernel.points();
    let mut partial = kernel.clone();
    partial.scalars = vec![Scalar::Body];
    partial.stores = vec![Store { value: ScalarId(0), target: spare }];

    let mut combined = kernel.clone();
    let rank = kernel.domain.len();
    let mut strides = row_major(&kernel.domain);
    strides.resize(rank, 0);
    strides.push(points as isize);
    let access = Access { buffer: spare, index: Affine { offset: 0, strides }, guards: vec![] };
    let op = match kernel.body {
        Body::Reduce { op, .. } => op,
        _ => Reduce::Sum,
    };
    combined.body = Body::Reduce { op, extents: vec![parts], terms: vec![Scalar::Load(access)] };
    (partial, combined)
}

/// How a workgroup is shared out.
#[derive(Clone, Copy)]
struct Shape {
    /// Points of a workgroup.
    points: usize,
    /// Invocations of a point.
    lanes: usize,
    /// Whether neighbouring invocations take neighbouring numbers of one point, or the same number of neighbouring points.
    along: bool,
}

impl Shape {
    fn of(kernel: &Kernel, inner: usize) -> Shape {
        let along = walks_along(kernel);
        let wanted = inner.div_ceil(4).next_power_of_two().clamp(1, THREADS);
        // Enough points for every workgroup to be full, and coalesced loads where neighbours are points.
        let lanes = if along { wanted } else { wanted.min(16) };
        let enough = kernel.points() >= BUSY * THREADS * 8;
        let lanes = if enough && !along { 1 } else { lanes };
        Shape { points: THREADS / lanes, lanes, along }
    }
}

/// Whether most of what the body loads lies side by side along the innermost inner dimension.
fn walks_along(kernel: &Kernel) -> bool {
    let (rank, inner) = (kernel.domain.len(), kernel.body.inner().len());
    let (mut along, mut across) = (0, 0);
    for access in kernel.body.accesses() {
        let strides = &access.index.strides;
        let inner_stride = strides.get(rank + inner.max(1) - 1).copied().unwrap_or(0);
        let outer_stride = rank.checked_sub(1).map_or(0, |last| strides[last]);
        along += usize::from(inner_stride == 1);
        across += usize::from(outer_stride == 1 && inner_stride != 1);
    }
    along >= across
}

/// One dispatch: the whole of a kernel, or, with `parts`, the partial results of each part to the first store's target.
fn write(kernel: &Kernel, places: &Places<'_>, target: &Target, shape: Shape, parts: Option<usize>) -> Part {
    let inner: usize = kernel.body.inner().iter().product();
    let writer = Writer { buffers: places.buffers, view: View::Numbers, lanes: Lanes::One };
    let (points, Shape { points: x_count, lanes, along }) = (kernel.points(), shape);
    let groups = points.div_ceil(x_count);
    let grid = Grid::of(groups * parts.unwrap_or(1));
    let (x, y) = if along {
        (format!("thread / {lanes}u"), format!("thread % {lanes}u"))
    } else {
        (format!("thread % {x_count}u"), format!("thread / {x_count}u"))
    };
    let axes = names('i', kernel.domain.len());
    let (start, end, group) = match parts {
        None => ("0u".to_owned(), format!("{inner}u"), "number".to_owned()),
        Some(parts) => {
            let len = inner.div_ceil(parts);
            (format!("part * {len}u"), format!("min({inner}u, (part + 1u) * {len}u)"), format!("number % {groups}u"))
        }
    };
    let op = match kernel.body {
        Body::Reduce { op, .. } => op,
        _ => Reduce::Sum,
    };
    let (zero, join) = match op {
        Reduce::Sum => ("0.0", "total + other"),
        Reduce::Max => ("-infinity()", "larger1(total, other)"),
    };
    let with = |value: &str| join.replace("other", value);

    let mut text = String::new();
    text.push_str(&format!("let number = {};\n", grid.number()));
    if parts.is_some() {
        text.push_str(&format!("let part = number / {groups}u;\n"));
    }
    text.push_str(&format!("let p = ({group}) * {x_count}u + {x};\nlet y = {y};\nvar total = {zero};\n"));
    text.push_str(&format!("if (p < {points}u) {{\n"));
    text.push_str(&coordinates("p", &kernel.domain, &axes, |_| true));
    text.push_str(&format!("for (var k = {start} + y; k < {end}; k += {lanes}u) {{\n"));
    text.push_str(&term(kernel, &writer, &axes));
    text.push_str(&format!("total = {};\n}}\n}}\n", with("term")));
    // A maximum over a subgroup may leave out NaN.
    let subgroups = target.subgroups.filter(|_| lanes == THREADS && op == Reduce::Sum);
    let mut shared = vec![];
    if lanes > 1 {
        text.push_str(&match subgroups {
            Some(_) => summed_by_subgroups(),
            None => gathered(lanes, x_count, along, &with),
        });
        shared.push(("partial", "f32", THREADS));
    }
    let condition = if lanes > 1 { format!("y == 0u && p < {points}u") } else { format!("p < {points}u") };
    text.push_str(&format!("if ({condition}) {{\n"));
    match parts {
        Some(_) => {
            let spare = &kernel.stores[0];
            text.push_str(&writer.store(spare.target.0, &format!("part * {points}u + p"), "total"));
        }
        None => {
            text.push_str(&coordinates("p", &kernel.domain, &axes, |_| true));
            text.push_str(&writer.scalars(&kernel.scalars, 's', Point(&axes), &kernel.domain, "total"));
            for store in &kernel.stores {
                text.push_str(&writer.store(store.target.0, "p", &format!("s{}", store.value.0)));
            }
        }
    }
    text.push_str("}\n");
    Part {
        view: writer.view,
        threads: THREADS,
        workgroups: grid.workgroups(),
        shared,
        uses_subgroups: subgroups.is_some(),
        body: text,
    }
}

/// Lines that compute the number `k` of a point: `let term = ..;`.
fn term(kernel: &Kernel, writer: &Writer<'_>, axes: &[String]) -> String {
    let extents = kernel.body.inner();
    let inner = names('k', extents.len());
    let all = [axes, &inner].concat();
    let point = Point(&all);
    let mut text = coordinates("k", &extents, &inner, |_| true);
    let product = |a: &Access, b: &Access, point: Point<'_>| {
        format!("{} * {}", writer.load(a, point, 0), writer.load(b, point, 0))
    };
    match &kernel.body {
        Body::None | Body::Gather { .. } => unreachable!("a kernel that combines nothing"),
        Body::Reduce { terms, .. } => {
            let full = [&kernel.domain[..], &extents].concat();
            text.push_str(&writer.scalars(terms, 't', point, &full, ""));
            text.push_str(&format!("let term = t{};\n", terms.len() - 1));
        }
        Body::MatMul { a, b, .. } => text.push_str(&format!("let term = {};\n", product(a, b, point))),
        Body::ScatterAdd { rows, values, .. } => {
            let last = kernel.domain[0] - 1;
            text.push_str(&format!(
                "let row = i32(clamp({}, 0.0, {:?}f));\n",
                writer.load(rows, point, 0),
                last as f32
            ));
            text.push_str(&format!("let term = select(0.0, {}, row == i0);\n", writer.load(values, point, 0)));
        }
        Body::Fold { windows, overlaps } => {
            let (lines, moved) = folded(overlaps, &all);
            let windows = writer.load(windows, Point(&moved), 0);
            text.push_str(&format!("{lines}let term = select(0.0, {windows}, meets);\n"));
        }
        Body::MatMulFold { a, b, overlaps, .. } => {
            let (lines, moved) = folded(overlaps, &all);
            let windows = product(a, b, Point(&moved));
            text.push_str(&format!("{lines}let term = select(0.0, {windows}, meets);\n"));
        }
    }
    text
}

/// Lines that find the windows whose taps `k0, k1, ..` lie at a point, and whether there are any: `meets`. The names of the coordinates
/// with the windows' numbers among them.
fn folded(overlaps: &[Overlap], names: &[String]) -> (String, Vec<String>) {
    let mut moved = names.to_vec();
    let (mut lines, mut all) = (String::new(), Vec::new());
    for (number, Overlap { axis, count, stride, dilation, .. }) in overlaps.iter().enumerate() {
        lines.push_str(&format!(
            "let origin{number} = i{axis} - k{number} * {dilation};\nlet window{number} = origin{number} / {stride};\n"
        ));
        all.push(format!("origin{number} >= 0 && origin{number} % {stride} == 0 && window{number} < {count}"));
        moved[*axis] = format!("at{number}");
    }
    lines.push_str(&format!("let meets = {};\n", all.join(" && ")));
    for number in 0..overlaps.len() {
        lines.push_str(&format!("let at{number} = select(0, window{number}, meets);\n"));
    }
    (lines, moved)
}

/// Lines that combine what the invocations of a point have; the first of them then holds the whole.
fn gathered(lanes: usize, points: usize, along: bool, with: &impl Fn(&str) -> String) -> String {
    let step = if along { 1 } else { points };
    let join = with(&format!("partial[thread + half * {step}u]"));
    format!(
        "partial[thread] = total;
workgroupBarrier();
for (var half = {}u; half > 0u; half /= 2u) {{
if (y < half) {{
total = {join};
partial[thread] = total;
}}
workgroupBarrier();
}}
",
        lanes / 2
    )
}

/// The same for the sum of one point, by subgroups.
fn summed_by_subgroups() -> String {
    format!(
        "total = subgroupAdd(total);
if (member == 0u) {{ partial[thread / size] = total; }}
workgroupBarrier();
if (thread == 0u) {{
for (var i = 1u; i < {THREADS}u / size; i++) {{ total = total + partial[i]; }}
}}
"
    )
}
