//! What several models are measured with.

pub mod coverage;
pub mod frechet;
pub mod judge;
mod log_mean_exp;
mod moments;

pub use log_mean_exp::LogMeanExp;
pub use moments::{principal_axes, variances};
