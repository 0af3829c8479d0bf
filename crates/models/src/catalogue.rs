//! Everything that the page and the command line offer.

use serde::Serialize;

use crate::ModelSpec;
use crate::data::{self, DataSpec};
use crate::zoo;

/// `Catalogue` of the page's `protocol.ts`.
#[derive(Serialize)]
pub struct Catalogue {
    /// The models, in the order in which they are listed.
    pub models: &'static [&'static ModelSpec],
    /// The data sets that come with the project.
    pub data: &'static [DataSpec],
}

/// Every model and every data set.
pub fn catalogue() -> Catalogue {
    Catalogue { models: zoo::catalogue(), data: data::catalogue() }
}
