//! Densities that samplers are tried on, each with a difficulty of its own; `w` is the noise, the width of what is narrow.
//!
//! ```text
//! correlated   u ~ N(0, L²), v ~ N(0, w²), turned by 45°: x = (u - v)/√2, y = (u + v)/√2
//! mixture      Σ_k π_k N(m_k, w² I): three modes that are not alike in weight
//! banana       x ~ N(0, s²), y ~ N(B x² - C, w²)
//! funnel       y ~ N(0, s²), x ~ N(0, (w exp(A y))²)            (after Neal 2003, whose A y is v/2 and w is 1)
//! annulus      p ∝ exp(-(|x| - R)² / 2w²)
//! ```

use std::f32::consts::{FRAC_1_SQRT_2, PI, TAU};

use rand::Rng;

use super::density::{Family, log_sum_exp, squared_distance};
use crate::data::random::{normal, uniform};

/// `L`
pub(crate) const LENGTH: f32 = 0.9;
/// Weights `π_k` and means `m_k`.
pub(crate) const MIXTURE: [(f32, [f32; 2]); 3] = [(0.5, [-0.9, -0.6]), (0.3, [0.9, -0.6]), (0.2, [0.0, 0.9])];
/// `s`, `B` and `C`.
pub(crate) const BANANA: [f32; 3] = [0.65, 0.9, 0.5];
/// `s` and `A`.
pub(crate) const FUNNEL: [f32; 2] = [0.65, 1.3];
/// `R`
pub(crate) const RADIUS: f32 = 1.3;

/// Draws a point and the mode that it comes from.
pub(super) fn sample(family: Family, w: f32, rng: &mut impl Rng) -> ([f32; 2], u8) {
    match family {
        Family::Mixture => {
            let u = uniform(rng);
            let part = usize::from(u >= MIXTURE[0].0) + usize::from(u >= MIXTURE[0].0 + MIXTURE[1].0);
            (MIXTURE[part].1.map(|middle| middle + w * normal(rng)), part as u8)
        }
        Family::Banana => {
            let [s, b, c] = BANANA;
            let x = s * normal(rng);
            ([x, b * x * x - c + w * normal(rng)], 0)
        }
        Family::Funnel => {
            let [s, a] = FUNNEL;
            let y = s * normal(rng);
            ([w * libm::expf(a * y) * normal(rng), y], 0)
        }
        Family::Annulus => loop {
            // Around a circle there is more room the further out: of normal radii a share in proportion to them is kept.
            let radius = RADIUS + w * normal(rng);
            let most = RADIUS + 8.0 * w;
            let angle = TAU * uniform(rng);
            if uniform(rng) * most < radius {
                break ([radius * libm::cosf(angle), radius * libm::sinf(angle)], 0);
            }
        },
        _ => {
            let (u, v) = (LENGTH * normal(rng), w * normal(rng));
            ([FRAC_1_SQRT_2 * (u - v), FRAC_1_SQRT_2 * (u + v)], 0)
        }
    }
}

/// `ln p(x)` in nats.
pub(super) fn log_density(family: Family, w: f32, [x, y]: [f32; 2]) -> f32 {
    let square = |x: f32| x * x;
    let log_constant = log_constant(family, w);
    let exponent = match family {
        Family::Mixture => {
            let mode = |(weight, middle): (f32, [f32; 2])| {
                libm::logf(weight) - 0.5 * squared_distance([x, y], middle) / square(w)
            };
            log_sum_exp(MIXTURE.into_iter().map(mode))
        }
        Family::Banana => {
            let [s, b, c] = BANANA;
            -0.5 * (square(x / s) + square((y - b * x * x + c) / w))
        }
        Family::Funnel => {
            let [s, a] = FUNNEL;
            -0.5 * (square(y / s) + square(x / w * libm::expf(-a * y))) - a * y
        }
        Family::Annulus => -0.5 * square((libm::hypotf(x, y) - RADIUS) / w),
        _ => -0.25 * (square((x + y) / LENGTH) + square((y - x) / w)),
    };
    exponent - log_constant
}

/// The logarithm of the integral of what is written above without its constant.
pub(crate) fn log_constant(family: Family, w: f32) -> f32 {
    match family {
        Family::Mixture => libm::logf(TAU * w * w),
        Family::Banana => libm::logf(TAU * BANANA[0] * w),
        Family::Funnel => libm::logf(TAU * FUNNEL[0] * w),
        // 2π ∫ r exp(-(r - R)²/2w²) dr over r > 0
        Family::Annulus => {
            let scaled = f64::from(RADIUS / w);
            let below = 0.5 * libm::erfc(-scaled / std::f64::consts::SQRT_2);
            let tail = (-0.5 * scaled * scaled).exp();
            let (w, radius) = (f64::from(w), f64::from(RADIUS));
            libm::log(2.0 * f64::from(PI) * (w * w * tail + radius * w * f64::from(TAU).sqrt() * below)) as f32
        }
        _ => libm::logf(TAU * LENGTH * w),
    }
}
