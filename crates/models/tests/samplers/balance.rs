//! Detailed balance, `π(x) P(x → y) = π(y) P(y → x)`, of every corrected sampler, and what makes it true of leapfrog steps.

use daydream_graph::Reference;
use daydream_models::samplers::{Sampler, Settings};
use nalgebra::Matrix4;

use super::lab::{BANANA, Lab};

/// `β E` and its gradient.
fn banana([x, y]: [f64; 2], beta: f64) -> (f64, [f64; 2]) {
    let off = y - x * x;
    (beta * (0.5 * x * x + 2.0 * off * off), [beta * (x - 8.0 * off * x), beta * 4.0 * off])
}

/// With `a(x, y) = min(1, π(y) q(y, x) / (π(x) q(x, y)))`, `π(x) q(x, y) a(x, y)` is the smaller of two numbers that change places when
/// x and y do.
#[test]
fn proposals_are_accepted_as_detailed_balance_demands() {
    let settings = Settings { step_size: 0.45, width: 0.7, beta: 1.3, ..Settings::default() };
    for sampler in [Sampler::Metropolis, Sampler::Mala] {
        let mut lab = Lab::new(&BANANA, 256);
        lab.set(&settings);
        let mut between = 0;
        for _ in 0..20 {
            let before = lab.rows();
            lab.step(sampler, &settings);
            let (proposals, acceptances) = (lab.read("chains.proposal"), lab.read("chains.acceptance"));
            for ((from, to), acceptance) in before.iter().zip(proposals.chunks_exact(2)).zip(acceptances) {
                let (x, y) = ([from[0], from[1]], [to[0], to[1]]);
                let ((energy_x, slope_x), (energy_y, slope_y)) = (banana(x, 1.3), banana(y, 1.3));
                // log q(from, to) but for what is the same both ways.
                let log_q = |from: [f64; 2], to: [f64; 2], slope: [f64; 2]| match sampler {
                    Sampler::Mala => {
                        let e = f64::from(settings.step_size);
                        let term = |i: usize| (to[i] - from[i] + 0.5 * e * e * slope[i]).powi(2);
                        -0.5 * (term(0) + term(1)) / (e * e)
                    }
                    _ => 0.0,
                };
                let log_ratio = energy_x - energy_y + log_q(y, x, slope_y) - log_q(x, y, slope_x);
                let expected = log_ratio.min(0.0).exp();
                assert!((acceptance - expected).abs() < 1e-4, "{sampler:?}: {acceptance}, expected {expected}");
                between += usize::from(expected > 0.05 && expected < 0.95);
            }
        }
        assert!(between > 1000, "{sampler:?}: only {between} decisions were open");
    }
}

/// Transitions from independent exact draws between six parts of the plane: `Σ (Nᵢⱼ - Nⱼᵢ)² / (Nᵢⱼ + Nⱼᵢ)` over the pairs. In detailed
/// balance it is χ² distributed with at most 15 degrees of freedom.
fn imbalance(sampler: Sampler, settings: &Settings) -> f64 {
    const ROUNDS: usize = 150;
    let part = |row: &[f64]| {
        let column = usize::from(row[0] > -0.43) + usize::from(row[0] > 0.43);
        2 * column + usize::from(row[1] > 0.6)
    };
    let mut lab = Lab::new(&BANANA, 1024);
    lab.set(settings);
    let mut counts = [[0.0f64; 6]; 6];
    for _ in 0..ROUNDS {
        lab.restart();
        let before = lab.rows();
        lab.step(sampler, settings);
        for (from, to) in before.iter().zip(lab.rows()) {
            counts[part(from)][part(&to)] += 1.0;
        }
    }
    let pairs = (0..6).flat_map(|i| (0..i).map(move |j| (i, j)));
    let moved = pairs.map(|(i, j)| (counts[i][j], counts[j][i])).filter(|(forth, back)| forth + back > 0.0);
    moved.map(|(forth, back)| (forth - back).powi(2) / (forth + back)).sum()
}

#[test]
fn chains_flow_forth_as_much_as_back() {
    // The mean of χ² with 15 degrees of freedom and four standard deviations.
    const BOUND: f64 = 15.0 + 4.0 * 5.48;
    let settings = Settings { step_size: 0.5, width: 1.0, leaps: 4, depth: 4, ..Settings::default() };
    for sampler in Sampler::ALL {
        let found = imbalance(sampler, &settings);
        println!("{sampler:?}: {found:.1}");
        match sampler {
            Sampler::Langevin => assert!(found > 5.0 * BOUND, "without correction balance is lost: {found}"),
            _ => assert!(found < BOUND, "{sampler:?}: {found}"),
        }
    }
}

/// Phases before and after leapfrog steps: x, y and both momenta of each chain.
fn phases(lab: &Lab<Reference>) -> Vec<[f64; 4]> {
    let (x, p) = (lab.exactly("chains.hamiltonian.x"), lab.exactly("chains.hamiltonian.momentum"));
    x.chunks_exact(2).zip(p.chunks_exact(2)).map(|(x, p)| [x[0], x[1], p[0], p[1]]).collect()
}

#[test]
fn leapfrog_steps_undo_themselves_and_preserve_volume() {
    const H: f32 = 1.0 / 1024.0;
    const START: [f32; 4] = [0.5, -0.25, 1.25, 0.75];
    let settings = Settings { step_size: 0.125, ..Settings::default() };
    let mut lab = Lab::on(Reference::new(), &BANANA, 9);
    // The start, and one step of H each way along each axis.
    let row = |number: usize| {
        let mut row = START;
        if number > 0 {
            row[(number - 1) / 2] += if number % 2 == 1 { H } else { -H };
        }
        row
    };
    let half = |from: usize| (0..9).flat_map(|number| row(number)[from..from + 2].to_vec()).collect::<Vec<f32>>();
    lab.write("chains", &half(0));
    lab.set(&settings);
    lab.call("chains.hamiltonian.begin", 0);
    lab.write("chains.hamiltonian.momentum", &half(2));
    let before = phases(&lab);
    for _ in 0..20 {
        lab.call("chains.hamiltonian.leap", 0);
    }
    let after = phases(&lab);

    let jacobian =
        Matrix4::from_fn(|to, along| (after[1 + 2 * along][to] - after[2 + 2 * along][to]) / f64::from(2.0 * H));
    let stretched = (jacobian - Matrix4::identity()).norm();
    assert!(stretched > 1.0, "the map is far from the identity: {stretched}");
    assert!((jacobian.determinant() - 1.0).abs() < 1e-3, "{}", jacobian.determinant());

    // Back in time; as with every momentum turned round.
    lab.set(&Settings { step_size: -0.125, ..settings });
    for _ in 0..20 {
        lab.call("chains.hamiltonian.leap", 0);
    }
    for (start, end) in before.iter().zip(phases(&lab)) {
        assert!(start.iter().zip(end).all(|(a, b)| (a - b).abs() < 1e-9), "{start:?} became {end:?}");
    }
}
