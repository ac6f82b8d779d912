//! One component made of the app's component and its dependencies, in memory, with `wac-graph`.
//!
//! Deny-all: a dependency may import types only, unless the component lets it inherit its configuration. An import that
//! the host provides needs no dependency, and a dependency for it is left out, unless the manifest says that it is linked.

use crate::manifest::{Component, DependencySource, Manifest};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use wac_graph::types::{ItemKind, Package, Types, are_semver_compatible};
use wac_graph::{CompositionGraph, EncodeOptions, NodeId, PackageId};

/// What to compose: one component of a manifest.
pub struct Composition<'m> {
    manifest: &'m Manifest,
    id: &'m str,
    component: &'m Component,
}

/// A composed component.
#[derive(Debug)]
pub struct Composed {
    /// The Wasm of the whole.
    pub wasm: Vec<u8>,
    /// Dependencies that are not in it, because the host provides what they would.
    pub left_out: Vec<String>,
}

impl<'m> Composition<'m> {
    /// The component `id` of `manifest`.
    pub fn new(manifest: &'m Manifest, id: &'m str, component: &'m Component) -> Self {
        Self { manifest, id, component }
    }

    /// Composes it; `provided` says which imports the host answers itself. The error names everything that is wrong.
    pub fn compose(&self, provided: impl Fn(&str) -> bool) -> Result<Composed, Vec<String>> {
        let fail = |error: String| vec![format!("component `{}`: {error}", self.id)];
        let linked = |import: &str| self.component.linked.iter().any(|name| specificity(name, import).is_some());
        let provided = |import: &str| provided(import) && !linked(import);
        let wasm = read_wasm(&self.component.source).map_err(fail)?;
        let mut graph = CompositionGraph::new();
        let socket = register(&mut graph, self.id, &self.component.source, wasm.clone()).map_err(fail)?;
        let imports = imports(&graph, socket);
        let mut faults = Vec::new();
        let plan = self.plan(&imports, provided, &mut faults);
        let left_out = self.left_out(&imports, provided);
        if !faults.is_empty() {
            return Err(faults.into_iter().flat_map(fail).collect());
        }
        if plan.is_empty() {
            return Ok(Composed { wasm, left_out });
        }
        let wasm = self
            .link(graph, socket, &plan, provided)
            .map_err(|faults| faults.into_iter().flat_map(fail).collect::<Vec<_>>())?;
        Ok(Composed { wasm, left_out })
    }

    /// Which dependency answers which import; what nobody answers is a fault.
    fn plan(
        &self,
        imports: &[Import],
        provided: impl Fn(&str) -> bool,
        faults: &mut Vec<String>,
    ) -> Vec<(String, usize)> {
        let mut plan = Vec::new();
        for import in imports.iter().filter(|import| !provided(&import.name)) {
            let chosen = self.component.dependencies.iter().enumerate();
            let chosen = chosen.filter_map(|(position, one)| Some((specificity(&one.name, &import.name)?, position)));
            match chosen.max_by_key(|(specificity, _)| *specificity) {
                Some((_, position)) => plan.push((import.name.clone(), position)),
                None if import.types_only => {}
                None => faults.push(format!(
                    "imports `{}`, which this host does not provide and no dependency does",
                    import.name
                )),
            }
        }
        for (position, dependency) in self.component.dependencies.iter().enumerate() {
            let used = plan.iter().any(|(_, used)| *used == position);
            let imported = imports.iter().any(|import| specificity(&dependency.name, &import.name).is_some());
            if !used && !imported {
                faults.push(format!("dependency \"{}\" answers no import", dependency.name));
            }
        }
        plan
    }

    fn left_out(&self, imports: &[Import], provided: impl Fn(&str) -> bool) -> Vec<String> {
        let answered = |name: &str| {
            imports.iter().any(|import| provided(&import.name) && specificity(name, &import.name).is_some())
        };
        self.component.dependencies.iter().map(|one| one.name.clone()).filter(|name| answered(name)).collect()
    }

    fn path(&self, source: &DependencySource) -> Result<PathBuf, String> {
        match source {
            DependencySource::Path(path) => Ok(path.clone()),
            DependencySource::Component(id) => {
                let other = self.manifest.components.get(id).ok_or(format!("component `{id}` is not declared"))?;
                if !other.dependencies.is_empty() {
                    return Err(format!(
                        "component `{id}` is a dependency and has dependencies of its own: not supported"
                    ));
                }
                Ok(other.source.clone())
            }
        }
    }

    fn link(
        &self,
        mut graph: CompositionGraph,
        socket: PackageId,
        plan: &[(String, usize)],
        provided: impl Fn(&str) -> bool,
    ) -> Result<Vec<u8>, Vec<String>> {
        let mut faults = Vec::new();
        let instance = graph.instantiate(socket);
        let mut plugs: BTreeMap<PathBuf, NodeId> = BTreeMap::new();
        for (import, position) in plan {
            let Some(dependency) = self.component.dependencies.get(*position) else { continue };
            let mut plug = || {
                let path = self.path(&dependency.source)?;
                let node = match plugs.get(&path) {
                    Some(node) => *node,
                    None => self.plug(&mut graph, &path, &dependency.name, &provided)?,
                };
                plugs.insert(path, node);
                let export = dependency.export.clone().map_or_else(|| export_for(&graph, node, import), Ok)?;
                connect(&mut graph, instance, import, node, &export)
            };
            if let Err(error) = plug() {
                faults.push(format!("dependency \"{}\": {error}", dependency.name));
            }
        }
        for name in names(&graph, socket, |world| world.exports.keys().cloned().collect()) {
            let exported = graph.alias_instance_export(instance, &name).map_err(|error| chain(&error));
            let exported = exported.and_then(|alias| graph.export(alias, &name).map_err(|error| chain(&error)));
            faults.extend(exported.err());
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        graph.encode(EncodeOptions::default()).map_err(|error| vec![format!("cannot be composed: {}", chain(&error))])
    }

    fn plug(
        &self,
        graph: &mut CompositionGraph,
        path: &Path,
        name: &str,
        provided: impl Fn(&str) -> bool,
    ) -> Result<NodeId, String> {
        let wasm = read_wasm(path)?;
        let package = register(graph, name, path, wasm)?;
        for import in imports(graph, package).iter().filter(|import| !import.types_only) {
            if !(self.component.dependencies_inherit && provided(&import.name)) {
                return Err(format!(
                    "{} imports `{}`; a dependency may import types only",
                    path.display(),
                    import.name
                ));
            }
        }
        Ok(graph.instantiate(package))
    }
}

struct Import {
    name: String,
    types_only: bool,
}

fn imports(graph: &CompositionGraph, package: PackageId) -> Vec<Import> {
    let types = graph.types();
    let world = &types[graph[package].ty()];
    world.imports.iter().map(|(name, kind)| Import { name: name.clone(), types_only: is_types(types, *kind) }).collect()
}

/// Whether nothing can be called through it: no function, no resource, no module.
fn is_types(types: &Types, kind: ItemKind) -> bool {
    use wac_graph::types::Type;
    match kind {
        ItemKind::Instance(id) => types[id].exports.values().all(|kind| is_types(types, *kind)),
        ItemKind::Type(ty) => !matches!(ty, Type::Resource(_)),
        ItemKind::Func(_) | ItemKind::Component(_) | ItemKind::Module(_) | ItemKind::Value(_) => false,
    }
}

fn names(
    graph: &CompositionGraph,
    package: PackageId,
    of: impl Fn(&wac_graph::types::World) -> Vec<String>,
) -> Vec<String> {
    of(&graph.types()[graph[package].ty()])
}

/// The export of `node`'s component that answers `import`: the same name, or one of a compatible version.
fn export_for(graph: &CompositionGraph, node: NodeId, import: &str) -> Result<String, String> {
    let package = graph[node].package().ok_or("is not an instance")?;
    let exports = names(graph, package, |world| world.exports.keys().cloned().collect());
    let exact = exports.iter().find(|export| *export == import);
    let found = exact.or_else(|| exports.iter().find(|export| are_semver_compatible(export, import)));
    found.cloned().ok_or_else(|| format!("exports {}, not `{import}`", exports.join(", ")))
}

/// How closely a dependency's name selects an import; `None` when it does not. Larger is closer.
fn specificity(name: &str, import: &str) -> Option<u8> {
    if name == import {
        return Some(4);
    }
    let (wanted, wanted_version) = name.split_once('@').map_or((name, None), |(name, version)| (name, Some(version)));
    let (given, version) = import.split_once('@').map_or((import, None), |(name, version)| (name, Some(version)));
    if wanted_version.is_some()
        && wanted_version != version
        && !are_semver_compatible(&format!("{given}@{}", wanted_version?), import)
    {
        return None;
    }
    let exact = u8::from(wanted_version.is_some());
    if wanted == given {
        return Some(2 + exact);
    }
    (given.split_once('/')?.0 == wanted).then_some(exact)
}

fn read_wasm(path: &Path) -> Result<Vec<u8>, String> {
    let wasm = std::fs::read(path)
        .map_err(|error| format!("{} cannot be read: {error}; is the app built?", path.display()))?;
    // The magic number, then the layer: 1 is a component.
    if wasm.get(..4) != Some(b"\0asm") || wasm.get(6..8) != Some(&[1, 0]) {
        return Err(format!("{} is not a WebAssembly component", path.display()));
    }
    Ok(wasm)
}

/// Takes a component into the graph; `path` says in an error which one.
pub fn register(graph: &mut CompositionGraph, name: &str, path: &Path, wasm: Vec<u8>) -> Result<PackageId, String> {
    let package = Package::from_bytes(name, None, wasm, graph.types_mut());
    let package = package.map_err(|error| format!("{} is not a valid component: {error:#}", path.display()))?;
    graph.register_package(package).map_err(|error| chain(&error))
}

/// Answers an import of an instance with what another exports.
pub fn connect(
    graph: &mut CompositionGraph,
    instance: NodeId,
    import: &str,
    from: NodeId,
    export: &str,
) -> Result<(), String> {
    let alias = graph.alias_instance_export(from, export).map_err(|error| chain(&error))?;
    graph.set_instantiation_argument(instance, import, alias).map_err(|error| chain(&error))
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests;
