//! `pushcart plugin link`: the app with plugins in it. The host serves it like any other app; what the links answer does not come
//! from the host's own plugins, of which there are none.

use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use tests::app::{App, Folder, Start, binary, root};
use tests::examples::{RUST, VERSION, given};
use tests::plugin::Plugin;

fn link(merchant: &str, from: &Path, out: &Path, rest: &[&str]) {
    let mut command = Command::new(binary().unwrap());
    command.args(["plugin", "link", "--merchant", merchant, "--from"]).arg(from).arg("--out").arg(out);
    command.arg("--adapter").arg(root().join("target/components/plugins-linked.wasm")).args(rest);
    let made = command.output().unwrap();
    assert!(made.status.success(), "{rest:?}: {}", String::from_utf8_lossy(&made.stderr));
}

/// What a quote takes off by plugins, or its status and code.
fn quote(app: &App, cart: &Value) -> Result<Value, (u16, String)> {
    let answer = app.client().post("/v1/quote", cart).unwrap();
    if answer.status == 200 { Ok(answer.json()) } else { Err((answer.status, answer.code())) }
}

#[test]
fn linked_plugins_price_carts_under_the_same_checks() {
    let folder = Folder::new().unwrap();
    let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    // An activation in a running host's state, then a file: both ways to name a plugin.
    let bundle = RUST.cases().into_iter().find(|case| case.name == "two").unwrap();
    let state = folder.path().join("state");
    std::fs::create_dir_all(&state).unwrap();
    {
        let app = Start::default().up_in(&state).unwrap();
        let mut cases = app.publisher("cases");
        let path = format!("/v1/merchants/cases/plugins/{}", RUST.name);
        let headers = [("content-type", "application/wasm")];
        let put = cases.send("PUT", &format!("{path}/versions/{VERSION}"), &headers, &RUST.built().unwrap()).unwrap();
        assert_eq!(put.status, 201, "{}", put.text());
        let wish = json!({ "version": VERSION, "config": bundle.config() });
        assert_eq!(cases.post(&format!("{path}:activate"), &wish).unwrap().status, 200);
        link("cases", &root(), Path::new(&at("first")), &["--state-dir", &state.to_string_lossy()]);
    }
    let mut off = Plugin::new("off", "1.0.0");
    off.amount = 900.0;
    std::fs::write(at("off.wasm"), off.wasm()).unwrap();
    link("cedar", Path::new(&at("first")), Path::new(&at("second")), &["--on-failure", "closed", &at("off.wasm")]);
    // A state of its own: what is compiled for it is of no use to other tests.
    let served = folder.path().join("served");
    std::fs::create_dir_all(&served).unwrap();
    let app = Start::default().from(&folder.path().join("second")).up_in(&served).unwrap();
    let publish = |merchant: &str, rulebook: &Value| {
        let put = app.publisher(merchant).put(&format!("/v1/merchants/{merchant}/rulebook"), rulebook).unwrap();
        assert_eq!(put.status, 200, "{}", put.text());
    };
    publish("cases", &bundle.rulebook());
    assert_eq!(given(&quote(&app, &bundle.quote("cases")).unwrap()), bundle.promised(RUST.name));
    // It takes 900 off a line of 1000, and so off one of 333: no lawful proposal, and cedar wants no quote then.
    publish("cedar", &serde_json::from_str(include_str!("../../fixtures/small.json")).unwrap());
    let cart =
        |sku: &str| json!({"merchant": "cedar", "currency": "CNY", "lines": [{"id": "1", "sku": sku, "quantity": 1}]});
    let lawful = given(&quote(&app, &cart("TEA")).unwrap());
    assert_eq!(lawful.into_values().collect::<Vec<i64>>(), [900]);
    assert_eq!(quote(&app, &cart("CUP")), Err((503, "plugin-output-invalid".to_owned())));
    // The plugins of one merchant are not asked about the carts of another.
    publish("willow", &serde_json::from_str(include_str!("../../fixtures/small.json")).unwrap());
    let mut other = cart("TEA");
    other["merchant"] = "willow".into();
    assert_eq!(given(&quote(&app, &other).unwrap()).len(), 0);
}
