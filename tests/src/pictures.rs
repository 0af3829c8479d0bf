//! What every picture must be, whatever it shows.

use daydream_models::{Layer, Picture};

/// Checks that a picture can be drawn: its numbers are finite and as many as its sizes say, and there is something to see.
///
/// # Panics
/// When it cannot; `what` says which picture it is.
pub fn check_picture(what: &str, picture: &Picture) {
    let finite = |values: &[f32]| {
        assert!(!values.is_empty(), "{what} is empty");
        assert!(values.iter().all(|x| x.is_finite()), "{what} holds numbers that are not finite");
    };
    match picture {
        Picture::Images { columns, height, width, channels, pixels, range, captions, .. } => {
            finite(&pixels.0);
            let size = height * width * channels;
            assert!(*columns > 0 && pixels.0.len().is_multiple_of(size), "{what} has images in part");
            assert!(matches!(channels, 1 | 3) && range[0] < range[1], "{what}");
            assert!(captions.is_empty() || captions.len() == pixels.0.len() / size, "{what} has captions in part");
        }
        Picture::Plane { bounds, layers, .. } => {
            assert!(bounds[0] < bounds[1] && bounds[2] < bounds[3] && !layers.is_empty(), "{what}");
            layers.iter().for_each(|layer| check_layer(what, layer, &finite));
        }
        Picture::Chart { curves, mark, .. } => {
            assert!(!curves.is_empty() && mark.is_none_or(f32::is_finite), "{what}");
            for curve in curves {
                finite(&curve.x.0);
                finite(&curve.y.0);
                assert_eq!(curve.x.0.len(), curve.y.0.len(), "{what}: {}", curve.name.en);
                assert!(curve.x.0.is_sorted(), "{what}: {}", curve.name.en);
            }
        }
        Picture::Histogram { range, series, .. } => {
            assert!(range[0] < range[1] && !series.is_empty(), "{what}");
            series.iter().for_each(|series| finite(&series.shares.0));
        }
        Picture::Bars { names, values, marked, .. } => {
            finite(&values.0);
            assert_eq!(names.len(), values.0.len(), "{what}");
            assert!(marked.is_none_or(|marked| marked < names.len()), "{what}");
        }
        Picture::Group(group) => {
            assert!(!group.parts.is_empty(), "{what}");
            group.parts.iter().for_each(|part| check_picture(&format!("{what}, {}", part.en), &part.picture));
        }
    }
}

fn check_layer(what: &str, layer: &Layer, finite: &dyn Fn(&[f32])) {
    match layer {
        Layer::Heat { height, width, values, range, levels, .. } => {
            finite(&values.0);
            assert_eq!(values.0.len(), height * width, "{what}");
            assert!(range[0] < range[1] && levels.iter().all(|level| level.is_finite()), "{what}");
        }
        Layer::Points { at, classes, .. } => {
            finite(&at.0);
            assert!(at.0.len().is_multiple_of(2) && (classes.is_empty() || 2 * classes.len() == at.0.len()), "{what}");
        }
        Layer::Marks { at, .. } => {
            finite(&at.0);
            assert!(at.0.len().is_multiple_of(2), "{what}");
        }
        Layer::Arrows { arrows, .. } => {
            finite(&arrows.0);
            assert!(arrows.0.len().is_multiple_of(4), "{what}");
        }
        Layer::Lines { points, at, .. } | Layer::Trails { points, at, .. } => {
            finite(&at.0);
            assert!(*points > 1 && at.0.len().is_multiple_of(2 * points), "{what}");
        }
    }
}
