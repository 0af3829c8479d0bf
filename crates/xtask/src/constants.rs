//! The read-only data of a compiled module and what refers to it, by the linker's own account.
//!
//! A linker that is told to (`--emit-relocs`) keeps its list of symbols and of all places where it has put an address, in custom sections
//! (`https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md`). They are true of the module that the linker wrote. Tools that rewrite
//! functions leave addresses as they are.

use anyhow::{Context, Result, bail, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use walrus::ModuleConfig;
use wasmparser::{
    DefinedDataSymbol, KnownCustom, Linking, Parser, Payload, RelocAddendKind, RelocationEntry, RelocationType,
    SymbolInfo,
};

/// The name that the linker gives to the segment of read-only data.
const SEGMENT: &str = ".rodata";

/// What the linker knows of a module's constants. They are numbered.
#[derive(Default)]
pub(crate) struct Constants {
    /// The number of the data segment that they lie in.
    pub(crate) segment: usize,
    /// Where in memory that segment begins.
    pub(crate) address: u32,
    /// Where in the segment each lies. Constants may overlap: the linker merges what is alike.
    pub(crate) ranges: Vec<Range<usize>>,
    /// The constants that functions refer to, by the functions' symbols.
    pub(crate) of_functions: BTreeMap<String, BTreeSet<usize>>,
    /// The constants that each constant refers to.
    pub(crate) of_constants: Vec<BTreeSet<usize>>,
    /// The constants that data refer to which may change.
    pub(crate) of_variables: BTreeSet<usize>,
}

/// The constants of a module that the linker wrote.
///
/// # Errors
/// Where the linker was not told to say where they are, or what it says of an address is not what stands there.
pub(crate) fn read(module: &[u8]) -> Result<Constants> {
    let account = Account::read(module)?;
    let segment =
        account.segment_names.iter().position(|name| *name == SEGMENT).context("the module has no constants")?;
    let ids: BTreeMap<usize, usize> = account.data_of_symbols(segment).map(|(symbol, _)| symbol).zip(0..).collect();
    let mut constants = Constants {
        segment,
        ranges: account
            .data_of_symbols(segment)
            .map(|(_, data)| data.offset as usize..(data.offset + data.size) as usize)
            .collect(),
        of_constants: vec![BTreeSet::new(); ids.len()],
        ..Constants::default()
    };
    let mut address = None;
    for (relocation, at) in account.addresses() {
        let Some(&constant) = ids.get(&(relocation.index as usize)) else { continue };
        let begins = account.address_at(relocation, at)? - relocation.addend - constants.ranges[constant].start as i64;
        ensure!(*address.get_or_insert(begins) == begins, "the module's constants are not where its linker says");
        match account.room_of(at)? {
            Room::Function(index) => {
                for name in account.functions.get(&index).into_iter().flatten() {
                    constants.of_functions.entry((*name).to_owned()).or_default().insert(constant);
                }
            }
            Room::Segment(number, offset) if number == segment => {
                let holds = |range: &Range<usize>| range.contains(&offset);
                let holders = (0..ids.len()).filter(|&holder| holds(&constants.ranges[holder])).collect::<Vec<_>>();
                // What has no name is nobody's, and so everybody's.
                if holders.is_empty() {
                    constants.of_variables.insert(constant);
                }
                holders.into_iter().for_each(|holder| {
                    constants.of_constants[holder].insert(constant);
                });
            }
            Room::Segment(..) => {
                constants.of_variables.insert(constant);
            }
        }
    }
    constants.address = address.context("nothing in the module refers to a constant")?.try_into()?;
    Ok(constants)
}

/// A module without what its linker says of it, which is not true any more once functions are rewritten.
pub(crate) fn without_account(module: &[u8]) -> Result<Vec<u8>> {
    let mut module = ModuleConfig::new().parse(module).context("the compiled module cannot be read")?;
    let of_linker = |name: &str| name == "linking" || name.starts_with("reloc.");
    let told: Vec<_> =
        module.customs.iter().filter(|(_, section)| of_linker(section.name())).map(|(id, _)| id).collect();
    for section in told {
        module.customs.delete(section);
    }
    Ok(module.emit_wasm())
}

/// What the linker says, and where the module has what.
struct Account<'a> {
    module: &'a [u8],
    segment_names: Vec<&'a str>,
    symbols: Vec<SymbolInfo<'a>>,
    /// By section; where they count from is where the section begins.
    relocations: Vec<(usize, Vec<RelocationEntry>)>,
    /// Where sections begin.
    sections: Vec<usize>,
    /// Where functions lie, in order, and their numbers.
    bodies: Vec<(Range<usize>, u32)>,
    /// The names of functions, by their numbers.
    functions: BTreeMap<u32, Vec<&'a str>>,
    /// Where segments lie, in order.
    segments: Vec<Range<usize>>,
}

/// What an address stands in.
enum Room {
    /// A function, by its number.
    Function(u32),
    /// A data segment, by its number, and where in it.
    Segment(usize, usize),
}

impl<'a> Account<'a> {
    fn read(module: &'a [u8]) -> Result<Account<'a>> {
        let mut account = Account {
            module,
            segment_names: vec![],
            symbols: vec![],
            relocations: vec![],
            sections: vec![],
            bodies: vec![],
            functions: BTreeMap::new(),
            segments: vec![],
        };
        let mut imported = 0;
        for payload in Parser::new(0).parse_all(module) {
            let payload = payload?;
            if let Some((_, range)) = payload.as_section() {
                account.sections.push(range.start);
            }
            match payload {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        imported += u32::from(matches!(import?.ty, wasmparser::TypeRef::Func(_)));
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let number = imported + account.bodies.len() as u32;
                    account.bodies.push((body.range(), number));
                }
                Payload::DataSection(segments) => {
                    for segment in segments {
                        let segment = segment?;
                        account.segments.push(segment.range.end - segment.data.len()..segment.range.end);
                    }
                }
                Payload::CustomSection(section) => match section.as_known() {
                    KnownCustom::Linking(linking) => {
                        for part in linking {
                            account.hear(part?)?;
                        }
                    }
                    KnownCustom::Reloc(relocations) => {
                        let entries: Result<Vec<_>, _> = relocations.entries().into_iter().collect();
                        account.relocations.push((relocations.section_index() as usize, entries?));
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        ensure!(!account.symbols.is_empty(), "the module's linker has not said where its constants are");
        Ok(account)
    }

    fn hear(&mut self, part: Linking<'a>) -> Result<()> {
        match part {
            Linking::SegmentInfo(segments) => {
                for segment in segments {
                    self.segment_names.push(segment?.name);
                }
            }
            Linking::SymbolTable(symbols) => {
                for symbol in symbols {
                    let symbol = symbol?;
                    if let SymbolInfo::Func { index, name: Some(name), .. } = symbol {
                        self.functions.entry(index).or_default().push(name);
                    }
                    self.symbols.push(symbol);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The symbols of a data segment, by number, and where they lie.
    fn data_of_symbols(&self, segment: usize) -> impl Iterator<Item = (usize, DefinedDataSymbol)> {
        self.symbols.iter().enumerate().filter_map(move |(number, symbol)| match symbol {
            SymbolInfo::Data { symbol: Some(data), .. } if data.index as usize == segment => Some((number, *data)),
            _ => None,
        })
    }

    /// All addresses in memory that the linker has put somewhere, and where in the module they stand.
    fn addresses(&self) -> impl Iterator<Item = (&RelocationEntry, usize)> {
        self.relocations.iter().flat_map(|(section, entries)| {
            let start = self.sections[*section];
            let of_data = entries.iter().filter(|entry| entry.ty.addend_kind() != RelocAddendKind::None);
            of_data.map(move |entry| (entry, start + entry.offset as usize))
        })
    }

    /// The address that stands there.
    fn address_at(&self, relocation: &RelocationEntry, at: usize) -> Result<i64> {
        let bytes = &self.module[at..at + relocation.ty.extent()];
        Ok(match relocation.ty {
            RelocationType::MemoryAddrI32 => i64::from(u32::from_le_bytes(bytes.try_into()?)),
            RelocationType::MemoryAddrLeb | RelocationType::MemoryAddrSleb => {
                let (bits, _) = bytes
                    .iter()
                    .fold((0, 0), |(bits, shift), byte| (bits | i64::from(byte & 0x7f) << shift, shift + 7));
                i64::from(bits as u32)
            }
            other => bail!("the module refers to constants in an unknown way: {other:?}"),
        })
    }

    fn room_of(&self, at: usize) -> Result<Room> {
        let after = self.bodies.partition_point(|(range, _)| range.start <= at);
        if let Some((range, number)) = after.checked_sub(1).map(|last| &self.bodies[last])
            && range.contains(&at)
        {
            return Ok(Room::Function(*number));
        }
        let segment =
            self.segments.iter().position(|range| range.contains(&at)).context("an address stands nowhere")?;
        Ok(Room::Segment(segment, at - self.segments[segment].start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;
    use wasm_encoder::{
        CodeSection, ConstExpr, CustomSection, DataSection, Function, FunctionSection, MemorySection, MemoryType,
        Module, TypeSection,
    };

    /// A function `run`, which loads from `first` + 2, and a segment at address 1024 of `first`, which holds the address of `second`, and `second`.
    fn linked(loads_from: i32) -> Vec<u8> {
        let mut module = Module::new();
        let (mut types, mut functions, mut memories) =
            (TypeSection::new(), FunctionSection::new(), MemorySection::new());
        types.ty().function([], []);
        functions.function(0);
        memories.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
        module.section(&types).section(&functions).section(&memories);
        let mut run = Function::new([]);
        // An address in five bytes, as a linker writes it.
        let address: Vec<u8> =
            (0..5).map(|byte| (loads_from >> (7 * byte)) as u8 & 0x7f | if byte < 4 { 0x80 } else { 0 }).collect();
        run.raw([0x41]).raw(address).raw([0x1a, 0x0b]);
        let (mut code, mut data) = (CodeSection::new(), DataSection::new());
        code.function(&run);
        data.active(0, &ConstExpr::i32_const(1024), [1028_u32.to_le_bytes(), [7; 4]].concat());
        module.section(&code).section(&data);

        let mut linking = vec![2];
        linking.extend(subsection(5, &[&[1], &named(".rodata")[..], &[2, 0]]));
        let data = |name: &str, offset: u8| [&[1, 0], &named(name)[..], &[0, offset, 4]].concat();
        linking.extend(subsection(8, &[&[3, 0, 0, 0], &named("run"), &data("first", 0), &data("second", 4)]));
        let sections: [(&str, Vec<u8>); 3] = [
            ("linking", linking),
            // In the code, the fourth section, at 4: an address (4) of the symbol 1, and 2 more.
            ("reloc.CODE", vec![3, 1, 4, 4, 1, 2]),
            // In the data, at 7: an address (5) of the symbol 2.
            ("reloc.DATA", vec![4, 1, 5, 7, 2, 0]),
        ];
        for (name, bytes) in sections {
            module.section(&CustomSection { name: name.into(), data: Cow::Owned(bytes) });
        }
        module.finish()
    }

    fn subsection(kind: u8, pieces: &[&[u8]]) -> Vec<u8> {
        let bytes = pieces.concat();
        [&[kind, bytes.len() as u8], &bytes[..]].concat()
    }

    fn named(name: &str) -> Vec<u8> {
        [&[name.len() as u8], name.as_bytes()].concat()
    }

    #[test]
    fn the_linker_says_where_constants_are_and_what_refers_to_them() {
        let constants = read(&linked(1026)).unwrap();
        assert_eq!((constants.segment, constants.address), (0, 1024));
        assert_eq!(constants.ranges, [0..4, 4..8]);
        assert_eq!(constants.of_functions, BTreeMap::from([("run".to_owned(), BTreeSet::from([0]))]));
        assert_eq!(constants.of_constants, [BTreeSet::from([1]), BTreeSet::new()]);
        assert_eq!(constants.of_variables, BTreeSet::new());
    }

    #[test]
    fn an_account_that_is_not_true_is_refused() {
        let error = read(&linked(1027)).err().unwrap();
        assert_eq!(error.to_string(), "the module's constants are not where its linker says");
    }

    #[test]
    fn a_module_without_its_account_is_one_that_the_linker_was_not_told_to_give() {
        let error = read(&without_account(&linked(1026)).unwrap()).err().unwrap();
        assert_eq!(error.to_string(), "the module's linker has not said where its constants are");
    }
}
