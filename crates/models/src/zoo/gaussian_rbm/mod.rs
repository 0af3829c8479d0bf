//! The Gaussian-Bernoulli restricted Boltzmann machine: real visible units, hidden bits.
//!
//! ```text
//! energy           E(v, h) = Σᵢ (vᵢ - bᵢ)²/2σᵢ² - Σᵢⱼ vᵢ wᵢⱼ hⱼ/σᵢ² - cᵀh          v: [D], h: [H], W: [D, H]
//! conditionals     p(h = 1 | v) = σ((v/σ²)W + c),   p(v | h) = N(b + Wh, diag σ²)
//! free energy      F(v) = Σᵢ (vᵢ - bᵢ)²/2σᵢ² - Σⱼ softplus(((v/σ²)W + c)ⱼ),   p(v) = exp(-F(v)) / Z
//! learning         down the gradient of ⟨F⟩_data - ⟨F⟩_chains
//! ```
//!
//! The energy is that of Cho, Ilin & Raiko, *Improved Learning of Gaussian-Bernoulli Restricted Boltzmann Machines*, ICANN 2011, which
//! learn `log σ²`; with fixed `σ` it is Krizhevsky's (*Learning Multiple Layers of Features from Tiny Images*, 2009). Given `h` the visible units
//! are one Gaussian, so that `p(v)` is a mixture of `2ᴴ` Gaussians that share their means' parts: exact for few hidden units.
//!
//! Data is seen as `v = (x - shift)/scale` with the means of the training data and one spread for all numbers, so that rows have mean 0 and
//! variance 1 where the pixels vary most: the machine explodes easily on anything else. Weights and visible biases move by `σ²` times their gradient, which
//! takes away the `1/σ²` in it: else steps would grow as variances shrink. Variances stay within bounds. They may start below 1: a machine
//! that is already as wide as data without correlations, such as a ring, has no use for weights, which would only make it wider.

mod machine;
mod spec;
mod views;

use async_trait::async_trait;
use daydream_graph::{Function, Graph, Tensor, grad};

use self::machine::GaussianMachine;
use crate::data::{Dataset, Kind, Split};
use crate::metrics::ColumnMoments;
use crate::plane::Grid;
use crate::zoo::rbm::{mean, per_row};
use crate::{Built, Error, Knobs, Measuring, Metrics, Model, Picture, Run, Setup, batch, words};

pub(super) use spec::spec;

/// Standard deviation of the first weights, times the square root of the number of visible units.
const WEIGHT_SCALE: f32 = 0.1;
/// Bounds of `log σ²`, in units of the data's spread: σ from 0.03 to 2.7.
const LOG_VARIANCE: (f32, f32) = (-7.0, 2.0);
/// Larger machines are refused.
const MAX_WEIGHTS: usize = 1 << 23;
/// Machines of more hidden units are not summed up exactly, save over the plane.
const MAX_SUMMED: usize = 12;
/// Counters of random numbers that each training step has for its Gibbs steps; more than the largest `k`.
const COUNTERS_PER_STEP: u32 = 128;
/// Cells over the plane on which energies are integrated.
const GRID: Grid = Grid { reach: 4.0, cells: 128 };

/// How rows of the data become visible units, `v = (x - shift)/scale`, and back.
#[derive(Clone, Copy)]
struct Standard<'g> {
    shift: Tensor<'g>, // [D]
    scale: Tensor<'g>, // []
}

impl<'g> Standard<'g> {
    fn seen(&self, x: Tensor<'g>) -> Tensor<'g> {
        (x - self.shift) / self.scale
    }

    fn back(&self, v: Tensor<'g>) -> Tensor<'g> {
        self.shift + self.scale * v
    }
}

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let (data, knobs) = (setup.data, setup.knobs);
    let (width, hidden, rows) = (data.shape.len(), knobs.whole("hidden"), knobs.whole("batch"));
    check(data, width * hidden)?;

    let g = Graph::new();
    let machine = GaussianMachine {
        w: g.param("weights", WEIGHT_SCALE / (width as f32).sqrt() * g.normal([width, hidden])),
        b: g.param("visible.bias", g.constant(0.0, [width])),
        c: g.param("hidden.bias", g.constant(0.0, [hidden])),
        log_variance: g.param("log-variance", g.constant(2.0 * knobs.real("first-noise").ln(), [width])),
    };
    let standard =
        Standard { shift: g.param("shift", g.constant(0.0, [width])), scale: g.param("scale", g.constant(1.0, [])) };
    let v = standard.seen(batch(&g, data, rows)); // [B, D]
    let chain = g.param("chain", g.normal([rows, width])); // [B, D]

    let mut functions = training(&g, &machine, v, chain);
    let error = (v - machine.visible_mean(machine.hidden(v))).square().mean();
    functions.push(
        Function::new("watch")
            .output("reconstruction_error", standard.scale * standard.scale * error)
            .output("hidden_activity", machine.hidden(v).mean())
            .output("weight_size", machine.w.square().mean().sqrt())
            .output("noise_size", (0.5 * machine.log_variance).exp().mean()),
    );
    functions.extend(views::functions(&g, &machine, standard, data.kind, chain));
    let is_summed = hidden <= MAX_SUMMED && data.kind == Kind::Images;
    if is_summed {
        functions.push(Function::new("sum-up").output("log_partition", machine.log_partition(&g)));
    }
    Ok(Built { module: g.compile(&functions), model: Box::new(GaussianRbm { is_summed }) })
}

fn check(data: &Dataset, weights: usize) -> Result<(), Error> {
    let shape = data.shape;
    if !matches!(shape.channels, 1 | 3) {
        return Err(Error::Unsupported(words!(both shape = shape.words();
            "gaussian-rbm draws images with 1 or 3 channels; these are {shape}",
            "가우시안 RBM은 채널이 1개나 3개인 이미지만 그릴 수 있는데, 이 데이터는 {shape}입니다."
        )));
    }
    if weights > MAX_WEIGHTS {
        return Err(Error::Unsupported(words!(both shape = shape.words();
            "{shape} make a machine of {weights} weights, and it can have at most {MAX_WEIGHTS}; take smaller images or fewer hidden units",
            "{shape}로 머신을 만들면 가중치가 {weights}개가 되는데, {MAX_WEIGHTS}개까지 쓸 수 있습니다. 이미지 크기나 은닉 유닛 수를 줄여 주세요."
        )));
    }
    Ok(())
}

/// A step of learning on the batch `v`. Where the input `resume` is 0, `train` begins its chains at the batch.
fn training<'g>(g: &'g Graph, machine: &GaussianMachine<'g>, v: Tensor<'g>, chain: Tensor<'g>) -> Vec<Function> {
    let input = |id: &str| g.input(id, []);
    let start = input("resume").broadcast_to(v.shape()).select(chain, v);
    let fantasy = machine.visible(machine.hidden(start)); // [B, D]
    let loss = machine.free_energy(v).mean() - machine.free_energy(fantasy.detach()).mean();
    let slopes = grad(loss, &[machine.w, machine.b, machine.c, machine.log_variance]);
    let variance = machine.log_variance.exp();
    let column = |x: Tensor<'g>| x.reshape([x.numel(), 1]);

    let (rate, momentum) = (input("learning-rate"), input("momentum"));
    let moved = [
        ("weights", machine.w, -(column(variance) * slopes[0]) - input("weight-decay") * machine.w),
        ("visible.bias", machine.b, -(variance * slopes[1])),
        ("hidden.bias", machine.c, -slopes[2]),
    ];
    let updates = moved.into_iter().flat_map(|(name, parameter, way)| {
        let velocity = g.param(&format!("{name}.velocity"), parameter.constant_like(0.0));
        let next = momentum * velocity + rate * way;
        [(velocity, next), (parameter, parameter + next)]
    });
    let wider = machine.log_variance - input("variance-rate") * slopes[3];
    vec![
        Function::new("train")
            .updates(updates)
            .update(machine.log_variance, wider.clamp(LOG_VARIANCE.0, LOG_VARIANCE.1))
            .update(chain, fantasy),
        Function::new("chains-to-batch").update(chain, v),
        Function::new("gibbs").update(chain, machine.visible(machine.hidden(chain))),
    ]
}

struct GaussianRbm {
    is_summed: bool,
}

#[async_trait(?Send)]
impl Model for GaussianRbm {
    fn start(&self, run: &mut Run<'_>) {
        let moments = moments(&run.data().train);
        let shift: Vec<f32> = moments.means().iter().map(|&mean| mean as f32).collect();
        run.write_param("shift", &shift);
        run.write_param("scale", &[spread(&moments)]);
    }

    fn step(&self, run: &mut Run<'_>) {
        let (step, k) = (run.step(), run.knobs().whole("k") as u32);
        let persistent = run.knobs().whole("algorithm") == 0;
        let learned = run.knobs().whole("variances") == 1;
        run.next_batch();
        run.write("variance-rate", &[if learned { run.knobs().real("learning-rate") } else { 0.0 }]);
        run.write("resume", &[f32::from(u8::from(persistent || k > 1))]);
        if !persistent && k > 1 {
            run.call("chains-to-batch", step);
        }
        for gibbs in 1..k {
            run.call("gibbs", step.wrapping_mul(COUNTERS_PER_STEP).wrapping_add(gibbs));
        }
        run.call("train", step);
    }

    fn measure(&self, run: &mut Run<'_>) -> Measuring {
        run.call("watch", run.step());
        run.measure_outputs("watch")
    }

    async fn evaluate(&self, run: &mut Run<'_>, split: &Split, wanted: &[&str]) -> Result<Metrics, Error> {
        let mut metrics = Metrics::new();
        for &id in wanted {
            let value = match id {
                "unexplained" => unexplained(run, split).await?,
                "exact_log_likelihood" => {
                    let Some(log_partition) = self.log_partition(run).await? else { continue };
                    -mean(&per_row(run, split, split.len(), "look", "free_energy").await?) - log_partition
                }
                "kl" => {
                    let Some(truth) = &run.data().density else { continue };
                    let energies = run.call_for("field", 0, "free_energy").await?;
                    GRID.divergence(truth, &energies)
                }
                _ => continue,
            };
            metrics.push((id.to_owned(), value));
        }
        Ok(metrics)
    }

    async fn view(&self, run: &mut Run<'_>, id: &str, args: &Knobs) -> Result<Picture, Error> {
        match id {
            "plane" => views::plane(run, args).await,
            "fantasies" => views::fantasies(run, args.whole("steps") as u32).await,
            "reconstructions" => views::reconstructions(run, args.whole("row")).await,
            "filters" => views::filters(run).await,
            _ => views::energies(run).await,
        }
    }

    /// Images are the means of their pixels, within the range of pixels; points are drawn whole.
    async fn sample(&self, run: &mut Run<'_>, count: usize) -> Result<Vec<f32>, Error> {
        views::dream(run, count, views::SAMPLE_STEPS).await
    }
}

impl GaussianRbm {
    /// `log ∫ exp(-F)` over rows of the data, in nats: over the plane by integration, else as a mixture where that has few parts.
    async fn log_partition(&self, run: &mut Run<'_>) -> Result<Option<f64>, Error> {
        if run.data().kind == Kind::Points {
            let energies = run.call_for("field", 0, "free_energy").await?;
            return Ok(Some(GRID.log_partition(&energies, 1.0)));
        }
        if !self.is_summed {
            return Ok(None);
        }
        let over_units = f64::from(run.call_for("sum-up", 0, "log_partition").await?[0]);
        let scale = f64::from(run.read_param("scale").await?[0]);
        // dx = scaleᴰ dv
        Ok(Some(over_units + run.data().shape.len() as f64 * scale.ln()))
    }
}

/// The squared error of a split's reconstructions, as a share of that of the training data's mean.
async fn unexplained(run: &mut Run<'_>, split: &Split) -> Result<f64, Error> {
    let error = mean(&per_row(run, split, split.len(), "look", "error").await?);
    let means = moments(&run.data().train).means().to_vec();
    let distance = |row: usize| -> f64 {
        split.row(row).iter().zip(&means).map(|(&x, mean)| (f64::from(x) - mean).powi(2)).sum::<f64>()
    };
    let total = (0..split.len()).map(distance).sum::<f64>();
    Ok(error * (split.len() * split.width()) as f64 / total.max(f64::MIN_POSITIVE))
}

fn moments(split: &Split) -> ColumnMoments {
    let mut moments = ColumnMoments::new(split.width());
    (0..split.len()).for_each(|row| moments.add(&split.row(row)));
    moments
}

/// The root mean square spread of the pixels that vary at all.
fn spread(moments: &ColumnMoments) -> f32 {
    let largest = moments.variances().fold(0.0, f64::max);
    let varying: Vec<f64> = moments.variances().filter(|&variance| variance > 0.1 * largest).collect();
    (varying.iter().sum::<f64>() / varying.len().max(1) as f64).sqrt().max(1e-3) as f32
}
