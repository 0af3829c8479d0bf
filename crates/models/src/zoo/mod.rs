//! The models, one file each. A new model is a new file and a line in [`catalogue`].

pub mod boltzmann;
mod dbn;
pub mod ff;
pub mod gan;
mod gaussian_rbm;
mod ratings_rbm;
pub mod rbm;
mod vae;

use crate::{Error, ModelSpec, Named};

/// Every model, in the order in which the page and the command line list them.
pub fn catalogue() -> &'static [&'static ModelSpec] {
    static CATALOGUE: [&ModelSpec; 8] = [
        &rbm::SPEC,
        &ratings_rbm::SPEC,
        &boltzmann::SPEC,
        &gaussian_rbm::SPEC,
        &dbn::SPEC,
        &ff::SPEC,
        &vae::SPEC,
        &gan::SPEC,
    ];
    &CATALOGUE
}

/// The model with this id, or an error that lists the ids that exist.
pub fn find(id: &str) -> Result<&'static ModelSpec, Error> {
    catalogue().iter().copied().find(|spec| spec.id == id).ok_or_else(|| Error::Unknown {
        what: Named::Model,
        name: id.to_owned(),
        known: catalogue().iter().map(|spec| spec.id.to_owned()).collect(),
    })
}
