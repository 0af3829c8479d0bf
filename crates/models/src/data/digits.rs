//! Real handwriting: the 1,797 images of 8 x 8 pixels of the UCI test file.
//!
//! A pixel is the number of inked points, 0 to 16, in a 4 x 4 block of a 32 x 32 scan, divided by 16.
//! `assets/ATTRIBUTION.md` names the source and its licence, `assets/make_digits.py` made the file.

use super::asset::{Asset, asset};
use super::{DataSpec, Dataset, Kind, RowShape, Split, Values};
use crate::{Knobs, text};

/// Who made the images and on what terms they are used.
pub const ATTRIBUTION: &str = "E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, \
    UCI Machine Learning Repository, https://doi.org/10.24432/C50P49, CC BY 4.0";

/// The data set as the page and the command line offer it.
pub const SPEC: DataSpec = DataSpec {
    id: "digits",
    title: text("Handwritten digits, 8 × 8", "손글씨 숫자 8 × 8"),
    summary: text(
        "1,797 small images of digits that real people wrote (UCI, Alpaydin and Kaynak, CC BY 4.0).",
        "사람들이 실제로 쓴 숫자의 작은 이미지 1,797장입니다(UCI, Alpaydin·Kaynak, CC BY 4.0).",
    ),
    kind: Kind::Images,
    labelled: true,
    knobs: &[],
    asset: Some(&ASSET),
    build,
};

const IMAGES: usize = 1797;
const PIXELS: usize = 64;

/// Of each image its pixels, then its digit.
static ASSET: Asset = asset!("digits.bin.gz", IMAGES * (PIXELS + 1));

/// The images, always split alike: of the images sorted by digit, every fifth is for testing, which
/// leaves 1,437 to train on and 360 to test, in the same proportions of every digit.
fn build(_knobs: &Knobs, _seed: u32) -> Dataset {
    let records = ASSET.contents();
    let digit_of = |image: usize| records[image * (PIXELS + 1) + PIXELS];

    let mut by_digit: Vec<usize> = (0..IMAGES).collect();
    by_digit.sort_by_key(|&image| digit_of(image));
    let mut is_test = [false; IMAGES];
    for &image in by_digit.iter().step_by(5) {
        is_test[image] = true;
    }

    let split = |wanted: bool| {
        let images = (0..IMAGES).filter(|&image| is_test[image] == wanted);
        let levels = images.clone().flat_map(|image| &records[image * (PIXELS + 1)..][..PIXELS]);
        let pixels = levels.map(|&level| f32::from(level) / 16.0).collect();
        Split::new(PIXELS, Values::Reals(pixels), Some(images.map(digit_of).collect()))
    };
    Dataset {
        name: SPEC.id.to_owned(),
        kind: Kind::Images,
        shape: RowShape { height: 8, width: 8, channels: 1 },
        classes: 10,
        train: split(false),
        valid: None,
        test: split(true),
        density: None,
        ratings: None,
    }
}
