//! Checkpoints: all parameters as safetensors, readable from PyTorch and every other framework, with the recipe and the step in the header.

use std::collections::HashMap;

use daydream_graph::{Module, Variable};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use crate::{Error, Recipe};

/// Key of the header entry that holds the [`Header`] as JSON.
const HEADER: &str = "daydream";

/// What a checkpoint says about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The run that it was saved from.
    pub recipe: Recipe,
    /// Training steps made.
    pub step: u64,
}

/// Reads what a checkpoint says about itself, without a model.
pub fn header(source: &str, bytes: &[u8]) -> Result<Header, Error> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|error| unreadable(source, &error))?;
    let text = metadata.metadata().as_ref().and_then(|entries| entries.get(HEADER)).ok_or_else(|| Error::BadFile {
        source: source.to_owned(),
        problem: format!(
            "its safetensors header has no entry {HEADER:?}; expected a file saved by this page or by `daydream train --out`"
        ),
    })?;
    serde_json::from_str(text).map_err(|error| Error::BadFile {
        source: source.to_owned(),
        problem: format!("its header entry {HEADER:?} is damaged ({error}); save it again"),
    })
}

/// A safetensors file of a module's parameters, given as the arena's range that holds them.
pub(crate) fn write(header: &Header, module: &Module, params: &[f32]) -> Result<Vec<u8>, Error> {
    let bytes: Vec<u8> = params.iter().flat_map(|x| x.to_le_bytes()).collect();
    let view = |param: &Variable| {
        let range = param.range().start * 4..param.range().end * 4;
        TensorView::new(Dtype::F32, param.shape.clone(), &bytes[range]).map(|view| (param.name.clone(), view))
    };
    let views: Result<Vec<_>, _> = module.params.iter().map(view).collect();
    let text = serde_json::to_string(header).map_err(|error| Error::Unsupported(error.to_string()))?;
    let metadata = Some(HashMap::from([(HEADER.to_owned(), text)]));
    views
        .and_then(|views| safetensors::serialize(views, metadata))
        .map_err(|error| Error::Unsupported(format!("the parameters cannot be written as safetensors: {error}")))
}

/// The parameters of a checkpoint, laid out as the module's arena wants them.
pub(crate) fn params(source: &str, bytes: &[u8], module: &Module) -> Result<Vec<f32>, Error> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| unreadable(source, &error))?;
    let mut params = vec![0.0; module.params_range().end];
    for param in &module.params {
        let bad = |problem: String| Error::BadFile { source: source.to_owned(), problem };
        let tensor = file.tensor(&param.name).map_err(|_| bad(format!("it has no tensor {:?}", param.name)))?;
        if tensor.dtype() != Dtype::F32 || tensor.shape() != param.shape {
            return Err(bad(format!(
                "tensor {:?} is {:?} of shape {:?}; this model needs F32 of shape {:?}",
                param.name,
                tensor.dtype(),
                tensor.shape(),
                param.shape
            )));
        }
        for (to, from) in params[param.range()].iter_mut().zip(tensor.data().chunks_exact(4)) {
            *to = f32::from_le_bytes([from[0], from[1], from[2], from[3]]);
        }
        if let Some(bad_value) = params[param.range()].iter().find(|x| !x.is_finite()) {
            return Err(bad(format!(
                "tensor {:?} holds the value {bad_value}; it was saved after training diverged",
                param.name
            )));
        }
    }
    Ok(params)
}

fn unreadable(source: &str, error: &dyn std::fmt::Display) -> Error {
    Error::BadFile { source: source.to_owned(), problem: format!("not a readable safetensors file ({error})") }
}
