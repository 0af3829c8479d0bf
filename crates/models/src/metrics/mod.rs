//! What several models are measured with.

pub mod annealed_importance_sampling;
pub mod coverage;
pub mod enumeration;
pub mod frechet;
pub mod judge;
mod log_mean_exp;
mod moments;
mod pseudo_likelihood;

pub use log_mean_exp::LogMeanExp;
pub use moments::{ColumnMoments, principal_axes};
pub use pseudo_likelihood::pseudo_likelihood;
