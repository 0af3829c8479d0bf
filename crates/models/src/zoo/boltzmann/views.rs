//! What the machine shows: its distribution beside that of the data and of its own chains, both phases, and how they settle.

use daydream_graph::{Function, Graph, Tensor};

use super::machine::{Enumerated, Machine, Tables, correlations, distance, edges};
use super::{Boltzmann, Chains};
use crate::data::RowShape;
use crate::{Curve, Error, Floats, Group, Knobs, Palette, Part, Picture, Run, Text, said};

/// Chains that views run.
const DREAMS: usize = 500;
/// Sweeps after which a chain that began as coins counts as dreaming.
const BURN_IN: u32 = 100;
/// Patterns in a chart, and among the pictures.
const CHARTED: usize = 64;
const PICTURED: usize = 32;
const COLUMNS: usize = 8;
/// Patterns in a row that have their shares below them.
const CAPTIONED: usize = 4;
/// Dreams shown.
const SHOWN: usize = 40;
/// Sweeps in the chart of how phases settle.
const SWEEPS: usize = 20;

pub(super) fn functions<'g>(
    g: &'g Graph,
    machine: &Machine<'g>,
    tables: Tables<'g>,
    share: Tensor<'g>,
) -> impl Iterator<Item = Function> {
    let (visible, units) = (machine.visible, machine.units());
    let enumerated = Enumerated::new(machine, tables);
    let look = Function::new("look")
        .output("visible", enumerated.log_visible().exp())
        .output("awake", enumerated.correlations(enumerated.clamped(share)))
        .output("asleep", enumerated.correlations(enumerated.free()));

    let chains = Chains::declare(g, "dream", DREAMS, units);
    let dreaming = chains.functions(machine, ["dream-hold", "dream-sweep"], g.input("dream.rows", [DREAMS, visible]));
    let begin = Function::new("dream-begin").update(chains.free, g.constant(0.5, [DREAMS, units]).bernoulli());
    let bits = chains.free.slice(1, 0, visible);
    let listen = Function::new("dream-listen")
        .output("bits", bits)
        .output("awake", correlations(chains.clamped))
        .output("asleep", correlations(chains.free));

    // The same machine, its lateral edges cut where the input is 1.
    let across = edges(g, visible, units, false);
    let cut = Machine { w: machine.w * (1.0 - g.input("settling.cut", []) * (1.0 - across)), ..*machine };
    let settled = Enumerated::new(&cut, tables);
    let coins = g.constant(0.5f32.powi(units as i32), [1 << visible, 1 << machine.hidden()]);
    let held = share.reshape([1 << visible, 1]) * g.constant(0.5f32.powi(machine.hidden() as i32), coins.shape());
    let [free, clamped] = [("settling.free", coins), ("settling.clamped", held)]
        .map(|(name, start)| (g.param(name, start.constant_like(0.0)), start));
    let unsettle = Function::new("unsettle").updates([free, clamped]);
    let settle = Function::new("settle")
        .output("awake", distance(clamped.0, settled.clamped(share)))
        .output("asleep", distance(free.0, settled.free()))
        .update(clamped.0, settled.swept(clamped.0, machine.order(true)))
        .update(free.0, settled.swept(free.0, machine.order(false)));
    [look, begin, listen, unsettle, settle].into_iter().chain(dreaming)
}

impl Boltzmann {
    /// Probabilities of visible patterns: in the data, by enumeration, and counted over free chains.
    pub(super) async fn distribution(&self, run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
        let sweeps = args.whole("sweeps") as u32;
        let counted = self.counted(run, sweeps).await?;
        let (share, exact) = self.probabilities(run).await?;
        let mut order: Vec<usize> = (0..share.len()).collect();
        rank(&mut order, &share, &exact);
        let shown = &order[..order.len().min(CHARTED)];
        let x = || Floats((1..=shown.len()).map(|rank| rank as f32).collect());
        let curve = |name: Text, values: &[f32], dots: bool| Curve {
            name,
            x: x(),
            y: Floats(shown.iter().map(|&pattern| values[pattern]).collect()),
            dots,
        };
        Ok(Picture::Chart {
            x: said("visible patterns, the data's most frequent first", "보이는 무늬(데이터에 자주 나오는 순서)"),
            y: said("probability", "확률"),
            curves: vec![
                curve(said("data", "데이터"), &share, false),
                curve(said("machine, exactly", "머신(정확한 값)"), &exact, false),
                curve(said("machine, by Gibbs chains", "머신(깁스 사슬)"), &counted, true),
            ],
            mark: None,
        })
    }

    /// The likeliest patterns as pictures, with their shares in per cent.
    pub(super) async fn patterns(&self, run: &mut Run<'_>) -> Result<Picture, Error> {
        let (share, exact) = self.probabilities(run).await?;
        let mut order: Vec<usize> = (0..share.len()).collect();
        let likely = |pattern: usize| share[pattern].max(exact[pattern]);
        order.sort_by(|&a, &b| likely(b).total_cmp(&likely(a)));
        order.truncate(PICTURED);
        rank(&mut order, &share, &exact);
        let width = self.sight.bits();
        let bits =
            order.iter().flat_map(|pattern| (0..width).map(move |bit| (pattern >> (width - 1 - bit) & 1) as f32));
        let percent = |pattern: &usize| format!("{:.1} | {:.1}", 100.0 * share[*pattern], 100.0 * exact[*pattern]);
        let captions = order.iter().map(percent).collect();
        Ok(Picture::images(self.sight.grid, CAPTIONED, bits.collect()).with_captions(captions))
    }

    /// `⟨sᵢsⱼ⟩` awake, asleep, and their difference.
    pub(super) async fn phases(&self, run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
        let program = if args.whole("source") == 0 { "look" } else { "dream-listen" };
        if program == "look" {
            run.call("look", 0);
        } else {
            self.hold_dreams(run);
            self.sweep_dreams(run, 0..args.whole("sweeps") as u32);
            run.call("dream-listen", 0);
        }
        let (awake, asleep) = (run.read(program, "awake").await?, run.read(program, "asleep").await?);
        let difference = awake.iter().zip(&asleep).map(|(awake, asleep)| awake - asleep).collect();
        let part = |heading: Text, picture| Part { en: heading.en.to_owned(), ko: heading.ko.to_owned(), picture };
        let parts = vec![
            part(said("Awake", "깨어 있을 때"), self.matrix(awake)),
            part(said("Asleep", "잠들었을 때"), self.matrix(asleep)),
            part(said("Difference", "차이"), Picture::signed(1, self.units, self.units, difference)),
        ];
        Ok(Picture::Group(Group { parts }))
    }

    /// Weights, with the biases in the diagonal.
    pub(super) async fn weights(&self, run: &mut Run<'_>) -> Result<Picture, Error> {
        let mut weights = run.read_param("weights").await?;
        let biases = run.read_param("biases").await?;
        for (unit, bias) in biases.into_iter().enumerate() {
            weights[unit * (self.units + 1)] = bias;
        }
        Ok(Picture::signed(1, self.units, self.units, weights))
    }

    /// How far both phases are from their equilibrium after each sweep, exactly; with lateral edges also without them.
    pub(super) async fn settling(&self, run: &mut Run<'_>) -> Result<Picture, Error> {
        let mut curves = Vec::new();
        let names = [
            [said("awake", "깨어 있을 때"), said("asleep", "잠들었을 때")],
            [
                said("awake, lateral edges cut", "깨어 있을 때, 층 안 연결 없이"),
                said("asleep, lateral edges cut", "잠들었을 때, 층 안 연결 없이"),
            ],
        ];
        for (cut, names) in names.into_iter().enumerate().skip(usize::from(!self.lateral)) {
            run.write("settling.cut", &[cut as f32]);
            run.call("unsettle", 0);
            let (mut awake, mut asleep) = (Vec::new(), Vec::new());
            for _ in 0..=SWEEPS {
                run.call("settle", 0);
                awake.extend(run.read("settle", "awake").await?);
                asleep.extend(run.read("settle", "asleep").await?);
            }
            let x = || Floats((0..=SWEEPS).map(|sweep| sweep as f32).collect());
            let curve = |(name, y)| Curve { name, x: x(), y: Floats(y), dots: false };
            curves.extend(names.into_iter().zip([awake, asleep]).map(curve));
        }
        Ok(Picture::Chart {
            x: said("Gibbs sweeps", "깁스 스윕 횟수"),
            y: said("distance to equilibrium", "평형 분포까지의 거리"),
            curves,
            mark: None,
        })
    }

    pub(super) async fn dreams(&self, run: &mut Run<'_>) -> Result<Picture, Error> {
        let bits = self.dream(run, SHOWN).await?;
        Ok(Picture::images(self.sight.grid, COLUMNS, bits))
    }

    /// Visible bits of free chains: `[count, D]`
    pub(super) async fn dream(&self, run: &mut Run<'_>, count: usize) -> Result<Vec<f32>, Error> {
        let mut bits = Vec::new();
        for round in 0..count.div_ceil(DREAMS) as u32 {
            let first = round * (BURN_IN + 1);
            run.call("dream-begin", first);
            self.sweep_dreams(run, first + 1..first + 1 + BURN_IN);
            bits.extend(run.call_for("dream-listen", 0, "bits").await?);
        }
        bits.truncate(count * self.sight.bits());
        Ok(bits)
    }

    /// Shares of visible patterns over chains that go on for some sweeps after they have settled.
    async fn counted(&self, run: &mut Run<'_>, sweeps: u32) -> Result<Vec<f32>, Error> {
        let width = self.sight.bits();
        let mut counts = vec![0.0; 1 << width];
        let each = 1.0 / (DREAMS as f32 * sweeps as f32);
        let first = run.step();
        run.call("dream-begin", first);
        self.sweep_dreams(run, first..first.wrapping_add(BURN_IN));
        for sweep in 0..sweeps {
            run.call("dream-sweep", first.wrapping_add(BURN_IN + sweep));
            let bits = run.call_for("dream-listen", 0, "bits").await?;
            for bits in bits.chunks_exact(width) {
                counts[bits.iter().fold(0, |pattern, &bit| 2 * pattern + bit as usize)] += each;
            }
        }
        Ok(counts)
    }

    /// Holds the clamped dreams at patterns in the proportions of the data, as far as their number allows; frees the others.
    fn hold_dreams(&self, run: &mut Run<'_>) {
        let share = self.sight.shares(&run.data().train);
        let width = self.sight.bits();
        let mut sum = 0.0;
        let mut rows = Vec::with_capacity(DREAMS * width);
        for (pattern, p) in share.iter().enumerate() {
            sum += f64::from(*p);
            let bits = (0..width).map(|bit| (pattern >> (width - 1 - bit) & 1) as f32);
            while rows.len() / width < (sum * DREAMS as f64).round() as usize {
                rows.extend(bits.clone());
            }
        }
        run.write("dream.rows", &rows);
        run.call("dream-hold", 0);
        run.call("dream-begin", 0);
    }

    fn sweep_dreams(&self, run: &mut Run<'_>, counters: std::ops::Range<u32>) {
        for counter in counters {
            run.call("dream-sweep", counter);
        }
    }

    /// Shares of all visible patterns in the training data, and their probabilities.
    async fn probabilities(&self, run: &mut Run<'_>) -> Result<(Vec<f32>, Vec<f32>), Error> {
        Ok((self.sight.shares(&run.data().train), run.call_for("look", 0, "visible").await?))
    }

    fn matrix(&self, values: Vec<f32>) -> Picture {
        let shape = RowShape { height: self.units, width: self.units, channels: 1 };
        Picture::coloured(shape, 1, values, [0.0, 1.0], Palette::Sequential)
    }
}

/// Sorts patterns by their share in the data, and equals by their probability.
fn rank(patterns: &mut [usize], share: &[f32], exact: &[f32]) {
    patterns.sort_by(|&a, &b| share[b].total_cmp(&share[a]).then(exact[b].total_cmp(&exact[a])));
}
