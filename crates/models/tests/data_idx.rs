//! IDX files: what is read, and what is refused with which words.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;

use daydream_models::data::idx::{Idx, LONGEST_SIDE, MOST_BYTES, dataset, read, read_folder};
use daydream_models::data::{Kind, RowShape};
use flate2::Compression;
use flate2::write::GzEncoder;

mod languages;
use languages::english;

/// A file with this magic number and these sizes, then `data`.
fn file(magic: u32, sizes: &[u32], data: &[u8]) -> Vec<u8> {
    let mut bytes = magic.to_be_bytes().to_vec();
    sizes.iter().for_each(|size| bytes.extend(size.to_be_bytes()));
    bytes.extend(data);
    bytes
}

/// `count` images of 2 x 3 pixels, each filled with its number from `first` on.
fn images(first: u8, count: u8) -> Vec<u8> {
    let data: Vec<u8> = (first..first + count).flat_map(|value| [value; 6]).collect();
    file(0x803, &[u32::from(count), 2, 3], &data)
}

fn labels(values: &[u8]) -> Vec<u8> {
    file(0x801, &[values.len() as u32], values)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[track_caller]
fn check_refused(bytes: &[u8], expected: &str) {
    assert_eq!(english(&read("some-file", bytes).unwrap_err()), format!("some-file: {expected}"));
}

#[track_caller]
fn check_set_refused(files: &[(&str, Vec<u8>)], expected: &str) {
    assert_eq!(english(&dataset("a drop", files).unwrap_err()), expected);
}

#[test]
fn sizes_come_from_the_header() {
    let expected =
        Idx::Images { shape: RowShape { height: 2, width: 3, channels: 1 }, pixels: [[4; 6], [5; 6], [6; 6]].concat() };
    assert_eq!(read("plain", &images(4, 3)).unwrap(), expected);
    assert_eq!(read("packed", &gzip(&images(4, 3))).unwrap(), expected);
    assert_eq!(read("labels", &gzip(&labels(&[3, 1, 255]))).unwrap(), Idx::Labels(vec![3, 1, 255]));

    let colour = file(0x804, &[2, 1, 2, 3], &[9; 12]);
    let shape = RowShape { height: 1, width: 2, channels: 3 };
    assert_eq!(read("colour", &colour).unwrap(), Idx::Images { shape, pixels: vec![9; 12] });
}

#[test]
fn a_gzip_stream_may_have_several_members() {
    let bytes = images(0, 3);
    let (head, tail) = bytes.split_at(20);
    assert_eq!(read("members", &[gzip(head), gzip(tail)].concat()).unwrap(), read("plain", &bytes).unwrap());
}

#[test]
fn other_files_are_refused() {
    check_refused(
        b"\x89PNG\r\n\x1a\n",
        "is no IDX file: it starts with 0x89504e47; expected 0x00000803 (images) or 0x00000801 (labels)",
    );
    check_refused(
        &file(0xd03, &[1, 1, 1], &[0; 4]),
        "holds numbers of type 0x0d; only unsigned bytes, 0x08, can be read",
    );
    check_refused(
        &file(0x802, &[1, 1], &[0]),
        "holds an array of 2 dimensions; expected 1 (labels), 3 (gray images) or 4 (images with channels)",
    );
}

#[test]
fn cut_files_are_refused() {
    for whole in [images(0, 3), labels(&[1, 2, 3])] {
        let header = if whole[3] == 1 { 8 } else { 16 };
        let promised = whole.len() - header;
        for length in 0..whole.len() {
            let expected = if length < header {
                "is cut short: it ends before its header does".to_owned()
            } else {
                format!("is cut short: its header promises {promised} bytes of data, but {} follow", length - header)
            };
            check_refused(&whole[..length], &expected);
            check_refused(&gzip(&whole[..length]), &expected);
        }
    }
    let packed = gzip(&file(0x803, &[50, 2, 3], &(0..=255).chain(0..44).collect::<Vec<u8>>()));
    for length in 2..packed.len() {
        let refusal = english(&read("cut", &packed[..length]).unwrap_err());
        assert!(refusal.starts_with("cut: is cut short: "), "{length}: {refusal}");
    }
}

#[test]
fn damaged_gzip_is_refused() {
    let mut packed = gzip(&images(0, 3));
    let checksum = packed.len() - 8;
    packed[checksum] ^= 1;
    let refusal = english(&read("damaged", &packed).unwrap_err());
    assert!(refusal.starts_with("damaged: cannot be unpacked ("), "{refusal}");
    assert!(refusal.ends_with("): the gzip stream is damaged, copy or download the file again"), "{refusal}");
}

#[test]
fn long_files_are_refused() {
    let expected = "is too long: its header promises 18 bytes of data, but more follow";
    let mut bytes = images(0, 3);
    bytes.push(0);
    check_refused(&bytes, expected);
    check_refused(&gzip(&bytes), expected);
}

#[test]
fn empty_and_sizeless_files_are_refused() {
    check_refused(b"", "is cut short: it ends before its header does");
    check_refused(&file(0x803, &[0, 28, 28], &[]), "is empty: its header says 0 images");
    check_refused(&labels(&[]), "is empty: its header says 0 labels");
    check_refused(
        &file(0x803, &[5, 0, 28], &[]),
        "holds images of no size: its header says images of 0 x 28 pixels with 1 channels",
    );
    check_refused(
        &file(0x804, &[5, 28, 28, 0], &[]),
        "holds images of no size: its header says images of 28 x 28 pixels with 0 channels",
    );
}

#[test]
fn images_beyond_the_limits_are_refused() {
    let side = LONGEST_SIDE as u32 + 1;
    check_refused(
        &file(0x803, &[1, side, 2], &[0; 1026]),
        "holds images that are too large: its header says images of 513 x 2 pixels with 1 channels; \
         at most 512 x 512 with 4 can be read",
    );
    check_refused(
        &file(0x804, &[1, 2, 2, 5], &[0; 20]),
        "holds images that are too large: its header says images of 2 x 2 pixels with 5 channels; \
         at most 512 x 512 with 4 can be read",
    );
}

/// The header alone is enough to refuse: no memory is taken for what it promises.
#[test]
fn files_that_promise_too_much_are_refused() {
    let (promised, most) = (u64::from(u32::MAX) * 512 * 512, MOST_BYTES);
    assert_eq!(most, 1 << 30);
    let expected =
        format!("is too large: its header promises {promised} bytes of data; at most {most} (1024 MiB) can be read");
    check_refused(&file(0x803, &[u32::MAX, 512, 512], &[]), &expected);
    check_refused(&gzip(&file(0x803, &[u32::MAX, 512, 512], &[])), &expected);
}

/// Three images, then 256 MiB of zeros: unpacking stops one byte after the images. Were it to go on, it
/// would find that the second half of the stream is missing.
#[test]
fn gzip_bombs_are_not_unpacked() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&images(0, 3)).unwrap();
    let zeros = vec![0; 1 << 20];
    (0..256).for_each(|_| encoder.write_all(&zeros).unwrap());
    let bomb = encoder.finish().unwrap();
    check_refused(&bomb[..bomb.len() / 2], "is too long: its header promises 18 bytes of data, but more follow");
}

#[test]
fn files_find_their_split_by_name() {
    let files = [
        ("t10k-labels-idx1-ubyte", labels(&[1, 0])),
        ("drop/train-images-idx3-ubyte.gz", gzip(&images(0, 4))),
        ("valid-images.idx3-ubyte", images(4, 1)),
        ("valid-labels.idx1-ubyte", labels(&[6])),
        ("TRAIN-labels-idx1-ubyte", labels(&[0, 1, 2, 3])),
        ("t10k-images-idx3-ubyte", images(5, 2)),
    ];
    let data = dataset("mnist", &files).unwrap();
    assert_eq!((data.name.as_str(), data.kind, data.classes), ("mnist", Kind::Images, 7));
    assert_eq!(data.shape, RowShape { height: 2, width: 3, channels: 1 });
    let valid = data.valid.unwrap();
    assert_eq!((data.train.len(), valid.len(), data.test.len()), (4, 1, 2));
    assert_eq!(data.train.labels(), Some(&[0, 1, 2, 3][..]));
    assert_eq!(data.test.labels(), Some(&[1, 0][..]));
    assert_eq!(data.train.row(3), [3.0 / 255.0; 6]);
    assert_eq!(valid.row(0), [4.0 / 255.0; 6]);
    assert_eq!(data.test.row(1), [6.0 / 255.0; 6]);
}

#[test]
fn one_file_of_images_gives_every_tenth_to_the_test() {
    for name in ["faces", "train-images-idx3-ubyte", "t10k-images-idx3-ubyte"] {
        let data = dataset("a drop", &[(name, images(0, 30))]).unwrap();
        assert_eq!((data.train.len(), data.test.len(), data.classes), (27, 3, 0));
        assert!(data.train.labels().is_none() && data.valid.is_none());
        assert_eq!(data.test.row(0), [9.0 / 255.0; 6]);
        assert_eq!(data.train.row(9), [10.0 / 255.0; 6]);
    }
    let values: Vec<u8> = (0..30).collect();
    let data = dataset("a drop", &[("faces", images(0, 30)), ("names", labels(&values))]).unwrap();
    assert_eq!(data.classes, 30);
    assert_eq!(data.test.labels(), Some(&[9, 19, 29][..]));
    let data = dataset("a drop", &[("faces", images(0, 3))]).unwrap();
    assert_eq!((data.train.len(), data.test.row(0)), (2, vec![2.0 / 255.0; 6]));
}

#[test]
fn files_that_do_not_fit_together_are_refused() {
    check_set_refused(
        &[("faces", images(0, 30)), ("names", labels(&[1, 2]))],
        "names: holds 2 labels, but faces holds 30 images",
    );
    check_set_refused(&[("names", labels(&[1, 2]))], "names: holds labels, but the images they belong to are missing");
    check_set_refused(
        &[("train-images", images(0, 3)), ("train-more", images(0, 3))],
        "train-more: holds images for the same split as train-images; leave one of them out",
    );
    check_set_refused(
        &[("faces", images(0, 3)), ("a", labels(&[1, 2, 3])), ("train-b", labels(&[1, 2, 3]))],
        "a: holds labels for the same split as train-b; leave one of them out",
    );
    check_set_refused(
        &[("train-images", images(0, 3)), ("faces", images(0, 3))],
        "faces: belongs to no split by its name; beside other images, a name must begin with train, valid or t10k (test)",
    );
    check_set_refused(
        &[("train-images", images(0, 3)), ("t10k-images", file(0x803, &[1, 1, 1], &[0]))],
        "t10k-images: holds images of 1 x 1 pixels, but train-images holds images of 2 x 3 pixels",
    );
    check_set_refused(
        &[("train-images", images(0, 3)), ("train-labels", labels(&[0, 1, 2])), ("t10k-images", images(0, 3))],
        "t10k-images: has no labels, but train-images has; add the labels or leave them all out",
    );
    check_set_refused(
        &[("valid-images", images(0, 3)), ("t10k-images", images(0, 3))],
        "a drop: has no images to train on; expected a file named train-images-idx3-ubyte, with or without .gz",
    );
    check_set_refused(
        &[("faces", images(0, 1))],
        "faces: holds a single row; at least 2 are needed, one to train on and one to test",
    );
    check_set_refused(
        &[],
        "a drop: has no images to train on; expected a file named train-images-idx3-ubyte, with or without .gz",
    );
}

/// A new folder in the test's own place, removed at the end.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_folder_is_read_by_its_names() {
    let folder = Folder::new("idx-folder");
    fs::write(folder.0.join("train-images-idx3-ubyte.gz"), gzip(&images(0, 20))).unwrap();
    fs::write(folder.0.join("t10k-images-idx3-ubyte"), images(20, 2)).unwrap();
    fs::write(folder.0.join("notes.txt"), "not looked at").unwrap();
    let data = read_folder(&folder.0).unwrap();
    assert_eq!((data.name.as_str(), data.train.len(), data.test.len()), ("idx-folder", 20, 2));
}

#[test]
fn a_folder_without_the_files_names_what_was_looked_for() {
    let folder = Folder::new("idx-empty");
    assert_eq!(
        english(&read_folder(&folder.0).unwrap_err()),
        format!("{}: has no file named train-images-idx3-ubyte or train-images-idx3-ubyte.gz", folder.0.display())
    );
}
