//! The machine for ratings against what can be counted by hand, and the tables that people bring.

#![allow(clippy::unwrap_used)]

use daydream_cpu::Cpu;
use daydream_models::data::{self, Kind};
use daydream_models::{Error, Picture, Recipe, Session};
use pollster::block_on;

mod languages;
use languages::english;

const TABLE: &str = "user,Dune,Solaris,Alien,Heat\nann,5,,4,1\nbob,,2,5,\ncid,1,1,,5\n";

fn read(text: &str) -> Result<data::Dataset, Error> {
    data::from_files(&[("films.csv", text.as_bytes())])
}

fn small() -> Recipe {
    Recipe::new("ratings-rbm", "ratings", 3).with("films", "10").with("people", "200").with("hidden", "3")
}

#[test]
fn a_table_with_gaps_is_a_table_of_ratings() {
    let data = read(TABLE).unwrap();
    assert_eq!((data.kind, data.shape.height, data.shape.width), (Kind::Ratings, 2, 4));
    let titles: Vec<String> = data.ratings.as_ref().unwrap().titles.iter().map(|title| title.en.clone()).collect();
    assert_eq!(titles, ["Dune", "Solaris", "Alien", "Heat"]);
    assert_eq!((data.train.len(), data.test.len()), (2, 1));
    assert_eq!(data.train.row(0), [5.0, 0.0, 4.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
    let row = data.test.row(0);
    let (known, held) = row.split_at(4);
    assert_eq!(known.iter().zip(held).map(|(a, b)| a + b).collect::<Vec<f32>>(), [1.0, 1.0, 0.0, 5.0]);
    assert_eq!(held.iter().filter(|&&stars| stars > 0.0).count(), 1);
}

#[test]
fn what_is_no_rating_is_named_with_its_line() {
    let refused = |text: &str| english(&read(text).unwrap_err());
    assert!(refused("a,b,c\n1,,3\n2,6,1\n").contains("line 3"), "{}", refused("a,b,c\n1,,3\n2,6,1\n"));
    assert!(refused("a,b,c\n1,,3\n2,2\n").contains("has 2 fields in line 3"));
    assert!(refused("a,b\n1,\n,2\n").contains("at least 2 people"));
}

/// `p(v_q | V)` of the smallest machines by summing over all states of the hidden units.
#[test]
fn predictions_sum_over_all_hidden_states() {
    let mut session = block_on(Session::new(small(), None, Box::new(Cpu::new()))).unwrap();
    block_on(session.step(60)).unwrap();
    let file = block_on(session.save()).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&file).unwrap();
    let numbers = |name: &str| -> Vec<f64> {
        let bytes = tensors.tensor(name).unwrap().data().to_vec();
        bytes.chunks_exact(4).map(|bytes| f64::from(f32::from_le_bytes(bytes.try_into().unwrap()))).collect()
    };
    let (w, b, c) = (numbers("weights"), numbers("visible.bias"), numbers("hidden.bias"));
    let mut row = vec![0.0f32; 20];
    (row[1], row[4], row[7]) = (5.0, 1.0, 2.0);
    let log_weight = |units: &[usize], hidden: usize| -> f64 {
        let on = |j: usize| (hidden >> j & 1) as f64;
        let inputs = |j: usize| c[j] + units.iter().map(|unit| w[unit * 3 + j]).sum::<f64>();
        units.iter().map(|unit| b[*unit]).sum::<f64>() + (0..3).map(|j| on(j) * inputs(j)).sum::<f64>()
    };
    let known = [9, 20, 36];
    let expected = |title: usize| {
        let weights: Vec<f64> = (0..5)
            .map(|star| {
                let units: Vec<usize> = known.iter().copied().chain([title * 5 + star]).collect();
                (0..8).map(|hidden| log_weight(&units, hidden).exp()).sum()
            })
            .collect();
        let total: f64 = weights.iter().sum();
        weights.iter().zip(1..).map(|(weight, star)| weight * f64::from(star)).sum::<f64>() / total
    };
    let Picture::Group(group) = block_on(session.view_drawn("yours", &[], Some(row))).unwrap() else {
        panic!("two lists")
    };
    let titles = session.data().ratings.as_ref().unwrap().titles.clone();
    let mut checked = 0;
    for part in group.parts {
        let Picture::Bars { names, values, .. } = part.picture else { panic!("bars") };
        for (name, value) in names.iter().zip(values.0) {
            let title = titles.iter().position(|title| title == name).unwrap();
            assert!((f64::from(value) - expected(title)).abs() < 1e-4, "{}: {value}, {}", name.en, expected(title));
            checked += 1;
        }
    }
    assert!(checked >= 7, "{checked}");
}

#[test]
fn somebody_who_rates_nothing_or_everything_is_served() {
    let mut session = block_on(Session::new(small(), None, Box::new(Cpu::new()))).unwrap();
    let everything = [vec![3.0; 10], vec![0.0; 10]].concat();
    for drawn in [None, Some(everything)] {
        block_on(session.view_drawn("yours", &[], drawn)).unwrap();
    }
    let error = block_on(session.view_drawn("yours", &[], Some(vec![6.0; 20]))).unwrap_err();
    assert!(english(&error).contains("20 numbers from 0 to 5"));
}
