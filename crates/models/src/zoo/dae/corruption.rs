//! Kinds of corruption, as parts of a graph.

use daydream_graph::Tensor;

use crate::data::{Dataset, Kind, REACH, RowShape};

/// Patches along a side of an image.
const PATCHES: usize = 4;

/// What is done to a row: the options of the knob `corruption`, in its order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Corruption {
    /// `ỹ = y + σ ε`
    Gaussian,
    /// Some numbers become the smallest or the largest that there is, either as likely.
    SaltAndPepper,
    /// Some numbers become 0.
    Mask,
    /// Some patches of the image become 0; of a point, some coordinates.
    Patches,
}

/// Rows and what became of them.
#[derive(Clone, Copy)]
pub(super) struct Corrupted<'g> {
    /// `ỹ`: `[B, D]`
    pub(super) rows: Tensor<'g>,
    /// 1 where a number was hit, else 0: `[B, D]`.
    pub(super) hit: Tensor<'g>,
}

impl Corruption {
    pub(super) const ALL: [Corruption; 4] =
        [Corruption::Gaussian, Corruption::SaltAndPepper, Corruption::Mask, Corruption::Patches];

    /// Whether numbers are taken away rather than changed, so that it is known which they are.
    pub(super) fn is_mask(self) -> bool {
        matches!(self, Corruption::Mask | Corruption::Patches)
    }

    /// Corrupts rows at a level: the standard deviation of the noise, or the share of what is hit. `[B, D], [] -> [B, D]`
    pub(super) fn of<'g>(self, y: Tensor<'g>, level: Tensor<'g>, data: &Dataset) -> Corrupted<'g> {
        let g = y.graph();
        let shape = y.shape();
        let some = |shape: &[usize]| g.uniform(shape).less(level.broadcast_to(shape));
        match self {
            Corruption::Gaussian => Corrupted { rows: y + level * g.normal(shape), hit: y.constant_like(1.0) },
            Corruption::SaltAndPepper => {
                let [low, high] = if data.kind == Kind::Points { [-REACH, REACH] } else { [0.0, 1.0] };
                let hit = some(&shape);
                let extreme = low + (high - low) * y.constant_like(0.5).bernoulli();
                Corrupted { rows: hit.select(extreme, y), hit }
            }
            Corruption::Mask => {
                let hit = some(&shape);
                Corrupted { rows: y * (1.0 - hit), hit }
            }
            Corruption::Patches => {
                let [down, along] = patches(data.shape);
                let hit = some(&[down * along, shape[0]]); // [patches, B]
                let hit = hit.gather(patch_of_each(g.iota(0, [shape[1]]), data.shape)).t(); // [B, D]
                Corrupted { rows: y * (1.0 - hit), hit }
            }
        }
    }
}

/// Patches from top to bottom and from left to right.
fn patches(shape: RowShape) -> [usize; 2] {
    [shape.height.min(PATCHES), shape.width.min(PATCHES)]
}

/// The patch in which each number of a row lies: `[D] -> [D]`.
fn patch_of_each(number: Tensor<'_>, shape: RowShape) -> Tensor<'_> {
    let [down, along] = patches(shape).map(|count| count as f32);
    let [height, width, channels] = [shape.height, shape.width, shape.channels].map(|size| size as f32);
    // Halves keep whole quotients off the edges at which rounding could take them either way.
    let y = ((number + 0.5) / (width * channels)).floor();
    let x = ((number - width * channels * y + 0.5) / channels).floor();
    along * ((y + 0.5) * down / height).floor() + ((x + 0.5) * along / width).floor()
}
