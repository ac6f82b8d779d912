//! The one list of everything that a promotion can ask for and give. A kind is one file and one line here; the parser,
//! the reference in `docs/` and its tests are driven from it.

use crate::allowance::Fullest;
use crate::code::Code;
use crate::desk::Desk;
use crate::index::Key;
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene};
use commerce::facts::offers::{Allowance, Need};
use commerce::money::Rounding;
use commerce::{Object, Value};
use serde::{Deserialize, Serialize};

/// What the catalogue knows of a kind.
pub struct Kind {
    /// Its name in documents.
    pub name: &'static str,
    /// What it asks for or gives, in a sentence.
    pub about: &'static str,
    /// Its fields, as the `properties` of a JSON Schema; [`crate::reference::definitions`] has what they refer to.
    pub fields: &'static str,
    /// The fields that must be there; of `a|b` one must, of `a^b` one alone.
    pub required: &'static [&'static str],
    /// An example that compiles.
    pub example: &'static str,
    /// Its reason codes, each with what `need` and `have` are.
    pub codes: &'static [(&'static str, &'static str)],
}

/// A condition.
pub trait Test: Sized {
    /// What the catalogue knows of it.
    const KIND: Kind;
    /// Reads its fields; the caller reads `kind` and refuses unknown fields.
    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self>;
    /// Yes, or no with the reason.
    ///
    /// # Errors
    /// The reason.
    fn test(&self, scene: &Scene<'_>, ledger: &Ledger) -> Result<(), Refusal>;
    /// The keys of which the cart must have one, where there are such.
    fn keys(&self) -> Option<Vec<Key>> {
        None
    }
    /// Whether what earlier promotions took off can change the answer.
    fn looks_at_discounts(&self, _scene: &Scene<'_>) -> bool {
        false
    }
    /// What would have to be added to the cart for it to hold.
    fn lack(&self, _scene: &Scene<'_>, _ledger: &Ledger) -> Option<Lack> {
        None
    }
    /// What any cart must come to for it to hold, as far as it can be said.
    fn needs(&self, _cart: &Fullest<'_>) -> Vec<Need> {
        Vec::new()
    }
    /// The codes that can make it hold.
    fn named(&self) -> Vec<&Code> {
        Vec::new()
    }
    /// The codes that make it hold, where it does.
    fn used(&self, _scene: &Scene<'_>, _ledger: &Ledger) -> Vec<&Code> {
        Vec::new()
    }
}

/// What a cart lacks for a condition to hold, or for an action to give more.
#[derive(Clone, Debug)]
pub struct Lack {
    /// Of which lines.
    pub target: crate::target::Target,
    /// Minor units.
    pub spend: i64,
    /// Units.
    pub units: u32,
}

impl Lack {
    /// So many units more, where that is some.
    #[must_use]
    pub fn units(target: &crate::target::Target, units: i64) -> Option<Self> {
        let units = u32::try_from(units).ok().filter(|units| *units > 0)?;
        Some(Self { target: target.clone(), spend: 0, units })
    }

    /// So many minor units more, where that is some.
    #[must_use]
    pub fn spend(target: &crate::target::Target, spend: i64) -> Option<Self> {
        (spend > 0).then(|| Self { target: target.clone(), spend, units: 0 })
    }
}

/// An action.
pub trait Give: Sized {
    /// What the catalogue knows of it.
    const KIND: Kind;
    /// Reads its fields; the caller reads `kind` and refuses unknown fields.
    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self>;
    /// Takes off, adds or grants.
    fn give(&self, desk: &mut Desk<'_>);
    /// The keys of which the cart must have one for it to give anything, where there are such.
    fn keys(&self) -> Option<Vec<Key>> {
        None
    }
    /// At most this can be taken off lines, in whatever state promotions leave them that make no unit dearer than in this
    /// one; `None` where only the lines' own prices bound it.
    fn ceiling(&self, _scene: &Scene<'_>, _opening: &Ledger) -> Option<i64> {
        None
    }
    /// The lines whose units it may make dearer, by their place, and by how much each unit.
    fn raises(&self, _scene: &Scene<'_>, _ledger: &Ledger, _rounding: Rounding) -> Vec<(usize, i64)> {
        Vec::new()
    }
    /// It treats each line by that line alone, and a line that costs less before costs no more after.
    fn by_line(&self) -> bool {
        false
    }
    /// The most that it can take off any cart with no more units of any line, in parts that add up; `None` where that is
    /// all that lines cost.
    fn allows(&self, _cart: &Fullest<'_>) -> Option<Vec<Allowance>> {
        None
    }
    /// What would have to be added to the cart for it to give more.
    fn lack(&self, _scene: &Scene<'_>, _ledger: &Ledger) -> Option<Lack> {
        None
    }
    /// Why it gives nothing, where it takes something that is not there.
    fn short(&self, _scene: &Scene<'_>, _ledger: &Ledger) -> Option<Refusal> {
        None
    }
}

macro_rules! catalogue {
    ($(#[$about:meta])* $Enum:ident, $Trait:ident, $list:ident: $($module:ident::$Type:ident),+ $(,)?) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub enum $Enum {
            $(#[allow(missing_docs, reason = "the kind's own file says it")] $Type($module::$Type)),+
        }

        /// Every kind, in the order of the reference.
        pub const $list: &[Kind] = &[$(<$module::$Type as $Trait>::KIND),+];

        impl $Enum {
            /// Reads `{"kind": …}` and the kind's own fields.
            pub fn read(value: Value<'_>, reader: &Reader) -> Option<Self> {
                let object = value.object()?;
                let found = Self::read_fields(&object, reader);
                // Where the kind is unknown, so are its fields: one fault says enough.
                if found.is_some() {
                    object.finish();
                }
                found
            }

            /// The same, where the caller reads further fields of the object and refuses the rest.
            pub fn read_fields(object: &Object<'_>, reader: &Reader) -> Option<Self> {
                let kind = object.required("kind")?;
                let name = kind.identifier()?;
                $(if name == <$module::$Type as $Trait>::KIND.name {
                    return <$module::$Type as $Trait>::read(object, reader).map(Self::$Type);
                })+
                let known: Vec<&str> = $list.iter().map(|kind| kind.name).collect();
                kind.fault("unknown-kind", format!("must be one of {}", known.join(", ")));
                None
            }

            /// The kind's name.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $(Self::$Type(_) => <$module::$Type as $Trait>::KIND.name),+ }
            }

            /// The keys of which the cart must have one.
            #[must_use]
            pub fn keys(&self) -> Option<Vec<Key>> {
                match self { $(Self::$Type(kind) => kind.keys()),+ }
            }

            catalogue!(@ $Trait $($Type),+);
        }
    };
    (@ Test $($Type:ident),+) => {
        /// Yes, or no with the reason.
        ///
        /// # Errors
        /// The reason.
        pub fn test(&self, scene: &Scene<'_>, ledger: &Ledger) -> Result<(), Refusal> {
            match self { $(Self::$Type(kind) => kind.test(scene, ledger)),+ }
        }
        /// Whether what earlier promotions took off can change the answer.
        #[must_use]
        pub fn looks_at_discounts(&self, scene: &Scene<'_>) -> bool {
            match self { $(Self::$Type(kind) => kind.looks_at_discounts(scene)),+ }
        }
        /// What would have to be added to the cart for it to hold.
        #[must_use]
        pub fn lack(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Lack> {
            match self { $(Self::$Type(kind) => kind.lack(scene, ledger)),+ }
        }
        /// What any cart must come to for it to hold, as far as it can be said.
        #[must_use]
        pub fn needs(&self, cart: &Fullest<'_>) -> Vec<Need> {
            match self { $(Self::$Type(kind) => kind.needs(cart)),+ }
        }
        /// The codes that can make it hold.
        #[must_use]
        pub fn named(&self) -> Vec<&Code> {
            match self { $(Self::$Type(kind) => kind.named()),+ }
        }
        /// The codes that make it hold, where it does.
        #[must_use]
        pub fn used(&self, scene: &Scene<'_>, ledger: &Ledger) -> Vec<&Code> {
            match self { $(Self::$Type(kind) => kind.used(scene, ledger)),+ }
        }
    };
    (@ Give $($Type:ident),+) => {
        /// Takes off, adds or grants.
        pub fn give(&self, desk: &mut Desk<'_>) {
            match self { $(Self::$Type(kind) => kind.give(desk)),+ }
        }
        /// At most this can be taken off lines, in whatever state they are that makes no unit dearer.
        #[must_use]
        pub fn ceiling(&self, scene: &Scene<'_>, opening: &Ledger) -> Option<i64> {
            match self { $(Self::$Type(kind) => kind.ceiling(scene, opening)),+ }
        }
        /// The lines whose units it may make dearer, by their place, and by how much each unit.
        #[must_use]
        pub fn raises(&self, scene: &Scene<'_>, ledger: &Ledger, rounding: Rounding) -> Vec<(usize, i64)> {
            match self { $(Self::$Type(kind) => kind.raises(scene, ledger, rounding)),+ }
        }
        /// It treats each line by that line alone.
        #[must_use]
        pub fn by_line(&self) -> bool {
            match self { $(Self::$Type(kind) => kind.by_line()),+ }
        }
        /// The most that it can take off any cart with no more units of any line.
        #[must_use]
        pub fn allows(&self, cart: &Fullest<'_>) -> Option<Vec<Allowance>> {
            match self { $(Self::$Type(kind) => kind.allows(cart)),+ }
        }
        /// What would have to be added to the cart for it to give more.
        #[must_use]
        pub fn lack(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Lack> {
            match self { $(Self::$Type(kind) => kind.lack(scene, ledger)),+ }
        }
        /// Why it gives nothing, where it takes something that is not there.
        #[must_use]
        pub fn short(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Refusal> {
            match self { $(Self::$Type(kind) => kind.short(scene, ledger)),+ }
        }
    };
}

mod conditions_list {
    use super::{
        Code, Deserialize, Fullest, Key, Kind, Lack, Ledger, Need, Object, Reader, Refusal, Scene, Serialize, Test,
        Value,
    };
    use crate::conditions::*;
    catalogue!(
        /// A condition of any kind.
        Condition, Test, CONDITIONS:
        subtotal::Subtotal, quantity::Quantity, distinct_products::DistinctProducts, line_quantity::LineQuantity,
        contains::Contains, unit_price::UnitPrice, nothing_reduced::NothingReduced, order_number::OrderNumber,
        group::Group, tier::Tier, entitlement::Entitlement, segment::Segment, channel::Channel, near::Near, between::Between,
        weekly::Weekly, attribute::Attribute, shipping_country::ShippingCountry, shipping_region::ShippingRegion,
        shipping_method::ShippingMethod, group_size::GroupSize, helpers::Helpers, event::Event, subscription::Subscription,
        currency::Currency, content_tag::ContentTag, points::Points,
        code::Code, budget_left::BudgetLeft, all::All, any::Any, not::Not,
    );
}
mod actions_list {
    use super::{
        Allowance, Deserialize, Desk, Fullest, Give, Key, Kind, Lack, Ledger, Object, Reader, Refusal, Rounding, Scene,
        Serialize, Value,
    };
    use crate::actions::*;
    catalogue!(
        /// An action of any kind.
        Action, Give, ACTIONS:
        percent_off::PercentOff, amount_off::AmountOff, first_then::FirstThen, set_price::SetPrice, set_total::SetTotal,
        ladder::Ladder, every::Every, buy_get::BuyGet, nth_item::NthItem, cheapest_free::CheapestFree, bundle::Bundle,
        add_on::AddOn, gift::Gift, shipping_off::ShippingOff, group_ladder::GroupLadder, bargain::Bargain,
        points_burn::PointsBurn, points_earn::PointsEarn, red_packet::RedPacket, coupon::Coupon, donation::Donation,
        add_line::AddLine, by_measure::ByMeasure,
    );
}
pub use actions_list::{ACTIONS, Action};
pub use conditions_list::{CONDITIONS, Condition};
