//! `daydream models`: what there is.

use daydream_models::data::{self, DataSpec};
use daydream_models::{Knob, KnobKind, ModelSpec, zoo};
use serde::Serialize;

use crate::args::Models;
use crate::failure::Failure;

/// `Catalogue` of the page's `protocol.ts`.
#[derive(Serialize)]
struct Catalogue {
    models: &'static [&'static ModelSpec],
    data: &'static [DataSpec],
}

pub(crate) fn models(models: &Models) -> Result<(), Failure> {
    let catalogue = Catalogue { models: zoo::catalogue(), data: data::catalogue() };
    if models.json {
        let text = serde_json::to_string_pretty(&catalogue).map_err(|error| Failure::new(error.to_string()))?;
        println!("{text}");
        return Ok(());
    }
    for model in catalogue.models {
        println!("{}: {}\n  {}", model.id, model.title.en, model.summary.en);
        knobs(model.knobs);
        let metrics: Vec<&str> = model.metrics.iter().map(|metric| metric.id).collect();
        println!("  metrics: {}", metrics.join(", "));
        let views: Vec<&str> = model.views.iter().map(|view| view.id).collect();
        println!("  views: {}", views.join(", "));
        let presets: Vec<&str> = model.presets.iter().map(|preset| preset.id).collect();
        println!("  presets: {}\n", presets.join(", "));
    }
    for data in catalogue.data {
        println!("data {}: {}\n  {}", data.id, data.title.en, data.summary.en);
        knobs(data.knobs);
        println!();
    }
    Ok(())
}

fn knobs(knobs: &[Knob]) {
    for knob in knobs {
        let accepts = match &knob.kind {
            KnobKind::Whole { min, max, .. } | KnobKind::Real { min, max, .. } => format!("{min} .. {max}"),
            KnobKind::Choice { options, .. } => options.iter().map(|option| option.id).collect::<Vec<_>>().join(" | "),
            KnobKind::Switch { .. } => "on | off".to_owned(),
        };
        let default = knob.format(knob.default_value());
        println!("    {:<20} {default:<10} {accepts:<40} {}", knob.id, knob.title.en);
    }
}
