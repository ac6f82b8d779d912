//! The WIT shell: hands arguments to the core and answers back. It decides nothing.
#![allow(missing_docs, unsafe_code, clippy::all, reason = "generated")]

use commerce::facts::stock::{Level, Plan, Wanted};
use commerce::facts::types::{Compiled, Context, Fault};

wit_bindgen::generate!({
    path: "../../wit/commerce",
    world: "inventory-function",
    with: {
        "pushcart:commerce/types@0.1.0": commerce::facts::types,
        "pushcart:commerce/stock@0.1.0": commerce::facts::stock,
    },
});

use exports::pushcart::commerce::inventory as wit;

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
    fn check(
        &self,
        lines: Vec<Wanted>,
        levels: Vec<Level>,
        wish: Option<String>,
        context: Context,
    ) -> Result<Plan, Vec<Fault>> {
        self.0.check(&lines, &levels, wish.as_deref(), &context)
    }
}

export!(Component);
