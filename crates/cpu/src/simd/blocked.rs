//! Our own matrix product: operands packed for the [tile](super::tile), pieces sized for the caches.
//!
//! The right factor of a piece is packed once for all its rows, a few panels just before they are used. Where no other piece uses it
//! the next panels take their place, which is still in the nearest caches; else all are kept (at most 2 MiB). The left factor is packed once for all its
//! columns (at most 300 KiB), but not for few columns: packing would cost several percent there. It is read in place then, which takes an address for
//! each row of a tile.
//!
//! The shape of a tile follows from the registers. A fused multiplication with addition takes four cycles and two begin in each, so that eight
//! sums must be under way, and more for slack:
//!
//! - In browsers on x86, fifteen registers of four lanes: 6 rows of 2 vectors. With the operands, twelve sums take all of them. Where
//!   multiplication and addition are not fused a product that is yet to be added takes one more: 5 rows then, for a tile that spills is half as fast.
//! - AVX2, sixteen registers of eight lanes: 6 rows of 2 vectors.
//! - AVX-512 and NEON, thirty-two registers of sixteen or four lanes: 12 rows of 2 vectors.

use std::cmp::Ordering;

use super::gemm::{Matrix, Multiply, Product, Right, Target};
use super::pack::{TOGETHER, distance, pack};
use super::registers::Registers;
use super::tile::{tile, tile_of_lines};
use crate::aligned::Aligned;

/// The most steps of shallow tiles.
const MOST_SHALLOW: usize = 64;

/// The most rows that are read where they lie: each takes an address.
const FEW_LINES: usize = 6;

/// The most panels of the right factor for which the left one is not packed.
const FEW_PANELS: usize = 8;

/// The most rows and columns of a tile.
const MOST_ROWS: usize = 12;
const MOST_COLUMNS: usize = 32;

/// Room for packed operands.
pub(super) struct Packed {
    left: Aligned,
    right: Aligned,
    /// What registers there are.
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) level: fearless_simd::Level,
    /// Whether a product and a sum are one instruction.
    #[cfg(target_arch = "wasm32")]
    fused: bool,
}

impl Default for Packed {
    fn default() -> Packed {
        let Product { rows, depth, columns } = Self::LARGEST;
        Packed {
            left: Aligned::zeros((rows + MOST_ROWS) * distance(1, depth)),
            right: Aligned::zeros(columns * distance(1, depth)),
            #[cfg(not(target_arch = "wasm32"))]
            level: fearless_simd::Level::new(),
            #[cfg(target_arch = "wasm32")]
            fused: super::fours::are_fused(),
        }
    }
}

#[cfg(target_arch = "wasm32")]
impl Multiply for Packed {
    const LARGEST: Product = Product { rows: 150, depth: 512, columns: 1024 };
    const ROWS: usize = 5 * 6;

    unsafe fn multiply(&mut self, product: Product, a: Matrix<'_>, b: Matrix<'_>, right: Right, c: Target<'_>) {
        use super::fours::Fours;
        // SAFETY: the caller's promise.
        unsafe {
            if self.fused {
                self.multiply_in::<_, 6, 2, 8>(Fours, product, a, b, right, c);
            } else {
                self.multiply_in::<_, 5, 2, 8>(Fours, product, a, b, right, c);
            }
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl Multiply for Packed {
    const LARGEST: Product = Product { rows: 144, depth: 512, columns: 1024 };
    const ROWS: usize = 12;

    unsafe fn multiply(&mut self, product: Product, a: Matrix<'_>, b: Matrix<'_>, right: Right, c: Target<'_>) {
        fearless_simd::dispatch!(self.level, simd => {
            // SAFETY: the caller's promise.
            unsafe { self.multiply_widest(simd, product, a, b, right, c) }
        });
    }
}

impl Packed {
    /// [`Packed::multiply`] in native registers.
    ///
    /// # Safety
    /// As there.
    #[cfg(not(target_arch = "wasm32"))]
    #[inline(always)]
    unsafe fn multiply_widest<S: fearless_simd::Simd>(
        &mut self,
        simd: S,
        product: Product,
        a: Matrix<'_>,
        b: Matrix<'_>,
        right: Right,
        c: Target<'_>,
    ) {
        // SAFETY: the caller's promise.
        unsafe {
            match S::LANES {
                16 => self.multiply_in::<S, 12, 2, 32>(simd, product, a, b, right, c),
                8 => self.multiply_in::<S, 6, 2, 16>(simd, product, a, b, right, c),
                _ if cfg!(target_arch = "aarch64") => self.multiply_in::<S, 12, 2, 8>(simd, product, a, b, right, c),
                _ => self.multiply_in::<S, 5, 2, 8>(simd, product, a, b, right, c),
            }
        }
    }

    /// [`Packed::multiply`] by tiles of `ROWS` rows and `VECTORS` vectors, which are `COLUMNS` numbers.
    ///
    /// # Safety
    /// As there.
    #[inline(always)]
    pub(super) unsafe fn multiply_in<R: Registers, const ROWS: usize, const VECTORS: usize, const COLUMNS: usize>(
        &mut self,
        registers: R,
        product: Product,
        a: Matrix<'_>,
        b: Matrix<'_>,
        right: Right,
        c: Target<'_>,
    ) {
        assert!(VECTORS * R::LANES == COLUMNS, "vectors make up a tile");
        let Product { rows, depth, columns } = product;
        // Packing the left factor for few columns takes longer than to read it where it lies.
        let is_narrow = columns <= FEW_PANELS * COLUMNS && columns.is_multiple_of(COLUMNS) && depth > MOST_SHALLOW;
        let lies_well = a.row == 1 && a.column > 0 || a.column == 1;
        // SAFETY: the caller's promise, for some rows and for the others.
        unsafe {
            if ROWS <= FEW_LINES && is_narrow && lies_well {
                let whole = Panels::<ROWS>::new(rows).whole * ROWS;
                self.multiply_in_place::<R, ROWS, VECTORS, COLUMNS>(
                    registers,
                    Product { rows: whole, ..product },
                    a,
                    b,
                    right,
                    c,
                );
                if whole < rows {
                    let rest = Product { rows: rows - whole, ..product };
                    let c = Target { data: &c.data[whole * c.stride..], ..c };
                    let (a, right) = (a.from(whole, 0), Right::Again);
                    self.multiply_by::<R, ROWS, VECTORS, COLUMNS, false>(registers, rest, a, b, right, c);
                }
            } else if (1..=MOST_SHALLOW).contains(&depth) {
                self.multiply_by::<R, ROWS, VECTORS, COLUMNS, true>(registers, product, a, b, right, c);
            } else {
                self.multiply_by::<R, ROWS, VECTORS, COLUMNS, false>(registers, product, a, b, right, c);
            }
        }
    }

    /// [`Packed::multiply_in`] by whole tiles, of a left factor whose rows or columns lie side by side.
    ///
    /// # Safety
    /// As there.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    #[cfg_attr(all(target_arch = "wasm32", feature = "relaxed"), target_feature(enable = "relaxed-simd"))]
    unsafe fn multiply_in_place<R: Registers, const ROWS: usize, const VECTORS: usize, const COLUMNS: usize>(
        &mut self,
        registers: R,
        product: Product,
        a: Matrix<'_>,
        b: Matrix<'_>,
        right: Right,
        c: Target<'_>,
    ) {
        let Product { rows, depth, columns } = product;
        if right != Right::Again {
            pack::<R, COLUMNS>(registers, b.transpose(), columns, depth, &mut self.right);
        }
        for row in (0..rows).step_by(ROWS) {
            let line = |number: usize| a.data[a.position(row + number, 0)..].as_ptr().cast::<f32>();
            let lines: [*const f32; ROWS] = std::array::from_fn(line);
            for column in (0..columns).step_by(COLUMNS) {
                let panel = self.right[column / COLUMNS * distance(COLUMNS, depth)..][..COLUMNS * depth].as_ptr();
                let to = c.data[row * c.stride + column..].as_ptr().cast::<f32>().cast_mut();
                // SAFETY: the caller vouches for the left factor, each of whose rows or steps lies side by side, and for all elements of `c`; the panel
                // holds `depth` steps.
                unsafe {
                    if a.column == 1 {
                        tile_of_lines::<R, COLUMNS, ROWS, VECTORS>(
                            registers,
                            depth,
                            lines,
                            panel,
                            to,
                            c.stride,
                            c.accumulate,
                        );
                    } else {
                        let apart = a.column as usize;
                        tile::<R, COLUMNS, ROWS, VECTORS, false>(
                            registers,
                            depth,
                            lines[0],
                            apart,
                            panel,
                            to,
                            c.stride,
                            c.accumulate,
                        );
                    }
                }
            }
        }
    }

    /// [`Packed::multiply_in`] by tiles that are shallow or not.
    ///
    /// In WebAssembly a function of its own: V8 compiles the innermost loop best where few loops lie around it.
    ///
    /// # Safety
    /// As there, and there is a step where tiles are shallow.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    #[cfg_attr(all(target_arch = "wasm32", feature = "relaxed"), target_feature(enable = "relaxed-simd"))]
    unsafe fn multiply_by<
        R: Registers,
        const ROWS: usize,
        const VECTORS: usize,
        const COLUMNS: usize,
        const SHALLOW: bool,
    >(
        &mut self,
        registers: R,
        product: Product,
        a: Matrix<'_>,
        b: Matrix<'_>,
        right: Right,
        c: Target<'_>,
    ) {
        let Product { rows, depth, columns } = product;
        let panels = Panels::<ROWS>::new(rows);
        for (begin, lines) in panels.parts() {
            pack::<R, ROWS>(
                registers,
                a.from(begin, 0),
                lines,
                depth,
                &mut self.left[begin.div_ceil(ROWS) * distance(ROWS, depth)..],
            );
        }
        for first in (0..columns).step_by(TOGETHER * COLUMNS) {
            let end = columns.min(first + TOGETHER * COLUMNS);
            let kept = if right == Right::Once { 0 } else { first / COLUMNS * distance(COLUMNS, depth) };
            if right != Right::Again {
                let panels = &mut self.right[kept..];
                pack::<R, COLUMNS>(registers, b.from(0, first).transpose(), end - first, depth, panels);
            }
            for column in (first..end).step_by(COLUMNS) {
                let panel = kept + (column - first) / COLUMNS * distance(COLUMNS, depth);
                let right = self.right[panel..][..COLUMNS * depth].as_ptr();
                let whole = if columns - column < COLUMNS { 0 } else { panels.whole };
                let (mut left, mut to) = (self.left.as_ptr(), c.data[column..].as_ptr().cast::<f32>().cast_mut());
                for _ in 0..whole {
                    // SAFETY: the panels hold `depth` steps, of which `left` has one for each `ROWS` rows. The caller vouches for all elements
                    // of `c`, of which as many are left from here on.
                    unsafe {
                        tile::<R, COLUMNS, ROWS, VECTORS, SHALLOW>(
                            registers,
                            depth,
                            left,
                            ROWS,
                            right,
                            to,
                            c.stride,
                            c.accumulate,
                        );
                    }
                    left = left.wrapping_add(distance(ROWS, depth));
                    to = to.wrapping_add(ROWS * c.stride);
                }
                let mut row = whole * ROWS;
                while row < rows {
                    let shape = (panels.height(row), COLUMNS.min(columns - column));
                    // SAFETY: as above, of which `shape` are left.
                    unsafe {
                        edge::<R, ROWS, VECTORS, COLUMNS>(
                            registers,
                            depth,
                            left,
                            right,
                            shape,
                            to,
                            c.stride,
                            c.accumulate,
                        );
                    }
                    left = left.wrapping_add(distance(ROWS, depth));
                    to = to.wrapping_add(shape.0 * c.stride);
                    row += shape.0;
                }
            }
        }
    }
}

/// How rows are shared out to panels of the left factor: `ROWS` to each, and what is left to the last one, which shares with the one before where
/// it is little, for a tile of few rows leaves multipliers idle.
struct Panels<const ROWS: usize> {
    /// Panels of `ROWS` rows.
    whole: usize,
    /// Rows of the two panels behind them, or of the only one.
    rest: [usize; 2],
}

impl<const ROWS: usize> Panels<ROWS> {
    fn new(rows: usize) -> Panels<ROWS> {
        let (whole, rest) = (rows / ROWS, rows % ROWS);
        if whole == 0 || rest == 0 || rest >= ROWS / 2 {
            return Panels { whole, rest: [rest, 0] };
        }
        let both = ROWS + rest;
        Panels { whole: whole - 1, rest: [both.div_ceil(2), both / 2] }
    }

    /// Where rows begin that are packed together, and how many they are.
    fn parts(&self) -> [(usize, usize); 3] {
        let begin = self.whole * ROWS;
        [(0, begin), (begin, self.rest[0]), (begin + self.rest[0], self.rest[1])]
    }

    /// Rows of the panel that begins with this one.
    fn height(&self, row: usize) -> usize {
        let [first, last] = self.rest;
        match row.cmp(&(self.whole * ROWS)) {
            Ordering::Less => ROWS,
            Ordering::Equal => first,
            Ordering::Greater => last,
        }
    }
}

/// Computes a tile at the edge: only `rows` and `columns` of it exist in `C`.
///
/// In WebAssembly a function of its own, as loops that run seldom.
///
/// # Safety
/// As for [`tile`], but only that part is read and written at `c`.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
#[cfg_attr(all(target_arch = "wasm32", feature = "relaxed"), target_feature(enable = "relaxed-simd"))]
#[expect(clippy::too_many_arguments, reason = "those of a tile, and its shape")]
unsafe fn edge<R: Registers, const ROWS: usize, const VECTORS: usize, const COLUMNS: usize>(
    registers: R,
    depth: usize,
    left: *const f32,
    right: *const f32,
    (rows, columns): (usize, usize),
    c: *mut f32,
    stride: usize,
    accumulate: bool,
) {
    let vectors = columns.div_ceil(R::LANES);
    // SAFETY: the caller's promise for the operands. The result goes to `C` where it is of whole vectors, else to `spare`, and from there the
    // part that exists.
    unsafe {
        if columns.is_multiple_of(R::LANES) {
            return tile_of::<R, ROWS, VECTORS, COLUMNS>(
                registers,
                (rows, vectors),
                depth,
                left,
                right,
                c,
                stride,
                accumulate,
            );
        }
        let mut spare = [0.0; MOST_ROWS * MOST_COLUMNS];
        let all = spare.as_mut_ptr();
        tile_of::<R, ROWS, VECTORS, COLUMNS>(registers, (rows, vectors), depth, left, right, all, COLUMNS, false);
        for row in 0..rows {
            for column in 0..columns {
                let to = c.add(row * stride + column);
                *to = spare[row * COLUMNS + column] + if accumulate { *to } else { 0.0 };
            }
        }
    }
}

/// A tile of so many rows and vectors.
///
/// # Safety
/// As for [`tile`].
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "those of a tile, and its shape")]
unsafe fn tile_of<R: Registers, const ROWS: usize, const VECTORS: usize, const COLUMNS: usize>(
    registers: R,
    shape: (usize, usize),
    depth: usize,
    left: *const f32,
    right: *const f32,
    c: *mut f32,
    stride: usize,
    accumulate: bool,
) {
    /// The tile whose shape it is, among those with fewer rows than a whole one and that with as many.
    macro_rules! choose {
        ($($own:literal)*) => {
            match shape {
                $(
                    ($own, 1) if $own < ROWS => {
                        tile::<R, COLUMNS, $own, 1, false>(registers, depth, left, ROWS, right, c, stride, accumulate)
                    }
                    ($own, _) if $own < ROWS => {
                        tile::<R, COLUMNS, $own, VECTORS, false>(registers, depth, left, ROWS, right, c, stride, accumulate)
                    }
                )*
                (_, 1) => tile::<R, COLUMNS, ROWS, 1, false>(registers, depth, left, ROWS, right, c, stride, accumulate),
                _ => tile::<R, COLUMNS, ROWS, VECTORS, false>(registers, depth, left, ROWS, right, c, stride, accumulate),
            }
        };
    }
    const { assert!(ROWS <= MOST_ROWS && VECTORS == 2, "every shape is among those below") }
    // SAFETY: the caller's promise.
    unsafe { choose!(1 2 3 4 5 6 7 8 9 10 11) }
}
