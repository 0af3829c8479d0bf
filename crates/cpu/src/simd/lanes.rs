//! Four 32-bit floats in a vector register.

#[cfg(all(target_arch = "wasm32", not(feature = "relaxed")))]
use core::arch::wasm32::f32x4_mul;
#[cfg(all(target_arch = "wasm32", feature = "relaxed"))]
use core::arch::wasm32::f32x4_relaxed_madd;
#[cfg(target_arch = "wasm32")]
use core::arch::wasm32::{
    f32x4_add, f32x4_splat, i32x4_shuffle, i64x2_shuffle, v128, v128_load, v128_load32_splat, v128_store,
    v128_store32_lane,
};

/// Four numbers, on which every operation works at once.
#[derive(Clone, Copy)]
pub(super) struct F32x4(Lanes);

#[cfg(target_arch = "wasm32")]
type Lanes = v128;
#[cfg(not(target_arch = "wasm32"))]
type Lanes = [f32; 4];

#[cfg(target_arch = "wasm32")]
impl F32x4 {
    #[inline(always)]
    pub(super) fn splat(x: f32) -> F32x4 {
        F32x4(f32x4_splat(x))
    }

    /// # Safety
    /// One number can be read at `from`.
    #[inline(always)]
    pub(super) unsafe fn load_splat(from: *const f32) -> F32x4 {
        // SAFETY: the caller's promise; WebAssembly loads need no alignment.
        F32x4(unsafe { v128_load32_splat(from.cast()) })
    }

    /// # Safety
    /// Four numbers can be read from `from` on.
    #[inline(always)]
    pub(super) unsafe fn load(from: *const f32) -> F32x4 {
        // SAFETY: the caller's promise; WebAssembly loads need no alignment.
        F32x4(unsafe { v128_load(from.cast()) })
    }

    /// # Safety
    /// Four numbers can be written from `to` on.
    #[inline(always)]
    pub(super) unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller's promise; WebAssembly stores need no alignment.
        unsafe { v128_store(to.cast(), self.0) }
    }

    /// Writes each number `stride` behind the one before.
    ///
    /// # Safety
    /// All four can be written.
    #[inline(always)]
    pub(super) unsafe fn scatter(self, to: *mut f32, stride: usize) {
        // SAFETY: the caller's promise; WebAssembly stores need no alignment.
        unsafe {
            v128_store32_lane::<0>(self.0, to.cast());
            v128_store32_lane::<1>(self.0, to.add(stride).cast());
            v128_store32_lane::<2>(self.0, to.add(2 * stride).cast());
            v128_store32_lane::<3>(self.0, to.add(3 * stride).cast());
        }
    }

    #[inline(always)]
    pub(super) fn add(self, other: F32x4) -> F32x4 {
        F32x4(f32x4_add(self.0, other.0))
    }

    /// `self · a + b`, rounded twice.
    #[cfg(not(feature = "relaxed"))]
    #[inline(always)]
    pub(super) fn mul_add(self, a: F32x4, b: F32x4) -> F32x4 {
        F32x4(f32x4_add(f32x4_mul(self.0, a.0), b.0))
    }

    /// `self · a + b`, rounded once or twice, whichever the processor does faster.
    #[cfg(feature = "relaxed")]
    #[inline(always)]
    pub(super) fn mul_add(self, a: F32x4, b: F32x4) -> F32x4 {
        F32x4(f32x4_relaxed_madd(self.0, a.0, b.0))
    }

    /// Rows become columns.
    #[inline(always)]
    pub(super) fn transpose(rows: [F32x4; 4]) -> [F32x4; 4] {
        let [a, b, c, d] = rows.map(|row| row.0);
        let (ab_low, ab_high) = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<2, 6, 3, 7>(a, b));
        let (cd_low, cd_high) = (i32x4_shuffle::<0, 4, 1, 5>(c, d), i32x4_shuffle::<2, 6, 3, 7>(c, d));
        [
            F32x4(i64x2_shuffle::<0, 2>(ab_low, cd_low)),
            F32x4(i64x2_shuffle::<1, 3>(ab_low, cd_low)),
            F32x4(i64x2_shuffle::<0, 2>(ab_high, cd_high)),
            F32x4(i64x2_shuffle::<1, 3>(ab_high, cd_high)),
        ]
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl F32x4 {
    #[inline(always)]
    pub(super) fn splat(x: f32) -> F32x4 {
        F32x4([x; 4])
    }

    /// # Safety
    /// One number can be read at `from`.
    #[inline(always)]
    pub(super) unsafe fn load_splat(from: *const f32) -> F32x4 {
        // SAFETY: the caller's promise.
        F32x4([unsafe { from.read() }; 4])
    }

    /// # Safety
    /// Four numbers can be read from `from` on.
    #[inline(always)]
    pub(super) unsafe fn load(from: *const f32) -> F32x4 {
        // SAFETY: the caller's promise; an array of floats has their alignment.
        F32x4(unsafe { from.cast::<[f32; 4]>().read() })
    }

    /// Writes each number `stride` behind the one before.
    ///
    /// # Safety
    /// All four can be written.
    #[inline(always)]
    pub(super) unsafe fn scatter(self, to: *mut f32, stride: usize) {
        for (lane, number) in self.0.into_iter().enumerate() {
            // SAFETY: the caller's promise.
            unsafe { to.add(lane * stride).write(number) }
        }
    }

    /// # Safety
    /// Four numbers can be written from `to` on.
    #[inline(always)]
    pub(super) unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller's promise; an array of floats has their alignment.
        unsafe { to.cast::<[f32; 4]>().write(self.0) }
    }

    #[inline(always)]
    pub(super) fn add(self, other: F32x4) -> F32x4 {
        F32x4(std::array::from_fn(|lane| self.0[lane] + other.0[lane]))
    }

    /// `self · a + b`, rounded twice.
    #[inline(always)]
    pub(super) fn mul_add(self, a: F32x4, b: F32x4) -> F32x4 {
        F32x4(std::array::from_fn(|lane| self.0[lane] * a.0[lane] + b.0[lane]))
    }

    /// Rows become columns.
    #[inline(always)]
    pub(super) fn transpose(rows: [F32x4; 4]) -> [F32x4; 4] {
        std::array::from_fn(|column| F32x4(std::array::from_fn(|row| rows[row].0[column])))
    }
}
