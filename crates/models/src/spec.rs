//! What a model declares about itself, as data. The page and the command line are made from this and know no model by name.

use serde::Serialize;

#[cfg(doc)]
use crate::Knobs;
use crate::data::Kind;
use crate::data::ratings::STARS;
use crate::{Built, Error, Knob, Setup, Text};

/// Everything there is to know about a model before it is built.
#[derive(Clone, Debug, Serialize)]
pub struct ModelSpec {
    /// Name in links, on the command line and in checkpoints.
    pub id: &'static str,
    /// Its name in full.
    pub title: Text,
    /// The family it belongs to.
    pub family: Family,
    /// One sentence: what it learns and how.
    pub summary: Text,
    /// What to look at while it trains, in a few sentences for somebody who meets it for the first time.
    pub story: Text,
    /// Its central equations in LaTeX, one a line.
    pub equations: &'static [&'static str],
    /// Where it was published.
    pub paper: Paper,
    /// The kinds of data it accepts.
    pub data: &'static [Kind],
    /// Whether it needs a label for every row.
    pub needs_labels: bool,
    /// What can be turned.
    pub knobs: &'static [Knob],
    /// What is measured.
    pub metrics: &'static [Metric],
    /// What can be looked at; the first ones are shown first.
    pub views: &'static [View],
    /// Settings that work, each with the proof. The first is what the page opens with.
    pub presets: &'static [Preset],
    /// Builds the model for a data set and knobs.
    #[serde(skip)]
    pub build: fn(&Setup<'_>) -> Result<Built, Error>,
}

/// Families of models, in the order in which the page lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Energies pushed down on data and up elsewhere.
    Energy,
    /// Layers that each learn by themselves.
    Local,
    /// Hidden causes inferred by a second network.
    Latent,
    /// A generator against a critic.
    Adversarial,
}

/// A publication.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Paper {
    /// Authors, title, year.
    pub title: &'static str,
    /// Where it can be read.
    pub url: &'static str,
}

/// A publication, which stays out of a module whose page has the catalogue already.
pub(crate) const fn paper(title: &'static str, url: &'static str) -> Paper {
    if cfg!(feature = "standalone") { Paper { title, url } } else { Paper { title: "", url: "" } }
}

/// A number that says how well a model does.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Metric {
    /// Name in `eval --json`, logs and `session.metrics`.
    pub id: &'static str,
    /// Label on the page.
    pub title: Text,
    /// What it means, in plain words.
    pub help: Text,
    /// Its unit, such as `nats`; empty when it has none.
    pub unit: &'static str,
    /// Which way is good.
    pub better: Better,
    /// When it is computed.
    pub cost: Cost,
}

/// Which way is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// Larger is better.
    Up,
    /// Smaller is better.
    Down,
    /// Neither; it is watched for balance.
    Neither,
}

/// When a metric is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Cost {
    /// With every training step.
    Free,
    /// Every few seconds, on part of the test split: well under a tenth of a second.
    Cheap,
    /// When somebody asks: seconds or more.
    Costly,
}

/// Something to look at.
#[derive(Clone, Debug, Serialize)]
pub struct View {
    /// Name in `session.view`.
    pub id: &'static str,
    /// Label on the page.
    pub title: Text,
    /// What is seen, in plain words.
    pub help: Text,
    /// What can be chosen for it: which image, which label, ...
    pub args: &'static [Knob],
    /// Which data it exists for; empty means all.
    pub data: &'static [Kind],
    /// `false` for those that take too long to be drawn again and again while the model trains.
    pub live: bool,
    /// What the visitor gives it by hand.
    pub takes: Takes,
}

/// What a view is given by hand, besides its args.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// A point of the plane that it shows: a click there sets two of its args.
    Point {
        /// The arg that is set to x.
        x: &'static str,
        /// The arg that is set to y.
        y: &'static str,
    },
    /// A row of the data drawn by hand, with numbers from 0 to 1: [`Knobs::drawn`]. Nothing is drawn at first.
    Image,
    /// The visitor's own ratings, as a row of the data of which only the first half is used. There are none at first.
    Ratings,
}

impl Takes {
    /// The largest number in a row given by hand; `None` where no row is taken.
    pub(crate) fn most(self) -> Option<f32> {
        match self {
            Takes::Nothing | Takes::Point { .. } => None,
            Takes::Image => Some(1.0),
            Takes::Ratings => Some(STARS as f32),
        }
    }
}

/// Settings that work, and the proof that they do.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Preset {
    /// Name in links.
    pub id: &'static str,
    /// Label on the page.
    pub title: Text,
    /// The data set.
    pub data: &'static str,
    /// Knobs of the model and of the data set that differ from their defaults, as they would be typed.
    pub knobs: &'static [(&'static str, &'static str)],
    /// Training steps after which `metric` must have reached `bar`.
    pub steps: u64,
    /// What is measured on the test split.
    pub metric: &'static str,
    /// What it must reach, from above or below as the metric's `better` says.
    pub bar: f64,
}
