//! Functions of each number of a block.

pub(crate) fn exp(block: &mut [f32]) {
    block.iter_mut().for_each(|x| *x = x.exp());
}

pub(crate) fn log(block: &mut [f32]) {
    block.iter_mut().for_each(|x| *x = x.ln());
}

pub(crate) fn tanh(block: &mut [f32]) {
    block.iter_mut().for_each(|x| *x = x.tanh());
}

pub(crate) fn sin(block: &mut [f32]) {
    block.iter_mut().for_each(|x| *x = x.sin());
}
