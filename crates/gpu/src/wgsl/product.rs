//! Matrix products with an epilogue, as WGSL.
//!
//! A workgroup computes a tile of the result. Step by step along the depth it brings a slab of each factor to workgroup memory, both
//! turned so that four neighbours along the tile's edge are one vector, whatever way the factor lies in the arena; each
//! invocation keeps a small block of the result in registers (four or eight rows, four or eight columns). Then the epilogue runs on the
//! registers: bias, activation, optimizer and all.

use daydream_graph::kernel::{Access, Body, Kernel};

use super::expression::{View, Writer};
use super::index::{Point, coordinates, names};
use super::library::Lanes;
use super::{Places, Shader, finish};

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
        let Body::MatMul { a, b, depth } = &kernel.body else { return None };
        let (batch, edges) = kernel.domain.split_at(kernel.domain.len() - 2);
        let (rows, columns) = (edges[0], edges[1]);
        if rows < THIN || columns < THIN || *depth == 0 {
            return None;
        }
        let rank = kernel.domain.len();
        let lie = |access: &Access, edge: usize| {
            let strides = &access.index.strides;
            match (strides[edge], strides[rank]) {
                (1, _) => Lie::Edge,
                (_, 1) => Lie::Depth,
                _ => Lie::Scattered,
            }
        };
        let (left, right) = (lie(a, rank - 2), lie(b, rank - 1));
        Some(Product { batch: batch.iter().product(), rows, columns, depth: *depth, left, right })
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
    /// Number of the edge's dimension, and its name in the shader.
    edge: usize,
    /// Length of the edge in the whole product, and in the tile.
    extent: usize,
    tile: usize,
    /// The first coordinate of the tile along the edge.
    first: &'static str,
}

/// The shader of a product that [`Product::of`] accepts.
pub(super) fn shader(kernel: &Kernel, places: &Places<'_>, tile: Tile) -> Shader {
    let (Body::MatMul { a, b, depth }, Some(product)) = (&kernel.body, Product::of(kernel)) else {
        unreachable!("only products are cut into tiles");
    };
    let rank = kernel.domain.len();
    let (rows, columns, depth) = (product.rows, product.columns, *depth);
    let whole_quads = columns.is_multiple_of(4)
        && kernel.stores.iter().all(|store| places.buffers[store.target.0].offset.is_multiple_of(4));
    let (view, lanes) = if whole_quads { (View::Quads, Lanes::Four) } else { (View::Numbers, Lanes::One) };
    let writer = Writer { buffers: places.buffers, view, lanes };

    let mut axes = names('i', rank - 2);
    let batch = coordinates("group.z", &kernel.domain[..rank - 2], &axes, |_| true);
    axes.extend(["m", "n", "k"].map(str::to_owned));
    let left = Slab { name: "left", access: a, edge: rank - 2, extent: rows, tile: tile.rows(), first: "first_row" };
    let right =
        Slab { name: "right", access: b, edge: rank - 1, extent: columns, tile: tile.columns(), first: "first_column" };

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
        text.push_str(&fill(factor, &writer, &axes, depth, tile));
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
    let number = match rank {
        2 => format!("u32(m * {columns} + n)"),
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
    text.push_str(&writer.scalars(&kernel.scalars, 's', Point(&axes[..rank]), &kernel.domain, body));
    for store in &kernel.stores {
        text.push_str(&writer.store(store.target.0, &number, &format!("s{}", store.value.0)));
    }
    text.push_str(close);
    text.push_str("}\n}\n");

    let head = format!(
        "var<workgroup> left: array<vec4f, {}>;\nvar<workgroup> right: array<vec4f, {}>;\n",
        slab * tile.rows() / 4,
        slab * tile.columns() / 4
    );
    let main = format!(
        "@compute @workgroup_size({})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {{
{text}}}
",
        tile.threads()
    );
    Shader { text: finish(view, &head, &main), workgroups: product.workgroups(&tile).map(|count| count as u32) }
}

/// Lines that bring a slab of a factor to workgroup memory: vector `(k, e)` holds four neighbours along the edge at depth `k`.
/// What lies outside of the product is 0.
fn fill(factor: &Slab<'_>, writer: &Writer<'_>, axes: &[String], depth: usize, tile: Tile) -> String {
    let Slab { name, access, edge, extent, tile: length, first } = *factor;
    let rank = axes.len() - 1;
    let quads = length / 4;
    let strides = &access.index.strides;
    let start = writer.buffers[access.buffer.0].offset as isize + access.index.offset;
    let aligned_but = |free: usize| {
        writer.view == View::Quads
            && start % 4 == 0
            && strides.iter().enumerate().all(|(axis, stride)| axis == free || stride % 4 == 0)
    };
    let index = |edge_name: &str, depth_name: &str| {
        let mut names = axes.to_vec();
        names[edge] = edge_name.to_owned();
        names[rank] = depth_name.to_owned();
        Point(&names).index(&access.index, writer.buffers[access.buffer.0].offset as isize)
    };
    // An element, or a quad, or zeros where `holds` does not.
    let quad = |index: &str, holds: &str| format!("select(vec4f(), arena[select(0, {index}, {holds}) >> 2u], {holds})");
    let one = |index: &str, holds: &str| {
        format!("select(0.0, {}, {holds})", writer.element(&format!("select(0, {index}, {holds})")))
    };

    let (units, lines) = if strides[edge] == 1 && aligned_but(edge) && extent.is_multiple_of(4) {
        let holds = format!("at < {extent} && k < {depth}");
        let lines = format!(
            "let e = unit % {quads}u;\nlet d = unit / {quads}u;\nlet at = {first} + i32(e) * 4;\nlet k = start + i32(d);\n\
             {name}[unit] = {};\n",
            quad(&index("at", "k"), &holds)
        );
        (tile.slab * quads, lines)
    } else if strides[rank] == 1 && aligned_but(rank) && depth.is_multiple_of(4) {
        let slabs = tile.slab / 4;
        let mut lines = format!(
            "let q = unit % {slabs}u;\nlet e = unit / {slabs}u;\nlet at = {first} + i32(e) * 4;\nlet k = start + i32(q) * 4;\n"
        );
        for row in 0..4 {
            let holds = format!("at + {row} < {extent} && k < {depth}");
            lines.push_str(&format!("let v{row} = {};\n", quad(&index(&format!("(at + {row})"), "k"), &holds)));
        }
        for (column, part) in ["x", "y", "z", "w"].into_iter().enumerate() {
            lines.push_str(&format!(
                "{name}[(q * 4u + {column}u) * {quads}u + e] = vec4f(v0.{part}, v1.{part}, v2.{part}, v3.{part});\n"
            ));
        }
        (slabs * quads, lines)
    } else {
        // Neighbouring invocations read neighbouring numbers, whichever way these lie.
        let (e, d) = if strides[rank] == 1 {
            (format!("unit / {}u", tile.slab), format!("unit % {}u", tile.slab))
        } else {
            (format!("unit % {quads}u"), format!("unit / {quads}u"))
        };
        let mut lines =
            format!("let e = {e};\nlet d = {d};\nlet at = {first} + i32(e) * 4;\nlet k = start + i32(d);\n");
        for row in 0..4 {
            let holds = format!("at + {row} < {extent} && k < {depth}");
            lines.push_str(&format!("let v{row} = {};\n", one(&index(&format!("(at + {row})"), "k"), &holds)));
        }
        lines.push_str(&format!("{name}[d * {quads}u + e] = vec4f(v0, v1, v2, v3);\n"));
        (tile.slab * quads, lines)
    };
    format!("for (var unit = thread; unit < {units}u; unit += {}u) {{\n{lines}}}\n", tile.threads())
}
