//! Which device a session runs on, and that nothing is lost when a GPU is missing, lies, or dies. The GPU here is a CPU that does so on
//! demand, under a clock that moves only when a program runs.

#![allow(clippy::unwrap_used)]

use std::cell::{Cell, RefCell};
use std::future::ready;
use std::ops::Range;
use std::rc::Rc;

use daydream_cpu::Cpu;
use daydream_graph::{Device, DeviceError, Executor, Module, Pending, Reading, Table};
use daydream_models::{Cost, DeviceChoice, DeviceKind, Devices, Error, ModelSpec, Progress, Recipe, Session, zoo};
use pollster::block_on;

mod languages;

/// What the fakes do, and what was seen of them.
struct World {
    clock: Cell<f64>,
    /// Milliseconds that a program takes.
    on_cpu: f64,
    on_gpu: f64,
    /// Milliseconds for which what is read is on its way from the GPU.
    waiting: f64,
    /// Until when the GPU is at work, and for how many milliseconds it had nothing to do.
    busy: Cell<f64>,
    idle: Cell<f64>,
    software: bool,
    /// How the GPU fails.
    fault: Cell<Fault>,
    /// Milliseconds for which programs ran on the CPU.
    cpu_time: Cell<f64>,
    opened: Cell<u32>,
    gpus_made: Cell<u32>,
    prepared: RefCell<Vec<String>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    /// There is no adapter.
    Absent,
    /// There is one, which is not handed out.
    Denied,
    /// The module does not fit.
    Small,
    /// The driver rejects a shader.
    Rejects,
    /// Numbers come back wrong.
    Lies,
    /// Numbers come back as NaN.
    Nan,
    /// The device is lost.
    Lost,
}

impl Default for World {
    fn default() -> World {
        World {
            clock: Cell::new(0.0),
            on_cpu: 2.0,
            on_gpu: 0.5,
            waiting: 1.0,
            busy: Cell::new(0.0),
            idle: Cell::new(0.0),
            software: false,
            fault: Cell::new(Fault::None),
            cpu_time: Cell::new(0.0),
            opened: Cell::new(0),
            gpus_made: Cell::new(0),
            prepared: RefCell::default(),
        }
    }
}

impl World {
    fn failing(fault: Fault) -> Rc<World> {
        Rc::new(World { fault: Cell::new(fault), ..World::default() })
    }

    fn pass(&self, milliseconds: f64) {
        self.clock.set(self.clock.get() + milliseconds);
    }

    fn devices(self: &Rc<World>) -> Rc<Devices> {
        let (for_cpu, for_gpu, for_clock) = (Rc::clone(self), Rc::clone(self), Rc::clone(self));
        Rc::new(Devices::new(
            move || Box::new(Fake::new(&for_cpu, DeviceKind::Cpu)),
            move || Box::pin(ready(open(&for_gpu))),
            move || for_clock.clock.get(),
        ))
    }

    fn open(self: &Rc<World>, recipe: &Recipe, choice: DeviceChoice) -> Session {
        decided(block_on(Session::open(recipe.clone(), None, choice, &self.devices())).unwrap())
    }

    /// The GPU begins what it was asked for when it is done with what it was asked before; nobody waits for it here.
    fn work(&self, milliseconds: f64) {
        let begin = self.busy.get().max(self.clock.get());
        self.idle.set(self.idle.get() + begin - self.busy.get());
        self.busy.set(begin + milliseconds);
    }
}

/// The session on the device that it decides for.
fn decided(mut session: Session) -> Session {
    if let Some(mut prospect) = session.prospect() {
        block_on(prospect.prepare()).unwrap();
        block_on(session.weigh(prospect)).unwrap();
    }
    session
}

fn open(world: &Rc<World>) -> Result<Option<Rc<dyn Device>>, DeviceError> {
    world.opened.set(world.opened.get() + 1);
    match world.fault.get() {
        Fault::Absent => Ok(None),
        Fault::Denied => Err(DeviceError("not handed out; vulkan: no".to_owned())),
        _ => Ok(Some(Rc::new(FakeGpu(Rc::clone(world))))),
    }
}

struct FakeGpu(Rc<World>);

impl Device for FakeGpu {
    fn name(&self) -> String {
        "Fake adapter".to_owned()
    }

    fn is_software(&self) -> bool {
        self.0.software
    }

    fn executor(&self) -> Box<dyn Executor> {
        self.0.gpus_made.set(self.0.gpus_made.get() + 1);
        Box::new(Fake::new(&self.0, DeviceKind::Gpu))
    }

    fn destroy(&self) {
        self.0.fault.set(Fault::Lost);
    }
}

struct Fake {
    inner: Cpu,
    kind: DeviceKind,
    programs: Vec<String>,
    world: Rc<World>,
}

impl Fake {
    fn new(world: &Rc<World>, kind: DeviceKind) -> Fake {
        Fake { inner: Cpu::new(), kind, programs: vec![], world: Rc::clone(world) }
    }

    fn fault(&self) -> Fault {
        if self.kind == DeviceKind::Gpu { self.world.fault.get() } else { Fault::None }
    }
}

impl Executor for Fake {
    fn name(&self) -> String {
        self.inner.name()
    }

    fn load(&mut self, module: &Module) -> Result<(), DeviceError> {
        if self.fault() == Fault::Small {
            return Err(DeviceError("it needs 3 GiB and the GPU has 2".to_owned()));
        }
        self.programs = module.programs.iter().map(|program| program.name.clone()).collect();
        self.inner.load(module)
    }

    fn prepare(&mut self, programs: &[usize]) -> Pending<'_, ()> {
        *self.world.prepared.borrow_mut() = programs.iter().map(|&number| self.programs[number].clone()).collect();
        let rejected = self.fault() == Fault::Rejects;
        Box::pin(ready(if rejected { Err(DeviceError("bad shader\n\nCaused by: a trace".to_owned())) } else { Ok(()) }))
    }

    fn keep(&mut self, table: usize, rows: &Rc<Table>) {
        self.inner.keep(table, rows);
    }

    fn gather(&mut self, offset: usize, table: usize, rows: &[u32]) {
        self.inner.gather(offset, table, rows);
    }

    fn write(&mut self, offset: usize, data: &[f32]) {
        self.inner.write(offset, data);
    }

    fn run(&mut self, program: usize, seed: u32, step: u32) {
        let world = &self.world;
        if is_a_step(&self.programs[program]) {
            match self.kind {
                DeviceKind::Cpu => {
                    world.pass(world.on_cpu);
                    world.cpu_time.set(world.cpu_time.get() + world.on_cpu);
                }
                DeviceKind::Gpu => world.work(world.on_gpu),
            }
        }
        self.inner.run(program, seed, step);
    }

    fn read_all(&mut self, ranges: &[Range<usize>]) -> Reading {
        let mut numbers = block_on(self.inner.read_all(ranges)).unwrap();
        let (kind, world) = (self.kind, Rc::clone(&self.world));
        let arrival = world.busy.get().max(world.clock.get()) + world.waiting;
        Box::pin(async move {
            if kind == DeviceKind::Cpu {
                return Ok(numbers);
            }
            world.clock.set(world.clock.get().max(arrival));
            match world.fault.get() {
                Fault::Lost => return Err(DeviceError("device lost.".to_owned())),
                Fault::Lies => numbers.iter_mut().for_each(|x| *x *= 2.0),
                Fault::Nan => numbers.fill(f32::NAN),
                _ => {}
            }
            Ok(numbers)
        })
    }
}

/// Whether a program runs once in each training step. Samplers, which train nothing, keep the states of each kind of chain.
fn is_a_step(program: &str) -> bool {
    program.starts_with("train") || program == "metropolis.keep"
}

fn bars() -> Recipe {
    Recipe::new("rbm", "bars", 7)
}

/// A small run of every model.
fn recipes() -> impl Iterator<Item = Recipe> {
    let small = |spec: &&'static ModelSpec| {
        let data = spec.presets.iter().map(|preset| preset.data).find(|data| *data != "strokes").unwrap();
        let sizes = ["hidden", "width", "generator-width", "discriminator-width", "batch"];
        let fits = |size: &&str| spec.knobs.iter().any(|knob| knob.id == *size && knob.parse("16").is_ok());
        let known = sizes.into_iter().filter(fits);
        known.fold(Recipe::new(spec.id, data, 7), |recipe, size| recipe.with(size, "16"))
    };
    zoo::catalogue().iter().map(small)
}

fn undisturbed(recipe: &Recipe) -> Session {
    block_on(Session::new(recipe.clone(), None, Box::new(Cpu::new()))).unwrap()
}

fn params(session: &mut Session) -> Vec<u8> {
    block_on(session.save()).unwrap()
}

/// Small runs of the models for which devices race: training ends by itself for none.
fn racing() -> impl Iterator<Item = Recipe> {
    recipes().filter(|recipe| undisturbed(recipe).course().end.is_none())
}

#[test]
fn where_training_ends_by_itself_no_gpu_is_tried() {
    for recipe in recipes().filter(|recipe| undisturbed(recipe).course().end.is_some()) {
        let world = Rc::new(World::default());
        let session = block_on(Session::open(recipe, None, DeviceChoice::Auto, &world.devices())).unwrap();
        assert!(session.prospect().is_none() && world.opened.get() == 0);
        assert_says(&session.placement().why, "ends after a few steps", "몇 단계 만에");
    }
}

#[track_caller]
fn assert_says(words: &daydream_models::Words, en: &str, ko: &str) {
    assert!(words.en.contains(en) && words.ko.contains(ko), "{words:?}");
}

#[test]
fn the_faster_device_is_kept_and_the_run_begins_as_if_nothing_had_been_tried() {
    for recipe in racing() {
        for (on_gpu, kind) in [(0.5, DeviceKind::Gpu), (5.0, DeviceKind::Cpu)] {
            let world = Rc::new(World { on_gpu, ..World::default() });
            let mut session = world.open(&recipe, DeviceChoice::Auto);
            let placement = session.placement().clone();
            assert_eq!((placement.kind, placement.notice), (kind, None), "{}", recipe.model);
            assert_says(&placement.why, "steps a second on the GPU", "GPU에서 초당");
            assert_eq!(placement.name, if kind == DeviceKind::Gpu { "Fake adapter" } else { "CPU" });
            assert_eq!(session.steps_done(), 0);
            block_on(session.step(20)).unwrap();
            let mut expected = undisturbed(&recipe);
            block_on(expected.step(20)).unwrap();
            assert!(params(&mut session) == params(&mut expected), "{} does not replay", recipe.model);
        }
    }
}

#[test]
fn rates_are_those_of_the_clock() {
    let world = Rc::new(World { on_cpu: 4.0, on_gpu: 1.0, waiting: 0.0, ..World::default() });
    let session = world.open(&bars(), DeviceChoice::Auto);
    let why = "Measured with this model: 1000 steps a second on the GPU, 250 on the CPU.";
    assert_eq!(session.placement().why.en, why);
}

#[test]
fn what_training_calls_is_prepared() {
    let world = Rc::new(World::default());
    world.open(&bars().with("k", "3"), DeviceChoice::Auto);
    assert_eq!(*world.prepared.borrow(), ["init", "train", "gibbs", "watch"]);
}

#[test]
fn the_cpu_warms_up_for_150_milliseconds_or_a_single_step() {
    for on_cpu in [0.1, 1.0, 10.0, 24.0, 26.0, 49.0, 70.0, 300.0] {
        let world = Rc::new(World { on_cpu, on_gpu: 0.01, ..World::default() });
        world.open(&bars(), DeviceChoice::Auto);
        assert!(world.cpu_time.get() <= f64::max(150.0, on_cpu), "{on_cpu}: {}", world.cpu_time.get());
    }
}

#[test]
fn a_gpu_that_the_cpu_plays_is_used_only_when_it_is_asked_for() {
    let world = Rc::new(World { software: true, ..World::default() });
    let session = world.open(&bars(), DeviceChoice::Auto);
    assert_eq!((session.placement().kind, world.gpus_made.get(), world.cpu_time.get()), (DeviceKind::Cpu, 0, 0.0));
    assert_says(&session.placement().why, "played by the CPU", "CPU로 흉내 낸");
    assert_eq!(session.placement().notice, None);
    let session = world.open(&bars(), DeviceChoice::Gpu);
    assert_eq!(session.placement().kind, DeviceKind::Gpu);
    assert_says(&session.placement().why, "chosen by hand", "직접 선택한");
}

#[test]
fn a_slower_gpu_is_used_when_it_is_asked_for() {
    let world = Rc::new(World { on_gpu: 5.0, ..World::default() });
    let session = world.open(&bars(), DeviceChoice::Gpu);
    assert_eq!((session.placement().kind, &session.placement().notice), (DeviceKind::Gpu, &None));
}

#[test]
fn a_gpu_that_cannot_be_used_leaves_the_session_on_the_cpu() {
    let faults = [
        (Fault::Absent, "There is no GPU", "GPU가 없습니다"),
        (Fault::Denied, "The GPU cannot be used: not handed out", "GPU를 쓸 수 없습니다(not handed out)"),
        (Fault::Small, "cannot run this model: it needs 3 GiB and the GPU has 2", "실행할 수 없습니다(it needs 3 GiB"),
        (Fault::Rejects, "cannot run this model: bad shader", "실행할 수 없습니다(bad shader)"),
        (Fault::Lost, "cannot run this model: device lost", "실행할 수 없습니다(device lost)"),
        (Fault::Lies, "wrongly: after 2 training steps", "잘못 계산합니다. 학습 2단계 뒤"),
        (Fault::Nan, "wrongly: after 2 training steps", "잘못 계산합니다. 학습 2단계 뒤"),
    ];
    for recipe in racing() {
        for (fault, en, ko) in faults {
            for choice in [DeviceChoice::Auto, DeviceChoice::Gpu] {
                let mut session = World::failing(fault).open(&recipe, choice);
                let placement = session.placement().clone();
                assert_eq!((placement.kind, placement.choice), (DeviceKind::Cpu, choice), "{}", recipe.model);
                assert_says(&placement.why, en, ko);
                // Who did not ask for a GPU need not be told of one.
                assert_eq!(placement.notice.is_some(), choice == DeviceChoice::Gpu);
                if let Some(notice) = placement.notice {
                    assert_says(&notice.text, en, "대신 CPU에서 학습합니다");
                }
                block_on(session.step(3)).unwrap();
                let mut expected = undisturbed(&recipe);
                block_on(expected.step(3)).unwrap();
                assert!(params(&mut session) == params(&mut expected), "{}", recipe.model);
            }
        }
    }
}

#[test]
fn a_gpu_lost_in_training_costs_only_the_steps_since_the_snapshot() {
    for recipe in racing() {
        let world = Rc::new(World { on_gpu: 1.0, on_cpu: 50.0, ..World::default() });
        let mut session = world.open(&recipe, DeviceChoice::Auto);
        while session.snapshot_step() == 0 {
            block_on(session.step(40)).unwrap();
        }
        block_on(session.step(70)).unwrap();
        let (at, from) = (session.steps_done(), session.snapshot_step());
        world.fault.set(Fault::Lost);
        let metrics = block_on(session.step(30)).unwrap();

        assert_eq!(session.steps_done(), from + 1, "{}", recipe.model);
        let placement = session.placement();
        assert_eq!((placement.kind, placement.choice), (DeviceKind::Cpu, DeviceChoice::Auto));
        let notice = placement.notice.clone().unwrap();
        assert!(notice.at > at && notice.from == from, "{notice:?}");
        let en = format!("step {} (device lost). Training continues on the CPU from step {}.", notice.at, notice.from);
        assert_says(&notice.text, &en, &format!("{}단계부터 CPU에서", notice.from));

        let mut expected = undisturbed(&recipe);
        assert_eq!(block_on(expected.step(from + 1)).unwrap(), metrics, "{}", recipe.model);
        assert!(params(&mut session) == params(&mut expected), "{}", recipe.model);
    }
}

#[test]
fn at_most_two_seconds_of_training_are_lost_however_long_the_calls() {
    for (on_gpu, waiting) in [(0.1, 0.1), (3.0, 1.0), (1.0, 100.0), (200.0, 10.0)] {
        let world = Rc::new(World { on_gpu, waiting, on_cpu: 1000.0, ..World::default() });
        let mut session = world.open(&bars(), DeviceChoice::Gpu);
        for count in [1, 200, 1, 500, 30] {
            block_on(session.step(count)).unwrap();
            let unsaved = (session.steps_done() - session.snapshot_step()) as f64 * on_gpu;
            assert!(unsaved <= 2000.0, "{on_gpu} ms a step: {unsaved} ms at step {}", session.steps_done());
        }
    }
}

#[test]
fn a_gpu_never_waits_for_its_numbers_to_be_read() {
    let recipe = bars().with("hidden", "2").with("batch", "2");
    for (on_gpu, waiting) in [(0.5, 0.0), (0.5, 1.0), (0.5, 30.0), (2.0, 100.0), (90.0, 20.0)] {
        let world = Rc::new(World { on_gpu, waiting, ..World::default() });
        let mut session = world.open(&recipe, DeviceChoice::Gpu);
        let mut advance = |calls| (0..calls).for_each(|_| drop(block_on(session.advance(u64::MAX)).unwrap()));
        advance(24);
        world.idle.set(0.0);
        advance(12);
        assert_eq!(world.idle.get(), 0.0, "{on_gpu} ms a step, {waiting} ms a read");
        // Nor is so much handed over that a command would wait long.
        let ahead = world.busy.get() - world.clock.get();
        assert!(ahead <= 2.0 * f64::max(250.0, on_gpu), "{on_gpu} ms a step: {ahead} ms ahead");
    }
}

#[test]
fn what_is_measured_in_flight_is_what_one_step_after_the_other_measures() {
    for recipe in recipes() {
        for kind in [DeviceChoice::Gpu, DeviceChoice::Cpu] {
            let mut session = Rc::new(World::default()).open(&recipe, kind);
            let mut expected = undisturbed(&recipe);
            let mut seen = vec![];
            for _ in 0..6 {
                seen.extend(block_on(session.advance(u64::MAX)).unwrap());
            }
            seen.extend(block_on(session.settle()).unwrap());
            assert_eq!(block_on(session.settle()), Ok(None));
            // Few enough that they are waited for.
            seen.extend(block_on(session.advance(1)).unwrap());
            assert_eq!(seen.len(), 7, "{}", recipe.model);
            for Progress { step, metrics } in seen {
                let count = step - expected.steps_done();
                assert_eq!(block_on(expected.step(count)).unwrap(), metrics, "{} at step {step}", recipe.model);
            }
            assert_eq!(session.steps_done(), expected.steps_done());
            assert!(params(&mut session) == params(&mut expected), "{}", recipe.model);
        }
    }
}

#[test]
fn what_happens_to_a_batch_in_flight_is_seen() {
    let mut session = Rc::new(World::default()).open(&bars(), DeviceChoice::Gpu);
    let start = params(&mut session);
    block_on(session.advance(u64::MAX)).unwrap();
    session.go_back();
    assert_eq!(block_on(session.settle()), Ok(None));
    assert!(session.steps_done() == 0 && params(&mut session) == start);

    let world = Rc::new(World::default());
    let mut session = world.open(&bars(), DeviceChoice::Gpu);
    block_on(session.advance(u64::MAX)).unwrap();
    world.fault.set(Fault::Nan);
    assert_eq!(block_on(session.advance(u64::MAX)), Err(Error::Diverged { step: 1 }));
    session.go_back();
    world.fault.set(Fault::None);
    block_on(session.step(3)).unwrap();
    assert_eq!(session.steps_done(), 3);

    block_on(session.advance(u64::MAX)).unwrap();
    world.fault.set(Fault::Lost);
    let Progress { step, metrics } = block_on(session.advance(u64::MAX)).unwrap().unwrap();
    assert_eq!((step, session.steps_done(), session.placement().kind), (1, 1, DeviceKind::Cpu));
    assert_eq!(block_on(undisturbed(&bars()).step(1)).unwrap(), metrics);
}

#[test]
fn a_session_trains_on_the_cpu_while_the_gpu_is_made_ready() {
    for recipe in racing() {
        let world = Rc::new(World::default());
        let devices = world.devices();
        let mut session = block_on(Session::open(recipe.clone(), None, DeviceChoice::Auto, &devices)).unwrap();
        assert_eq!((world.opened.get(), world.cpu_time.get()), (0, 0.0), "somebody waits for the first step");
        assert_says(&session.placement().why, "while the GPU is being tried", "GPU를 시험해 보는 동안");
        let mut prospect = session.prospect().unwrap();
        block_on(session.step(10)).unwrap();
        block_on(prospect.prepare()).unwrap();
        let rate = session.spec().knobs.iter().find(|knob| knob.live && knob.id.ends_with("rate"));
        let turn = |session: &mut Session| rate.map(|knob| session.set(knob.id, 0.002).unwrap());
        turn(&mut session);
        block_on(session.step(10)).unwrap();
        block_on(session.weigh(prospect)).unwrap();
        assert_eq!((session.placement().kind, session.steps_done()), (DeviceKind::Gpu, 20), "{}", recipe.model);
        assert!(session.prospect().is_none());
        block_on(session.step(10)).unwrap();

        let mut expected = undisturbed(&recipe);
        block_on(expected.step(10)).unwrap();
        turn(&mut expected);
        block_on(expected.step(20)).unwrap();
        assert!(params(&mut session) == params(&mut expected), "{}", recipe.model);
    }
}

#[test]
fn a_prospect_that_comes_too_late_changes_nothing() {
    let world = Rc::new(World::default());
    let mut session = block_on(Session::open(bars(), None, DeviceChoice::Auto, &world.devices())).unwrap();
    let mut prospect = session.prospect().unwrap();
    block_on(prospect.prepare()).unwrap();
    block_on(session.step(4)).unwrap();
    block_on(session.move_to(DeviceChoice::Cpu)).unwrap();
    block_on(session.weigh(prospect)).unwrap();
    assert_eq!((session.placement().kind, session.steps_done()), (DeviceKind::Cpu, 4));
    assert_says(&session.placement().why, "by hand", "직접");
}

/// Asks a session for something; the answer as text.
type Ask<'a> = &'a dyn Fn(&mut Session) -> String;

#[test]
fn whatever_is_asked_of_a_lost_gpu_is_answered_by_the_cpu() {
    for recipe in recipes() {
        let expected = undisturbed(&recipe);
        let cheap = expected.metric_ids(&[Cost::Cheap]);
        let view = expected.spec().views[0].id;
        let asked: [(&str, Ask<'_>); 5] = [
            ("view", &|session| serde_json::to_string(&block_on(session.view(view, &[])).unwrap()).unwrap()),
            ("evaluate", &|session| format!("{:?}", block_on(session.evaluate(&cheap)).unwrap())),
            ("sample", &|session| format!("{:?}", block_on(session.sample(5, 3)).unwrap())),
            ("save", &|session| format!("{:?}", params(session))),
            ("restart", &|session| format!("{:?} {}", block_on(session.restart()), session.steps_done())),
        ];
        for (what, ask) in asked {
            let world = Rc::new(World::default());
            let mut session = world.open(&recipe, DeviceChoice::Gpu);
            world.fault.set(Fault::Lost);
            assert_eq!(ask(&mut session), ask(&mut undisturbed(&recipe)), "{what} of {}", recipe.model);
            // Some models answer some of it out of their knobs alone, without a word to a device.
            params(&mut session);
            assert_eq!(session.placement().kind, DeviceKind::Cpu);
            assert!(session.placement().notice.is_some());
        }
    }
}

#[test]
fn live_knobs_stay_where_they_were_turned() {
    let world = Rc::new(World::default());
    let mut session = world.open(&bars(), DeviceChoice::Gpu);
    let mut expected = undisturbed(&bars());
    for session in [&mut session, &mut expected] {
        session.set("learning-rate", 0.3).unwrap();
        session.set("momentum", 0.1).unwrap();
    }
    world.fault.set(Fault::Lost);
    block_on(session.step(5)).unwrap();
    block_on(session.step(5)).unwrap();
    block_on(expected.step(session.steps_done())).unwrap();
    assert!(params(&mut session) == params(&mut expected));
}

#[test]
fn a_session_moves_between_devices_with_its_step_and_parameters() {
    for recipe in racing() {
        let world = Rc::new(World::default());
        let mut session = world.open(&recipe, DeviceChoice::Cpu);
        assert_eq!((world.opened.get(), world.cpu_time.get()), (0, 0.0), "the GPU was looked for in vain");
        assert_says(&session.placement().why, "by hand", "직접");
        let moves = [
            (DeviceChoice::Gpu, DeviceKind::Gpu),
            (DeviceChoice::Cpu, DeviceKind::Cpu),
            (DeviceChoice::Auto, DeviceKind::Gpu),
        ];
        for (choice, kind) in moves {
            block_on(session.step(10)).unwrap();
            block_on(session.move_to(choice)).unwrap();
            assert_eq!((session.placement().kind, session.placement().choice), (kind, choice));
        }
        assert_eq!(session.steps_done(), 30);
        block_on(session.step(10)).unwrap();
        let mut expected = undisturbed(&recipe);
        block_on(expected.step(40)).unwrap();
        assert!(params(&mut session) == params(&mut expected), "{}", recipe.model);
    }
    let refusal = block_on(undisturbed(&bars()).move_to(DeviceChoice::Gpu)).unwrap_err();
    assert!(matches!(refusal, Error::Unsupported(_)), "{}", languages::english(&refusal));
}

#[test]
fn a_model_is_measured_once_whatever_the_seed() {
    let world = Rc::new(World::default());
    let devices = world.devices();
    let open = |recipe: Recipe| decided(block_on(Session::open(recipe, None, DeviceChoice::Auto, &devices)).unwrap());
    open(bars());
    let spent = world.cpu_time.get();
    let again = open(Recipe { seed: 8, ..bars() });
    assert_eq!((again.placement().kind, world.cpu_time.get()), (DeviceKind::Gpu, spent));
    open(bars().with("hidden", "9"));
    assert!(world.cpu_time.get() > spent);
    assert_eq!(world.opened.get(), 1);
}

#[test]
fn a_lost_gpu_is_used_again_only_when_it_is_asked_for() {
    let world = Rc::new(World::default());
    let devices = world.devices();
    let open = |choice| decided(block_on(Session::open(bars(), None, choice, &devices)).unwrap());
    let mut session = open(DeviceChoice::Auto);
    devices.lose_gpu();
    block_on(session.step(5)).unwrap();
    world.fault.set(Fault::None);

    let next = open(DeviceChoice::Auto);
    assert_eq!((next.placement().kind, world.opened.get()), (DeviceKind::Cpu, 1));
    assert_says(&next.placement().why, "stopped answering", "응답을 멈췄습니다");
    block_on(session.move_to(DeviceChoice::Gpu)).unwrap();
    assert_eq!((session.placement().kind, session.placement().notice.clone()), (DeviceKind::Gpu, None));
    assert_eq!(world.opened.get(), 2);
}

#[test]
fn a_device_that_was_given_has_nobody_to_take_over() {
    let world = Rc::new(World::default());
    let gpu = Fake::new(&world, DeviceKind::Gpu);
    let mut session = block_on(Session::new(bars(), None, Box::new(gpu))).unwrap();
    world.fault.set(Fault::Lost);
    assert_eq!(block_on(session.step(1)), Err(Error::Device("device lost.".to_owned())));
}
