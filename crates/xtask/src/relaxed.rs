//! Two modules of one that was compiled with relaxed SIMD: one that browsers with relaxed SIMD load, and one that computes the same bits in all.
//!
//! Relaxed SIMD multiplies and adds in one instruction, on most processors in the time of one of them. How often it rounds is the processor's
//! choice, and a browser that does not know it refuses the whole module. Compiling everything again without it would take minutes; to spell
//! the instruction out in two takes a moment.

use anyhow::{Context, Result, ensure};
use walrus::ir::{
    BinaryOp, Binop, Instr, InstrSeq, LocalGet, LocalSet, TernOp, TernaryOp, V128Bitselect, VisitorMut,
    dfs_pre_order_mut,
};
use walrus::{LocalId, Module, ModuleConfig, ValType};
use wasmparser::{Validator, WasmFeatures};

/// The module that the compiler has made with `f32x4.relaxed_madd` as its only relaxed instruction.
///
/// The compiler applies relaxed SIMD to the whole module as soon as one function asks for it: where it knows that a minimum meets neither NaN nor
/// zeros of both signs it takes the relaxed one. That is decided here, in one way for every browser.
pub(crate) fn decided(compiled: &[u8]) -> Result<Vec<u8>> {
    let (mut relaxed, _) = rewritten(compiled, |instruction, written, _| written.push(decide(instruction)))?;
    Ok(relaxed.emit_wasm())
}

/// A decided module with `f32x4.add(f32x4.mul(a, b), c)` for `f32x4.relaxed_madd(a, b, c)`: both round, on every processor alike.
///
/// # Errors
/// Where there is nothing to spell out, or relaxed instructions are left that nothing is known about.
pub(crate) fn spelled_out(relaxed: &[u8]) -> Result<Vec<u8>> {
    let (mut plain, count) = rewritten(relaxed, spell_out)?;
    ensure!(count > 0, "the compiled module has no relaxed multiplication with addition");
    validated(plain.emit_wasm())
}

/// A module that the compiler has made without products, as every browser takes it.
///
/// # Errors
/// Where relaxed instructions are left that nothing is known about.
pub(crate) fn plain(compiled: &[u8]) -> Result<Vec<u8>> {
    validated(decided(compiled)?)
}

fn validated(plain: Vec<u8>) -> Result<Vec<u8>> {
    Validator::new_with_features(WasmFeatures::all() - WasmFeatures::RELAXED_SIMD)
        .validate_all(&plain)
        .context("the module still needs relaxed SIMD")?;
    Ok(plain)
}

/// An instruction with what is left to the processor decided.
fn decide(instruction: Instr) -> Instr {
    match &instruction {
        Instr::Binop(Binop { op: BinaryOp::F32x4RelaxedMin }) => Binop { op: BinaryOp::F32x4PMin }.into(),
        Instr::Binop(Binop { op: BinaryOp::F32x4RelaxedMax }) => Binop { op: BinaryOp::F32x4PMax }.into(),
        Instr::Binop(Binop { op: BinaryOp::F64x2RelaxedMin }) => Binop { op: BinaryOp::F64x2PMin }.into(),
        Instr::Binop(Binop { op: BinaryOp::F64x2RelaxedMax }) => Binop { op: BinaryOp::F64x2PMax }.into(),
        Instr::TernOp(TernOp {
            op:
                TernaryOp::I8x16RelaxedLaneselect
                | TernaryOp::I16x8RelaxedLaneselect
                | TernaryOp::I32x4RelaxedLaneselect
                | TernaryOp::I64x2RelaxedLaneselect,
        }) => V128Bitselect {}.into(),
        _ => instruction,
    }
}

/// Appends an instruction to those before it in its sequence, a relaxed multiplication with addition in two.
fn spell_out(instruction: Instr, spelled: &mut Vec<Instr>, spare: LocalId) {
    if !is_fused(&instruction) {
        return spelled.push(instruction);
    }
    // The addend lies on top of the factors. It comes off for the product and back for the sum: most often it is a local anyway.
    let addend = match spelled.last() {
        Some(&Instr::LocalGet(LocalGet { local })) => {
            spelled.pop();
            local
        }
        _ => {
            spelled.push(LocalSet { local: spare }.into());
            spare
        }
    };
    spelled.push(Binop { op: BinaryOp::F32x4Mul }.into());
    spelled.push(LocalGet { local: addend }.into());
    spelled.push(Binop { op: BinaryOp::F32x4Add }.into());
}

fn is_fused(instruction: &Instr) -> bool {
    matches!(instruction, Instr::TernOp(TernOp { op: TernaryOp::F32x4RelaxedMadd }))
}

/// A module with every instruction rewritten, and how many relaxed multiplications with addition it had. `rewrite` appends what takes the place of
/// an instruction; it may use a local that nothing else uses.
fn rewritten(module: &[u8], rewrite: fn(Instr, &mut Vec<Instr>, LocalId)) -> Result<(Module, usize)> {
    let mut config = ModuleConfig::new();
    config.generate_name_section(false).generate_producers_section(false);
    let mut module = config.parse(module).context("the compiled module cannot be read")?;
    let mut count = 0;
    for (_, function) in module.funcs.iter_local_mut() {
        let mut rewriter = Rewriter { rewrite, spare: module.locals.add(ValType::V128), count: 0 };
        let start = function.entry_block();
        dfs_pre_order_mut(&mut rewriter, function, start);
        count += rewriter.count;
    }
    Ok((module, count))
}

struct Rewriter {
    rewrite: fn(Instr, &mut Vec<Instr>, LocalId),
    spare: LocalId,
    count: usize,
}

impl VisitorMut for Rewriter {
    fn start_instr_seq_mut(&mut self, sequence: &mut InstrSeq) {
        let mut instructions = Vec::with_capacity(sequence.instrs.len());
        for (instruction, _) in sequence.instrs.drain(..) {
            self.count += usize::from(is_fused(&instruction));
            (self.rewrite)(instruction, &mut instructions, self.spare);
        }
        sequence.instrs = instructions.into_iter().map(|instruction| (instruction, Default::default())).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use walrus::FunctionBuilder;

    /// A module with one function of three vectors.
    fn module(build: impl FnOnce(&mut walrus::InstrSeqBuilder<'_>, [LocalId; 3])) -> Vec<u8> {
        let mut module = Module::default();
        let arguments = [(); 3].map(|()| module.locals.add(ValType::V128));
        let mut builder = FunctionBuilder::new(&mut module.types, &[ValType::V128; 3], &[ValType::V128]);
        build(&mut builder.func_body(), arguments);
        let function = builder.finish(arguments.to_vec(), &mut module.funcs);
        module.exports.add("f", function);
        module.emit_wasm()
    }

    /// The instructions of the function, by name.
    fn instructions(module: &[u8]) -> Vec<String> {
        let body = wasmparser::Parser::new(0).parse_all(module).find_map(|part| match part.unwrap() {
            wasmparser::Payload::CodeSectionEntry(body) => Some(body),
            _ => None,
        });
        let operators = body.unwrap().get_operators_reader().unwrap();
        operators.into_iter().map(|operator| format!("{:?}", operator.unwrap())).collect()
    }

    #[test]
    fn an_addend_in_a_local_is_read_after_the_product() {
        let relaxed = module(|body, [a, b, c]| {
            body.local_get(a).local_get(b).local_get(c).tern_op(TernaryOp::F32x4RelaxedMadd);
        });
        let plain = spelled_out(&relaxed).unwrap();
        let expected = ["LocalGet { local_index: 0 }", "LocalGet { local_index: 1 }", "F32x4Mul"];
        assert_eq!(instructions(&plain), [&expected[..], &["LocalGet { local_index: 2 }", "F32x4Add", "End"]].concat());
    }

    #[test]
    fn any_other_addend_is_set_aside_meanwhile() {
        let relaxed = module(|body, [a, b, c]| {
            body.local_get(a).local_get(b);
            body.local_get(a).local_get(b).local_get(c).tern_op(TernaryOp::F32x4RelaxedMadd);
            body.tern_op(TernaryOp::F32x4RelaxedMadd);
        });
        let inner = ["LocalGet { local_index: 2 }", "F32x4Add", "LocalSet { local_index: 3 }", "F32x4Mul"];
        let plain = instructions(&spelled_out(&relaxed).unwrap());
        assert_eq!(plain[5..], [&inner[..], &["LocalGet { local_index: 3 }", "F32x4Add", "End"]].concat());
    }

    #[test]
    fn both_modules_decide_alike_about_other_instructions() {
        let compiled = module(|body, [a, b, c]| {
            body.local_get(a).local_get(b).local_get(c).tern_op(TernaryOp::F32x4RelaxedMadd);
            body.local_get(c).binop(BinaryOp::F32x4RelaxedMin);
        });
        let relaxed = decided(&compiled).unwrap();
        let plain = spelled_out(&relaxed).unwrap();
        let minimum = ["LocalGet { local_index: 2 }", "F32x4PMin", "End"];
        assert_eq!(instructions(&relaxed)[3..], [&["F32x4RelaxedMadd"], &minimum[..]].concat());
        assert_eq!(instructions(&plain)[5..], minimum);
    }

    #[test]
    fn no_other_relaxed_instruction_may_be_left() {
        let other = module(|body, [a, b, c]| {
            body.local_get(a).local_get(b).local_get(c).tern_op(TernaryOp::F32x4RelaxedMadd);
            body.local_get(c).binop(BinaryOp::I16x8RelaxedQ15mulrS);
        });
        let error = spelled_out(&decided(&other).unwrap()).unwrap_err();
        assert!(format!("{error:#}").contains("the module still needs relaxed SIMD"), "{error:#}");
        let none = module(|body, [a, ..]| {
            body.local_get(a);
        });
        assert!(spelled_out(&none).is_err());
    }
}
