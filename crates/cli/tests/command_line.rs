//! The command line as a person uses it: what works, and what a mistake answers.

#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use daydream_models::zoo;

/// A folder of this test's own, emptied first.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

fn daydream(folder: &Path, line: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_daydream")).args(line.split_whitespace()).current_dir(folder).output().unwrap()
}

fn succeeds(folder: &Path, line: &str) -> String {
    let output = daydream(folder, line);
    assert!(output.status.success(), "daydream {line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Exit status 2 and a message that names what is wrong.
fn fails(folder: &Path, line: &str, says: &[&str]) {
    let output = daydream(folder, line);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "daydream {line}: {message}");
    for word in says {
        assert!(message.contains(word), "daydream {line} should mention {word:?}: {message}");
    }
    assert!(!message.contains("panicked"), "{message}");
}

/// An IDX file of images, `[count, side, side]`, all pixels `shade`.
fn idx_images(count: u32, side: u32, shade: u8) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, 3];
    for size in [count, side, side] {
        bytes.extend(size.to_be_bytes());
    }
    bytes.extend(vec![shade; (count * side * side) as usize]);
    bytes
}

fn idx_labels(labels: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, 1];
    bytes.extend((labels.len() as u32).to_be_bytes());
    bytes.extend(labels);
    bytes
}

#[test]
fn every_model_trains_evaluates_and_samples() {
    let folder = folder("round");
    for (model, data, metric) in [
        ("rbm", "bars", "exact_log_likelihood"),
        ("ff", "digits", "test_error"),
        ("vae", "digits", "negative_elbo"),
        ("gan", "points", "modes_covered"),
    ] {
        succeeds(
            &folder,
            &format!("train {model} --data {data} --steps 20 --seed 5 --out m.safetensors --log log.jsonl"),
        );
        let log = std::fs::read_to_string(folder.join("log.jsonl")).unwrap();
        let last: serde_json::Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
        assert_eq!((last["step"].as_u64(), last["split"].as_str()), (Some(20), Some("test")));

        let printed = succeeds(&folder, &format!("eval m.safetensors --json --metrics {metric}"));
        let measured: serde_json::Value = serde_json::from_str(&printed).unwrap();
        assert_eq!((measured["model"].as_str(), measured["split"].as_str()), (Some(model), Some("test")));
        assert!(measured["n"].as_u64().unwrap() > 0);
        assert!(measured["metrics"][metric].as_f64().unwrap().is_finite(), "{printed}");

        succeeds(&folder, "sample m.safetensors --n 9 --seed 1 --out grid.png");
        let first = std::fs::read(folder.join("grid.png")).unwrap();
        assert_eq!(&first[1..4], b"PNG");
        succeeds(&folder, "sample m.safetensors --n 9 --seed 1 --out again.png");
        assert!(first == std::fs::read(folder.join("again.png")).unwrap());
    }
}

#[test]
fn the_same_seed_writes_the_same_log() {
    let folder = folder("seed");
    let log = |name: &str, options: &str| {
        succeeds(&folder, &format!("train vae --data digits --steps 30 --log {name} {options}"));
        std::fs::read(folder.join(name)).unwrap()
    };
    let first = log("a", "--seed 1");
    assert!(log("b", "--seed 1") == first);
    assert!(log("c", "--seed 2") != first);
    for threads in 1..4 {
        assert!(log("d", &format!("--seed 1 --threads {threads}")) == first, "{threads} threads");
    }
}

#[test]
fn the_catalogue_is_json() {
    let printed = succeeds(&folder("catalogue"), "models --json");
    let catalogue: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let ids: Vec<&str> =
        catalogue["models"].as_array().unwrap().iter().filter_map(|model| model["id"].as_str()).collect();
    assert_eq!(ids, zoo::catalogue().iter().map(|model| model.id).collect::<Vec<_>>());
}

#[test]
fn wrong_usage_is_answered_with_what_is_possible() {
    let folder = folder("usage");
    fails(&folder, "train", &["MODEL"]);
    fails(&folder, "train vae --threads 0", &["--threads", "1..=256"]);
    fails(&folder, "train no-such-model", &["no-such-model", "rbm"]);
    fails(&folder, "train vae --data no-such-data", &["no-such-data", "digits", "folder"]);
    fails(&folder, "train vae --set hidden", &["KNOB=VALUE"]);
    fails(&folder, "train vae --set hidden=many", &["hidden", "many"]);
    fails(&folder, "train vae --set hidden=-1", &["hidden", "-1"]);
    fails(&folder, "train vae --set no-such-knob=1", &["no-such-knob", "latent"]);
    fails(&folder, "train vae --preset no-such-preset", &["no-such-preset"]);
    fails(&folder, "train vae --steps 0", &["steps"]);
    fails(&folder, "train vae --steps 5 --epochs 5", &["--epochs"]);
    fails(&folder, "train rbm --data points --steps 1", &["points"]);
    fails(&folder, "eval missing.safetensors", &["missing.safetensors"]);
    fails(&folder, "train vae --data digits --steps 1 --out no/such/folder/m.safetensors", &["no/such/folder"]);
}

#[test]
fn damaged_files_are_named_with_what_is_wrong() {
    let folder = folder("damaged");
    /// A folder's name, its images, its labels, and what the message must say.
    type Case = (&'static str, Vec<u8>, Vec<u8>, &'static [&'static str]);
    let cases: [Case; 6] = [
        ("short", idx_images(4, 28, 9)[..50].to_vec(), idx_labels(&[0, 1, 2, 3]), &["train-images", "short"]),
        ("magic", b"not an idx file at all".to_vec(), idx_labels(&[0]), &["train-images", "IDX"]),
        ("labels", idx_images(4, 28, 9), idx_labels(&[0, 1, 2]), &["train-labels", "3 labels", "4 images"]),
        ("long", [idx_images(4, 28, 9), vec![1]].concat(), idx_labels(&[0, 1, 2, 3]), &["train-images", "long"]),
        (
            "bomb",
            idx_images(0, 28, 9)[..4].iter().copied().chain([255; 12]).collect(),
            idx_labels(&[0]),
            &["train-images", "too large"],
        ),
        ("empty", vec![], idx_labels(&[0]), &["train-images"]),
    ];
    for (name, images, labels, says) in cases {
        let data = folder.join(name);
        std::fs::create_dir_all(&data).unwrap();
        std::fs::write(data.join("train-images-idx3-ubyte"), images).unwrap();
        std::fs::write(data.join("train-labels-idx1-ubyte"), labels).unwrap();
        fails(&folder, &format!("train vae --data {name} --steps 1"), says);
    }
    std::fs::create_dir_all(folder.join("nothing")).unwrap();
    fails(&folder, "train vae --data nothing --steps 1", &["nothing"]);
}

#[test]
fn damaged_and_foreign_checkpoints_are_refused() {
    let folder = folder("checkpoints");
    succeeds(&folder, "train vae --data digits --steps 1 --out vae.safetensors");
    let whole = std::fs::read(folder.join("vae.safetensors")).unwrap();
    std::fs::write(folder.join("half.safetensors"), &whole[..whole.len() / 2]).unwrap();
    fails(&folder, "eval half.safetensors", &["half.safetensors", "safetensors"]);
    std::fs::write(folder.join("text.safetensors"), "hello").unwrap();
    fails(&folder, "sample text.safetensors --out x.png", &["text.safetensors"]);
    fails(&folder, "eval vae.safetensors --data points --json", &["vae.safetensors"]);
    fails(&folder, "eval vae.safetensors --metrics no_such_metric", &["no_such_metric", "negative_elbo"]);
}

#[test]
fn a_gpu_that_is_not_there_is_missed_in_one_line() {
    let folder = folder("no-gpu");
    succeeds(&folder, "train rbm --data bars --steps 1 --out m.safetensors");
    for line in [
        "train rbm --data bars --steps 1 --device gpu",
        "eval m.safetensors --device gpu",
        "sample m.safetensors --out g.png --device gpu",
    ] {
        // OpenGL is none of the ways in which Daydream reaches a GPU.
        let mut command = Command::new(env!("CARGO_BIN_EXE_daydream"));
        let output =
            command.args(line.split_whitespace()).current_dir(&folder).env("WGPU_BACKEND", "gl").output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "daydream {line}: {message}");
        assert!(message.starts_with("daydream: There is no GPU"), "{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
    }
}

#[test]
fn a_model_trained_on_a_gpu_is_that_of_the_cpu() {
    let folder = folder("gpu");
    let line = "train rbm --data bars --set hidden=16 --steps 50 --seed 5 --device gpu --out gpu.safetensors";
    let output = daydream(&folder, line);
    let said = String::from_utf8(output.stderr).unwrap();
    if ["There is no GPU", "The GPU cannot be used"].iter().any(|why| said.contains(why)) {
        // Past the test harness, which keeps to itself what a passing test prints.
        writeln!(std::io::stderr(), "SKIPPED a_model_trained_on_a_gpu_is_that_of_the_cpu: {said}").unwrap();
        return;
    }
    assert!(output.status.success(), "{said}");
    assert!(said.contains("GPU: "), "{said}");
    succeeds(&folder, "train rbm --data bars --set hidden=16 --steps 50 --seed 5 --out cpu.safetensors");
    let measured = |line: &str| -> f64 {
        let printed: serde_json::Value = serde_json::from_str(&succeeds(&folder, line)).unwrap();
        printed["metrics"]["exact_log_likelihood"].as_f64().unwrap()
    };
    let on_cpu = measured("eval cpu.safetensors --json --metrics exact_log_likelihood");
    let on_gpu = measured("eval gpu.safetensors --json --metrics exact_log_likelihood --device gpu");
    assert!((on_cpu - on_gpu).abs() <= 1e-3 * on_cpu.abs(), "{on_cpu} and {on_gpu}");
}
