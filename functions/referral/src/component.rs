//! The WIT shell: hands arguments to the core and answers back. It decides nothing.
#![allow(missing_docs, unsafe_code, clippy::all, reason = "generated")]

use commerce::facts::referrals::{Attribution, SoldLine, Touch};
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
}

impl wit::GuestRules for Rules {
    fn load(root: Vec<u8>) -> Result<wit::Rules, String> {
        crate::Rules::load(&root).map(|rules| wit::Rules::new(Rules(rules)))
    }
    fn attribute(
        &self,
        touches: Vec<Touch>,
        lines: Vec<SoldLine>,
        context: Context,
    ) -> Result<Attribution, Vec<Fault>> {
        self.0.attribute(&touches, &lines, &context)
    }
}

export!(Component);
