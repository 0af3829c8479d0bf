//! The table of functions of a WebAssembly module, which grows while it runs.

use std::ops::Range;
use std::sync::{Mutex, OnceLock, PoisonError};

use daydream_cpu::Linker;
use js_sys::WebAssembly::{Instance, Module, Table};
use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

/// Links functions behind those that the module came with: in the tables of all threads there are as many.
pub(crate) struct OwnTable {
    /// How many functions the module came with.
    first: OnceLock<usize>,
    /// What is taken behind them, in order.
    taken: Mutex<Vec<Range<usize>>>,
}

pub(crate) static OWN_TABLE: OwnTable = OwnTable { first: OnceLock::new(), taken: Mutex::new(vec![]) };

impl Linker for OwnTable {
    fn reserve(&self, functions: usize) -> Option<usize> {
        let mut start = *self.first.get_or_init(|| table().length() as usize);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |start: &mut usize, range: &Range<usize>| {
            let fits = *start + functions <= range.start;
            if !fits {
                *start = range.end;
            }
            fits
        };
        let number = taken.iter().position(|range| fits(&mut start, range)).unwrap_or(taken.len());
        taken.insert(number, start..start + functions);
        Some(start)
    }

    fn release(&self, functions: Range<usize>) {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).retain(|range| *range != functions);
    }

    fn link(&self, module: &[u8], functions: &Range<usize>) -> bool {
        link(module, functions.end as u32).is_ok()
    }
}

/// How many functions are linked now, for all that is loaded.
pub fn linked_functions() -> usize {
    OWN_TABLE.taken.lock().unwrap_or_else(PoisonError::into_inner).iter().map(ExactSizeIterator::len).sum()
}

fn link(module: &[u8], end: u32) -> Result<(), JsValue> {
    let table = table();
    if let Some(more) = end.checked_sub(table.length()).filter(|&more| more > 0) {
        table.grow(more)?;
    }
    // A copy: a browser does not compile what other threads could change.
    let module = Module::new(&Uint8Array::from(module))?;
    let (own, imports) = (Object::new(), Object::new());
    Reflect::set(&own, &"m".into(), &wasm_bindgen::memory())?;
    Reflect::set(&own, &"t".into(), &table)?;
    Reflect::set(&imports, &"e".into(), &own)?;
    Instance::new(&module, &imports)?;
    Ok(())
}

fn table() -> Table {
    wasm_bindgen::function_table().unchecked_into()
}
