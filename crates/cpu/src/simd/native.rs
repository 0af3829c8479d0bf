//! The widest registers of a native processor.

use fearless_simd::f32x4;
use fearless_simd::prelude::*;

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
}
