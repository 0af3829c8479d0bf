//! A data set out of a folder with IDX files under their MNIST names.

use std::fs;
use std::path::{Path, PathBuf};

use super::{MOST_BYTES, dataset};
use crate::data::Dataset;
use crate::{Error, Words, words};

/// The names looked for, each with or without `.gz`. Only the first must be there.
pub const NAMES: [&str; 6] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "valid-images-idx3-ubyte",
    "valid-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

/// Reads the files of a folder that bear one of [`NAMES`]; the data set is named as the folder.
///
/// # Errors
/// [`Error::BadFile`] when there are no training images, a file cannot be read, or [`dataset`] refuses.
pub fn read_folder(folder: &Path) -> Result<Dataset, Error> {
    let shown = folder.display().to_string();
    let mut files = Vec::new();
    for name in NAMES {
        if let Some(file) = find(folder, name) {
            files.push((file.display().to_string(), read_file(&file)?));
        } else if name == NAMES[0] {
            let problem =
                words!("has no file named {name} or {name}.gz", "이름이 {name} 또는 {name}.gz인 파일이 없습니다.");
            return Err(Error::bad_file(shown, problem));
        }
    }
    dataset(&shown, &files)
}

/// Whether a folder has the one file that must be there.
pub(in crate::data) fn has_images(folder: &Path) -> bool {
    find(folder, NAMES[0]).is_some()
}

/// The file of this name, plain rather than gzipped where both are there.
fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    [folder.join(name), folder.join(format!("{name}.gz"))].into_iter().find(|file| file.is_file())
}

/// The bytes of a file no larger than what may be unpacked from it.
pub(in crate::data) fn read_file(file: &Path) -> Result<Vec<u8>, Error> {
    let refuse = |problem: Words| Error::bad_file(file.display().to_string(), problem);
    let cannot = |failure: std::io::Error| refuse(words!("cannot be read: {failure}", "읽을 수 없습니다: {failure}"));
    let size = fs::metadata(file).map_err(cannot)?.len();
    // A plain file has a header of at most 20 bytes before its data.
    if size > MOST_BYTES + 20 {
        return Err(refuse(words!(
            "is too large: {size} bytes; at most {MOST_BYTES} can be read",
            "너무 큽니다. 크기가 {size}바이트인데, 최대 {MOST_BYTES}바이트까지 읽을 수 있습니다."
        )));
    }
    fs::read(file).map_err(cannot)
}
