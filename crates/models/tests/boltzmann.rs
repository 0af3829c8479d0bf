//! The Boltzmann machine against exact cases: all of it can be counted.

#![allow(clippy::unwrap_used)]

use daydream_cpu::Cpu;
use daydream_graph::{Executor, Function, Graph, Module, Tensor, grad};
use daydream_models::zoo::boltzmann::machine::{Enumerated, Machine, Tables, correlations, distance, edges, states};
use daydream_models::{Picture, Recipe, Session};
use pollster::block_on;

const VISIBLE: usize = 3;
const UNITS: usize = 5;

/// A random machine at temperature 1, with lateral edges or without.
fn machine(g: &Graph, lateral: bool) -> Machine<'_> {
    let drawn = 0.7 * g.normal([UNITS, UNITS]);
    Machine {
        w: g.param("w", edges(g, VISIBLE, UNITS, lateral) * (drawn + drawn.t())),
        b: g.param("b", g.normal([UNITS])),
        temperature: g.constant(1.0, []),
        visible: VISIBLE,
    }
}

/// Some distribution over the visible patterns.
fn share(g: &Graph) -> Tensor<'_> {
    g.param("share", g.normal([1 << VISIBLE]).softmax(0))
}

struct Runner {
    module: Module,
    device: Cpu,
}

impl Runner {
    fn new(g: &Graph, functions: &[Function]) -> Runner {
        let module = g.compile(functions);
        let mut device = Cpu::new();
        device.load(&module).unwrap();
        let mut runner = Runner { module, device };
        for (name, units) in Tables::NAMES.into_iter().zip([VISIBLE, UNITS - VISIBLE]) {
            let table = runner.module.input(name).unwrap().offset;
            runner.device.write(table, &states(units));
        }
        runner.run("init", 3);
        runner
    }

    fn run(&mut self, program: &str, step: u32) {
        let number = self.module.programs.iter().position(|known| known.name == program).unwrap();
        self.device.run(number, 9, step);
    }

    fn read(&mut self, program: &str, output: &str) -> Vec<f32> {
        let program = self.module.program(program).unwrap();
        let range = program.buffer(program.output(output).unwrap().buffer).range();
        block_on(self.device.read(range)).unwrap()
    }
}

#[test]
fn the_difference_of_the_phases_is_the_gradient_of_the_log_likelihood() {
    for lateral in [true, false] {
        let g = Graph::new();
        let machine = machine(&g, lateral);
        let (tables, share) = (Tables::declare(&g, VISIBLE, UNITS - VISIBLE), share(&g));
        let exact = Enumerated::new(&machine, tables);
        let difference = exact.correlations(exact.clamped(share)) - exact.correlations(exact.free());

        // By automatic differentiation, and along one direction by finite differences. Each pair of units is two numbers of W.
        let way = edges(&g, VISIBLE, UNITS, lateral) * g.normal([UNITS, UNITS]);
        let way = way + way.t();
        let slope = (0.5 * way * difference).sum_all();
        let at =
            |step: f32| Enumerated::new(&Machine { w: machine.w + step * way, ..machine }, tables).divergence(share);
        let by_grad = -(grad(exact.divergence(share), &[machine.w])[0] * way).sum_all();
        const STEP: f32 = 1.0 / 64.0;
        let by_steps = -(at(STEP) - at(-STEP)) / (2.0 * STEP);
        let biases = difference * (1.0 - edges(&g, 0, UNITS, true));
        let f = Function::new("f")
            .output("slope", slope)
            .output("grad", by_grad)
            .output("steps", by_steps)
            .output("biases", biases.sum(&[1]))
            .output("grad biases", -grad(exact.divergence(share), &[machine.b])[0]);
        let mut runner = Runner::new(&g, &[f]);
        runner.run("f", 0);
        let [slope, by_grad, by_steps] = ["slope", "grad", "steps"].map(|output| runner.read("f", output)[0]);
        assert!(slope.abs() > 0.01, "{slope}");
        assert!((slope - by_grad).abs() < 1e-5, "{slope} and {by_grad}");
        assert!((slope - by_steps).abs() < 1e-3 * slope.abs().max(0.1), "{slope} and {by_steps}");
        let pairs = runner.read("f", "biases").into_iter().zip(runner.read("f", "grad biases"));
        pairs.for_each(|(found, expected)| assert!((found - expected).abs() < 1e-5, "{found} and {expected}"));
    }
}

/// Chains that have settled estimate both phases; what is off is as large as `√(p (1 - p) / N)` says, for few chains and for many.
#[test]
fn the_sampled_phases_come_to_the_exact_ones_as_the_square_root_of_the_number_of_chains() {
    const SWEEPS: u32 = 60;
    for chains in [400, 6400] {
        let g = Graph::new();
        let machine = machine(&g, true);
        let (tables, share) = (Tables::declare(&g, VISIBLE, UNITS - VISIBLE), share(&g));
        let exact = Enumerated::new(&machine, tables);
        let coins = |count: usize| g.constant(0.5, [chains, count]).bernoulli();
        // Visible units of the clamped chains are drawn from the data: a categorical number, of which the bits are taken.
        let pattern = share.log().broadcast_to([chains, 1 << VISIBLE]).categorical();
        let bits = g.input("patterns", [1 << VISIBLE, VISIBLE]);
        let visible = bits.gather(pattern);
        let held = visible.pad(1, 0, UNITS - VISIBLE) + coins(UNITS - VISIBLE).pad(1, VISIBLE, 0);
        let (clamped, free) = (g.param("clamped", held.constant_like(0.0)), g.param("free", coins(UNITS)));
        let functions = [
            Function::new("hold").update(clamped, held),
            Function::new("sweep")
                .update(clamped, machine.sweep(clamped, machine.order(true)))
                .update(free, machine.sweep(free, machine.order(false))),
            Function::new("f")
                .output("awake", exact.correlations(exact.clamped(share)))
                .output("asleep", exact.correlations(exact.free()))
                .output("sampled awake", correlations(clamped))
                .output("sampled asleep", correlations(free)),
        ];
        let mut runner = Runner::new(&g, &functions);
        let patterns = runner.module.input("patterns").unwrap().offset;
        runner.device.write(patterns, &states(VISIBLE));
        runner.run("hold", 0);
        (0..SWEEPS).for_each(|sweep| runner.run("sweep", sweep));
        runner.run("f", 0);
        let (mut sum, mut count) = (0.0, 0.0);
        for phase in ["awake", "asleep"] {
            let exact = runner.read("f", phase);
            let sampled = runner.read("f", &format!("sampled {phase}"));
            for (p, found) in exact.into_iter().zip(sampled) {
                let error = (p * (1.0 - p) / chains as f32).sqrt();
                let score = (found - p) / error.max(1e-4);
                assert!(score.abs() < 4.5, "{phase}, {chains} chains: {found} instead of {p}, {score} standard errors");
                sum += score * score;
                count += 1.0;
            }
        }
        let spread: f32 = sum / count;
        assert!((0.3..2.0).contains(&spread.sqrt()), "{chains} chains are off by {} standard errors", spread.sqrt());
    }
}

#[test]
fn sweeps_keep_their_equilibrium_and_the_restricted_awake_phase_needs_one() {
    for lateral in [true, false] {
        let g = Graph::new();
        let machine = machine(&g, lateral);
        let (tables, share) = (Tables::declare(&g, VISIBLE, UNITS - VISIBLE), share(&g));
        let exact = Enumerated::new(&machine, tables);
        let (awake, asleep) = (exact.clamped(share), exact.free());
        let hidden = 1 << (UNITS - VISIBLE);
        let coins = share.reshape([1 << VISIBLE, 1]) * g.constant(1.0 / hidden as f32, awake.shape());
        let once = exact.swept(coins, machine.order(true));
        let f = Function::new("f")
            .output("kept awake", distance(exact.swept(awake, machine.order(true)), awake))
            .output("kept asleep", distance(exact.swept(asleep, machine.order(false)), asleep))
            .output("before", distance(coins, awake))
            .output("after", distance(once, awake));
        let mut runner = Runner::new(&g, &[f]);
        runner.run("f", 0);
        let [kept_awake, kept_asleep, before, after] =
            ["kept awake", "kept asleep", "before", "after"].map(|output| runner.read("f", output)[0]);
        assert!(kept_awake < 1e-5 && kept_asleep < 1e-5, "{kept_awake}, {kept_asleep}");
        assert!(before > 0.05, "{before}");
        assert!(if lateral { after > 1e-3 } else { after < 1e-5 }, "lateral edges {lateral}: {after}");
    }
}

fn session(data: &str, knobs: &[(&str, &str)]) -> Session {
    let recipe = knobs.iter().fold(Recipe::new("boltzmann", data, 4), |recipe, (knob, typed)| recipe.with(knob, typed));
    block_on(Session::new(recipe, None, Box::new(Cpu::new()))).unwrap()
}

fn kl(session: &mut Session) -> f64 {
    block_on(session.evaluate(&["kl"])).unwrap()[0].1
}

#[test]
fn parity_is_out_of_reach_without_hidden_units_and_learned_with_them() {
    let trained = |hidden: &str| {
        let mut session = session("patterns", &[("hidden-units", hidden)]);
        block_on(session.step(1500)).unwrap();
        kl(&mut session)
    };
    let without = trained("0");
    assert!((without - 2f64.ln()).abs() < 1e-3, "the best without hidden units is ln 2, not {without}");
    let with = trained("4");
    assert!(with < 0.02, "{with}");
}

#[test]
fn the_likelihood_is_what_the_divergence_leaves_of_the_entropy() {
    let mut session = session("patterns", &[]);
    let found = block_on(session.evaluate(&["kl", "log_likelihood"])).unwrap();
    assert!((found[0].1 + found[1].1 + 8f64.ln()).abs() < 1e-6, "{found:?}");
}

#[test]
fn a_hot_machine_tosses_coins() {
    let mut session = session("patterns", &[("first-weights", "3")]);
    block_on(session.step(300)).unwrap();
    let cold = kl(&mut session);
    session.set("temperature", 10.0).unwrap();
    let hot = kl(&mut session);
    assert!(cold < 0.3 && (hot - 2f64.ln()).abs() < 0.2 && hot > cold, "{cold} and {hot}");
}

/// Larger images are shrunk; what is sampled has the shape of the data again.
#[test]
fn images_of_any_size_are_seen() {
    let mut digits = session("digits", &[]);
    block_on(digits.step(20)).unwrap();
    let sample = block_on(digits.sample(2, 1)).unwrap();
    assert_eq!(sample.len(), 128);
    assert!(sample.iter().all(|&bit| bit == 0.0 || bit == 1.0));
    let Picture::Images { height, width, .. } = block_on(digits.view("dreams", &[])).unwrap() else {
        panic!("dreams are images");
    };
    assert_eq!((height, width), (4, 3));
}
