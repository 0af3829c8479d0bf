//! From what a person names (data, a saved model) to a session.

use std::path::Path;
use std::rc::Rc;

use daydream_cpu::Cpu;
use daydream_models::data::{self, Dataset};
use daydream_models::{Recipe, Session, checkpoint};

use crate::failure::Failure;

/// The data set of a folder, or nothing when the name is that of a data set that comes with Daydream.
pub(crate) fn dataset(name: &str) -> Result<Option<Rc<Dataset>>, Failure> {
    let unknown = match data::find(name) {
        Ok(_) => return Ok(None),
        Err(unknown) => unknown,
    };
    let path = Path::new(name);
    if !path.exists() {
        return Err(Failure::new(format!("{unknown}, or a folder with IDX files; there is no folder {name}")));
    }
    Ok(Some(Rc::new(data::read_path(path)?)))
}

/// A new session.
pub(crate) fn session(recipe: Recipe) -> Result<Session, Failure> {
    let data = dataset(&recipe.data)?;
    Ok(pollster::block_on(Session::new(recipe, data, Box::new(Cpu::new())))?)
}

/// The session that a file was saved from, on the data that it names or on `data`.
pub(crate) fn saved(file: &Path, data: Option<&str>) -> Result<Session, Failure> {
    let bytes = std::fs::read(file).map_err(|error| Failure::file(file, error))?;
    let source = file.display().to_string();
    let mut recipe = checkpoint::header(&source, &bytes)?.recipe;
    if let Some(data) = data {
        let own = data::find(&recipe.data).map_or(&[][..], |spec| spec.knobs);
        recipe.knobs.retain(|id, _| data == recipe.data || !own.iter().any(|knob| knob.id == id));
        recipe.data = data.to_owned();
    }
    let mut session = session(recipe)?;
    pollster::block_on(session.load(&source, &bytes))?;
    Ok(session)
}
