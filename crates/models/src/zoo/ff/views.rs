//! What there is to see: goodness, filters, negatives, and images that the network dreams up.

use daydream_graph::{Function, Graph, Tensor, grad};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

use super::negatives::{Negatives, blur};
use super::network::{Activity, Network};
use super::{ForwardForward, SHOWN};
use crate::data::{Dataset, RowShape};
use crate::{Error, Floats, Group, Palette, Part, Picture, Run, Words, said};

/// Images that are dreamed at once.
const DREAMS: usize = 10;
/// Steps of a dream where nobody says otherwise.
pub(super) const DREAM_STEPS: usize = 30;
/// How far a pixel moves in the first step of a dream, in root mean square. Later steps are shorter.
const DREAM_STRIDE: f32 = 0.3;
/// Standard deviation of the blur after each step of a dream, as a share of the image's side.
const DREAM_BLUR: f32 = 0.6 / 28.0;
/// Bins of a histogram.
const BINS: usize = 40;
/// Filters and negatives that are shown at once.
const FILTERS: usize = 60;
const NEGATIVES: usize = 24;

/// The output of `look` that holds the goodness of a layer, by its number from 0: `[2B, 1]`
pub(super) fn goodness_output(layer: usize) -> String {
    format!("goodness {layer}")
}

/// The program `filters`: what learning has added to the weights that the first layer started with, which are drawn again.
pub(super) fn filters(network: &Network<'_>) -> Function {
    Function::new("filters").output("learned", network.layers[0].weight - network.start)
}

/// The program `dream`: one step of images `[DREAMS, D]` up a gradient, through all layers.
///
/// They climb what goodness the label adds, `Σ_l G_l(label) - G_l(neutral label)`; where none is shown, the readout's `log p(label)`. After the step
/// the image is blurred a little, brought back to the mean square of real images and cut to `[0, 1]`: without these, what is found is
/// noise that no image resembles, or an image so faint that its label is all there is to see.
pub(super) fn dream(g: &Graph, network: &Network<'_>, data: &Dataset, negatives: Negatives) -> Function {
    let RowShape { height, width, channels } = data.shape;
    let pixels = [DREAMS, data.shape.len()];
    let images = g.input("dream.images", pixels);
    let labels = g.input("dream.labels", [DREAMS]);
    let stride = g.input("dream.stride", []);

    let network = network.seen_through();
    let height_climbed = if negatives == Negatives::Hybrid {
        -network.read(&network.answer_unlabelled(images)).cross_entropy(labels).sum_all()
    } else {
        let shown = network.show(images);
        let labelled = network.answer(shown, network.label(labels.reshape([1, DREAMS])));
        total_goodness(&labelled) - total_goodness(&network.answer_neutral(shown))
    };
    let slope = grad(height_climbed, &[images])[0];
    let moved = images + stride * slope / root_mean_square(slope);

    let planes = moved.reshape([DREAMS, height, width, channels]).permute(&[0, 3, 1, 2]);
    let smooth = blur(planes, height.max(width) as f32 * DREAM_BLUR).permute(&[0, 2, 3, 1]).reshape(pixels).relu();
    let next = (smooth * mean_square(data).sqrt() / root_mean_square(smooth)).minimum(g.constant(1.0, pixels));
    let blank = if negatives == Negatives::Hybrid { 0 } else { data.classes };
    let next = next.slice(1, blank, pixels[1]).pad(1, blank, 0);
    Function::new("dream").output("next", next)
}

/// The goodness of all layers and rows together.
fn total_goodness<'g>(activities: &[Activity<'g>]) -> Tensor<'g> {
    let sum = activities.iter().map(|activity| activity.goodness).reduce(|sum, goodness| sum + goodness);
    sum.expect("a network has a layer").sum_all()
}

/// `√(mean x²)` of each row, never 0: `[R, 1]`
fn root_mean_square(x: Tensor<'_>) -> Tensor<'_> {
    (x.square().mean_keep(&[1]) + 1e-12).sqrt()
}

/// The mean square of a pixel, over the first rows of the training split.
fn mean_square(data: &Dataset) -> f32 {
    let rows = data.train.len().min(500);
    let sum: f32 = (0..rows).flat_map(|row| data.train.row(row)).map(|x| x * x).sum();
    sum / (rows * data.shape.len()) as f32
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
            let sets = [(said("positive", "양성"), positive), (said("negative", "음성"), negative)];
            let label = said("goodness per unit", "유닛당 양호도");
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
        let names: Vec<Words> = (0..self.classes).map(|label| label.to_string().into()).collect();
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
                    said("goodness per unit, summed over layers", "유닛당 양호도(층에 걸쳐 더한 값)"),
                    Floats(goodness),
                ),
            });
        }
        parts.push(Part {
            en: "Softmax readout".to_owned(),
            ko: "소프트맥스 판독".to_owned(),
            picture: bars(said("probability", "확률"), Floats(softmax(&logits[..self.classes]))),
        });
        Ok(Picture::Group(Group { parts }))
    }

    pub(super) async fn view_filters(&self, run: &mut Run<'_>, first: usize, learned: bool) -> Result<Picture, Error> {
        let weights = if learned {
            // `init` drew the first weights with counter 0.
            run.call_for("filters", 0, "learned").await?
        } else {
            run.read_param("layer1.weight").await?
        };
        let width = weights.len() / self.shape.len();
        let first = first.min(width - 1);
        let units = first..width.min(first + FILTERS);
        let pixels: Vec<f32> = units.flat_map(|unit| weights[unit..].iter().step_by(width).copied()).collect();
        // Weights from label pixels are many times larger than the others, which would look flat beside them.
        let label = if self.negatives == Negatives::Hybrid { 0 } else { self.classes };
        let image = pixels.chunks(self.shape.len()).flat_map(|filter| &filter[label..]);
        let reach = image.fold(1e-6f32, |reach, x| reach.max(x.abs()));
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
        Ok(self
            .images(5, pixels, [0.0, 1.0], Palette::Gray)
            .with_captions(labels.iter().map(usize::to_string).collect()))
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
            for step in 0..steps {
                run.write("dream.stride", &[DREAM_STRIDE * (1.0 - step as f32 / steps as f32)]);
                run.write("dream.images", &images);
                images = run.call_for("dream", 0, "next").await?;
            }
            dreamed.extend_from_slice(&images[..labels.len() * self.shape.len()]);
        }
        Ok(dreamed)
    }

    /// Images of the data's shape in a grid.
    fn images(&self, columns: usize, pixels: Vec<f32>, range: [f32; 2], palette: Palette) -> Picture {
        Picture::coloured(self.shape, columns, pixels, range, palette)
    }
}

fn softmax(logits: &[f32]) -> Vec<f32> {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let total: f32 = logits.iter().map(|logit| (logit - top).exp()).sum();
    logits.iter().map(|logit| (logit - top).exp() / total).collect()
}
