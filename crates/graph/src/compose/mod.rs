//! Composed functions, each with its formula. They cost nothing that their parts would not: fusion sees only the parts.
//!
//! Letters in shapes: B examples, T and S steps in time, D and E features, H units or height, W width, C and O channels.

mod activation;
mod arrangement;
mod attention;
mod convolution;
mod distribution;
mod initial;
mod normalisation;
mod recurrent;
mod reduction;

pub use convolution::Convolution;
pub use recurrent::RecurrentWeights;
