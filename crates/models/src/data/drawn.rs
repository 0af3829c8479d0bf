//! What a person drew by hand: points of the plane, or small images one after another.
//!
//! A drawing is a file whose name ends in `.drawn`, and an IDX file inside: bytes `[N, height, width]` (magic number 0x00000803) are images,
//! 32-bit floats `[N, 2]` (0x00000d02) are points.

use super::{Dataset, Kind, Split, Values, idx, points};
use crate::{Error, words};

/// The ending of the name of a drawing.
pub const ENDING: &str = ".drawn";

/// What the rows are called.
pub(super) const NAME: &str = "drawn";

/// Floats of two dimensions.
const POINTS: [u8; 4] = [0, 0, 0x0d, 2];

/// Reads a drawing; `source` names the file in errors.
///
/// Images are few: both splits hold all of them, in the order of drawing. For points see [`points::from_drawn`].
///
/// # Errors
/// [`Error::BadFile`] when it is neither, is cut short, or there is too little of it.
pub fn read(source: &str, bytes: &[u8]) -> Result<Dataset, Error> {
    if bytes.starts_with(&POINTS) {
        return points::from_drawn(&plane(source, bytes)?);
    }
    match idx::read(source, bytes)? {
        idx::Idx::Images { shape, pixels } => {
            let all = Split::new(shape.len(), Values::Bytes(pixels), None);
            Ok(Dataset {
                name: NAME.to_owned(),
                kind: Kind::Images,
                shape,
                classes: 0,
                train: all.clone(),
                valid: None,
                test: all,
                density: None,
                ratings: None,
            })
        }
        idx::Idx::Labels(_) => Err(Error::bad_file(
            source,
            words!(
                "holds labels; a drawing is images or points",
                "레이블이 들어 있습니다. 그림은 이미지나 점이어야 합니다."
            ),
        )),
    }
}

fn plane(source: &str, bytes: &[u8]) -> Result<Vec<[f32; 2]>, Error> {
    let word = |at: usize| bytes.get(at..at + 4).and_then(|word| word.try_into().ok());
    let count = word(4).map(u32::from_be_bytes);
    let numbers = bytes.get(12..).unwrap_or_default();
    if word(8).map(u32::from_be_bytes) != Some(2)
        || count.map(u64::from) != Some(numbers.len() as u64 / 8)
        || !numbers.len().is_multiple_of(8)
    {
        return Err(Error::bad_file(
            source,
            words!(
                "is damaged: its header does not fit the points that follow",
                "파일이 손상되었습니다. 헤더가 뒤따르는 점들과 맞지 않습니다."
            ),
        ));
    }
    let number = |bytes: &[u8]| f32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    Ok(numbers.chunks_exact(8).map(|point| [number(point), number(&point[4..])]).collect())
}
