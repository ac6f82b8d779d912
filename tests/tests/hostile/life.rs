//! A plugin's life: in, tried, on, back, off, out; under load and through `kill -9`.

use super::{activate, cart, publish, taken, upload};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;
use tests::app::{App, Folder, Start};
use tests::client::{Answer, Client};
use tests::contract::Contract;
use tests::plugin::Plugin;
use tests::samples::Draw;

const OFF: &str = "/v1/merchants/cedar/plugins/off";

fn version(number: usize) -> (String, Vec<u8>) {
    let version = format!("1.0.{number}");
    let mut plugin = Plugin::new("off", &version);
    // So that what is quoted tells which version was asked.
    plugin.amount = 100.0 + f64::from(u32::try_from(number).unwrap());
    plugin.schema = r#"{"type":"object","properties":{"note":{"type":"string"}},"additionalProperties":false}"#.into();
    let wasm = plugin.wasm();
    (version, wasm)
}

fn quoted(app: &App) -> i64 {
    let quote = app.client().post("/v1/quote", &cart("cedar", 1)).unwrap();
    assert_eq!(quote.status, 200, "{}", quote.text());
    taken(&quote.json())
}

#[test]
fn a_plugin_comes_is_tried_switched_rolled_back_and_goes() {
    let app = App::up().unwrap();
    let mut cedar = publish(&app, "cedar");
    let contract = Contract::read(&cedar.get("/openapi.json").unwrap());
    let says = |method: &str, path: &str, answer: &Answer| {
        contract.says(method, &format!("/v1/merchants/{{merchant}}/plugins{path}"), answer);
    };
    says("GET", "", &cedar.get("/v1/merchants/cedar/plugins").unwrap());
    for number in 0..2 {
        let (version, wasm) = version(number);
        let first = upload(&mut cedar, "cedar", ("off", &version), &[], &wasm);
        assert_eq!(first.status, 201, "{}", first.text());
        let digest = commerce::digest::of(&wasm);
        assert_eq!(
            (first.json()["digest"].as_str(), first.json()["tier"].as_str()),
            (Some(digest.as_str()), Some("normal"))
        );
        assert!(first.json()["trial"]["fuel"].as_u64().unwrap() > 0);
        let again = upload(&mut cedar, "cedar", ("off", &version), &[], &wasm);
        assert_eq!((again.status, again.json()), (200, first.json()));
        says("PUT", "/{plugin}/versions/{version}", &first);
        says("PUT", "/{plugin}/versions/{version}", &again);
    }
    let (_, other) = version(7);
    let taken_already = upload(&mut cedar, "cedar", ("off", "1.0.0"), &[], &other);
    assert_eq!((taken_already.status, taken_already.code().as_str()), (409, "version-taken"));
    assert_eq!(quoted(&app), 0, "an upload switches nothing on");

    let tried = cedar.post(&format!("{OFF}:try"), &json!({"version": "1.0.1", "carts": [cart("cedar", 1)]})).unwrap();
    assert_eq!(tried.status, 200, "{}", tried.text());
    says("POST", "/{plugin}:try", &tried);
    let one = &tried.json()["carts"][0];
    assert_eq!((one["difference"].as_i64(), one["current"]["status"].as_u64()), (Some(-101), Some(200)), "{one}");
    assert!(one["plugin"]["fuel"].as_u64().unwrap() > 0 && one["plugin"]["memory"].as_u64().unwrap() > 0, "{one}");
    let sampled = cedar.post(&format!("{OFF}:try"), &json!({})).unwrap();
    assert!(sampled.status == 200 && sampled.json()["carts"][0]["difference"].as_i64() < Some(0), "{}", sampled.text());
    says("POST", "/{plugin}:try", &sampled);
    assert_eq!(quoted(&app), 0, "a trial switches nothing on");

    let mut on = |wish: Value| activate(&mut cedar, "cedar", "off", &wish);
    let refused = on(json!({"version": "1.0.0", "config": {"note": 7}}));
    assert_eq!((refused.status, refused.code().as_str()), (422, "invalid-config"), "{}", refused.text());
    assert_eq!(refused.json()["faults"][0]["pointer"], "/config/note");
    assert_eq!(on(json!({"version": "9.9.9"})).code(), "unknown-version");
    assert_eq!(on(json!({"version": "1.0.0", "onFailure": "maybe"})).code(), "unknown-value");
    let first = on(json!({"version": "1.0.0", "config": {"note": "a"}}));
    assert_eq!((first.status, quoted(&app)), (200, 100), "{}", first.text());
    assert_eq!((on(json!({"version": "1.0.1"})).status, quoted(&app)), (200, 101));

    says("POST", "/{plugin}:activate", &first);
    says("GET", "", &cedar.get("/v1/merchants/cedar/plugins").unwrap());
    says("GET", "/{plugin}", &cedar.get(OFF).unwrap());
    says("GET", "/{plugin}/logs", &cedar.get(&format!("{OFF}/logs")).unwrap());
    says("GET", "/{plugin}/versions/{version}", &cedar.get(&format!("{OFF}/versions/1.0.1")).unwrap());

    let tag = first.header("etag").unwrap().to_owned();
    let json_type = ("content-type", "application/json");
    let wish = json!({"version": "1.0.0"}).to_string();
    let stale =
        cedar.send("POST", &format!("{OFF}:activate"), &[json_type, ("if-match", &tag)], wish.as_bytes()).unwrap();
    assert_eq!((stale.status, quoted(&app)), (412, 101));

    let key = ("idempotency-key", "roll-1");
    let back = cedar.send("POST", &format!("{OFF}:rollback"), &[key], b"").unwrap();
    assert_eq!((back.status, quoted(&app)), (200, 100), "{}", back.text());
    says("POST", "/{plugin}:rollback", &back);
    let again = cedar.send("POST", &format!("{OFF}:rollback"), &[key], b"").unwrap();
    assert_eq!((again.status, again.json(), quoted(&app)), (200, back.json(), 100), "the same key goes back once");
    let other = cedar.send("POST", &format!("{OFF}:deactivate"), &[key], b"").unwrap();
    assert_eq!((other.status, other.code().as_str()), (422, "idempotency-key-reused"));
    assert_eq!(cedar.send("POST", &format!("{OFF}:rollback"), &[], b"").unwrap().code(), "no-earlier-activation");

    let active = cedar.send("DELETE", &format!("{OFF}/versions/1.0.0"), &[], b"").unwrap();
    assert_eq!((active.status, active.code().as_str()), (409, "version-active"));
    let gone = cedar.send("DELETE", &format!("{OFF}/versions/1.0.1"), &[], b"").unwrap();
    assert_eq!(gone.status, 204);
    says("DELETE", "/{plugin}/versions/{version}", &gone);
    let off = cedar.send("POST", &format!("{OFF}:deactivate"), &[], b"").unwrap();
    assert_eq!((off.status, off.json()["active"].is_null()), (200, true));
    says("POST", "/{plugin}:deactivate", &off);
    assert_eq!(quoted(&app), 0);
    assert_eq!(cedar.send("DELETE", OFF, &[], b"").unwrap().status, 204);
    assert_eq!(cedar.get(OFF).unwrap().code(), "unknown-plugin");
    assert_eq!(cedar.get("/v1/merchants/cedar/plugins").unwrap().json()["bytes"], 0);
}

#[test]
fn what_a_merchant_may_take_is_bounded() {
    let limits = ["--plugins", "1", "--plugin-versions", "2", "--plugin-uploads", "4", "--plugin-signatures"];
    let app = Start::default().arguments(&limits).up().unwrap();
    let mut cedar = publish(&app, "cedar");
    let (number, wasm) = version(0);
    let unsigned = upload(&mut cedar, "cedar", ("off", &number), &[], &wasm);
    assert_eq!((unsigned.status, unsigned.code().as_str()), (422, "signature-required"));
    let key = json!({"publicKey": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="});
    let keys = "/v1/merchants/cedar/plugin-keys";
    let contract = Contract::read(&cedar.get("/openapi.json").unwrap());
    for status in [201, 200] {
        let put = cedar.put(&format!("{keys}/k1"), &key).unwrap();
        assert_eq!(put.status, status);
        contract.says("PUT", "/v1/merchants/{merchant}/plugin-keys/{key}", &put);
    }
    let known = cedar.get(keys).unwrap();
    assert_eq!(known.json()["keys"][0]["id"], "k1");
    contract.says("GET", "/v1/merchants/{merchant}/plugin-keys", &known);
    let wrong = format!("k1:{}==", "A".repeat(86));
    let forged = upload(&mut cedar, "cedar", ("off", &number), &[("pushcart-signature", &wrong)], &wasm);
    assert_eq!((forged.status, forged.code().as_str()), (422, "signature-wrong"));
    // RFC 8032, section 7.1, TEST 1: the private half of that key.
    let secret = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    let secret = std::array::from_fn(|at| u8::from_str_radix(&secret[at * 2..at * 2 + 2], 16).unwrap());
    let signature = SigningKey::from_bytes(&secret).sign(commerce::digest::of(&wasm).as_bytes());
    let signed = format!("k1:{}", STANDARD.encode(signature.to_bytes()));
    let taken_in = upload(&mut cedar, "cedar", ("off", &number), &[("pushcart-signature", &signed)], &wasm);
    assert_eq!((taken_in.status, taken_in.json()["signedBy"].as_str()), (201, Some("k1")), "{}", taken_in.text());
    let (next, other) = version(1);
    let of_another = upload(&mut cedar, "cedar", ("off", &next), &[("pushcart-signature", &signed)], &other);
    assert_eq!((of_another.status, of_another.code().as_str()), (422, "signature-wrong"));
    let often = upload(&mut cedar, "cedar", ("off", &number), &[], &wasm);
    assert_eq!((often.status, often.code().as_str()), (429, "too-many-uploads"));
    assert!(often.header("retry-after").unwrap().parse::<u64>().unwrap() > 3500);
}

#[test]
fn a_thousand_activations_under_load_lose_and_mix_nothing() {
    let app = Arc::new(App::up().unwrap());
    let mut cedar = publish(&app, "cedar");
    for number in 0..2 {
        let (version, wasm) = version(number);
        let uploaded = upload(&mut cedar, "cedar", ("off", &version), &[], &wasm);
        assert_eq!(uploaded.status, 201, "{}", uploaded.text());
    }
    let on = |cedar: &mut Client, number: usize| {
        let switched = activate(cedar, "cedar", "off", &json!({"version": format!("1.0.{}", number % 2)}));
        assert_eq!(switched.status, 200, "{}", switched.text());
    };
    on(&mut cedar, 0);
    let over = Arc::new(AtomicBool::new(false));
    let shoppers: Vec<_> = (0..2)
        .map(|_| {
            let (mut client, over) = (app.client(), over.clone());
            std::thread::spawn(move || {
                let mut seen = BTreeMap::new();
                while !over.load(Ordering::Relaxed) {
                    let quote = client.post("/v1/quote", &cart("cedar", 3)).unwrap();
                    assert_eq!((quote.status, quote.json()["degraded"].clone()), (200, json!([])), "{}", quote.text());
                    let total = quote.json()["totals"]["total"]["amount"].as_i64().unwrap();
                    *seen.entry((taken(&quote.json()), total)).or_insert(0) += 1;
                }
                seen
            })
        })
        .collect();
    let warm = 200;
    (0..warm).for_each(|number| on(&mut cedar, number));
    let before = memory(&app);
    (warm..1000).for_each(|number| on(&mut cedar, number));
    over.store(true, Ordering::Relaxed);
    let mut seen = BTreeMap::new();
    for shopper in shoppers {
        for (answer, count) in shopper.join().unwrap() {
            *seen.entry(answer).or_insert(0) += count;
        }
    }
    let after = memory(&app);
    println!("1000 activations, answers {seen:?}, resident memory {before} KiB after {warm}, {after} KiB after all");
    // Two answers and no third: what the one version gives, and what the other.
    assert_eq!(seen.keys().map(|(taken, _)| *taken).collect::<Vec<_>>(), [100, 101], "{seen:?}");
    assert!(after < before + before / 4, "memory grew from {before} KiB to {after} KiB");
}

/// Resident memory of the host in KiB.
fn memory(app: &App) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", app.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn up(state: &Path) -> App {
    let arguments = ["--quiet", "--plugin-uploads", "1000", "--plugin-versions", "1000"];
    Start::default().arguments(&arguments).up_in(state).unwrap()
}

/// Uploads and activates one version after another, from `next` on, until the host is gone; gives the last one that is known to be
/// active and the first one that may be.
fn switch(mut client: Client, next: usize, begun: &mpsc::Sender<()>) -> (Option<usize>, usize) {
    let mut active = None;
    for number in next.. {
        let (version, wasm) = version(number);
        let path = format!("{OFF}/versions/{version}");
        let Ok(answer) = client.send("PUT", &path, &[("content-type", "application/wasm")], &wasm) else {
            return (active, number);
        };
        assert_eq!(answer.status, 201, "{}", answer.text());
        let Ok(answer) = client.post(&format!("{OFF}:activate"), &json!({"version": version})) else {
            return (active, number);
        };
        assert_eq!(answer.status, 200, "{}", answer.text());
        active = Some(number);
        let _ = begun.send(());
    }
    unreachable!("the host is killed before numbers end")
}

/// What is active is the last that was answered or the first that was not, and every stored component is what its name says.
fn verify(app: &App, state: &Path, known: (Option<usize>, usize)) -> usize {
    let plugin = app.publisher("cedar").get(OFF).unwrap();
    assert_eq!(plugin.status, 200, "{}", plugin.text());
    let plugin = plugin.json();
    let active = plugin["active"]["version"].as_str().unwrap().to_owned();
    let number: usize = active.rsplit('.').next().unwrap().parse().unwrap();
    assert!(known.0 == Some(number) || known.1 == number, "{number} is none of {known:?}");
    assert_eq!(quoted(app), 100 + i64::try_from(number).unwrap());
    let named: Vec<&str> =
        plugin["versions"].as_array().unwrap().iter().map(|one| one["digest"].as_str().unwrap()).collect();
    let mut stored = 0;
    for entry in std::fs::read_dir(state.join("pushcart/plugins/cedar")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "wasm") {
            let digest = commerce::digest::of(&std::fs::read(&path).unwrap());
            assert_eq!(Some(digest.trim_start_matches("sha256:")), path.file_stem().unwrap().to_str());
            assert!(named.contains(&digest.as_str()), "{digest} is named by nothing");
            stored += 1;
        }
    }
    assert_eq!(stored, named.len(), "a version without its component");
    number
}

#[test]
fn killed_among_two_hundred_uploads_and_activations_it_keeps_the_old_or_the_new() {
    let state = Folder::new().unwrap();
    let mut draw = Draw::new(200);
    let (mut next, mut kills, mut known) = (0, 0, None);
    while next < 100 {
        let mut app = up(state.path());
        match known.take() {
            None => drop(publish(&app, "cedar")),
            Some(known) => drop(verify(&app, state.path(), known)),
        }
        let (begun, begins) = mpsc::channel();
        let (client, from) = (app.publisher("cedar"), next);
        let switcher = std::thread::spawn(move || switch(client, from, &begun));
        // Counted in changes, then within one: however fast the machine is, it is killed about twenty times.
        for _ in 0..=draw.below(8) {
            begins.recv().unwrap();
        }
        std::thread::sleep(Duration::from_micros(draw.below(60_000) as u64));
        app.kill().unwrap();
        let (active, lost) = switcher.join().unwrap();
        (known, next, kills) = (Some((active, lost)), lost + 1, kills + 1);
    }
    let app = up(state.path());
    verify(&app, state.path(), known.unwrap());
    println!("{} uploads and activations, {kills} kills", next * 2);
    assert!(kills >= 5, "{kills}");
}
