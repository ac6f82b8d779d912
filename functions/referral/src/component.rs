//! The WIT shell: hands arguments to the core and answers back. It decides nothing.
#![allow(missing_docs, unsafe_code, clippy::all, reason = "generated")]

use commerce::facts::referrals::{
    Account, Attribution, Clawback, Decision, LinkClaim, LinkKey, PathModel, PathRow, RemainingLine, Sale, Settlement,
    Statement,
};
use commerce::facts::types::{Compiled, Context, Fault};

wit_bindgen::generate!({
    path: "../../wit/commerce",
    world: "referral-function",
    with: {
        "pushcart:commerce/types@0.1.0": commerce::facts::types,
        "pushcart:commerce/referrals@0.1.0": commerce::facts::referrals,
    },
});

use exports::pushcart::commerce::referral as wit;

struct Component;

struct Rules(crate::Rules);

impl wit::Guest for Component {
    type Rules = Rules;
    fn compile(rulebook: String) -> Result<Compiled, Vec<Fault>> {
        crate::compile(&rulebook)
    }
    fn take_back(
        decision: Decision,
        remaining: Vec<RemainingLine>,
        settled: Vec<Settlement>,
    ) -> Result<Vec<Clawback>, Vec<Fault>> {
        crate::take_back(&decision, &remaining, &settled)
    }
    fn models(channels: Vec<String>, rows: Vec<PathRow>, order: u32) -> Result<Vec<PathModel>, Vec<Fault>> {
        crate::models(&channels, &rows, order)
    }
    fn sign(claim: LinkClaim, merchant: String, key: LinkKey) -> Result<String, Vec<Fault>> {
        crate::sign(&claim, &merchant, &key)
    }
    fn verify(
        token: String,
        merchant: String,
        keys: Vec<LinkKey>,
        clicked: i64,
        presented: i64,
        replay: i64,
    ) -> Result<LinkClaim, String> {
        crate::verify(&token, &merchant, &keys, clicked, presented, replay)
    }
}

impl wit::GuestRules for Rules {
    fn load(root: Vec<u8>) -> Result<wit::Rules, String> {
        crate::Rules::load(&root).map(|rules| wit::Rules::new(Rules(rules)))
    }
    fn attribute(&self, sale: Sale, context: Context) -> Result<Attribution, Vec<Fault>> {
        self.0.attribute(&sale, &context)
    }
    fn link_life(&self) -> i64 {
        self.0.link_life()
    }
    fn settle(&self, account: Account) -> Result<Statement, Vec<Fault>> {
        self.0.settle(&account)
    }
}

export!(Component);
