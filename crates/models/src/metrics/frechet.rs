//! The Fréchet distance between two clouds of features, each taken for a Gaussian (Heusel et al., arXiv:1706.08500).

use nalgebra::{DMatrix, DVector};

/// Mean and covariance of rows of features, gathered piece by piece.
#[derive(Clone, Debug)]
pub struct Moments {
    count: f64,
    sum: DVector<f64>,
    products: DMatrix<f64>,
}

impl Moments {
    /// No rows yet, of `width` features each.
    pub fn new(width: usize) -> Moments {
        Moments { count: 0.0, sum: DVector::zeros(width), products: DMatrix::zeros(width, width) }
    }

    /// Adds rows: `[N, width]`.
    pub fn add(&mut self, rows: &[f32]) {
        for row in rows.chunks_exact(self.sum.len()) {
            let row = DVector::from_iterator(row.len(), row.iter().map(|&x| f64::from(x)));
            self.products.ger(1.0, &row, &row, 1.0);
            self.sum += row;
            self.count += 1.0;
        }
    }

    fn mean(&self) -> DVector<f64> {
        &self.sum / self.count
    }

    /// `E[x xᵀ] - μ μᵀ`
    fn covariance(&self) -> DMatrix<f64> {
        let mean = self.mean();
        &self.products / self.count - &mean * mean.transpose()
    }
}

/// `‖μ₁ - μ₂‖² + tr(Σ₁ + Σ₂ - 2 (Σ₁^½ Σ₂ Σ₁^½)^½)`, in squared units of the features; 0 when mean and covariance agree.
///
/// The square root of a symmetric matrix is that of its eigenvalues, taken as 0 where rounding made them negative.
/// Few rows make the distance too large: compare numbers from equally many.
pub fn distance(a: &Moments, b: &Moments) -> f64 {
    let (first, second) = (a.covariance(), b.covariance());
    let root = square_root(first.clone());
    let cross = &root * &second * &root;
    let overlap: f64 = cross.symmetric_eigenvalues().iter().map(|value| value.max(0.0).sqrt()).sum();
    ((a.mean() - b.mean()).norm_squared() + first.trace() + second.trace() - 2.0 * overlap).max(0.0)
}

fn square_root(symmetric: DMatrix<f64>) -> DMatrix<f64> {
    let mut parts = symmetric.symmetric_eigen();
    parts.eigenvalues.apply(|value| *value = value.max(0.0).sqrt());
    parts.recompose()
}
