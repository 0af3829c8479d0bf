//! What a stage of the compiler prints, against files that a person can read.

use std::fs;
use std::path::Path;

/// Compares `text` with `snapshots/{name}.txt` beside this crate. With the environment variable `BLESS` set, writes it there instead:
/// read the difference before it is committed.
///
/// # Panics
/// When they differ.
#[track_caller]
pub fn check_text(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots").join(format!("{name}.txt"));
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, text).expect("the snapshot can be written");
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let first = text.lines().zip(expected.lines()).position(|(found, expected)| found != expected);
    let line = first.unwrap_or_else(|| text.lines().count().min(expected.lines().count()));
    let at = |text: &str| text.lines().nth(line).unwrap_or("the end").to_owned();
    assert!(
        text == expected,
        "{} differs in line {}\n  expected: {}\n     found: {}\nIf the change is right, run the test with BLESS=1 and read the difference.",
        path.display(),
        line + 1,
        at(&expected),
        at(text)
    );
}
