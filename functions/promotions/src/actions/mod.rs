//! What a promotion can give: one file a kind, and the few parts that several share (`reach`, `reduction`, `tier`).

pub mod add_line;
pub mod add_on;
pub mod amount_off;
pub mod bargain;
pub mod bundle;
pub mod buy_get;
pub mod by_measure;
pub mod cheapest_free;
pub mod coupon;
pub mod donation;
pub mod every;
pub mod first_then;
pub mod gift;
pub mod group_ladder;
pub mod ladder;
pub mod nth_item;
pub mod percent_off;
pub mod points_burn;
pub mod points_earn;
pub mod reach;
pub mod red_packet;
pub mod reduction;
pub mod set_price;
pub mod set_total;
pub mod shipping_off;
pub mod tier;

use crate::desk::Spread;
use crate::reader::Reader;
use crate::target::Target;
use commerce::Object;

/// The reason of an action that takes more to be spent.
const SUBTOTAL: (&str, &str) = ("subtotal-below-minimum", "minor units: what it takes, what there is");
/// The reason of an action that takes more units.
const QUANTITY: (&str, &str) = ("quantity-below-minimum", "units: what it takes, what there are");

/// The lines that an action reaches; all of the cart where nothing is said.
fn of(object: &Object<'_>, reader: &Reader) -> Target {
    object.field("of").and_then(|value| Target::read(value, reader)).unwrap_or_default()
}

fn spread(object: &Object<'_>) -> Spread {
    object.field("spread").and_then(|value| value.one_of(Spread::ALL)).unwrap_or_default()
}

fn flag(object: &Object<'_>, name: &str) -> bool {
    object.field(name).and_then(|value| value.boolean()).unwrap_or(false)
}
