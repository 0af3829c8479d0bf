//! A data set out of a folder with IDX files under their MNIST names.

use std::fs;
use std::path::{Path, PathBuf};

use super::{MOST_BYTES, dataset};
use crate::Error;
use crate::data::Dataset;

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
            return Err(Error::BadFile { source: shown, problem: format!("has no file named {name} or {name}.gz") });
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
    let refuse = |problem: String| Error::BadFile { source: file.display().to_string(), problem };
    let cannot = |failure: std::io::Error| refuse(format!("cannot be read: {failure}"));
    let size = fs::metadata(file).map_err(cannot)?.len();
    // A plain file has a header of at most 20 bytes before its data.
    if size > MOST_BYTES + 20 {
        return Err(refuse(format!("is too large: {size} bytes; at most {MOST_BYTES} can be read")));
    }
    fs::read(file).map_err(cannot)
}
