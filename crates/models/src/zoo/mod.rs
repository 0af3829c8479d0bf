//! The models, one file each. A new model is a new file and a line in [`catalogue`].

mod autoencoder;
pub mod boltzmann;
mod codes;
pub mod conditional_ebm;
mod dae;
mod dbn;
pub mod ebm;
pub mod ff;
pub mod gan;
mod gaussian_rbm;
pub mod hopfield;
mod kmeans;
pub mod latent_ebm;
mod low_energy;
mod pca;
mod ratings_rbm;
pub mod rbm;
mod samplers;
mod sparse_coding;
mod vae;

use crate::{Error, ModelSpec, Named};

/// Every model, in the order in which the page and the command line list them.
pub fn catalogue() -> &'static [&'static ModelSpec] {
    static CATALOGUE: &[&ModelSpec] = &[
        &rbm::SPEC,
        &gaussian_rbm::SPEC,
        &ratings_rbm::SPEC,
        &boltzmann::SPEC,
        &hopfield::SPEC,
        &dbn::SPEC,
        &ebm::SPEC,
        &conditional_ebm::SPEC,
        &latent_ebm::SPEC,
        &samplers::SPEC,
        &kmeans::SPEC,
        &sparse_coding::SPEC,
        &dae::SPEC,
        &ff::SPEC,
        &pca::SPEC,
        &autoencoder::SPEC,
        &vae::SPEC,
        &gan::SPEC,
    ];
    CATALOGUE
}

/// The model with this id, or an error that lists the ids that exist.
pub fn find(id: &str) -> Result<&'static ModelSpec, Error> {
    catalogue().iter().copied().find(|spec| spec.id == id).ok_or_else(|| Error::Unknown {
        what: Named::Model,
        name: id.to_owned(),
        known: catalogue().iter().map(|spec| spec.id.to_owned()).collect(),
    })
}
