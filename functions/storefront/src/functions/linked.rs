//! The functions as they are, for tests and benches: what a WIT resource does behind a handle, a cell does here.

/// Wraps a core whose rules take shards, so that `hold` needs no exclusive borrow, as behind a WIT handle.
macro_rules! sharded {
    ($name:ident $(, $resource:ident)*) => {
        /// The core, behind the signatures of its WIT interface.
        pub mod $name {
            $(pub use super::$resource;)*
            pub use ::$name::compile;

            /// Compiled rules.
            pub struct Rules(pub(super) std::cell::RefCell<::$name::Rules>);

            impl Rules {
                /// Takes the root of what `compile` gave.
                ///
                /// # Errors
                /// Where it is another version's form.
                pub fn load(root: &[u8]) -> Result<Self, String> {
                    ::$name::Rules::load(root).map(|rules| Self(rules.into()))
                }

                /// Takes a shard.
                ///
                /// # Errors
                /// Where it is none.
                pub fn hold(&self, number: u32, shard: &[u8]) -> Result<(), String> {
                    self.0.borrow_mut().hold(number, shard)
                }
            }
        }
    };
}

sharded!(pricing, Refunding);
sharded!(promotions);
sharded!(inventory);

pub use ::{referral, tagging};

/// Merchants' plugins: natively there are none, as under Spin.
pub mod plugins {
    use commerce::facts::offers::{Discount, LineAttribute, Proposal, ShippingCharge};
    use commerce::facts::prices::PricedLine;
    use commerce::facts::types::Context;

    /// A plugin that did not answer as it should.
    pub struct Failure {
        /// The plugin's name.
        pub plugin: String,
        /// Why.
        pub code: String,
        /// The quote fails with it.
        pub closed: bool,
    }

    /// What all active plugins say together.
    pub struct Proposed {
        /// Discounts that they propose.
        pub proposals: Vec<Proposal>,
        /// Those that did not answer.
        pub failures: Vec<Failure>,
    }

    /// Whether the merchant has an active plugin.
    #[must_use]
    pub fn active(_: &str) -> bool {
        false
    }

    /// Asks every active plugin.
    #[must_use]
    pub fn propose(
        _: &str,
        _: &[PricedLine],
        _: &[LineAttribute],
        _: &[ShippingCharge],
        _: &[Discount],
        _: &Context,
    ) -> Proposed {
        Proposed { proposals: Vec::new(), failures: Vec::new() }
    }
}

use commerce::facts::offers::{Ceiling, LineAttribute, Proposal, ShippingCharge, Verdict, Wants};
use commerce::facts::prices::{
    Cargo, Decision, Payable, PresalePlan, PriceClaim, PriceEvent, PriceReference, PricedCart, PricedLine,
    RefundAmounts, RefundSearch, ReturnLine, ShippingOption, Taxable, Taxation, Terms, UnitRange,
};
use commerce::facts::stock::{Inquiry, Plan, ZoneAt};
use commerce::facts::types::{Context, Fault, Line};

/// A refund that is being reckoned.
pub struct Refunding(std::cell::RefCell<::pricing::Refunding>);

impl Refunding {
    /// Checks a sale and what comes back of it.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn start(decision: &Decision, returns: &[ReturnLine]) -> Result<Self, Vec<Fault>> {
        ::pricing::Refunding::start(decision, returns).map(|refunding| Self(refunding.into()))
    }

    /// Whether it depends on what carts cost.
    #[must_use]
    pub fn asks(&self) -> bool {
        self.0.borrow().asks()
    }

    /// Looks for the cheapest cart by this.
    pub fn search(&self, search: &RefundSearch) {
        self.0.borrow_mut().search(search);
    }

    /// The next cart whose cost is wanted.
    #[must_use]
    pub fn wanted(&self) -> Option<Vec<u32>> {
        self.0.borrow_mut().wanted()
    }

    /// What that cart costs.
    pub fn learn(&self, cost: Option<i64>) {
        self.0.borrow_mut().learn(cost);
    }

    /// No more is asked, except what was kept before.
    pub fn give_up(&self) {
        self.0.borrow_mut().give_up();
    }

    /// What is refunded by what was learned.
    ///
    /// # Errors
    /// Where the amounts are too large.
    pub fn amounts(&self) -> Result<RefundAmounts, Vec<Fault>> {
        self.0.borrow().amounts()
    }
}

impl pricing::Rules {
    /// The numbers of the shards that these lines need.
    #[must_use]
    pub fn missing(&self, lines: &[Line]) -> Vec<u32> {
        self.0.borrow().missing(lines)
    }

    /// The numbers of the shards that the cheapest products of this category need.
    #[must_use]
    pub fn missing_of(&self, category: &str) -> Vec<u32> {
        self.0.borrow().missing_of(category)
    }

    /// Products of a category, the cheapest first; a few.
    #[must_use]
    pub fn cheapest(&self, category: &str) -> Vec<String> {
        self.0.borrow().cheapest(category)
    }

    /// Prices each line.
    ///
    /// # Errors
    /// Faults with pointers from `/lines`.
    pub fn price(&self, lines: &[Line], context: &Context) -> Result<PricedCart, Vec<Fault>> {
        self.0.borrow().price(lines, context)
    }

    /// Between which a unit of each line costs at any quantity up to the line's.
    ///
    /// # Errors
    /// Faults with pointers from `/lines`.
    pub fn ranges(&self, lines: &[Line], context: &Context) -> Result<Vec<UnitRange>, Vec<Fault>> {
        self.0.borrow().ranges(lines, context)
    }

    /// Says what each way of shipping costs.
    ///
    /// # Errors
    /// Faults where an amount overflows.
    pub fn ship(&self, cargo: &[Cargo], context: &Context) -> Result<Vec<ShippingOption>, Vec<Fault>> {
        self.0.borrow().ship(cargo, context)
    }

    /// Taxes what is paid.
    ///
    /// # Errors
    /// Faults where an amount overflows or a category is unknown.
    pub fn tax(&self, amounts: &[Taxable], context: &Context) -> Result<Taxation, Vec<Fault>> {
        self.0.borrow().tax(amounts, context)
    }
}

impl pricing::Rules {
    /// Judges what is said of prices.
    ///
    /// # Errors
    /// Faults with pointers from `/claims`.
    pub fn judge(
        &self,
        claims: &[PriceClaim],
        events: &[PriceEvent],
        context: &Context,
    ) -> Result<Vec<PriceReference>, Vec<Fault>> {
        self.0.borrow().judge(claims, events, context)
    }

    /// Splits what is to be paid for products of a presale.
    ///
    /// # Errors
    /// Faults where an amount overflows.
    pub fn presale(&self, amounts: &[Payable], context: &Context) -> Result<Vec<PresalePlan>, Vec<Fault>> {
        self.0.borrow().presale(amounts, context)
    }

    /// What a quote must heed.
    #[must_use]
    pub fn terms(&self) -> Terms {
        self.0.borrow().terms()
    }
}

impl promotions::Rules {
    /// The numbers of the shards that this cart can touch.
    #[must_use]
    pub fn missing(&self, lines: &[PricedLine], context: &Context) -> Vec<u32> {
        self.0.borrow().missing(lines, context)
    }

    /// Judges the cart.
    ///
    /// # Errors
    /// Faults where an amount overflows.
    pub fn evaluate(
        &self,
        lines: &[PricedLine],
        declared: &[LineAttribute],
        shipping: &[ShippingCharge],
        proposals: &[Proposal],
        wants: Wants,
        context: &Context,
    ) -> Result<Verdict, Vec<Fault>> {
        self.0.borrow().evaluate(lines, declared, shipping, proposals, &wants, context)
    }

    /// The most that each promotion can take off this cart, or any with no more units of any line.
    ///
    /// # Errors
    /// Faults where an amount overflows.
    pub fn ceilings(
        &self,
        lines: &[PricedLine],
        declared: &[LineAttribute],
        context: &Context,
    ) -> Result<Option<Vec<Ceiling>>, Vec<Fault>> {
        self.0.borrow().ceilings(lines, declared, context)
    }
}

impl inventory::Rules {
    /// The numbers of the shards that these products need.
    #[must_use]
    pub fn missing(&self, skus: &[String]) -> Vec<u32> {
        self.0.borrow().missing(skus)
    }

    /// The products whose levels a check of these products looks at.
    #[must_use]
    pub fn skus(&self, skus: &[String]) -> Vec<String> {
        self.0.borrow().skus(skus)
    }

    /// Those of these products that the rulebook's catalogue does not have.
    #[must_use]
    pub fn unknown(&self, skus: &[String]) -> Vec<String> {
        self.0.borrow().unknown(skus)
    }

    /// The ids of all nodes.
    #[must_use]
    pub fn nodes(&self) -> Vec<String> {
        self.0.borrow().nodes()
    }

    /// The zone of that name, or the rulebook's own, at that moment.
    #[must_use]
    pub fn zone_at(&self, name: Option<&str>, at: i64) -> Option<ZoneAt> {
        self.0.borrow().zone_at(name, at)
    }

    /// Plans the cart.
    ///
    /// # Errors
    /// Faults with pointers from `/lines`, `/stock`, `/reservations` and `/delivery`.
    pub fn check(&self, inquiry: &Inquiry, context: &Context) -> Result<Plan, Vec<Fault>> {
        self.0.borrow().check(inquiry, context)
    }
}
