//! Chains on a device, without a model around them, and the densities that they are tried on.

use daydream_cpu::Cpu;
use daydream_graph::{Executor, Function, Graph, Module, Reference, Tensor};
use daydream_models::metrics::effective_sample_size;
use daydream_models::samplers::{Chains, Sampler, Sampling, Settings};
use pollster::block_on;

/// A density whose draws can be made from normal numbers.
pub(crate) struct Density {
    pub(crate) dimensions: usize,
    /// `[C, D] -> [C]`, of density `exp(-E)` but for a constant.
    pub(crate) energy: for<'g> fn(Tensor<'g>) -> Tensor<'g>,
    /// Independent draws made of normal numbers, both `[C, D]`.
    pub(crate) exact: for<'g> fn(Tensor<'g>) -> Tensor<'g>,
}

fn column(x: Tensor<'_>, number: usize) -> Tensor<'_> {
    x.slice(1, number, number + 1).reshape([x.extent(0)])
}

/// Correlation of neighbours.
pub(crate) const RHO: f32 = 0.9;

/// `N(0, Σ)` with `Σᵢⱼ = ρ^|i - j|`: eigenvalues from 0.05 to 6.6 in ten dimensions.
pub(crate) const GAUSSIAN: Density = Density {
    dimensions: 10,
    energy: |x| {
        let last = x.extent(1);
        let new = (x.slice(1, 1, last) - RHO * x.slice(1, 0, last - 1)) / (1.0 - RHO * RHO).sqrt();
        0.5 * (x.slice(1, 0, 1).square().sum(&[1]) + new.square().sum(&[1]))
    },
    exact: |noise| {
        let mut x = noise.slice(1, 0, 1);
        let mut columns = vec![x];
        for dimension in 1..noise.extent(1) {
            x = RHO * x + (1.0 - RHO * RHO).sqrt() * noise.slice(1, dimension, dimension + 1);
            columns.push(x);
        }
        Tensor::concat(&columns, 1)
    },
};

/// Neal's funnel (Annals of Statistics 31, 2003, section 8) with one of its nine narrow variables: `v ~ N(0, 3²)`, `x ~ N(0, eᵛ)`.
pub(crate) const FUNNEL: Density = Density {
    dimensions: 2,
    energy: |x| {
        let (v, x) = (column(x, 0), column(x, 1));
        v.square() / 18.0 + 0.5 * v + 0.5 * x.square() * (-v).exp()
    },
    exact: |noise| {
        let v = 3.0 * noise.slice(1, 0, 1);
        Tensor::concat(&[v, (0.5 * v).exp() * noise.slice(1, 1, 2)], 1)
    },
};

/// `N(0, 1)` in one dimension.
pub(crate) const NORMAL: Density =
    Density { dimensions: 1, energy: |x| 0.5 * x.square().sum(&[1]), exact: |noise| noise };

/// A bent Gaussian: `x ~ N(0, 1)`, `y ~ N(x², ½²)`.
pub(crate) const BANANA: Density = Density {
    dimensions: 2,
    energy: |x| {
        let (x, y) = (column(x, 0), column(x, 1));
        0.5 * x.square() + 2.0 * (y - x.square()).square()
    },
    exact: |noise| {
        let x = noise.slice(1, 0, 1);
        Tensor::concat(&[x, x.square() + 0.5 * noise.slice(1, 1, 2)], 1)
    },
};

/// `[transition][chain][dimension]`
pub(crate) type Path = Vec<Vec<Vec<f64>>>;

/// Chains that start as normal numbers, which is not what any of these densities draws.
pub(crate) struct Lab<E> {
    pub(crate) device: E,
    module: Module,
    sampling: Sampling,
    dimensions: usize,
    made: u32,
}

impl Lab<Cpu> {
    pub(crate) fn new(density: &Density, chains: usize) -> Lab<Cpu> {
        Lab::on(Cpu::new(), density, chains)
    }
}

impl Lab<Reference> {
    /// A parameter in 64 bits.
    pub(crate) fn exactly(&self, name: &str) -> Vec<f64> {
        self.device.numbers(self.module.param(name).unwrap().range()).to_vec()
    }
}

impl<E: Executor> Lab<E> {
    pub(crate) fn on(mut device: E, density: &Density, chains: usize) -> Lab<E> {
        let g = Graph::new();
        let noise = || g.normal([chains, density.dimensions]);
        let chains = Chains::new(&g, "chains", noise());
        let (sampling, mut functions) = Sampling::declare(&g, &chains, &Sampler::ALL, &density.energy);
        functions.push(Function::new("exact").update(chains.x, (density.exact)(noise())));
        let module = g.compile(&functions);
        device.load(&module).unwrap();
        let mut lab = Lab { device, module, sampling, dimensions: density.dimensions, made: 0 };
        lab.call("init", 0);
        lab
    }

    pub(crate) fn call(&mut self, program: &str, counter: u32) {
        let number = self.module.programs.iter().position(|known| known.name == program).unwrap();
        self.device.run(number, 7, counter);
    }

    /// A parameter.
    pub(crate) fn read(&mut self, name: &str) -> Vec<f64> {
        let range = self.module.param(name).unwrap().range();
        block_on(self.device.read(range)).unwrap().into_iter().map(f64::from).collect()
    }

    pub(crate) fn write(&mut self, name: &str, values: &[f32]) {
        let variable = self.module.param(name).or(self.module.input(name)).unwrap();
        assert_eq!(variable.range().len(), values.len());
        self.device.write(variable.offset, values);
    }

    /// Where the chains stand.
    pub(crate) fn rows(&mut self) -> Vec<Vec<f64>> {
        let numbers = self.read("chains");
        numbers.chunks_exact(self.dimensions).map(<[f64]>::to_vec).collect()
    }

    pub(crate) fn set(&mut self, settings: &Settings) {
        for (input, value) in self.sampling.inputs(settings) {
            self.write(&input, &[value]);
        }
        self.call(&self.sampling.refresh(), 0);
    }

    /// One transition.
    pub(crate) fn step(&mut self, sampler: Sampler, settings: &Settings) {
        for (program, counter) in self.sampling.transition(sampler, settings, self.made) {
            self.call(&program, counter);
        }
        self.made += 1;
    }

    /// Puts the chains at new independent draws.
    pub(crate) fn restart(&mut self) {
        self.made += 1;
        self.call("exact", self.made);
        self.call(&self.sampling.refresh(), 0);
    }

    /// A path of `places`, one after every so many transitions, and the mean number of evaluations from one to the next. A third as many
    /// places before are left out as burn-in.
    pub(crate) fn walk(&mut self, sampler: Sampler, settings: &Settings, places: usize, every: usize) -> (Path, f64) {
        self.set(settings);
        for _ in 0..every * places / 3 {
            self.step(sampler, settings);
        }
        let mut path = Path::new();
        let mut evaluations = 0.0;
        for _ in 0..places {
            for _ in 0..every {
                self.step(sampler, settings);
            }
            path.push(self.rows());
            evaluations += every as f64 * mean(&self.read("chains.evaluations")) / places as f64;
        }
        (path, evaluations)
    }
}

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// A quantity along each chain: `[chain][transition]`.
pub(crate) fn follow(path: &Path, quantity: impl Fn(&[f64]) -> f64) -> Vec<Vec<f64>> {
    (0..path[0].len()).map(|chain| path.iter().map(|rows| quantity(&rows[chain])).collect()).collect()
}

/// The mean of a quantity over all chains, its standard error, and the effective sample size.
pub(crate) fn estimate(path: &Path, quantity: impl Fn(&[f64]) -> f64) -> (f64, f64, f64) {
    let chains = follow(path, quantity);
    let all = chains.concat();
    let middle = mean(&all);
    let variance = mean(&all.iter().map(|x| (x - middle).powi(2)).collect::<Vec<f64>>());
    let size = effective_sample_size(&chains);
    (middle, (variance / size).sqrt(), size)
}
