//! What the kernel asks of vector registers.

/// Vector registers of one width, on which every operation works at once.
pub(super) trait Registers: Copy {
    type Vector: Copy;
    /// Four numbers in a register.
    type Four: Copy;
    /// Numbers in a vector.
    const LANES: usize;

    fn splat(self, x: f32) -> Self::Vector;

    /// # Safety
    /// One number can be read at `from`.
    unsafe fn load_splat(self, from: *const f32) -> Self::Vector;

    /// # Safety
    /// `LANES` numbers can be read from `from` on.
    unsafe fn load(self, from: *const f32) -> Self::Vector;

    /// # Safety
    /// `LANES` numbers can be written from `to` on.
    unsafe fn store(self, numbers: Self::Vector, to: *mut f32);

    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn mul(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a · b + c`, rounded once or twice, whichever the processor does faster.
    fn mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;

    /// # Safety
    /// Four numbers can be read from `from` on.
    unsafe fn load_four(self, from: *const f32) -> Self::Four;

    /// # Safety
    /// Four numbers can be written from `to` on.
    unsafe fn store_four(self, numbers: Self::Four, to: *mut f32);

    /// Rows become columns.
    fn transpose(self, rows: [Self::Four; 4]) -> [Self::Four; 4];

    /// The columns of five rows, five numbers each, one behind the other.
    fn transpose_five(self, rows: [Self::Four; 5]) -> [Self::Four; 5];

    /// The columns of six rows, six numbers each, one behind the other.
    fn transpose_six(self, rows: [Self::Four; 6]) -> [Self::Four; 6];
}
