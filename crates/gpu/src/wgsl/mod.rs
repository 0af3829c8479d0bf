//! Kernels as WGSL text: a pure function from a kernel and the places of its buffers to the shaders that run it.
//!
//! Every shader sees the whole arena as one storage buffer; where a buffer lies is a constant in its text. What changes from run to
//! run (the seed and the step) comes in a small uniform.

mod expression;
mod index;
mod library;
mod pointwise;
mod product;
mod reduce;
mod table;

use daydream_graph::kernel::{Affine, Body, Kernel, Scalar};
use daydream_graph::{Buffer, Module, Program};

pub use product::{Product, Tile};
pub(crate) use table::gather;

use expression::View;

/// One dispatch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shader {
    /// Its WGSL.
    pub text: String,
    /// How many workgroups.
    pub workgroups: [u32; 3],
}

/// What shaders are written for.
#[derive(Clone, Debug)]
pub struct Target {
    /// What a shader begins with that uses subgroup operations, where the device has them.
    pub subgroups: Option<&'static str>,
    /// Bytes of memory that a workgroup may share.
    pub workgroup_bytes: usize,
    /// Invocations that a workgroup may have.
    pub invocations: usize,
}

/// Where the buffers of a program lie.
pub(crate) struct Places<'a> {
    buffers: &'a [Buffer],
    /// Where room for partial results begins, beyond all buffers.
    spare: usize,
}

/// The dispatches that run a kernel, in order. `spare` is the first number of the arena that no buffer uses; `tile` chooses how
/// a matrix product is cut.
pub fn shaders(
    program: &Program,
    kernel: &Kernel,
    spare: usize,
    target: &Target,
    tile: impl Fn(&Product) -> Tile,
) -> Vec<Shader> {
    let places = Places { buffers: &program.buffers, spare };
    if kernel.points() == 0 {
        return vec![];
    }
    match (&kernel.body, Product::of(kernel)) {
        (Body::None | Body::Gather { .. }, _) => vec![pointwise::shader(kernel, &places)],
        (Body::MatMul { .. }, Some(product)) => vec![product::shader(kernel, &places, tile(&product))],
        _ => reduce::shaders(kernel, &places, target),
    }
}

/// The most numbers that any kernel of a module needs beyond the module's arena.
pub fn spare(module: &Module) -> usize {
    let kernels = module.programs.iter().flat_map(|program| &program.kernels);
    kernels.filter(|kernel| kernel.points() > 0 && Product::of(kernel).is_none()).map(reduce::spare).max().unwrap_or(0)
}

/// Workgroups in a row, or in a rectangle where there are more than one dimension may have.
struct Grid {
    width: usize,
    height: usize,
}

impl Grid {
    /// The limit that every WebGPU device keeps.
    const MOST: usize = 65_535;

    fn of(groups: usize) -> Grid {
        let height = groups.div_ceil(Grid::MOST).max(1);
        Grid { width: groups.div_ceil(height), height }
    }

    /// The number of a workgroup, in the shader.
    fn number(&self) -> String {
        if self.height == 1 { "group.x".to_owned() } else { format!("(group.x + group.y * {}u)", self.width) }
    }

    fn workgroups(&self) -> [u32; 3] {
        [self.width as u32, self.height as u32, 1]
    }
}

/// The bindings and the functions that a shader's text needs, and the text.
fn finish(view: View, head: &str, main: &str) -> String {
    let bindings = format!(
        "struct Run {{ seed: u32, step: u32, infinity: u32, nan: u32 }}
@group(0) @binding(0) var<storage, read_write> arena: {};
@group(0) @binding(1) var<uniform> run: Run;
{head}",
        view.arena()
    );
    format!("{bindings}{}{main}", library::functions(main))
}

/// Which coordinates the text of a kernel's stores (and of a body without inner dimensions) names.
fn needed_axes<'a>(kernel: &'a Kernel, domain: &'a [usize]) -> impl Fn(usize) -> bool + 'a {
    let body = kernel.body.accesses().into_iter().flat_map(|access| {
        std::iter::once(&access.index).chain(access.guards.iter().map(|guard| &guard.index)).collect::<Vec<&Affine>>()
    });
    let stores = kernel.scalars.iter().flat_map(affines);
    let used: Vec<bool> = {
        let all: Vec<&Affine> = body.chain(stores).collect();
        (0..domain.len()).map(|axis| all.iter().any(|affine| affine.strides[axis] != 0)).collect()
    };
    move |axis| used[axis]
}

fn affines(scalar: &Scalar) -> Vec<&Affine> {
    match scalar {
        Scalar::Index(index) | Scalar::Random { element: index, .. } => vec![index],
        Scalar::Load(access) => {
            std::iter::once(&access.index).chain(access.guards.iter().map(|guard| &guard.index)).collect()
        }
        Scalar::Inside(guards) => guards.iter().map(|guard| &guard.index).collect(),
        Scalar::Body | Scalar::Const(_) | Scalar::Unary(..) | Scalar::Binary(..) | Scalar::Select(..) => vec![],
    }
}
