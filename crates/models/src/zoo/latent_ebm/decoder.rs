//! What `z` may be, and the networks that turn it and what is given into an answer.

use std::f32::consts::TAU;

use daydream_graph::{Graph, Tensor};

use crate::layers::{Dense, Mlp};

/// The set of values that the latent variable may take, as the options of the knob `latent-kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Latent {
    /// `z` in `[0, 2π)`, which the decoder sees as `(cos z, sin z)`.
    Angle,
    /// `z` in `[-1, 1]`.
    Interval,
    /// `z` in `[-1, 1]²`.
    Square,
    /// One of `K` options, which the decoder sees one-hot.
    Options,
}

impl Latent {
    /// In the order of the knob's options.
    pub const ALL: [Latent; 4] = [Latent::Angle, Latent::Interval, Latent::Square, Latent::Options];

    /// How many values stand for the set when about `wanted` are asked for: a square has as many along each side.
    pub fn count(self, wanted: usize) -> usize {
        match self {
            Latent::Angle | Latent::Interval | Latent::Options => wanted,
            Latent::Square => Latent::side(wanted).pow(2),
        }
    }

    /// Values along a side of the square.
    pub fn side(wanted: usize) -> usize {
        (wanted as f32).sqrt().round().max(2.0) as usize
    }

    /// Value number `k` of `count`, evenly over the set, of an angle or an interval.
    pub(super) fn value(self, k: usize, count: usize) -> f32 {
        match self {
            Latent::Angle => TAU * k as f32 / count as f32,
            Latent::Interval | Latent::Square => 2.0 * (k as f32 + 0.5) / count as f32 - 1.0,
            Latent::Options => k as f32 + 1.0,
        }
    }

    /// Numbers by which the decoder sees a value, of `count` values: `P`.
    fn width(self, count: usize) -> usize {
        match self {
            Latent::Interval => 1,
            Latent::Angle | Latent::Square => 2,
            Latent::Options => count,
        }
    }

    /// All values as the decoder sees them: `[K, P]`
    fn features(self, g: &Graph, count: usize) -> Tensor<'_> {
        let number = g.iota(0, [count, 1]);
        let centred = |number, count: usize| 2.0 / count as f32 * (number + 0.5) - 1.0;
        match self {
            Latent::Angle => {
                let angle = number * (TAU / count as f32);
                Tensor::concat(&[angle.cos(), angle.sin()], 1)
            }
            Latent::Interval => centred(number, count),
            Latent::Square => {
                let side = Latent::side(count);
                let row = (number / side as f32).floor();
                Tensor::concat(&[centred(number - side as f32 * row, side), centred(row, side)], 1)
            }
            Latent::Options => number.reshape([count]).one_hot(count),
        }
    }
}

/// `Dec(x, z)`, and beside it `G(x)`, which has no `z`.
pub struct Networks<'g> {
    /// Every value of `z`: `[K, P]`
    values: Tensor<'g>,
    /// The first layer's part for `z`, with the bias.
    of_latent: Dense<'g>,
    /// The first layer's part for `x`: `[X, H]`
    of_question: Option<Tensor<'g>>,
    /// The layers behind it, none when the decoder is linear.
    rest: Option<Mlp<'g>>,
    /// `G`, where something is given; else one answer for all: `[Y]`
    plain: Result<Mlp<'g>, Tensor<'g>>,
    /// Whether answers are pixels, from 0 to 1.
    pixels: bool,
}

impl<'g> Networks<'g> {
    /// Networks for questions of `given` numbers, or none, and answers of `answer` numbers. Without hidden layers they are linear.
    pub fn new(
        g: &'g Graph,
        latent: Latent,
        count: usize,
        given: usize,
        answer: usize,
        hidden: &[usize],
        pixels: bool,
    ) -> Self {
        let inputs = latent.width(count) + given;
        let first = hidden.first().copied().unwrap_or(answer);
        let weights =
            |name: &str, rows: usize| g.param(&format!("decoder.{name}"), g.fan_in_uniform(inputs, [rows, first]));
        let of_latent = Dense {
            w: weights("latent", latent.width(count)),
            b: g.param("decoder.bias", g.fan_in_uniform(inputs, [first])),
        };
        let of_question = (given > 0).then(|| weights("question", given));
        let network = |name, widths: &[usize]| Mlp::new(g, name, widths, Tensor::silu);
        let rest = (!hidden.is_empty()).then(|| network("decoder", &[hidden, &[answer]].concat()));
        let plain = match given {
            0 => Err(g.param("plain.answer", g.constant(0.0, [answer]))),
            _ => Ok(network("plain", &[&[given], hidden, &[answer]].concat())),
        };
        Networks { values: latent.features(g, count), of_latent, of_question, rest, plain, pixels }
    }

    fn finished(&self, answers: Tensor<'g>) -> Tensor<'g> {
        if self.pixels { answers.sigmoid() } else { answers }
    }

    /// `Dec(x, z)` for every `z`: `[N, X] -> [N, K, Y]`, or `[1, K, Y]` when nothing is given.
    pub fn decode(&self, questions: Option<Tensor<'g>>) -> Tensor<'g> {
        let of_latent = self.of_latent.apply(self.values).unsqueeze(0); // [1, K, H]
        let first = match (questions, self.of_question) {
            (Some(x), Some(w)) => of_latent + x.dot(w).unsqueeze(1), // [N, K, H]
            _ => of_latent,
        };
        let answers = self.rest.as_ref().map_or(first, |rest| rest.apply(first.silu()));
        self.finished(answers)
    }

    /// `G(x)`: `[N, X] -> [N, Y]`, or `[1, Y]` when nothing is given.
    pub fn plain(&self, questions: Option<Tensor<'g>>) -> Tensor<'g> {
        let answers = match (&self.plain, questions) {
            (Ok(network), Some(x)) => network.apply(x),
            (Err(answer), _) => answer.unsqueeze(0),
            (Ok(_), None) => panic!("a network that is given something was given nothing"),
        };
        self.finished(answers)
    }

    /// `E(x, y, z) = ‖y - Dec(x, z)‖²` for every `z`: `[N, X], [N, Y] -> [N, K]`
    pub fn energies(&self, questions: Option<Tensor<'g>>, answers: Tensor<'g>) -> Tensor<'g> {
        (answers.unsqueeze(1) - self.decode(questions)).square().sum(&[2])
    }

    /// `‖y - G(x)‖²`: `[N, X], [N, Y] -> [N]`
    pub fn plain_errors(&self, questions: Option<Tensor<'g>>, answers: Tensor<'g>) -> Tensor<'g> {
        (answers - self.plain(questions)).square().sum(&[1])
    }

    /// The parameters of both.
    pub fn params(&self) -> Vec<Tensor<'g>> {
        let mut params = self.of_latent.params().to_vec();
        params.extend(self.of_question);
        params.extend(self.rest.iter().flat_map(Mlp::params));
        match &self.plain {
            Ok(network) => params.extend(network.params()),
            Err(answer) => params.push(*answer),
        }
        params
    }
}
