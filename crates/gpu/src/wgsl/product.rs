//! Matrix products with an epilogue, as WGSL.
//!
//! A workgroup computes a tile of the result. Step by step along the depth it brings a slab of each factor to workgroup memory, both
//! turned so that four neighbours along the tile's edge are one vector, whatever way the factor lies in the arena; each
//! invocation keeps a small block of the result in registers (four or eight rows, four or eight columns). Then the epilogue runs on the
//! registers: bias, activation, optimizer and all.

use std::ops::Range;

use daydream_graph::kernel::{Access, Affine, Body, Kernel};
use daydream_graph::{BufferId, numel};

use super::expression::{View, Writer};
use super::index::{Point, coordinates, names};
use super::library::Lanes;
use super::{Part, Places, affines, fold};

/// Edges shorter than this are not worth a tile.
const THIN: usize = 8;

/// A matrix product, as far as its speed depends on it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Product {
    /// Products side by side.
    pub batch: usize,
    /// Rows of the result.
    pub rows: usize,
    /// Columns of the result.
    pub columns: usize,
    /// Numbers summed for each.
    pub depth: usize,
    /// How the left factor lies.
    pub left: Lie,
    /// How the right factor lies.
    pub right: Lie,
}

/// Along which of its dimensions a factor's neighbours in memory lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lie {
    /// Along the result's edge: rows of the left factor, columns of the right.
    Edge,
    /// Along the depth.
    Depth,
    /// Neither.
    Scattered,
}

impl Product {
    /// The product of a kernel, if it is one that tiles suit.
    pub fn of(kernel: &Kernel) -> Option<Product> {
        if let Some([product, _]) = fold::split(kernel, BufferId(0)) {
            return Product::of(&product);
        }
        let Body::MatMul { a, b, depth, .. } = &kernel.body else { return None };
        let Sides { batch, rows, columns } = Sides::of(kernel)?;
        let [batch, rows, columns] = [batch, rows, columns].map(|own| numel(&kernel.domain[own]));
        let (rank, depth) = (kernel.domain.len(), numel(depth));
        if rows < THIN || columns < THIN || depth == 0 {
            return None;
        }
        let lie = |access: &Access, edge: usize| {
            let strides = &access.index.strides;
            match (strides[edge], strides[strides.len() - 1]) {
                (1, _) => Lie::Edge,
                (_, 1) => Lie::Depth,
                _ => Lie::Scattered,
            }
        };
        let (left, right) = (lie(a, Sides::of(kernel)?.rows.end - 1), lie(b, rank - 1));
        Some(Product { batch, rows, columns, depth, left, right })
    }

    /// Multiplications and additions.
    pub fn operations(&self) -> f64 {
        2.0 * self.batch as f64 * self.rows as f64 * self.columns as f64 * self.depth as f64
    }

    /// The tile to use where none has been measured: the largest that still gives a GPU enough workgroups.
    pub fn usual_tile(&self) -> Tile {
        let busy = |tile: &&Tile| self.workgroups(tile).iter().product::<usize>() >= 48;
        *Tile::ALL.iter().find(busy).unwrap_or(&Tile::ALL[Tile::ALL.len() - 1])
    }

    fn workgroups(&self, tile: &Tile) -> [usize; 3] {
        [self.columns.div_ceil(tile.columns()), self.rows.div_ceil(tile.rows()), self.batch]
    }
}

/// Which dimensions of its kernel's domain a product goes through along each side.
struct Sides {
    batch: Range<usize>,
    rows: Range<usize>,
    columns: Range<usize>,
}

impl Sides {
    fn of(kernel: &Kernel) -> Option<Sides> {
        let Body::MatMul { rows, columns, .. } = kernel.body else { return None };
        let rank = kernel.domain.len();
        let first_column = rank - columns;
        let first_row = first_column - rows;
        Some(Sides { batch: 0..first_row, rows: first_row..first_column, columns: first_column..rank })
    }
}

/// How a product is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tile {
    /// Invocations of a workgroup along the columns.
    pub across: usize,
    /// Invocations of a workgroup along the rows.
    pub down: usize,
    /// Rows of one invocation: 4 or 8.
    pub tall: usize,
    /// Columns of one invocation: 4 or 8.
    pub wide: usize,
    /// Depth of a slab, a multiple of 4.
    pub slab: usize,
}

impl Tile {
    /// All that are tried, largest first.
    pub const ALL: [Tile; 5] = [
        Tile { across: 16, down: 16, tall: 8, wide: 8, slab: 16 },
        Tile { across: 16, down: 8, tall: 8, wide: 8, slab: 16 },
        Tile { across: 16, down: 16, tall: 4, wide: 4, slab: 16 },
        Tile { across: 8, down: 8, tall: 8, wide: 4, slab: 16 },
        Tile { across: 8, down: 8, tall: 4, wide: 4, slab: 32 },
    ];

    /// Rows of the tile.
    pub fn rows(&self) -> usize {
        self.down * self.tall
    }

    /// Columns of the tile.
    pub fn columns(&self) -> usize {
        self.across * self.wide
    }

    /// Invocations of its workgroup.
    pub fn threads(&self) -> usize {
        self.across * self.down
    }

    /// Bytes that its workgroup shares.
    pub fn bytes(&self) -> usize {
        4 * self.slab * (self.rows() + self.columns())
    }
}

/// One factor, as a workgroup brings it to its memory.
struct Slab<'a> {
    name: &'static str,
    access: &'a Access,
    /// The dimensions along the edge.
    edge: Range<usize>,
    /// Length of the edge in the whole product, and in the tile.
    extent: usize,
    tile: usize,
    /// The first coordinate of the tile along the edge.
    first: &'static str,
}

/// The shader of a product that [`Product::of`] accepts.
pub(super) fn part(kernel: &Kernel, places: &Places<'_>, tile: Tile) -> Part {
    let (Body::MatMul { a, b, depth: inner, .. }, Some(product), Some(sides)) =
        (&kernel.body, Product::of(kernel), Sides::of(kernel))
    else {
        unreachable!("only products are cut into tiles");
    };
    let rank = kernel.domain.len();
    let Product { rows, columns, depth, .. } = product;
    let whole_quads = kernel.domain[rank - 1].is_multiple_of(4)
        && kernel.stores.iter().all(|store| places.buffers[store.target.0].offset.is_multiple_of(4));
    let (view, lanes) = if whole_quads { (View::Quads, Lanes::Four) } else { (View::Numbers, Lanes::One) };
    let writer = Writer { buffers: places.buffers, view, lanes };

    let named = |letter: char, count: usize| if count == 1 { vec![letter.to_string()] } else { names(letter, count) };
    let mut axes = names('i', sides.batch.len());
    let batch = coordinates("group.z", &kernel.domain[sides.batch.clone()], &axes, |_| true);
    axes.extend([named('m', sides.rows.len()), named('n', sides.columns.len()), named('k', inner.len())].concat());
    let extents = [&kernel.domain[..], inner].concat();
    let left =
        Slab { name: "left", access: a, edge: sides.rows.clone(), extent: rows, tile: tile.rows(), first: "first_row" };
    let right = Slab {
        name: "right",
        access: b,
        edge: sides.columns.clone(),
        extent: columns,
        tile: tile.columns(),
        first: "first_column",
    };

    let Tile { across, down, tall, wide, slab } = tile;
    let mut text = batch;
    text.push_str(&format!(
        "let first_row = i32(group.y) * {};\nlet first_column = i32(group.x) * {};\nlet x = thread % {across}u;\nlet y = thread / {across}u;\n",
        tile.rows(),
        tile.columns()
    ));
    let sums: Vec<String> =
        (0..tall).flat_map(|row| (0..wide / 4).map(move |quad| format!("sum{row}_{quad}"))).collect();
    for sum in &sums {
        text.push_str(&format!("var {sum} = vec4f();\n"));
    }
    text.push_str(&format!("for (var start = 0; start < {depth}; start += {slab}) {{\n"));
    for factor in [&left, &right] {
        text.push_str(&fill(factor, &writer, &axes, &extents, rank, tile));
    }
    text.push_str(&format!("workgroupBarrier();\nfor (var d = 0u; d < {slab}u; d++) {{\n"));
    for part in 0..tall / 4 {
        text.push_str(&format!("let l{part} = left[d * {}u + {}u + y];\n", tile.rows() / 4, part * down));
    }
    for part in 0..wide / 4 {
        text.push_str(&format!("let r{part} = right[d * {}u + {}u + x];\n", tile.columns() / 4, part * across));
    }
    for row in 0..tall {
        for quad in 0..wide / 4 {
            let component = ["x", "y", "z", "w"][row % 4];
            text.push_str(&format!("sum{row}_{quad} += l{}.{component} * r{quad};\n", row / 4));
        }
    }
    text.push_str("}\nworkgroupBarrier();\n}\n");

    text.push_str(&format!(
        "var sums = array<vec4f, {}>({});
for (var e = 0; e < {}; e++) {{
let row = e / {quads};
let m = first_row + (row / 4) * {} + i32(y) * 4 + row % 4;
let origin = first_column + (e % {quads}) * {} + i32(x) * 4;
if (m < {rows} && origin < {columns}) {{
let quad = sums[e];
",
        sums.len(),
        sums.join(", "),
        sums.len(),
        down * 4,
        across * 4,
        quads = wide / 4,
    ));
    let number = match sides.batch.len() {
        0 => format!("u32(m * {columns} + n)"),
        _ => format!("(group.z * {}u + u32(m * {columns} + n))", rows * columns),
    };
    let (open, body, close) = match lanes {
        Lanes::Four => ("let n = origin;\n".to_owned(), "quad", ""),
        Lanes::One => (
            format!("for (var c = 0; c < 4; c++) {{\nlet n = origin + c;\nif (n < {columns}) {{\n"),
            "quad[c]",
            "}\n}\n",
        ),
    };
    text.push_str(&open);
    let stored: Vec<&Affine> = kernel.scalars.iter().flat_map(affines).collect();
    for (letter, side) in [('m', &sides.rows), ('n', &sides.columns)] {
        if side.len() > 1 {
            let number = format!("u32({letter})");
            let needed = |axis: usize| stored.iter().any(|affine| affine.strides[side.start + axis] != 0);
            text.push_str(&coordinates(&number, &kernel.domain[side.clone()], &axes[side.clone()], needed));
        }
    }
    text.push_str(&writer.scalars(&kernel.scalars, 's', Point(&axes[..rank]), &kernel.domain, body));
    for store in &kernel.stores {
        text.push_str(&writer.store(store.target.0, &number, &format!("s{}", store.value.0)));
    }
    text.push_str(close);
    text.push_str("}\n}\n");

    Part {
        view,
        threads: tile.threads(),
        workgroups: product.workgroups(&tile).map(|count| count as u32),
        shared: vec![("left", "vec4f", slab * tile.rows() / 4), ("right", "vec4f", slab * tile.columns() / 4)],
        uses_subgroups: false,
        body: text,
    }
}

/// Makes one dimension of several that an access walks through as one: the others have extent 1 then.
fn join(access: &mut Access, extents: &mut [usize], side: Range<usize>) {
    let Some(last) = side.clone().last() else { return };
    let runs_on = |affine: &Affine| {
        side.clone().all(|axis| {
            let inner = numel(&extents[axis + 1..side.end]) as isize;
            extents[axis] == 1 || affine.strides[axis] == affine.strides[last] * inner
        })
    };
    if runs_on(&access.index) && access.guards.iter().all(|guard| runs_on(&guard.index)) {
        let guards = access.guards.iter_mut().map(|guard| &mut guard.index);
        guards.chain([&mut access.index]).for_each(|affine| affine.strides[side.start..last].fill(0));
        extents[last] = numel(&extents[side.clone()]);
        extents[side.start..last].fill(1);
    }
}

/// Lines that bring a slab of a factor to workgroup memory: vector `(k, e)` holds four neighbours along the edge at depth `k`.
/// What lies outside of the product is 0. The depth is the dimensions from `rank` on.
fn fill(factor: &Slab<'_>, writer: &Writer<'_>, axes: &[String], extents: &[usize], rank: usize, tile: Tile) -> String {
    let Slab { name, access, edge, extent, tile: length, first } = factor;
    let (quads, depth) = (length / 4, numel(&extents[rank..]));
    let (mut access, mut extents) = ((*access).clone(), extents.to_vec());
    for side in [edge.clone(), rank..axes.len()] {
        join(&mut access, &mut extents, side);
    }
    let strides = &access.index.strides;
    let place = writer.buffers[access.buffer.0].offset as isize;
    let (last_of_edge, last_of_depth) = (edge.end - 1, axes.len() - 1);
    // Whether four neighbours along a dimension, the first at a multiple of four, are one quad of the arena, or all outside.
    let in_quads = |dimension: usize| {
        writer.view == View::Quads
            && strides[dimension] == 1
            && extents[dimension].is_multiple_of(4)
            && (place + access.index.offset) % 4 == 0
            && strides.iter().enumerate().all(|(axis, stride)| axis == dimension || stride % 4 == 0)
            && access.guards.iter().all(|guard| guard.index.strides[dimension] == 0)
    };
    // Lines that name the coordinates of an element, its place in the arena, and where it is to be read at all.
    let element = |number: usize, at: &str, k: &str, holds: String| {
        let mut names = axes.to_vec();
        let mut lines = String::new();
        for (side, value) in [(edge.clone(), at), (rank..axes.len(), k)] {
            if extents[side.start..side.end - 1].iter().all(|&outer| outer == 1) {
                names[side.end - 1] = value.to_owned();
                continue;
            }
            side.clone().for_each(|axis| names[axis].push_str(&format!("_{number}")));
            lines.push_str(&coordinates(&format!("u32({value})"), &extents[side.clone()], &names[side], |_| true));
        }
        let point = Point(&names);
        let holds = point.guards(&access.guards, 0).into_iter().fold(holds, |all, own| format!("{all} && {own}"));
        (lines, point.index(&access.index, place), holds)
    };
    let quad = |(lines, index, holds): (String, String, String)| {
        (lines, format!("select(vec4f(), arena[select(0, {index}, {holds}) >> 2u], {holds})"))
    };
    let one = |(lines, index, holds): (String, String, String)| {
        (lines, format!("select(0.0, {}, {holds})", writer.element(&format!("select(0, {index}, {holds})"))))
    };

    let (units, lines) = if in_quads(last_of_edge) {
        let (names, value) = quad(element(0, "at", "k", format!("at < {extent} && k < {depth}")));
        let lines = format!(
            "let e = unit % {quads}u;\nlet d = unit / {quads}u;\nlet at = {first} + i32(e) * 4;\nlet k = start + i32(d);\n\
             {names}{name}[unit] = {value};\n"
        );
        (tile.slab * quads, lines)
    } else if in_quads(last_of_depth) {
        let slabs = tile.slab / 4;
        let mut lines = format!(
            "let q = unit % {slabs}u;\nlet e = unit / {slabs}u;\nlet at = {first} + i32(e) * 4;\nlet k = start + i32(q) * 4;\n"
        );
        for row in 0..4 {
            let holds = format!("at + {row} < {extent} && k < {depth}");
            let (names, value) = quad(element(row, &format!("(at + {row})"), "k", holds));
            lines.push_str(&format!("{names}let v{row} = {value};\n"));
        }
        for (column, part) in ["x", "y", "z", "w"].into_iter().enumerate() {
            lines.push_str(&format!(
                "{name}[(q * 4u + {column}u) * {quads}u + e] = vec4f(v0.{part}, v1.{part}, v2.{part}, v3.{part});\n"
            ));
        }
        (slabs * quads, lines)
    } else {
        // Neighbouring invocations read neighbouring numbers, whichever way these lie.
        let (e, d) = if strides[last_of_depth] == 1 {
            (format!("unit / {}u", tile.slab), format!("unit % {}u", tile.slab))
        } else {
            (format!("unit % {quads}u"), format!("unit / {quads}u"))
        };
        let mut lines =
            format!("let e = {e};\nlet d = {d};\nlet at = {first} + i32(e) * 4;\nlet k = start + i32(d);\n");
        for row in 0..4 {
            let holds = format!("at + {row} < {extent} && k < {depth}");
            let (names, value) = one(element(row, &format!("(at + {row})"), "k", holds));
            lines.push_str(&format!("{names}let v{row} = {value};\n"));
        }
        lines.push_str(&format!("{name}[d * {quads}u + e] = vec4f(v0, v1, v2, v3);\n"));
        (tile.slab * quads, lines)
    };
    format!("for (var unit = thread; unit < {units}u; unit += {}u) {{\n{lines}}}\n", tile.threads())
}
