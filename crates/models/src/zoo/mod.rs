//! The models, one folder each. A new model is a new folder and a line in `MODELS`.

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

use std::hint::black_box;
use std::sync::LazyLock;

use crate::{Error, ModelSpec, Named};

/// What a model declares about itself.
type Spec = fn() -> &'static ModelSpec;

/// The models by their ids, in the order in which the page and the command line list them. What they declare is asked for through pointers that
/// the compiler does not follow: so a page can bring a spec together with its model's code.
static MODELS: [(&str, Spec); 18] = [
    ("rbm", rbm::spec),
    ("gaussian-rbm", gaussian_rbm::spec),
    ("ratings-rbm", ratings_rbm::spec),
    ("boltzmann", boltzmann::spec),
    ("hopfield", hopfield::spec),
    ("dbn", dbn::spec),
    ("ebm", ebm::spec),
    ("conditional-ebm", conditional_ebm::spec),
    ("latent-ebm", latent_ebm::spec),
    ("samplers", samplers::spec),
    ("kmeans", kmeans::spec),
    ("sparse-coding", sparse_coding::spec),
    ("dae", dae::spec),
    ("ff", ff::spec),
    ("pca", pca::spec),
    ("autoencoder", autoencoder::spec),
    ("vae", vae::spec),
    ("gan", gan::spec),
];

/// Every model, in the order in which the page and the command line list them.
pub fn catalogue() -> &'static [&'static ModelSpec] {
    static CATALOGUE: LazyLock<Vec<&'static ModelSpec>> =
        LazyLock::new(|| MODELS.iter().map(|(_, spec)| spec()).collect());
    &CATALOGUE
}

/// The model with this id, or an error that lists the ids that exist.
pub fn find(id: &str) -> Result<&'static ModelSpec, Error> {
    let models = black_box(&MODELS);
    let found = models.iter().find(|(known, _)| *known == id).map(|(_, spec)| spec());
    found.ok_or_else(|| Error::Unknown {
        what: Named::Model,
        name: id.to_owned(),
        known: models.iter().map(|(id, _)| (*id).to_owned()).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_found_by_the_id_that_it_declares() {
        for (id, spec) in MODELS {
            assert_eq!(spec().id, id);
        }
    }
}
