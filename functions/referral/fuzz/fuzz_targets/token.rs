//! Any bytes as a token, and any bytes as what a key sealed: it is read or refused by a known code, and what is read signs to
//! the same token. No mutation finds a seal, so that what stands behind it is reached by sealing.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use commerce::facts::referrals::LinkKey;
use hmac::{Hmac, KeyInit, Mac};
use libfuzzer_sys::fuzz_target;
use sha2::Sha256;

const SECRET: &[u8] = b"a secret of sixteen bytes";
const NOW: i64 = 1_000_000_000;
const CODES: [&str; 7] = [
    "link-malformed",
    "link-unknown-key",
    "link-key-retired",
    "link-tampered",
    "link-not-yet-valid",
    "link-expired",
    "link-replayed",
];

fn read(token: &str, clicked: i64) -> Result<(), String> {
    let key = LinkKey { id: "k1".into(), secret: SECRET.to_vec(), until: None };
    let claim = referral::verify(token, "willow", std::slice::from_ref(&key), clicked, NOW, NOW)?;
    assert_eq!(referral::sign(&claim, "willow", &key).as_deref(), Ok(token));
    Ok(())
}

/// The token of these bytes as a claim, by the definition of the seal.
fn sealed(claim: &[u8]) -> Option<String> {
    let body = BASE64.encode(claim);
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET).ok()?;
    mac.update(format!("pc1\0willow\0k1\0{body}\0").as_bytes());
    Some(format!("pc1.k1.{body}.{}", BASE64.encode(mac.finalize().into_bytes().get(..16)?)))
}

fuzz_target!(|bytes: &[u8]| {
    let tokens = [std::str::from_utf8(bytes).ok().map(str::to_owned), sealed(bytes)];
    for (token, behind_the_seal) in tokens.iter().zip([false, true]) {
        let Some(token) = token else { continue };
        for clicked in [NOW, 0] {
            if let Err(code) = read(token, clicked) {
                assert!(CODES.contains(&code.as_str()), "{code}");
                assert!(!behind_the_seal || code != "link-tampered", "{token}");
            }
        }
    }
});
