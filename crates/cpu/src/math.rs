//! Elementary functions, a vector of numbers at a time.
//!
//! None has a branch, a table or a call; all are plain additions, multiplications, comparisons and bit operations, each
//! rounded on its own, so that every machine computes the same bits. Errors are stated in units in the last place (ulp) of the
//! result, as found by the sweeps in the tests.
//!
//! A [`Function`] with many constants is a struct that holds them, see [`Numbers::held`].

use fearless_simd::Simd;
use fearless_simd::prelude::*;

use crate::numbers::Numbers;

/// A function of each lane, made before a loop and used within it.
pub(crate) trait Function<N: Numbers>: Copy {
    fn of(self, x: N::Floats) -> N::Floats;
}

/// The polynomial of these coefficients, that of the highest power first (Horner).
#[inline(always)]
fn polynomial<N: Numbers, const TERMS: usize>(coefficients: [N::Floats; TERMS], x: N::Floats) -> N::Floats {
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
pub(crate) fn max<N: Numbers>(numbers: N, a: N::Floats, b: N::Floats) -> N::Floats {
    let larger = numbers.select(numbers.greater(a, b), a, b);
    numbers.select(numbers.equal(a, a), larger, a)
}

/// `eˣ`. Error below 1 ulp, 1.5 where the result is subnormal; ∞ above 88.72284; 0 below -103.97208; NaN of NaN.
///
/// With `n` the integer nearest to `x / ln 2` and `r = x - n ln 2`: `eˣ = 2ⁿ eʳ`, and `eʳ` is a polynomial.
#[derive(Clone, Copy)]
pub(crate) struct Exp<N: Numbers> {
    numbers: N,
    /// Beyond these the result is 0 or ∞ already.
    limits: [N::Floats; 2],
    log2_e: N::Floats,
    round: N::Floats,
    ln_2: [N::Floats; 2],
    polynomial: [N::Floats; 5],
    one: N::Floats,
    round_bits: N::Integers,
    bias: N::Integers,
}

/// ln 2 in two parts, the first with so few digits that its product with an exponent is exact.
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;

impl<N: Numbers> Exp<N> {
    #[inline(always)]
    pub(crate) fn new(numbers: N) -> Exp<N> {
        let [low, high, log2_e, round, ln_2_high, ln_2_low, one] =
            numbers.held([-105.0, 89.0, std::f32::consts::LOG2_E, ROUND, LN_2_HIGH, LN_2_LOW, 1.0]);
        let polynomial = numbers.held([1.381_446_5e-3, 8.368_781e-3, 4.166_839_3e-2, 1.666_652e-1, 4.999_999_4e-1]);
        let [round_bits, bias] = numbers.held_bits([ROUND.to_bits() as i32, 127]);
        Exp {
            numbers,
            limits: [low, high],
            log2_e,
            round,
            ln_2: [ln_2_high, ln_2_low],
            polynomial,
            one,
            round_bits,
            bias,
        }
    }

    /// 2ⁿ for `-126 <= n <= 127`.
    #[inline(always)]
    fn power_of_two(&self, n: N::Integers) -> N::Floats {
        self.numbers.as_floats(self.numbers.shift_left(n + self.bias, 23))
    }
}

impl<N: Numbers> Function<N> for Exp<N> {
    #[inline(always)]
    fn of(self, x: N::Floats) -> N::Floats {
        let (numbers, [low, high]) = (self.numbers, self.limits);
        let x = numbers.lower(numbers.raise(x, low), high);
        let shifted = x * self.log2_e + self.round;
        let n = shifted - self.round;
        let r = (x - n * self.ln_2[0]) - n * self.ln_2[1];
        let p = polynomial::<N, 5>(self.polynomial, r);
        let y = (p * (r * r) + r) + self.one;
        // 2ⁿ in two factors: neither overflows, and a subnormal result is rounded once.
        let n = numbers.as_bits(shifted) - self.round_bits;
        let half = numbers.shift_right(n, 1);
        y * self.power_of_two(half) * self.power_of_two(n - half)
    }
}

/// `ln x`. Error below 1 ulp; -∞ of 0; NaN of negative numbers and NaN; ∞ of ∞.
///
/// With `x = 2ᵉ m` and `√½ <= m < √2`: `ln x = e ln 2 + ln(1 + f)`, `f = m - 1`, and with `s = f / (2 + f)`
/// `ln(1 + f) = 2 artanh s = f - s (f - R(s²))` (as in FreeBSD's `logf`).
#[derive(Clone, Copy)]
pub(crate) struct Log<N: Numbers> {
    numbers: N,
    zero: N::Floats,
    half: N::Floats,
    one: N::Floats,
    two: N::Floats,
    infinity: N::Floats,
    nan: N::Floats,
    smallest: N::Floats,
    /// Makes subnormal numbers normal, and the exponent that it adds.
    lift: [N::Floats; 2],
    ln_2: [N::Floats; 2],
    polynomial: [N::Floats; 4],
    bias: N::Integers,
    mantissa: N::Integers,
    root_half: N::Integers,
    begin: N::Integers,
}

/// The bits of √½.
const SQRT_HALF: i32 = 0x3f35_04f3;

impl<N: Numbers> Log<N> {
    #[inline(always)]
    pub(crate) fn new(numbers: N) -> Log<N> {
        let [zero, half, one, two, infinity, nan, smallest] =
            numbers.held([0.0, 0.5, 1.0, 2.0, f32::INFINITY, f32::NAN, f32::MIN_POSITIVE]);
        let [bias, mantissa, root_half, begin] =
            numbers.held_bits([127, 0x007f_ffff, SQRT_HALF, 0x3f80_0000 - SQRT_HALF]);
        Log {
            numbers,
            zero,
            half,
            one,
            two,
            infinity,
            nan,
            smallest,
            lift: numbers.held([8_388_608.0, 23.0]),
            ln_2: numbers.held([LN_2_HIGH, LN_2_LOW]),
            polynomial: numbers.held([0.666_666_6, 0.284_987_87, 0.400_009_72, 0.242_790_79]),
            bias,
            mantissa,
            root_half,
            begin,
        }
    }
}

impl<N: Numbers> Log<N> {
    /// Of `scaled`, which is positive, finite and no subnormal number, less so many times ln 2.
    #[inline(always)]
    fn of_normal(self, scaled: N::Floats, lifted: Option<N::Floats>) -> N::Floats {
        let numbers = self.numbers;
        // Moves the mantissa's range to [√½, √2) before the exponent is taken off.
        let bits = numbers.as_bits(scaled) + self.begin;
        let exponent = numbers.to_float(numbers.shift_right(bits, 23) - self.bias);
        let exponent = lifted.map_or(exponent, |lifted| exponent - lifted);
        let f = numbers.as_floats((bits & self.mantissa) + self.root_half) - self.one;
        let s = f / (self.two + f);
        let z = s * s;
        let w = z * z;
        let [a, b, c, d] = self.polynomial;
        let r = z * (a + w * b) + w * (c + w * d);
        let half_square = self.half * f * f;
        exponent * self.ln_2[1] + s * (half_square + r) - half_square + f + exponent * self.ln_2[0]
    }

    #[inline(always)]
    fn of_any(self, x: N::Floats) -> N::Floats {
        let numbers = self.numbers;
        let subnormal = numbers.less(x, self.smallest);
        let scaled = numbers.select(subnormal, x * self.lift[0], x);
        let lifted = numbers.select(subnormal, self.lift[1], self.zero);
        let y = self.of_normal(scaled, Some(lifted));
        let y = numbers.select(numbers.equal(x, self.zero), -self.infinity, y);
        let y = numbers.select(numbers.equal(x, self.infinity), x, y);
        // What is not a number, or below 0, has none.
        numbers.select(numbers.at_least(x, self.zero), y, self.nan)
    }
}

impl<N: Numbers> Function<N> for Log<N> {
    #[inline(always)]
    fn of(self, x: N::Floats) -> N::Floats {
        let numbers = self.numbers;
        let is_normal = numbers.both(numbers.at_least(x, self.smallest), numbers.less(x, self.infinity));
        numbers.if_all(
            is_normal,
            #[inline(always)]
            || self.of_normal(x, None),
            #[inline(always)]
            || self.of_any(x),
        )
    }
}

/// `tanh x`. Error below 2 ulp; ±1 beyond ±9.02; NaN of NaN; odd, and keeps the sign of 0.
///
/// Near 0 an odd polynomial, else `1 - 2 / (e^{2|x|} + 1)`.
#[derive(Clone, Copy)]
pub(crate) struct Tanh<N: Numbers> {
    numbers: N,
    exp: Exp<N>,
    polynomial: [N::Floats; 5],
    two: N::Floats,
    near: N::Floats,
}

impl<N: Numbers> Tanh<N> {
    #[inline(always)]
    pub(crate) fn new(numbers: N) -> Tanh<N> {
        let [two, near] = numbers.held([2.0, 0.625]);
        let polynomial = numbers.held([-5.704_990_6e-3, 2.063_909e-2, -5.373_971_5e-2, 1.333_144_2e-1, -3.333_328e-1]);
        Tanh { numbers, exp: Exp::new(numbers), polynomial, two, near }
    }
}

impl<N: Numbers> Function<N> for Tanh<N> {
    #[inline(always)]
    fn of(self, x: N::Floats) -> N::Floats {
        let numbers = self.numbers;
        let magnitude = numbers.abs(x);
        let z = x * x;
        let p = polynomial::<N, 5>(self.polynomial, z);
        let near = (p * z) * magnitude + magnitude;
        let far = self.exp.one - self.two / (self.exp.of(self.two * magnitude) + self.exp.one);
        numbers.copysign(numbers.select(numbers.less(magnitude, self.near), near, far), x)
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
        let [zero, two] = simd.held([0.0, 2.0]);
        let polynomial = simd.held([2.605_751e-6, -1.980_959e-4, 8.333_066_5e-3, -1.666_666e-1]);
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
