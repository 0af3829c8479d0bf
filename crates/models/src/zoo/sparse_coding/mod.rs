//! Sparse coding: every row is described by a few of many atoms, because using one costs energy.
//!
//! ```text
//! energy       E(y, z) = ||y - Wz||² + λ|z|₁                        y: [D], z: [M], W: [D, M], its columns the atoms, ||w_j|| = 1
//! inference    F(y) = min_z E(y, z), by T steps of FISTA: with v = z at first and L twice the largest eigenvalue of WᵀW,
//!              z' = S_{λ/L}(v - (2/L) Wᵀ(Wv - y)),   S_a(x) = sign(x) max(|x| - a, 0)
//!              v = z' + (t - 1)/t' (z' - z),   t' = (1 + √(1 + 4t²))/2,   t = 1 at first
//! learning     W goes down the gradient of the mean of F, which is that of ||y - Wz||² at the code found; columns are made 1 long again
//! ```
//!
//! Olshausen & Field, *Emergence of simple-cell receptive field properties by learning a sparse code for natural images*, Nature 381
//! (1996), whose `a`, `φ` are our `z`, `W`; with the absolute value for their `S`. FISTA is Beck & Teboulle's (2009); without its `v`,
//! with `t = 1` always, it is ISTA. The gradient is followed by Adam. `W` is kept by its columns, `[M, D]`.
//!
//! Samples are drawn from a product of distributions, one for each number of the code: 0 with the frequency found, else of an
//! exponential size, on either side of 0 as often as found. Their running means over batches are kept with the parameters.

mod coder;
mod spec;
mod views;

use async_trait::async_trait;
use daydream_graph::{Function, Graph, Optimizer, Tensor, grad};

use super::low_energy::{self, Own};
use crate::data::{Kind, Split};
use crate::model::{Built, Metrics, Model, Setup};
use crate::{Error, Knobs, Picture, Run, batch, words};

pub(super) use coder::{Coder, unit};
use spec::NONNEGATIVE;
pub(super) use spec::spec;

/// Rows that programs other than `train` work on at once.
const ROWS: usize = 256;
/// Share of what was found so far about codes that a running mean keeps at a step.
const KEPT: f32 = 0.95;
/// Steps with which codes are found where they are drawn and measured, so that little is left of the way to the minimum.
const ENOUGH: usize = 100;

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let (data, knobs) = (setup.data, setup.knobs);
    if !matches!(data.shape.channels, 1 | 3) {
        return Err(Error::Unsupported(words!(both shape = data.shape.words();
            "sparse-coding draws images with 1 or 3 channels; these are {shape}",
            "희소 코딩은 채널이 1개나 3개인 이미지만 그릴 수 있는데, 이 데이터는 {shape}입니다."
        )));
    }
    let (count, width) = (knobs.whole("atoms"), data.shape.len());
    let g = Graph::new();
    let atoms = Coder::random_atoms(&g, "atoms", count, width); // [M, D]
    let is_nonnegative = knobs.whole("codes") == NONNEGATIVE;
    let coder = Coder { atoms, penalty: g.input("penalty", []), is_nonnegative };

    let y = batch(&g, data, knobs.whole("batch")); // [B, D]
    let z = coder.infer(y, knobs.whole("iterations")); // [B, M]
    let loss = coder.error(y, z).mean();
    let gradient = grad(loss, &[atoms]);
    let updates = Optimizer::ADAM.updates(&g, "adam", g.input("learning-rate", []), &[atoms], &gradient);
    let train = Function::new("train")
        .output("energy", coder.energy(y, z).mean())
        .output("reconstruction_error", loss / width as f32)
        .output("active", is_active(z).sum(&[1]).mean())
        .updates(updates.into_iter().map(|(p, next)| (p, if p.id() == atoms.id() { unit(next) } else { next })));
    let prior = Prior::declare(&g, count);
    let train = train.updates(prior.updates(z));

    let rows = g.input("rows", [ROWS, width]);
    let mut functions = vec![train, prior.sample(&g, &coder)];
    functions.extend(views::programs(&g, &coder, rows));
    if data.kind == Kind::Points {
        functions.extend(low_energy::declare(&g, y, Own { coder: Some(coder), ..Own::default() }));
    }
    let model = SparseCoding { is_plane: data.kind == Kind::Points };
    Ok(Built { module: g.compile(&functions), model: Box::new(model) })
}

/// 1 where a number of a code is not 0.
fn is_active(z: Tensor<'_>) -> Tensor<'_> {
    1.0 - z.equal(z.constant_like(0.0))
}

/// How each number of a code is distributed, by running means over batches.
struct Prior<'g> {
    /// How often it is not 0: `[M]`
    active: Tensor<'g>,
    /// The mean of its absolute value: `[M]`
    size: Tensor<'g>,
    /// How often it is above 0: `[M]`
    above: Tensor<'g>,
}

impl<'g> Prior<'g> {
    fn declare(g: &'g Graph, count: usize) -> Prior<'g> {
        let zeros = |name: &str| g.param(&format!("codes.{name}"), g.constant(0.0, [count]));
        Prior { active: zeros("active"), size: zeros("size"), above: zeros("above") }
    }

    fn updates(&self, z: Tensor<'g>) -> [(Tensor<'g>, Tensor<'g>); 3] {
        let above = z.constant_like(0.0).less(z);
        [(self.active, is_active(z)), (self.size, z.abs()), (self.above, above)]
            .map(|(mean, found)| (mean, KEPT * mean + (1.0 - KEPT) * found.mean_axes(&[0])))
    }

    /// Rows made of codes drawn from it: all numbers of a code are independent of each other.
    fn sample(&self, g: &'g Graph, coder: &Coder<'g>) -> Function {
        let shape = [ROWS, self.active.extent(0)];
        let active = self.active.broadcast_to(shape).bernoulli();
        // Over the frequency: the mean size where it is not 0. The running means share their start at 0.
        let floor = g.constant(1e-6, []);
        let size = self.size / self.active.maximum(floor) * -(1.0 - g.uniform(shape)).log();
        let above = (self.above / self.active.maximum(floor)).broadcast_to(shape).bernoulli();
        let codes = active * size * (2.0 * above - 1.0);
        Function::new("sample").output("rows", codes.dot(coder.atoms))
    }
}

struct SparseCoding {
    is_plane: bool,
}

#[async_trait(?Send)]
impl Model for SparseCoding {
    fn start(&self, run: &mut Run<'_>) {
        if self.is_plane {
            low_energy::start(run);
        }
    }

    fn step(&self, run: &mut Run<'_>) {
        run.next_batch();
        if self.is_plane {
            low_energy::step(run);
        }
        run.call("train", run.step());
    }

    async fn evaluate(&self, run: &mut Run<'_>, split: &Split, wanted: &[&str]) -> Result<Metrics, Error> {
        const IDS: [&str; 3] = ["energy", "reconstruction_error", "active"];
        let mut sums = [0.0; IDS.len()];
        for first in (0..split.len()).step_by(ROWS) {
            let count = run.write_rows("rows", split, first);
            run.call("evaluate", 0);
            for (sum, id) in sums.iter_mut().zip(IDS) {
                *sum += run.read("evaluate", id).await?[..count].iter().copied().map(f64::from).sum::<f64>();
            }
        }
        let means = IDS.into_iter().zip(sums).map(|(id, sum)| (id.to_owned(), sum / split.len() as f64));
        Ok(means.filter(|(id, _)| wanted.contains(&id.as_str())).collect())
    }

    async fn view(&self, run: &mut Run<'_>, id: &str, args: &Knobs) -> Result<Picture, Error> {
        match id {
            "dictionary" => views::dictionary(run).await,
            "surface" => views::surface(run).await,
            "reconstructions" => views::reconstructions(run, args).await,
            "code" => views::code(run, args).await,
            "inference" => views::inference(run).await,
            "samples" => views::samples(run).await,
            "low-energy" => low_energy::view(run).await,
            _ => unreachable!("the session asks for declared views only, and {id:?} is none of them"),
        }
    }

    async fn sample(&self, run: &mut Run<'_>, count: usize) -> Result<Vec<f32>, Error> {
        let mut rows = Vec::new();
        for counter in 0..count.div_ceil(ROWS) {
            rows.extend(run.call_for("sample", counter as u32, "rows").await?);
        }
        rows.truncate(count * run.data().shape.len());
        Ok(rows)
    }
}
