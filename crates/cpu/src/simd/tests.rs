//! Products in all registers that the processor has, and in those of WebAssembly, against a triple loop in 64-bit arithmetic.

use std::cell::Cell;

use fearless_simd::Level;

use super::blocked::Packed;
use super::fours::Fours;
use super::gemm::{Matrix, Multiply, Product, Right, Target, Workspace, multiply_with};

/// The kernel of WebAssembly, by tiles of so many rows.
#[derive(Default)]
struct Browsers<const ROWS: usize>(Packed);

impl<const ROWS: usize> Multiply for Browsers<ROWS> {
    const LARGEST: Product = Product { rows: Packed::LARGEST.rows - ROWS, ..Packed::LARGEST };
    const ROWS: usize = ROWS;

    unsafe fn multiply(&mut self, product: Product, a: Matrix<'_>, b: Matrix<'_>, right: Right, c: Target<'_>) {
        // SAFETY: the caller's promise.
        unsafe { self.0.multiply_in::<_, ROWS, 2, 8>(Fours, product, a, b, right, c) }
    }
}

/// What registers there are to be tried.
fn levels() -> Vec<Level> {
    let widest = Level::new();
    let mut levels = vec![widest, Level::baseline()];
    #[cfg(target_arch = "x86_64")]
    levels.extend(widest.as_avx2().map(Level::Avx2));
    levels
}

/// How an operand's elements lie in memory.
#[derive(Clone, Copy, Debug)]
enum Layout {
    RowMajor,
    Transposed,
    Spread,
    Reversed,
}

const LAYOUTS: [Layout; 4] = [Layout::RowMajor, Layout::Transposed, Layout::Spread, Layout::Reversed];

struct Operand {
    data: Vec<Cell<f32>>,
    origin: usize,
    row: isize,
    column: isize,
}

impl Operand {
    fn new(rows: usize, columns: usize, layout: Layout, salt: usize) -> Operand {
        let (r, c) = (rows as isize, columns as isize);
        let (len, origin, row, column) = match layout {
            Layout::RowMajor => (rows * (columns + 3) + 1, 1, c + 3, 1),
            Layout::Transposed => (columns * (rows + 5) + 2, 2, 1, r + 5),
            Layout::Spread => (rows * columns * 6, 0, 3 * 2 * c, 2),
            Layout::Reversed => (rows * columns, (rows * columns).saturating_sub(1), -c, -1),
        };
        let data = (0..len).map(|i| (((i + salt) * 7919 + 13) % 2003) as f32 / 1001.5 - 1.0).map(Cell::new).collect();
        Operand { data, origin, row, column }
    }

    fn matrix(&self) -> Matrix<'_> {
        Matrix { data: &self.data, origin: self.origin, row: self.row, column: self.column }
    }

    fn at(&self, row: usize, column: usize) -> f64 {
        f64::from(self.data[self.matrix().position(row, column)].get())
    }
}

fn check<M: Multiply>(multiplier: &mut M, product: Product, layouts: [Layout; 2], gap: usize, accumulate: bool) {
    let Product { rows, depth, columns } = product;
    let a = Operand::new(rows, depth, layouts[0], 1);
    let b = Operand::new(depth, columns, layouts[1], 500);
    let stride = columns + gap;
    let c: Vec<Cell<f32>> = (0..rows * stride).map(|i| (i % 17) as f32 / 17.0 - 0.5).map(Cell::new).collect();
    let before = c.clone();
    let target = Target { data: &c, stride, accumulate };
    multiply_with(multiplier, product, a.matrix(), b.matrix(), target);

    for row in 0..rows {
        for column in 0..stride {
            let index = row * stride + column;
            let (mut exact, mut magnitude) = (f64::from(before[index].get()), 1.0);
            if column < columns {
                let start = if accumulate { exact } else { 0.0 };
                let terms = (0..depth).map(|k| a.at(row, k) * b.at(k, column));
                exact = start + terms.clone().sum::<f64>();
                magnitude = start.abs() + terms.map(f64::abs).sum::<f64>();
            }
            // Each of `depth` sums rounds by at most half a unit in the last place of what is summed so far.
            let bound = magnitude * (depth as f64 + 2.0) * f64::from(f32::EPSILON) / 2.0;
            let error = (f64::from(c[index].get()) - exact).abs();
            assert!(error <= bound, "{product:?} {layouts:?} gap {gap}: {error} > {bound} at ({row}, {column})");
        }
    }
}

fn check_all(products: impl IntoIterator<Item = Product>) {
    let (mut fives, mut sixes) = (Browsers::<5>::default(), Browsers::<6>::default());
    let mut native: Vec<Packed> = levels().iter().map(|_| Packed::default()).collect();
    native.iter_mut().zip(levels()).for_each(|(packed, level)| packed.level = level);
    for product in products {
        for left in LAYOUTS {
            for right in LAYOUTS {
                for (gap, accumulate) in [(0, false), (3, true)] {
                    check(&mut fives, product, [left, right], gap, accumulate);
                    check(&mut sixes, product, [left, right], gap, accumulate);
                    for multiplier in &mut native {
                        check(multiplier, product, [left, right], gap, accumulate);
                    }
                }
            }
        }
    }
}

#[test]
fn odd_and_empty_extents() {
    let extents = [0, 1, 2, 5, 9].into_iter().flat_map(|rows| {
        let rest = [0, 1, 3, 8, 13].into_iter().flat_map(|depth| [0, 1, 4, 7, 17].map(|columns| (depth, columns)));
        rest.map(move |(depth, columns)| Product { rows, depth, columns })
    });
    check_all(extents);
}

/// Every number of rows that a tile can have, and of columns within two vectors of sixteen and a little.
#[test]
fn every_tile() {
    check_all((1..=13).map(|rows| Product { rows, depth: 5, columns: 33 }));
    check_all((1..=34).map(|columns| Product { rows: 14, depth: 5, columns }));
}

/// Columns so few that the left factor is not packed, and steps so many that it matters.
#[test]
fn narrow_products() {
    check_all([
        Product { rows: 20, depth: 71, columns: 24 },
        Product { rows: 5, depth: 65, columns: 8 },
        Product { rows: 157, depth: 515, columns: 64 },
    ]);
}

#[test]
fn more_than_one_piece_each_way() {
    check_all([
        Product { rows: 147, depth: 7, columns: 5 },
        Product { rows: 3, depth: 1029, columns: 10 },
        Product { rows: 2, depth: 3, columns: 1035 },
    ]);
    let Product { rows, depth, .. } = Packed::LARGEST;
    check_all([Product { rows, depth, columns: 9 }, Product { rows: rows + 1, depth: depth + 1, columns: 9 }]);
    let product = Product { rows: 149, depth: 515, columns: 1027 };
    check(&mut Browsers::<5>::default(), product, [Layout::RowMajor, Layout::Transposed], 0, false);
    check(&mut Packed::default(), product, [Layout::RowMajor, Layout::Transposed], 0, false);
}

#[test]
fn pieces_complete_each_row_once() {
    let product = Product { rows: 300, depth: 1100, columns: 2050 };
    let pieces: Vec<_> = product.pieces(Packed::LARGEST).collect();
    let mut rows: Vec<usize> = pieces.iter().filter_map(|piece| product.completed(piece)).flatten().collect();
    rows.sort_unstable();
    assert!(rows.into_iter().eq(0..300));
}

#[test]
#[should_panic(expected = "the left factor lies within its data")]
fn too_short_an_operand() {
    let numbers = [const { Cell::new(1.0) }; 9];
    let short = Matrix { data: &numbers[..5], origin: 0, row: 3, column: 1 };
    let square = Matrix { data: &numbers, origin: 0, row: 3, column: 1 };
    let room = [const { Cell::new(0.0) }; 6];
    let target = Target { data: &room, stride: 3, accumulate: false };
    let product = Product { rows: 2, depth: 3, columns: 3 };
    Workspace::default().multiply(product, short, square, target);
}
