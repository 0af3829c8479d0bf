//! Puts a data set together from the files that a person brought.

use super::{Dataset, Kind, RowShape, Split, Values};
use crate::{Error, words};

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
            Some((file, labels)) if labels.len() != rows => Err(Error::bad_file(
                file,
                words!(
                    "holds {count} labels, but {source} holds {rows} images",
                    "레이블은 {count}개인데 {source}에 든 이미지는 {rows}장입니다. 짝이 맞는 파일인지 확인해 주세요.",
                    count = labels.len()
                ),
            )),
            labels => Ok(Part { source, shape, values, labels: labels.map(|(_, labels)| labels) }),
        }
    }

    fn into_split(self) -> Split {
        Split::new(self.shape.len(), self.values, self.labels)
    }

    /// Moves every tenth row, or the last of fewer, to a part of its own.
    fn take_every_tenth(&mut self) -> Result<Part, Error> {
        let (rows, width) = (self.values.len() / self.shape.len(), self.shape.len());
        if rows < 2 {
            return Err(Error::bad_file(
                self.source.as_str(),
                words!(
                    "holds a single row; at least 2 are needed, one to train on and one to test",
                    "행이 하나뿐입니다. 훈련용과 테스트용으로 적어도 2개가 필요합니다."
                ),
            ));
        }
        let is_taken = |row: usize| row % 10 == 9 || rows < 10 && row == rows - 1;
        let values = match &mut self.values {
            Values::Bytes(bytes) => Values::Bytes(extract(bytes, |index| is_taken(index / width))),
            Values::Reals(reals) => Values::Reals(extract(reals, |index| is_taken(index / width))),
        };
        let labels = self.labels.as_mut().map(|labels| extract(labels, is_taken));
        Ok(Part { source: self.source.clone(), shape: self.shape, values, labels })
    }
}

/// Moves the items at some indices to a vector of their own; both keep their order.
fn extract<T: Copy>(items: &mut Vec<T>, is_taken: impl Fn(usize) -> bool) -> Vec<T> {
    let taken = (0..items.len()).filter(|&index| is_taken(index)).map(|index| items[index]).collect();
    let mut index = 0;
    items.retain(|_| {
        index += 1;
        !is_taken(index - 1)
    });
    taken
}

/// The data set of these splits; without a test split, every tenth of the training rows becomes it, for
/// files are often sorted by class. The name is the last part of `name`, which may be a path.
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
        None => train.take_every_tenth()?,
    };
    for other in valid.iter().chain([&test]) {
        if other.shape != train.shape {
            return Err(Error::bad_file(
                other.source.as_str(),
                words!(both found = other.shape.words(), expected = train.shape.words();
                    "holds {found}, but {file} holds {expected}",
                    "{found}가 들어 있는데, {file}에는 {expected}가 들어 있습니다. 크기가 같아야 합니다.",
                    file = train.source
                ),
            ));
        }
        if other.labels.is_some() != train.labels.is_some() {
            let (with, without) = if train.labels.is_some() { (&train, other) } else { (other, &train) };
            return Err(Error::bad_file(
                without.source.as_str(),
                words!(
                    "has no labels, but {file} has; add the labels or leave them all out",
                    "레이블이 없는데 {file}에는 있습니다. 레이블을 모두 넣거나 모두 빼 주세요.",
                    file = with.source
                ),
            ));
        }
    }
    let parts = [Some(&train), valid.as_ref(), Some(&test)];
    let labels = parts.iter().flatten().filter_map(|part| part.labels.as_ref()).flatten();
    let shape = train.shape;
    Ok(Dataset {
        name: name.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or(name).to_owned(),
        kind,
        shape,
        classes: labels.max().map_or(0, |&largest| usize::from(largest) + 1),
        train: train.into_split(),
        valid: valid.map(Part::into_split),
        test: test.into_split(),
        density: None,
        ratings: None,
    })
}
