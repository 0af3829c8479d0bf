//! The plane: a grid over it, on which functions are drawn and integrated, and what is drawn there.
//!
//! Integrals are sums over the centres of a grid's cells times the cell's area, which for smooth densities of a width of several cells
//! is exact to many digits. What lies outside of the grid is left out: choose its reach so that nothing does.

use daydream_graph::{Graph, Tensor};

use crate::data::REACH;
use crate::data::points::Density;
use crate::{Floats, Layer, Palette, Picture, Role, Text};

/// Length of the longest arrows.
const LONGEST: f32 = 0.35;

/// A square grid of cells over `±reach` of the plane, row by row from the lower left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    /// Where it ends, on both axes.
    pub reach: f32,
    /// Cells along a side.
    pub cells: usize,
}

impl Grid {
    /// Over the part of the plane that pictures show.
    pub const fn shown(cells: usize) -> Grid {
        Grid { reach: REACH, cells }
    }

    /// How many cells there are.
    pub const fn len(&self) -> usize {
        self.cells * self.cells
    }

    /// Whether there is no cell.
    pub const fn is_empty(&self) -> bool {
        self.cells == 0
    }

    /// The side of a cell.
    pub fn cell(&self) -> f32 {
        2.0 * self.reach / self.cells as f32
    }

    /// The centre of a cell.
    pub fn centre(&self, number: usize) -> [f32; 2] {
        let place = |index: usize| (index as f32 + 0.5) * self.cell() - self.reach;
        [place(number % self.cells), place(number / self.cells)]
    }

    /// The centres of all cells: `[cells², 2]`, in row-major order.
    pub fn centres(&self) -> Vec<f32> {
        (0..self.len()).flat_map(|number| self.centre(number)).collect()
    }

    /// The same as part of a graph: `[cells², 2]`.
    pub fn centres_in<'g>(&self, g: &'g Graph) -> Tensor<'g> {
        let cells = self.cells as f32;
        let number = g.iota(0, [self.len(), 1]);
        let row = (number / cells).floor();
        let place = |index: Tensor<'g>| (index + 0.5) * self.cell() - self.reach;
        place(number - cells * row).pad(1, 0, 1) + place(row).pad(1, 1, 0)
    }

    /// A function of the plane as colours from its smallest to its largest value: `values`: `[cells²]`.
    pub fn heat(&self, name: Text, values: Vec<f32>, palette: Palette) -> Layer {
        let range = ends(&values);
        self.heat_between(name, values, range, palette)
    }

    /// The same with `range` at the ends of the palette.
    pub fn heat_between(&self, name: Text, values: Vec<f32>, range: [f32; 2], palette: Palette) -> Layer {
        let (height, width) = (self.cells, self.cells);
        Layer::Heat { name, height, width, values: Floats(values), range, palette, levels: vec![] }
    }

    /// A picture of the part of the plane that the grid covers.
    pub fn picture(&self, layers: Vec<Layer>) -> Picture {
        let reach = self.reach;
        Picture::Plane { bounds: [-reach, reach, -reach, reach], axes: None, layers }
    }

    /// `log Z = log ∫ exp(-βF(x)) dx` in nats, of energies at the centres: `[cells²]`.
    pub fn log_partition(&self, energies: &[f32], beta: f64) -> f64 {
        let exponents = || energies.iter().map(|&energy| -beta * f64::from(energy));
        let top = exponents().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = exponents().map(|exponent| (exponent - top).exp()).sum();
        top + sum.ln() + 2.0 * f64::from(self.cell()).ln()
    }

    /// `KL(p* || p) = ∫ p*(x) log(p*(x) / p(x)) dx` in nats, of a known density `p*` from `p(x) = exp(-F(x)) / Z`, of which the energies at
    /// the centres are given: `[cells²]`.
    pub fn divergence(&self, truth: &Density, energies: &[f32]) -> f64 {
        let log_partition = self.log_partition(energies, 1.0);
        let area = f64::from(self.cell()).powi(2);
        let terms = energies.iter().enumerate().map(|(number, &energy)| {
            let wanted = f64::from(truth.log_density(self.centre(number)));
            // Where there is no data to speak of nothing is lost, however wrong the model is there.
            let share = wanted.exp() * area;
            if share == 0.0 { 0.0 } else { share * (wanted + f64::from(energy) + log_partition) }
        });
        terms.sum()
    }
}

/// `Layer::Points` without classes: `at`: `[count, 2]`.
pub fn points(name: Text, role: Role, at: Vec<f32>) -> Layer {
    Layer::Points { name, role, at: Floats(at), classes: vec![] }
}

/// The smallest and the largest value, apart even when all are equal.
pub fn ends(values: &[f32]) -> [f32; 2] {
    let low = values.iter().copied().fold(f32::INFINITY, f32::min);
    let high = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    [low, high.max(low + 1e-6)]
}

/// Arrows from points along vectors, `[count, 2]` each. All are scaled alike, save the longest tenth, which are cut to one length.
pub fn arrows(name: Text, points: &[f32], vectors: &[f32]) -> Layer {
    let pairs = || points.chunks_exact(2).zip(vectors.chunks_exact(2));
    let size = |vector: &[f32]| vector[0].hypot(vector[1]);
    let mut sizes: Vec<f32> = pairs().map(|(_, vector)| size(vector)).collect();
    sizes.sort_by(f32::total_cmp);
    let unit = sizes.get(sizes.len() * 9 / 10).copied().unwrap_or(1.0).max(f32::MIN_POSITIVE);
    let arrow = |(at, vector): (&[f32], &[f32])| {
        let scale = LONGEST / unit.max(size(vector));
        [at[0], at[1], vector[0] * scale, vector[1] * scale]
    };
    Layer::Arrows { name, arrows: Floats(pairs().flat_map(arrow).collect()) }
}

/// Where regions that are nearest to one of `centres`, `[count, 2]`, meet: the edges of their Voronoi diagram within `±reach`,
/// `[edges, 2, 2]`.
pub fn voronoi(centres: &[f32], reach: f32) -> Vec<f32> {
    let centres: Vec<[f32; 2]> = centres.chunks_exact(2).map(|centre| [centre[0], centre[1]]).collect();
    let mut edges = Vec::new();
    for (number, &a) in centres.iter().enumerate() {
        for (after, &b) in centres[number + 1..].iter().enumerate() {
            let others = centres.iter().enumerate().filter(|(other, _)| ![number, number + 1 + after].contains(other));
            edges.extend(edge(a, b, others.map(|(_, &other)| other), reach).into_iter().flatten().flatten());
        }
    }
    edges
}

/// The part of the line between two centres that is no nearer to any of the others and within `±reach`: its ends.
fn edge(a: [f32; 2], b: [f32; 2], others: impl Iterator<Item = [f32; 2]>, reach: f32) -> Option<[[f32; 2]; 2]> {
    let middle = [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0];
    let along = [a[1] - b[1], b[0] - a[0]];
    // A point middle + t along is kept where slope t <= limit.
    let nearer = others.map(|other| {
        let away = [other[0] - a[0], other[1] - a[1]];
        let half = [(other[0] + a[0]) / 2.0 - middle[0], (other[1] + a[1]) / 2.0 - middle[1]];
        (away[0] * along[0] + away[1] * along[1], away[0] * half[0] + away[1] * half[1])
    });
    let inside =
        [0, 1].into_iter().flat_map(|axis| [(along[axis], reach - middle[axis]), (-along[axis], reach + middle[axis])]);
    let (mut from, mut to) = (f32::NEG_INFINITY, f32::INFINITY);
    for (slope, limit) in nearer.chain(inside) {
        match slope.partial_cmp(&0.0)? {
            std::cmp::Ordering::Greater => to = to.min(limit / slope),
            std::cmp::Ordering::Less => from = from.max(limit / slope),
            std::cmp::Ordering::Equal if limit < 0.0 => return None,
            std::cmp::Ordering::Equal => {}
        }
    }
    let at = |t: f32| [middle[0] + t * along[0], middle[1] + t * along[1]];
    (from < to && from.is_finite() && to.is_finite()).then(|| [at(from), at(to)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::points::Family;

    const GRID: Grid = Grid { reach: 4.0, cells: 160 };

    #[test]
    fn a_gaussian_integrates_to_its_constant() {
        let energies: Vec<f32> =
            GRID.centres().chunks_exact(2).map(|x| 0.5 * (x[0] * x[0] + x[1] * x[1]) / 0.25).collect();
        let exact = (std::f64::consts::TAU * 0.25).ln();
        assert!((GRID.log_partition(&energies, 1.0) - exact).abs() < 1e-6);
        let colder = (std::f64::consts::TAU * 0.125).ln();
        assert!((GRID.log_partition(&energies, 2.0) - colder).abs() < 1e-6);
    }

    #[test]
    fn regions_of_three_centres_meet_where_all_are_equally_far() {
        let edges = voronoi(&[0.0, 1.0, -1.0, 0.0, 1.0, 0.0], 2.0);
        assert_eq!(edges.len(), 12);
        let ends: Vec<&[f32]> = edges.chunks_exact(2).collect();
        let at_the_middle = ends.iter().filter(|end| end[0].abs() < 1e-6 && end[1].abs() < 1e-6).count();
        assert_eq!(at_the_middle, 3, "{edges:?}");
        assert!(ends.iter().any(|end| end[0].abs() < 1e-6 && (end[1] + 2.0).abs() < 1e-6), "{edges:?}");
        assert_eq!(voronoi(&[0.5, 0.5, 0.5, 0.5], 2.0).len(), 0);
    }

    #[test]
    fn a_density_diverges_from_itself_by_nothing_and_from_a_wider_one_by_what_the_formula_says() {
        let ring = Density::new(Family::Ring, 0.2);
        let energies = |scale: f32| -> Vec<f32> {
            (0..GRID.len()).map(|number| -scale * ring.log_density(GRID.centre(number)) + 3.0).collect()
        };
        assert!(GRID.divergence(&ring, &energies(1.0)).abs() < 1e-4);
        assert!(GRID.divergence(&ring, &energies(0.5)) > 0.1);
    }
}
