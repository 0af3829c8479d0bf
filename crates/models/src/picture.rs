//! What a view returns: numbers with just enough meaning to be drawn, hovered over and saved.

use serde::{Serialize, Serializer};

use crate::data::RowShape;
use crate::{Text, Words};

/// A drawing, without colours or pixels of the screen.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Picture {
    /// Small images of one size in a grid, row by row.
    Images {
        /// How many stand in a row.
        columns: usize,
        /// Pixels in a column.
        height: usize,
        /// Pixels in a row.
        width: usize,
        /// 1 (gray) or 3 (red, green, blue).
        channels: usize,
        /// `[count, height, width, channels]`
        pixels: Floats,
        /// The value drawn darkest and the one drawn brightest.
        range: [f32; 2],
        /// How values become colours.
        palette: Palette,
        /// Text under each image; empty, or one for each.
        captions: Vec<String>,
    },
    /// A part of the plane with things drawn over each other, first at the bottom.
    Plane {
        /// Smallest and largest x, smallest and largest y.
        bounds: [f32; 4],
        /// What runs along x and along y, where that needs to be said.
        axes: Option<[Text; 2]>,
        /// What is drawn.
        layers: Vec<Layer>,
    },
    /// Curves over one quantity.
    Chart {
        /// What runs to the right, with its unit.
        x: Text,
        /// What runs upwards, with its unit.
        y: Text,
        /// The curves.
        curves: Vec<Curve>,
        /// A place on x to mark, such as a threshold.
        mark: Option<f32>,
    },
    /// Counts over equal bins.
    Histogram {
        /// Left edge of the first bin and right edge of the last.
        range: [f32; 2],
        /// What the values are, with their unit.
        label: Text,
        /// A value to mark, such as a threshold.
        mark: Option<f32>,
        /// One outline each.
        series: Vec<Series>,
    },
    /// One bar for each of a few things.
    Bars {
        /// What the values are, with their unit.
        label: Text,
        /// The things.
        names: Vec<Words>,
        /// Their values.
        values: Floats,
        /// The one to point at.
        marked: Option<usize>,
    },
    /// Several pictures with a heading each.
    Group(Group),
}

/// Several pictures with a heading each.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    /// In the order in which they are shown.
    pub parts: Vec<Part>,
}

/// A picture under a heading.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// The heading in English.
    pub en: String,
    /// The heading in Korean.
    pub ko: String,
    /// The picture.
    pub picture: Picture,
}

/// How values become colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Palette {
    /// Black to white.
    Gray,
    /// A perceptual map from dark to bright.
    Sequential,
    /// Two hues around the middle of the range.
    Diverging,
}

/// Something drawn in the plane.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Layer {
    /// A function of the plane, sampled at the centres of a grid's cells; the first row is at the smallest y.
    Heat {
        /// What the function is.
        name: Text,
        /// Cells along y.
        height: usize,
        /// Cells along x.
        width: usize,
        /// `[height, width]`
        values: Floats,
        /// The values at the ends of the palette.
        range: [f32; 2],
        /// How values become colours.
        palette: Palette,
        /// Values at which a contour line is drawn.
        levels: Vec<f32>,
    },
    /// Points.
    Points {
        /// What they are.
        name: Text,
        /// What they stand for, which fixes their colour.
        role: Role,
        /// `[count, 2]`
        at: Floats,
        /// A class for each, or none.
        classes: Vec<u8>,
    },
    /// Arrows from a point, along a vector.
    Arrows {
        /// What they are.
        name: Text,
        /// `[count, 4]`: x, y, dx, dy
        arrows: Floats,
    },
    /// Polylines of equally many points.
    Lines {
        /// What they are.
        name: Text,
        /// Points in each line.
        points: usize,
        /// `[count, points, 2]`
        at: Floats,
    },
    /// Where moving points have been: polylines of equally many points, the oldest first, that fade towards it. They end in the points.
    Trails {
        /// What they are.
        name: Text,
        /// What they stand for, which fixes their colour.
        role: Role,
        /// Points in each line.
        points: usize,
        /// `[count, points, 2]`
        at: Floats,
    },
    /// A few points that matter, drawn large.
    Marks {
        /// What they are.
        name: Text,
        /// What they stand for, which fixes their colour.
        role: Role,
        /// `[count, 2]`
        at: Floats,
    },
}

/// What points stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The data.
    Real,
    /// What the model made.
    Made,
    /// Codes in a latent space.
    Code,
    /// What stands beside the model for comparison.
    Other,
}

/// One curve of a chart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Curve {
    /// What it is.
    pub name: Text,
    /// Ascending: `[count]`.
    pub x: Floats,
    /// `[count]`
    pub y: Floats,
    /// Whether its points are drawn by themselves, without a line through them.
    pub dots: bool,
}

/// One outline of a histogram.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    /// What is counted.
    pub name: Text,
    /// The share of all in each bin.
    pub shares: Floats,
}

/// Many numbers. Serialised as the bytes of little-endian 32-bit floats, so that they cross to JavaScript in one copy.
#[derive(Clone, Debug, PartialEq)]
pub struct Floats(pub Vec<f32>);

impl Serialize for Floats {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = self.0.iter().flat_map(|x| x.to_le_bytes()).collect();
        serializer.serialize_bytes(&bytes)
    }
}

impl Picture {
    /// Images of the data's shape with values in `[0, 1]`: as many as there are pixels for.
    pub fn images(shape: RowShape, columns: usize, pixels: Vec<f32>) -> Picture {
        Picture::coloured(shape, columns, pixels, [0.0, 1.0], Palette::Gray)
    }

    /// Images of the data's shape, with `range` at the ends of a palette.
    pub fn coloured(shape: RowShape, columns: usize, pixels: Vec<f32>, range: [f32; 2], palette: Palette) -> Picture {
        let RowShape { height, width, channels } = shape;
        let (pixels, captions) = (Floats(pixels), vec![]);
        Picture::Images { columns, height, width, channels, pixels, range, palette, captions }
    }

    /// Gray images with values in `[0, 1]`.
    pub fn gray(columns: usize, height: usize, width: usize, pixels: Vec<f32>) -> Picture {
        let palette = Palette::Gray;
        let captions = vec![];
        Picture::Images {
            columns,
            height,
            width,
            channels: 1,
            pixels: Floats(pixels),
            range: [0.0, 1.0],
            palette,
            captions,
        }
    }

    /// Signed images such as filters, drawn around 0 at a common scale: that of the largest absolute value.
    pub fn signed(columns: usize, height: usize, width: usize, pixels: Vec<f32>) -> Picture {
        let reach = pixels.iter().fold(1e-6f32, |reach, x| reach.max(x.abs()));
        let range = [-reach, reach];
        let palette = Palette::Diverging;
        Picture::Images {
            columns,
            height,
            width,
            channels: 1,
            pixels: Floats(pixels),
            range,
            palette,
            captions: vec![],
        }
    }

    /// The same images with a caption under each.
    pub fn with_captions(mut self, new: Vec<String>) -> Picture {
        if let Picture::Images { captions, .. } = &mut self {
            *captions = new;
        }
        self
    }

    /// A histogram of several sets of values over their common range.
    pub fn histogram(label: Text, bins: usize, mark: Option<f32>, sets: &[(Text, &[f32])]) -> Picture {
        let all = || sets.iter().flat_map(|(_, values)| values.iter().copied()).chain(mark).filter(|x| x.is_finite());
        let low = all().fold(f32::INFINITY, f32::min);
        let high = all().fold(f32::NEG_INFINITY, f32::max);
        // Equal values, or none, still need a range of some width.
        let range = match (low < high, low.is_finite()) {
            (true, _) => [low, high],
            (false, true) => [low - 0.5, low + 0.5],
            (false, false) => [0.0, 1.0],
        };
        let share = |values: &[f32]| {
            let mut shares = vec![0.0; bins];
            for &value in values.iter().filter(|x| x.is_finite()) {
                let bin = ((value - range[0]) / (range[1] - range[0]) * bins as f32) as usize;
                shares[bin.min(bins - 1)] += 1.0 / values.len() as f32;
            }
            Floats(shares)
        };
        let series = sets.iter().map(|(name, values)| Series { name: *name, shares: share(values) }).collect();
        Picture::Histogram { range, label, mark, series }
    }
}
