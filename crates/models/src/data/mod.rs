//! Data sets: rows of numbers with a train and a test split, and where they come from.
//!
//! Some come with the project ([`catalogue`]): [`points`] of the plane, [`relations`] between two numbers, [`targets`] of
//! samplers, [`bars`] and stripes, small [`patterns`] of bits, real handwritten [`digits`], handwriting drawn by code from pen
//! [`strokes`], a bouncing [`ball`] with its future, film [`ratings`]. Others are read from what a person brings ([`from_files`],
//! [`read_path`]): [`idx`] files such as MNIST, tables in [`csv`] files, folders of [`pictures`], and what a person draws by hand on
//! the page.
//!
//! A data set depends on its knobs and its seed alone: the same bits come out natively and in a
//! browser, because the random numbers come from one named generator and every function that
//! platforms round differently (`sin`, `ln`, `erf`) is taken from the `libm` crate.

mod asset;
pub mod ball;
pub mod bars;
pub mod csv;
pub mod digits;
pub mod drawn;
mod files;
mod gzip;
pub mod idx;
mod parts;
pub mod patterns;
#[cfg(not(target_arch = "wasm32"))]
pub mod pictures;
pub mod points;
mod random;
pub mod ratings;
pub mod relations;
mod rows;
pub mod strokes;
pub mod targets;

use std::fmt;
use std::rc::Rc;

pub use asset::Asset;
use daydream_graph::Table;
pub use daydream_graph::Values;
pub use files::from_files;
#[cfg(not(target_arch = "wasm32"))]
pub use files::read_path;
pub use rows::REACH;

use serde::Serialize;

use crate::{Error, Named, Text, Words, words};

/// What the rows of a data set are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Points of the plane, two real numbers each, roughly inside `[-2, 2]²`.
    Points,
    /// Images with pixels in `[0, 1]`.
    Images,
    /// People's ratings of titles: see [`ratings`].
    Ratings,
}

/// The shape of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RowShape {
    /// Rows of pixels; 1 for points.
    pub height: usize,
    /// Pixels in a row; 2 for points.
    pub width: usize,
    /// Numbers in a pixel; 1 for points and gray images.
    pub channels: usize,
}

impl fmt::Display for RowShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().en)
    }
}

impl RowShape {
    /// A point of the plane.
    pub const POINT: RowShape = RowShape { height: 1, width: 2, channels: 1 };

    /// What rows of this shape are; Korean ends in `이미지`.
    pub(crate) fn words(self) -> Words {
        match self {
            RowShape { height, width, channels: 1 } => {
                words!("images of {height} x {width} pixels", "{height} x {width} 픽셀 이미지")
            }
            RowShape { height, width, channels } => words!(
                "images of {height} x {width} pixels with {channels} channels",
                "채널이 {channels}개인 {height} x {width} 픽셀 이미지"
            ),
        }
    }

    /// Numbers in one row of the data set.
    pub fn len(&self) -> usize {
        self.height * self.width * self.channels
    }

    /// Whether a row holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A data set, in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// Name in links, on the command line and in checkpoints.
    pub name: String,
    /// What the rows are.
    pub kind: Kind,
    /// The shape of one row.
    pub shape: RowShape,
    /// Number of classes; 0 when the rows carry no labels.
    pub classes: usize,
    /// Rows to learn from.
    pub train: Split,
    /// Rows to choose settings by, where the source provides them.
    pub valid: Option<Split>,
    /// Rows that training never sees.
    pub test: Split,
    /// The distribution that the rows were drawn from, where it is known in closed form.
    pub density: Option<points::Density>,
    /// What is rated, where the rows are ratings.
    pub ratings: Option<Rc<ratings::Ratings>>,
}

/// Some rows of a data set.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    table: Rc<Table>,
    labels: Option<Vec<u8>>,
}

impl Split {
    /// Rows of `width` numbers, with a label each or none.
    ///
    /// # Panics
    /// When the values are no whole number of rows, or the labels are not as many as the rows.
    #[track_caller]
    pub fn new(width: usize, values: Values, labels: Option<Vec<u8>>) -> Split {
        let table = Table::new(width, values);
        if let Some(labels) = &labels {
            assert_eq!(labels.len(), table.len(), "one label for every row");
        }
        Split { table: Rc::new(table), labels }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Numbers in a row.
    pub fn width(&self) -> usize {
        self.table.width()
    }

    /// The rows themselves, for a device to keep.
    pub fn table(&self) -> &Rc<Table> {
        &self.table
    }

    /// Writes row `index` into `out`, bytes as fractions of 255.
    pub fn read_row(&self, index: usize, out: &mut [f32]) {
        self.table.read_row(index, out);
    }

    /// Row `index` as a new vector.
    pub fn row(&self, index: usize) -> Vec<f32> {
        let mut row = vec![0.0; self.width()];
        self.read_row(index, &mut row);
        row
    }

    /// The label of every row, where there are labels.
    pub fn labels(&self) -> Option<&[u8]> {
        self.labels.as_deref()
    }
}

/// A data set that the project makes or carries itself, as the page and the command line offer it.
#[derive(Clone, Debug, Serialize)]
pub struct DataSpec {
    /// Name in links and on the command line.
    pub id: &'static str,
    /// Label on the page.
    pub title: Text,
    /// One sentence: what the rows are and what they are good for.
    pub summary: Text,
    /// What the rows are.
    pub kind: Kind,
    /// Whether every row has a label.
    pub labelled: bool,
    /// Its settings. Changing one builds the session anew.
    pub knobs: &'static [crate::Knob],
    /// The file that it is made from, where it is made from one.
    #[serde(skip)]
    pub asset: Option<&'static Asset>,
    /// Makes the data set from its knobs and the seed.
    #[serde(skip)]
    pub build: fn(&crate::Knobs, u32) -> Dataset,
}

/// The data sets that come with the project, in the order in which they are offered.
pub fn catalogue() -> &'static [DataSpec] {
    static CATALOGUE: &[DataSpec] = &[
        points::SPEC,
        relations::SPEC,
        targets::SPEC,
        bars::SPEC,
        patterns::SPEC,
        digits::SPEC,
        strokes::SPEC,
        ball::SPEC,
        ratings::SPEC,
    ];
    CATALOGUE
}

/// The data set with this id, or an error that lists the ids that exist.
pub fn find(id: &str) -> Result<&'static DataSpec, Error> {
    catalogue().iter().find(|spec| spec.id == id).ok_or_else(|| Error::Unknown {
        what: Named::DataSet,
        name: id.to_owned(),
        known: catalogue().iter().map(|spec| spec.id.to_owned()).collect(),
    })
}
