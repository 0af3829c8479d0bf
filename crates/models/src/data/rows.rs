//! Rows of a data set as a picture, for a person to choose from.

use super::{Dataset, Kind};
use crate::picture::{Floats, Layer, Picture, Role};
use crate::said;

/// Points stand within `±REACH` of the plane.
pub const REACH: f32 = 2.2;

impl Dataset {
    /// Test rows `first..first + count`, as far as there are so many: images in one row with their labels, or points in the plane.
    pub fn picture(&self, first: usize, count: usize) -> Picture {
        let rows = first.min(self.test.len())..first.saturating_add(count).min(self.test.len());
        let values: Vec<f32> = rows.clone().flat_map(|row| self.test.row(row)).collect();
        let labels = self.test.labels().map_or(&[][..], |labels| &labels[rows.clone()]);
        match self.kind {
            Kind::Images => Picture::images(self.shape, rows.len().max(1), values)
                .with_captions(labels.iter().map(u8::to_string).collect()),
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
