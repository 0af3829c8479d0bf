//! Affine functions and guards as WGSL.

use daydream_graph::kernel::{Affine, Guard};

/// The names of a point's coordinates in the shader, one for every dimension that an affine function speaks of. All are `i32`.
#[derive(Clone, Copy)]
pub(super) struct Point<'a>(pub(super) &'a [String]);

impl Point<'_> {
    /// `7 + 2 * i0 + i1`, moved by `shift`.
    pub(super) fn index(self, affine: &Affine, shift: isize) -> String {
        let offset = affine.offset + shift;
        let mut terms = Vec::new();
        for (name, &stride) in self.0.iter().zip(&affine.strides) {
            match stride {
                0 => {}
                1 => terms.push(name.clone()),
                _ => terms.push(format!("{stride} * {name}")),
            }
        }
        if offset != 0 || terms.is_empty() {
            terms.insert(0, offset.to_string());
        }
        terms.join(" + ")
    }

    /// Whether all guards hold, `lane` steps further along the last dimension; `None` when there is nothing to ask.
    pub(super) fn guards(self, guards: &[Guard], lane: isize) -> Option<String> {
        let conditions = guards.iter().filter_map(|guard| {
            let (extent, Affine { strides, offset }) = (guard.extent, &guard.index);
            if strides.iter().all(|&stride| stride == 0) {
                // WGSL refuses to read a negative constant without its sign.
                let holds = usize::try_from(*offset).is_ok_and(|index| index < extent);
                return (!holds).then(|| "false".to_owned());
            }
            let last = strides.last().copied().unwrap_or(0);
            // A negative number is a large one when it is read without its sign.
            Some(format!("u32({}) < {extent}u", self.index(&guard.index, lane * last)))
        });
        let conditions: Vec<String> = conditions.collect();
        (!conditions.is_empty()).then(|| conditions.join(" && "))
    }
}

/// Lines that take a row-major number apart into coordinates: `let i0 = ..;`. Coordinates that `needed` leaves out are not named.
pub(super) fn coordinates(number: &str, extents: &[usize], names: &[String], needed: impl Fn(usize) -> bool) -> String {
    let mut lines = String::new();
    for (axis, (&extent, name)) in extents.iter().zip(names).enumerate().filter(|(axis, _)| needed(*axis)) {
        let outermost = extents[..axis].iter().all(|&outer| outer == 1);
        // Nothing is ever computed where an extent is 0, but its text must be valid.
        let (extent, block) = (extent.max(1), extents[axis + 1..].iter().product::<usize>().max(1));
        let quotient = if block == 1 { number.to_owned() } else { format!("{number} / {block}u") };
        let coordinate = match (extent, outermost) {
            (1, _) => "0".to_owned(),
            (_, true) => format!("i32({quotient})"),
            (_, false) => format!("i32(({quotient}) % {extent}u)"),
        };
        lines.push_str(&format!("let {name} = {coordinate};\n"));
    }
    lines
}

/// `i0, i1, ..`
pub(super) fn names(prefix: char, count: usize) -> Vec<String> {
    (0..count).map(|axis| format!("{prefix}{axis}")).collect()
}
