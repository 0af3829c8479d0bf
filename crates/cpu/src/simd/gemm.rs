//! Matrix products over strided operands.
//!
//! Operands are slices of cells, for all three matrices may lie in one arena, and several threads may each compute some columns of `C`.

use std::cell::Cell;
use std::ops::Range;

use super::blocked::Packed as Multiplier;

/// A matrix within a slice: element `(i, j)` is `data[origin + i·row + j·column]`. A transpose is an exchange of strides.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    /// The memory that holds the elements.
    pub data: &'a [Cell<f32>],
    /// Where element `(0, 0)` is.
    pub origin: usize,
    /// Distance between rows.
    pub row: isize,
    /// Distance between columns.
    pub column: isize,
}

/// The extents of `C [rows, columns] = A [rows, depth] · B [depth, columns]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Product {
    /// Rows of `A` and `C`.
    pub rows: usize,
    /// Columns of `A`, rows of `B`.
    pub depth: usize,
    /// Columns of `B` and `C`.
    pub columns: usize,
}

/// A part of a product: these rows and columns of `C`, with this part of the depth added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Rows of `A` and `C`.
    pub rows: Range<usize>,
    /// Columns of `A`, rows of `B`.
    pub depth: Range<usize>,
    /// Columns of `B` and `C`.
    pub columns: Range<usize>,
}

/// How often the right factor of a part is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// By this part alone.
    Once,
    /// By this part first, then by others.
    First,
    /// It is the one of the part before.
    Again,
}

/// `C` within a slice: row `i` is `data[i·stride..][..columns]`.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The memory that is written. A result is as good as random where it also holds a factor.
    pub data: &'a [Cell<f32>],
    /// Distance between rows.
    pub stride: usize,
    /// Whether the product is added to what is there.
    pub accumulate: bool,
}

/// The memory that products need besides their operands, allocated once.
#[derive(Default)]
pub struct Workspace(Multiplier);

impl Workspace {
    /// Computes `C = A·B`, or `C += A·B`.
    ///
    /// # Panics
    /// Where an element lies outside its slice, or the rows of `c` overlap.
    pub fn multiply(&mut self, product: Product, a: Matrix<'_>, b: Matrix<'_>, c: Target<'_>) {
        multiply_with(&mut self.0, product, a, b, c);
    }

    /// Computes one piece of a product, given its parts of the factors and all of `C`; the pieces of [`Product::pieces`] one
    /// after the other make up the whole.
    ///
    /// # Panics
    /// Where an element lies outside its slice, or the rows of `c` overlap.
    pub fn multiply_piece(&mut self, piece: &Piece, a: Matrix<'_>, b: Matrix<'_>, right: Right, c: Target<'_>) {
        multiply_piece_with(&mut self.0, piece, a, b, right, c);
    }

    /// Computes a product that is not larger than [`Product::LARGEST`] and has rows and columns.
    ///
    /// # Panics
    /// Where an element lies outside its slice, or the rows of `c` overlap.
    pub fn multiply_part(&mut self, product: Product, a: Matrix<'_>, b: Matrix<'_>, right: Right, c: Target<'_>) {
        multiply_part_with(&mut self.0, product, a, b, right, c);
    }
}

impl Product {
    /// The largest piece into which a product of matrices is cut.
    pub const LARGEST: Product = Multiplier::LARGEST;

    /// The pieces that make up the product, none larger than `largest`, in the order in which they must be computed.
    pub fn pieces(self, largest: Product) -> impl Iterator<Item = Piece> {
        cut(self.columns, largest.columns, 8).flat_map(move |columns| {
            let depths = cut(self.depth, largest.depth, 8).chain((self.depth == 0).then_some(0..0));
            depths.flat_map(move |depth| {
                let columns = columns.clone();
                let piece = move |rows| Piece { rows, depth: depth.clone(), columns: columns.clone() };
                cut(self.rows, largest.rows, Multiplier::ROWS).map(piece)
            })
        })
    }

    /// How often the pieces use the right factor of one of them: those after one another in different rows have it in common.
    pub fn right(self, piece: &Piece) -> Right {
        match (piece.rows.start, piece.rows.end) {
            (0, end) if end == self.rows => Right::Once,
            (0, _) => Right::First,
            _ => Right::Again,
        }
    }

    /// The rows of `C` that are complete once this piece is computed.
    pub fn completed(self, piece: &Piece) -> Option<Range<usize>> {
        let last = piece.columns.end == self.columns && piece.depth.end == self.depth;
        last.then(|| piece.rows.clone())
    }
}

/// Something that multiplies matrices up to a certain size.
pub(super) trait Multiply {
    /// Larger products are cut.
    const LARGEST: Product;
    /// They are best cut at multiples of so many rows.
    const ROWS: usize;

    /// Computes a product of at most the largest size.
    ///
    /// # Safety
    /// There are rows and columns, all elements of the three matrices lie within their slices, and the rows of `c` do not overlap.
    unsafe fn multiply(&mut self, product: Product, a: Matrix<'_>, b: Matrix<'_>, right: Right, c: Target<'_>);
}

/// [`Workspace::multiply`] by some multiplier.
pub(super) fn multiply_with<M: Multiply>(
    multiplier: &mut M,
    product: Product,
    a: Matrix<'_>,
    b: Matrix<'_>,
    c: Target<'_>,
) {
    for piece in product.pieces(M::LARGEST) {
        let (a, b) = (a.from(piece.rows.start, piece.depth.start), b.from(piece.depth.start, piece.columns.start));
        multiply_piece_with(multiplier, &piece, a, b, product.right(&piece), c);
    }
}

fn multiply_piece_with<M: Multiply>(
    multiplier: &mut M,
    piece: &Piece,
    a: Matrix<'_>,
    b: Matrix<'_>,
    right: Right,
    c: Target<'_>,
) {
    let Piece { rows, depth, columns } = piece;
    let end = (rows.end - 1) * c.stride + columns.end;
    assert!(columns.end <= c.stride && end <= c.data.len(), "the product has room");
    let part = Target {
        data: &c.data[rows.start * c.stride + columns.start..end],
        stride: c.stride,
        accumulate: c.accumulate || depth.start > 0,
    };
    let product = Product { rows: rows.len(), depth: depth.len(), columns: columns.len() };
    multiply_part_with(multiplier, product, a, b, right, part);
}

fn multiply_part_with<M: Multiply>(
    multiplier: &mut M,
    product: Product,
    a: Matrix<'_>,
    b: Matrix<'_>,
    right: Right,
    c: Target<'_>,
) {
    let Product { rows, depth, columns } = product;
    let largest = M::LARGEST;
    let fits = rows <= largest.rows && depth <= largest.depth && columns <= largest.columns;
    assert!(fits && rows > 0 && columns > 0, "the product is of a size that is computed at once");
    assert!(a.holds(rows, depth), "the left factor lies within its data");
    assert!(b.holds(depth, columns), "the right factor lies within its data");
    let end = (rows - 1) * c.stride + columns;
    assert!(columns <= c.stride && end <= c.data.len(), "the product has room");
    // SAFETY: the assertions above are what is asked for.
    unsafe { multiplier.multiply(product, a, b, right, c) }
}

impl Matrix<'_> {
    /// Rows become columns.
    pub fn transpose(self) -> Self {
        Matrix { row: self.column, column: self.row, ..self }
    }

    /// Where an element is in the data.
    pub(super) fn position(&self, row: usize, column: usize) -> usize {
        (self.origin as isize + row as isize * self.row + column as isize * self.column) as usize
    }

    /// The part that begins at `(row, column)`.
    pub(crate) fn from(self, row: usize, column: usize) -> Self {
        Matrix { origin: self.position(row, column), ..self }
    }

    /// Whether all of `rows` by `columns` elements lie within the data.
    fn holds(&self, rows: usize, columns: usize) -> bool {
        if rows == 0 || columns == 0 {
            return true;
        }
        let reach = [self.row * (rows as isize - 1), self.column * (columns as isize - 1)];
        let first = self.origin as isize + reach.iter().filter(|step| **step < 0).sum::<isize>();
        let last = self.origin as isize + reach.iter().filter(|step| **step > 0).sum::<isize>();
        first >= 0 && last < self.data.len() as isize
    }
}

/// `0..extent` in ranges of nearly equal length, none longer than `limit`, all but the last a multiple of `unit` if `limit` is.
fn cut(extent: usize, limit: usize, unit: usize) -> impl Iterator<Item = Range<usize>> {
    let even = extent.div_ceil(extent.div_ceil(limit).max(1));
    let length = even.max(1).next_multiple_of(unit).min(limit);
    (0..extent).step_by(length).map(move |start| start..extent.min(start + length))
}
