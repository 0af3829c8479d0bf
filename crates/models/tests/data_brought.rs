//! Data that a person brings beside IDX files: tables, folders of pictures, and the door that tells them
//! apart.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use daydream_models::data::{Dataset, Kind, RowShape, csv, from_files, pictures, read_path};
use flate2::Compression;
use flate2::write::GzEncoder;

mod languages;
use languages::english;

fn square(side: usize) -> RowShape {
    RowShape { height: side, width: side, channels: 1 }
}

fn table(text: &str) -> Dataset {
    csv::read("table.csv", text.as_bytes()).unwrap()
}

#[track_caller]
fn check_refused(text: &str, expected: &str) {
    let refusal = english(&csv::read("table.csv", text.as_bytes()).unwrap_err());
    assert_eq!(refusal, format!("table.csv: {expected}"));
}

#[test]
fn two_columns_are_points() {
    let data = table("0.5,-1\n1.5,2\n-2,0.25\n");
    assert_eq!((data.name.as_str(), data.kind, data.shape), ("table.csv", Kind::Points, RowShape::POINT));
    assert_eq!(
        (data.train.row(0), data.train.row(1), data.test.row(0)),
        (vec![0.5, -1.0], vec![1.5, 2.0], vec![-2.0, 0.25])
    );
    assert!(data.train.labels().is_none());

    let data = table("x;y;class\n0;1;3\n1;0;0\n");
    assert_eq!((data.train.row(0), data.train.labels(), data.classes), (vec![0.0, 1.0], Some(&[3][..]), 4));
    let data = table("0\t1\t3\n1\t0\t0\n");
    assert_eq!((data.train.row(0), data.train.labels(), data.classes), (vec![0.0, 1.0], Some(&[3][..]), 4));
}

#[test]
fn points_from_elsewhere_are_fitted() {
    let data = table("100,1000\n300,1100\n200,1050\n");
    assert_eq!(
        (data.train.row(0), data.train.row(1), data.test.row(0)),
        (vec![-1.8, -0.9], vec![1.8, 0.9], vec![0.0, 0.0])
    );
    let huge = table("-3e38,0\n3e38,0\n0,0\n");
    assert_eq!((huge.train.row(0), huge.train.row(1)), (vec![-1.8, 0.0], vec![1.8, 0.0]));
    assert_eq!(table("7,7\n7,7\n").train.row(0), [0.0, 0.0]);
}

#[test]
fn square_numbers_of_columns_are_images() {
    for (text, expected) in [
        ("0,0.5,1,0\n0,0,0,1", [0.0, 0.5, 1.0, 0.0]),
        ("0,8,16,0\n0,0,0,1", [0.0, 0.5, 1.0, 0.0]),
        ("0,51,255,0\n0,0,0,1", [0.0, 0.2, 1.0, 0.0]),
        ("0,25.5,255,0\n0,0,0,1", [0.0, 0.1, 1.0, 0.0]),
    ] {
        let data = table(text);
        assert_eq!((data.kind, data.shape, data.train.row(0)), (Kind::Images, square(2), expected.to_vec()));
    }
}

#[test]
fn labels_are_found_by_name_or_by_variety() {
    let named = table("\u{feff}\"a\",b,\"Label\",c,d\r\n1,0,2,0,1\r\n0,0,1,1,1\r\n");
    assert_eq!((named.train.row(0), named.train.labels()), (vec![1.0, 0.0, 0.0, 1.0], Some(&[2][..])));
    let first = table("5,0,1,1,0\n6,0,0,1,0\n7,0,1,1,0");
    assert_eq!((first.train.labels(), first.test.labels()), (Some(&[5, 6][..]), Some(&[7][..])));
    let last = table("0,1,1,0,5\n0,0,1,0,6\n0,1,1,0,7");
    assert_eq!((last.train.labels(), last.train.row(1)), (Some(&[5, 6][..]), vec![0.0, 0.0, 1.0, 0.0]));
}

#[test]
fn the_digits_come_back_from_their_own_table() {
    let spec = daydream_models::data::find("digits").unwrap();
    let digits = (spec.build)(&daydream_models::Knobs::defaults(spec.knobs), 0);
    let mut text = Vec::new();
    for (index, label) in digits.train.labels().unwrap().iter().enumerate() {
        let row = digits.train.row(index);
        row.iter().for_each(|value| write!(text, "{},", value * 16.0).unwrap());
        writeln!(text, "{label}").unwrap();
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&text).unwrap();
    let data = from_files(&[("my/digits.csv.gz", encoder.finish().unwrap())]).unwrap();
    assert_eq!((data.name.as_str(), data.shape, data.classes), ("digits.csv.gz", square(8), 10));
    assert_eq!((data.train.len(), data.test.len()), (1437 - 143, 143));
    assert_eq!(data.test.row(0), digits.train.row(9));
    assert_eq!(data.test.labels().unwrap()[0], digits.train.labels().unwrap()[9]);
}

#[test]
fn bad_tables_are_refused() {
    check_refused("", "holds no rows of numbers");
    check_refused("x,y\n", "holds no rows of numbers");
    check_refused("1,2\n", "holds a single row; at least 2 are needed, one to train on and one to test");
    check_refused("1,2\n1,2,3\n", "has 3 fields in line 2, but 2 in line 1");
    check_refused("1,2\n\n3,4\n", "has 1 fields in line 2, but 2 in line 1");
    check_refused("x,y\n1,2\n1,two\n", "has \"two\" in line 3, where a number was expected");
    check_refused("1,2\n1,NaN\n", "has \"NaN\" in line 2, where a number was expected");
    check_refused("1,2\n1,inf\n", "has \"inf\" in line 2, where a number was expected");
    check_refused(
        "1,2,3,4,5,6,7\n1,2,3,4,5,6,7\n",
        "has 7 columns; expected 2 for points, a square number such as 64 or 784 for images, or one more for labels",
    );
    check_refused(
        "label,a,b,c\n1,2,3,4\n1,2,3,4\n",
        "has 3 columns beside the label; expected 2 for points or a square number such as 64 or 784 for images \
         of at most 512 x 512",
    );
    check_refused("label,x,y\n0,1,1\n1.5,1,1\n", "has the label 1.5 in line 3; labels are whole numbers from 0 to 255");
    check_refused("0,1,256\n0,1,1\n", "has the label 256 in line 1; labels are whole numbers from 0 to 255");
    check_refused("0,1,1,1\n0,-1,1,1\n", "has the pixel -1 in line 2; pixels run from 0 to 1, to 16 or to 255");
    check_refused(
        "a,b,c,d\n0,1,1,256\n0,0,1,1\n",
        "has the pixel 256 in line 2; pixels run from 0 to 1, to 16 or to 255",
    );
    let refusal = english(&csv::read("table.csv", &[b'1', b',', 0xff]).unwrap_err());
    assert_eq!(refusal, "table.csv: is no table: it holds bytes that are not text");
    let refusal = english(&csv::read("table.csv", &[0x1f, 0x8b, 8, 0]).unwrap_err());
    assert!(refusal.ends_with("the gzip stream is cut short or damaged"), "{refusal}");
}

/// A new folder in the test's own place, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    /// Writes a PNG of 2 x 3 pixels.
    fn paint(&self, name: &str, color: png::ColorType, pixels: &[u8]) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut encoder =
            png::Encoder::new(fs::File::create(path).unwrap(), 3, (pixels.len() / 3 / color.samples()) as u32);
        encoder.set_color(color);
        encoder.write_header().unwrap().write_image_data(pixels).unwrap();
    }

    fn refusal(&self) -> String {
        english(&read_path(&self.0).unwrap_err())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_folder_of_pictures_is_read_in_order() {
    let folder = Folder::new("pictures-flat");
    folder.paint("b.png", png::ColorType::Grayscale, &[20; 6]);
    folder.paint("a.PNG", png::ColorType::GrayscaleAlpha, &[10, 255, 10, 0, 10, 7, 10, 7, 10, 7, 10, 7]);
    folder.paint("c.png", png::ColorType::Rgb, &[30; 18]);
    fs::write(folder.0.join("notes.txt"), "not looked at").unwrap();
    let data = read_path(&folder.0).unwrap();
    assert_eq!((data.name.as_str(), data.classes), ("pictures-flat", 0));
    assert_eq!(data.shape, RowShape { height: 2, width: 3, channels: 1 });
    let gray = |value: f32| vec![value / 255.0; 6];
    assert_eq!((data.train.row(0), data.train.row(1), data.test.row(0)), (gray(10.0), gray(20.0), gray(30.0)));
}

#[test]
fn folders_of_pictures_are_classes() {
    let folder = Folder::new("pictures-classes");
    for (class, color) in [("cat", [255, 0, 0]), ("dog", [0, 255, 0])] {
        for number in 0..5 {
            folder.paint(&format!("{class}/{number}.png"), png::ColorType::Rgb, &color.repeat(6));
        }
    }
    fs::create_dir(folder.0.join("empty")).unwrap();
    let data = pictures::read_folder(&folder.0).unwrap();
    assert_eq!((data.classes, data.shape), (2, RowShape { height: 2, width: 3, channels: 3 }));
    assert_eq!(data.train.labels(), Some(&[0, 0, 0, 0, 0, 1, 1, 1, 1][..]));
    assert_eq!(data.test.labels(), Some(&[1][..]));
    assert_eq!(data.train.row(0), [1.0, 0.0, 0.0].repeat(6));
}

#[test]
fn bad_folders_are_refused() {
    let folder = Folder::new("pictures-bad");
    let shown = folder.0.display().to_string();
    assert_eq!(
        folder.refusal(),
        format!(
            "{shown}: holds neither a file named train-images-idx3-ubyte (or with .gz) nor PNG images, itself \
             or in a folder for each class"
        )
    );
    folder.paint("a.png", png::ColorType::Grayscale, &[0; 6]);
    folder.paint("b.png", png::ColorType::Grayscale, &[0; 9]);
    assert_eq!(
        folder.refusal(),
        format!("{shown}/b.png: is 3 x 3 pixels, but {shown}/a.png is 2 x 3; all images must be of one size")
    );
    folder.paint("b.png", png::ColorType::Grayscale, &[0; 3 * 513]);
    assert_eq!(
        folder.refusal(),
        format!("{shown}/b.png: is 513 x 3 pixels; at most 512 x 512 can be read, make it smaller")
    );
    let whole = fs::read(folder.0.join("a.png")).unwrap();
    fs::write(folder.0.join("b.png"), &whole[..whole.len() - 20]).unwrap();
    assert!(folder.refusal().starts_with(&format!("{shown}/b.png: cannot be read as PNG: ")), "{}", folder.refusal());
    fs::write(folder.0.join("train-images-idx3-ubyte"), "no images").unwrap();
    assert!(folder.refusal().starts_with(&format!("{shown}/train-images-idx3-ubyte: is no IDX file")));
}

#[test]
fn a_path_that_is_not_there_is_named() {
    let refusal = english(&read_path(Path::new("no/such/place")).unwrap_err());
    assert!(refusal.starts_with("no/such/place: cannot be read: "), "{refusal}");
}

#[test]
fn files_brought_together_go_by_the_training_images() {
    let idx = |magic: u8, sizes: &[u8], data: &[u8]| {
        let sizes = sizes.iter().flat_map(|&size| [0, 0, 0, size]);
        [0, 0, 8, magic].into_iter().chain(sizes).chain(data.iter().copied()).collect::<Vec<u8>>()
    };
    let files = [
        ("t10k-images-idx3-ubyte", idx(3, &[1, 1, 2], &[1, 2])),
        ("train-labels-idx1-ubyte", idx(1, &[2], &[0, 1])),
        ("t10k-labels-idx1-ubyte", idx(1, &[1], &[1])),
        ("train-images-idx3-ubyte", idx(3, &[2, 1, 2], &[1, 2, 3, 4])),
    ];
    assert_eq!(from_files(&files).unwrap().name, "train-images-idx3-ubyte + 3");
}

#[test]
fn a_table_comes_alone() {
    let files = [("train-images-idx3-ubyte", vec![]), ("a.csv", b"1,2\n3,4".to_vec())];
    assert_eq!(
        english(&from_files(&files).unwrap_err()),
        "a.csv: is a table, which is a data set of its own; open it alone"
    );
}

/// An IDX header and what follows.
fn idx(kind: u8, sizes: &[u32], data: &[u8]) -> Vec<u8> {
    let extents = sizes.iter().flat_map(|size| size.to_be_bytes());
    [0, 0, kind, sizes.len() as u8].into_iter().chain(extents).chain(data.iter().copied()).collect()
}

#[test]
fn drawn_images_are_all_there_to_learn_and_to_test_on() {
    let data = from_files(&[("a.drawn", idx(8, &[2, 2, 2], &[0, 255, 0, 255, 255, 255, 0, 0]))]).unwrap();
    assert_eq!((data.name.as_str(), data.kind, data.shape, data.classes), ("drawn", Kind::Images, square(2), 0));
    assert_eq!((data.train.len(), data.test.len()), (2, 2));
    assert_eq!((data.train.row(0), data.test.row(1)), (vec![0.0, 1.0, 0.0, 1.0], vec![1.0, 1.0, 0.0, 0.0]));
}

#[test]
fn drawn_points_follow_the_drawing_in_both_splits() {
    let numbers: Vec<u8> = (0..60).flat_map(|number| (number as f32 / 30.0 - 1.0).to_be_bytes()).collect();
    let data = from_files(&[("a.drawn", idx(0x0d, &[30, 2], &numbers))]).unwrap();
    assert_eq!((data.name.as_str(), data.kind, data.train.len(), data.test.len()), ("drawn", Kind::Points, 24, 6));
    assert_eq!(data.train.row(0), [-1.0, 1.0 / 30.0 - 1.0]);
}

#[test]
fn bad_drawings_are_refused() {
    let refusal = |bytes: Vec<u8>| english(&from_files(&[("a.drawn", bytes)]).unwrap_err());
    let damaged = "a.drawn: is damaged: its header does not fit the points that follow";
    assert_eq!(refusal(idx(0x0d, &[3, 2], &[0; 16])), damaged);
    assert_eq!(refusal(idx(0x0d, &[3, 3], &[0; 24])), damaged);
    assert_eq!(refusal(idx(0x0d, &[2, 2], &[0; 17])), damaged);
    assert_eq!(refusal(idx(8, &[3], &[0; 3])), "a.drawn: holds labels; a drawing is images or points");
    assert_eq!(refusal(idx(0x0d, &[2, 2], &[0; 16])), "the drawing: has 2 points; draw at least 20");
    assert!(refusal(vec![1, 2]).starts_with("a.drawn: "));
}
