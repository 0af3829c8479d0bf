//! `daydream sample`: new rows from a saved model, as a picture.

use crate::args::Sample;
use crate::failure::Failure;
use crate::{open, png_grid};

pub(crate) fn sample(args: &Sample) -> Result<(), Failure> {
    let mut session = open::saved(&args.file, args.data.as_deref(), args.hardware)?;
    let fresh = || getrandom::u32().map_err(|error| Failure::new(format!("no random seed: {error}")));
    let seed = args.seed.map_or_else(fresh, Ok)?;
    let rows = pollster::block_on(session.sample(args.n as usize, seed))?;
    png_grid::write(&args.out, session.data(), &rows)?;
    println!("{} samples with seed {seed} in {}", args.n, args.out.display());
    Ok(())
}
