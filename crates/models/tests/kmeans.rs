//! K-means against scikit-learn and against what can be computed by hand.

#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::io::Write;
use std::process::{Command, Stdio};
use std::rc::Rc;

use daydream_cpu::Cpu;
use daydream_models::data::{Dataset, Kind, RowShape, Split, Values};
use daydream_models::{Layer, Picture, Recipe, Session};
use pollster::block_on;
use safetensors::SafeTensors;

fn recipe(data: &str, knobs: &[(&str, &str)]) -> Recipe {
    knobs.iter().fold(Recipe::new("kmeans", data, 1), |recipe, (knob, typed)| recipe.with(knob, typed))
}

fn open(recipe: Recipe, data: Option<Dataset>) -> Session {
    block_on(Session::new(recipe, data.map(Rc::new), Box::new(Cpu::new()))).unwrap()
}

fn measure(session: &mut Session, split: &Split, id: &str) -> f64 {
    block_on(session.evaluate_on(split, &[id])).unwrap()[0].1
}

fn params(session: &mut Session) -> HashMap<String, Vec<f32>> {
    let saved = block_on(session.save()).unwrap();
    let file = SafeTensors::deserialize(&saved).unwrap();
    let numbers = |bytes: &[u8]| bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
    file.tensors().into_iter().map(|(name, tensor)| (name, numbers(tensor.data()))).collect()
}

/// The mean squared distance to the nearest of `KMeans(n_clusters=K, n_init=10)` on exactly these rows.
struct Peer {
    data: &'static str,
    knobs: &'static [(&'static str, &'static str)],
    clusters: usize,
    steps: u64,
    /// By scikit-learn 1.9.1 with `random_state=0`: `inertia_ / N`.
    inertia: f64,
}

const PEERS: [Peer; 4] = [
    Peer { data: "points", knobs: &[("family", "ring")], clusters: 8, steps: 240, inertia: 0.012_781_3 },
    Peer {
        data: "points",
        knobs: &[("family", "pinwheel"), ("clusters", "12")],
        clusters: 12,
        steps: 800,
        inertia: 0.051_985_1,
    },
    Peer { data: "points", knobs: &[("family", "checkerboard")], clusters: 8, steps: 800, inertia: 0.179_322_7 },
    Peer {
        data: "digits",
        knobs: &[("clusters", "10"), ("batch", "1437"), ("restarts", "20")],
        clusters: 10,
        steps: 100,
        inertia: 2.544_940_6,
    },
];

/// What scikit-learn says now, where Python has it.
fn scikit_learn(split: &Split, clusters: usize) -> Option<f64> {
    const PROGRAM: &str = "
import sys
import numpy
from sklearn.cluster import KMeans
clusters, width = int(sys.argv[1]), int(sys.argv[2])
rows = numpy.frombuffer(sys.stdin.buffer.read(), dtype='<f4').reshape(-1, width).astype('f8')
print(KMeans(n_clusters=clusters, n_init=10, random_state=0).fit(rows).inertia_ / len(rows))
";
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut child = Command::new(python)
        .args(["-c", PROGRAM, &clusters.to_string(), &split.width().to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let bytes: Vec<u8> = (0..split.len()).flat_map(|row| split.row(row)).flat_map(f32::to_le_bytes).collect();
    // Without scikit-learn nobody reads them.
    let _ = child.stdin.take().map(|mut stdin| stdin.write_all(&bytes));
    let output = child.wait_with_output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

#[test]
fn the_best_start_is_as_good_as_the_best_of_ten_of_scikit_learn() {
    for peer in PEERS {
        let mut session = open(recipe(peer.data, peer.knobs), None);
        block_on(session.step(peer.steps)).unwrap();
        let train = session.data().train.clone();
        let inertia = measure(&mut session, &train, "inertia");
        let fresh = scikit_learn(&train, peer.clusters);
        match fresh {
            Some(fresh) => println!("{} {:?}: {inertia:.7}, scikit-learn {fresh:.7}", peer.data, peer.knobs),
            None => println!("{} {:?}: {inertia:.7}; SKIPPED: Python has no scikit-learn", peer.data, peer.knobs),
        }
        for best in [Some(peer.inertia), fresh].into_iter().flatten() {
            assert!(inertia <= 1.001 * best, "{} {:?}: {inertia} where {best} is possible", peer.data, peer.knobs);
        }
    }
}

/// Six points in two clusters, the same to train and to test on.
fn six_points() -> Dataset {
    let rows = vec![-1.0, 0.1, -1.2, -0.1, -0.8, 0.0, 1.0, 0.3, 1.1, 0.0, 0.9, 0.0];
    let split = Split::new(2, Values::Reals(rows), None);
    Dataset {
        name: "made".to_owned(),
        kind: Kind::Points,
        shape: RowShape::POINT,
        classes: 0,
        train: split.clone(),
        valid: None,
        test: split,
        density: None,
        ratings: None,
    }
}

#[test]
fn two_clusters_end_in_their_means_by_any_method() {
    for method in ["lloyd", "mini-batches"] {
        // Batches of 16 rows hold all six points, and some of them several times.
        let knobs =
            [("clusters", "2"), ("restarts", "3"), ("method", method), ("learning-rate", "0.3"), ("batch", "16")];
        let mut session = open(recipe("made", &knobs), Some(six_points()));
        block_on(session.step(300)).unwrap();
        let picture = block_on(session.view("wells", &[])).unwrap();
        let Picture::Plane { layers, .. } = picture else { panic!("the wells are drawn in the plane") };
        let marks = layers.iter().filter_map(|layer| match layer {
            Layer::Marks { at, .. } => Some(&at.0),
            _ => None,
        });
        let mut sets = 0;
        for centroids in marks {
            let mut found: Vec<[f32; 2]> = centroids.chunks_exact(2).map(|at| [at[0], at[1]]).collect();
            found.sort_by(|a, b| a[0].total_cmp(&b[0]));
            for (found, exact) in found.iter().zip([[-1.0, 0.0], [1.0, 0.1]]) {
                let off = (found[0] - exact[0]).hypot(found[1] - exact[1]);
                assert!(off < 0.02, "{method}: {found:?} is not {exact:?}");
            }
            sets += 1;
        }
        assert_eq!(sets, 2);
    }
}

#[test]
fn one_pass_of_several_batches_is_one_iteration_of_lloyd() {
    let knobs = |batch: &'static str| [("clusters", "10"), ("restarts", "1"), ("start", "rows"), ("batch", batch)];
    // The first batch of 1437 rows gives the start; smaller batches would start elsewhere, so the start is carried over.
    let mut whole = open(recipe("digits", &knobs("1437")), None);
    let start = params(&mut whole)["lloyd.centroids"].clone();
    block_on(whole.step(1)).unwrap();
    let moved = params(&mut whole)["lloyd.centroids"].clone();

    let train = whole.data().train.clone();
    let mut sums = vec![0.0f64; 640];
    let mut counts = [0.0f64; 10];
    for row in (0..train.len()).map(|row| train.row(row)) {
        let distance =
            |centroid: &[f32]| -> f64 { row.iter().zip(centroid).map(|(a, b)| f64::from(a - b).powi(2)).sum() };
        let distances: Vec<f64> = start.chunks_exact(64).map(distance).collect();
        let nearest = (0..10).min_by(|&a, &b| distances[a].total_cmp(&distances[b])).unwrap();
        counts[nearest] += 1.0;
        sums[64 * nearest..][..64].iter_mut().zip(&row).for_each(|(sum, &x)| *sum += f64::from(x));
    }
    for (number, &moved) in moved.iter().enumerate() {
        let exact = sums[number] / counts[number / 64];
        assert!((f64::from(moved) - exact).abs() < 1e-5, "{number}: {moved} is not {exact}");
    }

    // In batches of 500 the centroids stand still until the third, and no row counts twice.
    let mut parts = open(recipe("digits", &knobs("500")), None);
    let start = params(&mut parts)["lloyd.centroids"].clone();
    block_on(parts.step(2)).unwrap();
    assert_eq!(params(&mut parts)["lloyd.centroids"], start);
    block_on(parts.step(1)).unwrap();
    let after = params(&mut parts);
    assert_ne!(after["lloyd.centroids"], start);
    assert_eq!(after["lloyd.sizes"].iter().sum::<f32>(), 1437.0);
}

#[test]
fn gradient_descent_follows_the_slope_of_the_inertia() {
    const RATE: f64 = 0.001;
    let knobs = [("clusters", "10"), ("restarts", "1"), ("batch", "1437"), ("learning-rate", "0.001")];
    let mut session = open(recipe("digits", &knobs), None);
    let start = params(&mut session)["descent.centroids"].clone();
    block_on(session.step(1)).unwrap();
    let after = params(&mut session)["descent.centroids"].clone();
    let train = session.data().train.clone();
    let rows: Vec<Vec<f32>> = (0..train.len()).map(|row| train.row(row)).collect();
    let inertia = |centroids: &[f64]| -> f64 {
        let energy = |row: &Vec<f32>| {
            let distance =
                |centroid: &[f64]| -> f64 { row.iter().zip(centroid).map(|(&y, w)| (f64::from(y) - w).powi(2)).sum() };
            centroids.chunks_exact(64).map(distance).fold(f64::INFINITY, f64::min)
        };
        rows.iter().map(energy).sum::<f64>() / rows.len() as f64
    };
    let start: Vec<f64> = start.into_iter().map(f64::from).collect();
    for number in [20, 100, 357, 600] {
        let shifted = |by: f64| {
            let mut centroids = start.clone();
            centroids[number] += by;
            inertia(&centroids)
        };
        let slope = (shifted(1e-4) - shifted(-1e-4)) / 2e-4;
        let step = (start[number] - f64::from(after[number])) / RATE;
        assert!((step - slope).abs() < 1e-3 * (1.0 + slope.abs()), "{number}: {step} is not {slope}");
    }
}

#[test]
fn centroids_start_at_rows_and_k_means_plus_plus_spreads_them() {
    let inertia = |start: &str| {
        let knobs = [("start", start), ("restarts", "20"), ("batch", "2048")];
        let mut session = open(recipe("points", &knobs), None);
        let starts = params(&mut session)["lloyd.centroids"].clone();
        let train = session.data().train.clone();
        let rows: Vec<Vec<f32>> = (0..train.len()).map(|row| train.row(row)).collect();
        for centroid in starts.chunks_exact(2) {
            assert!(rows.iter().any(|row| row == centroid), "{centroid:?} is no row");
        }
        let energy = |set: &[f32], row: &Vec<f32>| {
            let distance = |w: &[f32]| (row[0] - w[0]).powi(2) + (row[1] - w[1]).powi(2);
            set.chunks_exact(2).map(distance).fold(f32::INFINITY, f32::min)
        };
        let of_set = |set: &[f32]| rows.iter().map(|row| energy(set, row)).sum::<f32>() / rows.len() as f32;
        starts.chunks_exact(16).map(of_set).sum::<f32>() / 20.0
    };
    let (far, any) = (inertia("k-means-plus-plus"), inertia("rows"));
    assert!(far < 0.05 && any > 0.1, "{far} and {any}");
}
