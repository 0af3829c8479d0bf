//! The one handle through which JavaScript trains Daydream's models.

use wasm_bindgen::prelude::*;

/// Makes a panic reach JavaScript as an `Error` that carries the panic's message and place, instead of a bare
/// "unreachable executed". Nothing unwinds on this target: after such an error the module's memory is in an
/// unknown state and its worker must be started anew.
#[wasm_bindgen(start)]
pub fn forward_panics() {
    std::panic::set_hook(Box::new(|panic| wasm_bindgen::throw_str(&panic.to_string())));
}

/// The version of Daydream, as in `Cargo.toml`.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// A seed that nobody has used before, for "new seed": the only number that does not follow from the address.
///
/// # Errors
/// When the browser refuses `crypto.getRandomValues`.
#[wasm_bindgen(js_name = freshSeed)]
pub fn fresh_seed() -> Result<u32, JsError> {
    let seed = getrandom::u32();
    seed.map_err(|error| JsError::new(&format!("the browser gave no random seed: {error}")))
}
