//! What was stored and is damaged when the host starts again: no quote passes as if nothing were missing.

use super::{activate, cart, publish, taken, upload};
use serde_json::json;
use std::path::Path;
use tests::app::{App, Folder, Start};
use tests::plugin::Plugin;

fn up(state: &Path) -> App {
    Start::default().arguments(&["--quiet"]).up_in(state).unwrap()
}

/// The stored components of a merchant.
fn stored(state: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(state.join("pushcart/plugins/cedar")).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|end| end == "wasm")).collect()
}

#[test]
fn a_damaged_component_fails_as_its_policy_says_until_another_version_is_on() {
    for policy in ["closed", "open"] {
        let state = Folder::new().unwrap();
        let mut app = up(state.path());
        let mut cedar = publish(&app, "cedar");
        let wasm = Plugin::new("off", "1.0.0").wasm();
        assert_eq!(upload(&mut cedar, "cedar", ("off", "1.0.0"), &[], &wasm).status, 201);
        let wish = json!({"version": "1.0.0", "onFailure": policy});
        assert_eq!(activate(&mut cedar, "cedar", "off", &wish).status, 200);
        let quote = app.client().post("/v1/quote", &cart("cedar", 1)).unwrap();
        assert_eq!((quote.status, taken(&quote.json())), (200, 100));
        app.kill().unwrap();

        let file = stored(state.path()).pop().unwrap();
        let mut bytes = std::fs::read(&file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&file, bytes).unwrap();
        let app = up(state.path());
        let quote = app.client().post("/v1/quote", &cart("cedar", 1)).unwrap();
        if policy == "closed" {
            assert!(quote.status >= 400 && quote.code() == "plugin-damaged", "{}", quote.text());
        } else {
            assert_eq!((quote.status, taken(&quote.json())), (200, 0), "{}", quote.text());
            assert_eq!(quote.json()["degraded"][0]["plugin"], "off", "{}", quote.text());
            assert_eq!(quote.json()["degraded"][0]["code"], "plugin-damaged", "{}", quote.text());
        }
        let mut cedar = app.publisher("cedar");
        let view = cedar.get("/v1/merchants/cedar/plugins/off").unwrap().json();
        assert_eq!((&view["active"]["version"], &view["health"]["code"]), (&json!("1.0.0"), &json!("plugin-damaged")));

        let wasm = Plugin::new("off", "1.0.1").wasm();
        assert_eq!(upload(&mut cedar, "cedar", ("off", "1.0.1"), &[], &wasm).status, 201);
        assert_eq!(activate(&mut cedar, "cedar", "off", &json!({"version": "1.0.1"})).status, 200);
        let quote = app.client().post("/v1/quote", &cart("cedar", 1)).unwrap();
        assert_eq!((quote.status, taken(&quote.json())), (200, 100), "{}", quote.text());
    }
}

#[test]
fn a_damaged_manifest_is_told_in_quotes_and_hurts_no_other_merchant() {
    let state = Folder::new().unwrap();
    let mut app = up(state.path());
    publish(&app, "willow");
    let mut cedar = publish(&app, "cedar");
    let wasm = Plugin::new("off", "1.0.0").wasm();
    assert_eq!(upload(&mut cedar, "cedar", ("off", "1.0.0"), &[], &wasm).status, 201);
    assert_eq!(activate(&mut cedar, "cedar", "off", &json!({"version": "1.0.0"})).status, 200);
    app.kill().unwrap();
    std::fs::write(state.path().join("pushcart/plugins/cedar/book.json"), "{").unwrap();
    let app = up(state.path());
    let quote = app.client().post("/v1/quote", &cart("cedar", 1)).unwrap();
    assert_eq!((quote.status, &quote.json()["degraded"][0]["code"]), (200, &json!("plugin-damaged")));
    let list = app.publisher("cedar").get("/v1/merchants/cedar/plugins").unwrap();
    assert_eq!((list.status, list.code().as_str()), (500, "plugin-damaged"));
    assert_eq!(stored(state.path()).len(), 1, "nothing is removed that a manifest may name");
    let other = app.client().post("/v1/quote", &cart("willow", 1)).unwrap();
    assert_eq!((other.status, &other.json()["degraded"]), (200, &json!([])));
}
