//! Chains apart from those of training: for samples, and to be watched.

use daydream_graph::{Function, Graph};

use super::chains::{Limits, Mover, sampler};
use super::network::Network;
use super::{MOST_JUMPS, Objective};
use crate::data::Kind;
use crate::samplers::{Chains, Sampler};
use crate::{Error, Run, Setup};

/// The samplers that a picture of chains in the plane can be drawn with, whichever the energy is trained with.
pub(super) const OFFERED: [Sampler; 6] = Sampler::ALL;

/// Moves from noise to a sample where training does not say how old a chain gets, and the most where it does.
const fn most_moves(kind: Kind) -> u32 {
    match kind {
        Kind::Points => 400,
        Kind::Images | Kind::Ratings => 100,
    }
}

/// How many chains walk at once.
pub(super) const fn walkers(kind: Kind) -> usize {
    match kind {
        Kind::Points => 256,
        Kind::Images | Kind::Ratings => 64,
    }
}

/// How many of them leave a trail, and of how many places.
pub(super) const fn trail(kind: Kind) -> [usize; 2] {
    match kind {
        Kind::Points => [96, 25],
        Kind::Images | Kind::Ratings => [8, 9],
    }
}

/// Chains that walk when somebody looks or asks for samples.
pub(super) struct Walk(Mover);

impl Walk {
    /// `walk.rows` is where the program `walk.begin` starts. The trail holds the last places of the first walkers, the newest last.
    pub(super) fn declare<'g>(
        g: &'g Graph,
        setup: &Setup<'_>,
        net: &Network<'g>,
        limits: Limits<'g>,
    ) -> (Walk, Vec<Function>) {
        let (kind, width) = (setup.data.kind, setup.data.shape.len());
        let count = walkers(kind);
        let [followed, places] = trail(kind);
        let chains = Chains::new(g, "walk", net.noise(g, count));
        let walk = chains.x; // [W, D]
        let trail = g.param("trail", g.constant(0.0, [places, followed, width]));
        let now = walk.slice(0, 0, followed).reshape([1, followed, width]);
        let older = trail.slice(0, 1, places).pad(0, 0, 1);
        let own = [sampler(setup.knobs)];
        let samplers = match kind {
            Kind::Points => &OFFERED[..],
            Kind::Images | Kind::Ratings => &own,
        };
        let (mover, mut functions) = Mover::declare(g, "walk", &chains, net, limits, samplers);
        functions.extend([
            Function::new("walk.noise").update(walk, net.noise(g, count)),
            Function::new("walk.begin").update(walk, g.input("walk.rows", [count, width])),
            Function::new("trail.begin").update(trail, now.broadcast_to([places, followed, width])),
            Function::new("trail.go").update(trail, older + now.pad(0, places - 1, 0)),
        ]);
        (Walk(mover), functions)
    }

    /// Moves all walkers `count` times, the random numbers being those of the moves `first..`. In the plane jumps are mixed in as in
    /// training.
    pub(super) fn go(&self, run: &mut Run<'_>, sampler: Sampler, first: u32, count: u32) {
        let jumps = match run.data().kind {
            Kind::Points => run.knobs().whole("jumps") as u32,
            Kind::Images | Kind::Ratings => 0,
        };
        let each = run.knobs().whole("chain-steps") as u32;
        let mut number = first;
        let end = first.wrapping_add(count);
        while number != end {
            let together = (each - number % each).min(end.wrapping_sub(number));
            self.0.go(run, sampler, together, number);
            number = number.wrapping_add(together);
            if number.is_multiple_of(each) {
                self.0.jump(run, jumps, number.wrapping_mul(MOST_JUMPS));
            }
        }
    }

    /// Rows at the ends of chains from noise, pixels moved into `[0, 1]`: `[count, D]`.
    pub(super) async fn sample(&self, run: &mut Run<'_>, count: usize) -> Result<Vec<f32>, Error> {
        let (width, moves, sampler) = (run.data().shape.len(), moves(run), sampler(run.knobs()));
        let mut rows = Vec::new();
        let mut round = 0;
        while rows.len() < count * width {
            run.call("walk.noise", round);
            self.go(run, sampler, round * moves, moves);
            rows.extend(run.read_param("walk").await?);
            round += 1;
        }
        rows.truncate(count * width);
        if run.data().kind == Kind::Images {
            rows.iter_mut().for_each(|pixel| *pixel = pixel.clamp(0.0, 1.0));
        }
        Ok(rows)
    }
}

/// Moves that a chain from noise makes before its end is a sample: as many as training lets it make on average, so that samples come from
/// chains like those that the energy was fitted to.
fn moves(run: &Run<'_>) -> u32 {
    let (steps, most) = (run.knobs().whole("chain-steps") as f32, most_moves(run.data().kind));
    match Objective::of(run.knobs()) {
        Objective::ShortRun => steps as u32,
        Objective::Persistent => ((steps / run.knobs().real("fresh")) as u32).min(most),
        Objective::Contrastive | Objective::ScoreMatching => most,
    }
}
