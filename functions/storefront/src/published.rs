//! Rules that merchants published: stored by content digest, the pointer to the current one written last, parsed ones kept
//! in the instance by digest.
//!
//! Keys, all of them within the portable bounds of Spin's providers (255 bytes a key, 256 KiB a value):
//! `m/{merchant}/rulebook` names the current digest; `m/{merchant}/r/{digest}` is the index of that rulebook (how many
//! pieces each part has); `…/doc/{n}` and `…/{function}/{n}` are the pieces, `…/{function}/s/{n}` the shards.

mod shards;

use crate::functions::{inventory, pricing, promotions, referral, tagging};
use crate::problem::{Kind, Problem};
use crate::trial;
use crate::wire::rulebook::{self, Head};
use crate::world::Store;
use commerce::facts::prices::{Cargo, PricedLine, ShippingOption, Terms};
use commerce::facts::types::Context;
use commerce::{Compiled, Fault, bounds};
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::rc::Rc;

/// Rules of one rulebook, ready to use.
pub struct Rules {
    /// Which rulebook: `sha256:…`.
    pub digest: String,
    /// Origins whose pages may read the answers.
    pub origins: Vec<String>,
    /// Where shards are read from; `None` when everything was given inline.
    prefix: Option<String>,
    /// What quotes must heed of it.
    pub terms: Terms,
    /// Of pricing.
    pub pricing: pricing::Rules,
    /// Of promotions.
    pub promotions: promotions::Rules,
    /// Of referral.
    pub referral: referral::Rules,
    /// Of inventory.
    pub inventory: inventory::Rules,
    /// Of tagging.
    pub tagging: tagging::Rules,
    inline: Option<Parts>,
    /// For each function: shards that it does not hold yet. Where none is left it is not asked which a cart needs.
    left: [Cell<usize>; 5],
}

/// The functions by the names that keys use, in the order of [`Parts::all`].
const FUNCTIONS: [&str; 5] = ["pricing", "promotions", "referral", "inventory", "tagging"];

/// What the five functions made of one document.
pub struct Parts {
    head: Head,
    compiled: [Compiled; 5],
}

#[derive(Serialize, Deserialize)]
struct Index {
    document_pieces: usize,
    origins: Vec<String>,
    /// For each function: pieces of the root.
    roots: Vec<usize>,
    /// For each function: shards.
    shards: Vec<usize>,
}

/// Compiles a document with all five functions; every fault of every function at once.
///
/// # Errors
/// 400 where it is not JSON, 422 with all faults.
pub fn compile(document: &[u8]) -> Result<Parts, Problem> {
    let (head, mut faults) = rulebook::head(document)?;
    let text = std::str::from_utf8(document).map_err(|error| Problem::new(Kind::InvalidUtf8, error.to_string()))?;
    let mut compiled = Vec::new();
    for result in [
        pricing::compile(text),
        promotions::compile(text),
        referral::compile(text),
        inventory::compile(text),
        tagging::compile(text),
    ] {
        match result {
            Ok(part) => compiled.push(part),
            Err(more) => faults.extend(more),
        }
    }
    match <[Compiled; 5]>::try_from(compiled) {
        Ok(compiled) if faults.is_empty() => Ok(Parts { head, compiled }),
        _ => Err(Problem::invalid(without_repeats(faults))),
    }
}

/// Two functions that look at the same value report it once.
fn without_repeats(faults: Vec<Fault>) -> Vec<Fault> {
    let mut kept: Vec<Fault> = Vec::new();
    for fault in faults {
        if !kept.iter().any(|other| other.code == fault.code && other.pointer == fault.pointer) {
            kept.push(fault);
        }
    }
    kept
}

impl Rules {
    /// Rules for one request, from a document given inline.
    ///
    /// # Errors
    /// As [`compile`].
    pub fn inline(document: &[u8]) -> Result<Self, Problem> {
        let parts = compile(document)?;
        Self::from_parts(commerce::digest::of(document), parts).map_err(Problem::internal)
    }

    /// Rules of a document that may hold as much as a published one, for one request.
    ///
    /// # Errors
    /// As [`compile`].
    pub fn draft(document: &[u8]) -> Result<Self, Problem> {
        Self::from_parts(commerce::digest::of(document), compile(document)?).map_err(Problem::internal)
    }

    fn from_parts(digest: String, parts: Parts) -> Result<Self, String> {
        let left = parts.compiled.each_ref().map(|part| Cell::new(part.shards.len()));
        let [pricing, promotions, referral, inventory, tagging] = &parts.compiled;
        let pricing = pricing::Rules::load(&pricing.root)?;
        Ok(Self {
            digest,
            origins: parts.head.origins.clone(),
            prefix: None,
            terms: pricing.terms(),
            pricing,
            promotions: promotions::Rules::load(&promotions.root)?,
            referral: referral::Rules::load(&referral.root)?,
            inventory: inventory::Rules::load(&inventory.root)?,
            tagging: tagging::Rules::load(&tagging.root)?,
            inline: Some(parts),
            left,
        })
    }

    /// The head of the document that these rules were made of, where it was given inline.
    #[must_use]
    pub fn head(&self) -> Option<&Head> {
        self.inline.as_ref().map(|parts| &parts.head)
    }

    /// The same context, with the shopper's offset from UTC: of the zone that it names, as the moment was written, or of the
    /// rulebook's zone. Until then a context says only what the request said.
    ///
    /// # Errors
    /// 422 where there is no such zone.
    pub fn localized(&self, context: Context) -> Result<Context, Problem> {
        if context.time_zone.is_none() && context.utc_offset.is_some() {
            return Ok(context);
        }
        let Some(zone) = self.inventory.zone_at(context.time_zone.as_deref(), context.at) else {
            let name = context.time_zone.unwrap_or_default();
            let detail = format!("`{name}` is not in the time zone database");
            return Err(Problem::fault("unknown-time-zone", "/shopper/timeZone", detail));
        };
        Ok(Context { utc_offset: Some(zone.utc_offset), time_zone: Some(zone.name), ..context })
    }

    /// What each way of shipping costs for the lines that are checked out; pricing must hold their shards.
    ///
    /// # Errors
    /// 422 where the way that is chosen is none, or an amount overflows.
    pub fn ship(&self, priced: &[PricedLine], context: &Context) -> Result<Vec<ShippingOption>, Problem> {
        let selected = priced.iter().filter(|line| line.selected);
        let cargo: Vec<Cargo> = selected
            .map(|line| Cargo { sku: line.sku.clone(), quantity: line.quantity, subtotal: line.subtotal })
            .collect();
        self.pricing.ship(&cargo, context).map_err(Problem::invalid)
    }
}

fn pointer_key(merchant: &str) -> String {
    format!("m/{merchant}/rulebook")
}

fn prefix_of(merchant: &str, digest: &str) -> String {
    format!("m/{merchant}/r/{}", digest.trim_start_matches("sha256:"))
}

/// Writes a value in pieces of at most [`bounds::SHARD_BYTES`]; gives their number.
fn put_pieces(store: &dyn Store, key: &str, value: &[u8]) -> Result<usize, Problem> {
    let mut pieces = 0;
    for piece in value.chunks(bounds::SHARD_BYTES) {
        store.set(&format!("{key}/{pieces}"), piece).map_err(Problem::store)?;
        pieces += 1;
    }
    Ok(pieces)
}

fn get_pieces(store: &dyn Store, key: &str, pieces: usize) -> Result<Vec<u8>, Problem> {
    let mut value = Vec::new();
    for number in 0..pieces {
        let key = format!("{key}/{number}");
        let piece =
            store.get(&key).map_err(Problem::store)?.ok_or_else(|| Problem::internal(format!("{key} is lost")))?;
        value.extend_from_slice(&piece);
    }
    Ok(value)
}

/// Compiles and stores a document and makes it the merchant's current one; gives its digest.
///
/// Until the pointer is written, which is last, nobody sees anything of it.
///
/// # Errors
/// As [`compile`]; 422 with each difference where one of the document's own tests fails; 503 where the store fails, the
/// former rulebook then being current still.
pub fn publish(store: &dyn Store, merchant: &str, document: &[u8]) -> Result<String, Problem> {
    let parts = tested(store, compile(document)?)?;
    let digest = commerce::digest::of(document);
    let prefix = prefix_of(merchant, &digest);
    let mut index = Index {
        document_pieces: put_pieces(store, &format!("{prefix}/doc"), document)?,
        origins: parts.head.origins,
        roots: Vec::new(),
        shards: Vec::new(),
    };
    for (name, compiled) in FUNCTIONS.iter().zip(&parts.compiled) {
        for (number, shard) in compiled.shards.iter().enumerate() {
            store.set(&format!("{prefix}/{name}/s/{number}"), shard).map_err(Problem::store)?;
        }
        index.shards.push(compiled.shards.len());
        index.roots.push(put_pieces(store, &format!("{prefix}/{name}"), &compiled.root)?);
    }
    let index = postcard::to_allocvec(&index).map_err(|error| Problem::internal(error.to_string()))?;
    store.set(&prefix, &index).map_err(Problem::store)?;
    store.set(&pointer_key(merchant), digest.as_bytes()).map_err(Problem::store)?;
    // It is published: what cannot be cleared away now is left to the next publish.
    let _ = retire(store, merchant, &digest);
    Ok(digest)
}

/// The same parts, where the document's own tests pass.
fn tested(store: &dyn Store, parts: Parts) -> Result<Parts, Problem> {
    if parts.head.cases.is_empty() {
        return Ok(parts);
    }
    let rules = Rules::from_parts(String::new(), parts).map_err(Problem::internal)?;
    let faults = trial::run(store, &rules)?;
    match rules.inline {
        Some(parts) if faults.is_empty() => Ok(parts),
        _ => Err(Problem::invalid(faults)),
    }
}

/// Rulebooks of a merchant that stay readable: the current one and those before it.
pub const VERSIONS: usize = 20;

/// Notes the digest as the newest and removes what is older than [`VERSIONS`]: the index first, so that no half is found.
fn retire(store: &dyn Store, merchant: &str, digest: &str) -> Result<(), Problem> {
    let key = format!("m/{merchant}/versions");
    let known = store.get(&key).map_err(Problem::store)?.unwrap_or_default();
    let known = String::from_utf8_lossy(&known);
    let mut versions: Vec<&str> = known.lines().filter(|other| *other != digest).collect();
    versions.push(digest);
    let old = versions.len().saturating_sub(VERSIONS);
    for digest in versions.drain(..old) {
        remove(store, &prefix_of(merchant, digest))?;
    }
    store.set(&key, versions.join("\n").as_bytes()).map_err(Problem::store)
}

fn remove(store: &dyn Store, prefix: &str) -> Result<(), Problem> {
    let Some(bytes) = store.get(prefix).map_err(Problem::store)? else { return Ok(()) };
    store.delete(prefix).map_err(Problem::store)?;
    let Ok(Index { document_pieces, origins: _, roots, shards }) = postcard::from_bytes(&bytes) else { return Ok(()) };
    let pieces = (0..document_pieces).map(|number| format!("{prefix}/doc/{number}"));
    let parts = FUNCTIONS.iter().zip(roots.into_iter().zip(shards)).flat_map(|(name, (roots, shards))| {
        let roots = (0..roots).map(move |number| format!("{prefix}/{name}/{number}"));
        roots.chain((0..shards).map(move |number| format!("{prefix}/{name}/s/{number}")))
    });
    pieces.chain(parts).try_for_each(|key| store.delete(&key).map_err(Problem::store))
}

/// The digest of the merchant's current rulebook.
///
/// # Errors
/// 404 where there is none, 503 where the store fails.
pub fn current(store: &dyn Store, merchant: &str) -> Result<String, Problem> {
    let none = || Problem::new(Kind::UnpublishedRulebook, format!("`{merchant}` has published no rulebook."));
    let digest = store.get(&pointer_key(merchant)).map_err(Problem::store)?.ok_or_else(none)?;
    String::from_utf8(digest).map_err(|_| Problem::internal(format!("the pointer of {merchant} is damaged")))
}

fn index(store: &dyn Store, prefix: &str) -> Result<Index, Problem> {
    let bytes =
        store.get(prefix).map_err(Problem::store)?.ok_or_else(|| Problem::internal(format!("{prefix} is lost")))?;
    postcard::from_bytes(&bytes).map_err(|error| Problem::internal(format!("{prefix} is damaged: {error}")))
}

/// The document as it was published.
///
/// # Errors
/// 503 where the store fails.
pub fn document(store: &dyn Store, merchant: &str, digest: &str) -> Result<Vec<u8>, Problem> {
    let prefix = prefix_of(merchant, digest);
    let index = index(store, &prefix)?;
    get_pieces(store, &format!("{prefix}/doc"), index.document_pieces)
}

fn load(store: &dyn Store, merchant: &str, digest: &str) -> Result<Rules, Problem> {
    let prefix = prefix_of(merchant, digest);
    let Index { document_pieces, origins, roots: pieces, shards } = index(store, &prefix)?;
    let root = |function: usize| -> Result<Vec<u8>, Problem> {
        let (Some(name), Some(pieces)) = (FUNCTIONS.get(function), pieces.get(function)) else {
            return Err(Problem::internal(format!("{prefix} lacks a function")));
        };
        get_pieces(store, &format!("{prefix}/{name}"), *pieces)
    };
    let roots = (root(0)?, root(1)?, root(2)?, root(3)?, root(4)?);
    let loaded = || -> Result<Rules, String> {
        let pricing = pricing::Rules::load(&roots.0)?;
        Ok(Rules {
            digest: digest.to_owned(),
            origins,
            prefix: Some(prefix.clone()),
            terms: pricing.terms(),
            pricing,
            promotions: promotions::Rules::load(&roots.1)?,
            referral: referral::Rules::load(&roots.2)?,
            inventory: inventory::Rules::load(&roots.3)?,
            tagging: tagging::Rules::load(&roots.4)?,
            inline: None,
            left: std::array::from_fn(|function| Cell::new(shards.get(function).copied().unwrap_or(0))),
        })
    };
    // Compiled by another version of a function: the document is there, so it is compiled again.
    loaded().or_else(|_| {
        let document = get_pieces(store, &format!("{prefix}/doc"), document_pieces)?;
        Rules::from_parts(digest.to_owned(), compile(&document)?).map_err(Problem::internal)
    })
}

/// Parsed rulebooks, kept while the instance lives; the least lately used goes first.
#[derive(Default)]
pub struct Cache(std::cell::RefCell<Vec<(String, Rc<Rules>)>>);

/// Rulebooks that one instance keeps.
const KEPT: usize = 16;

impl Cache {
    /// The merchant's current rules, read only if this instance does not hold them yet.
    ///
    /// # Errors
    /// 404 where the merchant has none, 503 where the store fails.
    pub fn rules(&self, store: &dyn Store, merchant: &str) -> Result<Rc<Rules>, Problem> {
        let digest = current(store, merchant)?;
        let mut held = self.0.borrow_mut();
        if let Some(place) = held.iter().position(|(owner, rules)| owner == merchant && rules.digest == digest) {
            let entry = held.remove(place);
            let rules = Rc::clone(&entry.1);
            held.push(entry);
            return Ok(rules);
        }
        let rules = Rc::new(load(store, merchant, &digest)?);
        held.retain(|(owner, _)| owner != merchant);
        if held.len() >= KEPT {
            held.remove(0);
        }
        held.push((merchant.to_owned(), Rc::clone(&rules)));
        Ok(rules)
    }
}
