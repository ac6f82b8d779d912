//! Published stock: deltas in any batches, writing that breaks off anywhere, and what bad input gets.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use proptest::prelude::*;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use storefront::app::App;
use storefront::http::Request;
use storefront::stock;
use storefront::world::{Memory, Store, World};

const NOW: i64 = 1_794_398_700;

/// A shop with nodes `a` and `b`, and products `TEA` and `CUP`.
#[derive(Default)]
struct Shop {
    app: App,
    store: Breaking,
}

/// A store that fails from some write on.
#[derive(Default)]
struct Breaking {
    inner: Memory,
    /// Writes that still succeed; `None` is all.
    left: Cell<Option<usize>>,
}

impl Breaking {
    fn spend(&self) -> Result<(), String> {
        match self.left.get() {
            Some(0) => Err("broken".to_owned()),
            left => {
                self.left.set(left.map(|left| left - 1));
                Ok(())
            }
        }
    }
}

impl Store for Breaking {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, String> {
        self.inner.get(key)
    }
    fn set(&self, key: &str, value: &[u8]) -> Result<(), String> {
        self.spend().and_then(|()| self.inner.set(key, value))
    }
    fn delete(&self, key: &str) -> Result<(), String> {
        self.spend().and_then(|()| self.inner.delete(key))
    }
}

impl Shop {
    fn open() -> Self {
        let shop = Self::default();
        let rules = json!({
            "format": "pushcart-rulebook/1", "currency": "CNY",
            "catalogue": { "products": [{ "sku": "TEA" }, { "sku": "CUP" }] },
            "inventory": { "nodes": [{ "id": "a", "kind": "store" }, { "id": "b", "kind": "store" }] },
        });
        assert_eq!(shop.put("rulebook", &rules).0, 200);
        shop
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let setting = |name: &str| (name == "publish_tokens").then(|| "cedar:secret".to_owned());
        let world = World { store: &self.store, setting: &setting, now: NOW };
        let headers = [("content-type", "application/json"), ("authorization", "Bearer secret")];
        let request = Request {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            body: body.to_string().into_bytes(),
        };
        let (response, _) = self.app.handle(&request, &world);
        (response.status, serde_json::from_slice(&response.body).unwrap())
    }

    fn put(&self, what: &str, body: &Value) -> (u16, Value) {
        self.send("PUT", &format!("/v1/merchants/cedar/{what}"), body)
    }

    fn patch(&self, deltas: &[Value]) -> (u16, Value) {
        self.send("PATCH", "/v1/merchants/cedar/stock", &json!({ "deltas": deltas }))
    }

    /// On hand by product and node.
    fn counts(&self) -> BTreeMap<(String, String), i64> {
        let (levels, _) = stock::levels(&self.store, "cedar", || vec!["CUP".to_owned(), "TEA".to_owned()]).unwrap();
        levels.into_iter().map(|level| ((level.sku, level.node), level.on_hand)).collect()
    }

    /// What is kept in lots at `a`: units on hand, and each lot with its units.
    fn lots(&self) -> (i64, Vec<(String, u32)>) {
        let (levels, _) = stock::levels(&self.store, "cedar", || vec!["TEA".to_owned()]).unwrap();
        let level = levels.into_iter().find(|level| level.node == "a").unwrap();
        (level.on_hand, level.lots.into_iter().map(|lot| (lot.id, lot.quantity)).collect())
    }

    fn sequence(&self) -> i64 {
        stock::manifest(&self.store, "cedar").unwrap().unwrap().sequence
    }
}

fn whole(version: i64, tea: i64) -> Value {
    json!({ "version": version, "skus": { "TEA": { "a": { "onHand": tea }, "b": { "onHand": tea + 1 } } } })
}

fn delta(sequence: usize, sku: &str, node: &str, change: i64) -> Value {
    json!({ "sequence": sequence, "sku": sku, "node": node, "onHand": change })
}

fn key(sku: &str, node: &str) -> (String, String) {
    (sku.to_owned(), node.to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Every batch begins anywhere up to what was taken, ends anywhere, and lies in any order; some are sent twice, some too
    /// early.
    #[test]
    fn deltas_in_any_batches_give_the_same_stock(
        changes in prop::collection::vec((0..2_usize, 0..2_usize, -5..9_i64), 1..40),
        cuts in prop::collection::vec((0..6_usize, 1..12_usize, any::<bool>(), 0..4_usize), 1..80),
    ) {
        let shop = Shop::open();
        prop_assert_eq!(shop.put("stock", &whole(1, 10)).0, 200);
        let mut expected = BTreeMap::from([(key("TEA", "a"), 10), (key("TEA", "b"), 11)]);
        let deltas: Vec<Value> = changes.iter().enumerate().map(|(index, (sku, node, change))| {
            let (sku, node) = (["TEA", "CUP"][*sku], ["a", "b"][*node]);
            *expected.entry(key(sku, node)).or_insert(0) += change;
            delta(index + 1, sku, node, *change)
        }).collect();
        let mut taken = 0;
        let rest = std::iter::repeat(&(0, usize::MAX, false, 0));
        for (back, length, reversed, early) in cuts.iter().chain(rest) {
            let begin = (taken + early).saturating_sub(*back).min(deltas.len());
            let end = begin.saturating_add(*length).min(deltas.len());
            let mut batch = deltas[begin..end].to_vec();
            if *reversed {
                batch.reverse();
            }
            let (status, answer) = shop.patch(&batch);
            prop_assert_eq!(status, 200, "{}", answer);
            // What was taken and what was refused are all that was sent, and each refusal says why.
            let refused = answer["refused"].as_array().unwrap();
            prop_assert_eq!(answer["applied"].as_u64().unwrap() as usize + refused.len(), batch.len());
            for refusal in refused {
                let sequence = refusal["sequence"].as_u64().unwrap() as usize;
                prop_assert_eq!(&refusal["code"], if sequence <= taken { "duplicate-delta" } else { "sequence-gap" });
            }
            taken = if begin <= taken { taken.max(end) } else { taken };
            prop_assert_eq!(answer["sequence"].as_u64().unwrap() as usize, taken);
            if taken == deltas.len() {
                break;
            }
        }
        prop_assert_eq!(shop.counts(), expected);
    }

    /// Sales, receipts and recounts of lots, named or not: those that are taken one by one are taken in any batches,
    /// and leave the same lots. What a batch cannot take stops it there, and the next one under that number goes on.
    #[test]
    fn deltas_of_lots_in_any_batches_give_the_same_lots(
        changes in prop::collection::vec((0..5_usize, -4..5_i64, prop::option::weighted(0.1, 0..9_i64)), 1..30),
        cuts in prop::collection::vec(1..8_usize, 30),
    ) {
        let (single, batched) = (Shop::open(), Shop::open());
        prop_assert_eq!((single.put("stock", &in_lots()).0, batched.put("stock", &in_lots()).0), (200, 200));
        let (mut good, mut stream): (Vec<Value>, Vec<Value>) = (vec![], vec![]);
        for (lot, change, count) in changes {
            let mut delta = delta(good.len() + 1, "TEA", "a", change);
            match lot {
                0 => {}
                4 => (delta["lot"], delta["expiresAt"]) = (json!("begun"), json!("2026-12-24T00:00:00Z")),
                lot => delta["lot"] = json!(["old", "new", "none"][lot - 1]),
            }
            if let Some(count) = count {
                delta["count"] = json!(count);
            }
            let (status, answer) = single.patch(std::slice::from_ref(&delta));
            prop_assert_eq!(status, 200, "{}", answer);
            stream.push(delta.clone());
            if answer["applied"] == 1 {
                good.push(delta);
            }
        }
        let mut taken = 0;
        for many in cuts.iter().cycle() {
            if taken == good.len() {
                break;
            }
            let end = (taken + many).min(good.len());
            let (status, answer) = batched.patch(&good[taken..end]);
            prop_assert_eq!((status, answer["applied"].as_u64()), (200, Some((end - taken) as u64)), "{}", answer);
            taken = end;
        }
        prop_assert_eq!(batched.lots(), single.lots());
        // The whole stream, one that cannot be taken and its successor at a time.
        let resent = Shop::open();
        prop_assert_eq!(resent.put("stock", &in_lots()).0, 200);
        let mut rest = stream.as_slice();
        while let Some(first) = rest.first() {
            let run = rest.windows(2).take_while(|pair| pair[0]["sequence"] != pair[1]["sequence"]).count() + 1;
            let (batch, after) = rest.split_at(run);
            prop_assert_eq!(resent.patch(batch).0, 200, "{}", first);
            rest = after;
        }
        prop_assert_eq!(resent.lots(), single.lots());
    }
}

/// Ten units at `a` in two lots.
fn in_lots() -> Value {
    let lots = json!([
        { "id": "new", "quantity": 6, "expiresAt": "2027-06-01T00:00:00Z" },
        { "id": "old", "quantity": 4, "expiresAt": "2027-01-01T00:00:00Z" },
    ]);
    json!({ "version": 1, "skus": { "TEA": { "a": { "onHand": 10, "lots": lots } } } })
}

#[test]
fn a_delta_changes_a_lot_and_one_that_cannot_be_taken_waits_to_be_mended() {
    let shop = Shop::open();
    assert_eq!(shop.put("stock", &in_lots()).0, 200);
    let named = |sequence: usize, lot: &str, change: i64| {
        let mut delta = delta(sequence, "TEA", "a", change);
        delta["lot"] = json!(lot);
        delta
    };
    let lots = |rows: &[(&str, u32)]| rows.iter().map(|(id, units)| ((*id).to_owned(), *units)).collect::<Vec<_>>();
    // Without a name what expires first goes out first; with one, that lot.
    assert_eq!(shop.patch(&[delta(1, "TEA", "a", -5), named(2, "new", -1)]).1["applied"], 2);
    assert_eq!(shop.lots(), (4, lots(&[("new", 4), ("old", 0)])));
    // The first that cannot be taken keeps back what follows it, of other products too, and tells why.
    for (bad, code) in [
        (delta(4, "TEA", "a", 3), "lot-required"),
        (named(4, "none", 3), "unknown-lot"),
        (named(4, "new", -4), "not-enough-in-lot"),
    ] {
        let shop = Shop::open();
        assert_eq!(shop.put("stock", &in_lots()).0, 200);
        let before = [delta(1, "TEA", "a", -5), named(2, "new", -1), named(3, "new", -1)];
        assert_eq!(shop.patch(&before[..2]).0, 200);
        let batch = [before[2].clone(), bad.clone(), bad, delta(5, "CUP", "a", 9), delta(6, "TEA", "a", 1)];
        let refused = json!([
            { "sequence": 4, "code": code }, { "sequence": 4, "code": code },
            { "sequence": 5, "code": "sequence-gap" }, { "sequence": 6, "code": "sequence-gap" },
        ]);
        let answer = json!({ "merchant": "cedar", "applied": 1, "sequence": 3, "refused": refused });
        assert_eq!(shop.patch(&batch).1, answer);
        assert_eq!((shop.lots().0, shop.counts().get(&key("CUP", "a"))), (3, None));
        // Another one under its number, and what followed.
        assert_eq!(shop.patch(&[named(4, "old", 3), delta(5, "CUP", "a", 9)]).1["applied"], 2);
        assert_eq!(shop.lots(), (6, lots(&[("new", 3), ("old", 3)])));
    }
    // Goods that come in a lot of their own, and what the check makes of it.
    let mut received = named(3, "fresh", 7);
    received["expiresAt"] = json!("2026-12-24T00:00:00Z");
    received["trace"] = json!("trace:fresh");
    assert_eq!(shop.patch(&[received]).1["applied"], 1);
    let question = json!({
        "merchant": "cedar", "currency": "CNY", "lines": [{ "id": "1", "sku": "TEA", "quantity": 8 }],
        "at": "2026-11-11T20:05:00+08:00", "delivery": { "nodes": ["a"] },
    });
    let drawn = shop.send("POST", "/v1/inventory/check", &question).1["delivery"]["draws"][0]["lots"].clone();
    assert_eq!(
        drawn,
        json!([{ "id": "fresh", "quantity": 7, "trace": "trace:fresh" }, { "id": "new", "quantity": 1 }])
    );
    // No count runs over.
    let most: Vec<Value> = (4..1_010).map(|sequence| named(sequence, "new", 1_000_000)).collect();
    let answer = shop.patch(&most).1;
    assert_eq!((&answer["applied"], &answer["refused"][0]["code"]), (&json!(999), &json!("out-of-range")), "{answer}");
}

#[test]
fn a_value_that_would_be_too_large_stops_at_the_delta_that_makes_it_so() {
    let shop = Shop::open();
    let nodes = ["a", "b", "c", "d", "e"];
    let rules = json!({
        "format": "pushcart-rulebook/1", "currency": "CNY", "catalogue": { "products": [{ "sku": "TEA" }, { "sku": "CUP" }] },
        "inventory": { "nodes": nodes.map(|id| json!({ "id": id, "kind": "store" })) },
    });
    assert_eq!(shop.put("rulebook", &rules).0, 200);
    // 100 lots of some 650 bytes at each node: five nodes are more than 256 KiB, four are not.
    let (until, trace) = ("2027-01-01T00:00:00Z", "t".repeat(512));
    let name = |lot: usize| format!("{lot:0120}");
    let lots: Vec<Value> =
        (0..100).map(|lot| json!({ "id": name(lot), "quantity": 1, "expiresAt": until, "trace": trace })).collect();
    let stock = |nodes: &[&str]| {
        let levels: BTreeMap<&str, Value> =
            nodes.iter().map(|node| (*node, json!({ "onHand": 100, "lots": lots }))).collect();
        json!({ "version": 1, "skus": { "TEA": levels } })
    };
    let (status, refusal) = shop.put("stock", &stock(&nodes));
    assert_eq!((status, &refusal["faults"][0]["code"]), (422, &json!("stock-too-large")));
    assert_eq!(refusal["faults"][0]["pointer"], "/skus/TEA");
    assert_eq!(shop.put("stock", &stock(&nodes[..4])).0, 200);

    let begun = |sequence: usize| {
        json!({
            "sequence": sequence, "sku": "TEA", "node": "e", "onHand": 1, "lot": name(sequence), "expiresAt": until, "trace": trace,
        })
    };
    let mut batch: Vec<Value> = (1..=100).map(begun).collect();
    // What cannot be taken anyway stands behind it.
    batch.push(delta(101, "TEA", "e", 1));
    let answer = shop.patch(&batch).1;
    let applied = answer["applied"].as_u64().unwrap() as usize;
    assert!((1..99).contains(&applied), "{applied}");
    assert_eq!(answer["refused"][0], json!({ "sequence": applied + 1, "code": "stock-too-large" }));
    assert_eq!(answer["refused"][1], json!({ "sequence": applied + 2, "code": "sequence-gap" }));
    assert_eq!((answer["sequence"].as_u64(), shop.counts()[&key("TEA", "e")]), (Some(applied as u64), applied as i64));
    // It was the first that did not fit; another one under its number goes on.
    assert_eq!(shop.patch(&[begun(applied + 1)]).1["refused"][0]["code"], "stock-too-large");
    assert_eq!(shop.patch(&[delta(applied + 1, "TEA", "e", -1)]).1["applied"], 1);
}

#[test]
fn writing_that_breaks_off_anywhere_leaves_the_old_stock_or_the_new_one() {
    let old = BTreeMap::from([(key("TEA", "a"), 10), (key("TEA", "b"), 11)]);
    // What broke off had a product that the next publication has not.
    let broken = json!({ "version": 3, "skus": { "CUP": { "a": { "onHand": 9 } }, "TEA": { "a": { "onHand": 7 } } } });
    let new = BTreeMap::from([(key("CUP", "a"), 9), (key("TEA", "a"), 7)]);
    let mut broke = 0;
    for writes in 0.. {
        let shop = Shop::open();
        assert_eq!((shop.put("stock", &whole(1, 3)).0, shop.put("stock", &whole(2, 10)).0), (200, 200));
        shop.store.left.set(Some(writes));
        let (status, answer) = shop.put("stock", &broken);
        shop.store.left.set(None);
        if status == 200 {
            assert_eq!(shop.counts(), new);
            break;
        }
        assert_eq!((status, &answer["code"]), (503, &json!("store-unavailable")));
        assert_eq!(shop.counts(), old, "after {writes} writes");
        // Another document under the same version: nothing of the broken one shows, and nothing of it stays.
        assert_eq!(shop.put("stock", &whole(3, 20)).0, 200);
        assert_eq!(shop.counts(), BTreeMap::from([(key("TEA", "a"), 20), (key("TEA", "b"), 21)]));
        assert_eq!(shop.put("stock", &whole(4, 30)).0, 200);
        let kept: Vec<String> =
            shop.store.inner.keys().into_iter().filter(|key| key.starts_with("m/cedar/s")).collect();
        assert_eq!(kept, ["m/cedar/s/3/TEA", "m/cedar/s/4/TEA", "m/cedar/si/3/0", "m/cedar/si/4/0", "m/cedar/stock"]);
        broke += 1;
    }
    assert!(broke >= 5, "{broke}");
}

#[test]
fn a_batch_that_breaks_off_anywhere_is_taken_once_when_it_is_sent_again() {
    let deltas = [delta(1, "TEA", "a", -1), delta(2, "CUP", "b", 4), delta(3, "TEA", "b", 2), delta(4, "CUP", "b", -1)];
    let expected = BTreeMap::from([(key("CUP", "b"), 3), (key("TEA", "a"), 9), (key("TEA", "b"), 13)]);
    for writes in 0.. {
        let shop = Shop::open();
        assert_eq!(shop.put("stock", &whole(1, 10)).0, 200);
        shop.store.left.set(Some(writes));
        let (status, _) = shop.patch(&deltas);
        shop.store.left.set(None);
        // In one batch, or each by itself.
        let (first, rest) = deltas.split_at(writes % 3);
        for batch in [first, rest] {
            assert_eq!(shop.patch(batch).0, 200);
        }
        assert_eq!((shop.counts(), shop.sequence()), (expected.clone(), 4), "after {writes} writes");
        if status == 200 {
            assert!(writes >= 4, "{writes}");
            break;
        }
    }
}

#[test]
fn a_recount_sets_and_a_whole_stock_goes_on_from_the_deltas_taken() {
    let shop = Shop::open();
    let recount = json!({ "sequence": 2, "sku": "TEA", "node": "a", "count": 50, "onHand": -2, "reserved": 3 });
    assert_eq!(shop.put("stock", &whole(1, 10)).0, 200);
    let (_, taken) = shop.patch(&[delta(1, "TEA", "a", 5), recount]);
    assert_eq!(taken, json!({ "merchant": "cedar", "applied": 2, "sequence": 2, "refused": [] }));
    assert_eq!(shop.counts()[&key("TEA", "a")], 48);
    let (_, published) = shop.put("stock", &whole(2, 7));
    assert_eq!(published, json!({ "merchant": "cedar", "version": 2, "sequence": 2, "skus": 1 }));
    assert_eq!(shop.patch(&[delta(3, "TEA", "a", 1)]).1["applied"], 1);
    // A count that was made before the last deltas says so, and they are sent again.
    let mut earlier = whole(3, 7);
    earlier["sequence"] = json!(1);
    assert_eq!(shop.put("stock", &earlier).1["sequence"], 1);
    assert_eq!(shop.patch(&[delta(2, "TEA", "a", 1), delta(3, "TEA", "a", 1)]).1["applied"], 2);
    assert_eq!(shop.counts()[&key("TEA", "a")], 9);
}

#[test]
fn what_is_released_before_it_was_reserved_adds_up() {
    let shop = Shop::open();
    assert_eq!(shop.put("stock", &whole(1, 10)).0, 200);
    let reserve =
        |sequence: usize, units: i64| json!({ "sequence": sequence, "sku": "TEA", "node": "a", "reserved": units });
    let reserved = |shop: &Shop| {
        let (levels, _) = stock::levels(&shop.store, "cedar", || vec!["TEA".to_owned()]).unwrap();
        levels.iter().find(|level| level.node == "a").unwrap().reserved
    };
    assert_eq!(shop.patch(&[reserve(1, -2)]).0, 200);
    assert_eq!(reserved(&shop), 0);
    assert_eq!(shop.patch(&[reserve(2, 5)]).0, 200);
    assert_eq!(reserved(&shop), 3);
}

/// Bad stock by what it is: the method, the document, status, code and place.
fn refusals() -> Vec<(&'static str, Value, u16, &'static str, &'static str)> {
    let level = |level: Value| json!({ "version": 2, "skus": { "TEA": { "a": level } } });
    let one = |delta: Value| json!({ "deltas": [delta] });
    let nodes: BTreeMap<String, Value> = (0..501).map(|node| (format!("n{node}"), json!({ "onHand": 1 }))).collect();
    vec![
        ("PUT", whole(1, 1), 409, "old-version", "/version"),
        ("PUT", json!({ "version": 2, "skus": { "TEA": nodes } }), 422, "too-many-nodes", "/skus/TEA"),
        ("PUT", json!({ "version": 2, "skus": { "JAR": { "a": { "onHand": 1 } } } }), 422, "unknown-sku", "/skus/JAR"),
        (
            "PUT",
            json!({ "version": 2, "skus": { "TEA": { "c": { "onHand": 1 } } } }),
            422,
            "unknown-node",
            "/skus/TEA/c",
        ),
        ("PUT", level(json!({ "onHand": 1, "reserved": -1 })), 422, "negative-count", "/skus/TEA/a/reserved"),
        ("PUT", level(json!({ "onHand": 1, "safetyStock": -1 })), 422, "negative-count", "/skus/TEA/a/safetyStock"),
        (
            "PUT",
            level(json!({ "onHand": 1, "lots": [{ "id": "l", "quantity": -1 }] })),
            422,
            "negative-count",
            "/skus/TEA/a/lots/0/quantity",
        ),
        (
            "PUT",
            level(json!({ "onHand": 1, "quotas": { "live": -1 } })),
            422,
            "negative-count",
            "/skus/TEA/a/quotas/live",
        ),
        ("PUT", level(json!({ "onHand": 1_000_001 })), 422, "out-of-range", "/skus/TEA/a/onHand"),
        ("PUT", level(json!({})), 422, "missing-field", "/skus/TEA/a/onHand"),
        ("PATCH", one(delta(1, "JAR", "a", 1)), 422, "unknown-sku", "/deltas/0/sku"),
        ("PATCH", one(delta(1, "TEA", "c", 1)), 422, "unknown-node", "/deltas/0/node"),
        (
            "PATCH",
            one(json!({ "sequence": 1, "sku": "TEA", "node": "a", "count": -1 })),
            422,
            "negative-count",
            "/deltas/0/count",
        ),
        (
            "PATCH",
            one(json!({ "sequence": 1, "sku": "TEA", "node": "a", "expiresAt": "2027-01-01T00:00:00Z" })),
            422,
            "missing-field",
            "/deltas/0/lot",
        ),
        ("PATCH", one(delta(0, "TEA", "a", 1)), 422, "out-of-range", "/deltas/0/sequence"),
        ("PATCH", one(delta(1, "TEA", "a", 1_000_001)), 422, "out-of-range", "/deltas/0/onHand"),
    ]
}

#[test]
fn bad_stock_is_refused_whole_and_says_what_is_wrong_where() {
    let shop = Shop::open();
    let early = shop.patch(&[delta(1, "TEA", "a", 1)]);
    assert_eq!((early.0, &early.1["code"]), (409, &json!("no-stock-published")));
    assert_eq!(shop.put("stock", &whole(1, 10)).0, 200);
    let before = RefCell::new(shop.counts());
    for (method, document, status, code, pointer) in refusals() {
        let (answered, problem) = shop.send(method, "/v1/merchants/cedar/stock", &document);
        assert_eq!((answered, &problem["code"]), (status, &json!(code)), "{document}: {problem}");
        assert_eq!(problem["faults"][0]["pointer"], pointer, "{document}");
        assert_eq!(shop.counts(), *before.borrow(), "{document}");
    }
    // One good delta among bad ones is not taken either.
    let (status, problem) = shop.patch(&[delta(1, "TEA", "a", 1), delta(2, "JAR", "c", 1)]);
    assert_eq!((status, problem["faults"].as_array().unwrap().len()), (422, 2));
    assert_eq!((shop.counts(), shop.sequence()), (before.into_inner(), 0));
    // Older than what was taken, the same twice, and after a gap: reported one by one, the rest is taken.
    assert_eq!(shop.patch(&[delta(1, "TEA", "a", 1), delta(2, "TEA", "a", 1)]).1["applied"], 2);
    let batch = [delta(1, "TEA", "a", 1), delta(3, "TEA", "a", 1), delta(3, "TEA", "a", 1), delta(5, "TEA", "a", 1)];
    let refused = json!([{ "sequence": 1, "code": "duplicate-delta" }, { "sequence": 3, "code": "duplicate-delta" }, { "sequence": 5, "code": "sequence-gap" }]);
    assert_eq!(shop.patch(&batch).1, json!({ "merchant": "cedar", "applied": 1, "sequence": 3, "refused": refused }));
}

/// A catalogue that is stored in several pieces, of which a fresh instance holds none.
#[test]
fn stock_and_reservations_may_name_what_the_cart_does_not_have_but_not_what_nobody_sells() {
    let sku = |number: usize| format!("PRODUCT-{number}");
    let mut shop = Shop::default();
    let products: Vec<Value> = (0..6_000).map(|number| json!({ "sku": sku(number) })).collect();
    let rules = json!({
        "format": "pushcart-rulebook/1", "currency": "CNY", "catalogue": { "products": products },
        "inventory": { "nodes": [{ "id": "a", "kind": "store" }] },
    });
    assert_eq!(shop.put("rulebook", &rules).0, 200);
    let mut ask = |named: &str| {
        let stock: Vec<Value> = (0..40).map(|of| json!({ "sku": sku(of), "node": "a", "onHand": 1 })).collect();
        let kept = |sku: &str| json!({ "sku": sku, "node": "a", "quantity": 1, "expiresAt": "2030-01-01T00:00:00Z" });
        let mut reservations: Vec<Value> = (40..80).map(|of| kept(&sku(of))).collect();
        reservations.push(kept(named));
        let question = json!({
            "merchant": "cedar", "currency": "CNY", "lines": [{ "id": "1", "sku": sku(0), "quantity": 1 }],
            "stock": stock, "reservations": reservations,
        });
        shop.app = App::default();
        shop.send("POST", "/v1/inventory/check", &question)
    };
    let (status, answer) = ask("PRODUCT-5999");
    assert_eq!((status, &answer["lines"][0]["status"]), (200, &json!("available")), "{answer}");
    let (status, problem) = ask("JAR");
    let fault = &problem["faults"][0];
    assert_eq!(
        (status, &fault["code"], &fault["pointer"]),
        (422, &json!("unknown-sku"), &json!("/reservations/40/sku"))
    );
}

/// What is sent again is told from what comes too late under a number that is gone.
#[test]
fn a_delta_that_was_taken_is_a_duplicate_and_any_other_under_its_number_is_stale() {
    let shop = Shop::open();
    let mut counted = whole(1, 10);
    counted["sequence"] = json!(10);
    assert_eq!(shop.put("stock", &counted).0, 200);
    let codes = |deltas: &[Value]| -> Vec<(u64, String)> {
        let (status, answer) = shop.patch(deltas);
        assert_eq!(status, 200, "{answer}");
        let refused = answer["refused"].as_array().unwrap().iter();
        refused.map(|one| (one["sequence"].as_u64().unwrap(), one["code"].as_str().unwrap().to_owned())).collect()
    };
    let said = |rows: &[(u64, &str)]| rows.iter().map(|(sequence, code)| (*sequence, (*code).to_owned())).collect();
    let (duplicate, stale) = ("duplicate-delta", "stale-delta");
    // Contained in what was counted.
    let stale_one: Vec<(u64, String)> = said(&[(5, stale), (10, stale)]);
    assert_eq!(codes(&[delta(10, "TEA", "a", 1), delta(5, "TEA", "a", 1)]), stale_one);
    let three = [delta(11, "TEA", "a", 1), delta(12, "TEA", "b", 1), delta(13, "CUP", "a", 1)];
    assert_eq!(codes(&three), []);
    // The whole batch again, when it was made apart; another delta under such a number; in one batch too.
    let mut again = three.to_vec();
    again[1]["at"] = json!("2026-11-11T12:00:00Z");
    assert_eq!(codes(&again), said(&[(11, duplicate), (12, duplicate), (13, duplicate)]) as Vec<_>);
    assert_eq!(
        codes(&[delta(12, "TEA", "b", 2), delta(12, "TEA", "a", 1)]),
        said(&[(12, stale), (12, stale)]) as Vec<_>
    );
    let twins =
        [delta(14, "TEA", "a", 1), delta(14, "TEA", "a", 1), delta(14, "TEA", "a", 2), delta(16, "TEA", "a", 1)];
    assert_eq!(codes(&twins), said(&[(14, duplicate), (14, stale), (16, "sequence-gap")]) as Vec<_>);
    // A count that was made before: its numbers are free again, and what is taken under them is what is known.
    counted["version"] = json!(2);
    counted["sequence"] = json!(11);
    assert_eq!(shop.put("stock", &counted).0, 200);
    assert_eq!(codes(&[delta(12, "CUP", "b", 7)]), []);
    let rows: Vec<(u64, String)> = said(&[(11, duplicate), (12, stale), (12, duplicate), (14, "sequence-gap")]);
    assert_eq!(codes(&[delta(11, "TEA", "a", 1), three[1].clone(), delta(12, "CUP", "b", 7), twins[0].clone()]), rows);
    // Only so many are remembered.
    let many: Vec<Value> = (13..313).map(|sequence| delta(sequence, "TEA", "a", 1)).collect();
    assert_eq!(codes(&many), []);
    assert_eq!(codes(&[many[43].clone(), many[44].clone()]), said(&[(56, stale), (57, duplicate)]) as Vec<_>);
}

/// What is promised is told by the shopper's clock: of the zone that the request names, of the offset that it was written with,
/// or, where it says neither, of the shop's zone.
#[test]
fn a_promise_is_told_by_the_shoppers_clock() {
    let shop = Shop::open();
    let rules = json!({
        "format": "pushcart-rulebook/1", "currency": "CNY", "timeZone": "Asia/Shanghai",
        "catalogue": { "products": [{ "sku": "TEA" }] },
        "priceLists": [{ "id": "base", "currency": "CNY", "entries": { "TEA": 100 } }],
        "inventory": { "nodes": [{ "id": "a", "kind": "store", "modes": ["next-day"] }] },
    });
    assert_eq!(shop.put("rulebook", &rules).0, 200);
    let stock = json!({ "version": 1, "skus": { "TEA": { "a": { "onHand": 9 } } } });
    assert_eq!(shop.put("stock", &stock).0, 200);
    let ask = |path: &str, more: Value| {
        let mut question = json!({
            "merchant": "cedar", "currency": "CNY", "lines": [{ "id": "1", "sku": "TEA", "quantity": 1 }],
        });
        question.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        shop.send("POST", path, &question)
    };
    for (more, at, earliest, latest) in [
        (json!({}), "2026-11-11T20:05:00+08:00", "2026-11-12T09:00:00+08:00", "2026-11-12T21:00:00+08:00"),
        (
            json!({ "at": "2026-11-11T12:05:00Z" }),
            "2026-11-11T12:05:00Z",
            "2026-11-12T09:00:00Z",
            "2026-11-12T21:00:00Z",
        ),
        (
            json!({ "shopper": { "timeZone": "Europe/Berlin" } }),
            "2026-11-11T13:05:00+01:00",
            "2026-11-12T09:00:00+01:00",
            "2026-11-12T21:00:00+01:00",
        ),
        (
            json!({ "at": "2026-10-24T12:00:00Z", "shopper": { "timeZone": "Europe/Berlin" } }),
            "2026-10-24T14:00:00+02:00",
            "2026-10-25T09:00:00+01:00",
            "2026-10-25T21:00:00+01:00",
        ),
    ] {
        let (_, check) = ask("/v1/inventory/check", more.clone());
        let (_, quote) = ask("/v1/quote", more.clone());
        for (answer, line) in [(&check, &check["lines"][0]), (&quote, &quote["lines"][0]["availability"])] {
            let promise = json!({ "mode": "next-day", "earliest": earliest, "latest": latest });
            assert_eq!((&answer["at"], &line["promise"]), (&json!(at), &promise), "{more}");
        }
    }
    for path in ["/v1/inventory/check", "/v1/quote", "/v1/price"] {
        let (status, problem) = ask(path, json!({ "shopper": { "timeZone": "Mars/Base" } }));
        let fault = &problem["faults"][0];
        let found = (status, &fault["code"], &fault["pointer"]);
        assert_eq!(found, (422, &json!("unknown-time-zone"), &json!("/shopper/timeZone")), "{path}: {problem}");
    }
}
