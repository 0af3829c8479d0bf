//! Elementary functions of one number, written so that the compiler turns loops over them into vector code.
//!
//! None has a branch, a table or a call; all are plain additions, multiplications, comparisons and bit operations, each
//! rounded on its own, so that every machine computes the same bits. Errors are stated in units in the last place (ulp) of the
//! result, as found by the sweeps in the tests.

/// Adding and subtracting it rounds a number below 2²² to the nearest integer, which then stands in its lowest bits.
const ROUND: f32 = 12_582_912.0;

/// The larger of two numbers; NaN where either is NaN, so that it is not hidden.
#[inline(always)]
pub(crate) fn max(a: f32, b: f32) -> f32 {
    let larger = if a > b { a } else { b };
    if a.is_nan() { a } else { larger }
}

/// `eˣ`. Error below 1 ulp, 1.5 where the result is subnormal; ∞ above 88.72284; 0 below -103.97208; NaN of NaN.
///
/// With `n` the integer nearest to `x / ln 2` and `r = x - n ln 2`: `eˣ = 2ⁿ eʳ`, and `eʳ` is a polynomial.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    // Beyond these the result is 0 or ∞ already; NaN passes both comparisons.
    let x = if x < -105.0 { -105.0 } else { x };
    let x = if x > 89.0 { 89.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    let mut p = 1.381_446_5e-3;
    p = p * r + 8.368_781e-3;
    p = p * r + 4.166_839_3e-2;
    p = p * r + 1.666_652e-1;
    p = p * r + 4.999_999_4e-1;
    let y = (p * (r * r) + r) + 1.0;
    // 2ⁿ in two factors: neither overflows, and a subnormal result is rounded once.
    let n = (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    let half = n >> 1;
    y * power_of_two(half) * power_of_two(n - half)
}

/// ln 2 in two parts, the first with so few digits that its product with an exponent is exact.
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;

/// 2ⁿ for `-126 <= n <= 127`.
#[inline(always)]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) << 23) as u32)
}

/// `ln x`. Error below 1 ulp; -∞ of 0; NaN of negative numbers and NaN; ∞ of ∞.
///
/// With `x = 2ᵉ m` and `√½ <= m < √2`: `ln x = e ln 2 + ln(1 + f)`, `f = m - 1`, and with `s = f / (2 + f)`
/// `ln(1 + f) = 2 artanh s = f - s (f - R(s²))` (as in FreeBSD's `logf`).
#[inline(always)]
pub(crate) fn log(x: f32) -> f32 {
    let subnormal = x < f32::MIN_POSITIVE;
    let scaled = if subnormal { x * 8_388_608.0 } else { x };
    let bias = if subnormal { 23 } else { 0 };
    // Moves the mantissa's range to [√½, √2) before the exponent is taken off.
    let bits = (scaled.to_bits() as i32).wrapping_add(0x3f80_0000 - SQRT_HALF);
    let exponent = ((bits >> 23) - 127 - bias) as f32;
    let f = f32::from_bits(((bits & 0x007f_ffff) + SQRT_HALF) as u32) - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let r = z * (0.666_666_6 + w * 0.284_987_87) + w * (0.400_009_72 + w * 0.242_790_79);
    let half_square = 0.5 * f * f;
    let y = exponent * LN_2_LOW + s * (half_square + r) - half_square + f + exponent * LN_2_HIGH;
    let y = if x == 0.0 { f32::NEG_INFINITY } else { y };
    let y = if x == f32::INFINITY { x } else { y };
    if x >= 0.0 { y } else { f32::NAN }
}

/// The bits of √½.
const SQRT_HALF: i32 = 0x3f35_04f3;

/// `tanh x`. Error below 2 ulp; ±1 beyond ±9.02; NaN of NaN; odd, and keeps the sign of 0.
///
/// Near 0 an odd polynomial, else `1 - 2 / (e^{2|x|} + 1)`.
#[inline(always)]
pub(crate) fn tanh(x: f32) -> f32 {
    let magnitude = x.abs();
    let z = x * x;
    let mut p = -5.704_990_6e-3;
    p = p * z + 2.063_909e-2;
    p = p * z - 5.373_971_5e-2;
    p = p * z + 1.333_144_2e-1;
    p = p * z - 3.333_328e-1;
    let near = (p * z) * magnitude + magnitude;
    let far = 1.0 - 2.0 / (exp(2.0 * magnitude) + 1.0);
    let y = if magnitude < 0.625 { near } else { far };
    y.copysign(x)
}

/// `sin x` in radians. Error below 2.5 ulp for `|x| < 2²⁰`, and below 2·10⁻⁷ for `|x| < 10⁹`; beyond that, where
/// neighbouring numbers are many periods apart, some number in `[-1, 1]`. NaN of ±∞ and NaN.
///
/// With `n` the integer nearest to `x / π` and `r = x - n π`, taken in 64 bits: `sin x = (-1)ⁿ sin r`.
#[inline(always)]
pub(crate) fn sin(x: f32) -> f32 {
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let wide = f64::from(x);
    let shifted = wide * std::f64::consts::FRAC_1_PI + ROUND;
    let n = shifted - ROUND;
    let r = (wide - n * PI_HIGH - n * PI_LOW) as f32;
    let r = if r.abs() > 2.0 { 0.0 } else { r };
    let sign = (shifted.to_bits() as u32) << 31;
    let z = r * r;
    let mut p = 2.605_751e-6;
    p = p * z - 1.980_959e-4;
    p = p * z + 8.333_066_5e-3;
    p = p * z - 1.666_666e-1;
    let y = (p * z) * r + r;
    f32::from_bits(y.to_bits() ^ sign)
}

/// π in two parts, the first of 30 bits, so that its product with a number of turns below 2²³ is exact.
const PI_HIGH: f64 = 3.141_592_651_605_606;
const PI_LOW: f64 = 1.984_187_159_361_081e-9;

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of every magnitude and both signs: every 509th bit pattern.
    fn all_magnitudes() -> impl Iterator<Item = f32> {
        (0..=u32::MAX).step_by(509).map(f32::from_bits)
    }

    /// The largest error of `approximate` in ulp where `exact` is finite, for the numbers that `wanted` picks.
    fn largest_error(approximate: fn(f32) -> f32, exact: fn(f64) -> f64, wanted: fn(f32) -> bool) -> f64 {
        let mut largest = 0.0f64;
        for x in all_magnitudes().filter(|&x| wanted(x)) {
            let (right, got) = (exact(f64::from(x)), f64::from(approximate(x)));
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
        let error = largest_error(exp, f64::exp, |x| (-87.3..88.72283).contains(&x));
        assert!(error < 1.0, "{error}");
        let error = largest_error(exp, f64::exp, |x| (-200.0..-87.3).contains(&x));
        assert!(error < 1.5, "{error}");
    }

    #[test]
    fn log_is_accurate() {
        let error = largest_error(log, f64::ln, |x| x > 0.0 && x < f32::INFINITY);
        assert!(error < 1.0, "{error}");
    }

    #[test]
    fn tanh_is_accurate() {
        let error = largest_error(tanh, f64::tanh, |x| !x.is_nan());
        assert!(error < 2.0, "{error}");
    }

    #[test]
    fn sin_is_accurate() {
        let error = largest_error(sin, f64::sin, |x| x.abs() < 1_048_576.0);
        assert!(error < 2.5, "{error}");
        for x in all_magnitudes().filter(|x| x.abs() < 1e9) {
            assert!((f64::from(sin(x)) - f64::from(x).sin()).abs() < 2e-7, "{x}");
        }
        assert!(all_magnitudes().filter(|x| x.is_finite()).all(|x| sin(x).abs() <= 1.0));
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
