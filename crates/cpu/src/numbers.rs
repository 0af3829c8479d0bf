//! What functions of numbers are written in: vectors, computed at once or [recorded](crate::jit) to be computed later.

use std::ops::{Add, BitAnd, Div, Mul, Neg, Sub};

use fearless_simd::Simd;
use fearless_simd::prelude::*;

/// A kind of vectors, of floats, of integers and of truth values, all of as many lanes. Every operation is rounded on its own.
pub(crate) trait Numbers: Copy {
    type Floats: Copy
        + Add<Output = Self::Floats>
        + Sub<Output = Self::Floats>
        + Mul<Output = Self::Floats>
        + Div<Output = Self::Floats>
        + Neg<Output = Self::Floats>;
    type Integers: Copy + Add<Output = Self::Integers> + Sub<Output = Self::Integers> + BitAnd<Output = Self::Integers>;
    type Mask: Copy;

    /// Numbers, each in all lanes of a vector, to be made before a loop and used within it.
    fn held<const N: usize>(self, numbers: [f32; N]) -> [Self::Floats; N];
    /// As [`Numbers::held`], of integers.
    fn held_bits<const N: usize>(self, numbers: [i32; N]) -> [Self::Integers; N];

    fn abs(self, x: Self::Floats) -> Self::Floats;
    fn sqrt(self, x: Self::Floats) -> Self::Floats;
    fn floor(self, x: Self::Floats) -> Self::Floats;
    /// `x` with the sign of `sign`.
    fn copysign(self, x: Self::Floats, sign: Self::Floats) -> Self::Floats;
    /// `a < b`
    fn less(self, a: Self::Floats, b: Self::Floats) -> Self::Mask;
    /// `a > b`
    fn greater(self, a: Self::Floats, b: Self::Floats) -> Self::Mask;
    /// `a >= b`
    fn at_least(self, a: Self::Floats, b: Self::Floats) -> Self::Mask;
    /// `a = b`
    fn equal(self, a: Self::Floats, b: Self::Floats) -> Self::Mask;
    /// Where both are true.
    fn both(self, a: Self::Mask, b: Self::Mask) -> Self::Mask;
    /// `a` where the mask is true, else `b`.
    fn select(self, mask: Self::Mask, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    /// `common()` if the mask is true in all lanes, else `rare()`, which may cost more.
    fn if_all(
        self,
        mask: Self::Mask,
        common: impl FnOnce() -> Self::Floats,
        rare: impl FnOnce() -> Self::Floats,
    ) -> Self::Floats;

    /// `low` where `x` is less, else `x`, NaN among it.
    #[inline(always)]
    fn raise(self, x: Self::Floats, low: Self::Floats) -> Self::Floats {
        self.select(self.less(x, low), low, x)
    }

    /// `high` where `x` is greater, else `x`, NaN among it.
    #[inline(always)]
    fn lower(self, x: Self::Floats, high: Self::Floats) -> Self::Floats {
        self.select(self.greater(x, high), high, x)
    }

    fn as_bits(self, x: Self::Floats) -> Self::Integers;
    fn as_floats(self, x: Self::Integers) -> Self::Floats;
    /// The float of the same value, or the one nearest to it.
    fn to_float(self, x: Self::Integers) -> Self::Floats;
    fn shift_left(self, x: Self::Integers, by: u32) -> Self::Integers;
    /// Keeps the sign.
    fn shift_right(self, x: Self::Integers, by: u32) -> Self::Integers;
}

impl<S: Simd> Numbers for S {
    type Floats = S::f32s;
    type Integers = S::i32s;
    type Mask = S::mask32s;

    /// In WebAssembly the compiler is kept from knowing them: V8 makes a vector that it knows anew at each use, by three instructions,
    /// where one that it does not know stays in a register or is loaded by one.
    #[inline(always)]
    fn held<const N: usize>(self, numbers: [f32; N]) -> [S::f32s; N] {
        let numbers = if cfg!(target_arch = "wasm32") { std::hint::black_box(numbers) } else { numbers };
        let mut vectors = [S::f32s::splat(self, 0.0); N];
        for (vector, number) in vectors.iter_mut().zip(numbers) {
            *vector = S::f32s::splat(self, number);
        }
        vectors
    }

    #[inline(always)]
    fn held_bits<const N: usize>(self, numbers: [i32; N]) -> [S::i32s; N] {
        let numbers = if cfg!(target_arch = "wasm32") { std::hint::black_box(numbers) } else { numbers };
        let mut vectors = [S::i32s::splat(self, 0); N];
        for (vector, number) in vectors.iter_mut().zip(numbers) {
            *vector = S::i32s::splat(self, number);
        }
        vectors
    }

    #[inline(always)]
    fn abs(self, x: S::f32s) -> S::f32s {
        x.abs()
    }

    #[inline(always)]
    fn sqrt(self, x: S::f32s) -> S::f32s {
        x.sqrt()
    }

    #[inline(always)]
    fn floor(self, x: S::f32s) -> S::f32s {
        x.floor()
    }

    #[inline(always)]
    fn copysign(self, x: S::f32s, sign: S::f32s) -> S::f32s {
        x.copysign(sign)
    }

    #[inline(always)]
    fn less(self, a: S::f32s, b: S::f32s) -> S::mask32s {
        a.simd_lt(b)
    }

    #[inline(always)]
    fn greater(self, a: S::f32s, b: S::f32s) -> S::mask32s {
        a.simd_gt(b)
    }

    #[inline(always)]
    fn at_least(self, a: S::f32s, b: S::f32s) -> S::mask32s {
        a.simd_ge(b)
    }

    #[inline(always)]
    fn equal(self, a: S::f32s, b: S::f32s) -> S::mask32s {
        a.simd_eq(b)
    }

    #[inline(always)]
    fn both(self, a: S::mask32s, b: S::mask32s) -> S::mask32s {
        a & b
    }

    #[inline(always)]
    fn if_all(self, mask: S::mask32s, common: impl FnOnce() -> S::f32s, rare: impl FnOnce() -> S::f32s) -> S::f32s {
        if mask.all_true() { common() } else { rare() }
    }

    #[inline(always)]
    fn select(self, mask: S::mask32s, a: S::f32s, b: S::f32s) -> S::f32s {
        mask.select(a, b)
    }

    #[inline(always)]
    fn as_bits(self, x: S::f32s) -> S::i32s {
        x.bitcast()
    }

    #[inline(always)]
    fn as_floats(self, x: S::i32s) -> S::f32s {
        x.bitcast()
    }

    #[inline(always)]
    fn to_float(self, x: S::i32s) -> S::f32s {
        x.to_float()
    }

    #[inline(always)]
    fn shift_left(self, x: S::i32s, by: u32) -> S::i32s {
        x << by
    }

    #[inline(always)]
    fn shift_right(self, x: S::i32s, by: u32) -> S::i32s {
        x >> by
    }
}
