//! Means, variances and principal axes of rows of numbers.

use nalgebra::{DMatrix, DVector};

/// The mean and the variance of every column of rows that come one at a time (Welford 1962).
#[derive(Clone, Debug)]
pub struct ColumnMoments {
    count: f64,
    means: Vec<f64>,
    /// `Σ (x - mean)²`
    squares: Vec<f64>,
}

impl ColumnMoments {
    /// Of no rows yet.
    pub fn new(columns: usize) -> ColumnMoments {
        ColumnMoments { count: 0.0, means: vec![0.0; columns], squares: vec![0.0; columns] }
    }

    /// Of rows `[N, columns]`.
    pub fn of(rows: &[f32], columns: usize) -> ColumnMoments {
        let mut moments = ColumnMoments::new(columns);
        rows.chunks_exact(columns).for_each(|row| moments.add(row));
        moments
    }

    /// Takes one more row.
    pub fn add(&mut self, row: &[f32]) {
        self.count += 1.0;
        for ((mean, square), &x) in self.means.iter_mut().zip(&mut self.squares).zip(row) {
            let before = f64::from(x) - *mean;
            *mean += before / self.count;
            *square += before * (f64::from(x) - *mean);
        }
    }

    /// The mean of every column.
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// The mean square distance from the mean of every column.
    pub fn variances(&self) -> impl Iterator<Item = f64> + '_ {
        self.squares.iter().map(|square| square / self.count)
    }
}

/// Principal component analysis: the mean of `rows`, `[N, columns]`, and the unit vectors along which they vary most, the first ones
/// first. A vector's largest coordinate is positive, so that small changes of the rows do not turn it around.
pub fn principal_axes(rows: &[f32], columns: usize) -> (DVector<f64>, Vec<DVector<f64>>) {
    let mean = DVector::from_column_slice(ColumnMoments::of(rows, columns).means());
    let mut covariance = DMatrix::zeros(columns, columns);
    for row in rows.chunks_exact(columns) {
        let centred = DVector::from_iterator(columns, row.iter().copied().map(f64::from)) - &mean;
        covariance.ger(1.0, &centred, &centred, 1.0);
    }
    let parts = principal_parts(covariance);
    (mean, parts.into_iter().map(|(_, axis)| axis).collect())
}

/// The eigenvalues of a covariance, the largest first and none below 0, each with its eigenvector of length 1, whose largest coordinate
/// is positive. All are 0 when the covariance is not finite, of which there is no decomposition.
pub fn principal_parts(covariance: DMatrix<f64>) -> Vec<(f64, DVector<f64>)> {
    let width = covariance.nrows();
    if covariance.iter().any(|x| !x.is_finite()) {
        return vec![(0.0, DVector::zeros(width)); width];
    }
    let eigen = covariance.symmetric_eigen();
    let mut order: Vec<usize> = (0..width).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
    let parts = order.into_iter().map(|number| {
        let axis = eigen.eigenvectors.column(number).into_owned();
        let largest = axis[axis.icamax()];
        (eigen.eigenvalues[number].max(0.0), axis * largest.signum())
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_each_column() {
        let moments = ColumnMoments::of(&[1.0, 5.0, 3.0, 5.0, 8.0, 5.0], 2);
        assert_eq!(moments.means(), [4.0, 5.0]);
        assert!(moments.variances().zip([26.0 / 3.0, 0.0]).all(|(found, exact)| (found - exact).abs() < 1e-12));
    }

    #[test]
    fn the_first_axis_is_that_of_the_longest_spread() {
        let rows: Vec<f32> = (-3..=3).flat_map(|t| [3.0 * t as f32 + 1.0, 4.0 * t as f32 - 2.0, 0.0]).collect();
        let (mean, axes) = principal_axes(&rows, 3);
        assert!((mean - DVector::from_vec(vec![1.0, -2.0, 0.0])).norm() < 1e-12);
        assert!((&axes[0] - DVector::from_vec(vec![0.6, 0.8, 0.0])).norm() < 1e-12);
        assert!(axes[0].dot(&axes[1]).abs() < 1e-12);
    }
}
