//! The shaders of WebGPU as text: what a few telling kernels become, that every shader of every model is valid, and how many dispatches a
//! training step takes.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;
use std::ops::Range;
use std::rc::Rc;

use daydream_gpu::wgsl::{self, Shader, Target};
use daydream_graph::{
    Convolution, DeviceError, Executor, Function, Graph, Module, Optimizer, Program, Reading, Table, grad,
};
use daydream_models::{Recipe, Session, Setup, zoo};
use daydream_tests::check_text;
use naga::ShaderStage;
use naga::valid::{Capabilities, ShaderStages, SubgroupOperationSet, ValidationFlags, Validator};
use pollster::block_on;

/// What every WebGPU device can do.
const PLAIN: Target = Target { subgroups: None, workgroup_bytes: 16_384, invocations: 256 };
/// The same with subgroups, in the words of naga, which knows no directive for them.
const SUBGROUPS: Target = Target { subgroups: Some(""), ..PLAIN };

fn shaders(module: &Module, program: &Program, target: &Target) -> Vec<Shader> {
    let spare = module.arena_len.next_multiple_of(4);
    wgsl::dispatches(program, spare, target, |product| product.usual_tile())
}

/// Panics where naga would not take the text.
#[track_caller]
fn validate(text: &str) {
    let module = naga::front::wgsl::parse_str(text);
    let module = module.unwrap_or_else(|error| panic!("{}\n{text}", error.emit_to_string(text)));
    let mut validator = Validator::new(ValidationFlags::all(), Capabilities::SUBGROUP);
    validator.subgroup_stages(ShaderStages::COMPUTE).subgroup_operations(SubgroupOperationSet::all());
    if let Err(error) = validator.validate(&module) {
        panic!("{}\n{text}", error.emit_to_string(text));
    }
    assert!(module.entry_points.iter().all(|entry| entry.stage == ShaderStage::Compute));
}

/// Compares the shaders of the only function with a file, beside the kernels that they run.
fn check_shaders(name: &str, g: &Graph, function: Function) {
    let module = g.compile(&[function]);
    let program = &module.programs[1];
    let mut text = format!("{program}");
    for Shader { text: shader, workgroups: [x, y, z] } in shaders(&module, program, &PLAIN) {
        validate(&shader);
        write!(text, "\n// {x} × {y} × {z} workgroups\n{shader}").expect("text can be written to");
    }
    check_text(&format!("wgsl/{name}"), &text);
}

#[test]
fn a_dense_layer_is_one_product() {
    let g = Graph::new();
    let (x, w, b) = (g.input("x", [64, 36]), g.param("w", g.constant(0.1, [36, 128])), g.input("b", [128]));
    check_shaders("dense", &g, Function::new("forward").output("y", (x.dot(w) + b).relu()));
}

/// Forward, the depth is windows and channels; in the gradient of the weights these are the rows.
#[test]
fn a_convolution_reads_its_windows_where_they_lie() {
    let g = Graph::new();
    let (x, slope) = (g.input("x", [2, 8, 8, 4]), g.input("slope", [2, 4, 4, 8]));
    let w = g.param("w", g.constant(0.1, [4, 4, 4, 8]));
    let y = x.conv2d(w, Convolution { stride: 2, padding: 1, dilation: 1 });
    let gradient = grad((y * slope).sum_all(), &[w])[0];
    check_shaders("convolution", &g, Function::new("f").output("y", y.relu()).output("gradient", gradient));
}

#[test]
fn adam_runs_on_the_registers_of_the_product_that_is_its_gradient() {
    let g = Graph::new();
    let (x, rate) = (g.input("x", [64, 36]), g.input("rate", []));
    let w = g.param("w", g.constant(0.1, [36, 16]));
    let slope = g.input("slope", [64, 16]);
    let updates = Optimizer::ADAM.updates(&g, "adam", rate, &[w], &[x.t().dot(slope)]);
    check_shaders("adam", &g, Function::new("train").updates(updates));
}

#[test]
fn a_softmax_combines_rows() {
    let g = Graph::new();
    check_shaders("softmax", &g, Function::new("f").output("y", g.input("x", [50, 30]).softmax(1)));
}

#[test]
fn a_long_sum_takes_two_dispatches() {
    let g = Graph::new();
    check_shaders("long_sum", &g, Function::new("f").output("y", g.input("x", [100_000]).square().sum_all()));
}

#[test]
fn random_numbers_are_drawn_where_they_are_used() {
    let g = Graph::new();
    let (mean, deviation) = (g.input("mean", [33, 20]), g.input("deviation", [33, 20]));
    check_shaders("normal", &g, Function::new("f").output("z", mean + deviation * g.normal([33, 20])));
}

#[test]
fn rows_are_gathered_and_scattered() {
    let g = Graph::new();
    let table = g.param("table", g.uniform([10, 6]));
    let found = table.gather(g.input("rows", [7]));
    let slope = grad(found.square().sum_all(), &[table])[0];
    check_shaders("gather", &g, Function::new("f").output("found", found).update(table, table - slope));
}

#[test]
fn windows_that_overlap_are_summed() {
    let g = Graph::new();
    check_shaders("fold", &g, Function::new("f").output("y", g.input("x", [2, 5, 3]).fold(1, 11, 2, 1)));
}

#[test]
fn windows_are_made_by_one_dispatch_and_summed_by_another() {
    let g = Graph::new();
    let (x, w) = (g.input("x", [2, 4, 4, 8]), g.input("w", [4, 4, 3, 8]));
    let y = x.conv2d_transpose(w, Convolution { stride: 2, ..Convolution::default() }, [10, 10]);
    check_shaders("transposed_convolution", &g, Function::new("f").output("y", y.tanh()));
}

/// A recipe for every preset of every model, by name.
fn presets() -> impl Iterator<Item = (&'static str, &'static str, Recipe)> {
    zoo::catalogue().iter().flat_map(|spec| {
        let recipe = |id: &str| Recipe::preset(spec, id, 1).expect("presets are recipes");
        spec.presets.iter().map(move |preset| (spec.id, preset.id, recipe(preset.id)))
    })
}

#[test]
fn every_shader_of_every_model_is_valid() {
    let mut seen = HashSet::new();
    for (model, _, recipe) in presets() {
        let (data, knobs) = (recipe.dataset().expect("presets have data"), recipe.knobs().expect("presets are legal"));
        let spec = zoo::find(model).expect("the catalogue has it");
        let module = (spec.build)(&Setup { data: &data, knobs: &knobs }).expect("presets are legal").module;
        for program in &module.programs {
            for shader in [&PLAIN, &SUBGROUPS].into_iter().flat_map(|target| shaders(&module, program, target)) {
                assert!(
                    shader.workgroups.iter().all(|&count| (1..65_536).contains(&count)),
                    "{model} {}",
                    program.name
                );
                if !seen.contains(&shader.text) {
                    validate(&shader.text);
                    seen.insert(shader.text);
                }
            }
        }
    }
    assert!(seen.len() > 500, "only {} shaders", seen.len());
}

/// Counts dispatches in place of making them. Everything is 0.
#[derive(Default)]
struct Counter {
    programs: Vec<(String, usize)>,
    /// How often each thing was done, and with how many dispatches each time.
    done: Rc<RefCell<BTreeMap<String, (usize, usize)>>>,
}

impl Counter {
    fn count(&self, what: &str, dispatches: usize) {
        self.done.borrow_mut().entry(what.to_owned()).or_insert((0, dispatches)).0 += 1;
    }
}

impl Executor for Counter {
    fn name(&self) -> String {
        "counter".to_owned()
    }

    fn load(&mut self, module: &Module) -> Result<(), DeviceError> {
        let count = |program: &Program| (program.name.clone(), shaders(module, program, &PLAIN).len());
        self.programs = module.programs.iter().map(count).collect();
        Ok(())
    }

    fn keep(&mut self, _: usize, _: &Rc<Table>) {}

    fn gather(&mut self, _: usize, _: usize, _: &[u32]) {
        self.count("gather", 1);
    }

    fn write(&mut self, _: usize, _: &[f32]) {}

    fn run(&mut self, program: usize, _: u32, _: u32) {
        let (name, dispatches) = &self.programs[program];
        self.count(name, *dispatches);
    }

    fn read_all(&mut self, ranges: &[Range<usize>]) -> Reading {
        let zeros = vec![0.0; ranges.iter().map(Range::len).sum()];
        Box::pin(std::future::ready(Ok(zeros)))
    }
}

/// A step of the variational autoencoder takes at most 40, one of the adversarial network at most 80.
#[test]
fn training_steps_take_few_dispatches() {
    let mut text = String::new();
    for (model, preset, recipe) in presets() {
        let counter = Counter::default();
        let done = Rc::clone(&counter.done);
        let mut session = block_on(Session::new(recipe, None, Box::new(counter))).expect("presets are legal");
        done.borrow_mut().clear();
        block_on(session.step(1)).expect("zeros are finite");
        let done = done.borrow();
        let total: usize = done.values().map(|(times, dispatches)| times * dispatches).sum();
        writeln!(text, "{model} {preset}: {total}").expect("text can be written to");
        for (what, (times, dispatches)) in &*done {
            writeln!(text, "    {times} × {what}: {dispatches}").expect("text can be written to");
        }
        let most = [("vae", 40), ("gan", 80)].into_iter().find(|(bounded, _)| *bounded == model);
        assert!(most.is_none_or(|(_, most)| total <= most), "{model} {preset}: {total}");
    }
    check_text("dispatches", &text);
}
