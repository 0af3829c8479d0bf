//! A hand: takes a way of writing a digit and writes it once, never twice alike.
//!
//! Every point is moved a little, the curve through the points is bent by slow waves, slanted, turned and
//! stretched, and at last scaled and placed as the images of MNIST are: the ink fits a box of 20 x 20
//! pixels and its centre of mass lies in the middle of 28 x 28, give or take half a pixel.

use std::f32::consts::TAU;

use rand::Rng;

use super::SIDE;
use super::glyphs::{Point, Style, styles};
use crate::data::random::{between, normal, uniform};

/// A straight piece of a pen path, in pixels from the upper left corner of the image.
#[derive(Clone, Copy)]
pub(super) struct Segment {
    pub(super) from: Point,
    pub(super) to: Point,
    /// Half the width of the pen there, in pixels.
    pub(super) radius: f32,
}

/// Straight pieces for each span between two points of a stroke.
const PIECES: usize = 5;
/// Side of the box that the ink fits, in pixels.
const BOX: f32 = 20.0;
/// Empty pixels that always remain at the image's edge.
const MARGIN: f32 = 1.0;

/// Writes `digit` once. `wobble` scales how far the hand strays, 1 being natural; at 0 the style, its proportions,
/// slant, turn, size and pen still vary.
pub(super) fn write(digit: u8, wobble: f32, rng: &mut impl Rng) -> Vec<Segment> {
    let radius = (1.25 * libm::expf(0.22 * normal(rng))).clamp(0.75, 1.8);
    let style = pick(styles(digit), rng);
    let mut segments = trace(style, wobble, rng);
    deform(&mut segments, wobble, rng);
    place(&mut segments, radius, rng);
    press(&mut segments, radius, rng);
    segments
}

/// A standard normal number moved to at most two deviations from 0: no hand is that odd.
fn bounded_normal(rng: &mut impl Rng) -> f32 {
    normal(rng).clamp(-2.0, 2.0)
}

fn pick<'s>(styles: &'s [Style], rng: &mut impl Rng) -> &'s Style {
    let mut left = uniform(rng) * styles.iter().map(|style| style.weight).sum::<f32>();
    for style in styles {
        left -= style.weight;
        if left < 0.0 {
            return style;
        }
    }
    &styles[styles.len() - 1]
}

/// The pen paths as straight pieces: a point between the style's extremes, strayed, and Catmull-Rom curves
/// through them.
fn trace(style: &Style, wobble: f32, rng: &mut impl Rng) -> Vec<Segment> {
    let stray = 0.022 * wobble;
    let along = between(rng, -0.1, 1.1);
    let mut segments = Vec::with_capacity(64);
    for (from, to) in style.from.iter().zip(style.to) {
        let mut points: Vec<Point> = Vec::with_capacity(from.len());
        let mut strayed = [normal(rng), normal(rng)];
        for (index, (a, b)) in from.iter().zip(*to).enumerate() {
            // The two points of a corner stray together, else the corner would open; neighbours stray
            // alike, else round lines would get edges.
            let is_corner = index > 0 && from[index - 1] == *a;
            if !is_corner {
                strayed = strayed.map(|old| 0.6 * old + 0.8 * normal(rng));
            }
            points.push(std::array::from_fn(|axis| a[axis] + along * (b[axis] - a[axis]) + stray * strayed[axis]));
        }
        let at = |index: usize| points[index.min(points.len() - 1)];
        for span in 0..points.len() - 1 {
            let ends = [at(span.saturating_sub(1)), at(span), at(span + 1), at(span + 2)];
            if ends[1] == ends[2] {
                continue;
            }
            let mut from = ends[1];
            for piece in 1..=PIECES {
                let to = catmull_rom(ends, piece as f32 / PIECES as f32);
                segments.push(Segment { from, to, radius: 0.0 });
                from = to;
            }
        }
    }
    segments
}

/// The cubic from `p[1]` (`t = 0`) to `p[2]` (`t = 1`) whose tangents there are `(p[2] - p[0]) / 2` and
/// `(p[3] - p[1]) / 2`.
fn catmull_rom(p: [Point; 4], t: f32) -> Point {
    let axis = |i: usize| {
        let [a, b, c, d] = [p[0][i], p[1][i], p[2][i], p[3][i]];
        0.5 * (2.0 * b + t * ((c - a) + t * ((2.0 * a - 5.0 * b + 4.0 * c - d) + t * (3.0 * (b - c) + d - a))))
    };
    [axis(0), axis(1)]
}

/// Bends the paper by two slow waves, then stretches, slants and turns it.
fn deform(segments: &mut [Segment], wobble: f32, rng: &mut impl Rng) {
    let waves: [_; 2] = std::array::from_fn(|_| {
        let frequency = [between(rng, -1.0, 1.0), between(rng, -1.0, 1.0)];
        let reach = [0.025 * wobble * normal(rng), 0.025 * wobble * normal(rng)];
        (frequency, between(rng, 0.0, TAU), reach)
    });
    let lopsided = [0.16 * bounded_normal(rng), 0.2 * bounded_normal(rng)];
    let stretch = libm::expf(0.18 * bounded_normal(rng));
    let slant = 0.2 + 0.2 * bounded_normal(rng);
    let turn = 0.07 * bounded_normal(rng);
    let (cosine, sine) = (libm::cosf(turn), libm::sinf(turn));
    let map = |[mut x, mut y]: Point| {
        for (frequency, phase, reach) in &waves {
            let wave = libm::sinf(TAU * (frequency[0] * x + frequency[1] * y) + phase);
            x += reach[0] * wave;
            y += reach[1] * wave;
        }
        // Makes one half larger and the other smaller; 0 and 1 stay where they are.
        x += lopsided[0] * x * (0.7 - x);
        y += lopsided[1] * y * (1.0 - y);
        let x = stretch * x - slant * y;
        [cosine * x - sine * y, sine * x + cosine * y]
    };
    for segment in segments {
        segment.from = map(segment.from);
        segment.to = map(segment.to);
    }
}

/// Scales the path so that the ink of a pen of `radius` just fits the box or a little less, and puts its
/// centre of mass in the middle of the image, as far as the margin allows.
fn place(segments: &mut [Segment], radius: f32, rng: &mut impl Rng) {
    let (mut low, mut high) = ([f32::INFINITY; 2], [f32::NEG_INFINITY; 2]);
    let (mut mass, mut centre) = (0.0, [0.0; 2]);
    for Segment { from, to, .. } in &*segments {
        let length = ((to[0] - from[0]) * (to[0] - from[0]) + (to[1] - from[1]) * (to[1] - from[1])).sqrt();
        mass += length;
        for axis in 0..2 {
            low[axis] = low[axis].min(from[axis]).min(to[axis]);
            high[axis] = high[axis].max(from[axis]).max(to[axis]);
            centre[axis] += length * 0.5 * (from[axis] + to[axis]);
        }
    }
    let extent = (high[0] - low[0]).max(high[1] - low[1]);
    let scale = (BOX * between(rng, 0.94, 1.0) - 2.0 * radius) / extent;
    let side = SIDE as f32;
    let shift: [f32; 2] = std::array::from_fn(|axis| {
        let wanted = 0.5 * side + 0.5 * normal(rng) - scale * centre[axis] / mass;
        let least = MARGIN + radius - scale * low[axis];
        let most = side - MARGIN - radius - scale * high[axis];
        wanted.clamp(least, most)
    });
    let map = |point: Point| [scale * point[0] + shift[0], scale * point[1] + shift[1]];
    for segment in segments {
        segment.from = map(segment.from);
        segment.to = map(segment.to);
    }
}

/// Lets the pressure of the pen rise and fall by up to an eighth along the path.
fn press(segments: &mut [Segment], radius: f32, rng: &mut impl Rng) {
    let (depth, phase) = (between(rng, 0.0, 0.125), between(rng, 0.0, TAU));
    let turns = between(rng, 0.5, 2.0) * TAU / segments.len() as f32;
    for (index, segment) in segments.iter_mut().enumerate() {
        segment.radius = radius * (1.0 + depth * libm::sinf(phase + turns * index as f32));
    }
}
