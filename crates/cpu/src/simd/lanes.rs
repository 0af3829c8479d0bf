//! Four 32-bit floats in a vector register.

#[cfg(all(target_arch = "wasm32", feature = "relaxed"))]
use core::arch::wasm32::f32x4_relaxed_madd;
#[cfg(target_arch = "wasm32")]
use core::arch::wasm32::{
    f32x4_add, f32x4_mul, f32x4_splat, i32x4_shuffle, v128, v128_load, v128_load32_splat, v128_store,
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

    #[inline(always)]
    pub(super) fn add(self, other: F32x4) -> F32x4 {
        F32x4(f32x4_add(self.0, other.0))
    }

    #[inline(always)]
    pub(super) fn mul(self, other: F32x4) -> F32x4 {
        F32x4(f32x4_mul(self.0, other.0))
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

    /// Numbers of both vectors, those of `other` from place 4 on.
    #[inline(always)]
    fn shuffle<const A: usize, const B: usize, const C: usize, const D: usize>(self, other: F32x4) -> F32x4 {
        F32x4(i32x4_shuffle::<A, B, C, D>(self.0, other.0))
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

    #[inline(always)]
    pub(super) fn mul(self, other: F32x4) -> F32x4 {
        F32x4(std::array::from_fn(|lane| self.0[lane] * other.0[lane]))
    }

    /// `self · a + b`, rounded twice.
    #[inline(always)]
    pub(super) fn mul_add(self, a: F32x4, b: F32x4) -> F32x4 {
        F32x4(std::array::from_fn(|lane| self.0[lane] * a.0[lane] + b.0[lane]))
    }

    /// Numbers of both vectors, those of `other` from place 4 on.
    #[inline(always)]
    fn shuffle<const A: usize, const B: usize, const C: usize, const D: usize>(self, other: F32x4) -> F32x4 {
        let at = |place: usize| if place < 4 { self.0[place] } else { other.0[place - 4] };
        F32x4([at(A), at(B), at(C), at(D)])
    }
}

impl F32x4 {
    /// Rows become columns.
    #[inline(always)]
    pub(super) fn transpose([a, b, c, d]: [F32x4; 4]) -> [F32x4; 4] {
        let (ab_low, ab_high) = (a.shuffle::<0, 4, 1, 5>(b), a.shuffle::<2, 6, 3, 7>(b));
        let (cd_low, cd_high) = (c.shuffle::<0, 4, 1, 5>(d), c.shuffle::<2, 6, 3, 7>(d));
        [
            ab_low.shuffle::<0, 1, 4, 5>(cd_low),
            ab_low.shuffle::<2, 3, 6, 7>(cd_low),
            ab_high.shuffle::<0, 1, 4, 5>(cd_high),
            ab_high.shuffle::<2, 3, 6, 7>(cd_high),
        ]
    }

    /// The columns of five rows, five numbers each, one behind the other.
    #[inline(always)]
    pub(super) fn transpose_five([a, b, c, d, e]: [F32x4; 5]) -> [F32x4; 5] {
        // Numbers that come side by side are two of a row and the next one in the same place, or of the last row and the first one a place further.
        // Each of these holds two such pairs.
        let (ab, cd) = (a.shuffle::<0, 2, 4, 6>(b), c.shuffle::<0, 2, 4, 6>(d)); // a0 a2 b0 b2, c0 c2 d0 d2
        let (bc, de) = (b.shuffle::<1, 3, 5, 7>(c), d.shuffle::<1, 3, 5, 7>(e)); // b1 b3 c1 c3, d1 d3 e1 e3
        let ea = e.shuffle::<0, 2, 5, 7>(a); //                                     e0 e2 a1 a3
        [
            ab.shuffle::<0, 2, 4, 6>(cd), // a0 b0 c0 d0
            ea.shuffle::<0, 2, 4, 6>(bc), // e0 a1 b1 c1
            de.shuffle::<0, 2, 5, 7>(ab), // d1 e1 a2 b2
            cd.shuffle::<1, 3, 5, 7>(ea), // c2 d2 e2 a3
            bc.shuffle::<1, 3, 5, 7>(de), // b3 c3 d3 e3
        ]
    }
}
