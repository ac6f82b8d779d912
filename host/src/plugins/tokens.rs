//! Who may change a merchant's plugins: who may publish the merchant's rules, by the same variable.

use super::book::is_merchant;
use super::refusal::{Code, Refusal};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The variable of the component that names who may publish: `merchant:token` pairs, separated by spaces.
pub const VARIABLE: &str = "publish_tokens";

/// Digests of each merchant's tokens.
#[derive(Default)]
pub struct Tokens(BTreeMap<String, Vec<[u8; 32]>>);

impl Tokens {
    /// Reads the variable's value.
    pub fn read(value: &str) -> Self {
        let mut tokens = Self::default();
        for (merchant, token) in value.split_ascii_whitespace().filter_map(|pair| pair.split_once(':')) {
            if !token.is_empty() {
                tokens.0.entry(merchant.to_owned()).or_default().push(Sha256::digest(token).into());
            }
        }
        tokens
    }

    /// Whether a request with this `Authorization` may act for `merchant`.
    ///
    /// # Errors
    /// 422 for what is no merchant's name, 403 where nobody may, 401 where this one may not.
    pub fn check(&self, merchant: &str, authorization: Option<&str>) -> Result<(), Refusal> {
        if !is_merchant(merchant) {
            let detail = "A merchant is 1 to 64 lower-case letters, digits and hyphens.";
            return Err(Refusal::new(Code::InvalidMerchant, detail));
        }
        let Some(known) = self.0.get(merchant) else {
            let detail = "The operator sets the variable `publish_tokens` to `merchant:token` pairs.";
            return Err(Refusal::new(Code::PublishingDisabled, detail));
        };
        let given = authorization.and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
        });
        // Digests are compared, so that the time taken tells nothing of the token.
        let given: Option<[u8; 32]> = given.map(|token| Sha256::digest(token).into());
        if given.is_some_and(|given| known.contains(&given)) {
            return Ok(());
        }
        Err(Refusal::new(Code::Unauthorized, "The token is missing or is not this merchant's."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merchant_is_let_in_by_any_of_its_tokens_and_no_other() {
        let tokens = Tokens::read("willow:old  willow:new:er cedar:c empty:");
        let rows = [
            ("willow", Some("Bearer old"), None),
            ("willow", Some("bearer  new:er"), None),
            ("willow", Some("Bearer c"), Some("unauthorized")),
            ("willow", Some("Basic old"), Some("unauthorized")),
            ("willow", None, Some("unauthorized")),
            ("empty", Some("Bearer "), Some("publishing-disabled")),
            ("nobody", Some("Bearer old"), Some("publishing-disabled")),
            ("../willow", Some("Bearer old"), Some("invalid-merchant")),
        ];
        for (merchant, authorization, wanted) in rows {
            let found = tokens.check(merchant, authorization).err();
            assert_eq!(found.as_ref().map(Refusal::said), wanted, "{merchant} {authorization:?}");
        }
    }
}
