//! What is let in because it behaved on the golden carts, and does harm afterwards: the quote goes on, or fails with the
//! plugin's code where its merchant wants that, and nobody else notices.

use super::{activate, cart, publish, taken, upload};
use serde_json::json;
use std::time::{Duration, Instant};
use tests::app::App;
use tests::client::Answer;
use tests::plugin::Plugin;

/// Harm that is done on carts of two lines only: no golden cart has two.
fn on_two_lines(harm: &str) -> String {
    format!("(if (i32.eq (i32.load offset=12 (local.get $args)) (i32.const 2)) (then {harm}))")
}

/// A quote on whose cart harm is done. On a machine that is busy with other work a call may not come to its end in time: that is
/// told as such, and it is asked again.
fn harmed(app: &App) -> Answer {
    let started = Instant::now();
    loop {
        let quote = app.client().post("/v1/quote", &cart("cedar", 2)).unwrap();
        if !quote.text().contains("plugin-busy") {
            return quote;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "the machine is too busy for a plugin: {}", quote.text());
    }
}

#[test]
fn harm_is_told_apart_and_stays_with_its_merchant() {
    let app = App::up().unwrap();
    let mut cedar = publish(&app, "cedar");
    let mut willow = publish(&app, "willow");
    let good = Plugin::new("good", "1.0.0").wasm();
    assert_eq!(upload(&mut willow, "willow", ("good", "1.0.0"), &[], &good).status, 201);
    assert_eq!(activate(&mut willow, "willow", "good", &json!({"version": "1.0.0"})).status, 200);
    // Each root takes the processor more than ten cycles and costs one unit of fuel.
    let roots = "(f64.sqrt) ".repeat(2_000);
    let roots = format!(
        "(f64.store (i32.const 600) (f64.const 3))
         (loop $l (i32.const 600) (f64.load (i32.const 600)) {roots} (f64.store) (br $l))"
    );
    let rows = [
        ("(loop $l (br $l))", "plugin-out-of-fuel"),
        ("unreachable", "plugin-trapped"),
        ("(drop (memory.grow (i32.const 1024))) unreachable", "plugin-out-of-memory"),
        ("(drop (call $evaluate (local.get $args)))", "plugin-trapped"),
        ("(return (i32.const -16))", "plugin-output-invalid"),
        // A list of 100 proposals, which are read from where nothing is.
        (
            "(i32.store (i32.const 19004) (i32.const 20000)) (i32.store (i32.const 19008) (i32.const 100)) (return (i32.const 19000))",
            "plugin-output-too-large",
        ),
        (roots.as_str(), "plugin-timed-out"),
    ];
    for (number, (harm, code)) in rows.into_iter().enumerate() {
        let version = format!("1.0.{number}");
        let mut plugin = Plugin::new("bad", &version);
        plugin.before = on_two_lines(harm);
        let uploaded = upload(&mut cedar, "cedar", ("bad", &version), &[], &plugin.wasm());
        assert_eq!(uploaded.status, 201, "{harm}: {}", uploaded.text());
        for policy in ["open", "closed"] {
            let wish = json!({"version": version, "onFailure": policy});
            let activated = activate(&mut cedar, "cedar", "bad", &wish);
            assert_eq!(activated.status, 200, "{harm}: {}", activated.text());
            let fine = app.client().post("/v1/quote", &cart("cedar", 1)).unwrap();
            assert_eq!((fine.status, taken(&fine.json())), (200, 100), "{harm}: {}", fine.text());
            let quote = harmed(&app);
            if policy == "open" {
                assert_eq!((quote.status, taken(&quote.json())), (200, 0), "{harm}: {}", quote.text());
                assert!(quote.json()["degraded"].to_string().contains("bad"), "{harm}: {}", quote.text());
            } else {
                assert!(quote.status >= 400 && quote.code() == code, "{harm}: {}", quote.text());
            }
            let health = cedar.get("/v1/merchants/cedar/plugins/bad").unwrap().json()["health"].clone();
            assert_eq!(health["failures"][code], 1, "{harm}: {health}");
            let counter = format!("pushcart_plugin_failures_total{{plugin=\"bad\",code=\"{code}\"}}");
            assert!(app.counter(&counter).unwrap() > 0, "{harm}: {counter}");
            let other = app.client().post("/v1/quote", &cart("willow", 2)).unwrap();
            assert_eq!((other.status, taken(&other.json())), (200, 100), "{harm}: {}", other.text());
        }
    }
}
