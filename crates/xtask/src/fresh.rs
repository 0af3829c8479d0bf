//! Skips a step whose inputs are what they were when it last succeeded.

use anyhow::{Context, Result};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// What a step reads and writes, and where its last success is written down.
pub(crate) struct Step<'a> {
    /// The file that holds the fingerprint of the inputs of the last success.
    pub(crate) stamp: PathBuf,
    /// Files and folders whose contents decide the result.
    pub(crate) inputs: &'a [PathBuf],
    /// Names of entries in those folders that do not count.
    pub(crate) ignored: &'a [&'a str],
    /// Something that must exist for the last result to be usable.
    pub(crate) output: PathBuf,
}

impl Step<'_> {
    /// Does `work` unless its result is up to date. A step that fails or is interrupted runs again next time.
    pub(crate) fn run(&self, work: impl FnOnce() -> Result<()>) -> Result<()> {
        let fingerprint = self.fingerprint()?;
        let last = fs::read_to_string(&self.stamp).unwrap_or_default();
        if self.output.exists() && last == fingerprint {
            return Ok(());
        }
        // Without the stamp, a result that is half written can never pass for a whole one.
        if self.stamp.exists() {
            fs::remove_file(&self.stamp)?;
        }
        work()?;
        if let Some(folder) = self.stamp.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&self.stamp, fingerprint).with_context(|| format!("cannot write {}", self.stamp.display()))
    }

    /// A hash of the names and contents of all inputs.
    fn fingerprint(&self) -> Result<String> {
        let mut hasher = DefaultHasher::new();
        for input in self.inputs {
            self.hash_into(input, &mut hasher)?;
        }
        Ok(format!("{:016x}", hasher.finish()))
    }

    fn hash_into(&self, path: &Path, hasher: &mut DefaultHasher) -> Result<()> {
        path.file_name().hash(hasher);
        if !path.is_dir() {
            let contents = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            contents.hash(hasher);
            return Ok(());
        }
        let mut entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
        entries.sort();
        for entry in entries {
            let counts = entry.file_name().is_some_and(|name| !self.ignored.iter().any(|ignored| name == *ignored));
            if counts {
                self.hash_into(&entry, hasher)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn a_step_runs_when_inputs_change_or_the_output_is_gone() {
        let folder = std::env::temp_dir().join(format!("daydream-fresh-{}", std::process::id()));
        let source = folder.join("source");
        fs::create_dir_all(source.join("ignored")).unwrap();
        fs::write(source.join("a"), "1").unwrap();
        let inputs = [source.clone()];
        let step = Step {
            stamp: folder.join("stamps/step"),
            inputs: &inputs,
            ignored: &["ignored"],
            output: folder.join("out"),
        };
        let runs = Cell::new(0);
        let run = |succeed: bool| {
            step.run(|| {
                runs.set(runs.get() + 1);
                anyhow::ensure!(succeed, "told to fail");
                Ok(fs::write(folder.join("out"), "")?)
            })
        };

        run(true).unwrap();
        run(true).unwrap();
        assert_eq!(runs.get(), 1, "nothing changed");
        fs::write(source.join("ignored/b"), "2").unwrap();
        run(true).unwrap();
        assert_eq!(runs.get(), 1, "only an ignored file changed");
        fs::write(source.join("a"), "2").unwrap();
        assert!(run(false).is_err());
        run(true).unwrap();
        assert_eq!(runs.get(), 3, "an input changed and the first attempt failed");
        fs::remove_file(folder.join("out")).unwrap();
        run(true).unwrap();
        assert_eq!(runs.get(), 4, "the output was gone");
        fs::remove_dir_all(&folder).unwrap();
    }
}
