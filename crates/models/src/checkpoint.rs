//! Checkpoints: all parameters as safetensors, readable from PyTorch and every other framework, with the recipe and the step in the header.

use std::collections::HashMap;
use std::hint::black_box;

use daydream_graph::{Module, Variable};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use crate::{Error, Recipe, Words, words};

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

/// What a session does with checkpoints, through pointers that the compiler does not follow: so a page can bring this code when it is needed.
pub(crate) struct Code {
    pub(crate) header: fn(&str, &[u8]) -> Fallible<Header>,
    pub(crate) write: fn(&Header, &Module, &[f32]) -> Fallible<Vec<u8>>,
    pub(crate) params: fn(&str, &[u8], &Module) -> Fallible<Vec<f32>>,
}

type Fallible<T> = Result<T, Error>;

pub(crate) fn code() -> &'static Code {
    static CODE: Code = Code { header, write, params };
    black_box(&CODE)
}

/// Reads what a checkpoint says about itself, without a model.
pub fn header(source: &str, bytes: &[u8]) -> Result<Header, Error> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|error| unreadable(source, &error))?;
    let text = metadata.metadata().as_ref().and_then(|entries| entries.get(HEADER)).ok_or_else(|| {
        let problem = words!(
            "its safetensors header has no entry {HEADER:?}; expected a file saved by this page or by `daydream train --out`",
            "safetensors 헤더에 {HEADER:?} 항목이 없습니다. 이 페이지나 `daydream train --out` 명령으로 저장한 파일이어야 합니다."
        );
        Error::bad_file(source, problem)
    })?;
    serde_json::from_str(text).map_err(|error| {
        let problem = words!(
            "its header entry {HEADER:?} is damaged ({error}); save it again",
            "헤더의 {HEADER:?} 항목이 손상되었습니다({error}). 다시 저장해 주세요."
        );
        Error::bad_file(source, problem)
    })
}

/// A safetensors file of a module's parameters, given as the arena's range that holds them.
fn write(header: &Header, module: &Module, params: &[f32]) -> Result<Vec<u8>, Error> {
    let bytes: Vec<u8> = params.iter().flat_map(|x| x.to_le_bytes()).collect();
    let view = |param: &Variable| {
        let range = param.range().start * 4..param.range().end * 4;
        TensorView::new(Dtype::F32, param.shape.clone(), &bytes[range]).map(|view| (param.name.clone(), view))
    };
    let views: Result<Vec<_>, _> = module.params.iter().map(view).collect();
    let text = serde_json::to_string(header).map_err(|error| unwritable(&error))?;
    let metadata = Some(HashMap::from([(HEADER.to_owned(), text)]));
    views.and_then(|views| safetensors::serialize(views, metadata)).map_err(|error| unwritable(&error))
}

/// The parameters of a checkpoint, laid out as the module's arena wants them.
fn params(source: &str, bytes: &[u8], module: &Module) -> Result<Vec<f32>, Error> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| unreadable(source, &error))?;
    let mut params = vec![0.0; module.params_range().end];
    for param in &module.params {
        let name = &param.name;
        let bad = |problem: Words| Error::bad_file(source, problem);
        let tensor = file
            .tensor(name)
            .map_err(|_| bad(words!("it has no tensor {name:?}", "이름이 {name:?}인 텐서가 없습니다.")))?;
        if tensor.dtype() != Dtype::F32 || tensor.shape() != param.shape {
            return Err(bad(words!(
                "tensor {name:?} is {found:?} of shape {shape:?}; this model needs F32 of shape {expected:?}",
                "텐서 {name:?}: 자료형은 {found:?}, 모양은 {shape:?}입니다. 이 모델에는 자료형 F32, 모양 {expected:?}인 텐서가 필요합니다.",
                found = tensor.dtype(),
                shape = tensor.shape(),
                expected = param.shape
            )));
        }
        for (to, from) in params[param.range()].iter_mut().zip(tensor.data().chunks_exact(4)) {
            *to = f32::from_le_bytes([from[0], from[1], from[2], from[3]]);
        }
        if let Some(bad_value) = params[param.range()].iter().find(|x| !x.is_finite()) {
            return Err(bad(words!(
                "tensor {name:?} holds the value {bad_value}; it was saved after training diverged",
                "텐서 {name:?}에 유한하지 않은 값이 들어 있습니다: {bad_value}. 학습이 발산한 뒤에 저장한 파일입니다."
            )));
        }
    }
    Ok(params)
}

fn unreadable(source: &str, error: &dyn std::fmt::Display) -> Error {
    let problem = words!("not a readable safetensors file ({error})", "safetensors 파일로 읽을 수 없습니다({error}).");
    Error::bad_file(source, problem)
}

fn unwritable(error: &dyn std::fmt::Display) -> Error {
    Error::Unsupported(words!(
        "the parameters cannot be written as safetensors: {error}",
        "매개변수를 safetensors 파일로 저장할 수 없습니다: {error}"
    ))
}
