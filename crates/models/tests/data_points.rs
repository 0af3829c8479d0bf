//! The families of points: their densities are densities, and the ones that are sampled.

#![allow(clippy::unwrap_used)]

use daydream_models::Knobs;
use daydream_models::data::points::{Density, FEWEST_DRAWN, Family, RING_RADIUS, from_drawn};
use daydream_models::data::{Kind, find};
use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;

mod languages;
use languages::english;

const FAMILIES: [Family; 11] = [
    Family::Moons,
    Family::Ring,
    Family::Spiral,
    Family::Checkerboard,
    Family::Pinwheel,
    Family::Circle,
    Family::SCurve,
    Family::Fork,
    Family::Correlated,
    Family::Mixture,
    Family::Annulus,
];

/// Midpoints of square cells that cover `[-3, 3]²`, `cells` along a side.
fn grid(cells: usize) -> impl Iterator<Item = [f32; 2]> {
    let at = move |index: usize| 6.0 * (index as f32 + 0.5) / cells as f32 - 3.0;
    (0..cells * cells).map(move |cell| [at(cell % cells), at(cell / cells)])
}

#[test]
fn densities_integrate_to_one() {
    let cells = 200;
    let area = (6.0 / cells as f64).powi(2);
    for family in FAMILIES {
        for noise in [0.06, 0.3] {
            let density = Density::new(family, noise);
            let total: f64 = grid(cells).map(|x| f64::from(density.log_density(x)).exp() * area).sum();
            assert!((total - 1.0).abs() < 2e-3, "{family:?} with noise {noise}: {total}");
        }
    }
}

/// Kullback-Leibler divergence, on a coarse grid, of drawn points from the density's own cell masses.
#[test]
fn samples_follow_the_density() {
    let (count, cells, fine) = (100_000, 30, 8);
    for family in FAMILIES {
        let density = Density::new(family, 0.1);
        let mut mass = vec![0.0_f64; cells * cells];
        let cell_of = |x: [f32; 2]| {
            let [i, j] = x.map(|axis| ((axis + 3.0) / 6.0 * cells as f32) as usize);
            j * cells + i
        };
        let area = (6.0 / (cells * fine) as f64).powi(2);
        for x in grid(cells * fine) {
            mass[cell_of(x)] += f64::from(density.log_density(x)).exp() * area;
        }
        let mut drawn = vec![0.0_f64; cells * cells];
        for x in density.sample(count, &mut Xoshiro256PlusPlus::seed_from_u64(1)) {
            drawn[cell_of(x)] += 1.0 / count as f64;
        }
        let divergence: f64 = drawn.iter().zip(&mass).filter(|(p, _)| **p > 0.0).map(|(p, q)| p * (p / q).ln()).sum();
        // Of sampling alone, about half the cells in use over the count: (900 / 2) / 100,000.
        assert!(divergence.abs() < 6e-3, "{family:?}: {divergence}");
    }
}

/// The banana and the funnel reach far out: they are integrated across, by their own middle and width at each place along them.
#[test]
fn targets_with_far_tails_are_densities() {
    const POINTS: usize = 200;
    let (w, at) = (0.2, |index: usize| (index as f64 + 0.5) / POINTS as f64 - 0.5);
    for family in [Family::Banana, Family::Funnel] {
        // Across at a place along, in units of the width there.
        let across = |along: f64, scaled: f64| match family {
            Family::Banana => 0.9 * along * along - 0.5 + w * scaled,
            _ => w * (1.3 * along).exp() * scaled,
        };
        let point = |along: f64, across: f64| match family {
            Family::Banana => [along as f32, across as f32],
            _ => [across as f32, along as f32],
        };
        let density = Density::new(family, w as f32);
        let mut total = 0.0;
        for cell in 0..POINTS * POINTS {
            let (along, scaled) = (8.0 * at(cell % POINTS), 12.0 * at(cell / POINTS));
            let width = across(along, 1.0) - across(along, 0.0);
            let area = 8.0 * 12.0 * width / (POINTS * POINTS) as f64;
            total += f64::from(density.log_density(point(along, across(along, scaled)))).exp() * area;
        }
        assert!((total - 1.0).abs() < 2e-3, "{family:?}: {total}");

        // Both are normal along, with deviation 0.65, and across in units of the width.
        let drawn = density.sample(100_000, &mut Xoshiro256PlusPlus::seed_from_u64(1));
        let mean = |of: &dyn Fn(f64, f64) -> f64| {
            let terms = drawn.iter().map(|&[x, y]| match family {
                Family::Banana => of(f64::from(x), f64::from(y)),
                _ => of(f64::from(y), f64::from(x)),
            });
            terms.sum::<f64>() / 1e5
        };
        let along = mean(&|along, _| (along / 0.65).powi(2));
        let scaled = mean(&|along, place| {
            let width = across(along, 1.0) - across(along, 0.0);
            ((place - across(along, 0.0)) / width).powi(2)
        });
        // Five standard errors of the mean of 100,000 squares.
        assert!((along - 1.0).abs() < 0.023 && (scaled - 1.0).abs() < 0.023, "{family:?}: {along} and {scaled}");
    }
}

#[test]
fn the_ring_is_a_mixture_of_eight_gaussians() {
    let density = Density::new(Family::Ring, 0.08);
    let modes = density.modes().unwrap();
    assert_eq!((modes.centres.len(), modes.deviation), (8, 0.08));
    for (index, [x, y]) in modes.centres.iter().enumerate() {
        let angle = std::f32::consts::TAU * index as f32 / 8.0;
        assert!((x - RING_RADIUS * angle.cos()).abs() < 1e-6 && (y - RING_RADIUS * angle.sin()).abs() < 1e-6);
        // Its neighbours are 14 deviations away and add nothing.
        let peak = -(8.0 * std::f32::consts::TAU * 0.08 * 0.08).ln();
        assert!((density.log_density([*x, *y]) - peak).abs() < 1e-5);
        assert_eq!(modes.covering([x + 0.23, *y]), Some(index));
        assert_eq!(modes.covering([x + 0.25, *y]), None);
    }
    assert_eq!(modes.covering([0.0, 0.0]), None);
    assert!(FAMILIES.iter().all(|&family| (family == Family::Ring) == Density::new(family, 0.1).modes().is_some()));
}

/// Of points drawn from the ring itself, `1 - exp(-9/2)`, 98.9 %, lie within three deviations of a mode.
#[test]
fn the_data_set_opens_on_the_ring_and_knows_its_density() {
    let spec = find("points").unwrap();
    let data = (spec.build)(&Knobs::defaults(spec.knobs), 9);
    let density = data.density.unwrap();
    assert_eq!((density.family(), data.kind, data.classes), (Family::Ring, Kind::Points, 8));
    assert_eq!(data.test.len(), data.train.len() / 4);
    let modes = density.modes().unwrap();
    let labels = data.train.labels().unwrap();
    let good = (0..data.train.len()).filter(|&index| {
        let row = data.train.row(index);
        modes.covering([row[0], row[1]]) == Some(usize::from(labels[index]))
    });
    let share = good.count() as f32 / data.train.len() as f32;
    assert!((share - 0.989).abs() < 0.004, "{share}");
}

/// How many local maxima the density has along y at this x.
fn branches(family: Family, x: f32) -> usize {
    let density = Density::new(family, 0.05);
    let along: Vec<f32> = (0..240).map(|step| density.log_density([x, step as f32 / 50.0 - 2.4])).collect();
    along.windows(3).filter(|near| near[0] < near[1] && near[1] >= near[2] && near[1] > -6.0).count()
}

#[test]
fn relations_have_as_many_answers_as_their_shapes_say() {
    assert_eq!([-0.9, 0.0, 0.9].map(|x| branches(Family::Circle, x)), [2, 2, 2]);
    assert_eq!([-1.6, 0.0, 1.6].map(|x| branches(Family::SCurve, x)), [1, 3, 1]);
    assert_eq!([-1.5, -0.7, 1.0, 1.6].map(|x| branches(Family::Fork, x)), [1, 1, 2, 2]);
}

#[test]
fn far_from_all_the_log_density_stays_finite() {
    for family in FAMILIES {
        for x in [[3.0, 3.0], [-3.0, 0.1], [0.0, 0.0]] {
            let log_density = Density::new(family, 0.1).log_density(x);
            assert!(log_density.is_finite(), "{family:?} at {x:?}: {log_density}");
        }
    }
}

#[test]
fn a_drawing_is_split_along_its_lines() {
    let drawing: Vec<[f32; 2]> = (0..100).map(|index| [index as f32 / 50.0 - 1.0, 0.5]).collect();
    let data = from_drawn(&drawing).unwrap();
    assert_eq!((data.train.len(), data.test.len(), data.classes), (80, 20, 0));
    let mut all: Vec<f32> = [&data.train, &data.test]
        .into_iter()
        .flat_map(|split| (0..split.len()).map(|index| split.row(index)[0]))
        .collect();
    all.sort_by(f32::total_cmp);
    assert_eq!(all, drawing.iter().map(|[x, _]| *x).collect::<Vec<_>>());
}

#[test]
fn a_drawing_that_cannot_be_learned_is_refused() {
    let refusal = |points: &[[f32; 2]]| english(&from_drawn(points).unwrap_err());
    assert_eq!(refusal(&[[0.0, 0.0]; FEWEST_DRAWN - 1]), "the drawing: has 19 points; draw at least 20");
    for bad in [[f32::NAN, 0.0], [0.0, f32::INFINITY], [2.5, 0.0]] {
        let mut points = [[0.0, 0.0]; FEWEST_DRAWN];
        points[4] = bad;
        let expected = format!("the drawing: point 5 is ({}, {}); both numbers must be from -2 to 2", bad[0], bad[1]);
        assert_eq!(refusal(&points), expected);
    }
}
