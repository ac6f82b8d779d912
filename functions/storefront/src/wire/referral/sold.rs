//! From a cart that was priced, reduced and taxed to the lines that referral judges.

use crate::till::Tally;
use commerce::facts::offers::{Status, Verdict};
use commerce::facts::prices::{Particulars, PricedLine};
use commerce::facts::referrals::SoldLine;
use commerce::money::{Remainder, allocate};
use commerce::of_line;

/// Who pays for a discount, where it is the referrers of the sale.
const CREATOR: &str = "creator";
/// The attribute of a line that names the activity it is sold in; without one it is the price list that set the price.
const ACTIVITY: &str = "activity";

/// What referral is told of the lines that are checked out: what is paid, the tax in it, what they bear of shipping, and the
/// part of their discounts that the creator pays for.
#[must_use]
pub fn sold(tally: &Tally) -> Vec<SoldLine> {
    let Tally { priced, particulars, declared, nets, taxation, verdict, .. } = tally;
    let funded = funded(priced, nets, verdict);
    let contained =
        |id: &str| taxation.taxed.iter().find(|taxed| taxed.id == id && taxed.included).map_or(0, |taxed| taxed.tax);
    let borne =
        |id: &str| verdict.shipping_shares.iter().filter(|share| share.line == id).map(|share| share.amount).sum();
    let activity = |place: u32, own: &Particulars| {
        let named = of_line(declared, place, |own| own.line).iter().find(|own| own.name == ACTIVITY);
        named.map_or(&own.price_list, |declared| &declared.value).clone()
    };
    let all = (0..).zip(priced).zip(particulars).zip(nets).zip(funded);
    all.filter(|((((_, line), _), _), _)| line.selected)
        .map(|((((place, line), own), net), creator_funded)| SoldLine {
            id: line.id.clone(),
            sku: line.sku.clone(),
            categories: line.categories.clone(),
            quantity: line.quantity,
            net: *net,
            tax: contained(&line.id),
            shipping: borne(&line.id),
            creator_funded,
            activity: Some(activity(place, own)),
        })
        .collect()
}

/// What the creator pays for on each line: of each promotion by what it took off the line, and of shipping by what is paid.
fn funded(priced: &[PricedLine], nets: &[i64], verdict: &Verdict) -> Vec<i64> {
    let paid: Vec<i64> = priced.iter().zip(nets).map(|(line, net)| if line.selected { *net } else { 0 }).collect();
    let mut funded = vec![0_i64; priced.len()];
    let applied = verdict.outcomes.iter().filter(|outcome| outcome.status == Status::Applied);
    for (outcome, part) in applied.flat_map(|outcome| outcome.funding.iter().map(move |part| (outcome, part))) {
        if part.funder != CREATOR {
            continue;
        }
        let off = |(place, line): (u32, &PricedLine)| {
            let own = verdict.discounts.iter().filter(|off| off.line == place && off.promotion == outcome.id);
            if line.shop == part.shop { own.map(|off| off.amount).sum() } else { 0 }
        };
        // Shipping belongs to no shop; its weight stands behind those of the lines.
        let shipping = if part.shop.is_none() { outcome.shipping_amount } else { 0 };
        let weights: Vec<i64> = (0..).zip(priced).map(off).chain([shipping]).collect();
        let shares = allocate(part.amount, &weights, Remainder::LargestFraction);
        let (goods, carriage) = shares.split_at(priced.len());
        let carriage = allocate(carriage.iter().sum(), &paid, Remainder::LargestFraction);
        for ((known, goods), carriage) in funded.iter_mut().zip(goods).zip(carriage) {
            *known = known.saturating_add(*goods).saturating_add(carriage);
        }
    }
    funded
}

#[cfg(test)]
mod tests {
    use super::*;
    use commerce::facts::offers::{Discount, Funding, LineAmount, LineAttribute, Outcome};
    use commerce::facts::prices::Taxation;

    fn line(id: &str, shop: Option<&str>) -> PricedLine {
        PricedLine {
            id: id.into(),
            sku: id.into(),
            quantity: 1,
            unit_price: 1_000,
            subtotal: 1_000,
            categories: vec![],
            floor: None,
            discountable: true,
            reduced: false,
            shop: shop.map(str::to_owned),
            selected: id != "idle",
            subscription: false,
            tax_on_top: 0,
        }
    }

    fn own() -> Particulars {
        Particulars { regular_price: None, price_list: "base".into(), band_from: 1, tax_category: String::new() }
    }

    fn outcome(id: &str, status: Status, amount: i64, shipping_amount: i64, funding: Vec<Funding>) -> Outcome {
        Outcome {
            id: id.into(),
            status,
            code: None,
            need: None,
            have: None,
            amount,
            shipping_amount,
            by: vec![],
            would_give: None,
            funding,
            messages: vec![],
        }
    }

    #[test]
    fn the_creator_bears_each_promotion_where_it_was_given() {
        let discount = |line: u32, promotion: &str, amount| Discount { line, promotion: promotion.into(), amount };
        let part = |funder: &str, shop: Option<&str>, amount| Funding {
            funder: funder.into(),
            shop: shop.map(str::to_owned),
            amount,
        };
        let verdict = Verdict {
            discounts: vec![discount(0, "half", 201), discount(1, "half", 100), discount(2, "half", 99)],
            shipping_discount: 60,
            shipping_shares: vec![LineAmount { line: "a".into(), amount: 40 }],
            outcomes: vec![
                outcome(
                    "half",
                    Status::Applied,
                    400,
                    0,
                    vec![part("creator", None, 151), part("creator", Some("s"), 50)],
                ),
                outcome("half", Status::Superseded, 0, 0, vec![part("creator", None, 7_000)]),
                outcome(
                    "carriage",
                    Status::Applied,
                    0,
                    60,
                    vec![part("creator", None, 30), part("platform", None, 30)],
                ),
            ],
            shipping_offs: vec![],
            units: vec![],
            surcharges: vec![],
            additions: vec![],
            wishes: vec![],
            grants: vec![],
            codes: vec![],
            attempts: 0,
            optimal: true,
            gap: 0,
            segments: vec![],
            consume: vec![],
            idempotency_key: String::new(),
            hints: vec![],
            trace: vec![],
        };
        let tally = Tally {
            priced: vec![line("a", None), line("b", None), line("c", Some("s")), line("idle", None)],
            particulars: vec![own(); 4],
            declared: vec![LineAttribute { line: 1, name: "activity".into(), value: "bargain".into() }],
            shipping: vec![],
            verdict,
            nets: vec![800, 900, 901, 1_000],
            added: vec![],
            taxation: Taxation { taxed: vec![], notes: vec![] },
        };
        let sold = sold(&tally);
        let found: Vec<_> =
            sold.iter().map(|line| (&*line.id, line.creator_funded, line.shipping, line.activity.as_deref())).collect();
        // Of 151: 100.8 and 50.2. Of 30 for shipping: 9.2, 10.4 and 10.4.
        assert_eq!(
            found,
            [("a", 101 + 9, 40, Some("base")), ("b", 50 + 10, 0, Some("bargain")), ("c", 50 + 11, 0, Some("base"))]
        );
        assert_eq!(sold.iter().map(|line| line.creator_funded).sum::<i64>(), 151 + 50 + 30);
    }
}
