//! Counts what passed, failed and was skipped, over test runners that each say it in their own way.

use serde_json::Value;
use std::fmt;
use std::ops::AddAssign;

/// How many checks passed, failed and were skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Tally {
    /// A check that is one thing, such as a lint.
    pub(crate) fn one(passed: bool) -> Tally {
        Tally { passed: passed.into(), failed: (!passed).into(), skipped: 0 }
    }

    /// Adds what a line of libtest's output says, if it is a closing line:
    /// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s`.
    pub(crate) fn add_libtest_line(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) else {
            return;
        };
        for count in counts.split(';') {
            let mut words = count.split_whitespace();
            let number = words.next().and_then(|word| word.parse::<u64>().ok()).unwrap_or(0);
            match words.next() {
                Some("passed") => self.passed += number,
                Some("failed") => self.failed += number,
                Some("ignored") => self.skipped += number,
                _ => {}
            }
        }
    }

    /// What Vitest's JSON report says. A file that could not be loaded has no failed test, yet is a failure.
    pub(crate) fn from_vitest(report: &Value) -> Tally {
        let count = |key: &str| report[key].as_u64().unwrap_or(0);
        let unreported = report["success"] != Value::Bool(true) && count("numFailedTests") == 0;
        Tally {
            passed: count("numPassedTests"),
            failed: count("numFailedTests") + u64::from(unreported),
            skipped: count("numPendingTests") + count("numTodoTests"),
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_libtest() {
        let mut tally = Tally::default();
        tally.add_libtest_line("running 4 tests");
        tally.add_libtest_line("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out");
        tally.add_libtest_line("test result: FAILED. 10 passed; 2 failed; 0 ignored; 0 measured; 7 filtered out");
        assert_eq!(tally, Tally { passed: 13, failed: 2, skipped: 1 });
        assert_eq!(tally.to_string(), "13 passed, 2 failed, 1 skipped");
    }

    #[test]
    fn reads_vitest() {
        let report = json!({"success": true, "numPassedTests": 3, "numFailedTests": 0, "numPendingTests": 2});
        assert_eq!(Tally::from_vitest(&report), Tally { passed: 3, failed: 0, skipped: 2 });
        let broken_file = json!({"success": false, "numPassedTests": 3, "numFailedTests": 0});
        assert_eq!(Tally::from_vitest(&broken_file), Tally { passed: 3, failed: 1, skipped: 0 });
        assert_eq!(Tally::from_vitest(&Value::Null), Tally::one(false), "no report is a failure");
    }
}
