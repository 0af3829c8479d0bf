//! The one door for data that a person brings: what it is, its names and contents tell.

#[cfg(not(target_arch = "wasm32"))]
use std::path::Path;

#[cfg(not(target_arch = "wasm32"))]
use super::pictures;
use super::{Dataset, csv, drawn, idx};
use crate::{Error, words};

/// Reads files dropped together, given by their names and contents: a table whose name ends in `.csv` or
/// `.tsv` ([`csv::read`]), a drawing in a file `.drawn` ([`drawn::read`]), else IDX files ([`idx::dataset`]); tables and IDX files gzipped or not.
///
/// # Errors
/// [`Error::BadFile`] when a table comes with other files, or a reader refuses.
pub fn from_files(files: &[(impl AsRef<str>, impl AsRef<[u8]>)]) -> Result<Dataset, Error> {
    let is_table = |name: &str| {
        let name = name.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        name.ends_with(".csv") || name.ends_with(".tsv")
    };
    match files {
        [(name, bytes)] if is_table(name.as_ref()) => csv::read(name.as_ref(), bytes.as_ref()),
        [(name, bytes)] if name.as_ref().ends_with(drawn::ENDING) => drawn::read(name.as_ref(), bytes.as_ref()),
        [(name, _)] => idx::dataset(name.as_ref(), files),
        _ => match files.iter().find(|(name, _)| is_table(name.as_ref())) {
            Some((table, _)) => Err(Error::bad_file(
                table.as_ref(),
                words!(
                    "is a table, which is a data set of its own; open it alone",
                    "표 파일은 그 자체로 하나의 데이터 세트입니다. 이 파일만 따로 열어 주세요."
                ),
            )),
            None => idx::dataset(&name_of(files), files),
        },
    }
}

/// What several files are called together: one of them, the training images where their name says so, and how many
/// there are beside it.
fn name_of(files: &[(impl AsRef<str>, impl AsRef<[u8]>)]) -> String {
    let names = files.iter().map(|(name, _)| name.as_ref());
    let first = names.min_by_key(|name| (!name.to_ascii_lowercase().starts_with("train"), *name));
    first.map_or_else(String::new, |name| format!("{name} + {}", files.len() - 1))
}

/// Reads what lies at `path`: a file as [`from_files`] does, a folder with IDX files under their MNIST names
/// ([`idx::read_folder`]), or else a folder of PNG images ([`pictures::read_folder`]).
///
/// # Errors
/// [`Error::BadFile`] when nothing is there, the folder holds neither, or a reader refuses.
#[cfg(not(target_arch = "wasm32"))]
pub fn read_path(path: &Path) -> Result<Dataset, Error> {
    if !path.is_dir() {
        return from_files(&[(path.display().to_string(), idx::read_file(path)?)]);
    }
    if idx::has_images(path) { idx::read_folder(path) } else { pictures::read_folder(path) }
}
