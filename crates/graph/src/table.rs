//! Tables of rows that a device keeps whole, so that a batch is made by naming row numbers and nothing else travels.

/// The numbers of a table, row after row. Images stay bytes until a batch is made: MNIST is 47 MB so, and 188 MB as floats.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Pixels; 255 stands for 1.
    Bytes(Vec<u8>),
    /// Real numbers.
    Reals(Vec<f32>),
}

impl Values {
    /// How many numbers there are.
    pub fn len(&self) -> usize {
        match self {
            Values::Bytes(bytes) => bytes.len(),
            Values::Reals(reals) => reals.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Rows of one width: `[N, D]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    width: usize,
    values: Values,
}

impl Table {
    /// Rows of `width` numbers.
    ///
    /// # Panics
    /// When the values are no whole number of rows.
    #[track_caller]
    pub fn new(width: usize, values: Values) -> Table {
        let numbers = values.len();
        assert!(width > 0 && numbers.is_multiple_of(width), "{numbers} numbers are no whole number of rows of {width}");
        Table { width, values }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.values.len() / self.width
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Numbers in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// All rows.
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// Writes row `index` into `out`, bytes as fractions of 255.
    pub fn read_row(&self, index: usize, out: &mut [f32]) {
        let range = index * self.width..(index + 1) * self.width;
        match &self.values {
            Values::Bytes(bytes) => {
                for (out, &byte) in out.iter_mut().zip(&bytes[range]) {
                    *out = f32::from(byte) / 255.0;
                }
            }
            Values::Reals(reals) => out.copy_from_slice(&reals[range]),
        }
    }

    /// Writes these rows into `out`, one after the other.
    pub fn read_rows(&self, rows: &[u32], out: &mut [f32]) {
        for (out, &row) in out.chunks_exact_mut(self.width).zip(rows) {
            self.read_row(row as usize, out);
        }
    }
}
