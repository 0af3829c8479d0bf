//! A data set out of IDX files, each in its place by its name.

use super::{Idx, read};
use crate::data::parts::{Part, assemble};
use crate::data::{Dataset, Kind, RowShape, Values};
use crate::{Error, words};

/// The split that a file belongs to, by the beginning of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Train,
    Valid,
    Test,
    /// The name does not say.
    Anywhere,
}

/// The images found for one place, and their labels.
#[derive(Default)]
struct Found {
    images: Option<(String, RowShape, Vec<u8>)>,
    labels: Option<(String, Vec<u8>)>,
}

/// Makes a data set named `name` of files given by their names and contents, in any order.
///
/// Whether a file holds images or labels is read from its magic number, the split from its name: MNIST's
/// own `train-images-idx3-ubyte`, `t10k-...` (or `test...`) and `valid-...`, with or without `.gz`. Where
/// there is one file of images, whatever its name, every tenth of them becomes the test split.
///
/// # Errors
/// [`Error::BadFile`] when a file cannot be read ([`read`]), two claim one place, images are missing,
/// differ in shape between splits, or have labels that are not as many or are there in one split only.
pub fn dataset(name: &str, files: &[(impl AsRef<str>, impl AsRef<[u8]>)]) -> Result<Dataset, Error> {
    let mut places: [Found; 4] = Default::default();
    for (file, bytes) in files {
        let (file, content) = (file.as_ref(), read(file.as_ref(), bytes.as_ref())?);
        places[place_of(file) as usize].put(file, content)?;
    }
    // With one file of images there is nothing to tell apart: its labels belong to it, however named.
    if places.iter().filter(|found| found.images.is_some()).count() == 1 {
        let mut whole = Found::default();
        for found in places {
            whole.images = whole.images.or(found.images);
            if let Some((file, labels)) = found.labels {
                whole.put(&file, Idx::Labels(labels))?;
            }
        }
        places = [whole, Found::default(), Found::default(), Found::default()];
    }
    let [train, valid, test, stray] = places.map(Found::into_part);
    if let Some(stray) = stray? {
        return Err(Error::bad_file(
            stray.source,
            words!(
                "belongs to no split by its name; beside other images, a name must begin with train, valid or t10k (test)",
                "이름만으로는 훈련용인지 테스트용인지 알 수 없습니다. 다른 이미지와 함께 열 때는 이름이 train, valid, t10k(또는 test) \
                 가운데 하나로 시작해야 합니다."
            ),
        ));
    }
    match train? {
        Some(train) => assemble(name, Kind::Images, train, valid?, test?),
        None => Err(Error::bad_file(
            name,
            words!(
                "has no images to train on; expected a file named train-images-idx3-ubyte, with or without .gz",
                "훈련에 쓸 이미지가 없습니다. 이름이 train-images-idx3-ubyte 또는 train-images-idx3-ubyte.gz인 파일이 필요합니다."
            ),
        )),
    }
}

fn place_of(file: &str) -> Place {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file).to_ascii_lowercase();
    let starts = |beginnings: &[&str]| beginnings.iter().any(|beginning| name.starts_with(beginning));
    if starts(&["train"]) {
        Place::Train
    } else if starts(&["valid"]) {
        Place::Valid
    } else if starts(&["t10k", "test"]) {
        Place::Test
    } else {
        Place::Anywhere
    }
}

impl Found {
    fn put(&mut self, file: &str, content: Idx) -> Result<(), Error> {
        let (kind, before) = match content {
            Idx::Images { shape, pixels } => (
                words!("images", "이미지"),
                self.images.replace((file.to_owned(), shape, pixels)).map(|(file, ..)| file),
            ),
            Idx::Labels(labels) => {
                (words!("labels", "레이블"), self.labels.replace((file.to_owned(), labels)).map(|(file, _)| file))
            }
        };
        match before {
            None => Ok(()),
            Some(other) => Err(Error::bad_file(
                file,
                words!(both kind = kind;
                    "holds {kind} for the same split as {other}; leave one of them out",
                    "{other} 파일과 쓰임이 같은 {kind} 파일입니다. 둘 중 하나를 빼 주세요."
                ),
            )),
        }
    }

    /// The images with their labels; nothing where no file was found.
    fn into_part(self) -> Result<Option<Part>, Error> {
        match (self.images, self.labels) {
            (Some((source, shape, pixels)), labels) => {
                Part::new(source, shape, Values::Bytes(pixels), labels).map(Some)
            }
            (None, Some((source, _))) => Err(Error::bad_file(
                source,
                words!(
                    "holds labels, but the images they belong to are missing",
                    "레이블은 있지만 짝이 되는 이미지가 없습니다. 이미지 파일도 함께 넣어 주세요."
                ),
            )),
            (None, None) => Ok(None),
        }
    }
}
