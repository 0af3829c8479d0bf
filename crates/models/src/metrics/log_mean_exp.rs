//! Averages of numbers that are known by their logarithms and too large or too small to be written out.

/// `log (1/n) Σ exp(xᵢ)`, one `x` at a time, around the largest so far: nothing overflows.
#[derive(Clone, Copy, Debug)]
pub struct LogMeanExp {
    largest: f64,
    /// `Σ exp(xᵢ - largest)`
    sum: f64,
    count: u64,
}

impl Default for LogMeanExp {
    fn default() -> LogMeanExp {
        LogMeanExp { largest: f64::NEG_INFINITY, sum: 0.0, count: 0 }
    }
}

impl LogMeanExp {
    /// Takes one more number.
    pub fn add(&mut self, x: f64) {
        self.count += 1;
        if x > self.largest {
            self.sum = self.sum * (self.largest - x).exp() + 1.0;
            self.largest = x;
        } else if x > f64::NEG_INFINITY || x.is_nan() {
            self.sum += (x - self.largest).exp();
        }
    }

    /// `log (1/n) Σ exp(xᵢ)`; -∞ before the first number.
    pub fn value(&self) -> f64 {
        if self.sum == 0.0 { f64::NEG_INFINITY } else { self.largest + (self.sum / self.count as f64).ln() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(numbers: &[f64]) -> f64 {
        let mut mean = LogMeanExp::default();
        numbers.iter().for_each(|&x| mean.add(x));
        mean.value()
    }

    #[test]
    fn agrees_with_the_formula_in_any_order() {
        let exact = ((2f64.exp() + (-1f64).exp() + 0.5f64.exp()) / 3.0).ln();
        for numbers in [[2.0, -1.0, 0.5], [-1.0, 0.5, 2.0]] {
            assert!((of(&numbers) - exact).abs() < 1e-14);
        }
    }

    #[test]
    fn survives_numbers_whose_exponentials_overflow_or_vanish() {
        assert!((of(&[1e4, 1e4 - 2f64.ln()]) - (1e4 + 0.75f64.ln())).abs() < 1e-9);
        assert!((of(&[-1e4, -1e4]) + 1e4).abs() < 1e-9);
        assert!((of(&[f64::NEG_INFINITY, 3.0]) - (3.0 - 2f64.ln())).abs() < 1e-14);
        assert_eq!(of(&[f64::NEG_INFINITY]), f64::NEG_INFINITY);
        assert!(of(&[1.0, f64::NAN]).is_nan());
    }
}
