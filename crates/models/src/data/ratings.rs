//! Ratings: people give some of many titles one to five stars, and a model is to say what they would give the others.
//!
//! A row is a person: `[2, I]` numbers for `I` titles, first the ratings that a model may see, then those that are held back to measure
//! it by; 0 stands where there is none. Only people of the test split have ratings held back.
//!
//! The films that come with the project are made by code. Film `i` has tastes `qᵢ` that it caters to and person `u` has tastes `pᵤ`, all
//! standard normal; the rating is
//!
//! ```text
//! r = ⌊m + bᵤ + bᵢ + s pᵤ·qᵢ/√T + σ ε⌉, from 1 to 5        bᵤ ~ N(0, 0.35²), bᵢ ~ N(0, 0.4²), ε ~ N(0, 1)
//! ```
//!
//! for `T` tastes, and each person has rated a random part of the films. Who knew all tastes could still not predict `ε`: the error that
//! is left to the expected rating is [`Ratings::floor`], below which no model can stay.

use std::f64::consts::SQRT_2;
use std::rc::Rc;

use super::random::{choose, normal, stream, uniform};
use super::{DataSpec, Dataset, Kind, RowShape, Split, Values};
use crate::{Error, Knob, KnobKind, Knobs, Scale, Words, text, words};

/// The most stars that can be given.
pub const STARS: usize = 5;
/// One in so many ratings of a test person is held back.
const HELD_BACK: usize = 5;
/// Mean rating, standard deviations of what people and films add to it, and of what tastes add.
const MEAN: f32 = 3.2;
const PERSON: f32 = 0.35;
const FILM: f32 = 0.4;
const TASTE: f32 = 1.0;

/// What is known of a table of ratings besides the numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Ratings {
    /// What is rated.
    pub titles: Vec<Words>,
    /// Root mean square error, in stars, of the expected rating given all hidden tastes, on the ratings held back; where it is known.
    pub floor: Option<f64>,
}

static KNOBS: [Knob; 5] = [
    Knob {
        id: "films",
        title: text("Films", "영화 수"),
        help: text("How many films there are to rate.", "평가할 영화가 몇 편인지 정합니다."),
        kind: KnobKind::Whole { min: 10.0, max: 120.0, default: 100.0, scale: Scale::Linear },
        live: false,
    },
    Knob {
        id: "people",
        title: text("People", "사람 수"),
        help: text(
            "How many people's ratings the model learns from. A tenth as many more are kept for testing.",
            "모델이 평점을 배울 사람의 수입니다. 이 수의 10분의 1만큼을 테스트용으로 따로 둡니다.",
        ),
        kind: KnobKind::Whole { min: 100.0, max: 20000.0, default: 5000.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "tastes",
        title: text("Hidden tastes", "숨은 취향의 수"),
        help: text(
            "How many kinds of taste decide what somebody likes. They appear nowhere in the data: the model has to find them.",
            "무엇을 좋아할지를 정하는 취향이 몇 가지인지 정합니다. 데이터에는 나타나지 않으므로 모델이 찾아내야 합니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 8.0, default: 2.0, scale: Scale::Linear },
        live: false,
    },
    Knob {
        id: "rated",
        title: text("Share rated", "평가한 비율"),
        help: text(
            "The share of the films that each person has rated. The less is known of somebody, the harder the rest is to predict.",
            "한 사람이 평가한 영화의 비율입니다. 아는 평점이 적을수록 나머지를 예측하기 어렵습니다.",
        ),
        kind: KnobKind::Real { min: 0.1, max: 1.0, default: 0.8, scale: Scale::Linear, unit: "" },
        live: false,
    },
    Knob {
        id: "whim",
        title: text("Whim", "변덕"),
        help: text(
            "How much ratings vary for no reason, in stars. Nobody can predict that part.",
            "평점이 이유 없이 흔들리는 정도(별 개수)입니다. 이 부분은 누구도 예측할 수 없습니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 2.0, default: 0.6, scale: Scale::Linear, unit: "" },
        live: false,
    },
];

/// The data set as the page and the command line offer it.
pub const SPEC: DataSpec = DataSpec {
    id: "ratings",
    title: text("Film ratings", "영화 평점"),
    summary: text(
        "People give some of the films one to five stars, out of hidden tastes that code made up; the rest is to be predicted.",
        "코드로 만든 숨은 취향에 따라 사람들이 일부 영화에 별점을 1개에서 5개까지 줍니다. 나머지 평점을 예측하는 것이 과제입니다.",
    ),
    kind: Kind::Ratings,
    labelled: false,
    knobs: &KNOBS,
    asset: None,
    build,
};

/// What the generator knows of the films.
struct Films {
    tastes: usize,
    whim: f32,
    rated: f32,
    /// What each adds to its ratings: `[I]`.
    quality: Vec<f32>,
    /// The tastes that each caters to: `[I, T]`.
    caters: Vec<f32>,
}

impl Films {
    fn count(&self) -> usize {
        self.quality.len()
    }

    /// What a person's ratings scatter around, film by film: `[I]`.
    fn leanings(&self, rng: &mut impl rand::Rng) -> Vec<f32> {
        let mood = PERSON * normal(rng);
        let person: Vec<f32> = (0..self.tastes).map(|_| normal(rng)).collect();
        let scale = TASTE / (self.tastes as f32).sqrt();
        let likes = |film: usize| -> f32 {
            self.caters[film * self.tastes..][..self.tastes].iter().zip(&person).map(|(q, p)| q * p).sum()
        };
        (0..self.count()).map(|film| MEAN + mood + self.quality[film] + scale * likes(film)).collect()
    }

    /// A person's rating of every film, and 0 for those not rated: `[I]`.
    fn rate(&self, leanings: &[f32], rng: &mut impl rand::Rng) -> Vec<f32> {
        let mut ratings: Vec<f32> = leanings
            .iter()
            .map(|leaning| {
                let stars = (leaning + self.whim * normal(rng)).round().clamp(1.0, STARS as f32);
                if uniform(rng) < self.rated { stars } else { 0.0 }
            })
            .collect();
        if ratings.iter().all(|&stars| stars == 0.0) {
            let film = choose(rng, self.count());
            ratings[film] = leanings[film].round().clamp(1.0, STARS as f32);
        }
        ratings
    }

    /// `E[r]` of a rating that scatters around `leaning`.
    fn expected(&self, leaning: f32) -> f64 {
        let leaning = f64::from(leaning);
        if self.whim == 0.0 {
            return leaning.round().clamp(1.0, STARS as f64);
        }
        // A rating is at least k where the unrounded number is k - ½ or more.
        let at_least =
            |stars: usize| 0.5 * libm::erfc((stars as f64 - 0.5 - leaning) / (SQRT_2 * f64::from(self.whim)));
        1.0 + (2..=STARS).map(at_least).sum::<f64>()
    }
}

fn build(knobs: &Knobs, seed: u32) -> Dataset {
    let (count, tastes) = (knobs.whole("films"), knobs.whole("tastes"));
    let rng = &mut stream(seed, 0);
    let films = Films {
        tastes,
        whim: knobs.real("whim"),
        rated: knobs.real("rated"),
        quality: (0..count).map(|_| FILM * normal(rng)).collect(),
        caters: (0..count * tastes).map(|_| normal(rng)).collect(),
    };
    let people = knobs.whole("people");
    let rng = &mut stream(seed, 1);
    let mut seen = Vec::new();
    for _ in 0..people {
        seen.extend(films.rate(&films.leanings(rng), rng));
        seen.extend(std::iter::repeat_n(0.0, count));
    }
    let rng = &mut stream(seed, 2);
    let (mut test, mut squares, mut held) = (Vec::new(), 0.0, 0_usize);
    for _ in 0..people.div_ceil(10) {
        let leanings = films.leanings(rng);
        let row = held_back(films.rate(&leanings, rng));
        for (&stars, &leaning) in row[count..].iter().zip(&leanings).filter(|(stars, _)| **stars > 0.0) {
            squares += (f64::from(stars) - films.expected(leaning)).powi(2);
            held += 1;
        }
        test.extend(row);
    }
    let floor = (held > 0).then(|| (squares / held as f64).sqrt());
    dataset(SPEC.id, Ratings { titles: titles(count), floor }, seen, test)
}

/// A test person's row `[2, I]`: one in [`HELD_BACK`] of the ratings moves to the second half. Which ones depends on nothing but their order.
fn held_back(ratings: Vec<f32>) -> Vec<f32> {
    let mut row = [ratings.clone(), vec![0.0; ratings.len()]].concat();
    let given = (0..ratings.len()).filter(|&title| ratings[title] > 0.0);
    for title in given.skip(HELD_BACK / 2).step_by(HELD_BACK) {
        row.swap(title, title + ratings.len());
    }
    row
}

fn dataset(name: &str, ratings: Ratings, train: Vec<f32>, test: Vec<f32>) -> Dataset {
    let titles = ratings.titles.len();
    Dataset {
        name: name.to_owned(),
        kind: Kind::Ratings,
        shape: RowShape { height: 2, width: titles, channels: 1 },
        classes: 0,
        train: Split::new(2 * titles, Values::Reals(train), None),
        valid: None,
        test: Split::new(2 * titles, Values::Reals(test), None),
        density: None,
        ratings: Some(Rc::new(ratings)),
    }
}

/// A table that somebody brought: people by titles, 0 where there is no rating. Every tenth person, or the last of fewer, is for testing.
///
/// # Errors
/// [`Error::BadFile`] when there are too few titles or people to predict anything.
pub(super) fn from_table(source: &str, titles: Vec<String>, ratings: &[f32]) -> Result<Dataset, Error> {
    let (people, count) = (ratings.len() / titles.len(), titles.len());
    if people < 2 || count < 3 {
        return Err(Error::bad_file(
            source,
            words!(
                "has {people} people and {count} titles; ratings take at least 2 people, a line each, and 3 titles, a column each",
                "사람이 {people}명, 항목이 {count}개입니다. 평점 표에는 사람이 2명(한 줄에 한 명) 이상, 항목이 3개(열마다 하나) 이상 있어야 합니다."
            ),
        ));
    }
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for (person, row) in ratings.chunks_exact(count).enumerate() {
        if person % 10 == 9 || people < 10 && person == people - 1 {
            test.extend(held_back(row.to_vec()));
        } else {
            train.extend_from_slice(row);
            train.extend(std::iter::repeat_n(0.0, count));
        }
    }
    let titles = titles.into_iter().map(Words::from).collect();
    let name = source.rsplit(['/', '\\']).next().unwrap_or(source);
    Ok(dataset(name, Ratings { titles, floor: None }, train, test))
}

/// Titles of films that nobody has made, all different.
fn titles(count: usize) -> Vec<Words> {
    // 12 and 11 have no common divisor, so that both go round without meeting again for 132 titles.
    (0..count)
        .map(|film| {
            let (kind, thing) = (KINDS[film % KINDS.len()], THINGS[film % THINGS.len()]);
            Words { en: format!("The {} {}", kind.0, thing.0), ko: format!("{} {}", kind.1, thing.1) }
        })
        .collect()
}

const KINDS: [(&str, &str); 12] = [
    ("Silent", "고요한"),
    ("Last", "마지막"),
    ("Golden", "황금빛"),
    ("Stolen", "도둑맞은"),
    ("Midnight", "한밤의"),
    ("Broken", "부서진"),
    ("Distant", "머나먼"),
    ("Crimson", "진홍빛"),
    ("Hidden", "숨겨진"),
    ("Winter", "겨울"),
    ("Restless", "잠들지 않는"),
    ("Paper", "종이"),
];

const THINGS: [(&str, &str); 11] = [
    ("Harbour", "항구"),
    ("Orchard", "과수원"),
    ("Lantern", "등불"),
    ("Voyage", "항해"),
    ("Garden", "정원"),
    ("Signal", "신호"),
    ("Mountain", "산"),
    ("Letter", "편지"),
    ("Mirror", "거울"),
    ("Parade", "행렬"),
    ("Island", "섬"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_all_different() {
        let mut known: Vec<String> = titles(120).into_iter().map(|title| title.en).collect();
        known.sort();
        known.dedup();
        assert_eq!(known.len(), 120);
    }

    #[test]
    fn the_expected_rating_is_that_of_many() {
        let films = Films { tastes: 1, whim: 0.7, rated: 1.0, quality: vec![0.0; 40_000], caters: vec![0.0; 40_000] };
        let rng = &mut stream(3, 9);
        for leaning in [0.5, 2.3, 3.5, 4.9] {
            let ratings = films.rate(&vec![leaning; 40_000], rng);
            let mean = ratings.iter().copied().map(f64::from).sum::<f64>() / 40_000.0;
            assert!((mean - films.expected(leaning)).abs() < 0.02, "{leaning}: {mean}");
        }
    }

    #[test]
    fn a_rating_held_back_is_not_seen() {
        let row = held_back(vec![1.0, 0.0, 2.0, 3.0, 4.0, 5.0, 1.0, 2.0, 3.0]);
        let (seen, held) = row.split_at(9);
        assert_eq!(held, [0.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0, 0.0, 3.0]);
        assert_eq!(seen, [1.0, 0.0, 2.0, 0.0, 4.0, 5.0, 1.0, 2.0, 0.0]);
    }
}
