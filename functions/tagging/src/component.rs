//! The WIT shell: hands arguments to the core and answers back. It decides nothing.
#![allow(missing_docs, unsafe_code, clippy::all, reason = "generated")]

use commerce::facts::tags::{Content, Options, Report, Similarity};
use commerce::facts::types::{Compiled, Fault};

wit_bindgen::generate!({
    path: "../../wit/commerce",
    world: "tagging-function",
    with: {
        "pushcart:commerce/types@0.1.0": commerce::facts::types,
        "pushcart:commerce/tags@0.1.0": commerce::facts::tags,
    },
});

use exports::pushcart::commerce::tagging as wit;

struct Component;

struct Rules(crate::Rules);

impl wit::Guest for Component {
    type Rules = Rules;
    fn compile(rulebook: String) -> Result<Compiled, Vec<Fault>> {
        crate::compile(&rulebook)
    }
    fn compare(left: Content, right: Content) -> Result<Similarity, Vec<Fault>> {
        crate::compare(&left, &right)
    }
}

impl wit::GuestRules for Rules {
    fn load(root: Vec<u8>) -> Result<wit::Rules, String> {
        crate::Rules::load(&root).map(|rules| wit::Rules::new(Rules(rules)))
    }
    fn tag(&self, contents: Vec<Content>, options: Options) -> Result<Vec<Report>, Vec<Fault>> {
        self.0.tag(&contents, &options)
    }
}

export!(Component);
