//! `daydream train`: a training run with its progress bar, its log and its file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use daydream_models::{Cost, Metrics, ModelSpec, Recipe, Session, zoo};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value, json};

use crate::args::Train;
use crate::failure::Failure;
use crate::open;

/// Progress is shown and logged this many times in a run, or at every step of a short one.
const REPORTS: u64 = 200;

pub(crate) fn train(args: &Train) -> Result<(), Failure> {
    let spec = zoo::find(&args.model)?;
    let recipe = recipe(spec, args)?;
    let mut log = args.log.as_deref().map(Log::create).transpose()?;
    let mut session = open::session(recipe, args.hardware)?;
    let steps = steps(spec, args, session.steps_per_epoch());

    let every = (steps / REPORTS).max(1);
    let bar = bar(steps);
    let mut told = false;
    while session.steps_done() < steps {
        let count = every.min(steps - session.steps_done());
        let metrics = pollster::block_on(session.step(count)).inspect_err(|_| bar.abandon())?;
        if let Some(notice) = session.placement().notice.as_ref().filter(|_| !told) {
            bar.suspend(|| eprintln!("daydream: {}", notice.text.en));
            told = true;
        }
        bar.set_position(session.steps_done());
        bar.set_message(sentence(&metrics));
        if let Some(log) = &mut log {
            log.line(&mut session, "train", &metrics)?;
        }
    }
    bar.finish();

    let wanted = session.metric_ids(&[Cost::Cheap]);
    let metrics = pollster::block_on(session.evaluate(&wanted))?;
    println!("{} on {}, step {}: {}", spec.id, session.data().name, session.steps_done(), sentence(&metrics));
    if let Some(mut log) = log {
        log.line(&mut session, "test", &metrics)?;
        log.finish()?;
    }
    if let Some(out) = &args.out {
        let bytes = pollster::block_on(session.save())?;
        std::fs::write(out, bytes).map_err(|error| Failure::file(out, error))?;
        println!("saved to {}", out.display());
    }
    Ok(())
}

/// The preset named, or the first; with `--data` and no preset, every knob at its default.
fn recipe(spec: &'static ModelSpec, args: &Train) -> Result<Recipe, Failure> {
    let mut recipe = match (&args.preset, &args.data) {
        (Some(preset), _) => Recipe::preset(spec, preset, args.seed)?,
        (None, Some(data)) => Recipe::new(spec.id, data, args.seed),
        (None, None) => Recipe::preset(spec, spec.presets[0].id, args.seed)?,
    };
    if let Some(data) = &args.data {
        recipe.data.clone_from(data);
    }
    recipe.knobs.extend(args.settings.iter().cloned());
    Ok(recipe)
}

fn steps(spec: &ModelSpec, args: &Train, per_epoch: f64) -> u64 {
    match (args.steps, args.epochs) {
        (Some(steps), _) => steps,
        (None, Some(epochs)) => (epochs as f64 * per_epoch).ceil() as u64,
        (None, None) => {
            let named = args.preset.as_ref().and_then(|id| spec.presets.iter().find(|preset| preset.id == id));
            named.unwrap_or(&spec.presets[0]).steps
        }
    }
}

fn bar(steps: u64) -> ProgressBar {
    let bar = ProgressBar::new(steps);
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} steps  {per_sec}  eta {eta}  {msg}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn sentence(metrics: &Metrics) -> String {
    metrics.iter().map(|(id, value)| format!("{id} {value:.4}")).collect::<Vec<_>>().join("  ")
}

/// Metrics as JSON lines: `{"step", "epoch", "split", "metrics": {id: number}}`.
struct Log {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Log {
    fn create(path: &Path) -> Result<Log, Failure> {
        let file = File::create(path).map_err(|error| Failure::file(path, error))?;
        Ok(Log { path: path.to_owned(), file: BufWriter::new(file) })
    }

    fn line(&mut self, session: &mut Session, split: &str, metrics: &Metrics) -> Result<(), Failure> {
        let step = session.steps_done();
        let metrics: Map<String, Value> = metrics.iter().map(|(id, value)| (id.clone(), json!(value))).collect();
        let epoch = step as f64 / session.steps_per_epoch();
        let line = json!({ "step": step, "epoch": epoch, "split": split, "metrics": metrics });
        writeln!(self.file, "{line}").map_err(|error| Failure::file(&self.path, error))
    }

    fn finish(mut self) -> Result<(), Failure> {
        self.file.flush().map_err(|error| Failure::file(&self.path, error))
    }
}
