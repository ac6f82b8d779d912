//! WASI in its inert form: a clock that stands still, the same randomness in every call, no environment, no files, no
//! sockets, no waiting, and output to a bounded log that the merchant reads.

use super::{activate, cart, publish, taken, upload};
use serde_json::json;
use tests::app::{App, Start};
use tests::plugin::{Plugin, WIT, wrap};

const INERT: (&str, &str) = ("pushcart-wasi", "inert");

/// What the plugin imports of WASI 0.2, as its packages define it.
const WASI: &str = r#"
package wasi:io@VERSION {
  interface error { resource error; }
  interface poll { resource pollable; }
  interface streams {
    use error.{error};
    variant stream-error { last-operation-failed(error), closed }
    resource output-stream { blocking-write-and-flush: func(contents: list<u8>) -> result<_, stream-error>; }
  }
}
package wasi:clocks@VERSION {
  interface wall-clock { record datetime { seconds: u64, nanoseconds: u32 } now: func() -> datetime; }
  interface monotonic-clock {
    use wasi:io/poll@VERSION.{pollable};
    now: func() -> u64;
    subscribe-duration: func(when: u64) -> pollable;
  }
}
package wasi:random@VERSION { interface random { get-random-u64: func() -> u64; } }
package wasi:cli@VERSION {
  interface environment { get-environment: func() -> list<tuple<string, string>>; }
  interface stdout { use wasi:io/streams@VERSION.{output-stream}; get-stdout: func() -> output-stream; }
}
package wasi:filesystem@VERSION {
  interface types { resource descriptor; }
  interface preopens { use types.{descriptor}; get-directories: func() -> list<tuple<descriptor, string>>; }
}
package wasi:sockets@VERSION {
  interface network {
    enum error-code {
      unknown, access-denied, not-supported, invalid-argument, out-of-memory, timeout, concurrency-conflict,
      not-in-progress, would-block, invalid-state, new-socket-limit, address-not-bindable, address-in-use,
      remote-unreachable, connection-refused, connection-reset, connection-aborted, datagram-too-large,
      name-unresolvable, temporary-resolver-failure, permanent-resolver-failure,
    }
    enum ip-address-family { ipv4, ipv6 }
  }
  interface tcp { resource tcp-socket; }
  interface tcp-create-socket {
    use network.{error-code, ip-address-family};
    use tcp.{tcp-socket};
    create-tcp-socket: func(address-family: ip-address-family) -> result<tcp-socket, error-code>;
  }
}
"#;

/// The same as the core module sees it: module, function, name, type.
const FUNCTIONS: [(&str, &str, &str, &str); 9] = [
    ("wasi:clocks/wall-clock", "now", "wall", "(param i32)"),
    ("wasi:clocks/monotonic-clock", "now", "monotonic", "(result i64)"),
    ("wasi:clocks/monotonic-clock", "subscribe-duration", "wait", "(param i64) (result i32)"),
    ("wasi:random/random", "get-random-u64", "random", "(result i64)"),
    ("wasi:cli/environment", "get-environment", "environment", "(param i32)"),
    ("wasi:cli/stdout", "get-stdout", "stdout", "(result i32)"),
    ("wasi:io/streams", "[method]output-stream.blocking-write-and-flush", "write", "(param i32 i32 i32 i32)"),
    ("wasi:filesystem/preopens", "get-directories", "directories", "(param i32)"),
    ("wasi:sockets/tcp-create-socket", "create-tcp-socket", "socket", "(param i32 i32)"),
];

/// Writes a number as 16 hexadecimal digits.
const HEX: &str = "(func $hex (param $at i32) (param $value i64) (local $place i32) (local $digit i32)
  (local.set $place (i32.const 15))
  (loop $next
    (local.set $digit (i32.wrap_i64 (i64.and (local.get $value) (i64.const 15))))
    (i32.store8 (i32.add (local.get $at) (local.get $place))
      (i32.add (local.get $digit) (select (i32.const 48) (i32.const 87) (i32.lt_u (local.get $digit) (i32.const 10)))))
    (local.set $value (i64.shr_u (local.get $value) (i64.const 4)))
    (local.set $place (i32.sub (local.get $place) (i32.const 1)))
    (br_if $next (i32.ge_s (local.get $place) (i32.const 0)))))";

/// Logs one line: the wall clock, the monotonic one, a random number, how many variables and folders there are, and what
/// a socket's making gave (1 for an error, and which).
const TELL: &str = "
  (call $wall (i32.const 20000)) (call $hex (i32.const 20100) (i64.load (i32.const 20000)))
  (call $hex (i32.const 20117) (call $monotonic))
  (call $hex (i32.const 20134) (call $random))
  (call $environment (i32.const 20000)) (call $hex (i32.const 20151) (i64.load32_u (i32.const 20004)))
  (call $directories (i32.const 20000)) (call $hex (i32.const 20168) (i64.load32_u (i32.const 20004)))
  (call $socket (i32.const 0) (i32.const 20000))
  (call $hex (i32.const 20185) (i64.or (i64.shl (i64.load8_u (i32.const 20000)) (i64.const 8)) (i64.load8_u (i32.const 20004))))
  (i32.store8 (i32.const 20116) (i32.const 32)) (i32.store8 (i32.const 20133) (i32.const 32))
  (i32.store8 (i32.const 20150) (i32.const 32)) (i32.store8 (i32.const 20167) (i32.const 32))
  (i32.store8 (i32.const 20184) (i32.const 32)) (i32.store8 (i32.const 20201) (i32.const 10))
  (call $write (call $stdout) (i32.const 20100) (i32.const 102) (i32.const 20300))";

/// A plugin built against this version of WASI that does this before it answers.
fn plugin(name: &str, version: &str, before: &str) -> Vec<u8> {
    let mut plugin = Plugin::new(name, "1.0.0");
    plugin.imports = FUNCTIONS
        .iter()
        .map(|(module, function, name, ty)| {
            format!("(import \"{module}@{version}\" \"{function}\" (func ${name} {ty}))\n")
        })
        .collect();
    plugin.fields = HEX.to_owned();
    plugin.before = before.to_owned();
    let modules: std::collections::BTreeSet<&str> = FUNCTIONS.iter().map(|(module, ..)| *module).collect();
    let imports: String = modules.iter().map(|module| format!("import {module}@{version};\n")).collect();
    let world = WIT.replace("world promotion {", &format!("world promotion {{\n{imports}"));
    wrap(&plugin.module(), &format!("{world}\n{}", WASI.replace("VERSION", version)), "promotion")
}

fn host() -> App {
    Start::default().arguments(&["--plugin-wasi"]).up().unwrap()
}

#[test]
fn it_tells_nothing_of_the_machine_and_the_same_in_every_call() {
    let app = host();
    let mut cedar = publish(&app, "cedar");
    for (number, version) in ["0.2.0", "0.2.12"].into_iter().enumerate() {
        let name = format!("told-{number}");
        let wasm = plugin(&name, version, TELL);
        let unasked = upload(&mut cedar, "cedar", (&name, "1.0.0"), &[], &wasm);
        assert_eq!((unasked.status, unasked.code().as_str()), (422, "plugin-wasi-not-asked"));
        let asked = upload(&mut cedar, "cedar", (&name, "1.0.0"), &[INERT], &wasm);
        assert_eq!((asked.status, &asked.json()["wasi"]), (201, &json!(true)), "{version}: {}", asked.text());
        assert_eq!(activate(&mut cedar, "cedar", &name, &json!({"version": "1.0.0"})).status, 200);
        for _ in 0..2 {
            let quote = app.client().post("/v1/quote", &cart("cedar", 1)).unwrap();
            assert_eq!((quote.status, &quote.json()["degraded"]), (200, &json!([])), "{}", quote.text());
            assert!(taken(&quote.json()) >= 100, "{}", quote.text());
        }
        let logs = cedar.get(&format!("/v1/merchants/cedar/plugins/{name}/logs")).unwrap();
        let lines: Vec<String> = logs.json()["lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["line"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(lines.len(), 2, "{}", logs.text());
        assert_eq!(lines[0], lines[1], "each call begins anew");
        let told: Vec<u64> = lines[0].split(' ').map(|hex| u64::from_str_radix(hex, 16).unwrap()).collect();
        let [wall, monotonic, random, variables, folders, socket] = told[..] else { panic!("{told:?}") };
        // 2000-01-01; the socket is refused as access-denied.
        assert_eq!((wall, monotonic, variables, folders, socket), (946_684_800, 0, 0, 0, 0x101));
        assert_ne!(random, 0);
        assert_eq!(
            cedar.send("POST", &format!("/v1/merchants/cedar/plugins/{name}:deactivate"), &[], b"").unwrap().status,
            200
        );
    }
    assert_eq!(cedar.get("/v1/merchants/cedar/plugins/no-such/logs").unwrap().code(), "unknown-plugin");
}

/// 64 at once, and no more.
#[test]
fn it_holds_so_many_handles() {
    let app = host();
    let mut cedar = publish(&app, "cedar");
    let take = |many: usize| "(drop (call $stdout))".repeat(many);
    for (name, many, expected) in [("few", 64, (201, String::new())), ("many", 65, (422, "plugin-trapped".to_owned()))]
    {
        let uploaded = upload(&mut cedar, "cedar", (name, "1.0.0"), &[INERT], &plugin(name, "0.2.6", &take(many)));
        let code = if uploaded.status == 201 { String::new() } else { uploaded.code() };
        assert_eq!((uploaded.status, code), expected, "{many}: {}", uploaded.text());
    }
    assert_eq!(app.client().get("/readyz").unwrap().status, 200);
}

#[test]
fn it_lets_nobody_wait_and_bounds_the_log() {
    let app = host();
    let mut cedar = publish(&app, "cedar");
    for version in ["0.2.0", "0.2.12"] {
        let wasm = plugin("sleeps", version, "(drop (call $wait (i64.const 3600000000000)))");
        let refused = upload(&mut cedar, "cedar", ("sleeps", "1.0.0"), &[INERT], &wasm);
        assert_eq!((refused.status, refused.code().as_str()), (422, "plugin-trapped"), "{version}: {}", refused.text());
        assert!(refused.text().contains("may not wait"), "{}", refused.text());
    }
    let much = "(memory.fill (i32.const 20000) (i32.const 120) (i32.const 4096))
        (call $write (call $stdout) (i32.const 20000) (i32.const 4096) (i32.const 19000))";
    let wasm = plugin("talks", "0.2.6", much);
    let uploaded = upload(&mut cedar, "cedar", ("talks", "1.0.0"), &[INERT], &wasm);
    assert_eq!(uploaded.status, 201, "{}", uploaded.text());
    assert_eq!(activate(&mut cedar, "cedar", "talks", &json!({"version": "1.0.0"})).status, 200);
    let quote = app.client().post("/v1/quote", &cart("cedar", 1)).unwrap();
    assert_eq!((quote.status, taken(&quote.json())), (200, 100), "{}", quote.text());
    let logs = cedar.get("/v1/merchants/cedar/plugins/talks/logs").unwrap().json();
    assert_eq!(logs["lines"][0]["line"].as_str().map(str::len), Some(1024), "{logs}");
    assert_eq!(logs["lines"].as_array().map(Vec::len), Some(1));
}
