//! A convolution or one of its gradients, alone.

use daydream_graph::{Convolution, Executor, Function, Graph, grad};
use daydream_web::threads;
use wasm_bindgen::prelude::*;

use crate::networks::numbers;

/// A program that computes it.
#[wasm_bindgen]
pub struct Convolving {
    device: Box<dyn Executor>,
}

#[wasm_bindgen]
impl Convolving {
    /// `part` is `forward`, `images` or `weights`: what is computed, the images or a gradient with respect to one of the two. The sizes are
    /// those of the convolution, in a batch of `batch` square images with `size` pixels a side: channels before and after, taps a side,
    /// stride and padding. `transposed` swaps images and gradient: the channels become fewer or more the other way round.
    ///
    /// # Errors
    /// When there is no such part, or not six sizes.
    #[wasm_bindgen(constructor)]
    pub fn new(batch: usize, sizes: &[usize], transposed: bool, part: &str) -> Result<Convolving, JsError> {
        let &[size, from, to, taps, stride, padding] = sizes else {
            return Err(JsError::new("a convolution has six sizes"));
        };
        let how = Convolution { stride, padding, dilation: 1 };
        let windows = (size + 2 * padding - taps) / stride + 1;
        let g = Graph::new();
        let wide = g.input("wide", [batch, size, size, from]);
        let narrow = g.input("narrow", [batch, windows, windows, to]);
        let weights = g.input("weights", [taps, taps, from, to]);
        let (images, made, cotangent) = if transposed {
            (narrow, narrow.conv2d_transpose(weights, how, [size, size]), wide)
        } else {
            (wide, wide.conv2d(weights, how), narrow)
        };
        let gradient = |with_respect_to| grad((made * cotangent).sum_all(), &[with_respect_to])[0];
        let wanted = match part {
            "forward" => made,
            "images" => gradient(images),
            "weights" => gradient(weights),
            _ => return Err(JsError::new(&format!("a convolution has no part {part:?}"))),
        };
        let module = g.compile(&[Function::new("part").output("wanted", wanted)]);
        let mut device = threads::cpu();
        device.load(&module)?;
        for input in &module.inputs {
            device.write(input.offset, &numbers(input.range().len()));
        }
        Ok(Convolving { device })
    }

    /// Computes it so many times.
    pub fn run(&mut self, times: u32) {
        for time in 0..times {
            self.device.run(1, 7, time);
        }
    }
}
