//! Folders of PNG images, all of one size; labelled when they lie in one folder for each class.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use super::idx::{LONGEST_SIDE, MOST_BYTES, NAMES, read_file};
use super::parts::{Part, assemble};
use super::{Dataset, Kind, RowShape, Values};
use crate::{Error, Words, words};

/// Reads the PNG images of a folder, or, where there are none, those of its subfolders, each of which is
/// a class: the first by name gets label 0.
///
/// Images are gray where all are, else red, green, blue; transparency is dropped. In the order of their
/// names, every tenth becomes the test split.
///
/// # Errors
/// [`Error::BadFile`] when there are no images, one cannot be read, or their sizes differ.
pub fn read_folder(folder: &Path) -> Result<Dataset, Error> {
    let mut classes = vec![list(folder, is_png)?];
    let is_labelled = classes[0].is_empty();
    if is_labelled {
        classes = list(folder, Path::is_dir)?.iter().map(|class| list(class, is_png)).collect::<Result<_, _>>()?;
        classes.retain(|files| !files.is_empty());
    }
    let shown = folder.display().to_string();
    let refuse = |problem: Words| Error::bad_file(shown.as_str(), problem);
    if classes.is_empty() {
        return Err(refuse(words!(
            "holds neither a file named {name} (or with .gz) nor PNG images, itself or in a folder for each class",
            "이름이 {name}(또는 .gz가 붙은 이름)인 파일도, PNG 이미지도 없습니다. PNG 이미지는 이 폴더나 클래스별 하위 폴더에 두세요.",
            name = NAMES[0]
        )));
    }
    if classes.len() > 256 {
        return Err(refuse(words!(
            "has {count} folders of images; at most 256 classes can be told apart",
            "이미지 폴더가 {count}개 있습니다. 클래스는 최대 256개까지 구별할 수 있습니다.",
            count = classes.len()
        )));
    }

    let mut pictures: Vec<Picture> = Vec::new();
    let mut labels = Vec::new();
    let mut bytes = 0;
    for (label, file) in classes.iter().enumerate().flat_map(|(label, files)| files.iter().map(move |f| (label, f))) {
        let picture = read_picture(file)?;
        if let Some(first) = pictures.first()
            && (first.height, first.width) != (picture.height, picture.width)
        {
            return Err(Error::bad_file(
                file.display().to_string(),
                words!(
                    "is {height} x {width} pixels, but {first} is {first_height} x {first_width}; all images must be of one size",
                    "{height} x {width} 픽셀인데 {first} 파일은 {first_height} x {first_width} 픽셀입니다. 모든 이미지의 크기가 같아야 합니다.",
                    height = picture.height,
                    width = picture.width,
                    first = classes[0][0].display(),
                    first_height = first.height,
                    first_width = first.width
                ),
            ));
        }
        bytes += picture.rgb.len() as u64;
        if bytes > MOST_BYTES {
            return Err(refuse(words!(
                "holds too many images: at most {mebibytes} MiB of pixels can be read",
                "이미지가 너무 많습니다. 픽셀은 최대 {mebibytes} MiB까지 읽을 수 있습니다.",
                mebibytes = MOST_BYTES >> 20
            )));
        }
        pictures.push(picture);
        labels.push(label as u8);
    }

    let is_gray = pictures.iter().all(|picture| picture.rgb.chunks_exact(3).all(|p| p[0] == p[1] && p[1] == p[2]));
    let shape =
        RowShape { height: pictures[0].height, width: pictures[0].width, channels: if is_gray { 1 } else { 3 } };
    let pixels = pictures.iter().flat_map(|picture| picture.rgb.chunks_exact(3)).flat_map(|p| &p[..shape.channels]);
    let pixels = Values::Bytes(pixels.copied().collect());
    let labels = is_labelled.then(|| (shown.clone(), labels));
    assemble(&shown, Kind::Images, Part::new(shown.clone(), shape, pixels, labels)?, None, None)
}

/// One image as red, green and blue bytes.
struct Picture {
    height: usize,
    width: usize,
    rgb: Vec<u8>,
}

fn read_picture(file: &Path) -> Result<Picture, Error> {
    let refuse = |problem: Words| Error::bad_file(file.display().to_string(), problem);
    let broken = |failure: png::DecodingError| {
        refuse(words!("cannot be read as PNG: {failure}", "PNG 이미지로 읽을 수 없습니다: {failure}"))
    };
    let mut decoder = png::Decoder::new(Cursor::new(read_file(file)?));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(broken)?;
    let (width, height) = (reader.info().width as usize, reader.info().height as usize);
    if width > LONGEST_SIDE || height > LONGEST_SIDE {
        return Err(refuse(words!(
            "is {height} x {width} pixels; at most {LONGEST_SIDE} x {LONGEST_SIDE} can be read, make it smaller",
            "{height} x {width} 픽셀입니다. 최대 {LONGEST_SIDE} x {LONGEST_SIDE} 픽셀까지 읽을 수 있으니 크기를 줄여 주세요."
        )));
    }
    let mut bytes = vec![0; reader.output_buffer_size().unwrap_or_default()];
    let frame = reader.next_frame(&mut bytes).map_err(broken)?;
    bytes.truncate(frame.buffer_size());
    let rgb = match frame.color_type {
        png::ColorType::Grayscale => bytes.iter().flat_map(|&gray| [gray; 3]).collect(),
        png::ColorType::GrayscaleAlpha => bytes.chunks_exact(2).flat_map(|pixel| [pixel[0]; 3]).collect(),
        png::ColorType::Rgba => bytes.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect(),
        png::ColorType::Rgb | png::ColorType::Indexed => bytes,
    };
    Ok(Picture { height, width, rgb })
}

/// The entries of a folder that `fits` accepts, by name.
fn list(folder: &Path, fits: fn(&Path) -> bool) -> Result<Vec<PathBuf>, Error> {
    let cannot = |failure: std::io::Error| {
        let problem = words!("cannot be read: {failure}", "읽을 수 없습니다: {failure}");
        Error::bad_file(folder.display().to_string(), problem)
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        if fits(&path) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Whether a path is a PNG image by its name.
fn is_png(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png")) && path.is_file()
}
