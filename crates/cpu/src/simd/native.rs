//! The widest registers of a native processor.

use fearless_simd::prelude::*;
use fearless_simd::{f32x4, f64x2};

use super::registers::Registers;

impl<S: Simd> Registers for S {
    type Vector = S::f32s;
    type Four = f32x4<S>;
    const LANES: usize = <S::f32s as SimdBase<S>>::LEN;

    #[inline(always)]
    fn splat(self, x: f32) -> S::f32s {
        S::f32s::splat(self, x)
    }

    #[inline(always)]
    unsafe fn load_splat(self, from: *const f32) -> S::f32s {
        // SAFETY: the caller's promise.
        S::f32s::splat(self, unsafe { from.read() })
    }

    #[inline(always)]
    unsafe fn load(self, from: *const f32) -> S::f32s {
        // SAFETY: the caller's promise.
        S::f32s::from_slice(self, unsafe { std::slice::from_raw_parts(from, Self::LANES) })
    }

    #[inline(always)]
    unsafe fn store(self, numbers: S::f32s, to: *mut f32) {
        // SAFETY: the caller's promise.
        numbers.store_slice(unsafe { std::slice::from_raw_parts_mut(to, Self::LANES) });
    }

    #[inline(always)]
    fn add(self, a: S::f32s, b: S::f32s) -> S::f32s {
        a + b
    }

    #[inline(always)]
    fn mul(self, a: S::f32s, b: S::f32s) -> S::f32s {
        a * b
    }

    #[inline(always)]
    fn mul_add(self, a: S::f32s, b: S::f32s, c: S::f32s) -> S::f32s {
        a.mul_add(b, c)
    }

    #[inline(always)]
    unsafe fn load_four(self, from: *const f32) -> f32x4<S> {
        // SAFETY: the caller's promise.
        f32x4::from_slice(self, unsafe { std::slice::from_raw_parts(from, 4) })
    }

    #[inline(always)]
    unsafe fn store_four(self, numbers: f32x4<S>, to: *mut f32) {
        // SAFETY: the caller's promise.
        numbers.store_slice(unsafe { std::slice::from_raw_parts_mut(to, 4) });
    }

    #[inline(always)]
    fn transpose(self, [a, b, c, d]: [f32x4<S>; 4]) -> [f32x4<S>; 4] {
        let (ac_low, ac_high) = (a.zip_low(c), a.zip_high(c)); // a0 c0 a1 c1, a2 c2 a3 c3
        let (bd_low, bd_high) = (b.zip_low(d), b.zip_high(d)); // b0 d0 b1 d1, b2 d2 b3 d3
        [ac_low.zip_low(bd_low), ac_low.zip_high(bd_low), ac_high.zip_low(bd_high), ac_high.zip_high(bd_high)]
    }

    #[inline(always)]
    fn transpose_five(self, rows: [f32x4<S>; 5]) -> [f32x4<S>; 5] {
        let number = |at: usize| rows[at % 5].as_array()[at / 5];
        std::array::from_fn(|four| f32x4::from_fn(self, |lane| number(4 * four + lane)))
    }

    #[inline(always)]
    fn transpose_six(self, [a, b, c, d, e, f]: [f32x4<S>; 6]) -> [f32x4<S>; 6] {
        // Pairs of rows, the first two columns and the last two: a0 b0 a1 b1, a2 b2 a3 b3.
        let (ab, ab_rest) = (a.zip_low(b), a.zip_high(b));
        let (cd, cd_rest) = (c.zip_low(d), c.zip_high(d));
        let (ef, ef_rest) = (e.zip_low(f), e.zip_high(f));
        let halves = |x: f32x4<S>| x.bitcast::<f64x2<S>>();
        let low = |x, y| halves(x).zip_low(halves(y)).bitcast();
        let high = |x, y| halves(x).zip_high(halves(y)).bitcast();
        // The first half of one and the last of the other.
        let ends = |x: f32x4<S>, y: f32x4<S>| low(x, y.slide::<2>(y));
        [low(ab, cd), ends(ef, ab), high(cd, ef), low(ab_rest, cd_rest), ends(ef_rest, ab_rest), high(cd_rest, ef_rest)]
    }
}
