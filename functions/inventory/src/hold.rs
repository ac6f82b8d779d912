//! Hold tokens: what a checkout must reserve, signed, so that the system of record applies it once.
//!
//! A token is `base64url(payload).base64url(hmac-sha256(payload))` (RFC 4648 without padding, RFC 2104). The payload is
//! JSON: `key` (a repetition has the same), `at`, `expires` and `items`. Nothing is held by making one, and the secret
//! appears nowhere.

use commerce::facts::stock::{Draw, FromLot, Hold, HoldRequest};
use commerce::{Node, digest, document};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The hold of these draws.
#[must_use]
pub fn hold(request: &HoldRequest, draws: &[Draw], owner: Option<&str>, at: i64, seconds: i64) -> Hold {
    let HoldRequest { secret, key } = request;
    let items = Node::List(draws.iter().map(item).collect());
    let expires = at.saturating_add(seconds);
    let key = key.clone().unwrap_or_else(|| {
        let named = Node::List(vec![
            owner.map_or(Node::Null, |owner| Node::Text(owner.into())),
            Node::Integer(at),
            items.clone(),
        ]);
        digest::of(document::write(&named).as_bytes())
    });
    let payload = document::write(&Node::Map(vec![
        ("key".into(), Node::Text(key.as_str().into())),
        ("at".into(), Node::Integer(at)),
        ("expires".into(), Node::Integer(expires)),
        ("items".into(), items),
    ]));
    // Without a key there is nothing to sign with: the list is told, and no token.
    let signed = || format!("{}.{}", base64url(payload.as_bytes()), base64url(&signature(secret, payload.as_bytes())));
    let token = if secret.is_empty() { String::new() } else { signed() };
    Hold { key, expires, token }
}

fn item(draw: &Draw) -> Node<'_> {
    let Draw { sku, node, source, quantity, reserved_after, lots } = draw;
    let mut fields = vec![("sku".into(), Node::Text(sku.into()))];
    if let Some(node) = node {
        fields.push(("node".into(), Node::Text(node.into())));
    }
    fields.push(("source".into(), Node::Text(source.into())));
    fields.push(("quantity".into(), Node::Integer(i64::from(*quantity))));
    if let Some(reserved) = reserved_after {
        fields.push(("reservedAfter".into(), Node::Integer(*reserved)));
    }
    if !lots.is_empty() {
        let lot = |FromLot { id, quantity, trace: _ }: &FromLot| {
            Node::Map(vec![
                ("id".into(), Node::Text(id.clone().into())),
                ("quantity".into(), Node::Integer(i64::from(*quantity))),
            ])
        };
        fields.push(("lots".into(), Node::List(lots.iter().map(lot).collect())));
    }
    Node::Map(fields)
}

/// HMAC-SHA-256 of a payload.
#[must_use]
pub fn signature(secret: &[u8], payload: &[u8]) -> Vec<u8> {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return Vec::new() };
    mac.update(payload);
    mac.finalize().into_bytes().to_vec()
}

/// Base64 in the alphabet for URLs, without padding.
///
/// ```
/// assert_eq!(inventory::hold::base64url(b"\xff\xee\xdd1"), "_-7dMQ");
/// ```
#[must_use]
pub fn base64url(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_usize, |word, byte| word << 8 | usize::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            let digit = ALPHABET.get(word >> (18 - 6 * place) & 63).copied().unwrap_or(b'A');
            text.push(char::from(digit));
        }
    }
    text
}
