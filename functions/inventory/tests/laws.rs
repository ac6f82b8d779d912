//! Laws of a whole check: what holds whatever is asked.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "everything in this crate is a test, and a test may stop where it stands"
)]

mod shop;

use commerce::facts::stock::{Inbound, Inquiry, Level, Lot, Plan, Quota, Reservation, Wanted};
use inventory::Rules;
use proptest::prelude::*;
use shop::{NOW, inquiry, level, plan, rules, shops, wanted};
use std::collections::BTreeMap;

prop_compose! {
    fn carts()(
        lines in prop::collection::vec((0..4_usize, 1..6_u32, any::<bool>()), 1..5),
        stock in prop::collection::vec(-2..8_i64, 6),
    ) -> Inquiry {
        let lines = lines.into_iter().enumerate().map(|(index, (sku, units, split))| Wanted {
            split: Some(split), ..wanted(&index.to_string(), ["x", "y", "box", "crate"][sku], units)
        });
        let levels = stock.into_iter().enumerate().map(|(index, units)| level(["x", "y", "z"][index / 2], ["a", "b"][index % 2], units));
        inquiry(lines.collect(), levels.collect())
    }
}

const KITS: &str = r#"{"box": {"kit": {"x": 2, "y": 1}}, "crate": {"kit": {"box": 1, "y": 2, "z": 1}}}"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn kits_that_share_parts_never_oversell(question in carts()) {
        let plan = plan(&shops(KITS, "{}"), &question);
        for draw in &plan.draws {
            let level = question.levels.iter().find(|level| level.sku == draw.sku && Some(&level.node) == draw.node.as_ref()).unwrap();
            prop_assert!(i64::from(draw.quantity) <= level.on_hand, "{:?} of {:?}", draw, level);
        }
        let parts = |sku: &str, part: &str| match (sku, part) { ("box" | "crate", "x") => 2, ("box", "y") => 1, ("crate", "y") => 3, ("crate", "z") => 1, _ => u32::from(sku == part) };
        for part in ["x", "y", "z"] {
            let used: u32 = question.lines.iter().zip(&plan.lines).map(|(line, supply)| supply.quantity * parts(&line.sku, part)).sum();
            let drawn: u32 = plan.draws.iter().filter(|draw| draw.sku == part).map(|draw| draw.quantity).sum();
            prop_assert_eq!(used, drawn);
        }
    }

    #[test]
    fn the_order_of_lines_and_levels_changes_nothing(question in carts()) {
        let rules = shops(KITS, "{}");
        let straight = plan(&rules, &question);
        let mut turned = question;
        turned.lines.reverse();
        turned.levels.reverse();
        let mut answer = plan(&rules, &turned);
        answer.lines.reverse();
        prop_assert_eq!(straight, answer);
    }

    /// Reserved units, other carts, safety stock, quotas, lots and capacities: what is drawn of a product at a node is what is left
    /// after all of them, and no node sends more than its slot has.
    #[test]
    fn a_plan_never_exceeds_stock_or_capacity(question in scarce()) {
        let plan = plan(&three(false), &question);
        for draw in plan.draws.iter().filter(|draw| draw.source == "stock") {
            let level = question.levels.iter().find(|level| level.sku == draw.sku && Some(&level.node) == draw.node.as_ref()).unwrap();
            prop_assert!(i64::from(draw.quantity) <= left(&question, level), "{:?} of {:?}", draw, level);
            let lots: u32 = draw.lots.iter().map(|lot| lot.quantity).sum();
            prop_assert_eq!(lots, if level.lots.is_empty() { 0 } else { draw.quantity });
        }
        let slots = BTreeMap::from([("a", 7), ("b", 4)]);
        for shipment in &plan.shipments {
            prop_assert!(slots.get(shipment.node.as_str()).is_none_or(|most| shipment.units <= *most), "{:?}", shipment);
        }
        for (line, supply) in question.lines.iter().zip(&plan.lines) {
            prop_assert_eq!(supply.quantity + supply.short, line.quantity);
            let (now, whole) = (supply.portions.iter().map(|portion| portion.quantity).sum::<u32>(), line.split == Some(false));
            prop_assert!(!whole || now == 0 || (now == line.quantity && supply.portions.len() == 1), "{:?}", supply);
        }
        prop_assert!(plan.optimal);
    }

    #[test]
    fn more_stock_never_gives_less(question in scarce(), which in any::<prop::sample::Index>(), extra in 1..9_i64) {
        let before = promised(&plan(&three(false), &question));
        let mut richer = question;
        let place = which.index(richer.levels.len());
        richer.levels[place].on_hand += extra;
        if let Some(lot) = richer.levels[place].lots.last_mut() {
            lot.quantity += u32::try_from(extra).unwrap();
        }
        prop_assert!(promised(&plan(&three(false), &richer)) >= before);
    }

    /// Alone in a cart, the most of a line is what it gets when so much is asked for, and when more is; however much
    /// is asked for, it is the same.
    #[test]
    fn the_most_is_what_is_promised_to_who_asks_for_all(
        question in scarce(), item in 0..7_usize, shipments in prop::option::of(1..4_u32), coming in 0..4_u32,
        (wish, ranked, node) in any::<(bool, bool, bool)>(),
    ) {
        let item = [
            "{}", r#"{"backorder": true, "oversellLimit": 3}"#, r#"{"preorder": {"cap": 4}}"#,
            r#"{"preorder": {"cap": 4}, "oversellLimit": 3}"#, r#"{"limits": {"step": 3, "minimum": 6}}"#,
            r#"{"limits": {"perOrder": 5}}"#, r#"{"backorder": true}"#,
        ][item];
        let (strategy, negative) = (if ranked { "ranked" } else { "best" }, if node { "node" } else { "pool" });
        let policy = format!(r#"{{"strategy": "{strategy}", "negativeStock": "{negative}"}}"#);
        let mut nodes = vec![];
        for (id, capacity) in [("a", 7), ("b", 4), ("c", 1_000)] {
            let modes = r#""modes": ["pickup", "same-day"]"#;
            nodes.push(format!(r#"{{"id": "{id}", "kind": "store", {modes}, "capacity": {capacity}}}"#));
        }
        let items = format!(r#"{{"x": {item}, "box": {{"kit": {{"x": 2, "y": 1}}}}}}"#);
        let rules = rules(&format!(r#"{{"nodes": [{}], "items": {items}, "policy": {policy}}}"#, nodes.join(",")));
        let mut question = Inquiry { max_shipments: shipments, wish: wish.then(|| "pickup".into()), ..question };
        question.lines.truncate(1);
        question.levels[0].inbound = vec![Inbound { quantity: coming, at: NOW + 60 }];
        let ask = |units: u32| {
            let mut question = question.clone();
            question.lines[0].quantity = units;
            let line = plan(&rules, &question).lines[0].clone();
            (u64::from(line.quantity), line.most)
        };
        let (_, most) = ask(1);
        let whole = question.lines[0].split == Some(false);
        match most {
            Some(most) => {
                for units in [most, most + 1, 40] {
                    let (quantity, again) = ask(u32::try_from(units).unwrap().max(1));
                    prop_assert_eq!(again, Some(most), "asked for {}", units);
                    // Of what must come whole less is sent where not all of it can.
                    let all = quantity == most || whole || units < most;
                    prop_assert!(quantity <= most && all, "{} of {}", quantity, most);
                }
            }
            None => prop_assert_eq!(ask(1_000_000), (1_000_000, None)),
        }
    }

    #[test]
    fn the_order_of_nodes_in_the_rulebook_changes_nothing(question in scarce()) {
        prop_assert_eq!(plan(&three(false), &question), plan(&three(true), &question));
    }
}

/// Three nodes, of which two have a capacity; the same, written the other way round.
fn three(turned: bool) -> Rules {
    let mut nodes = [
        r#"{"id": "a", "kind": "store", "modes": ["same-day"], "capacity": 7, "cost": {"shipment": 100, "unit": 30}}"#,
        r#"{"id": "b", "kind": "store", "modes": ["same-day"], "capacity": 4, "cost": {"shipment": 200}}"#,
        r#"{"id": "c", "kind": "central-warehouse", "cost": {"shipment": 900, "unit": 5}}"#,
    ];
    if turned {
        nodes.reverse();
    }
    rules(&format!(r#"{{"nodes": [{}], "items": {KITS}, "policy": {{"safetyStock": 1}}}}"#, nodes.join(",")))
}

/// Units promised of the whole cart.
fn promised(plan: &Plan) -> u32 {
    plan.lines.iter().map(|line| line.quantity).sum()
}

/// What is left of a level for a shopper on the web, as the rulebook's words say it.
fn left(question: &Inquiry, level: &Level) -> i64 {
    let live = |kept: &&Reservation| {
        kept.sku == level.sku
            && kept.node.as_ref() == Some(&level.node)
            && kept.expires > NOW
            && kept.owner != question.owner
    };
    let kept: i64 = question.reservations.iter().filter(live).map(|kept| i64::from(kept.quantity)).sum();
    let others: i64 =
        level.quotas.iter().filter(|quota| quota.channel != "web").map(|quota| i64::from(quota.quantity)).sum();
    (level.on_hand - level.reserved - kept - others - 1).max(0)
}

prop_compose! {
    /// Up to four lines over three nodes at which something of everything is owed, kept or reserved.
    fn scarce()(
        lines in prop::collection::vec((0..4_usize, 1..6_u32, any::<bool>()), 1..5),
        stock in prop::collection::vec((-2..14_i64, 0..3_i64, 0..3_u32, any::<bool>()), 9),
        kept in prop::collection::vec((0..3_usize, 0..3_usize, 0..4_u32, any::<bool>(), any::<bool>()), 0..4),
    ) -> Inquiry {
        let lines = lines.into_iter().enumerate().map(|(index, (sku, units, split))| Wanted {
            split: Some(split), ..wanted(&index.to_string(), ["x", "y", "box", "crate"][sku], units)
        });
        let (skus, nodes) = (["x", "y", "z"], ["a", "b", "c"]);
        let levels = stock.into_iter().enumerate().map(|(index, (units, reserved, quota, lots))| Level {
            reserved,
            quotas: vec![Quota { channel: "live".into(), quantity: quota }, Quota { channel: "web".into(), quantity: 9 }],
            lots: match u32::try_from(units) {
                Ok(units) if lots => vec![
                    Lot { id: "new".into(), quantity: units - units / 2, expires: None, trace: None },
                    Lot { id: "old".into(), quantity: units / 2, expires: Some(NOW + 30 * 86_400), trace: None },
                ],
                _ => vec![],
            },
            ..level(skus[index / 3], nodes[index % 3], units)
        });
        let kept = kept.into_iter().map(|(sku, node, quantity, mine, live)| Reservation {
            sku: skus[sku].into(), node: Some(nodes[node].into()), channel: None, quantity,
            expires: if live { NOW + 60 } else { NOW }, owner: Some(if mine { "me" } else { "you" }.into()),
        });
        Inquiry { reservations: kept.collect(), owner: Some("me".into()), ..inquiry(lines.collect(), levels.collect()) }
    }
}
