//! Tables of numbers: a row of the file is a row of the data set.
//!
//! Fields are separated by commas, semicolons or tabs; the first line may name the columns. Rows are
//! points of the plane when two columns remain beside the label, and square images when their number is a
//! square. The label is the column named `label`, `class`, `digit` or `target`; without names it is
//! the one column too many, at the start or the end, whichever takes more values (the corner of an image
//! hardly varies).
//!
//! Where names stand above the columns and fields are empty, the table holds [ratings](super::ratings): a line for each person, a column for
//! each title, from 1 to 5 stars, and nothing where there is no rating. A first column of names of people is passed over.

use std::collections::BTreeSet;
use std::io::Read;

use super::idx::{LONGEST_SIDE, MOST_BYTES};
use super::parts::{Part, assemble};
use super::ratings::{self, STARS};
use super::{Dataset, Kind, RowShape, Values, gzip};
use crate::{Error, Words, number, words};

/// Names of a column of labels.
const LABEL_NAMES: [&str; 4] = ["label", "class", "digit", "target"];

/// Names of a column of people.
const PEOPLE_NAMES: [&str; 6] = ["user", "userid", "person", "people", "name", "id"];

/// Half the side of the square that points from elsewhere are fitted into.
const REACH: f32 = 1.8;

/// Reads a table, gzipped or not; `source` names the file in errors and the data set.
///
/// Pixels may run from 0 to 1, to 16 or to 255, which the largest value tells. Points beyond `[-2, 2]²`
/// are moved and scaled, alike in both directions, to fit. Every tenth row becomes the test split.
///
/// # Errors
/// [`Error::BadFile`], with the line where one is to blame, when a field is no finite number, lines differ
/// in length, the number of columns fits neither points nor square images, pixels are negative or
/// beyond 255, labels are not whole numbers from 0 to 255, or there is too much of it.
pub fn read(source: &str, bytes: &[u8]) -> Result<Dataset, Error> {
    let text = unpack(bytes).map_err(|problem| Error::bad_file(source, problem))?;
    if let Some(Rated { titles, ratings }) = rated(&text).map_err(|problem| Error::bad_file(source, problem))? {
        return ratings::from_table(source, titles, &ratings);
    }
    let table = Table::parse(&text).and_then(|table| {
        let label = table.label_column()?;
        Ok((table.labels(label)?, table.rows_without(label)?))
    });
    let (labels, (kind, shape, values)) = table.map_err(|problem| Error::bad_file(source, problem))?;
    let labels = labels.map(|labels| (source.to_owned(), labels));
    assemble(source, kind, Part::new(source.to_owned(), shape, values, labels)?, None, None)
}

fn unpack(bytes: &[u8]) -> Result<String, Words> {
    let mut text = Vec::new();
    gzip::unpacked(bytes).take(MOST_BYTES + 1).read_to_end(&mut text).map_err(|failure| {
        words!(
            "cannot be unpacked ({failure}): the gzip stream is cut short or damaged",
            "압축을 풀 수 없습니다({failure}). gzip 압축 데이터가 잘렸거나 손상되었습니다."
        )
    })?;
    if text.len() as u64 > MOST_BYTES {
        return Err(words!(
            "is too large: at most {mebibytes} MiB of text can be read",
            "너무 큽니다. 텍스트는 최대 {mebibytes} MiB까지 읽을 수 있습니다.",
            mebibytes = MOST_BYTES >> 20
        ));
    }
    String::from_utf8(text).map_err(|_| {
        words!(
            "is no table: it holds bytes that are not text",
            "표 파일이 아닙니다. 텍스트(UTF-8)가 아닌 바이트가 들어 있습니다."
        )
    })
}

/// What separates the fields of a table: what its first line does.
fn separator(head: &str) -> char {
    ['\t', ';'].into_iter().find(|&separator| head.contains(separator)).unwrap_or(',')
}

fn fields(line: &str, separator: char) -> impl Iterator<Item = &str> {
    line.split(separator).map(|field| field.trim().trim_matches('"'))
}

/// A table of ratings.
struct Rated {
    titles: Vec<String>,
    /// Person by person, 0 where there is none.
    ratings: Vec<f32>,
}

/// A table of ratings; `None` where it is another table.
fn rated(text: &str) -> Result<Option<Rated>, Words> {
    let text = text.trim_start_matches('\u{feff}').trim_end_matches(['\n', '\r']);
    let mut lines = text.lines();
    let head = lines.next().unwrap_or_default();
    let separator = separator(head);
    let names: Vec<&str> = fields(head, separator).collect();
    let is_named = names.iter().any(|name| number::read::<f32>(name).is_none());
    if !is_named || !lines.clone().any(|line| fields(line, separator).any(str::is_empty)) {
        return Ok(None);
    }
    let skipped = usize::from(PEOPLE_NAMES.contains(&names[0].to_ascii_lowercase().as_str()));
    let mut ratings = Vec::new();
    for (number, line) in lines.enumerate() {
        let (line, number) = (fields(line, separator).collect::<Vec<_>>(), number + 2);
        if line.len() != names.len() {
            return Err(words!(
                "has {found} fields in line {number}, but {expected} in line 1",
                "1번째 줄에는 필드가 {expected}개인데 {number}번째 줄에는 {found}개 있습니다.",
                found = line.len(),
                expected = names.len()
            ));
        }
        for field in &line[skipped..] {
            let stars =
                if field.is_empty() { Some(0.0) } else { number::read(field).filter(|&stars| is_rating(stars)) };
            ratings.push(stars.ok_or_else(|| {
                words!(
                    "has {field:?} in line {number}, where a rating was expected: a whole number from 1 to {STARS}, or nothing",
                    "{number}번째 줄에서 평점이 있어야 할 자리에 다른 것이 있습니다: {field:?}. 평점은 1 이상 {STARS} 이하의 정수이고, 없으면 비워 둡니다."
                )
            })?);
        }
    }
    Ok(Some(Rated { titles: names[skipped..].iter().map(|&name| name.to_owned()).collect(), ratings }))
}

fn is_rating(stars: f32) -> bool {
    stars.fract() == 0.0 && (1.0..=STARS as f32).contains(&stars)
}

/// The numbers of a file, and the names above them where there are some.
struct Table {
    names: Option<Vec<String>>,
    columns: usize,
    numbers: Vec<f32>,
    /// Line of the file where the first row stands.
    first_line: usize,
}

impl Table {
    fn parse(text: &str) -> Result<Table, Words> {
        let text = text.trim_start_matches('\u{feff}').trim_end();
        let head = text.lines().next().unwrap_or_default();
        let separator = separator(head);
        let head: Vec<String> = fields(head, separator).map(str::to_owned).collect();
        let has_names = head.iter().any(|field| number::read::<f32>(field).is_none());
        let mut table =
            Table { columns: head.len(), numbers: Vec::new(), first_line: 1 + usize::from(has_names), names: None };
        for (line, text) in text.lines().enumerate().skip(usize::from(has_names)) {
            let line = line + 1;
            let found = text.split(separator).count();
            if found != table.columns {
                return Err(words!(
                    "has {found} fields in line {line}, but {expected} in line 1",
                    "1번째 줄에는 필드가 {expected}개인데 {line}번째 줄에는 {found}개 있습니다.",
                    expected = table.columns
                ));
            }
            for field in fields(text, separator) {
                match number::read::<f32>(field) {
                    Some(number) if number.is_finite() => table.numbers.push(number),
                    _ => {
                        return Err(words!(
                            "has {field:?} in line {line}, where a number was expected",
                            "{line}번째 줄에서 수가 있어야 할 자리에 다른 것이 있습니다: {field:?}."
                        ));
                    }
                }
            }
        }
        if table.numbers.is_empty() {
            return Err(words!("holds no rows of numbers", "수로 된 행이 하나도 없습니다."));
        }
        table.names = has_names.then_some(head);
        Ok(table)
    }

    fn column(&self, index: usize) -> impl Iterator<Item = f32> + '_ {
        self.numbers.iter().skip(index).step_by(self.columns).copied()
    }

    /// Which column holds the labels, if one does.
    fn label_column(&self) -> Result<Option<usize>, Words> {
        if let Some(names) = &self.names {
            let is_label = |name: &String| LABEL_NAMES.contains(&name.to_ascii_lowercase().as_str());
            if let Some(index) = names.iter().position(is_label) {
                return Ok(Some(index));
            }
        }
        if row_shape(self.columns).is_some() {
            return Ok(None);
        }
        if row_shape(self.columns - 1).is_none() {
            return Err(words!(
                "has {columns} columns; expected 2 for points, a square number such as 64 or 784 for images, \
                 or one more for labels",
                "열이 {columns}개입니다. 점이면 2개, 이미지이면 64나 784 같은 제곱수여야 하고, 레이블이 있으면 하나 더 있어야 합니다.",
                columns = self.columns
            ));
        }
        let variety = |index: usize| self.column(index).map(f32::to_bits).collect::<BTreeSet<_>>().len();
        let last = self.columns - 1;
        Ok(Some(if variety(0) > variety(last) && self.columns > 3 { 0 } else { last }))
    }

    fn labels(&self, column: Option<usize>) -> Result<Option<Vec<u8>>, Words> {
        let Some(column) = column else { return Ok(None) };
        let label = |(row, value): (usize, f32)| {
            if value.fract() == 0.0 && (0.0..=255.0).contains(&value) {
                Ok(value as u8)
            } else {
                let line = row + self.first_line;
                Err(words!(
                    "has the label {value} in line {line}; labels are whole numbers from 0 to 255",
                    "{line}번째 줄의 레이블이 {value}입니다. 레이블은 0 이상 255 이하의 정수여야 합니다."
                ))
            }
        };
        self.column(column).enumerate().map(label).collect::<Result<_, _>>().map(Some)
    }

    fn rows_without(self, label: Option<usize>) -> Result<(Kind, RowShape, Values), Words> {
        let width = self.columns - usize::from(label.is_some());
        let Some(shape) = row_shape(width) else {
            return Err(words!(
                "has {width} columns beside the label; expected 2 for points or a square number such as 64 \
                 or 784 for images of at most {LONGEST_SIDE} x {LONGEST_SIDE}",
                "레이블 말고 열이 {width}개 있습니다. 점이면 2개, 최대 {LONGEST_SIDE} x {LONGEST_SIDE} 픽셀인 이미지이면 64나 784 같은 \
                 제곱수여야 합니다."
            ));
        };
        let columns = self.columns;
        let mut numbers = self.numbers;
        if let Some(label) = label {
            let mut index = 0;
            numbers.retain(|_| {
                index += 1;
                (index - 1) % columns != label
            });
        }
        if shape == RowShape::POINT {
            fit_points(&mut numbers);
            return Ok((Kind::Points, shape, Values::Reals(numbers)));
        }
        Ok((Kind::Images, shape, pixels(numbers, width, self.first_line)?))
    }
}

/// What rows of `width` numbers are, if anything.
fn row_shape(width: usize) -> Option<RowShape> {
    let side = width.isqrt();
    match width {
        2 => Some(RowShape::POINT),
        4.. if side * side == width && side <= LONGEST_SIDE => {
            Some(RowShape { height: side, width: side, channels: 1 })
        }
        _ => None,
    }
}

/// Scales pixels to `[0, 1]` by the range that their largest value fits.
fn pixels(mut numbers: Vec<f32>, width: usize, first_line: usize) -> Result<Values, Words> {
    if let Some(index) = numbers.iter().position(|number| !(0.0..=255.0).contains(number)) {
        let (value, line) = (numbers[index], index / width + first_line);
        return Err(words!(
            "has the pixel {value} in line {line}; pixels run from 0 to 1, to 16 or to 255",
            "{line}번째 줄에 값이 {value}인 픽셀이 있습니다. 픽셀 값은 0부터 1까지, 16까지 또는 255까지여야 합니다."
        ));
    }
    let largest = numbers.iter().copied().fold(0.0, f32::max);
    if largest > 16.0 && numbers.iter().all(|number| number.fract() == 0.0) {
        return Ok(Values::Bytes(numbers.into_iter().map(|number| number as u8).collect()));
    }
    let scale = if largest <= 1.0 {
        1.0
    } else if largest <= 16.0 {
        16.0
    } else {
        255.0
    };
    numbers.iter_mut().for_each(|number| *number /= scale);
    Ok(Values::Reals(numbers))
}

/// Moves and scales points into the square of half side [`REACH`] unless all lie in `[-2, 2]²` already.
fn fit_points(numbers: &mut [f32]) {
    if numbers.iter().all(|number| number.abs() <= 2.0) {
        return;
    }
    let [x, y] = [0, 1].map(|axis| {
        let column = || numbers.iter().skip(axis).step_by(2).copied();
        let (low, high) = (column().fold(f32::INFINITY, f32::min), column().fold(f32::NEG_INFINITY, f32::max));
        // Halved before they are added, so that the largest floats do not overflow.
        (0.5 * low + 0.5 * high, 0.5 * high - 0.5 * low)
    });
    let scale = match x.1.max(y.1) {
        0.0 => 1.0,
        half_side => REACH / half_side,
    };
    for point in numbers.chunks_exact_mut(2) {
        point[0] = (point[0] - x.0) * scale;
        point[1] = (point[1] - y.0) * scale;
    }
}
