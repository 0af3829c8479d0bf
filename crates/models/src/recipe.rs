//! What a link says: model, data, knobs and seed. The same recipe gives the same run, on the page, in a terminal and from a checkpoint.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::data::{self, DataSpec, Dataset};
use crate::{Error, Knob, Knobs, ModelSpec, Named, zoo};

/// A run, before it is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// Id of the model.
    pub model: String,
    /// Id of the data set, or the name of a file or folder that a person gave.
    pub data: String,
    /// Knobs of the model and of the data set that differ from their defaults, as they would be typed.
    #[serde(default)]
    pub knobs: BTreeMap<String, String>,
    /// The seed.
    pub seed: u32,
}

impl Recipe {
    /// A model on a data set with every knob at its default.
    pub fn new(model: &str, data: &str, seed: u32) -> Recipe {
        Recipe { model: model.to_owned(), data: data.to_owned(), knobs: BTreeMap::new(), seed }
    }

    /// The same recipe with a knob turned. Nothing is checked yet.
    pub fn with(mut self, knob: &str, typed: &str) -> Recipe {
        self.knobs.insert(knob.to_owned(), typed.to_owned());
        self
    }

    /// The recipe of a model's preset.
    pub fn preset(spec: &ModelSpec, id: &str, seed: u32) -> Result<Recipe, Error> {
        let preset = spec.presets.iter().find(|preset| preset.id == id).ok_or_else(|| Error::Unknown {
            what: Named::Preset,
            name: id.to_owned(),
            known: spec.presets.iter().map(|preset| preset.id.to_owned()).collect(),
        })?;
        let recipe = Recipe::new(spec.id, preset.data, seed);
        Ok(preset.knobs.iter().fold(recipe, |recipe, (knob, typed)| recipe.with(knob, typed)))
    }

    /// The model's specification.
    pub fn spec(&self) -> Result<&'static ModelSpec, Error> {
        zoo::find(&self.model)
    }

    /// The model's knobs. A name that neither the model nor the data set knows is an error.
    pub fn knobs(&self) -> Result<Knobs, Error> {
        let spec = self.spec()?;
        let data_knobs = data::find(&self.data).map_or(&[][..], |data| data.knobs);
        if let Some(stray) = self.knobs.keys().find(|id| !spec.knobs.iter().chain(data_knobs).any(|k| k.id == *id)) {
            let known = spec.knobs.iter().chain(data_knobs).map(|knob| knob.id.to_owned()).collect();
            return Err(Error::Unknown { what: Named::Knob, name: stray.clone(), known });
        }
        self.read(spec.knobs)
    }

    /// Makes the data set, if it is one that comes with the project.
    pub fn dataset(&self) -> Result<Dataset, Error> {
        let spec: &DataSpec = data::find(&self.data)?;
        Ok((spec.build)(&self.read(spec.knobs)?, self.seed))
    }

    fn read(&self, declared: &[Knob]) -> Result<Knobs, Error> {
        let mut knobs = Knobs::defaults(declared);
        for knob in declared {
            if let Some(typed) = self.knobs.get(knob.id) {
                knobs.set(knob, knob.parse(typed)?)?;
            }
        }
        Ok(knobs)
    }
}
