//! Signed share links: a compact token that any region verifies without a lookup.
//!
//! `pc1.<key id>.<claim>.<seal>`: the claim is two numbers and four texts in base64url, the seal is HMAC-SHA256 (RFC 2104)
//! over version, merchant, key id and claim, cut to its first 16 bytes (RFC 2104, section 5). The merchant is sealed and not
//! written: another merchant's link does not verify. What must never be in a token: personal data; it travels in public.

mod base64;
mod claim;

use commerce::Fault;
use commerce::facts::referrals::{LinkClaim, LinkKey};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const VERSION: &str = "pc1";
/// Bytes of a token, at most.
pub const TOKEN_BYTES: usize = 1_024;
/// Bytes of a secret, at least: half of what the hash gives.
const SECRET_BYTES: usize = 16;
const SEAL_BYTES: usize = 16;
/// Seconds by which two regions' clocks may differ.
const SKEW: i64 = 300;

/// Signs a link.
///
/// # Errors
/// `secret-too-short`, `invalid-key-id`, `personal-data`, `expires-before-issued`, `out-of-range`.
pub fn sign(claim: &LinkClaim, merchant: &str, key: &LinkKey) -> Result<String, Vec<Fault>> {
    let mut faults = claim::check(claim);
    let mut fault =
        |code: &str, detail: String| faults.push(Fault { code: code.into(), pointer: String::new(), detail });
    if key.secret.len() < SECRET_BYTES {
        fault(
            "secret-too-short",
            format!("a secret has at least {SECRET_BYTES} bytes, this one has {}", key.secret.len()),
        );
    }
    if !is_key_id(&key.id) {
        fault("invalid-key-id", "a key's name is 1 to 32 letters, digits, hyphens and underscores".into());
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let body = base64::write(&claim::write(claim));
    let seal = sealed(merchant, key, &body).map(|mac| mac.finalize().into_bytes());
    let seal = seal.as_deref().and_then(|bytes| bytes.get(..SEAL_BYTES)).map(base64::write).unwrap_or_default();
    Ok(format!("{VERSION}.{}.{body}.{seal}", key.id))
}

/// Reads a link that was clicked at one moment and is presented at another, at most `replay` seconds later.
///
/// # Errors
/// `link-malformed`, `link-unknown-key`, `link-key-retired`, `link-tampered`, `link-not-yet-valid`, `link-expired` or
/// `link-replayed`.
pub fn verify(
    token: &str,
    merchant: &str,
    keys: &[LinkKey],
    clicked: i64,
    presented: i64,
    replay: i64,
) -> Result<LinkClaim, String> {
    check(token, merchant, keys, clicked, presented, replay).map_err(str::to_owned)
}

fn check(
    token: &str,
    merchant: &str,
    keys: &[LinkKey],
    clicked: i64,
    presented: i64,
    replay: i64,
) -> Result<LinkClaim, &'static str> {
    const MALFORMED: &str = "link-malformed";
    let mut parts = token.split('.');
    let (Some(VERSION), Some(id), Some(body), Some(seal), None) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(MALFORMED);
    };
    if token.len() > TOKEN_BYTES || !is_key_id(id) {
        return Err(MALFORMED);
    }
    let seal = base64::read(seal).filter(|seal| seal.len() == SEAL_BYTES).ok_or(MALFORMED)?;
    let bytes = base64::read(body).ok_or(MALFORMED)?;
    // Which keys exist is public; only the comparison of seals must take the same time for every seal.
    let key = keys.iter().find(|key| key.id == id && key.secret.len() >= SECRET_BYTES).ok_or("link-unknown-key")?;
    if key.until.is_some_and(|until| presented > until) {
        return Err("link-key-retired");
    }
    let mac = sealed(merchant, key, body).ok_or("link-unknown-key")?;
    mac.verify_truncated_left(&seal).map_err(|_| "link-tampered")?;
    // What was not to be signed is not taken either: a key may have sealed it elsewhere.
    let claim = claim::read(&bytes).filter(|claim| claim::check(claim).is_empty()).ok_or(MALFORMED)?;
    if clicked < claim.issued - SKEW {
        return Err("link-not-yet-valid");
    }
    if clicked > claim.expires {
        return Err("link-expired");
    }
    if presented.saturating_sub(clicked) > replay {
        return Err("link-replayed");
    }
    Ok(claim)
}

fn is_key_id(id: &str) -> bool {
    (1..=32).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// What the seal is made of; a zero byte ends each part, and none of them holds one.
fn sealed(merchant: &str, key: &LinkKey, body: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.secret).ok()?;
    for part in [VERSION, merchant, &key.id, body] {
        mac.update(part.as_bytes());
        mac.update(&[0]);
    }
    Some(mac)
}

#[cfg(test)]
mod tests;
