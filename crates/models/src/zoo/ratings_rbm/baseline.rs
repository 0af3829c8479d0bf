//! What every recommender must beat: a mean, and what the person and the title add to it.

use crate::data::Split;

use super::SquareError;

/// How strongly biases are drawn to 0, as so many ratings of 0: the one that errs least on the ratings asked for is taken, in the
/// baseline's favour.
const SHRINKAGES: [f64; 7] = [0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 25.0];
/// Rounds of fitting people's and titles' biases in turn.
const ROUNDS: usize = 8;

/// `r ≈ m + bᵤ + bᵢ` (Koren, Bell & Volinsky, *Matrix factorization techniques for recommender systems*, 2009).
pub(super) struct Baseline {
    mean: f64,
    /// `bᵢ`: `[I]`
    titles: Vec<f64>,
}

impl Baseline {
    /// Fitted to the ratings of a split by alternating means.
    pub(super) fn of(train: &Split, titles: usize) -> Baseline {
        let people: Vec<Vec<f32>> = (0..train.len()).map(|person| train.row(person)[..titles].to_vec()).collect();
        let rated = || people.iter().flatten().copied().filter(|&stars| stars > 0.0).map(f64::from);
        let mean = rated().sum::<f64>() / rated().count().max(1) as f64;
        let mut baseline = Baseline { mean, titles: vec![0.0; titles] };
        for _ in 0..ROUNDS {
            let moods: Vec<f64> = people.iter().map(|row| baseline.mood(row, 1.0)).collect();
            let bias = |title: usize| {
                let residues = people.iter().zip(&moods).filter(|(row, _)| row[title] > 0.0);
                let (sum, count) = residues.fold((0.0, 1.0), |(sum, count), (row, mood)| {
                    (sum + f64::from(row[title]) - mean - mood, count + 1.0)
                });
                sum / count
            };
            baseline.titles = (0..titles).map(bias).collect();
        }
        baseline
    }

    /// `bᵤ` of a person from the ratings given.
    fn mood(&self, given: &[f32], shrinkage: f64) -> f64 {
        let rated = given.iter().zip(&self.titles).filter(|(stars, _)| **stars > 0.0);
        let (sum, count) = rated
            .fold((0.0, 0.0), |(sum, count), (&stars, bias)| (sum + f64::from(stars) - self.mean - bias, count + 1.0));
        if count == 0.0 { 0.0 } else { sum / (count + shrinkage) }
    }

    /// Root mean square error in stars on the ratings that a split holds back; nothing where it holds none back.
    pub(super) fn error(&self, split: &Split) -> Option<f64> {
        let titles = self.titles.len();
        let errors = SHRINKAGES.iter().filter_map(|&shrinkage| {
            let mut error = SquareError::default();
            for person in 0..split.len() {
                let row = split.row(person);
                let mood = self.mood(&row[..titles], shrinkage);
                error.add(&row[titles..], self.titles.iter().map(|bias| self.mean + mood + bias));
            }
            error.root_mean()
        });
        errors.min_by(f64::total_cmp)
    }
}
