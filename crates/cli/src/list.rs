//! `daydream models`: what there is.

use std::io::{self, ErrorKind, Write};

use daydream_models::{Catalogue, Knob, KnobKind};

use crate::args::Models;
use crate::failure::Failure;

pub(crate) fn models(models: &Models) -> Result<(), Failure> {
    let catalogue = daydream_models::catalogue();
    let text = if models.json {
        serde_json::to_string_pretty(&catalogue).map_err(|error| Failure::new(error.to_string()))? + "\n"
    } else {
        list(&catalogue)
    };
    match io::stdout().lock().write_all(text.as_bytes()) {
        // Whoever reads has seen enough, as `head` has.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::new(error.to_string())),
        _ => Ok(()),
    }
}

fn list(catalogue: &Catalogue) -> String {
    let mut text = String::new();
    for model in catalogue.models {
        text.push_str(&format!("{}: {}\n  {}\n", model.id, model.title.en, model.summary.en));
        text.push_str(&knobs(model.knobs));
        let metrics: Vec<&str> = model.metrics.iter().map(|metric| metric.id).collect();
        text.push_str(&format!("  metrics: {}\n", metrics.join(", ")));
        let views: Vec<&str> = model.views.iter().map(|view| view.id).collect();
        text.push_str(&format!("  views: {}\n", views.join(", ")));
        let presets: Vec<&str> = model.presets.iter().map(|preset| preset.id).collect();
        text.push_str(&format!("  presets: {}\n\n", presets.join(", ")));
    }
    for data in catalogue.data {
        text.push_str(&format!("data {}: {}\n  {}\n", data.id, data.title.en, data.summary.en));
        text.push_str(&knobs(data.knobs));
        text.push('\n');
    }
    text
}

fn knobs(knobs: &[Knob]) -> String {
    let mut text = String::new();
    for knob in knobs {
        let accepts = match &knob.kind {
            KnobKind::Whole { min, max, .. } | KnobKind::Real { min, max, .. } => format!("{min} .. {max}"),
            KnobKind::Choice { options, .. } => options.iter().map(|option| option.id).collect::<Vec<_>>().join(" | "),
            KnobKind::Switch { .. } => "on | off".to_owned(),
        };
        let default = knob.format(knob.default_value());
        text.push_str(&format!("    {:<20} {default:<10} {accepts:<40} {}\n", knob.id, knob.title.en));
    }
    text
}
