//! Helpers shared by the cross-crate tests: few doors, many rows.
//!
//! - [`check_grad`] and [`check_loss`]: gradients against finite differences.
//! - [`evaluate`]: the numbers of a function of tensors.
//! - [`check_fusion`]: a fused program against one in which every value has a kernel and memory of its own.
//! - [`check_parity`]: an executor against the reference evaluator; [`CHECKS`], what every executor is put through.
//! - [`check_training`]: the first training steps of every model, on two executors.
//! - [`check_picture`]: what can be drawn.
//! - [`random_module`]: what nobody thought of.
//! - [`check_text`]: what a stage prints against a file.
//! - [`cases`]: a row for every operation and every composed function; what walks over them covers the language.

pub mod cases;
mod evaluate;
mod executors;
mod fusion;
mod gradient;
mod limits;
pub mod networks;
pub mod numbers;
mod parity;
mod pictures;
mod random_module;
mod snapshot;
mod training;

pub use cases::{Case, cases};
pub use evaluate::evaluate;
pub use executors::{CHECKS, Check};
pub use fusion::{check_fusion, check_memory};
pub use gradient::{check_grad, check_loss};
pub use parity::check_parity;
pub use pictures::check_picture;
pub use random_module::random_module;
pub use snapshot::check_text;
pub use training::{check_training, small_recipes, smallest_recipes};
