//! Any bytes as a token: it is read or refused by a known code, and what is read signs to the same token.
#![no_main]

use commerce::facts::referrals::LinkKey;
use libfuzzer_sys::fuzz_target;

const CODES: [&str; 7] = [
    "link-malformed",
    "link-unknown-key",
    "link-key-retired",
    "link-tampered",
    "link-not-yet-valid",
    "link-expired",
    "link-replayed",
];

fuzz_target!(|bytes: &[u8]| {
    let Ok(token) = std::str::from_utf8(bytes) else { return };
    let key = LinkKey { id: "k1".into(), secret: b"a secret of sixteen bytes".to_vec(), until: None };
    match referral::verify(token, "willow", std::slice::from_ref(&key), 1_000_000_000, 1_000_000_000, 0) {
        Ok(claim) => assert_eq!(referral::sign(&claim, "willow", &key).as_deref(), Ok(token)),
        Err(code) => assert!(CODES.contains(&code.as_str()), "{code}"),
    }
});
