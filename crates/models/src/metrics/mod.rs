//! What several models are measured with.

pub mod annealed_importance_sampling;
pub mod coverage;
mod effective_sample_size;
pub mod enumeration;
pub mod frechet;
pub mod judge;
mod log_mean_exp;
mod moments;
mod pseudo_likelihood;

pub use effective_sample_size::{autocorrelation, effective_sample_size};
pub use log_mean_exp::LogMeanExp;
pub use moments::{ColumnMoments, principal_axes, principal_parts};
pub use pseudo_likelihood::pseudo_likelihood;
