//! The energy that the samplers walk on, as part of a graph: `-log p` of the data's density, normalised.

use std::f32::consts::{FRAC_1_SQRT_2, TAU};

use daydream_graph::{Graph, Tensor};

use crate::data::Dataset;
use crate::data::points::Family;
use crate::data::points::target::{BANANA, FUNNEL, LENGTH, MIXTURE, RADIUS, log_constant};

/// Most kernels of an estimate.
const MOST_KERNELS: usize = 128;

/// What the energy is made of.
#[derive(Clone, Copy)]
pub(super) enum Target<'g> {
    /// A target with a formula, and its width.
    Known(Family, f32),
    /// Points under Gaussian kernels: `p(x) = (1/K) Σ_k N(x; c_k, h² I)`.
    Estimated {
        kernels: Tensor<'g>,   // [K, 2]
        bandwidth: Tensor<'g>, // []
    },
}

impl<'g> Target<'g> {
    pub(super) fn of(g: &'g Graph, data: &Dataset) -> Target<'g> {
        match &data.density {
            Some(density) if is_target(density.family()) => Target::Known(density.family(), density.noise()),
            _ => Target::Estimated {
                kernels: g.param("kernels", g.constant(0.0, [data.train.len().min(MOST_KERNELS), 2])),
                bandwidth: g.input("bandwidth", []),
            },
        }
    }

    /// Centres for the parameter `kernels`, spread over the training points: `[K, 2]`.
    pub(super) fn kernels(&self, data: &Dataset) -> Option<Vec<f32>> {
        let Target::Estimated { kernels, .. } = self else { return None };
        let count = kernels.extent(0);
        Some((0..count).flat_map(|kernel| data.train.row(kernel * data.train.len() / count)).collect())
    }

    /// `-log p(x)` in nats: `[N, 2] -> [N]`.
    pub(super) fn energy(&self, points: Tensor<'g>) -> Tensor<'g> {
        match *self {
            Target::Known(family, width) => known(family, width, points),
            Target::Estimated { kernels, bandwidth } => {
                let size = |x: Tensor<'g>| x.square().sum(&[1]);
                let distances = size(points).unsqueeze(1) + size(kernels) - 2.0 * points.dot(kernels.t()); // [N, K]
                let exponents = -0.5 * distances / bandwidth.square();
                (TAU * bandwidth.square()).log() - exponents.log_mean_exp(1)
            }
        }
    }
}

fn is_target(family: Family) -> bool {
    matches!(family, Family::Correlated | Family::Mixture | Family::Banana | Family::Funnel | Family::Annulus)
}

/// The formulas of [`crate::data::targets`], with `w` the width: `[N, 2] -> [N]`.
fn known<'g>(family: Family, w: f32, points: Tensor<'g>) -> Tensor<'g> {
    let column = |number: usize| points.slice(1, number, number + 1).reshape([points.extent(0)]);
    let (x, y) = (column(0), column(1));
    let energy = match family {
        Family::Mixture => {
            let mode =
                |(weight, [a, b]): (f32, [f32; 2])| weight.ln() - 0.5 * ((x - a).square() + (y - b).square()) / (w * w);
            -Tensor::stack(&MIXTURE.map(mode), 1).logsumexp(1)
        }
        Family::Banana => {
            let [s, b, c] = BANANA;
            0.5 * ((x / s).square() + ((y - b * x.square() + c) / w).square())
        }
        Family::Funnel => {
            let [s, a] = FUNNEL;
            0.5 * ((y / s).square() + (x / w * (-a * y).exp()).square()) + a * y
        }
        // The small number keeps the gradient finite at the centre.
        Family::Annulus => 0.5 * (((x.square() + y.square() + 1e-12).sqrt() - RADIUS) / w).square(),
        _ => {
            let (u, v) = (FRAC_1_SQRT_2 * (x + y), FRAC_1_SQRT_2 * (y - x));
            0.5 * ((u / LENGTH).square() + (v / w).square())
        }
    };
    energy + log_constant(family, w)
}

#[cfg(test)]
mod tests {
    use daydream_graph::{Executor, Function, Reference, grad};

    use super::*;
    use crate::data::points::Density;
    use crate::plane::Grid;

    const GRID: Grid = Grid { reach: 2.0, cells: 12 };
    const STEP: f32 = 1.0 / 32768.0;

    /// Energies at the grid, slopes along x + 2y there, and the same by central differences, in 64 bits.
    fn energies(family: Option<Family>) -> [Vec<f64>; 3] {
        let g = Graph::new();
        let target = match family {
            Some(family) => Target::Known(family, 0.25),
            None => {
                Target::Estimated { kernels: g.param("kernels", g.normal([20, 2])), bandwidth: g.constant(0.3, []) }
            }
        };
        let x = g.param("x", GRID.centres_in(&g));
        let way = 1.0 + g.iota(1, [1, 2]);
        let slope = (grad(target.energy(x).sum_all(), &[x])[0] * way).sum(&[1]);
        let difference = (target.energy(x + STEP * way) - target.energy(x - STEP * way)) / (2.0 * STEP);
        let names = ["energy", "slope", "difference"];
        let outputs = names.into_iter().zip([target.energy(x), slope, difference]);
        let module = g.compile(&[outputs.fold(Function::new("f"), |f, (name, value)| f.output(name, value))]);
        let mut device = Reference::new();
        device.load(&module).expect("it is loaded");
        device.run(0, 7, 0);
        device.run(1, 7, 0);
        let program = &module.programs[1];
        names.map(|name| {
            let buffer = program.output(name).expect("it is an output").buffer;
            device.numbers(program.buffer(buffer).range()).to_vec()
        })
    }

    #[test]
    fn energies_are_those_of_the_densities_and_slope_as_they_should() {
        let families = [Family::Correlated, Family::Mixture, Family::Banana, Family::Funnel, Family::Annulus];
        for family in families.map(Some).into_iter().chain([None]) {
            let [energies, slopes, differences] = energies(family);
            if let Some(family) = family {
                let density = Density::new(family, 0.25);
                for (number, energy) in energies.iter().enumerate() {
                    let expected = -f64::from(density.log_density(GRID.centre(number)));
                    assert!(
                        (energy - expected).abs() < 1e-4 * expected.abs().max(1.0),
                        "{family:?}: {energy} {expected}"
                    );
                }
            }
            assert!(slopes.iter().any(|slope| slope.abs() > 1.0));
            for (slope, difference) in slopes.iter().zip(differences) {
                let off = (slope - difference).abs();
                assert!(off < 1e-4 * slope.abs().max(1.0), "{family:?}: {slope}, by differences {difference}");
            }
        }
    }
}
