//! `daydream eval`: the metrics of a saved model on a test split.

use serde_json::{Map, Value, json};

use crate::args::Eval;
use crate::failure::Failure;
use crate::open;

pub(crate) fn evaluate(args: &Eval) -> Result<(), Failure> {
    let mut session = open::saved(&args.file, args.data.as_deref(), args.hardware)?;
    let all: Vec<&str> = session.spec().metrics.iter().map(|metric| metric.id).collect();
    let wanted = if args.metrics.is_empty() { all } else { args.metrics.iter().map(String::as_str).collect() };
    let metrics = pollster::block_on(session.evaluate(&wanted))?;

    let n = session.data().test.len();
    if args.json {
        let metrics: Map<String, Value> = metrics.iter().map(|(id, value)| (id.clone(), json!(value))).collect();
        let (model, data) = (session.spec().id, &session.data().name);
        println!("{}", json!({ "model": model, "data": data, "split": "test", "n": n, "metrics": metrics }));
        return Ok(());
    }
    println!("{} on {}, {n} test rows, after {} steps", session.spec().id, session.data().name, session.steps_done());
    for (id, value) in &metrics {
        let unit = session.spec().metrics.iter().find(|metric| metric.id == id).map_or("", |metric| metric.unit);
        println!("  {id:<28} {value:>12.5} {unit}");
    }
    Ok(())
}
