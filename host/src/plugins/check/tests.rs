use super::*;
use crate::plugins::sample::cart;
use crate::plugins::types::LineAmount;
use proptest::prelude::*;

fn proposal(action: Action) -> Proposal {
    Proposal {
        code: "offer".into(),
        action,
        messages: vec![Message { language: "zh".into(), text: "第三件半价".into() }],
        lane: None,
        tags: vec!["plugin".into()],
        combines_with: None,
        attributes: Vec::new(),
    }
}

fn off(amounts: &[(&str, f64)]) -> Action {
    Action::AmountsOff(
        amounts.iter().map(|(line, amount)| LineAmount { line: (*line).into(), amount: *amount }).collect(),
    )
}

fn at(line: &str, units: Option<u32>) -> Vec<Target> {
    vec![Target { line: line.into(), units }]
}

#[test]
fn actions_become_exact_amounts() {
    // Three units at 333 and one at 1: shares, halves and units are reckoned by hand.
    let cart = cart(&[(3, 333), (1, 1)]);
    let table = [
        (off(&[("1", 999.0)]), vec![("1", 999)], 0),
        (
            Action::SharedOff(SharedAmount { lines: vec!["2".into(), "1".into()], amount: 500.0 }),
            vec![("1", 499), ("2", 1)],
            0,
        ),
        (Action::PercentOff(ShareOff { targets: at("1", Some(1)), basis_points: 5_000 }), vec![("1", 167)], 0),
        (Action::PercentOff(ShareOff { targets: at("1", None), basis_points: 1_000 }), vec![("1", 100)], 0),
        (Action::UnitPrice(FixedPrice { targets: at("1", Some(2)), price: 300.0 }), vec![("1", 66)], 0),
        (Action::UnitPrice(FixedPrice { targets: at("1", None), price: 0.0 }), vec![("1", 999)], 0),
        (Action::ShippingOff(1_000.0), vec![], 600),
    ];
    for (action, lines, shipping) in table {
        let name = format!("{action:?}");
        let checked = proposals("look", &cart, &[proposal(action)]).unwrap();
        let wanted: Vec<(String, i64)> = lines.into_iter().map(|(line, off)| (line.to_owned(), off)).collect();
        assert_eq!((&checked[0].lines, checked[0].shipping), (&wanted, shipping), "{name}");
        assert_eq!(checked[0].id, "look/offer");
    }
    // What costs no more already stays as it is, and a proposal of nothing is none.
    let nothing = proposal(Action::UnitPrice(FixedPrice { targets: at("2", None), price: 5.0 }));
    assert_eq!(proposals("look", &cart, &[nothing]), Ok(Vec::new()));
}

#[test]
fn lies_are_refused() {
    let cart = cart(&[(3, 333), (1, 1)]);
    let unlawful = [
        off(&[("9", 1.0)]),
        off(&[("1", 1.0), ("1", 1.0)]),
        off(&[]),
        off(&[("1", -1.0)]),
        off(&[("1", 0.0)]),
        off(&[("1", 0.5)]),
        off(&[("1", f64::NAN)]),
        off(&[("1", f64::INFINITY)]),
        off(&[("1", 9_007_199_254_740_992.0)]),
        off(&[("1", 1_000.0)]),
        Action::SharedOff(SharedAmount { lines: vec!["1".into()], amount: 1_000.0 }),
        Action::PercentOff(ShareOff { targets: at("1", None), basis_points: 0 }),
        Action::PercentOff(ShareOff { targets: at("1", None), basis_points: 10_001 }),
        Action::PercentOff(ShareOff { targets: at("1", Some(4)), basis_points: 1 }),
        Action::PercentOff(ShareOff { targets: at("1", Some(0)), basis_points: 1 }),
        Action::UnitPrice(FixedPrice { targets: at("1", None), price: -1.0 }),
        Action::ShippingOff(0.0),
    ];
    for action in unlawful {
        let name = format!("{action:?}");
        assert_eq!(proposals("look", &cart, &[proposal(action)]).unwrap_err().kind, Kind::OutputInvalid, "{name}");
    }
    let good = proposal(off(&[("1", 1.0)]));
    let text = |text: String| vec![Message { language: "en".into(), text }];
    let wrong = [
        (Proposal { code: "Two Words".into(), ..good.clone() }, Kind::OutputInvalid),
        (Proposal { code: String::new(), ..good.clone() }, Kind::OutputInvalid),
        (Proposal { lane: Some(String::new()), ..good.clone() }, Kind::OutputInvalid),
        (Proposal { messages: text("a\nb".into()), ..good.clone() }, Kind::OutputInvalid),
        (Proposal { messages: text("x".repeat(bounds::TEXT + 1)), ..good.clone() }, Kind::OutputTooLarge),
        (Proposal { messages: [text("a".into()), text("b".into())].concat(), ..good.clone() }, Kind::OutputInvalid),
        (Proposal { tags: vec!["t".into(); bounds::TAGS + 1], ..good.clone() }, Kind::OutputTooLarge),
    ];
    for (proposal, kind) in wrong {
        assert_eq!(proposals("look", &cart, std::slice::from_ref(&proposal)).unwrap_err().kind, kind, "{proposal:?}");
    }
    // One that breaks a rule makes the whole answer invalid, and so does a code that stands twice.
    assert!(proposals("look", &cart, &[good.clone(), proposal(off(&[("9", 1.0)]))]).is_err());
    assert!(proposals("look", &cart, &[good.clone(), good.clone()]).is_err());
    assert_eq!(proposals("look", &cart, &vec![good; bounds::PROPOSALS + 1]).unwrap_err().kind, Kind::OutputTooLarge);
}

fn amount() -> impl Strategy<Value = f64> {
    prop_oneof![(-3_i32..3_000).prop_map(f64::from), any::<f64>()]
}

fn targets() -> impl Strategy<Value = Vec<Target>> {
    let target =
        (0..5_u32, proptest::option::of(0..6_u32)).prop_map(|(line, units)| Target { line: line.to_string(), units });
    proptest::collection::vec(target, 0..4)
}

fn action() -> impl Strategy<Value = Action> {
    let lines = || proptest::collection::vec((0..5_u32).prop_map(|line| line.to_string()), 0..4);
    prop_oneof![
        proptest::collection::vec((0..5_u32, amount()), 0..4).prop_map(|amounts| {
            Action::AmountsOff(
                amounts.into_iter().map(|(line, amount)| LineAmount { line: line.to_string(), amount }).collect(),
            )
        }),
        (lines(), amount()).prop_map(|(lines, amount)| Action::SharedOff(SharedAmount { lines, amount })),
        (targets(), 0..11_000_u32)
            .prop_map(|(targets, basis_points)| Action::PercentOff(ShareOff { targets, basis_points })),
        (targets(), amount()).prop_map(|(targets, price)| Action::UnitPrice(FixedPrice { targets, price })),
        amount().prop_map(Action::ShippingOff),
    ]
}

proptest! {
    /// Whatever a plugin says: no panic, and what passes takes more than nothing and at most the price.
    #[test]
    fn what_passes_is_lawful(
        lines in proptest::collection::vec((1..5_u32, 0..1_000_u32), 1..4),
        actions in proptest::collection::vec(action(), 0..4),
        code in "[a-z-]{0,3}",
    ) {
        let cart = cart(&lines);
        let given: Vec<Proposal> = actions
            .into_iter()
            .enumerate()
            .map(|(place, action)| Proposal { code: format!("{code}{place}"), ..proposal(action) })
            .collect();
        for checked in proposals("look", &cart, &given).unwrap_or_default() {
            prop_assert!(checked.shipping > 0 || !checked.lines.is_empty());
            prop_assert!(checked.shipping <= 600);
            for (id, off) in checked.lines {
                let line = cart.lines.iter().find(|line| line.id == id).unwrap();
                prop_assert!(off > 0 && off as f64 <= line.subtotal);
            }
        }
    }
}
