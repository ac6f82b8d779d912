//! Prior prices from a history and from price lists, and presales.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod cart;

use cart::{brief, context, rules};
use commerce::facts::prices::{Payable, PriceClaim, PriceEvent};

fn claim(price: Option<i64>, reference: Option<i64>) -> PriceClaim {
    PriceClaim { id: "1".into(), sku: "TEA".into(), price, reference }
}

const RULEBOOK: &str = r#"{"currency": "EUR",
  "catalogue": {"products": [{"sku": "TEA", "priceHistory": [
      {"at": "2026-01-01T00:00:00Z", "price": 1000}, {"at": "2026-06-01T00:00:00Z", "price": 1200}, {"at": "2026-06-01T00:00:00Z", "price": 9, "currency": "USD"}]},
    {"sku": "CUP"}]},
  "priceLists": [
    {"id": "base", "entries": {"TEA": 1200, "CUP": 500}},
    {"id": "flash", "kind": "sale", "from": "2026-07-01T00:00:00Z", "until": "2026-07-03T00:00:00Z", "entries": {"TEA": 900, "CUP": 400}},
    {"id": "gold", "precedence": 9, "when": {"groups": ["gold"]}, "from": "2026-07-10T00:00:00Z", "until": "2026-07-11T00:00:00Z", "entries": {"TEA": 100}},
    {"id": "summer", "kind": "sale", "from": "2026-07-20T00:00:00Z", "until": "2026-09-01T00:00:00Z", "entries": {"TEA": 800, "CUP": 450}}],
  "pricing": {"priorPrice": [{"id": "de", "law": "eu", "countries": ["DE"]}, {"id": "cn", "law": "cn", "countries": ["CN"]}]}}"#;

#[test]
fn price_lists_that_are_open_to_all_are_the_past_and_others_are_not() {
    let rules = rules(RULEBOOK, &[]);
    let judge = |at: &str, country: &str, claim: PriceClaim, events: &[PriceEvent]| {
        let mut context = context("EUR", at);
        context.country = Some(country.into());
        rules.judge(&[claim], events, &context).unwrap()
    };
    // The flash sale of three weeks ago is what summer's price is measured by, not the regular price.
    let summer = &judge("2026-07-25T12:00:00Z", "DE", claim(None, None), &[])[0];
    assert_eq!((summer.lowest, summer.strike_through, summer.percent), (Some(900), Some(900), 1_111));
    assert_eq!(summer.breach.as_deref(), Some("reference-above-prior-price"));
    assert_eq!(
        (summer.since, summer.since - summer.window_from),
        (commerce::instant::parse("2026-07-20T00:00:00Z").unwrap().at, 30 * 86_400)
    );
    assert_eq!(summer.statute, "Directive 98/6/EC, Article 6a");
    // The flash sale is measured by the price that ended at the very moment at which its thirty days begin.
    let flash = &judge("2026-07-02T00:00:00Z", "DE", claim(Some(900), Some(1_200)), &[])[0];
    assert_eq!((flash.prior, flash.breach.as_deref()), (Some(1_000), Some("reference-above-prior-price")));
    // China looks back seven days only.
    let china = &judge("2026-07-25T12:00:00Z", "CN", claim(None, Some(1_200)), &[])[0];
    assert_eq!((china.lowest, china.strike_through, china.breach.as_deref()), (Some(1_200), Some(1_200), None));
    // What everybody got by a promotion comes in as an event.
    let event = PriceEvent {
        sku: "TEA".into(),
        at: commerce::instant::parse("2026-07-15T00:00:00Z").unwrap().at,
        price: 850,
        reference: Some(1_200),
    };
    assert_eq!(judge("2026-07-25T12:00:00Z", "DE", claim(None, None), &[event])[0].lowest, Some(850));
    // Without a history, a list without a beginning has always been.
    let cup = PriceClaim { id: "2".into(), sku: "CUP".into(), price: None, reference: None };
    assert_eq!(judge("2026-07-25T12:00:00Z", "DE", cup, &[])[0].prior, Some(400));
    assert_eq!(judge("2026-07-25T12:00:00Z", "US", claim(None, None), &[]), []);
    let gone = PriceClaim { sku: "GONE".into(), ..claim(None, None) };
    assert_eq!(
        brief(&rules.judge(&[gone], &[], &context("EUR", "2026-07-25T12:00:00Z")).unwrap_err()),
        ["/claims/0/sku unknown-sku"]
    );
}

#[test]
fn a_deposit_counts_for_more_than_was_paid() {
    let rules = rules(
        r#"{"currency": "CNY", "priceLists": [{"id": "base", "entries": {"TEA": 10000}}], "pricing": {"presales": [{"id": "double-11",
        "entries": {"TEA": {"deposit": 1000, "countsFor": 3000}},
        "depositFrom": "2026-10-20T20:00:00+08:00", "depositUntil": "2026-11-01T00:00:00+08:00",
        "balanceFrom": "2026-11-11T00:00:00+08:00", "balanceUntil": "2026-11-12T00:00:00+08:00"}]}}"#,
        &[],
    );
    // when, paid before, amount of two: phase, deposit, counts for, balance, due, codes
    for (at, deposit_paid, amount, expected) in [
        ("2026-10-20T19:59:59+08:00", false, 20_000, ("early", 2_000, 6_000, 14_000, 0, vec![])),
        ("2026-10-20T20:00:00+08:00", false, 20_000, ("deposit", 2_000, 6_000, 14_000, 2_000, vec![])),
        ("2026-10-21T00:00:00+08:00", true, 20_000, ("deposit", 2_000, 6_000, 14_000, 0, vec![])),
        ("2026-11-05T00:00:00+08:00", true, 20_000, ("between", 2_000, 6_000, 14_000, 0, vec![])),
        ("2026-11-11T00:00:00+08:00", true, 20_000, ("balance", 2_000, 6_000, 14_000, 14_000, vec![])),
        ("2026-11-11T00:00:00+08:00", false, 20_000, ("balance", 0, 0, 20_000, 20_000, vec!["deposit-missed"])),
        ("2026-11-12T00:00:00+08:00", true, 20_000, ("over", 2_000, 6_000, 14_000, 0, vec![])),
        ("2026-10-21T00:00:00+08:00", false, 5_000, ("deposit", 2_000, 5_000, 0, 2_000, vec!["deposit-above-fifth"])),
    ] {
        let payable = |sku: &str| Payable { id: "1".into(), sku: sku.into(), quantity: 2, amount, deposit_paid };
        let plans = rules.presale(&[payable("TEA"), payable("CUP")], &context("CNY", at)).unwrap();
        assert_eq!(plans.len(), 1);
        let plan = &plans[0];
        assert_eq!(
            (
                plan.phase.as_str(),
                plan.deposit,
                plan.counts_for,
                plan.balance,
                plan.due,
                plan.codes.iter().map(String::as_str).collect()
            ),
            expected,
            "{at}"
        );
    }
    let faults = pricing::compile(
        r#"{"currency": "CNY", "pricing": {"presales": [{"id": "x", "entries": {"TEA": {"deposit": 5, "countsFor": 4}},
        "depositFrom": "2026-10-20T00:00:00Z", "depositUntil": "2026-10-21T00:00:00Z", "balanceFrom": "2026-10-20T12:00:00Z", "balanceUntil": "2026-10-20T11:00:00Z"}]}}"#,
    );
    assert_eq!(
        brief(&faults.unwrap_err()),
        [
            "/pricing/presales/0 empty-period",
            "/pricing/presales/0 empty-period",
            "/pricing/presales/0/entries/TEA deposit-counts-for-less"
        ]
    );
}
