//! What there is to see: goodness, filters, negatives, and images that the network dreams up.

use daydream_graph::{Function, Graph, grad};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

use super::negatives::Negatives;
use super::network::Network;
use super::{ForwardForward, SHOWN};
use crate::data::RowShape;
use crate::{Error, Floats, Group, Palette, Part, Picture, Run, text};

/// Images that are dreamed at once.
const DREAMS: usize = 10;
/// Steps of a dream where nobody says otherwise.
pub(super) const DREAM_STEPS: usize = 60;
/// How far a pixel moves in one step of a dream, on average.
const DREAM_STRIDE: f32 = 0.05;
/// Bins of a histogram.
const BINS: usize = 40;
/// Filters and negatives that are shown at once.
const FILTERS: usize = 60;
const NEGATIVES: usize = 24;

/// The output of `look` that holds the goodness of a layer, by its number from 0: `[2B, 1]`
pub(super) fn goodness_output(layer: usize) -> String {
    format!("goodness {layer}")
}

/// The program `dream`: one step of images `[DREAMS, D]` up the gradient of goodness, through all layers.
pub(super) fn dream(g: &Graph, network: &Network<'_>, shape: RowShape, negatives: Negatives) -> Function {
    let images = g.input("dream", [DREAMS, shape.len()]);
    let labels = g.input("dream.labels", [1, DREAMS]);
    let labels = (negatives != Negatives::Hybrid).then_some(labels);
    let goodness = network.dream(images, labels).into_iter().reduce(|sum, goodness| sum + goodness);
    let slope = grad(goodness.expect("a network has a layer").sum_all(), &[images])[0];
    let stride = DREAM_STRIDE * slope / (slope.square().mean_keep(&[1]) + 1e-12).sqrt();
    Function::new("dream").output("images", (images + stride).clamp(0.0, 1.0))
}

impl ForwardForward {
    /// Shows the first rows of the test split to the network, with their labels. Returns how many there are.
    fn look(&self, run: &mut Run<'_>) -> usize {
        let split = &run.data().test;
        let count = run.write_rows("shown", split, 0);
        let mut labels: Vec<f32> =
            split.labels().unwrap_or_default().iter().take(SHOWN).map(|&l| f32::from(l)).collect();
        labels.resize(SHOWN, 0.0);
        run.write("shown.labels", &labels);
        run.call("look", 0);
        count
    }

    pub(super) async fn view_goodness(&self, run: &mut Run<'_>) -> Result<Picture, Error> {
        let count = self.look(run);
        let mut parts = vec![];
        for layer in 0..self.layers {
            let goodness = run.read("look", &goodness_output(layer)).await?;
            let (positive, negative) = (&goodness[..count], &goodness[SHOWN..SHOWN + count]);
            let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
            let gap = mean(positive) - mean(negative);
            let sets = [(text("positive", "양성"), positive), (text("negative", "음성"), negative)];
            let label = text("goodness per unit", "유닛당 양호도");
            let picture = Picture::histogram(label, BINS, Some(run.knobs().real("threshold")), &sets);
            parts.push(Part {
                en: format!("Layer {}: gap {gap:.2}", layer + 1),
                ko: format!("{}층: 차이 {gap:.2}", layer + 1),
                picture,
            });
        }
        Ok(Picture::Group(Group { parts }))
    }

    pub(super) async fn view_labels(&self, run: &mut Run<'_>, image: usize) -> Result<Picture, Error> {
        let split = &run.data().test;
        let image = image.min(split.len() - 1);
        let label = split.labels().map(|labels| usize::from(labels[image]));
        let names: Vec<String> = (0..self.classes).map(|label| label.to_string()).collect();
        let bars =
            |label_text, values| Picture::Bars { label: label_text, names: names.clone(), values, marked: label };

        run.write_rows("rows", split, image);
        let logits = run.call_for("read", 0, "logits").await?;
        let mut parts = vec![Part {
            en: "Image".to_owned(),
            ko: "이미지".to_owned(),
            picture: self.images(1, split.row(image), [0.0, 1.0], Palette::Gray),
        }];
        if self.negatives != Negatives::Hybrid {
            let goodness = run.call_for("judge", 0, "goodness").await?;
            let goodness = (0..self.classes).map(|label| goodness[label * self.chunk]).collect();
            parts.push(Part {
                en: "Goodness with each label".to_owned(),
                ko: "레이블마다의 양호도".to_owned(),
                picture: bars(
                    text("goodness per unit, summed over layers", "유닛당 양호도(층에 걸쳐 더한 값)"),
                    Floats(goodness),
                ),
            });
        }
        parts.push(Part {
            en: "Softmax readout".to_owned(),
            ko: "소프트맥스 판독".to_owned(),
            picture: bars(text("probability", "확률"), Floats(softmax(&logits[..self.classes]))),
        });
        Ok(Picture::Group(Group { parts }))
    }

    pub(super) async fn view_filters(&self, run: &mut Run<'_>, first: usize) -> Result<Picture, Error> {
        let weights = run.read_param("layer1.weight").await?;
        let width = weights.len() / self.shape.len();
        let first = first.min(width - 1);
        let units = first..width.min(first + FILTERS);
        let pixels: Vec<f32> = units.flat_map(|unit| weights[unit..].iter().step_by(width).copied()).collect();
        let reach = pixels.iter().fold(1e-6f32, |reach, x| reach.max(x.abs()));
        Ok(self.images(12, pixels, [-reach, reach], Palette::Diverging))
    }

    pub(super) async fn view_negatives(&self, run: &mut Run<'_>) -> Result<Picture, Error> {
        let count = self.look(run).min(NEGATIVES);
        let mut pixels = run.read("look", "negatives").await?;
        pixels.truncate(count * self.shape.len());
        let picture = self.images(8, pixels, [0.0, 1.0], Palette::Gray);
        if self.negatives == Negatives::Hybrid {
            return Ok(picture);
        }
        let wrong = run.read("look", "negative labels").await?;
        let labels = run.data().test.labels().unwrap_or_default();
        Ok(picture.with_captions(
            labels.iter().zip(wrong).take(count).map(|(own, wrong)| format!("{own} → {wrong}")).collect(),
        ))
    }

    pub(super) async fn view_dreams(&self, run: &mut Run<'_>, steps: usize) -> Result<Picture, Error> {
        let labels: Vec<usize> = (0..DREAMS).map(|number| number % self.classes).collect();
        let pixels = self.dream(run, &labels, steps).await?;
        let picture = self.images(5, pixels, [0.0, 1.0], Palette::Gray);
        if self.negatives == Negatives::Hybrid {
            return Ok(picture);
        }
        Ok(picture.with_captions(labels.iter().map(usize::to_string).collect()))
    }

    /// Images of noise, changed step by step until the network finds them good with these labels: `[labels, D]`
    pub(super) async fn dream(&self, run: &mut Run<'_>, labels: &[usize], steps: usize) -> Result<Vec<f32>, Error> {
        let mut noise = Xoshiro256PlusPlus::seed_from_u64(u64::from(run.seed()));
        let mut dreamed = Vec::with_capacity(labels.len() * self.shape.len());
        for labels in labels.chunks(DREAMS) {
            let mut shown: Vec<f32> = labels.iter().map(|&label| label as f32).collect();
            shown.resize(DREAMS, 0.0);
            let mut images: Vec<f32> = (0..DREAMS * self.shape.len()).map(|_| noise.random::<f32>()).collect();
            run.write("dream.labels", &shown);
            for _ in 0..steps {
                run.write("dream", &images);
                images = run.call_for("dream", 0, "images").await?;
            }
            dreamed.extend_from_slice(&images[..labels.len() * self.shape.len()]);
        }
        Ok(dreamed)
    }

    /// Images of the data's shape in a grid.
    fn images(&self, columns: usize, pixels: Vec<f32>, range: [f32; 2], palette: Palette) -> Picture {
        let RowShape { height, width, channels } = self.shape;
        Picture::Images { columns, height, width, channels, pixels: Floats(pixels), range, palette, captions: vec![] }
    }
}

fn softmax(logits: &[f32]) -> Vec<f32> {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let total: f32 = logits.iter().map(|logit| (logit - top).exp()).sum();
    logits.iter().map(|logit| (logit - top).exp() / total).collect()
}
