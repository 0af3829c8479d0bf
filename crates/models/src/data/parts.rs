//! Puts a data set together from the files that a person brought.

use super::{Dataset, Kind, RowShape, Split, Values};
use crate::Error;

/// The rows of one file, and its name for errors.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) source: String,
    shape: RowShape,
    values: Values,
    labels: Option<Vec<u8>>,
}

impl Part {
    /// Rows of `shape` from the file `source`, with labels from a file of their own or none.
    pub(super) fn new(
        source: String,
        shape: RowShape,
        values: Values,
        labels: Option<(String, Vec<u8>)>,
    ) -> Result<Part, Error> {
        let rows = values.len() / shape.len();
        match labels {
            Some((file, labels)) if labels.len() != rows => Err(Error::BadFile {
                source: file,
                problem: format!("holds {} labels, but {source} holds {rows} images", labels.len()),
            }),
            labels => Ok(Part { source, shape, values, labels: labels.map(|(_, labels)| labels) }),
        }
    }

    fn rows(&self) -> usize {
        self.values.len() / self.shape.len()
    }

    fn into_split(self) -> Split {
        Split::new(self.shape.len(), self.values, self.labels)
    }

    /// Cuts off the last tenth of the rows, at least one.
    fn cut_last_tenth(&mut self) -> Result<Part, Error> {
        let rows = self.rows();
        if rows < 2 {
            return Err(Error::BadFile {
                source: self.source.clone(),
                problem: "holds a single row; at least 2 are needed, one to train on and one to test".to_owned(),
            });
        }
        let kept = rows - (rows / 10).max(1);
        Ok(Part {
            source: self.source.clone(),
            shape: self.shape,
            values: self.values.split_off(kept * self.shape.len()),
            labels: self.labels.as_mut().map(|labels| labels.split_off(kept)),
        })
    }
}

/// The data set of these splits; without a test split, the last tenth of the training rows becomes it.
///
/// There are as many classes as the largest label demands.
pub(super) fn assemble(
    name: &str,
    kind: Kind,
    mut train: Part,
    valid: Option<Part>,
    test: Option<Part>,
) -> Result<Dataset, Error> {
    let test = match test {
        Some(test) => test,
        None => train.cut_last_tenth()?,
    };
    for other in valid.iter().chain([&test]) {
        if other.shape != train.shape {
            return Err(Error::BadFile {
                source: other.source.clone(),
                problem: format!("holds {}, but {} holds {}", other.shape, train.source, train.shape),
            });
        }
        if other.labels.is_some() != train.labels.is_some() {
            let (with, without) = if train.labels.is_some() { (&train, other) } else { (other, &train) };
            return Err(Error::BadFile {
                source: without.source.clone(),
                problem: format!("has no labels, but {} has; add the labels or leave them all out", with.source),
            });
        }
    }
    let parts = [Some(&train), valid.as_ref(), Some(&test)];
    let labels = parts.iter().flatten().filter_map(|part| part.labels.as_ref()).flatten();
    let shape = train.shape;
    Ok(Dataset {
        name: name.to_owned(),
        kind,
        shape,
        classes: labels.max().map_or(0, |&largest| usize::from(largest) + 1),
        train: train.into_split(),
        valid: valid.map(Part::into_split),
        test: test.into_split(),
        density: None,
    })
}
