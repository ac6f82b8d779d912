//! Laws that hold for every policy and every cart.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod shop;

use commerce::document::{Node, parse, write};
use commerce::facts::offers::{LineAmount, LineAttribute, Proposal, Status, Verdict, Wants};
use commerce::facts::prices::PricedLine;
use promotions::policy::Policy;
use proptest::prelude::*;
use shop::{context, judge, line, off, rules};

/// Promotions that may conflict: by tags, thresholds on what others left, and overlapping targets.
fn book(stacking: &str, policy: &str, gives: &[(usize, i64, bool)]) -> String {
    let each = |(place, (kind, size, closed)): (usize, &(usize, i64, bool))| {
        let action = match kind % 6 {
            0 => format!(r#"{{"kind": "percent-off", "basisPoints": {}, "spread": "line"}}"#, size % 10_001),
            1 => format!(r#"{{"kind": "amount-off", "amount": {size}}}"#),
            2 => format!(
                r#"{{"kind": "amount-off", "amount": {}, "spread": "unit", "of": {{"skus": ["A", "B"]}}}}"#,
                size / 7
            ),
            3 => r#"{"kind": "cheapest-free", "groupSize": 3}"#.to_owned(),
            4 => format!(r#"{{"kind": "set-price", "price": {size}, "of": {{"skus": ["C"]}}}}"#),
            _ => format!(r#"{{"kind": "percent-off", "basisPoints": {}}}"#, size % 10_001),
        };
        let when = if kind % 5 == 0 {
            format!(r#"{{"kind": "subtotal", "atLeast": {size}, "basis": "discounted"}}"#)
        } else {
            String::new()
        };
        let combines = if *closed { r#", "combinesWith": ["friend"]"# } else { "" };
        let tags = if kind % 2 == 0 { r#", "tags": ["friend"]"# } else { "" };
        format!(r#"{{"id": "p{place}", "when": [{when}], "gives": [{action}]{combines}{tags}}}"#)
    };
    let all: Vec<String> = gives.iter().enumerate().map(each).collect();
    format!(r#""policy": {{"stacking": "{stacking}"{policy}}}, "promotions": [{}]"#, all.join(", "))
}

fn cart() -> impl Strategy<Value = Vec<PricedLine>> {
    prop::collection::vec((1..20_000_i64, 1..6_u32, 0..100_i64), 1..5).prop_map(|lines| {
        let each = lines.into_iter().zip(["a", "b", "c", "d"]).map(|((price, quantity, floor), id)| {
            let mut line = line(id, price, quantity);
            line.floor = (floor < 30).then_some(price * floor / 100);
            line
        });
        each.collect()
    })
}

fn promotions() -> impl Strategy<Value = Vec<(usize, i64, bool)>> {
    prop::collection::vec((0..30_usize, 0..15_000_i64, any::<bool>()), 1..6)
}

/// A cart, and its lines in another order.
fn shuffled() -> impl Strategy<Value = (Vec<PricedLine>, Vec<PricedLine>)> {
    cart().prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle()))
}

fn worth(verdict: &Verdict) -> i64 {
    off(verdict) + verdict.shipping_discount + verdict.additions.iter().map(|added| added.discount).sum::<i64>()
}

/// Any document, names each once.
fn document() -> impl Strategy<Value = Node<'static>> {
    let leaf = prop_oneof![
        Just(Node::Null),
        any::<bool>().prop_map(Node::Boolean),
        any::<i64>().prop_map(Node::Integer),
        (-1_000_000_000..1_000_000_000_i32).prop_map(|millionths| Node::Decimal(f64::from(millionths) / 1.0e6)),
        any::<String>().prop_map(|text| Node::Text(text.into())),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let fields = prop::collection::btree_map(any::<String>(), inner.clone(), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(Node::List),
            fields.prop_map(|fields| Node::Map(fields.into_iter().map(|(name, value)| (name.into(), value)).collect())),
        ]
    })
}

/// The id of the line at a place of the cart.
fn id_of(lines: &[PricedLine], place: u32) -> &str {
    &lines[usize::try_from(place).unwrap()].id
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn shares_are_exact_and_nothing_costs_less_than_its_floor(
        lines in cart(), gives in promotions(), dimension in 0..64_usize, value in 0..8_usize, stacking in 0..5_usize,
    ) {
        let dimension = &Policy::DIMENSIONS[dimension % Policy::DIMENSIONS.len()];
        let word = dimension.values[value % dimension.values.len()];
        let policy = if dimension.name == "stacking" { String::new() } else { format!(r#", "{}": "{word}""#, dimension.name) };
        let stacking = ["all", "best", "best-one", "best-per-line", "first"][stacking];
        let verdict = judge(&book(stacking, &policy, &gives), &lines, &context());
        for (place, line) in (0..).zip(&lines) {
            let taken: i64 = verdict.discounts.iter().filter(|discount| discount.line == place).map(|discount| discount.amount).sum();
            let most = line.subtotal - line.floor.unwrap_or(0) * i64::from(line.quantity);
            prop_assert!((0..=most).contains(&taken), "{} of {most}", taken);
            let units: i64 = verdict.units.iter().filter(|run| run.line == place).map(|run| run.discount * i64::from(run.quantity)).sum();
            prop_assert_eq!(units, taken, "units of {}", line.id);
        }
        for outcome in &verdict.outcomes {
            let taken: i64 = verdict.discounts.iter().filter(|discount| discount.promotion == outcome.id).map(|discount| discount.amount).sum();
            prop_assert_eq!(taken, outcome.amount);
        }
        let paid = lines.iter().map(|line| line.subtotal).sum::<i64>() > off(&verdict);
        let shared: i64 = verdict.shipping_shares.iter().map(|share| share.amount).sum();
        prop_assert!(!paid || shared + verdict.shipping_discount == 1_000);
    }

    #[test]
    fn the_best_combination_is_what_trying_all_finds(lines in cart(), gives in promotions()) {
        let best = judge(&book("best", "", &gives), &lines, &context());
        prop_assert!(best.optimal && best.gap == 0);
        // Every subset, each judged with all that may go together; one that drops a member is another subset.
        let mut most = 0;
        for subset in 0..1_usize << gives.len() {
            let verdict = judge(&keep(&book("all", "", &gives), subset), &lines, &context());
            most = most.max(worth(&verdict));
        }
        prop_assert_eq!(worth(&best), most);
    }

    #[test]
    fn the_best_combination_is_never_worse_than_any_single_promotion(
        lines in cart(), gives in promotions(), work in prop_oneof![Just(4_000), 1..8_u32],
    ) {
        let bounded = format!(r#", "searchWork": {work}"#);
        let best = judge(&book("best", &bounded, &gives), &lines, &context());
        for place in 0..gives.len() {
            let single = judge(&keep(&book("all", "", &gives), 1 << place), &lines, &context());
            prop_assert!(worth(&best) >= worth(&single), "{} of p{place} alone", worth(&single));
        }
        // Where the bound on work was hit, the gap bounds what a better one would give.
        let most = (0..1_usize << gives.len()).map(|subset| worth(&judge(&keep(&book("all", "", &gives), subset), &lines, &context()))).max();
        prop_assert!(Some(worth(&best) + best.gap) >= most && best.optimal == (best.gap == 0));
    }

    /// Where each line is treated by itself, all of the answer; a tie for the cheapest hint, and an odd minor unit of
    /// shipping, go to the line that stands first.
    #[test]
    fn permuting_lines_permutes_the_answer((lines, turned) in shuffled(), gives in promotions()) {
        let by_line: Vec<(usize, i64, bool)> = gives.into_iter().map(|(kind, size, closed)| ([6, 8, 4][kind % 3], size, closed)).collect();
        let book = book("all", "", &by_line);
        let sorted = |lines: &[PricedLine]| {
            let mut verdict = judge(&book, lines, &context());
            // Places by the order of ids, whatever the order of lines.
            let mut ids: Vec<&str> = lines.iter().map(|line| line.id.as_str()).collect();
            ids.sort_unstable();
            let place = |line: u32| u32::try_from(ids.iter().position(|id| *id == id_of(lines, line)).unwrap()).unwrap();
            verdict.discounts.iter_mut().for_each(|off| off.line = place(off.line));
            verdict.units.iter_mut().for_each(|run| run.line = place(run.line));
            verdict.discounts.sort_by_key(|off| off.line);
            verdict.units.sort_by_key(|run| run.line);
            let shared: i64 = verdict.shipping_shares.drain(..).map(|share| share.amount).sum();
            (verdict.hints, verdict.wishes, verdict.idempotency_key) = Default::default();
            format!("{shared} {verdict:?}")
        };
        prop_assert_eq!(sorted(&lines), sorted(&turned));
    }

    /// Where amounts are split over lines, what each promotion gives; of the shares, all but odd minor units.
    #[test]
    fn permuting_lines_moves_odd_minor_units_only((lines, turned) in shuffled(), gives in promotions()) {
        let split: Vec<(usize, i64, bool)> = gives.into_iter().map(|(kind, size, closed)| ([1, 5, 25][kind % 3], size, closed)).collect();
        let book = book("all", "", &split);
        let (one, other) = (judge(&book, &lines, &context()), judge(&book, &turned, &context()));
        prop_assert_eq!(format!("{:?}", one.outcomes), format!("{:?}", other.outcomes));
        for line in &lines {
            let taken = |verdict: &Verdict, lines: &[PricedLine]| {
                let own = verdict.discounts.iter().filter(|off| id_of(lines, off.line) == line.id);
                own.map(|off| off.amount).sum::<i64>()
            };
            let (one, other) = (taken(&one, &lines), taken(&other, &turned));
            let odd = i64::try_from(split.len()).unwrap();
            prop_assert!((one - other).abs() <= odd, "{one} and {other} of {}", line.id);
        }
    }

    /// A cap that nothing reaches changes nothing, and a trace adds up where one is reached.
    #[test]
    fn a_cap_takes_only_what_is_above_it(lines in cart(), gives in promotions(), rate in 1..10_000_i64, spread in 0..3_usize, most in 1..30_000_i64) {
        let percent = |most: i64| format!(r#", {{"id": "z", "gives": [{{"kind": "percent-off", "basisPoints": {rate}, "spread": "{}", "most": {most}}}]}}]"#, ["order", "line", "unit"][spread]);
        let before = book("all", "", &gives);
        let before = before.strip_suffix(']').unwrap();
        let open = judge(&format!("{before}{}", percent(1_000_000_000)), &lines, &context());
        let none = judge(&format!("{before}{}", percent(1_000_000_000).replace(r#", "most": 1000000000"#, "")), &lines, &context());
        prop_assert_eq!(&open.discounts, &none.discounts);
        let capped = format!("{before}{}", percent(1_000_000_000).replace(r#""id": "z""#, &format!(r#""id": "z", "most": {most}"#)));
        let wants = Wants { every_outcome: true, hints: 0, trace: true };
        let verdict = rules(&capped).evaluate(&lines, &[], &[], &[], &wants, &context()).unwrap();
        for outcome in &verdict.outcomes {
            let steps: i64 = verdict.trace.iter().filter(|step| step.promotion == outcome.id).map(|step| step.amount).sum();
            prop_assert_eq!(steps, outcome.amount + outcome.shipping_amount, "{}", &outcome.id);
        }
    }

    #[test]
    fn what_is_printed_is_parsed_as_it_was(node in document()) {
        let text = write(&node);
        prop_assert_eq!(parse(text.as_bytes()).unwrap(), node, "{}", text);
    }

    /// Caps, budgets, some of them shared, gifts, red packets and donations that draw from them, lanes and exclusive
    /// promotions on top: what is exclusive goes alone, or ends what comes after it.
    #[test]
    fn the_best_of_capped_and_exclusive_ones_is_what_trying_all_finds(
        lines in cart(), gives in promotions(), bounds in prop::collection::vec((0..11_u8, 1..9_000_i64), 5), (stops, lanes) in any::<(bool, bool)>(),
    ) {
        let bounded = |stacking: &str| {
            let exclusive = if stops { "stop" } else { "best" };
            let lane = if lanes { format!(r#", "lanes": [{{"id": "early", "stacking": "{stacking}"}}]"#) } else { String::new() };
            let policy = format!(r#", "exclusive": "{exclusive}"{lane}"#);
            let mut document: serde_json::Value = serde_json::from_str(&format!("{{{}}}", book(stacking, &policy, &gives))).unwrap();
            for (place, (promotion, (kind, size))) in document["promotions"].as_array_mut().unwrap().iter_mut().zip(&bounds).enumerate() {
                if lanes && place % 2 == 1 {
                    promotion["lane"] = "early".into();
                }
                match kind {
                    0 => promotion["most"] = (*size).into(),
                    1 => promotion["budget"] = serde_json::json!({ "limit": size }),
                    2 => promotion["exclusive"] = true.into(),
                    3 | 4 => promotion["budget"] = serde_json::json!({ "id": "shared", "limit": 5_000 }),
                    5 => promotion["gives"].as_array_mut().unwrap().push(
                        serde_json::json!({ "kind": "gift", "sku": "G", "unitPrice": size, "limit": 1 })),
                    6..9 => {
                        promotion["budget"] = serde_json::json!({ "id": "shared", "limit": 5_000 });
                        promotion["gives"].as_array_mut().unwrap().push(match kind {
                            6 => serde_json::json!({ "kind": "red-packet", "id": "purse", "amount": size }),
                            7 => serde_json::json!({ "kind": "donation", "cause": "c", "amount": size }),
                            _ => serde_json::json!({ "kind": "gift", "sku": "G", "unitPrice": size }),
                        });
                    }
                    _ => {}
                }
            }
            let text = document.to_string();
            text[1..text.len() - 1].to_owned()
        };
        let best = judge(&bounded("best"), &lines, &context());
        prop_assert!(best.optimal && best.gap == 0);
        let most = (0..1_usize << gives.len()).map(|subset| worth(&judge(&keep(&bounded("all"), subset), &lines, &context()))).max();
        prop_assert_eq!(Some(worth(&best)), most);
    }

    /// A price that a measure raises is more that others can take off, or reach a threshold with: no bound misses it.
    #[test]
    fn the_best_with_prices_by_measure_is_what_trying_all_finds(
        lines in cart(), gives in promotions(), measures in prop::collection::vec(0..5_000_i64, 5),
        (at, twice, closed) in (0..6_usize, any::<bool>(), any::<bool>()),
        (edge, rate) in (1..60_000_i64, 1..10_001_i64),
    ) {
        let declared: Vec<LineAttribute> = (0..).zip(&lines).zip(&measures).map(|((line, _), measure)| {
            let value = format!("{}.{:03}", measure / 1_000, measure % 1_000);
            LineAttribute { line, name: "metres".into(), value }
        }).collect();
        let measured = |stacking: &str| {
            let text = format!("{{{}}}", book(stacking, "", &gives));
            let mut document: serde_json::Value = serde_json::from_str(&text).unwrap();
            let all = document["promotions"].as_array_mut().unwrap();
            let edges = [serde_json::json!({ "kind": "subtotal", if closed { "atLeast" } else { "atMost" }: edge })];
            let percent = serde_json::json!({ "kind": "percent-off", "basisPoints": rate, "spread": "line" });
            let with = ["friend", "m"];
            all.push(serde_json::json!({ "id": "edge", "when": edges, "gives": [percent], "combinesWith": with }));
            for id in ["m", "n"].into_iter().take(1 + usize::from(twice)) {
                let by = serde_json::json!({ "kind": "by-measure", "attribute": "metres" });
                all.insert(at.min(all.len()), serde_json::json!({ "id": id, "gives": [by], "tags": ["friend"] }));
            }
            let text = document.to_string();
            text[1..text.len() - 1].to_owned()
        };
        let judge = |book: &str| {
            let wants = Wants { every_outcome: true, hints: 0, trace: false };
            rules(book).evaluate(&lines, &declared, &[], &[], &wants, &context()).unwrap()
        };
        let best = judge(&measured("best"));
        prop_assert!(best.optimal && best.gap == 0);
        let count = gives.len() + 2 + usize::from(twice);
        let most = (0..1_usize << count).map(|subset| worth(&judge(&keep(&measured("all"), subset)))).max();
        prop_assert_eq!(Some(worth(&best)), most);
    }

    /// Whatever the promotions: a step in the cart that a hint names gives what the hint says.
    #[test]
    fn every_hint_is_true(lines in cart(), gives in promotions(), least in 2..9_i64, group in 2..5_i64) {
        let more = format!(
            r#", {{"id": "ladder", "gives": [{{"kind": "ladder", "by": "subtotal", "tiers": [{{"from": {}, "amount": 500}}, {{"from": {}, "amount": 1500}}]}}]}},
               {{"id": "nth", "gives": [{{"kind": "nth-item", "n": {group}, "basisPoints": 5000}}]}},
               {{"id": "every", "gives": [{{"kind": "every", "spend": {}, "off": 300}}]}},
               {{"id": "free", "when": [{{"kind": "quantity", "atLeast": {least}}}], "gives": [{{"kind": "shipping-off"}}]}}]"#,
            least * 1_000, least * 9_000, least * 777
        );
        let book = book("all", "", &gives);
        let book = format!("{}{more}", book.strip_suffix(']').unwrap());
        let before = judge(&book, &lines, &context());
        for hint in &before.hints {
            let mut after = lines.clone();
            match hint.sku.as_deref().filter(|_| hint.quantity > 0) {
                Some(sku) => {
                    let line = after.iter_mut().find(|line| line.sku == sku).unwrap();
                    line.quantity += hint.quantity;
                    line.subtotal = line.unit_price * i64::from(line.quantity);
                    prop_assert_eq!(hint.spend, line.unit_price * i64::from(hint.quantity));
                }
                None => {
                    let mut more = line("more", hint.spend, 1);
                    more.categories = hint.category.iter().cloned().collect();
                    more.sku = hint.sku.clone().unwrap_or_else(|| "ANY".into());
                    after.push(more);
                }
            }
            prop_assert_eq!(worth(&judge(&book, &after, &context())) - worth(&before), hint.gives, "{:?}", hint);
        }
        prop_assert!(before.hints.is_sorted_by_key(|hint| hint.spend));
    }

    #[test]
    fn a_hint_is_true(price in 100..20_000_i64, quantity in 1..3_u32, least in 3..9_u32) {
        let book = format!(r#""promotions": [{{"id": "p", "when": [{{"kind": "quantity", "atLeast": {least}}}], "gives": [{{"kind": "percent-off", "basisPoints": 1000}}]}}]"#);
        let before = judge(&book, &[line("a", price, quantity)], &context());
        let hint = &before.hints[0];
        prop_assert_eq!((hint.quantity, hint.spend), (least - quantity, price * i64::from(least - quantity)));
        let after = judge(&book, &[line("a", price, quantity + hint.quantity)], &context());
        prop_assert_eq!(worth(&after) - worth(&before), hint.gives);
    }
}

/// The book with those promotions only that the bits name.
fn keep(book: &str, bits: usize) -> String {
    let mut document: serde_json::Value = serde_json::from_str(&format!("{{{book}}}")).unwrap();
    let all = document["promotions"].as_array().unwrap().clone();
    let kept: Vec<serde_json::Value> =
        all.into_iter().enumerate().filter(|(place, _)| bits >> place & 1 == 1).map(|(_, value)| value).collect();
    document["promotions"] = kept.into();
    let text = document.to_string();
    text[1..text.len() - 1].to_owned()
}

#[test]
fn a_proposal_competes_like_any_promotion() {
    let rules = rules(
        r#""policy": {"stacking": "best"}, "promotions": [{"id": "own", "combinesWith": [], "gives": [{"kind": "amount-off", "amount": 500}]}]"#,
    );
    let wants = Wants { every_outcome: false, hints: 0, trace: false };
    let proposal = |amount| Proposal {
        id: "plugin".into(),
        lane: "nowhere".into(),
        tags: Vec::new(),
        combines_with: None,
        lines: vec![LineAmount { line: "a".into(), amount }],
        shipping: 0,
        messages: Vec::new(),
    };
    for (amount, winner, taken) in [(400, "own", 500), (600, "plugin", 600), (99_999, "plugin", 1_000)] {
        let verdict =
            rules.evaluate(&[line("a", 1_000, 1)], &[], &[], &[proposal(amount)], &wants, &context()).unwrap();
        assert_eq!((verdict.discounts[0].promotion.as_str(), off(&verdict)), (winner, taken));
    }
}

/// A gift may be worth more than the whole cart: nothing else bounds what it gives.
#[test]
fn a_gift_that_is_dearer_than_the_cart_is_the_best() {
    let rules = r#""policy": {"stacking": "best"}, "promotions": [
        {"id": "free", "combinesWith": [], "gives": [{"kind": "percent-off", "basisPoints": 10000}, {"kind": "shipping-off"}]},
        {"id": "gift", "combinesWith": [], "gives": [{"kind": "gift", "sku": "G", "units": 2, "unitPrice": 3000, "per": {"units": 2}}]}]"#;
    for (quantity, worth_of_it, id) in [(1, 2_000, "free"), (3, 6_000, "gift"), (4, 12_000, "gift")] {
        let verdict = judge(rules, &[line("a", 1_000, quantity)], &context());
        assert_eq!((worth(&verdict), verdict.optimal), (worth_of_it, true), "{quantity}");
        assert!(verdict.outcomes.iter().any(|outcome| outcome.id == id && outcome.status == Status::Applied));
    }
}

/// What a measure makes of a price is not known before: what takes half of it gives more than half of the price.
#[test]
fn what_a_measure_raises_is_not_overlooked() {
    let book = r#""policy": {"stacking": "best"}, "promotions": [
        {"id": "metres", "gives": [{"kind": "by-measure", "attribute": "metres"}]},
        {"id": "off", "combinesWith": ["metres"], "gives": [{"kind": "amount-off", "amount": 600}]},
        {"id": "half", "combinesWith": ["metres"], "gives": [{"kind": "percent-off", "basisPoints": 5000}]}]"#;
    let wants = Wants { every_outcome: true, hints: 0, trace: false };
    for (metres, worth_of_it) in [("1", 600), ("1.1", 600), ("5", 2_500)] {
        let declared = [LineAttribute { line: 0, name: "metres".into(), value: metres.into() }];
        let verdict = rules(book).evaluate(&[line("a", 1_000, 1)], &declared, &[], &[], &wants, &context()).unwrap();
        assert_eq!((worth(&verdict), verdict.optimal), (worth_of_it, true), "{metres}");
    }
}
