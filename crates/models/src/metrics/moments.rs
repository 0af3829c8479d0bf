//! Variances and principal axes of rows of numbers.

use nalgebra::{DMatrix, DVector};

/// The variance of every column of `rows`, `[N, columns]`, by the mean square distance from its mean.
pub fn variances(rows: &[f32], columns: usize) -> Vec<f64> {
    let count = (rows.len() / columns) as f64;
    let means = column_means(rows, columns);
    let mut variances = vec![0.0; columns];
    for row in rows.chunks_exact(columns) {
        for ((variance, &x), mean) in variances.iter_mut().zip(row).zip(&means) {
            *variance += (f64::from(x) - mean).powi(2) / count;
        }
    }
    variances
}

/// Principal component analysis: the mean of `rows`, `[N, columns]`, and the unit vectors along which they vary most, the first ones
/// first. A vector's largest coordinate is positive, so that small changes of the rows do not turn it around.
pub fn principal_axes(rows: &[f32], columns: usize) -> (DVector<f64>, Vec<DVector<f64>>) {
    let mean = DVector::from_vec(column_means(rows, columns));
    let mut covariance = DMatrix::zeros(columns, columns);
    for row in rows.chunks_exact(columns) {
        let centred = DVector::from_iterator(columns, row.iter().copied().map(f64::from)) - &mean;
        covariance.ger(1.0, &centred, &centred, 1.0);
    }
    let eigen = covariance.symmetric_eigen();
    let mut order: Vec<usize> = (0..columns).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
    let axes = order.into_iter().map(|number| {
        let axis = eigen.eigenvectors.column(number).into_owned();
        let largest = axis[axis.icamax()];
        axis * largest.signum()
    });
    (mean, axes.collect())
}

fn column_means(rows: &[f32], columns: usize) -> Vec<f64> {
    let count = (rows.len() / columns) as f64;
    let mut means = vec![0.0; columns];
    for row in rows.chunks_exact(columns) {
        for (mean, &x) in means.iter_mut().zip(row) {
            *mean += f64::from(x) / count;
        }
    }
    means
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variances_are_those_of_each_column() {
        assert_eq!(variances(&[1.0, 5.0, 3.0, 5.0], 2), [1.0, 0.0]);
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
