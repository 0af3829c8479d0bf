//! The energy itself: a network that returns one number for a row.

use daydream_graph::{Convolution, Graph, Tensor, grad};

use crate::data::{Kind, RowShape};
use crate::layers::{Dense, Mlp};

/// Standard deviation of the Gaussian that the density of points is a tilt of. The data lies within ±2.2.
pub const BASE: f32 = 1.5;
/// What the network of points multiplies its input by: edges of the data are a tenth of a unit wide.
const ZOOM: f32 = 4.0;
/// Nats for each unit that the network of images returns: a digit and noise are hundreds of nats apart.
pub const SCALE: f32 = 500.0;
/// How far pixels may stray beyond black and white: the deviation of the walls there.
const WALL: f32 = 0.05;
/// Taps of a convolution in both directions. It moves by two pixels and halves the image.
const TAPS: usize = 4;
const HALVING: Convolution = Convolution { stride: 2, padding: 1, dilation: 1 };
/// At most so many convolutions, the last of which sees 22 pixels in both directions.
const MOST_HALVINGS: usize = 3;
/// Sides below this are halved no further.
const SMALLEST: usize = 4;

/// A convolution that halves an image.
struct Halving<'g> {
    /// `[4, 4, C, O]`
    weights: Tensor<'g>,
    /// `[O]`
    bias: Tensor<'g>,
}

/// `F(y)`, in nats where the temperature is 1.
///
/// Points: `F(y) = f(y) + ‖y‖² / 2s²` with a multilayer perceptron `f`, so that `exp(-F)` is a Gaussian tilted by `exp(-f)` and falls off
/// far from the data whatever `f` does between. Images: halving convolutions, then dense layers, of the pixels moved to the nearest of
/// `[0, 1]`, and a wall `‖overshoot‖² / 2w²` beyond, so that chains need no end of the world. All units are `x σ(x)`, for a chain follows the
/// slope of the energy, and learning the slope of that.
pub struct Network<'g> {
    kind: Kind,
    shape: RowShape,
    convolutions: Vec<Halving<'g>>,
    head: Mlp<'g>,
}

impl<'g> Network<'g> {
    /// A network for rows of this shape. Points: `layers` hidden dense layers of so many units. Images: convolutions, the first with a quarter as
    /// many channels, the others with half as many, then one dense layer of so many units.
    pub fn new(g: &'g Graph, kind: Kind, shape: RowShape, units: usize, layers: usize) -> Network<'g> {
        if kind == Kind::Points {
            let widths = [vec![shape.len()], vec![units; layers], vec![1]].concat();
            let head = Mlp::new(g, "energy", &widths, |x| x.silu());
            return Network { kind, shape, convolutions: vec![], head };
        }
        let RowShape { mut height, width: mut columns, mut channels } = shape;
        let (fewer, more) = (units.div_ceil(4), units.div_ceil(2));
        let mut convolutions = vec![];
        while convolutions.len() < MOST_HALVINGS && height.min(columns) >= SMALLEST {
            let to = if convolutions.is_empty() { fewer } else { more };
            let name = format!("energy.convolution.{}", convolutions.len());
            let taps = [TAPS, TAPS, channels, to];
            convolutions.push(Halving {
                weights: g.param(&format!("{name}.weight"), g.he(taps)),
                bias: g.param(&format!("{name}.bias"), g.constant(0.0, [to])),
            });
            (height, columns, channels) = (height / 2, columns / 2, to);
        }
        let head = Mlp::new(g, "energy", &[height * columns * channels, units, 1], |x| x.silu());
        Network { kind, shape, convolutions, head }
    }

    /// `F(y)`: `[B, D] -> [B]`.
    #[track_caller]
    pub fn energy(&self, y: Tensor<'g>) -> Tensor<'g> {
        let rows = y.extent(0);
        match self.kind {
            Kind::Points => self.head.apply(ZOOM * y).reshape([rows]) + y.square().sum(&[1]) / (2.0 * BASE * BASE),
            Kind::Images | Kind::Ratings => {
                let RowShape { height, width, channels } = self.shape;
                let inside = self.inside(y);
                let wall = (y - inside).square().sum(&[1]) / (2.0 * WALL * WALL);
                let image = (2.0 * inside - 1.0).reshape([rows, height, width, channels]); // [B, H, W, C]
                let halved = self.convolutions.iter().fold(image, |x, layer| {
                    (x.conv2d(layer.weights, HALVING) + layer.bias).silu() //           [B, H/2, W/2, O]
                });
                let features = halved.numel() / rows;
                SCALE * self.head.apply(halved.reshape([rows, features])).reshape([rows]) + wall
            }
        }
    }

    /// `∇F(y)`: `[B, D] -> [B, D]`.
    #[track_caller]
    pub fn slope(&self, y: Tensor<'g>) -> Tensor<'g> {
        grad(self.energy(y).sum_all(), &[y])[0]
    }

    /// Nats in a unit of what is kept small by the regulariser.
    pub fn unit(&self) -> f32 {
        match self.kind {
            Kind::Points => 1.0,
            Kind::Images | Kind::Ratings => SCALE,
        }
    }

    /// Where chains begin: the Gaussian of points, or pixels anywhere between black and white. `[rows, D]`.
    pub fn noise(&self, g: &'g Graph, rows: usize) -> Tensor<'g> {
        let shape = [rows, self.shape.len()];
        match self.kind {
            Kind::Points => BASE * g.normal(shape),
            Kind::Images | Kind::Ratings => g.uniform(shape),
        }
    }

    /// `-log q(y)` of that distribution, up to a constant: `[B, D] -> [B]`.
    pub fn noise_energy(&self, y: Tensor<'g>) -> Tensor<'g> {
        match self.kind {
            Kind::Points => y.square().sum(&[1]) / (2.0 * BASE * BASE),
            Kind::Images | Kind::Ratings => y.graph().constant(0.0, [y.extent(0)]),
        }
    }

    /// Pixels between black and white; points may be anywhere.
    pub fn inside(&self, y: Tensor<'g>) -> Tensor<'g> {
        match self.kind {
            Kind::Points => y,
            Kind::Images | Kind::Ratings => y.clamp(0.0, 1.0),
        }
    }

    /// Its parameters, for the optimizer.
    pub fn params(&self) -> Vec<Tensor<'g>> {
        let halvings = self.convolutions.iter().flat_map(|layer| [layer.weights, layer.bias]);
        halvings.chain(self.head.layers.iter().flat_map(Dense::params)).collect()
    }
}
