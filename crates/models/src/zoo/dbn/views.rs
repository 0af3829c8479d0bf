//! What the network shows: dreams, what its units look for, what comes back through all layers, and how both classifiers judge.

use daydream_graph::{Function, Graph, Tensor};

use super::stack::Stack;
use super::{DeepBelief, Phase, ROWS, layer_program};
use crate::zoo::rbm::views::{as_filters, test_rows};
use crate::{Error, Group, Part, Picture, Run, Text, said};

/// Images in a row of pictures.
const COLUMNS: usize = 8;
/// Chains that dream at once.
const DREAMS: usize = COLUMNS * 5;
/// Gibbs steps of the topmost machine from the chains of training to a sample.
pub(super) const SAMPLE_STEPS: u32 = 200;
/// Judged images of each kind.
const JUDGED: usize = 2 * COLUMNS;

/// Dreams of the stack up to layer `number`: Gibbs steps there, and the way down. They set out from the chains of training.
pub(super) fn dreaming<'g>(g: &'g Graph, stack: &Stack<'g>, number: usize, chain: Tensor<'g>) -> Vec<Function> {
    let machine = &stack.layers[number];
    let below = g.param(&format!("dream{}.below", number + 1), g.constant(0.0, [DREAMS, machine.b.numel()]));
    let chains = chain.extent(0) as f32;
    let place = g.iota(0, [DREAMS]);
    let turn = chain.gather(place - chains * ((place + 0.5) / chains).floor());
    let probabilities = machine.visible(machine.hidden(below).bernoulli());
    vec![
        Function::new(&layer_program("dream-from-chains", number))
            .update(below, machine.visible(turn.bernoulli()).bernoulli()),
        Function::new(&layer_program("dream", number))
            .output("pixels", stack.down(probabilities, number))
            .update(below, probabilities.bernoulli()),
    ]
}

/// What is computed of rows: reconstructions through one layer, two, .., and the weights of every layer as seen from the pixels.
pub(super) fn looking<'g>(stack: &Stack<'g>, rows: Tensor<'g>) -> [Function; 2] {
    let depths = 1..=stack.layers.len();
    let reconstruct = depths.clone().fold(Function::new("reconstruct"), |f, depth| {
        f.output(&layer_program("pixels", depth - 1), stack.down(stack.up(rows, depth), depth))
    });
    let onto_pixels = |depth: usize| {
        let weights = stack.layers[..depth].iter().map(|machine| machine.w);
        weights.reduce(|product, w| product.dot(w)).expect("a depth is at least 1")
    };
    let filters = depths
        .fold(Function::new("filters"), |f, depth| f.output(&layer_program("weights", depth - 1), onto_pixels(depth)));
    [reconstruct, filters]
}

impl DeepBelief {
    pub(super) async fn view_dreams(&self, run: &mut Run<'_>, steps: u32) -> Result<Picture, Error> {
        let pixels = self.dream(run, DREAMS, steps + 1).await?;
        Ok(Picture::images(run.data().shape, COLUMNS, pixels))
    }

    /// Pixel probabilities at the bottom of dreams that went on for some Gibbs steps at the top: `[count, D]`
    pub(super) async fn dream(&self, run: &mut Run<'_>, count: usize, steps: u32) -> Result<Vec<f32>, Error> {
        let top = self.top(run);
        let mut pixels = Vec::new();
        for round in 0..count.div_ceil(DREAMS) as u32 {
            run.call(&layer_program("dream-from-chains", top), round);
            for step in 0..steps {
                run.call(&layer_program("dream", top), round * steps + step);
            }
            pixels.extend(run.read(&layer_program("dream", top), "pixels").await?);
        }
        pixels.truncate(count * run.data().shape.len());
        Ok(pixels)
    }

    pub(super) async fn view_filters(&self, run: &mut Run<'_>, layer: usize) -> Result<Picture, Error> {
        let number = layer.min(self.depth) - 1;
        let weights = run.call_for("filters", 0, &layer_program("weights", number)).await?;
        Ok(as_filters(run.data().shape, &weights))
    }

    /// Test images, and under them what comes back through one layer, through two, ..
    pub(super) async fn view_reconstructions(&self, run: &mut Run<'_>, row: usize) -> Result<Picture, Error> {
        let shape = run.data().shape;
        let mut pixels = test_rows(run, row, COLUMNS);
        let mut rows = pixels.clone();
        rows.resize(ROWS * shape.len(), 0.0);
        run.write("rows", &rows);
        run.call("reconstruct", 0);
        for number in 0..=self.top(run) {
            let made = run.read("reconstruct", &layer_program("pixels", number)).await?;
            pixels.extend_from_slice(&made[..COLUMNS * shape.len()]);
        }
        Ok(Picture::images(shape, COLUMNS, pixels))
    }

    /// Test images that one classifier gets right and the other wrong; where there are none, the first images.
    pub(super) async fn view_judgements(&self, run: &mut Run<'_>) -> Result<Picture, Error> {
        let data = run.data();
        let [pretrained, random] = self.judgements(run, &data.test).await?;
        let labels = data.test.labels().unwrap_or_default();
        let pick = |heading: Text, wanted: &dyn Fn(usize) -> bool| {
            let rows: Vec<usize> = (0..labels.len()).filter(|&row| wanted(row)).take(JUDGED).collect();
            let pixels = rows.iter().flat_map(|&row| data.test.row(row)).collect();
            let said = |&row: &usize| format!("{} | {}", pretrained[row], random[row]);
            let captions = rows.iter().map(said).collect();
            let picture = Picture::images(data.shape, COLUMNS, pixels).with_captions(captions);
            (!rows.is_empty()).then(|| Part { en: heading.en.to_owned(), ko: heading.ko.to_owned(), picture })
        };
        let is_right = |named: &[usize], row: usize| named[row] == usize::from(labels[row]);
        let only_pretrained = |row: usize| is_right(&pretrained, row) && !is_right(&random, row);
        let only_random = |row: usize| is_right(&random, row) && !is_right(&pretrained, row);
        let mut parts: Vec<Part> = [
            pick(said("Only the pre-trained network is right", "사전 학습한 신경망만 맞힘"), &only_pretrained),
            pick(said("Only the randomly started one is right", "무작위로 시작한 신경망만 맞힘"), &only_random),
        ]
        .into_iter()
        .flatten()
        .collect();
        if parts.is_empty() {
            let heading = match self.phase(run) {
                Phase::Layer(_) | Phase::FineTuning(0) => said(
                    "Neither has learned yet: labels come after the layers",
                    "둘 다 아직 배우지 않음: 레이블은 층을 모두 학습한 뒤에 씀",
                ),
                Phase::FineTuning(_) => said("Both say the same", "둘의 답이 모두 같음"),
            };
            parts.extend(pick(heading, &|_| true));
        }
        Ok(Picture::Group(Group { parts }))
    }
}
