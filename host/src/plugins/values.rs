//! Facts of `pushcart:commerce` as the plain values that plugins get, how large they are, and what plugins give as facts.
//!
//! Destructured in full, so that a new fact fails to compile until it is decided whether plugins see it. What they do not
//! see: who the shopper is, places, fingerprints, counters, other shops' names.

use super::bounds;
use super::check::Checked;
use super::facts::{offers, prices, types as facts};
use super::failure::{Failure, Kind};
use super::types::{Attribute, Cart, Context, Discount, Line, Moment, Shopper};
use commerce::instant::civil_from_days;
use commerce::of_line;

/// The cart as plugins see it: lines that are selected and that promotions may reduce.
pub fn cart(
    lines: &[prices::PricedLine],
    declared: &[offers::LineAttribute],
    shipping: &[offers::ShippingCharge],
    currency: &str,
) -> Cart {
    let seen = (0..).zip(lines).filter(|(_, line)| line.selected && line.discountable);
    let line = |(place, line): (u32, &prices::PricedLine)| {
        let own = of_line(declared, place, |declared| declared.line).iter();
        let attributes = own.map(|own| Attribute { name: own.name.clone(), value: own.value.clone() });
        self::line(line, attributes.collect())
    };
    Cart {
        currency: currency.to_owned(),
        lines: seen.map(line).collect(),
        shipping: amount(shipping.iter().map(|charge| charge.amount).sum()),
        attributes: Vec::new(),
    }
}

fn line(line: &prices::PricedLine, attributes: Vec<Attribute>) -> Line {
    let prices::PricedLine {
        id,
        sku,
        quantity,
        unit_price,
        subtotal,
        categories,
        floor: _,
        discountable: _,
        reduced: _,
        shop: _,
        selected: _,
        subscription: _,
        tax_on_top: _,
    } = line;
    Line {
        id: id.clone(),
        sku: sku.clone(),
        quantity: *quantity,
        unit_price: amount(*unit_price),
        subtotal: amount(*subtotal),
        categories: categories.clone(),
        attributes,
    }
}

/// What is around the cart, as plugins see it.
pub fn context(context: &facts::Context) -> Context {
    let facts::Context {
        at,
        utc_offset,
        time_zone: _,
        currency: _,
        channel: facts::Channel { kind, id: _ },
        country,
        region: _,
        shipping_method: _,
        shopper: person,
        gathering: _,
        codes,
        attributes: declared,
        counters: _,
        tags: _,
    } = context;
    Context {
        moment: moment(*at, utc_offset.unwrap_or(0)),
        channel: kind.clone(),
        country: country.clone(),
        shopper: shopper(person.as_ref()),
        codes: codes.clone(),
        attributes: attributes(declared),
    }
}

fn shopper(shopper: Option<&facts::Shopper>) -> Shopper {
    let Some(shopper) = shopper else {
        return Shopper { groups: Vec::new(), segments: Vec::new(), tier: None, orders: 0, attributes: Vec::new() };
    };
    let facts::Shopper {
        id: _,
        groups,
        segments,
        tier,
        entitlements: _,
        place: _,
        orders,
        since: _,
        interactions: _,
        events: _,
        points: _,
        subscriber: _,
        fingerprints: _,
    } = shopper;
    Shopper {
        groups: groups.clone(),
        segments: segments.clone(),
        tier: tier.clone(),
        orders: orders.as_ref().map_or(0, |orders| orders.count),
        attributes: Vec::new(),
    }
}

/// The local calendar at `at` seconds after 1970, `utc_offset` seconds east of UTC.
pub fn moment(at: i64, utc_offset: i32) -> Moment {
    let local = at.saturating_add(i64::from(utc_offset));
    let (days, second) = (local.div_euclid(86_400), local.rem_euclid(86_400));
    let (year, month, day) = civil_from_days(days);
    let small = |number: i64| u32::try_from(number).unwrap_or(0);
    Moment {
        at: amount(at),
        utc_offset,
        year: i32::try_from(year).unwrap_or(0),
        month: small(month),
        day: small(day),
        // 1970-01-01 was a Thursday.
        weekday: small((days + 3).rem_euclid(7) + 1),
        hour: small(second / 3_600),
        minute: small(second / 60 % 60),
    }
}

/// What promotions without plugins give on these lines.
pub fn earlier(discounts: &[offers::Discount], lines: &[prices::PricedLine]) -> Vec<Discount> {
    let plain = |offers::Discount { line, promotion, amount: off }: &offers::Discount| {
        let line = usize::try_from(*line).ok().and_then(|place| lines.get(place))?;
        Some(Discount { promotion: promotion.clone(), line: line.id.clone(), amount: amount(*off) })
    };
    discounts.iter().filter_map(plain).collect()
}

fn attributes(declared: &[facts::Attribute]) -> Vec<Attribute> {
    let plain =
        |facts::Attribute { name, value }: &facts::Attribute| Attribute { name: name.clone(), value: value.clone() };
    declared.iter().map(plain).collect()
}

/// A whole number as JavaScript has it; exact up to 2^53 − 1, which every amount and instant is below.
#[allow(clippy::cast_precision_loss)]
fn amount(minor: i64) -> f64 {
    minor as f64
}

/// A checked proposal as promotions take it; where nothing is shipped there is nothing to take off.
pub fn proposal(checked: Checked, shipping: &[offers::ShippingCharge]) -> offers::Proposal {
    let Checked { id, lane, tags, combines_with, lines, shipping: off, messages } = checked;
    offers::Proposal {
        id,
        lane,
        tags,
        combines_with,
        lines: lines.into_iter().map(|(line, amount)| offers::LineAmount { line, amount }).collect(),
        shipping: if shipping.is_empty() { 0 } else { off },
        messages: messages.into_iter().map(|(name, value)| facts::Attribute { name, value }).collect(),
    }
}

/// The bytes of what a plugin is given, where they are within the bound.
///
/// # Errors
/// `plugin-input-too-large`.
pub fn within(cart: &Cart, context: &Context, config: &str, earlier: &[Discount]) -> Result<usize, Failure> {
    let input = input(cart, context, config, earlier);
    if input <= bounds::INPUT {
        return Ok(input);
    }
    let text = format!("the cart and its context have {input} bytes, a plugin is given {} at most", bounds::INPUT);
    Err(Failure::new(Kind::InputTooLarge, text))
}

/// The bytes of what a plugin is given, counted as `bounds::INPUT` says.
fn input(cart: &Cart, context: &Context, config: &str, earlier: &[Discount]) -> usize {
    let texts = |texts: &[String]| texts.iter().map(|text| text.len() + 8).sum::<usize>();
    let declared =
        |declared: &[Attribute]| declared.iter().map(|one| one.name.len() + one.value.len() + 16).sum::<usize>();
    let line = |line: &Line| line.id.len() + line.sku.len() + 48 + texts(&line.categories) + declared(&line.attributes);
    let Context { moment: _, channel, country, shopper, codes, attributes } = context;
    let shopper = texts(&shopper.groups)
        + texts(&shopper.segments)
        + shopper.tier.as_ref().map_or(0, String::len)
        + declared(&shopper.attributes);
    let around = channel.len() + country.as_ref().map_or(0, String::len) + texts(codes) + declared(attributes) + 96;
    let given = earlier.iter().map(|one| one.promotion.len() + one.line.len() + 24).sum::<usize>();
    cart.lines.iter().map(line).sum::<usize>() + declared(&cart.attributes) + shopper + around + config.len() + given
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_is_the_shoppers() {
        // (seconds, offset, [year, month, day, weekday, hour, minute]): the moment of a sale in Shanghai, the same in Los
        // Angeles, a leap day, and the first moment.
        let table = [
            (1_794_398_700, 28_800, [2026, 11, 11, 3, 20, 5]),
            (1_794_398_700, -28_800, [2026, 11, 11, 3, 4, 5]),
            (1_709_164_800, 0, [2024, 2, 29, 4, 0, 0]),
            (0, -3_600, [1969, 12, 31, 3, 23, 0]),
        ];
        for (at, offset, wanted) in table {
            let Moment { at: _, utc_offset: _, year, month, day, weekday, hour, minute } = moment(at, offset);
            let found = [i64::from(year), month.into(), day.into(), weekday.into(), hour.into(), minute.into()];
            assert_eq!(found, wanted, "{at} {offset}");
        }
    }
}
