//! Training steps natively, on as many threads as its argument says, for `run.mjs`, which decides whose turn it is.
//!
//! Prints one line of JSON that names the engine and its contestants. Then each line of its input, a contestant and a number of
//! steps separated by a tab, is answered by the seconds that they took.

mod convolutional;
mod networks;

use std::collections::BTreeMap;
use std::io::{BufRead, stdin};
use std::time::Instant;

use daydream_cpu::Cpu;

use networks::Network;

const CONTESTANTS: [&str; 5] = ["vae", "rbm", "gan", "ff", "convolutional"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let threads = std::env::args().nth(1).ok_or("say how many threads")?.parse()?;
    println!("{}", serde_json::json!({ "version": env!("CARGO_PKG_VERSION"), "contestants": CONTESTANTS }));
    let mut networks = BTreeMap::new();
    for line in stdin().lock().lines() {
        let line = line?;
        let (name, times) = line.split_once('\t').ok_or("a line holds a name, a tab and a number")?;
        if !networks.contains_key(name) {
            networks.insert(name.to_owned(), Network::open(name, Box::new(Cpu::with_threads(threads)))?);
        }
        let network = networks.get_mut(name).ok_or("it was opened")?;
        let times = times.parse()?;
        let begun = Instant::now();
        network.run(times);
        let seconds = begun.elapsed().as_secs_f64();
        if !network.loss()?.is_finite() {
            return Err(format!("the training of {name} failed").into());
        }
        println!("{seconds}");
    }
    Ok(())
}
