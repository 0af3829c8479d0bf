//! A few training steps on a device: how fast they are, and whether two devices agree about them.

use daydream_graph::{DeviceError, Module, Variable};

use super::learner::Learner;
use super::training::Pace;
use crate::device::{Devices, GpuSpeed};
use crate::{Metrics, Words, words};

/// Steps that are compared, and how many of them a slow model makes.
const CHECKED: u64 = 2;
const CHECKED_IF_SLOW: u64 = 1;
/// A first step on the CPU that takes this many milliseconds is that of a slow model.
const SLOW: f64 = 25.0;
/// Milliseconds that the timed steps may take on the CPU. Where the first step took longer, it says enough.
const TIMED: f64 = 60.0;
/// Milliseconds after which no more steps are timed on the GPU.
const MOST_ON_GPU: f64 = 250.0;
/// Milliseconds by which many steps must differ from one to tell the steps from the wait for their numbers.
const SPREAD: f64 = 20.0;

/// Relative and absolute difference of a metric between two devices that compute rightly. Most agree to six digits; but Adam's first
/// steps turn gradients that are nothing but rounding into steps of full size.
const METRIC_TOLERANCE: (f64, f64) = (1e-2, 1e-3);
/// The same of a parameter, as root mean square: relative to how far training has moved it, and absolute.
const PARAM_TOLERANCE: (f64, f64) = (0.3, 1e-5);
/// A model that makes much of little is given the benefit of the doubt: so many times the difference that parameters make which are
/// off by about as much as rounding, relatively.
const BENEFIT: f64 = 10.0;
const ROUNDING: f32 = 1e-6;

/// What a few steps from the seed have led to on the CPU.
pub(super) struct FirstSteps {
    /// How many steps were made.
    steps: u64,
    /// The parameters before.
    start: Vec<f32>,
    outcome: Outcome,
    /// Milliseconds of the first.
    first: f64,
}

/// Where steps have led.
pub(super) struct Outcome {
    metrics: Metrics,
    params: Vec<f32>,
}

impl Learner {
    /// Makes steps that another device can [repeat](Learner::repeat).
    pub(super) async fn first_steps(&mut self, devices: &Devices) -> Result<FirstSteps, DeviceError> {
        self.begin();
        let start = self.read_params().await?;
        let (first, mut metrics) = self.time(devices, 1).await?;
        let steps = if first > SLOW { CHECKED_IF_SLOW } else { CHECKED };
        if steps > 1 {
            metrics = self.make_steps(steps - 1).arrive().await?;
        }
        let params = self.read_params().await?;
        Ok(FirstSteps { steps, start, outcome: Outcome { metrics, params }, first })
    }

    /// Makes the same steps.
    pub(super) async fn repeat(&mut self, first: &FirstSteps) -> Result<Outcome, DeviceError> {
        self.begin();
        let metrics = self.make_steps(first.steps).arrive().await?;
        Ok(Outcome { metrics, params: self.read_params().await? })
    }

    /// The same steps from parameters that are off by about as much as rounding.
    pub(super) async fn repeat_shaken(&mut self, first: &FirstSteps) -> Result<Outcome, DeviceError> {
        self.begin();
        let shaken = first.start.iter().enumerate().map(|(number, x)| {
            let factor = if number % 2 == 0 { 1.0 + ROUNDING } else { 1.0 - ROUNDING };
            x * factor
        });
        self.put(0, &shaken.collect::<Vec<f32>>());
        let metrics = self.make_steps(first.steps).arrive().await?;
        Ok(Outcome { metrics, params: self.read_params().await? })
    }

    /// Steps a second on the CPU, after the first ones.
    pub(super) async fn rate(
        &mut self,
        devices: &Devices,
        FirstSteps { first, .. }: &FirstSteps,
    ) -> Result<f64, DeviceError> {
        if *first >= TIMED {
            return Ok(1000.0 / first);
        }
        let count = ((TIMED / first) as u64).clamp(1, 200);
        Ok(1000.0 * count as f64 / self.time(devices, count).await?.0)
    }

    /// How fast it trains on a GPU that is given the next batch before the numbers of the last one are back. It has made its first steps,
    /// on which a device warms up.
    pub(super) async fn rate_in_batches(&mut self, devices: &Devices) -> Result<GpuSpeed, DeviceError> {
        let (one, _) = self.time(devices, 1).await?;
        let (mut count, mut many, mut spent) = (1, one, one);
        while spent < MOST_ON_GPU && many < one + SPREAD && count < 256 {
            count *= 4;
            many = self.time(devices, count).await?.0;
            spent += many;
        }
        Ok(speed_in_batches(one, count, many))
    }

    /// Milliseconds that some steps and the read of their metrics take.
    async fn time(&mut self, devices: &Devices, count: u64) -> Result<(f64, Metrics), DeviceError> {
        let begun = devices.now();
        let metrics = self.make_steps(count).arrive().await?;
        Ok(((devices.now() - begun).max(0.01), metrics))
    }
}

/// When one step with its read takes `one` milliseconds, and `count` steps with one read take `many`.
fn speed_in_batches(one: f64, count: u64, many: f64) -> GpuSpeed {
    if count == 1 {
        return GpuSpeed { rate: 1000.0 / one, waiting: 0.0 };
    }
    let step = ((many - one) / (count - 1) as f64).max(1e-3);
    let waiting = (one - step).max(0.0);
    GpuSpeed { rate: 1000.0 / step * Pace::on_gpu(waiting).busy(waiting), waiting }
}

/// What a GPU has computed wrongly, if anything. A run that is not finite on the CPU either says nothing about the GPU. `shaken` is what
/// the CPU makes of slightly other parameters.
pub(super) fn disagreement(
    module: &Module,
    cpu: &FirstSteps,
    gpu: &Outcome,
    shaken: Option<&Outcome>,
) -> Option<Words> {
    for (number, (id, right)) in cpu.outcome.metrics.iter().enumerate() {
        let found = gpu.metrics[number].1;
        let benefit = shaken.map_or(0.0, |shaken| BENEFIT * (shaken.metrics[number].1 - right).abs());
        let (relative, absolute) = METRIC_TOLERANCE;
        if right.is_finite() && exceeds((right - found).abs(), relative * right.abs() + absolute + benefit) {
            return Some(words!(
                "after {steps} training steps {id} is {found:.6} on the GPU and {right:.6} on the CPU",
                "학습 {steps}단계 뒤 {id} 값이 GPU에서는 {found:.6}, CPU에서는 {right:.6}입니다",
                steps = cpu.steps
            ));
        }
    }
    let differs = |param: &&Variable| {
        let of = |params: &[f32]| root_mean_square(&params[param.range()], &cpu.outcome.params[param.range()]);
        let (moved, benefit) = (of(&cpu.start), shaken.map_or(0.0, |shaken| BENEFIT * of(&shaken.params)));
        let (relative, absolute) = PARAM_TOLERANCE;
        moved.is_finite() && exceeds(of(&gpu.params), relative * moved + absolute + benefit)
    };
    let param = module.params.iter().find(differs)?;
    Some(words!(
        "after {steps} training steps the parameter {name} differs from that on the CPU",
        "학습 {steps}단계 뒤 매개변수 {name} 값이 CPU와 다릅니다",
        steps = cpu.steps,
        name = param.name
    ))
}

/// NaN exceeds everything.
fn exceeds(difference: f64, allowed: f64) -> bool {
    difference.is_nan() || difference > allowed
}

/// Of the differences of two ranges.
fn root_mean_square(a: &[f32], b: &[f32]) -> f64 {
    let sum: f64 = a.iter().zip(b).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum();
    (sum / a.len().max(1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with two parameters of a hundred numbers, and what a rightly computed run makes of it.
    fn run() -> (Module, FirstSteps) {
        let variable = |name: &str, offset| Variable { name: name.to_owned(), shape: vec![100], offset };
        let params = vec![variable("weights", 0), variable("bias", 100)];
        let module = Module { params, inputs: vec![], programs: vec![], arena_len: 200 };
        (module, FirstSteps { steps: 2, start: vec![0.0; 200], outcome: outcome(2.0), first: 1.0 })
    }

    fn outcome(loss: f64) -> Outcome {
        Outcome { metrics: vec![("loss".to_owned(), loss)], params: vec![0.1; 200] }
    }

    #[test]
    fn rounding_is_no_difference() {
        let (module, cpu) = run();
        let mut gpu = outcome(2.001);
        gpu.params.fill(0.1001);
        gpu.params[7] = -0.1; // a gradient that was all rounding
        assert_eq!(disagreement(&module, &cpu, &gpu, None), None);
    }

    #[test]
    fn a_wrong_metric_or_parameter_is_named() {
        let (module, cpu) = run();
        let says = |gpu: &Outcome| disagreement(&module, &cpu, gpu, Some(&outcome(2.001))).unwrap().en;
        for wrong in [2.05, 0.0, f64::NAN, f64::INFINITY] {
            assert!(says(&outcome(wrong)).contains("loss is "));
        }
        for wrong in [0.0, 0.15, f32::NAN, f32::INFINITY] {
            let mut gpu = outcome(2.0);
            gpu.params[100..].fill(wrong);
            assert!(says(&gpu).contains("parameter bias differs"));
        }
    }

    #[test]
    fn a_model_that_makes_much_of_little_is_not_held_against_the_gpu() {
        let (module, cpu) = run();
        let mut gpu = outcome(2.2);
        gpu.params[..100].fill(0.15);
        let mut shaken = outcome(1.95);
        shaken.params[..100].fill(0.09);
        assert!(disagreement(&module, &cpu, &gpu, None).is_some());
        assert_eq!(disagreement(&module, &cpu, &gpu, Some(&shaken)), None);
    }

    #[test]
    fn a_run_that_diverges_on_the_cpu_says_nothing() {
        let (module, mut cpu) = run();
        cpu.outcome.metrics[0].1 = f64::NAN;
        cpu.outcome.params[..100].fill(f32::INFINITY);
        assert_eq!(disagreement(&module, &cpu, &outcome(2.0), None), None);
    }

    #[test]
    fn what_waits_for_numbers_is_known_apart_from_the_steps() {
        let near = |(one, count, many): (f64, u64, f64), rate: f64, waiting: f64| {
            let speed = speed_in_batches(one, count, many);
            assert!((speed.rate / rate - 1.0).abs() < 0.01 && (speed.waiting - waiting).abs() < 0.01, "{}", speed.rate);
        };
        near((2.0, 1, 2.0), 500.0, 0.0); // nothing else is known
        near((2.0, 4, 8.0), 500.0, 0.0); // no waiting
        near((1.5, 101, 51.5), 2000.0, 1.0); // the next batch runs meanwhile
        near((100.5, 101, 150.5), 2000.0, 100.0); // and here, as it takes 125 ms
        near((1000.5, 101, 1050.5), 800.0, 1000.0); // two batches of 250 ms in 1250
    }
}
