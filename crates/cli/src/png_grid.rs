//! Rows of a data set as one PNG: a grid of images or ratings, or a scatter of points.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use daydream_models::data::ratings::STARS;
use daydream_models::data::{Dataset, Kind, RowShape};

use crate::failure::Failure;

/// Pixels between images.
const GAP: usize = 2;
/// Images are enlarged by a whole factor to about this many pixels.
const IMAGE: usize = 56;
/// Pixels of a scatter, and the half width of the plane that it shows.
const SCATTER: usize = 512;
const REACH: f32 = 2.2;

/// An RGB picture.
struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

pub(crate) fn write(path: &Path, data: &Dataset, rows: &[f32]) -> Result<(), Failure> {
    let canvas = match data.kind {
        Kind::Images => grid(data.shape, rows),
        Kind::Points => scatter(rows),
        Kind::Ratings => grid(data.shape, &rows.iter().map(|stars| stars / STARS as f32).collect::<Vec<f32>>()),
    };
    let file = File::create(path).map_err(|error| Failure::file(path, error))?;
    let mut encoder = png::Encoder::new(BufWriter::new(file), canvas.width as u32, canvas.height as u32);
    encoder.set_color(png::ColorType::Rgb);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&canvas.pixels));
    written.map_err(|error| Failure::file(path, error))
}

fn grid(shape: RowShape, rows: &[f32]) -> Canvas {
    let count = rows.len() / shape.len();
    let columns = (count as f64).sqrt().ceil() as usize;
    let zoom = (IMAGE / shape.height.max(shape.width)).max(1);
    let (cell_width, cell_height) = (shape.width * zoom + GAP, shape.height * zoom + GAP);
    let mut canvas = Canvas::new(columns * cell_width + GAP, count.div_ceil(columns) * cell_height + GAP, 96);
    for (number, image) in rows.chunks_exact(shape.len()).enumerate() {
        let (left, top) = (GAP + number % columns * cell_width, GAP + number / columns * cell_height);
        for y in 0..shape.height * zoom {
            for x in 0..shape.width * zoom {
                let pixel = (y / zoom * shape.width + x / zoom) * shape.channels;
                let channel =
                    |c: usize| (image[pixel + c.min(shape.channels - 1)].clamp(0.0, 1.0) * 255.0).round() as u8;
                canvas.set(left + x, top + y, [channel(0), channel(1), channel(2)]);
            }
        }
    }
    canvas
}

fn scatter(rows: &[f32]) -> Canvas {
    let mut canvas = Canvas::new(SCATTER, SCATTER, 255);
    let place = |x: f32| ((x / REACH + 1.0) / 2.0 * SCATTER as f32) as isize;
    for point in rows.chunks_exact(2) {
        for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let (x, y) = (place(point[0]) + dx, place(-point[1]) + dy);
            if (0..SCATTER as isize).contains(&x) && (0..SCATTER as isize).contains(&y) {
                canvas.set(x as usize, y as usize, [42, 63, 122]);
            }
        }
    }
    canvas
}

impl Canvas {
    fn new(width: usize, height: usize, shade: u8) -> Canvas {
        Canvas { width, height, pixels: vec![shade; width * height * 3] }
    }

    fn set(&mut self, x: usize, y: usize, colour: [u8; 3]) {
        let start = (y * self.width + x) * 3;
        self.pixels[start..start + 3].copy_from_slice(&colour);
    }
}
