//! Rows of a data set as a picture, for a person to choose from.

use super::ratings::STARS;
use super::{Dataset, Kind};
use crate::picture::{Floats, Layer, Palette, Picture, Role};
use crate::said;

/// Points stand within `±REACH` of the plane.
pub const REACH: f32 = 2.2;

impl Dataset {
    /// Test rows `first..first + count`, as far as there are so many: images in one row with their labels, points in the
    /// plane, or a table of ratings.
    pub fn picture(&self, first: usize, count: usize) -> Picture {
        let rows = first.min(self.test.len())..first.saturating_add(count).min(self.test.len());
        let values: Vec<f32> = rows.clone().flat_map(|row| self.test.row(row)).collect();
        let labels = self.test.labels().map_or(&[][..], |labels| &labels[rows.clone()]);
        match self.kind {
            Kind::Images => Picture::images(self.shape, rows.len().max(1), values)
                .with_captions(labels.iter().map(u8::to_string).collect()),
            Kind::Ratings => {
                let titles = self.shape.width;
                let stars = values.chunks_exact(2 * titles).flat_map(|row| row[..titles].to_vec()).collect();
                Picture::Images {
                    columns: 1,
                    height: rows.len().max(1),
                    width: titles,
                    channels: 1,
                    pixels: Floats(stars),
                    range: [0.0, STARS as f32],
                    palette: Palette::Sequential,
                    captions: vec![],
                }
            }
            Kind::Points => Picture::Plane {
                bounds: [-REACH, REACH, -REACH, REACH],
                axes: None,
                layers: vec![Layer::Points {
                    name: said("data", "데이터"),
                    role: Role::Real,
                    at: Floats(values),
                    classes: labels.to_vec(),
                }],
            },
        }
    }
}
