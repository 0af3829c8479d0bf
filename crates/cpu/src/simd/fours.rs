//! Registers of four 32-bit floats, as WebAssembly has them; natively, where only tests run them, they are plain arrays.

#[cfg(all(target_arch = "wasm32", feature = "relaxed"))]
use core::arch::wasm32::f32x4_relaxed_madd;
#[cfg(target_arch = "wasm32")]
use core::arch::wasm32::{
    f32x4_add, f32x4_mul, f32x4_splat, i32x4_shuffle, v128, v128_load, v128_load32_splat, v128_store,
};

use super::registers::Registers;

/// Registers of four floats.
#[derive(Clone, Copy)]
pub(super) struct Fours;

#[cfg(target_arch = "wasm32")]
type Four = v128;
#[cfg(not(target_arch = "wasm32"))]
type Four = [f32; 4];

#[cfg(target_arch = "wasm32")]
impl Registers for Fours {
    type Vector = v128;
    type Four = v128;
    const LANES: usize = 4;

    #[inline(always)]
    fn splat(self, x: f32) -> v128 {
        f32x4_splat(x)
    }

    #[inline(always)]
    unsafe fn load_splat(self, from: *const f32) -> v128 {
        // SAFETY: the caller's promise; WebAssembly loads need no alignment.
        unsafe { v128_load32_splat(from.cast()) }
    }

    #[inline(always)]
    unsafe fn load(self, from: *const f32) -> v128 {
        // SAFETY: the caller's promise; WebAssembly loads need no alignment.
        unsafe { v128_load(from.cast()) }
    }

    #[inline(always)]
    unsafe fn store(self, numbers: v128, to: *mut f32) {
        // SAFETY: the caller's promise; WebAssembly stores need no alignment.
        unsafe { v128_store(to.cast(), numbers) }
    }

    #[inline(always)]
    fn add(self, a: v128, b: v128) -> v128 {
        f32x4_add(a, b)
    }

    #[inline(always)]
    fn mul(self, a: v128, b: v128) -> v128 {
        f32x4_mul(a, b)
    }

    #[cfg(not(feature = "relaxed"))]
    #[inline(always)]
    fn mul_add(self, a: v128, b: v128, c: v128) -> v128 {
        f32x4_add(f32x4_mul(a, b), c)
    }

    #[cfg(feature = "relaxed")]
    #[inline(always)]
    fn mul_add(self, a: v128, b: v128, c: v128) -> v128 {
        f32x4_relaxed_madd(a, b, c)
    }

    #[inline(always)]
    unsafe fn load_four(self, from: *const f32) -> v128 {
        // SAFETY: the caller's promise.
        unsafe { self.load(from) }
    }

    #[inline(always)]
    unsafe fn store_four(self, numbers: v128, to: *mut f32) {
        // SAFETY: the caller's promise.
        unsafe { self.store(numbers, to) }
    }

    #[inline(always)]
    fn transpose(self, rows: [v128; 4]) -> [v128; 4] {
        transpose(rows)
    }

    #[inline(always)]
    fn transpose_five(self, rows: [v128; 5]) -> [v128; 5] {
        transpose_five(rows)
    }

    #[inline(always)]
    fn transpose_six(self, rows: [v128; 6]) -> [v128; 6] {
        transpose_six(rows)
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl Registers for Fours {
    type Vector = [f32; 4];
    type Four = [f32; 4];
    const LANES: usize = 4;

    fn splat(self, x: f32) -> [f32; 4] {
        [x; 4]
    }

    unsafe fn load_splat(self, from: *const f32) -> [f32; 4] {
        // SAFETY: the caller's promise.
        [unsafe { from.read() }; 4]
    }

    unsafe fn load(self, from: *const f32) -> [f32; 4] {
        // SAFETY: the caller's promise; an array of floats has their alignment.
        unsafe { from.cast::<[f32; 4]>().read() }
    }

    unsafe fn store(self, numbers: [f32; 4], to: *mut f32) {
        // SAFETY: the caller's promise; an array of floats has their alignment.
        unsafe { to.cast::<[f32; 4]>().write(numbers) }
    }

    fn add(self, a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        std::array::from_fn(|lane| a[lane] + b[lane])
    }

    fn mul(self, a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        std::array::from_fn(|lane| a[lane] * b[lane])
    }

    fn mul_add(self, a: [f32; 4], b: [f32; 4], c: [f32; 4]) -> [f32; 4] {
        self.add(self.mul(a, b), c)
    }

    unsafe fn load_four(self, from: *const f32) -> [f32; 4] {
        // SAFETY: the caller's promise.
        unsafe { self.load(from) }
    }

    unsafe fn store_four(self, numbers: [f32; 4], to: *mut f32) {
        // SAFETY: the caller's promise.
        unsafe { self.store(numbers, to) }
    }

    fn transpose(self, rows: [[f32; 4]; 4]) -> [[f32; 4]; 4] {
        transpose(rows)
    }

    fn transpose_five(self, rows: [[f32; 4]; 5]) -> [[f32; 4]; 5] {
        transpose_five(rows)
    }

    fn transpose_six(self, rows: [[f32; 4]; 6]) -> [[f32; 4]; 6] {
        transpose_six(rows)
    }
}

/// Whether [`Fours::mul_add`] rounds once: whether the processor has an instruction for it, of which the browser makes use.
#[cfg(all(target_arch = "wasm32", feature = "relaxed"))]
#[target_feature(enable = "relaxed-simd")]
pub(super) fn are_fused() -> bool {
    use core::arch::wasm32::f32x4_extract_lane;
    // The square of 1 + 2⁻¹² is 1 + 2⁻¹¹ + 2⁻²⁴, the last of which is rounded off.
    let [x, square] = std::hint::black_box([1.0 + 1.0 / 4096.0, 1.0 + 1.0 / 2048.0]);
    let rest = Fours.mul_add(Fours.splat(x), Fours.splat(x), Fours.splat(-square));
    f32x4_extract_lane::<0>(rest) != 0.0
}

/// Whether [`Fours::mul_add`] rounds once.
#[cfg(all(target_arch = "wasm32", not(feature = "relaxed")))]
pub(super) fn are_fused() -> bool {
    false
}

/// Numbers of both, those of `b` from place 4 on.
#[cfg(target_arch = "wasm32")]
#[inline(always)]
fn shuffle<const A: usize, const B: usize, const C: usize, const D: usize>(a: Four, b: Four) -> Four {
    i32x4_shuffle::<A, B, C, D>(a, b)
}

/// Numbers of both, those of `b` from place 4 on.
#[cfg(not(target_arch = "wasm32"))]
fn shuffle<const A: usize, const B: usize, const C: usize, const D: usize>(a: Four, b: Four) -> Four {
    [A, B, C, D].map(|place| if place < 4 { a[place] } else { b[place - 4] })
}

#[inline(always)]
fn transpose([a, b, c, d]: [Four; 4]) -> [Four; 4] {
    let (ab_low, ab_high) = (shuffle::<0, 4, 1, 5>(a, b), shuffle::<2, 6, 3, 7>(a, b));
    let (cd_low, cd_high) = (shuffle::<0, 4, 1, 5>(c, d), shuffle::<2, 6, 3, 7>(c, d));
    [
        shuffle::<0, 1, 4, 5>(ab_low, cd_low),
        shuffle::<2, 3, 6, 7>(ab_low, cd_low),
        shuffle::<0, 1, 4, 5>(ab_high, cd_high),
        shuffle::<2, 3, 6, 7>(ab_high, cd_high),
    ]
}

#[inline(always)]
fn transpose_five([a, b, c, d, e]: [Four; 5]) -> [Four; 5] {
    // Numbers that come side by side are two of a row and the next one in the same place, or of the last row and the first one a place further.
    // Each of these holds two such pairs.
    let (ab, cd) = (shuffle::<0, 2, 4, 6>(a, b), shuffle::<0, 2, 4, 6>(c, d)); // a0 a2 b0 b2, c0 c2 d0 d2
    let (bc, de) = (shuffle::<1, 3, 5, 7>(b, c), shuffle::<1, 3, 5, 7>(d, e)); // b1 b3 c1 c3, d1 d3 e1 e3
    let ea = shuffle::<0, 2, 5, 7>(e, a); //                                      e0 e2 a1 a3
    [
        shuffle::<0, 2, 4, 6>(ab, cd), // a0 b0 c0 d0
        shuffle::<0, 2, 4, 6>(ea, bc), // e0 a1 b1 c1
        shuffle::<0, 2, 5, 7>(de, ab), // d1 e1 a2 b2
        shuffle::<1, 3, 5, 7>(cd, ea), // c2 d2 e2 a3
        shuffle::<1, 3, 5, 7>(bc, de), // b3 c3 d3 e3
    ]
}

#[inline(always)]
fn transpose_six([a, b, c, d, e, f]: [Four; 6]) -> [Four; 6] {
    // Pairs of rows, the first two columns and the last two: a0 b0 a1 b1, a2 b2 a3 b3.
    let (ab, ab_rest) = (shuffle::<0, 4, 1, 5>(a, b), shuffle::<2, 6, 3, 7>(a, b));
    let (cd, cd_rest) = (shuffle::<0, 4, 1, 5>(c, d), shuffle::<2, 6, 3, 7>(c, d));
    let (ef, ef_rest) = (shuffle::<0, 4, 1, 5>(e, f), shuffle::<2, 6, 3, 7>(e, f));
    [
        shuffle::<0, 1, 4, 5>(ab, cd),           // a0 b0 c0 d0
        shuffle::<0, 1, 6, 7>(ef, ab),           // e0 f0 a1 b1
        shuffle::<2, 3, 6, 7>(cd, ef),           // c1 d1 e1 f1
        shuffle::<0, 1, 4, 5>(ab_rest, cd_rest), // a2 b2 c2 d2
        shuffle::<0, 1, 6, 7>(ef_rest, ab_rest), // e2 f2 a3 b3
        shuffle::<2, 3, 6, 7>(cd_rest, ef_rest), // c3 d3 e3 f3
    ]
}
