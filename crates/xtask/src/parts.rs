//! Which code of the page's module stays away until the page needs it, and in which part.

use crate::process::root;
use anyhow::{Context, Result};
use std::fs;

/// Parts besides models, each with words in the names of its functions: what reads and writes checkpoints,
/// what reads files that a visitor brings, and what computes on the GPU.
const OTHERS: [(&str, &[&str]); 3] = [
    ("checkpoint", &["daydream_models::checkpoint::", "safetensors::", "serde_json::"]),
    ("files", &["daydream_web::read", "daydream_models::data::csv::", "daydream_models::data::idx::"]),
    ("gpu", &["daydream_gpu::", "wgpu"]),
];

/// Says to which part a function belongs, by its symbol: to the one model that is spoken of, whose name the part has, or to one of the others.
///
/// # Errors
/// Where the models cannot be listed.
pub(crate) fn of_function() -> Result<impl Fn(&str) -> Option<String>> {
    let zoo = root().join("crates/models/src/zoo");
    let entries = fs::read_dir(&zoo).with_context(|| format!("{} cannot be read", zoo.display()))?;
    let entries = entries.collect::<Result<Vec<_>, _>>()?;
    let models = entries.iter().filter(|entry| entry.path().join("spec.rs").exists());
    let models: Vec<String> = models.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    Ok(move |symbol: &str| part_of(symbol, &models))
}

fn part_of(symbol: &str, models: &[String]) -> Option<String> {
    // As it would be written in code, without the hashes of crates.
    let name = format!("{:#}", rustc_demangle::demangle(symbol));
    let mut spoken_of = models.iter().filter(|model| name.contains(&format!("daydream_models::zoo::{model}::")));
    if let Some(model) = spoken_of.next() {
        return spoken_of.next().is_none().then(|| model.replace('_', "-"));
    }
    let other = OTHERS.iter().find(|(_, words)| words.iter().any(|word| name.contains(word)));
    other.map(|(part, _)| (*part).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_belongs_to_the_one_model_that_its_name_speaks_of() {
        let part = of_function().unwrap();
        let of = |name: &str| part(name);
        assert_eq!(
            of("_RNvNtNtNtCsfONQgvCRws6_15daydream_models3zoo12gaussian_rbm4spec4spec"),
            Some("gaussian-rbm".to_owned())
        );
        assert_eq!(of("daydream_models::zoo::rbm::per_row::<daydream_models::zoo::dbn::Stack>"), None);
        assert_eq!(of("daydream_models::zoo::codes::plane"), None);
        assert_eq!(of("core::fmt::write"), None);
    }

    #[test]
    fn other_parts_are_known_by_crates_and_modules() {
        let part = of_function().unwrap();
        let of = |name: &str| part(name);
        assert_eq!(of("<daydream_gpu::gpu::Gpu>::open::{closure#0}"), Some("gpu".to_owned()));
        assert_eq!(of("daydream_models::checkpoint::write"), Some("checkpoint".to_owned()));
        assert_eq!(of("<[u8; 4] as daydream_models::data::idx::Read>::read"), Some("files".to_owned()));
        assert_eq!(of("<[u8; 4] as core::fmt::Debug>::fmt"), None);
    }
}
