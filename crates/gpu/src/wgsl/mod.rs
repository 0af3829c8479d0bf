//! Kernels as WGSL text: a pure function from a kernel and the places of its buffers to the shaders that run it.
//!
//! Every shader sees the whole arena as one storage buffer; where a buffer lies is a constant in its text. What changes from run to
//! run (the seed and the step) comes in a small uniform.

mod expression;
mod fold;
mod index;
mod library;
mod pointwise;
mod product;
mod reduce;
mod side_by_side;
mod table;

use daydream_graph::kernel::{Affine, Body, Kernel, Scalar};
use daydream_graph::{Buffer, BufferId, Module, Program};

pub use product::{Product, Tile};
pub(crate) use table::gather;

use expression::View;

/// What the workgroups of a dispatch do, or some of them where it does several things side by side.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    view: View,
    /// Invocations of a workgroup.
    threads: usize,
    workgroups: [u32; 3],
    /// What it keeps in workgroup memory: name, type and number of elements.
    shared: Vec<(&'static str, &'static str, usize)>,
    uses_subgroups: bool,
    /// Statements, on the workgroup's number `group` and the invocation's `thread`; with subgroups also their `size` and the
    /// `member` in its subgroup.
    body: String,
}

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

/// The dispatches that run a program, in order: kernels that need nothing of each other share one. `spare` is the first number of
/// the arena that no buffer uses; `tile` chooses how a matrix product is cut.
pub fn dispatches(program: &Program, spare: usize, target: &Target, tile: impl Fn(&Product) -> Tile) -> Vec<Shader> {
    side_by_side::dispatches(program, spare, target, |kernel| parts(program, kernel, spare, target, &tile))
}

/// The dispatches that run a single kernel, in order.
pub fn shaders(
    program: &Program,
    kernel: &Kernel,
    spare: usize,
    target: &Target,
    tile: impl Fn(&Product) -> Tile,
) -> Vec<Shader> {
    let parts = parts(program, kernel, spare, target, &tile);
    parts.into_iter().map(|part| side_by_side::shader(&[part], target)).collect()
}

fn parts(
    program: &Program,
    kernel: &Kernel,
    spare: usize,
    target: &Target,
    tile: &impl Fn(&Product) -> Tile,
) -> Vec<Part> {
    let places = Places { buffers: &program.buffers, spare };
    if kernel.points() == 0 {
        return vec![];
    }
    match (&kernel.body, Product::of(kernel)) {
        (Body::None | Body::Gather { .. }, _) => vec![pointwise::part(kernel, &places)],
        (_, Some(chosen)) => {
            let Some([product, sum]) = fold::split(kernel, BufferId(program.buffers.len())) else {
                return vec![product::part(kernel, &places, tile(&chosen))];
            };
            let mut buffers = program.buffers.clone();
            buffers.push(Buffer { offset: spare, len: product.points() });
            let wider = Places { buffers: &buffers, spare: spare + product.points() };
            let mut parts = vec![product::part(&product, &wider, tile(&chosen))];
            parts.extend(reduce::parts(&sum, &wider, target));
            parts
        }
        _ => reduce::parts(kernel, &places, target),
    }
}

/// The most numbers that any kernel of a module needs beyond the module's arena.
pub fn spare(module: &Module) -> usize {
    let kernels = module.programs.iter().flat_map(|program| &program.kernels);
    let needed = kernels.filter(|kernel| kernel.points() > 0).map(|kernel| match Product::of(kernel) {
        Some(_) => fold::split(kernel, BufferId(0)).map_or(0, |[product, sum]| product.points() + reduce::spare(&sum)),
        None => reduce::spare(kernel),
    });
    needed.max().unwrap_or(0)
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
