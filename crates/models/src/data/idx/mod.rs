//! IDX files, the format of MNIST: a magic number, sizes, then bytes; plain or gzipped.
//!
//! | bytes | what |
//! |---|---|
//! | 0, 1 | zero |
//! | 2 | type of a number: `0x08`, unsigned byte (the format knows others; images and labels use this) |
//! | 3 | number of dimensions `d`: 1 for labels, 3 for gray images, 4 for images with channels |
//! | 4 .. 4+4d | the sizes, big-endian 32-bit: count, height, width, channels |
//! | then | the numbers, last dimension fastest |
//!
//! Source: LeCun, Cortes, Burges, *The MNIST database of handwritten digits*.

mod dataset;
#[cfg(not(target_arch = "wasm32"))]
mod folder;

pub use dataset::dataset;
#[cfg(not(target_arch = "wasm32"))]
pub use folder::{NAMES, read_folder};
#[cfg(not(target_arch = "wasm32"))]
pub(super) use folder::{has_images, read_file};

use std::io::{ErrorKind, Read};

use super::{RowShape, gzip};
use crate::{Error, Words, words};

/// What an IDX file holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Idx {
    /// Images of one shape, one after the other; 255 stands for 1.
    Images {
        /// Height, width and channels of each.
        shape: RowShape,
        /// As many bytes as images times numbers in one.
        pixels: Vec<u8>,
    },
    /// Labels, one for each image of another file.
    Labels(Vec<u8>),
}

/// Most bytes that a file may hold once unpacked: 1 GiB, in a browser 256 MiB.
pub const MOST_BYTES: u64 = if cfg!(target_arch = "wasm32") { 256 << 20 } else { 1 << 30 };

/// Most pixels along a side of an image. Models here are for small pictures.
pub const LONGEST_SIDE: usize = 512;

/// Deflate packs at most this many bytes into one.
const BEST_PACKING: u64 = 1032;

/// Reads a file, gzipped or not, whose `source` is named in errors.
///
/// The header is checked before memory is taken for what it promises, and no more is unpacked than it
/// promises, so neither a false header nor a file that unpacks to terabytes does harm.
///
/// # Errors
/// [`Error::BadFile`] when the file is no IDX file of bytes, is empty, cut short or too long, or its
/// sizes are zero or beyond [`MOST_BYTES`] and [`LONGEST_SIDE`].
pub fn read(source: &str, bytes: &[u8]) -> Result<Idx, Error> {
    let most = BEST_PACKING * bytes.len() as u64;
    read_stream(gzip::unpacked(bytes), most).map_err(|problem| Error::bad_file(source, problem))
}

/// Reads an unpacked stream that can give `most` bytes at most.
fn read_stream(mut stream: impl Read, most: u64) -> Result<Idx, Words> {
    let mut word = || {
        let mut bytes = [0; 4];
        stream.read_exact(&mut bytes).map_err(|failure| match failure.kind() {
            ErrorKind::UnexpectedEof => words!(
                "is cut short: it ends before its header does",
                "파일이 잘렸습니다. 헤더가 끝나기도 전에 끝납니다."
            ),
            _ => unpacking_failed(failure),
        })?;
        Ok::<[u8; 4], Words>(bytes)
    };
    let magic = word()?;
    let dimensions = match magic {
        [0, 0, 0x08, dimensions @ (1 | 3 | 4)] => usize::from(dimensions),
        [0, 0, 0x08, dimensions] => {
            return Err(words!(
                "holds an array of {dimensions} dimensions; expected 1 (labels), 3 (gray images) or 4 (images with channels)",
                "{dimensions}차원 배열입니다. 1차원(레이블), 3차원(회색조 이미지), 4차원(채널이 있는 이미지)만 읽을 수 있습니다."
            ));
        }
        [0, 0, kind @ (0x09 | 0x0b..=0x0e), 1..=4] => {
            return Err(words!(
                "holds numbers of type 0x{kind:02x}; only unsigned bytes, 0x08, can be read",
                "수의 자료형이 0x{kind:02x}입니다. 부호 없는 바이트(0x08)만 읽을 수 있습니다."
            ));
        }
        _ => {
            return Err(words!(
                "is no IDX file: it starts with 0x{found:08x}; expected 0x00000803 (images) or 0x00000801 (labels)",
                "IDX 파일이 아닙니다. 0x00000803(이미지) 또는 0x00000801(레이블)로 시작해야 하는데, 0x{found:08x}로 시작합니다.",
                found = u32::from_be_bytes(magic)
            ));
        }
    };
    let mut sizes = [1_usize; 4];
    for size in &mut sizes[..dimensions] {
        *size = u32::from_be_bytes(word()?) as usize;
    }
    let promised = check_sizes(sizes, dimensions)?;

    let mut numbers = Vec::with_capacity(promised.min(most) as usize);
    stream.take(promised + 1).read_to_end(&mut numbers).map_err(|failure| match failure.kind() {
        ErrorKind::UnexpectedEof => words!(
            "is cut short: the gzip stream ends in the middle",
            "파일이 잘렸습니다. gzip 압축 데이터가 중간에 끝납니다."
        ),
        _ => unpacking_failed(failure),
    })?;
    let found = numbers.len() as u64;
    if found < promised {
        return Err(words!(
            "is cut short: its header promises {promised} bytes of data, but {found} follow",
            "파일이 잘렸습니다. 헤더에는 데이터가 {promised}바이트라고 적혀 있지만 실제로는 {found}바이트입니다."
        ));
    }
    if found > promised {
        return Err(words!(
            "is too long: its header promises {promised} bytes of data, but more follow",
            "파일이 너무 깁니다. 헤더에는 데이터가 {promised}바이트라고 적혀 있지만 그보다 더 많습니다."
        ));
    }

    let [_, height, width, channels] = sizes;
    Ok(match dimensions {
        1 => Idx::Labels(numbers),
        _ => Idx::Images { shape: RowShape { height, width, channels }, pixels: numbers },
    })
}

/// The number of bytes that sizes promise, if all is within bounds; sizes beyond `dimensions` are 1.
fn check_sizes(sizes: [usize; 4], dimensions: usize) -> Result<u64, Words> {
    let [count, height, width, channels] = sizes;
    if count == 0 {
        return Err(match dimensions {
            1 => words!("is empty: its header says 0 labels", "비어 있습니다. 헤더에 레이블이 0개라고 적혀 있습니다."),
            _ => {
                words!("is empty: its header says 0 images", "비어 있습니다. 헤더에 이미지가 0장이라고 적혀 있습니다.")
            }
        });
    }
    if dimensions > 1 {
        let shape = words!(
            "its header says images of {height} x {width} pixels with {channels} channels",
            "헤더에 채널이 {channels}개인 {height} x {width} 픽셀 이미지라고 적혀 있습니다."
        );
        if height == 0 || width == 0 || channels == 0 {
            return Err(
                words!(both shape = shape; "holds images of no size: {shape}", "이미지의 크기가 0입니다. {shape}"),
            );
        }
        if height > LONGEST_SIDE || width > LONGEST_SIDE || channels > 4 {
            return Err(words!(both shape = shape;
                "holds images that are too large: {shape}; at most {LONGEST_SIDE} x {LONGEST_SIDE} with 4 can be read",
                "이미지가 너무 큽니다. {shape} 최대 {LONGEST_SIDE} x {LONGEST_SIDE} 픽셀, 채널 4개까지 읽을 수 있습니다."
            ));
        }
    }
    // Sides and channels are small by now, the count is below 2³²: the product fits.
    let promised = count as u64 * (height * width * channels) as u64;
    if promised > MOST_BYTES {
        return Err(words!(
            "is too large: its header promises {promised} bytes of data; at most {MOST_BYTES} ({mebibytes} MiB) can be read",
            "너무 큽니다. 헤더에 데이터가 {promised}바이트라고 적혀 있는데, 최대 {MOST_BYTES}바이트({mebibytes} MiB)까지 읽을 수 있습니다.",
            mebibytes = MOST_BYTES >> 20
        ));
    }
    Ok(promised)
}

fn unpacking_failed(failure: std::io::Error) -> Words {
    words!(
        "cannot be unpacked ({failure}): the gzip stream is damaged, copy or download the file again",
        "압축을 풀 수 없습니다({failure}). gzip 압축 데이터가 손상되었으니 파일을 다시 복사하거나 내려받아 주세요."
    )
}
