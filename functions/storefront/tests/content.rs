//! Content over the contract: what is bad has its own code and pointer, and an answer says what the schema says.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "everything in this crate is a test, and a test may stop where it stands"
)]

use serde_json::{Value, json};
use storefront::app::App;
use storefront::http::Request;
use storefront::world::{Memory, World};

fn send(path: &str, body: Vec<u8>) -> (u16, Value) {
    let (store, setting) = (Memory::default(), |name: &str| (name == "publish_tokens").then(|| "willow:secret".into()));
    let world = World { store: &store, setting: &setting, now: 1_790_000_000 };
    let method = if path.starts_with("/v1/merchants") { "PUT" } else { "POST" };
    let headers = vec![
        ("content-type".to_owned(), "application/json".to_owned()),
        ("authorization".to_owned(), "Bearer secret".to_owned()),
    ];
    let request = Request { method: method.into(), path: path.into(), headers, body };
    let (response, _) = App::default().handle(&request, &world);
    (response.status, serde_json::from_slice(&response.body).unwrap())
}

fn tag(body: &Value) -> Value {
    let (status, answer) = send("/v1/content/tag", body.to_string().into_bytes());
    assert_eq!(status, 200, "{answer}");
    answer
}

#[test]
fn what_is_bad_has_its_own_code() {
    let one = |text: &str| json!({ "texts": [{ "text": text }] }).to_string().into_bytes();
    let fault = |body: Vec<u8>| {
        let (status, answer) = send("/v1/content/tag", body);
        let fault = &answer["faults"][0];
        let code = fault["code"].as_str().or(answer["code"].as_str()).unwrap_or_default().to_owned();
        format!("{status} {code} {}", fault["pointer"].as_str().unwrap_or_default())
    };
    assert_eq!(fault(one(&"a".repeat((64 << 10) + 1))), "422 text-too-long /texts/0/text");
    assert_eq!(send("/v1/content/tag", one(&"a".repeat(64 << 10))).0, 200);
    assert_eq!(fault(b"{\"texts\": [{\"text\": \"\xff\"}]}".to_vec()), "400 invalid-utf-8 ");
    assert_eq!(fault(br#"{"texts": [{"text": "a\ud83d"}]}"#.to_vec()), "400 unpaired-surrogate ");
    assert_eq!(fault(one("\u{200b}\u{200d}\u{feff}\u{2060}")), "422 nothing-to-read /texts/0/text");
    let many = |count: usize| json!({ "texts": vec![json!({ "text": "茶" }); count] }).to_string().into_bytes();
    assert_eq!(fault(many(101)), "422 too-many-texts /texts");
    assert_eq!(send("/v1/content/tag", many(100)).0, 200);
    let words = |count: usize| (0..count).map(|word| format!("词{word}号")).collect::<Vec<_>>();
    let rules = |count: usize| json!({ "texts": [{ "text": "茶" }], "rules": { "format": "pushcart-rulebook/1", "currency": "CNY", "content": { "vocabulary": { "a": words(count) } } } });
    assert_eq!(fault(rules(10_001).to_string().into_bytes()), "422 too-many-words /rules/content");
    assert_eq!(fault(br#"{"texts": [{"text": "a", "colour": 1}]}"#.to_vec()), "422 unknown-field /texts/0/colour");
    assert_eq!(
        fault(br#"{"texts": [{"text": "a", "product": "cars"}]}"#.to_vec()),
        "422 unknown-value /texts/0/product"
    );
    assert_eq!(fault(br#"{"texts": [{"text": "a"}], "key": "short"}"#.to_vec()), "422 out-of-range /key");
}

#[test]
fn a_live_script_from_end_to_end() {
    let text = "家人们上链接！全网第一的防晒霜，原价¥199，券后39.9元，满199减100。#夏日防晒 打13800005678找我";
    let rules = json!({ "format": "pushcart-rulebook/1", "currency": "CNY", "content": { "brands": ["柳家"], "vocabulary": { "series": ["夏日防晒"] } } });
    let answer = tag(&json!({ "texts": [{ "text": text, "paid": true }], "jurisdictions": ["CN"], "rules": rules,
        "at": "2026-11-11T20:05:00+08:00", "key": "a key of sixteen bytes" }));
    let report = &answer["texts"][0];
    let tags: Vec<String> = report["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| {
            format!(
                "{}/{}/{}",
                tag["kind"].as_str().unwrap(),
                tag["name"].as_str().unwrap_or_default(),
                tag["value"].as_str().unwrap()
            )
        })
        .collect();
    for expected in [
        "category/vertical/hb",
        "category/second/hb-3",
        "content-kind//live-script",
        "hashtag//夏日防晒",
        "vocabulary/series/夏日防晒",
    ] {
        assert!(tags.iter().any(|tag| tag == expected), "{expected} is not among {tags:?}");
    }
    let claims: Vec<String> = report["claims"]
        .as_array()
        .unwrap()
        .iter()
        .map(|claim| {
            format!(
                "{} {} {}",
                claim["kind"].as_str().unwrap(),
                claim["amount"]["amount"],
                claim["threshold"]["amount"]
            )
        })
        .collect();
    assert_eq!(claims, ["reference-price 19900 null", "price 3990 null", "amount-off 10000 19900"]);
    let found: Vec<String> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["level"] != "info")
        .map(|finding| {
            format!(
                "{} {} {}",
                finding["level"].as_str().unwrap(),
                finding["category"].as_str().unwrap(),
                finding["article"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(found, ["block disclosure 第九条、第二十五条", "block absolute 第九条第（三）项、第五十七条"]);
    assert_eq!(report["inventory"], json!([{ "kind": "CN_MOBILE", "count": 1 }]));
    let redacted = report["redacted"].as_str().unwrap();
    assert!(!redacted.contains("13800005678") && !answer.to_string().contains("13800005678"), "{redacted}");
    // The same person stays the same, in another text and another spelling.
    let again = tag(&json!({ "texts": [{ "text": "电话 +86 138-0000-5678" }], "key": "a key of sixteen bytes" }));
    let name = again["texts"][0]["redacted"].as_str().unwrap().strip_prefix("电话 ").unwrap();
    assert!(redacted.contains(name), "{redacted} has not {name}");
    assert!(answer["notice"].as_str().unwrap().contains("not legal advice"));
    assert!(answer["record"]["rules"].as_str().unwrap().starts_with("sha256:"));
}

#[test]
fn a_copy_in_the_other_script() {
    let left = "这款保温杯采用双层真空设计，早上装的热水到晚上还是烫的，杯盖一键开合，单手就能喝水。";
    let right = "這款保溫杯採用雙層真空設計🔥早上裝的熱水到晚上還是燙的，杯蓋一鍵開合，單手就能喝水。";
    let body = json!({ "texts": [{ "text": left }, { "text": right }] }).to_string().into_bytes();
    let (status, answer) = send("/v1/content/compare", body);
    assert_eq!((status, &answer["duplicate"]), (200, &json!(true)), "{answer}");
    let (status, answer) = send("/v1/content/compare", br#"{"texts": [{"text": "a"}]}"#.to_vec());
    assert_eq!((status, answer["faults"][0]["pointer"].as_str()), (422, Some("/texts")));
}
