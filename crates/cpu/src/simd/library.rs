//! Products by the `matrixmultiply` crate, which knows the vector instructions of native processors.

use super::gemm::{Matrix, Multiply, Product, Right, Target};

/// It keeps nothing between calls.
#[derive(Default)]
pub(super) struct Library;

impl Multiply for Library {
    const LARGEST: Product = Product { rows: usize::MAX, depth: usize::MAX, columns: usize::MAX };
    const ROWS: usize = 8;

    unsafe fn multiply(&mut self, product: Product, a: Matrix<'_>, b: Matrix<'_>, _: Right, c: Target<'_>) {
        let Product { rows, depth, columns } = product;
        // SAFETY: the caller's promise: all elements lie within their slices, and rows of `c` do not overlap. Cells may
        // be read and written through shared references.
        unsafe {
            matrixmultiply::sgemm(
                rows,
                depth,
                columns,
                1.0,
                a.data.as_ptr().cast::<f32>().wrapping_add(a.origin),
                a.row,
                a.column,
                b.data.as_ptr().cast::<f32>().wrapping_add(b.origin),
                b.row,
                b.column,
                if c.accumulate { 1.0 } else { 0.0 },
                c.data.as_ptr().cast::<f32>().cast_mut(),
                c.stride as isize,
                1,
            );
        }
    }
}
