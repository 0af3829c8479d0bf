//! Data that a person brings: files dropped on the page, or a path given to the command line.

use super::{Dataset, idx};
use crate::Error;

/// A data set out of files given by their names and contents.
///
/// # Errors
/// [`Error::BadFile`] when they are not what [`idx::dataset`] reads.
pub fn from_files(files: &[(String, Vec<u8>)]) -> Result<Dataset, Error> {
    let name = files.first().map_or("", |(name, _)| name);
    idx::dataset(name, files)
}

/// A data set out of a folder with IDX files under their MNIST names, or out of one file.
///
/// # Errors
/// [`Error::BadFile`] when there is nothing of the kind.
#[cfg(not(target_arch = "wasm32"))]
pub fn read_path(path: &std::path::Path) -> Result<Dataset, Error> {
    if path.is_dir() {
        return idx::read_folder(path);
    }
    let name = path.display().to_string();
    from_files(&[(name, idx::read_file(path)?)])
}
