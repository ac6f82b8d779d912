use super::*;
use proptest::prelude::*;

fn claim() -> LinkClaim {
    LinkClaim {
        referrer: "kol-7".into(),
        channel: "live".into(),
        content: Some("video-1".into()),
        campaign: None,
        issued: 1_794_398_700,
        expires: 1_794_398_700 + 86_400,
    }
}

fn key(id: &str) -> LinkKey {
    LinkKey { id: id.into(), secret: id.repeat(20).into_bytes(), until: None }
}

#[test]
fn every_refusal_has_its_own_reason() {
    let (k3, k2) = (key("k3"), key("k2"));
    let token = sign(&claim(), "willow", &k3).unwrap();
    assert!(token.starts_with("pc1.k3."), "{token}");
    let at = claim().issued + 60;
    let old = LinkKey { until: Some(at - 1), ..key("k3") };
    let short = LinkKey { secret: b"short".to_vec(), ..key("k3") };
    let other = token.replace(".k3.", ".k2.");
    let (head, seal) = token.rsplit_once('.').unwrap();
    let changed = format!("{head}.{}{}", if seal.starts_with('A') { 'B' } else { 'A' }, &seal[1..]);
    let body = token.split('.').nth(2).unwrap();
    let longer = token.replace(body, &format!("{body}AAAA"));
    let both = [k3.clone(), k2.clone()];
    /// Token, merchant, keys, clicked, presented, and the reason or nothing.
    type Row<'a> = (&'a str, &'a str, &'a [LinkKey], i64, i64, &'a str);
    let table: &[Row<'_>] = &[
        (&token, "willow", &both, at, at, ""),
        (&token, "willow", &both, at, at + 86_400, ""),
        (&token, "willow", &both, claim().issued - SKEW, at, ""),
        (&token, "willow", &both, claim().issued - SKEW - 1, at, "link-not-yet-valid"),
        (&token, "willow", &both, claim().expires + 1, claim().expires + 1, "link-expired"),
        (&token, "willow", &both, at, at + 86_401, "link-replayed"),
        (&token, "elm", &both, at, at, "link-tampered"),
        (&changed, "willow", &both, at, at, "link-tampered"),
        (&longer, "willow", &both, at, at, "link-tampered"),
        (&other, "willow", &both, at, at, "link-tampered"),
        (&token, "willow", std::slice::from_ref(&k2), at, at, "link-unknown-key"),
        (&token, "willow", &[short], at, at, "link-unknown-key"),
        (&token, "willow", &[old], at, at, "link-key-retired"),
        (&token[..token.len() - 1], "willow", &both, at, at, "link-malformed"),
        ("pc2.k3.AA.AA", "willow", &both, at, at, "link-malformed"),
        ("", "willow", &both, at, at, "link-malformed"),
    ];
    for (token, merchant, keys, clicked, presented, expected) in table {
        let found = verify(token, merchant, keys, *clicked, *presented, 86_400);
        match expected {
            &"" => assert_eq!(found, Ok(claim())),
            code => assert_eq!(found, Err((*code).to_owned()), "{token}"),
        }
    }
}

#[test]
fn refuses_to_sign_personal_data_and_weak_keys() {
    for (text, personal) in [
        ("ana@example.com", true),
        ("13812345678", true),
        ("u-13812345678-x", true),
        ("11010519491231002X", true),
        ("12812345678", false),
        ("138123456789", false),
        ("kol-7", false),
    ] {
        let found = sign(&LinkClaim { referrer: text.into(), ..claim() }, "willow", &key("k1"));
        assert_eq!(found.is_err_and(|faults| faults[0].code == "personal-data"), personal, "{text}");
    }
    let wrong = LinkClaim { expires: 0, channel: String::new(), ..claim() };
    let weak = LinkKey { id: "k.1".into(), secret: vec![1], until: None };
    let codes: Vec<String> = sign(&wrong, "willow", &weak).unwrap_err().into_iter().map(|fault| fault.code).collect();
    assert_eq!(codes, ["out-of-range", "expires-before-issued", "secret-too-short", "invalid-key-id"]);
}

/// A token that a key sealed over these bytes without asking whether they may be signed.
fn sealed_over(bytes: &[u8]) -> String {
    let body = base64::write(bytes);
    let seal = sealed("willow", &key("k1"), &body).unwrap().finalize().into_bytes();
    format!("pc1.k1.{body}.{}", base64::write(&seal[..SEAL_BYTES]))
}

#[test]
fn what_would_not_be_signed_is_not_taken() {
    let long = "r".repeat(129);
    let bad = [
        LinkClaim { referrer: String::new(), ..claim() },
        LinkClaim { channel: String::new(), ..claim() },
        LinkClaim { referrer: long.clone(), ..claim() },
        LinkClaim { campaign: Some(long), ..claim() },
        LinkClaim { content: Some("a\nb".into()), ..claim() },
        LinkClaim { referrer: "13812345678".into(), ..claim() },
        LinkClaim { expires: commerce::bounds::LATEST + 1, ..claim() },
        LinkClaim { issued: commerce::bounds::LATEST + 1, expires: commerce::bounds::LATEST + 2, ..claim() },
    ];
    for claim in bad {
        assert!(sign(&claim, "willow", &key("k1")).is_err(), "{claim:?}");
        let at = claim.issued;
        let found = verify(&sealed_over(&claim::write(&claim)), "willow", &[key("k1")], at, at, 60);
        assert_eq!(found, Err("link-malformed".to_owned()), "{claim:?}");
    }
    let at = claim().issued;
    let written = claim::write(&claim());
    assert_eq!(verify(&sealed_over(&written), "willow", &[key("k1")], at, at, 60), Ok(claim()));
    // Bytes that no claim is written as: one too many, one too few, a number with a spare byte, text that is none.
    let (mut more, less) = (written.clone(), &written[..written.len() - 1]);
    more.push(0);
    for bytes in [&more[..], less, &[0x80, 0, 9, 1, b'a', 1, b'b', 0, 0], &[1, 9, 1, 0xff, 1, b'b', 0, 0], &[]] {
        let found = verify(&sealed_over(bytes), "willow", &[key("k1")], 1, 1, 60);
        assert_eq!(found, Err("link-malformed".to_owned()), "{bytes:?}");
    }
}

proptest! {
    #[test]
    fn what_is_signed_is_read_back(
        referrer in "[a-z]{1,40}", channel in "[a-z茶]{1,20}", content in prop::option::of("[a-z]{1,128}"),
        campaign in prop::option::of("[a-z]{1,9}"), issued in 0..=bounds_latest() - 1, life in 0_i64..1 << 30,
    ) {
        let expires = (issued + life).min(bounds_latest());
        let claim = LinkClaim { referrer, channel, content, campaign, issued, expires };
        let token = sign(&claim, "willow", &key("k1")).unwrap();
        prop_assert_eq!(verify(&token, "willow", &[key("k1")], issued, issued, 0), Ok(claim));
    }

    #[test]
    fn a_flipped_bit_is_found(place in 0_usize..1_000, bit in 0..8) {
        let mut bytes = sign(&claim(), "willow", &key("k1")).unwrap().into_bytes();
        let place = place % bytes.len();
        bytes[place] ^= 1_u8 << bit;
        let Ok(token) = String::from_utf8(bytes) else { return Ok(()) };
        prop_assert!(verify(&token, "willow", &[key("k1")], claim().issued, claim().issued, 0).is_err());
    }

    #[test]
    fn no_text_is_too_strange(token in "\\PC*") {
        prop_assert!(verify(&token, "willow", &[key("k1")], 0, 0, 0).is_err());
    }
}

fn bounds_latest() -> i64 {
    commerce::bounds::LATEST
}
