//! Signed links: made with the merchant's token, taken in any region, refused with a reason each.

use super::{Shop, money, paid, rulebook, texts};
use serde_json::{Value, json};

const DAY: &str = "2026-11-11T20:00:00+08:00";
const OLD: &str = "k1:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const NEW: &str = "k2:ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";

fn signed(shop: &Shop, more: &Value) -> String {
    let mut body = json!({ "merchant": "willow", "referrer": "kol-7", "channel": "live", "content": "room-8", "campaign": "double-11",
        "issued": "2026-11-10T00:00:00+08:00" });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    shop.ask("links", &body)["token"].as_str().unwrap().to_owned()
}

/// What a sale a day after the click makes of a token: whom it credits, or why it does not.
fn judged(shop: &Shop, merchant: &str, token: &str, clicked: &str, at: &str) -> String {
    let answer = shop.ask(
        "attribute",
        &json!({
            "merchant": merchant, "currency": "CNY", "at": at, "touches": [{ "at": clicked, "kind": "click", "link": token }],
            "lines": [{ "id": "1", "sku": "TEA", "quantity": 1, "net": money(10_000) }],
        }),
    );
    let refused = texts(&answer["unused"], &["code"]);
    match refused.first() {
        Some(code) => code[0].to_owned(),
        None => format!("{} {}", answer["credits"][0]["referrer"].as_str().unwrap(), paid(&answer)[0].1),
    }
}

fn programme() -> Value {
    json!({ "windows": { "click": 8_640_000 }, "links": { "replayWindow": 864_000, "lasts": 172_800 },
        "commission": { "rates": [800], "campaigns": { "double-11": [1_200] } } })
}

#[test]
fn a_link_earns_its_campaign_and_each_refusal_has_its_own_reason() {
    let shop = Shop::open();
    shop.publish(&programme());
    let token = signed(&shop, &json!({}));
    assert!(token.starts_with("pc1.k1.") && token.len() < 120, "{token}");
    assert_eq!(judged(&shop, "willow", &token, DAY, DAY), "kol-7 1200");
    let cedar = shop.send("PUT", "/v1/merchants/cedar/rulebook", "cedar-token", &rulebook(&programme()));
    assert_eq!(cedar.status, 200);
    // Another letter of the claim, of the seal.
    let (body, seal) = token.rsplit_once('.').unwrap();
    let other = |letter: &str| if letter == "A" { "B" } else { "A" };
    let forged = format!("{}{}{}.{seal}", &body[..12], other(&body[12..13]), &body[13..]);
    let resealed = format!("{body}.{}{}", other(&seal[..1]), &seal[1..]);
    // (merchant, token, clicked, presented) and why it is not taken
    let table = [
        ("cedar", token.as_str(), DAY, DAY, "link-tampered"),
        ("willow", &forged, DAY, DAY, "link-tampered"),
        ("willow", &resealed, DAY, DAY, "link-tampered"),
        ("willow", "pc1.k1.", DAY, DAY, "link-malformed"),
        ("willow", &token.replace(".k1.", ".k9."), DAY, DAY, "link-unknown-key"),
        ("willow", &token, "2026-11-09T23:54:59+08:00", DAY, "link-not-yet-valid"),
        // It lives for two days, to the second, and is presented within ten days of the click.
        ("willow", &token, "2026-11-12T00:00:00+08:00", "2026-11-22T00:00:00+08:00", "kol-7 1200"),
        ("willow", &token, "2026-11-12T00:00:01+08:00", "2026-11-12T01:00:00+08:00", "link-expired"),
        ("willow", &token, "2026-11-12T00:00:00+08:00", "2026-11-22T00:00:01+08:00", "link-replayed"),
    ];
    for (merchant, token, clicked, at, expected) in table {
        assert_eq!(judged(&shop, merchant, token, clicked, at), expected, "{token} {clicked} {at}");
    }
}

#[test]
fn a_link_is_read_without_a_token_of_the_merchant_and_signed_only_with_one() {
    let shop = Shop::open();
    let ask =
        json!({ "merchant": "willow", "referrer": "kol-7", "channel": "live", "expires": "2027-03-01T00:00:00Z" });
    let stranger = shop.send("POST", "/v1/referrals/links", "a-guess", &ask);
    assert_eq!((stranger.status, stranger.code().as_str()), (401, "unauthorized"));
    let link = shop.ask("links", &ask);
    assert_eq!(link["valid"], true);
    let read = |more: Value| {
        let mut body = json!({ "merchant": "willow", "token": link["token"] });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        let answer = shop.send("POST", "/v1/referrals/links", "a-guess", &body);
        assert_eq!(answer.status, 200, "{}", answer.text());
        shop.ask("links", &body);
        answer.json()
    };
    assert_eq!(read(json!({}))["referrer"], "kol-7");
    // The storefront stands at 2027-01-15T08:00:00Z.
    let early = json!({ "clicked": "2027-01-15T07:55:00Z" });
    assert_eq!(read(early)["valid"], true);
    let replayed = json!({ "clicked": "2027-01-15T07:55:00Z", "replayWindow": 299 });
    assert_eq!(read(replayed), json!({ "valid": false, "code": "link-replayed" }));
    assert_eq!(read(json!({ "clicked": "2027-03-01T00:00:01Z" }))["code"], "link-expired");
    for personal in ["13812345678", "lin@example.com", "id-11010519491231002X"] {
        let named =
            json!({ "merchant": "willow", "referrer": personal, "channel": "live", "expires": "2027-03-01T00:00:00Z" });
        assert_eq!(shop.refused("links", &named), [("personal-data".to_owned(), "/referrer".to_owned())], "{personal}");
    }
}

#[test]
fn keys_are_rotated_without_losing_links() {
    let mut shop = Shop::open();
    shop.publish(&programme());
    let old = signed(&shop, &json!({}));
    // The old key is taken for another week and signs nothing, wherever it stands.
    shop.native.rotate(&format!("{OLD}@2026-11-18T00:00:00+08:00 {NEW}"));
    assert_eq!(judged(&shop, "willow", &old, DAY, "2026-11-18T00:00:00+08:00"), "kol-7 1200");
    assert_eq!(judged(&shop, "willow", &old, DAY, "2026-11-18T00:00:01+08:00"), "link-key-retired");
    let new = signed(&shop, &json!({}));
    assert!(new.starts_with("pc1.k2."), "{new}");
    shop.native.rotate(NEW);
    assert_eq!(judged(&shop, "willow", &new, DAY, DAY), "kol-7 1200");
    assert_eq!(judged(&shop, "willow", &old, DAY, DAY), "link-unknown-key");
    // Where no key signs, nobody is given a link.
    shop.native.rotate(&format!("{OLD}@2026-11-18T00:00:00+08:00"));
    let ask = json!({ "merchant": "willow", "referrer": "kol-7", "channel": "live" });
    let answer = shop.send("POST", "/v1/referrals/links", "willow-token", &ask);
    assert_eq!((answer.status, answer.code().as_str()), (403, "links-disabled"));
}
