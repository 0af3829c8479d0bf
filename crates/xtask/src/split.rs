//! The module in parts, so that a page loads the code of the model that it shows and of no other.
//!
//! Models are called through pointers: what builds one stands in its spec, what it can do in tables of methods. So the functions that only
//! a model's pointers lead to can stay away until the model is opened. Their places in the module's table of functions are empty until the
//! part has been instantiated over the same memory and the same table, which fills them. A part imports what it calls of the module. What a
//! few parts share, each has. Constants that only a part's functions refer to, such as a model's spec, stay away with them: their places in memory
//! hold zeros until the part has been instantiated.
//!
//! Ready-made splitters (`wasm_split_cli_support`, binaryen's `wasm-split`) make memories that threads cannot share, or come neither with npm
//! nor with cargo.

use crate::constants::Constants;
use anyhow::{Context, Result, bail, ensure};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use walrus::ir::{Value, Visitor, dfs_in_order};
use walrus::{
    ConstExpr, DataId, DataKind, ElementId, ElementItems, ElementKind, ExportItem, FunctionId, FunctionKind,
    GlobalKind, ImportId, ImportKind, ImportedFunction, Module, ModuleConfig, TableId,
};

/// What more parts than this share, the module has: most visits need it.
const MOST_COPIES: usize = 6;

/// The name under which parts import what the module exports.
const MODULE: &str = "m";

/// A module without what its parts have.
pub(crate) struct Split {
    pub(crate) module: Vec<u8>,
    /// By name.
    pub(crate) parts: BTreeMap<String, Vec<u8>>,
}

/// Splits a module whose functions have their symbols for names. `part_of` says of a function to which part its pointers belong, by its name, if
/// to any.
///
/// # Errors
/// Where the module is not what the compiler and wasm-bindgen make, or has nothing that belongs to a part.
pub(crate) fn split(whole: &[u8], constants: &Constants, part_of: impl Fn(&str) -> Option<String>) -> Result<Split> {
    let mut module = read(whole)?;
    let (table, slots) = take_slots(&mut module)?;
    let part_of = |function: FunctionId| part_of(module.funcs.get(function).name.as_deref()?);
    let places = places(&module, &slots, part_of);
    let names: BTreeSet<&String> = places.values().flatten().collect();
    ensure!(!names.is_empty(), "no function of the module belongs to a part");

    let contents = take_constants(&mut module, constants, &places)?;
    let mut exports = Exports::default();
    let mut parts = BTreeMap::new();
    for name in names {
        let is_own = |function: FunctionId| places.get(&function.index()).is_some_and(|places| places.contains(name));
        let contents = contents.get(name).map_or(&[][..], Vec::as_slice);
        parts.insert(name.clone(), part(whole, is_own, contents, &mut exports)?);
    }
    let kept = slots.into_iter().filter(|(_, function)| !places.contains_key(&function.index()));
    put_slots(&mut module, table, kept);
    exports.add_to(&mut module);
    walrus::passes::gc::run(&mut module);
    Ok(Split { module: module.emit_wasm(), parts })
}

fn read(module: &[u8]) -> Result<Module> {
    let mut config = ModuleConfig::new();
    config.generate_name_section(false).generate_producers_section(false);
    config.parse(module).context("the module cannot be read")
}

/// Which parts have a function, by its index: those whose pointers lead to it, where nothing else does.
fn places(
    module: &Module,
    slots: &Slots,
    part_of: impl Fn(FunctionId) -> Option<String>,
) -> HashMap<usize, BTreeSet<String>> {
    let owners: HashMap<FunctionId, Option<String>> =
        module.funcs.iter().map(|function| (function.id(), part_of(function.id()))).collect();
    let callees: HashMap<FunctionId, Vec<FunctionId>> = module
        .funcs
        .iter_local()
        .map(|(id, function)| {
            let mut callees = Callees(vec![]);
            dfs_in_order(&mut callees, function, function.entry_block());
            (id, callees.0)
        })
        .collect();
    let mut pointers: BTreeMap<&Option<String>, Vec<FunctionId>> = BTreeMap::new();
    for &function in slots.values() {
        pointers.entry(&owners[&function]).or_default().push(function);
    }
    let of_module = pointers.entry(&None).or_default();
    of_module.extend(module.start);
    of_module.extend(module.exports.iter().filter_map(|export| match export.item {
        ExportItem::Function(function) => Some(function),
        _ => None,
    }));

    let mut places: HashMap<FunctionId, BTreeSet<&Option<String>>> = HashMap::new();
    for &place in pointers.keys() {
        let mut waiting = pointers[place].clone();
        let mut owned = BTreeSet::from([place, &None]);
        while let Some(function) = waiting.pop() {
            if places.entry(function).or_default().insert(place) {
                waiting.extend(callees.get(&function).into_iter().flatten());
                // What calls a function of another part may call by that part's pointers, too.
                let owner = &owners[&function];
                if place.is_some() && owned.insert(owner) {
                    waiting.extend(pointers.get(owner).into_iter().flatten());
                }
            }
        }
    }
    let has = |function: &FunctionId, places: &BTreeSet<&Option<String>>| {
        callees.contains_key(function) && !places.contains(&None) && places.len() <= MOST_COPIES
    };
    places.retain(|function, places| has(function, places));
    let named = |places: BTreeSet<&Option<String>>| places.into_iter().flatten().cloned().collect();
    places.into_iter().map(|(function, places)| (function.index(), named(places))).collect()
}

struct Callees(Vec<FunctionId>);

impl Visitor<'_> for Callees {
    fn visit_function_id(&mut self, function: &FunctionId) {
        self.0.push(*function);
    }
}

/// Bytes, and where in memory they belong.
type Contents = (u32, Vec<u8>);

/// Takes out of a module the constants that only functions of parts lead to: what belongs into memory when a part is instantiated, by part.
fn take_constants(
    module: &mut Module,
    constants: &Constants,
    places: &HashMap<usize, BTreeSet<String>>,
) -> Result<BTreeMap<String, Vec<Contents>>> {
    if constants.ranges.is_empty() {
        return Ok(BTreeMap::new());
    }
    let segment = module.data.iter().nth(constants.segment).context("the module has lost its constants")?.id();
    let holders = holders(module, constants, places);
    let bytes = &mut module.data.get_mut(segment).value;
    ensure!(
        constants.ranges.iter().all(|range| range.end <= bytes.len()),
        "the module's constants are not where they were"
    );

    let mut is_taken = vec![false; bytes.len()];
    let (taken, kept): (Vec<usize>, Vec<usize>) = (0..holders.len()).partition(|&constant| goes(&holders[constant]));
    taken.iter().for_each(|&constant| is_taken[constants.ranges[constant].clone()].fill(true));
    kept.iter().for_each(|&constant| is_taken[constants.ranges[constant].clone()].fill(false));

    let mut ranges: BTreeMap<String, Vec<Range<usize>>> = BTreeMap::new();
    for constant in taken {
        for part in holders[constant].iter().flatten() {
            ranges.entry((*part).to_owned()).or_default().push(constants.ranges[constant].clone());
        }
    }
    let whole = bytes.clone();
    let contents = |range: Range<usize>| (constants.address + range.start as u32, whole[range].to_vec());
    let parts = ranges.into_iter().map(|(part, ranges)| (part, joined(ranges).into_iter().map(contents).collect()));
    let parts = parts.collect();
    bytes.iter_mut().zip(is_taken).filter(|(_, is_taken)| *is_taken).for_each(|(byte, _)| *byte = 0);
    Ok(parts)
}

/// Whether parts have what these hold, in place of the module, which is `None`.
fn goes(holders: &BTreeSet<Option<&str>>) -> bool {
    !holders.is_empty() && !holders.contains(&None) && holders.len() <= MOST_COPIES
}

/// What leads to each constant: the module, which is `None`, and parts. What nothing leads to has none.
fn holders<'a>(
    module: &Module,
    constants: &Constants,
    places: &'a HashMap<usize, BTreeSet<String>>,
) -> Vec<BTreeSet<Option<&'a str>>> {
    // Of functions with the same symbol any may be meant.
    let mut of_symbols: HashMap<&str, BTreeSet<Option<&str>>> = HashMap::new();
    for function in module.funcs.iter() {
        let Some(symbol) = function.name.as_deref() else { continue };
        let parts = places.get(&function.id().index());
        let parts =
            parts.map_or(BTreeSet::from([None]), |parts| parts.iter().map(|part| Some(part.as_str())).collect());
        of_symbols.entry(symbol).or_default().extend(parts);
    }
    // What is not known by its symbol any more counts as the module's.
    let of_module = BTreeSet::from([None]);
    let mut waiting: Vec<(usize, Option<&str>)> =
        constants.of_variables.iter().map(|&constant| (constant, None)).collect();
    for (function, own) in &constants.of_functions {
        let parts = of_symbols.get(function.as_str()).unwrap_or(&of_module);
        waiting.extend(own.iter().flat_map(|&constant| parts.iter().map(move |&part| (constant, part))));
    }
    let mut holders = vec![BTreeSet::new(); constants.ranges.len()];
    while let Some((constant, holder)) = waiting.pop() {
        if holders[constant].insert(holder) {
            waiting.extend(constants.of_constants[constant].iter().map(|&next| (next, holder)));
        }
    }
    holders
}

/// Ranges in order, with those in one that lie closer together than it costs to begin anew.
fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    const NEAR: usize = 16;
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = vec![];
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end + NEAR => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

/// A module of the functions that are a part's own, which fills their slots and writes the part's constants when it is instantiated.
fn part(
    whole: &[u8],
    is_own: impl Fn(FunctionId) -> bool,
    constants: &[Contents],
    exports: &mut Exports,
) -> Result<Vec<u8>> {
    let mut part = read(whole)?;
    let (table, slots) = take_slots(&mut part)?;
    put_slots(&mut part, table, slots.into_iter().filter(|&(_, function)| is_own(function)));
    part.start = None;
    part.exports = Default::default();
    let data: Vec<DataId> = part.data.iter().map(|data| data.id()).collect();
    data.into_iter().for_each(|data| part.data.delete(data));
    let imports: Vec<ImportId> = part.imports.iter().map(|import| import.id()).collect();
    imports.into_iter().for_each(|import| part.imports.delete(import));

    // Whatever is not its own, the module has.
    for table in part.tables.iter_mut() {
        table.import = Some(part.imports.add(MODULE, "", table.id()));
    }
    for memory in part.memories.iter_mut() {
        memory.data_segments.clear();
        memory.import = Some(part.imports.add(MODULE, "", memory.id()));
        for (address, bytes) in constants {
            let offset = ConstExpr::Value(Value::I32(*address as i32));
            let kind = DataKind::Active { memory: memory.id(), offset };
            memory.data_segments.insert(part.data.add(kind, bytes.clone()));
        }
    }
    let globals: Vec<_> = part.globals.iter().map(|global| global.id()).collect();
    for global in globals {
        part.globals.get_mut(global).kind = GlobalKind::Import(part.imports.add(MODULE, "", global));
    }
    for function in part.funcs.iter_mut().filter(|function| !is_own(function.id())) {
        let import = part.imports.add(MODULE, "", function.id());
        function.kind = FunctionKind::Import(ImportedFunction { import, ty: function.ty() });
    }
    walrus::passes::gc::run(&mut part);
    for import in part.imports.iter_mut() {
        import.name = exports.name(Item::of(&import.kind)?);
    }
    Ok(part.emit_wasm())
}

/// What a part may need of the module, by its index among things of its kind.
#[derive(Clone, Copy, PartialEq)]
enum Item {
    Function(usize),
    Global(usize),
    Memory(usize),
    Table(usize),
}

impl Item {
    fn of(import: &ImportKind) -> Result<Item> {
        Ok(match import {
            ImportKind::Function(function) => Item::Function(function.index()),
            ImportKind::Global(global) => Item::Global(global.index()),
            ImportKind::Memory(memory) => Item::Memory(memory.index()),
            ImportKind::Table(table) => Item::Table(table.index()),
            ImportKind::Tag(_) => bail!("a part throws exceptions"),
        })
    }
}

/// What a module exports for its parts.
#[derive(Default)]
struct Exports(Vec<Item>);

impl Exports {
    /// The name under which something is exported: a number, which no other export has for a name.
    fn name(&mut self, item: Item) -> String {
        let number = self.0.iter().position(|known| *known == item).unwrap_or(self.0.len());
        if number == self.0.len() {
            self.0.push(item);
        }
        number.to_string()
    }

    /// Adds them to a module of which nothing was deleted.
    fn add_to(self, module: &mut Module) {
        let functions: Vec<_> = module.funcs.iter().map(|function| function.id()).collect();
        let globals: Vec<_> = module.globals.iter().map(|global| global.id()).collect();
        let memories: Vec<_> = module.memories.iter().map(|memory| memory.id()).collect();
        let tables: Vec<_> = module.tables.iter().map(|table| table.id()).collect();
        for (number, item) in self.0.into_iter().enumerate() {
            let item = match item {
                Item::Function(index) => ExportItem::Function(functions[index]),
                Item::Global(index) => ExportItem::Global(globals[index]),
                Item::Memory(index) => ExportItem::Memory(memories[index]),
                Item::Table(index) => ExportItem::Table(tables[index]),
            };
            module.exports.add(&number.to_string(), item);
        }
    }
}

/// The functions in a module's table, by their places.
type Slots = BTreeMap<u32, FunctionId>;

/// Takes all functions out of a module's table of functions, which is returned besides.
fn take_slots(module: &mut Module) -> Result<(TableId, Slots)> {
    let table = module.tables.main_function_table()?.context("the module has no table of functions")?;
    let mut slots = Slots::new();
    let segments: Vec<ElementId> = module.elements.iter().map(|element| element.id()).collect();
    for id in segments {
        let segment = module.elements.get(id);
        match (&segment.kind, &segment.items) {
            (
                ElementKind::Active { table: own, offset: ConstExpr::Value(Value::I32(first)) },
                ElementItems::Functions(functions),
            ) if *own == table => slots.extend((*first as u32..).zip(functions.iter().copied())),
            other => bail!("functions are put into tables in an unknown way: {other:?}"),
        }
        module.elements.delete(id);
        module.tables.get_mut(table).elem_segments.remove(&id);
    }
    Ok((table, slots))
}

/// Puts functions into a table, as many at once as lie side by side.
fn put_slots(module: &mut Module, table: TableId, slots: impl Iterator<Item = (u32, FunctionId)>) {
    let mut runs: Vec<(u32, Vec<FunctionId>)> = vec![];
    for (slot, function) in slots {
        match runs.last_mut() {
            Some((first, run)) if *first + run.len() as u32 == slot => run.push(function),
            _ => runs.push((slot, vec![function])),
        }
    }
    for (first, functions) in runs {
        let kind = ElementKind::Active { table, offset: ConstExpr::Value(Value::I32(first as i32)) };
        let id = module.elements.add(kind, ElementItems::Functions(functions));
        module.tables.get_mut(table).elem_segments.insert(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use walrus::{FunctionBuilder, RefType};

    /// A module with these functions, by name, each of which calls others; some are in the table, in this order.
    fn module(functions: &[(&str, &[&str])], pointers: &[&str], exported: &str) -> Vec<u8> {
        let mut module = Module::default();
        module.memories.add_local(false, false, 1, None, None);
        let mut ids: BTreeMap<&str, FunctionId> = BTreeMap::new();
        for (name, calls) in functions {
            let mut builder = FunctionBuilder::new(&mut module.types, &[], &[]);
            calls.iter().for_each(|called| {
                builder.func_body().call(ids[called]);
            });
            let id = builder.finish(vec![], &mut module.funcs);
            module.funcs.get_mut(id).name = Some((*name).to_owned());
            ids.insert(name, id);
        }
        let table = module.tables.add_local(false, 10, None, RefType::FUNCREF);
        put_slots(&mut module, table, (1..).zip(pointers.iter().map(|name| ids[name])));
        module.exports.add("run", ids[exported]);
        module.emit_wasm()
    }

    /// Names of functions begin with their part's, or with `main`.
    fn part_of(name: &str) -> Option<String> {
        name.split_once(':').map(|(part, _)| part.to_owned()).filter(|part| part != "main")
    }

    /// How many functions a module has of its own and imports, and what is in its table.
    fn contents(module: &[u8]) -> (usize, usize, Vec<u32>) {
        let mut module = read(module).unwrap();
        let (own, all) = (module.funcs.iter_local().count(), module.funcs.iter().count());
        let (_, slots) = take_slots(&mut module).unwrap();
        (own, all - own, slots.into_keys().collect())
    }

    #[test]
    fn a_part_has_what_only_its_pointers_lead_to() {
        let functions: &[(&str, &[&str])] = &[
            ("main:shared", &[]),
            ("own", &[]),
            ("main:run", &["main:shared"]),
            ("rbm:build", &["main:shared", "own"]),
            ("main:other", &[]),
            ("vae:build", &["main:shared"]),
        ];
        let pointers = ["rbm:build", "main:other", "vae:build", "main:run"];
        let split = split(&module(functions, &pointers, "main:run"), &Constants::default(), part_of).unwrap();
        assert_eq!(contents(&split.module), (3, 0, vec![2, 4]));
        assert_eq!(split.parts.keys().collect::<Vec<_>>(), ["rbm", "vae"]);
        assert_eq!(contents(&split.parts["rbm"]), (2, 1, vec![1]));
        assert_eq!(contents(&split.parts["vae"]), (1, 1, vec![3]));
        assert_eq!(read(&split.parts["rbm"]).unwrap().data.iter().count(), 0);
    }

    /// What a module's data segments hold, and where.
    fn contents_of_memory(module: &[u8]) -> Vec<(i32, Vec<u8>)> {
        let address = |kind: &DataKind| match kind {
            DataKind::Active { offset: ConstExpr::Value(Value::I32(address)), .. } => *address,
            other => panic!("{other:?}"),
        };
        let module = read(module).unwrap();
        module.data.iter().map(|data| (address(&data.kind), data.value.clone())).collect()
    }

    /// A module with 100 bytes at address 1000, which are its constants: each from there to there, the functions that refer to each, and those that
    /// another refers to.
    fn with_constants(
        functions: &[(&str, &[&str])],
        pointers: &[&str],
        constants: &[(Range<usize>, &[&str])],
        next: &[(usize, usize)],
    ) -> Result<Split> {
        let mut module = Module::from_buffer(&module(functions, pointers, "main:run"))?;
        let memory = module.memories.iter().next().unwrap().id();
        let kind = DataKind::Active { memory, offset: ConstExpr::Value(Value::I32(1000)) };
        let segment = module.data.add(kind, (1..=100).collect());
        module.memories.get_mut(memory).data_segments.insert(segment);
        let mut told =
            Constants { address: 1000, of_constants: vec![BTreeSet::new(); constants.len()], ..Constants::default() };
        for (constant, (range, functions)) in constants.iter().enumerate() {
            told.ranges.push(range.clone());
            for function in *functions {
                told.of_functions.entry((*function).to_owned()).or_default().insert(constant);
            }
        }
        for (constant, next) in next {
            told.of_constants[*constant].insert(*next);
        }
        split(&module.emit_wasm(), &told, part_of)
    }

    const TWO_MODELS: &[(&str, &[&str])] = &[("main:run", &[]), ("rbm:build", &[]), ("dbn:build", &[])];
    const THEIR_POINTERS: &[&str] = &["rbm:build", "dbn:build"];

    /// The bytes of the module of [`with_constants`], without those at some offsets.
    fn without(gone: impl Fn(u8) -> bool) -> Vec<(i32, Vec<u8>)> {
        let byte = |byte: u8| if gone(byte - 1) { 0 } else { byte };
        vec![(1000, (1..=100).map(byte).collect())]
    }

    #[test]
    fn a_part_has_the_constants_that_only_it_leads_to() {
        let constants: &[(Range<usize>, &[&str])] = &[
            (0..10, &["rbm:build"]),
            (40..44, &[]),
            (50..60, &["main:run", "rbm:build"]),
            (80..90, &["gone", "dbn:build"]),
        ];
        let split = with_constants(TWO_MODELS, THEIR_POINTERS, constants, &[(0, 1)]).unwrap();
        assert_eq!(contents_of_memory(&split.module), without(|offset| offset < 10 || (40..44).contains(&offset)));
        assert_eq!(contents_of_memory(&split.parts["rbm"]), [(1000, (1..=10).collect()), (1040, vec![41, 42, 43, 44])]);
        assert_eq!(contents_of_memory(&split.parts["dbn"]), []);
    }

    #[test]
    fn constants_that_parts_share_each_has() {
        let constants: &[(Range<usize>, &[&str])] = &[(0..10, &["rbm:build", "dbn:build"])];
        let split = with_constants(TWO_MODELS, THEIR_POINTERS, constants, &[]).unwrap();
        assert_eq!(contents_of_memory(&split.module), without(|offset| offset < 10));
        for part in ["rbm", "dbn"] {
            assert_eq!(contents_of_memory(&split.parts[part]), [(1000, (1..=10).collect())]);
        }
    }

    #[test]
    fn the_module_keeps_what_functions_refer_to_that_share_a_symbol_with_one_of_its_own() {
        let functions: &[(&str, &[&str])] = &[("rbm:build", &[]), ("main:run", &["rbm:build"]), ("rbm:build", &[])];
        let split = with_constants(functions, &["rbm:build"], &[(0..10, &["rbm:build"])], &[]).unwrap();
        assert_eq!(contents_of_memory(&split.module), without(|_| false));
        assert_eq!(contents(&split.parts["rbm"]), (1, 0, vec![1]));
    }

    #[test]
    fn the_module_keeps_what_it_refers_to_where_constants_overlap() {
        let constants: &[(Range<usize>, &[&str])] = &[(0..10, &["rbm:build"]), (6..20, &["main:run"])];
        let split = with_constants(TWO_MODELS, THEIR_POINTERS, constants, &[]).unwrap();
        assert_eq!(contents_of_memory(&split.module), without(|offset| offset < 6));
        assert_eq!(contents_of_memory(&split.parts["rbm"]), [(1000, (1..=10).collect())]);
    }

    #[test]
    fn constants_that_are_not_in_the_module_are_an_error() {
        let error = with_constants(TWO_MODELS, THEIR_POINTERS, &[(90..101, &["rbm:build"])], &[]).err().unwrap();
        assert_eq!(error.to_string(), "the module's constants are not where they were");
    }

    #[test]
    fn what_a_few_parts_share_each_has() {
        let functions: &[(&str, &[&str])] =
            &[("shared", &[]), ("main:run", &[]), ("rbm:build", &["shared"]), ("dbn:build", &["shared"])];
        let split =
            split(&module(functions, &["rbm:build", "dbn:build"], "main:run"), &Constants::default(), part_of).unwrap();
        assert_eq!(contents(&split.module), (1, 0, vec![]));
        assert_eq!(contents(&split.parts["rbm"]), (2, 0, vec![1]));
        assert_eq!(contents(&split.parts["dbn"]), (2, 0, vec![2]));
    }

    #[test]
    fn what_calls_functions_of_another_part_has_its_pointers_too() {
        let functions: &[(&str, &[&str])] =
            &[("rbm:closure", &[]), ("rbm:new", &[]), ("main:run", &[]), ("dbn:build", &["rbm:new"])];
        let split =
            split(&module(functions, &["rbm:closure", "dbn:build"], "main:run"), &Constants::default(), part_of)
                .unwrap();
        assert_eq!(contents(&split.parts["dbn"]), (3, 0, vec![1, 2]));
        assert_eq!(contents(&split.parts["rbm"]), (1, 0, vec![1]));
    }

    #[test]
    fn what_the_module_calls_directly_stays_with_it() {
        let functions: &[(&str, &[&str])] = &[("rbm:build", &[]), ("rbm:view", &[]), ("main:run", &["rbm:build"])];
        let split =
            split(&module(functions, &["rbm:build", "rbm:view"], "main:run"), &Constants::default(), part_of).unwrap();
        assert_eq!(contents(&split.module), (2, 0, vec![1]));
        assert_eq!(contents(&split.parts["rbm"]), (1, 0, vec![2]));
    }

    #[test]
    fn a_module_without_parts_is_refused() {
        let error = split(&module(&[("main:run", &[])], &["main:run"], "main:run"), &Constants::default(), part_of)
            .err()
            .unwrap();
        assert_eq!(error.to_string(), "no function of the module belongs to a part");
    }
}
