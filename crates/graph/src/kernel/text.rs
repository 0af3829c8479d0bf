//! Kernels as text: what a person reads and tests compare.

use std::fmt;

use super::{Access, Affine, Body, Guard, Kernel, Overlap, Scalar};

impl fmt::Display for Affine {
    /// `7 + 2·i0 + i1`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut terms = Vec::new();
        if self.offset != 0 || self.strides.iter().all(|&stride| stride == 0) {
            terms.push(self.offset.to_string());
        }
        for (dimension, &stride) in self.strides.iter().enumerate() {
            match stride {
                0 => {}
                1 => terms.push(format!("i{dimension}")),
                _ => terms.push(format!("{stride}·i{dimension}")),
            }
        }
        f.write_str(&terms.join(" + "))
    }
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0 <= {} < {}", self.index, self.extent)
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.buffer, self.index)?;
        if !self.guards.is_empty() {
            write!(f, " if {}", guards_text(&self.guards))?;
        }
        Ok(())
    }
}

/// `, 3 windows along i1, stride 2, dilation 1`
struct Overlaps<'a>(&'a [Overlap]);

impl fmt::Display for Overlaps<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|Overlap { axis, count, stride, dilation, .. }| {
            write!(f, ", {count} windows along i{axis}, stride {stride}, dilation {dilation}")
        })
    }
}

fn guards_text(guards: &[Guard]) -> String {
    guards.iter().map(Guard::to_string).collect::<Vec<_>>().join(" and ")
}

fn write_scalars(f: &mut fmt::Formatter<'_>, scalars: &[Scalar], letter: char) -> fmt::Result {
    for (index, scalar) in scalars.iter().enumerate() {
        write!(f, "    {letter}{index} = ")?;
        match scalar {
            Scalar::Body => writeln!(f, "body")?,
            Scalar::Const(value) => writeln!(f, "{value:?}")?,
            Scalar::Index(index) => writeln!(f, "{index}")?,
            Scalar::Load(access) => writeln!(f, "{access}")?,
            Scalar::Random { stream, element } => writeln!(f, "random({stream}, {element})")?,
            Scalar::Unary(op, x) => writeln!(f, "{op:?} {letter}{}", x.0)?,
            Scalar::Binary(op, a, b) => writeln!(f, "{op:?} {letter}{} {letter}{}", a.0, b.0)?,
            Scalar::Select(c, a, b) => writeln!(f, "Select {letter}{} {letter}{} {letter}{}", c.0, a.0, b.0)?,
            Scalar::Inside(guards) => writeln!(f, "{}", guards_text(guards))?,
        }
    }
    Ok(())
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "kernel {:?}", self.domain)?;
        match &self.body {
            Body::None => {}
            Body::Reduce { op, extents, terms } => {
                writeln!(f, "  body = {op:?} over {extents:?} of")?;
                write_scalars(f, terms, 't')?;
            }
            Body::MatMul { a, b, depth, .. } => writeln!(f, "  body = Sum over {depth:?} of {a} · {b}")?,
            Body::Gather { table, rows, stride, len } => {
                writeln!(f, "  body = {table} at row {rows} of {len}, {stride} apart")?;
            }
            Body::ScatterAdd { extents, rows, values } => {
                writeln!(f, "  body = Sum over {extents:?} of {values} at row {rows}")?;
            }
            Body::Fold { windows, overlaps } => {
                writeln!(f, "  body = Sum over {:?} of {windows}{}", self.body.inner(), Overlaps(overlaps))?;
            }
            Body::MatMulFold { a, b, overlaps, .. } => {
                writeln!(f, "  body = Sum over {:?} of {a} · {b}{}", self.body.inner(), Overlaps(overlaps))?;
            }
        }
        write_scalars(f, &self.scalars, 's')?;
        for store in &self.stores {
            writeln!(f, "  {} = s{}", store.target, store.value.0)?;
        }
        Ok(())
    }
}
