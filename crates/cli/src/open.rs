//! From what a person names (data, a saved model) to a session.

use std::path::Path;
use std::rc::Rc;
use std::time::Instant;

use daydream_cpu::Cpu;
use daydream_models::data::{self, Dataset};
use daydream_models::{DeviceChoice, Devices, Recipe, Session, checkpoint};

use crate::args::{Device, Hardware};
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

/// A new session. One that should run on a GPU and cannot is a failure; nobody who asks for a GPU wants to wait for the CPU.
pub(crate) fn session(recipe: Recipe, hardware: Hardware) -> Result<Session, Failure> {
    let data = dataset(&recipe.data)?;
    let choice = match hardware.device {
        Device::Cpu => DeviceChoice::Cpu,
        Device::Gpu => DeviceChoice::Gpu,
    };
    let session = pollster::block_on(Session::open(recipe, data, choice, &devices(hardware.threads())))?;
    let placement = session.placement();
    if placement.notice.is_some() {
        return Err(Failure::new(placement.why.en.trim_end_matches('.')));
    }
    if hardware.device == Device::Gpu {
        eprintln!("GPU: {}", placement.name);
    }
    Ok(session)
}

impl Hardware {
    fn threads(self) -> usize {
        self.threads.map_or_else(|| num_cpus::get_physical().min(num_cpus::get()), usize::from)
    }
}

fn devices(threads: usize) -> Rc<Devices> {
    let begun = Instant::now();
    let clock = move || begun.elapsed().as_secs_f64() * 1000.0;
    Rc::new(Devices::new(move || Box::new(Cpu::with_threads(threads)), daydream_gpu::open, clock))
}

/// The session that a file was saved from, on the data that it names or on `data`.
pub(crate) fn saved(file: &Path, data: Option<&str>, hardware: Hardware) -> Result<Session, Failure> {
    let bytes = std::fs::read(file).map_err(|error| Failure::file(file, error))?;
    let source = file.display().to_string();
    let mut recipe = checkpoint::header(&source, &bytes)?.recipe;
    if let Some(data) = data {
        let own = data::find(&recipe.data).map_or(&[][..], |spec| spec.knobs);
        recipe.knobs.retain(|id, _| data == recipe.data || !own.iter().any(|knob| knob.id == id));
        recipe.data = data.to_owned();
    }
    let mut session = session(recipe, hardware)?;
    pollster::block_on(session.load(&source, &bytes))?;
    Ok(session)
}
