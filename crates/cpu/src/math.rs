//! Elementary functions, a vector of numbers at a time.
//!
//! None has a branch, a table or a call; all are plain additions, multiplications, comparisons and bit operations, each
//! rounded on its own, so that every machine computes the same bits. Errors are stated in units in the last place (ulp) of the
//! result, as found by the sweeps in the tests.
//!
//! A [`Function`] with many constants is a struct that holds them, see [`held`].

use fearless_simd::Simd;
use fearless_simd::prelude::*;

/// A function of each lane, made before a loop and used within it.
pub(crate) trait Function<S: Simd>: Copy {
    fn of(self, x: S::f32s) -> S::f32s;
}

/// Numbers, each in all lanes of a vector, to be made before a loop and used within it.
///
/// In WebAssembly the compiler is kept from knowing them: V8 makes a vector that it knows anew at each use, by three instructions,
/// where one that it does not know stays in a register or is loaded by one.
#[inline(always)]
fn held<S: Simd, const N: usize>(simd: S, numbers: [f32; N]) -> [S::f32s; N] {
    let numbers = if cfg!(target_arch = "wasm32") { std::hint::black_box(numbers) } else { numbers };
    let mut vectors = [S::f32s::splat(simd, 0.0); N];
    for (vector, number) in vectors.iter_mut().zip(numbers) {
        *vector = S::f32s::splat(simd, number);
    }
    vectors
}

/// As [`held`], of integers.
#[inline(always)]
fn held_bits<S: Simd, const N: usize>(simd: S, numbers: [i32; N]) -> [S::i32s; N] {
    let numbers = if cfg!(target_arch = "wasm32") { std::hint::black_box(numbers) } else { numbers };
    let mut vectors = [S::i32s::splat(simd, 0); N];
    for (vector, number) in vectors.iter_mut().zip(numbers) {
        *vector = S::i32s::splat(simd, number);
    }
    vectors
}

/// The polynomial of these coefficients, that of the highest power first (Horner).
#[inline(always)]
fn polynomial<S: Simd, const N: usize>(coefficients: [S::f32s; N], x: S::f32s) -> S::f32s {
    let mut sum = coefficients[0];
    for &coefficient in &coefficients[1..] {
        sum = sum * x + coefficient;
    }
    sum
}

/// Adding and subtracting it rounds a number below 2²² to the nearest integer, which then stands in its lowest bits.
const ROUND: f32 = 12_582_912.0;

/// The larger of two numbers; NaN where either is NaN, so that it is not hidden.
#[inline(always)]
pub(crate) fn max<S: Simd>(a: S::f32s, b: S::f32s) -> S::f32s {
    let larger = a.simd_gt(b).select(a, b);
    a.simd_eq(a).select(larger, a)
}

/// `eˣ`. Error below 1 ulp, 1.5 where the result is subnormal; ∞ above 88.72284; 0 below -103.97208; NaN of NaN.
///
/// With `n` the integer nearest to `x / ln 2` and `r = x - n ln 2`: `eˣ = 2ⁿ eʳ`, and `eʳ` is a polynomial.
#[derive(Clone, Copy)]
pub(crate) struct Exp<S: Simd> {
    /// Beyond these the result is 0 or ∞ already.
    limits: [S::f32s; 2],
    log2_e: S::f32s,
    round: S::f32s,
    ln_2: [S::f32s; 2],
    polynomial: [S::f32s; 5],
    one: S::f32s,
    round_bits: S::i32s,
    bias: S::i32s,
}

/// ln 2 in two parts, the first with so few digits that its product with an exponent is exact.
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;

impl<S: Simd> Exp<S> {
    #[inline(always)]
    pub(crate) fn new(simd: S) -> Exp<S> {
        let [low, high, log2_e, round, ln_2_high, ln_2_low, one] =
            held(simd, [-105.0, 89.0, std::f32::consts::LOG2_E, ROUND, LN_2_HIGH, LN_2_LOW, 1.0]);
        let polynomial = held(simd, [1.381_446_5e-3, 8.368_781e-3, 4.166_839_3e-2, 1.666_652e-1, 4.999_999_4e-1]);
        let [round_bits, bias] = held_bits(simd, [ROUND.to_bits() as i32, 127]);
        Exp { limits: [low, high], log2_e, round, ln_2: [ln_2_high, ln_2_low], polynomial, one, round_bits, bias }
    }

    /// 2ⁿ for `-126 <= n <= 127`.
    #[inline(always)]
    fn power_of_two(&self, n: S::i32s) -> S::f32s {
        ((n + self.bias) << 23).bitcast()
    }
}

impl<S: Simd> Function<S> for Exp<S> {
    #[inline(always)]
    fn of(self, x: S::f32s) -> S::f32s {
        let [low, high] = self.limits;
        // NaN passes both comparisons.
        let x = x.simd_lt(low).select(low, x);
        let x = x.simd_gt(high).select(high, x);
        let shifted = x * self.log2_e + self.round;
        let n = shifted - self.round;
        let r = (x - n * self.ln_2[0]) - n * self.ln_2[1];
        let p = polynomial::<S, 5>(self.polynomial, r);
        let y = (p * (r * r) + r) + self.one;
        // 2ⁿ in two factors: neither overflows, and a subnormal result is rounded once.
        let n = shifted.bitcast::<S::i32s>() - self.round_bits;
        let half = n >> 1;
        y * self.power_of_two(half) * self.power_of_two(n - half)
    }
}

/// `ln x`. Error below 1 ulp; -∞ of 0; NaN of negative numbers and NaN; ∞ of ∞.
///
/// With `x = 2ᵉ m` and `√½ <= m < √2`: `ln x = e ln 2 + ln(1 + f)`, `f = m - 1`, and with `s = f / (2 + f)`
/// `ln(1 + f) = 2 artanh s = f - s (f - R(s²))` (as in FreeBSD's `logf`).
#[derive(Clone, Copy)]
pub(crate) struct Log<S: Simd> {
    zero: S::f32s,
    half: S::f32s,
    one: S::f32s,
    two: S::f32s,
    infinity: S::f32s,
    nan: S::f32s,
    smallest: S::f32s,
    /// Makes subnormal numbers normal, and the exponent that it adds.
    lift: [S::f32s; 2],
    ln_2: [S::f32s; 2],
    polynomial: [S::f32s; 4],
    bias: S::i32s,
    mantissa: S::i32s,
    root_half: S::i32s,
    begin: S::i32s,
}

/// The bits of √½.
const SQRT_HALF: i32 = 0x3f35_04f3;

impl<S: Simd> Log<S> {
    #[inline(always)]
    pub(crate) fn new(simd: S) -> Log<S> {
        let [zero, half, one, two, infinity, nan, smallest] =
            held(simd, [0.0, 0.5, 1.0, 2.0, f32::INFINITY, f32::NAN, f32::MIN_POSITIVE]);
        let [bias, mantissa, root_half, begin] =
            held_bits(simd, [127, 0x007f_ffff, SQRT_HALF, 0x3f80_0000 - SQRT_HALF]);
        Log {
            zero,
            half,
            one,
            two,
            infinity,
            nan,
            smallest,
            lift: held(simd, [8_388_608.0, 23.0]),
            ln_2: held(simd, [LN_2_HIGH, LN_2_LOW]),
            polynomial: held(simd, [0.666_666_6, 0.284_987_87, 0.400_009_72, 0.242_790_79]),
            bias,
            mantissa,
            root_half,
            begin,
        }
    }
}

impl<S: Simd> Function<S> for Log<S> {
    #[inline(always)]
    fn of(self, x: S::f32s) -> S::f32s {
        let subnormal = x.simd_lt(self.smallest);
        let scaled = subnormal.select(x * self.lift[0], x);
        let lifted = subnormal.select(self.lift[1], self.zero);
        // Moves the mantissa's range to [√½, √2) before the exponent is taken off.
        let bits = scaled.bitcast::<S::i32s>() + self.begin;
        let exponent = ((bits >> 23) - self.bias).to_float::<S::f32s>() - lifted;
        let f = ((bits & self.mantissa) + self.root_half).bitcast::<S::f32s>() - self.one;
        let s = f / (self.two + f);
        let z = s * s;
        let w = z * z;
        let [a, b, c, d] = self.polynomial;
        let r = z * (a + w * b) + w * (c + w * d);
        let half_square = self.half * f * f;
        let y = exponent * self.ln_2[1] + s * (half_square + r) - half_square + f + exponent * self.ln_2[0];
        let y = x.simd_eq(self.zero).select(-self.infinity, y);
        let y = x.simd_eq(self.infinity).select(x, y);
        // What is not a number, or below 0, has none.
        x.simd_ge(self.zero).select(y, self.nan)
    }
}

/// `tanh x`. Error below 2 ulp; ±1 beyond ±9.02; NaN of NaN; odd, and keeps the sign of 0.
///
/// Near 0 an odd polynomial, else `1 - 2 / (e^{2|x|} + 1)`.
#[derive(Clone, Copy)]
pub(crate) struct Tanh<S: Simd> {
    exp: Exp<S>,
    polynomial: [S::f32s; 5],
    two: S::f32s,
    near: S::f32s,
}

impl<S: Simd> Tanh<S> {
    #[inline(always)]
    pub(crate) fn new(simd: S) -> Tanh<S> {
        let [two, near] = held(simd, [2.0, 0.625]);
        let polynomial = held(simd, [-5.704_990_6e-3, 2.063_909e-2, -5.373_971_5e-2, 1.333_144_2e-1, -3.333_328e-1]);
        Tanh { exp: Exp::new(simd), polynomial, two, near }
    }
}

impl<S: Simd> Function<S> for Tanh<S> {
    #[inline(always)]
    fn of(self, x: S::f32s) -> S::f32s {
        let magnitude = x.abs();
        let z = x * x;
        let p = polynomial::<S, 5>(self.polynomial, z);
        let near = (p * z) * magnitude + magnitude;
        let far = self.exp.one - self.two / (self.exp.of(self.two * magnitude) + self.exp.one);
        magnitude.simd_lt(self.near).select(near, far).copysign(x)
    }
}

/// `sin x` in radians. Error below 2.5 ulp for `|x| < 2²⁰`, and below 2·10⁻⁷ for `|x| < 10⁹`; beyond that, where
/// neighbouring numbers are many periods apart, some number in `[-1, 1]`. NaN of ±∞ and NaN.
///
/// With `n` the integer nearest to `x / π` and `r = x - n π`, taken in 64 bits: `sin x = (-1)ⁿ sin r`.
#[derive(Clone, Copy)]
pub(crate) struct Sin<S: Simd> {
    polynomial: [S::f32s; 4],
    zero: S::f32s,
    two: S::f32s,
}

/// π in two parts, the first of 30 bits, so that its product with a number of turns below 2²³ is exact.
const PI_HIGH: f64 = 3.141_592_651_605_606;
const PI_LOW: f64 = 1.984_187_159_361_081e-9;

impl<S: Simd> Sin<S> {
    #[inline(always)]
    pub(crate) fn new(simd: S) -> Sin<S> {
        let [zero, two] = held(simd, [0.0, 2.0]);
        let polynomial = held(simd, [2.605_751e-6, -1.980_959e-4, 8.333_066_5e-3, -1.666_666e-1]);
        Sin { polynomial, zero, two }
    }

    /// `x - n π`, and a number with `n` in its lowest bits.
    #[inline(always)]
    fn reduce(x: S::f64s) -> [S::f64s; 2] {
        /// Adding and subtracting it rounds a number below 2⁵¹ to the nearest integer.
        const ROUND: f64 = 6_755_399_441_055_744.0;
        let shifted = x * std::f64::consts::FRAC_1_PI + ROUND;
        let n = shifted - ROUND;
        [x - n * PI_HIGH - n * PI_LOW, shifted]
    }
}

impl<S: Simd> Function<S> for Sin<S> {
    #[inline(always)]
    fn of(self, x: S::f32s) -> S::f32s {
        let (low, high) = x.widen();
        let ([low, low_turns], [high, high_turns]) = (Self::reduce(low), Self::reduce(high));
        let r = low.narrow(high);
        let turns = low_turns.bitcast::<S::u64s>().narrow(high_turns.bitcast::<S::u64s>());
        let r = r.abs().simd_gt(self.two).select(self.zero, r);
        let z = r * r;
        let p = polynomial::<S, 4>(self.polynomial, z);
        let y = (p * z) * r + r;
        (y.bitcast::<S::u32s>() ^ (turns << 31)).bitcast()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use daydream_graph::Unary;

    use crate::vector::{Value, one};

    /// A function of many numbers, as blocks compute it.
    fn of(op: Unary, numbers: &[f32]) -> Vec<f32> {
        let cells: Vec<Cell<f32>> = numbers.iter().copied().map(Cell::new).collect();
        one(op, Value::Each(&cells), &cells);
        cells.into_iter().map(Cell::into_inner).collect()
    }

    fn exp(x: f32) -> f32 {
        of(Unary::Exp, &[x])[0]
    }

    fn log(x: f32) -> f32 {
        of(Unary::Log, &[x])[0]
    }

    fn tanh(x: f32) -> f32 {
        of(Unary::Tanh, &[x])[0]
    }

    fn sin(x: f32) -> f32 {
        of(Unary::Sin, &[x])[0]
    }

    /// Numbers of every magnitude and both signs: every 509th bit pattern.
    fn all_magnitudes() -> impl Iterator<Item = f32> {
        (0..=u32::MAX).step_by(509).map(f32::from_bits)
    }

    /// The largest error in ulp where `exact` is finite, for the numbers that `wanted` picks.
    fn largest_error(op: Unary, exact: fn(f64) -> f64, wanted: fn(f32) -> bool) -> f64 {
        let mut largest = 0.0f64;
        let numbers: Vec<f32> = all_magnitudes().filter(|&x| wanted(x)).collect();
        for (x, got) in numbers.iter().zip(of(op, &numbers)) {
            let (right, got) = (exact(f64::from(*x)), f64::from(got));
            let ulp = f64::from((right as f32).abs().max(f32::MIN_POSITIVE).next_up())
                - f64::from((right as f32).abs().max(f32::MIN_POSITIVE));
            let error = (got - right).abs() / ulp;
            assert!(error.is_finite(), "f({x:e}) = {got:e}, not {right:e}");
            largest = largest.max(error);
        }
        largest
    }

    #[test]
    fn exp_is_accurate() {
        let error = largest_error(Unary::Exp, f64::exp, |x| (-87.3..88.72283).contains(&x));
        assert!(error < 1.0, "{error}");
        let error = largest_error(Unary::Exp, f64::exp, |x| (-200.0..-87.3).contains(&x));
        assert!(error < 1.5, "{error}");
    }

    #[test]
    fn log_is_accurate() {
        let error = largest_error(Unary::Log, f64::ln, |x| x > 0.0 && x < f32::INFINITY);
        assert!(error < 1.0, "{error}");
    }

    #[test]
    fn tanh_is_accurate() {
        let error = largest_error(Unary::Tanh, f64::tanh, |x| !x.is_nan());
        assert!(error < 2.0, "{error}");
    }

    #[test]
    fn sin_is_accurate() {
        let error = largest_error(Unary::Sin, f64::sin, |x| x.abs() < 1_048_576.0);
        assert!(error < 2.5, "{error}");
        let numbers: Vec<f32> = all_magnitudes().filter(|x| x.is_finite()).collect();
        for (x, y) in numbers.iter().zip(of(Unary::Sin, &numbers)) {
            assert!(y.abs() <= 1.0, "{x}");
            assert!(x.abs() >= 1e9 || (f64::from(y) - f64::from(*x).sin()).abs() < 2e-7, "{x}");
        }
    }

    #[test]
    fn limits() {
        assert_eq!(exp(f32::INFINITY), f32::INFINITY);
        assert_eq!(exp(88.72284), f32::INFINITY);
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
        assert_eq!(exp(-103.97209), 0.0);
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(f32::NAN).is_nan());

        assert_eq!(log(0.0), f32::NEG_INFINITY);
        assert_eq!(log(-0.0), f32::NEG_INFINITY);
        assert_eq!(log(1.0), 0.0);
        assert_eq!(log(f32::INFINITY), f32::INFINITY);
        assert!(log(-1e-40).is_nan() && log(f32::NEG_INFINITY).is_nan() && log(f32::NAN).is_nan());

        assert_eq!((tanh(f32::INFINITY), tanh(f32::NEG_INFINITY)), (1.0, -1.0));
        assert_eq!(tanh(-0.0).to_bits(), (-0.0f32).to_bits());
        assert!(tanh(f32::NAN).is_nan());

        assert_eq!(sin(-0.0), 0.0);
        assert!(sin(f32::INFINITY).is_nan() && sin(f32::NEG_INFINITY).is_nan() && sin(f32::NAN).is_nan());
    }
}
