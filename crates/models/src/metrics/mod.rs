//! What several models are measured with.

mod log_mean_exp;
mod moments;

pub use log_mean_exp::LogMeanExp;
pub use moments::{principal_axes, variances};
