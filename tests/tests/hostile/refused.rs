//! What is not let in: one row a component, with the code that its merchant reads.

use super::{cart, publish, upload};
use tests::app::App;
use tests::plugin::{Plugin, WIT, wrap};

const LOOP: &str = "(loop $l (br $l))";

/// A lawful plugin, changed.
fn changed(change: impl FnOnce(&mut Plugin)) -> Vec<u8> {
    let mut plugin = Plugin::new("bad", "1.0.0");
    change(&mut plugin);
    plugin.wasm()
}

fn fields(fields: &str) -> Vec<u8> {
    changed(|plugin| plugin.fields = fields.to_owned())
}

fn before(before: &str) -> Vec<u8> {
    changed(|plugin| plugin.before = before.to_owned())
}

fn component(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A component of a world that is not the plugin's.
fn of_world(wit: &str, module: &str) -> Vec<u8> {
    wrap(module, wit, "promotion")
}

type Row = (&'static str, Vec<u8>, u16, &'static str);

/// What is read and refused before anything is compiled.
fn read() -> Vec<Row> {
    let good = Plugin::new("bad", "1.0.0").wasm();
    let realloc = r#"(memory (export "memory") 1) (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 0)"#;
    let no_evaluate = WIT.replace("export evaluate:", "export evaluate-later:");
    let other_types = WIT.replace("quantity: u32,", "quantity: u64,");
    let importing = WIT.replace("world promotion {", "world promotion { import secrets: func() -> string;");
    let both = "(func (export \"describe\") (result i32) unreachable)";
    let evaluate = "(func (export \"evaluate\") (param i32) (result i32) unreachable)";
    let import = "(import \"$root\" \"secrets\" (func $s (param i32)))";
    let wasi = r#"(component (import "wasi:clocks/wall-clock@0.2.0" (instance (export "now" (func (result u64))))))"#;
    // Every level has two of the level below: 2^40 fields in 700 bytes.
    let bomb: String =
        (1..=40).map(|level| format!("(type $t{level} (tuple $t{} $t{}))", level - 1, level - 1)).collect();
    let nested = format!("{}{}", "(component ".repeat(10), ")".repeat(10));
    vec![
        ("nothing", Vec::new(), 422, "plugin-empty"),
        ("rubbish", b"hello, world".to_vec(), 422, "plugin-not-wasm"),
        ("a gzip archive", b"\x1f\x8b\x08\0\0\0\0\0".to_vec(), 422, "plugin-not-wasm"),
        ("text", b"(component)".to_vec(), 422, "plugin-is-text"),
        ("native code", b"\x7fELF\x02\x01\x01\0".to_vec(), 422, "plugin-precompiled"),
        ("a core module", component("(module)"), 422, "plugin-core-module"),
        ("its first half", good[..good.len() / 2].to_vec(), 422, "plugin-truncated"),
        ("without its last byte", good[..good.len() - 1].to_vec(), 422, "plugin-truncated"),
        ("rubbish at its end", [good.as_slice(), &[0xff; 9]].concat(), 422, "plugin-invalid"),
        ("larger than the tier", [good.as_slice(), &vec![0; 2 << 20]].concat(), 413, "plugin-too-large"),
        (
            "two memories",
            component("(component (core module (memory 1) (memory 1)))"),
            422,
            "plugin-feature-not-allowed",
        ),
        ("threads", component("(component (core module (memory 1 1 shared)))"), 422, "plugin-feature-not-allowed"),
        (
            "garbage collection",
            component("(component (core module (type (struct))))"),
            422,
            "plugin-feature-not-allowed",
        ),
        ("exceptions", component("(component (core module (tag)))"), 422, "plugin-feature-not-allowed"),
        ("64-bit memory", component("(component (core module (memory i64 1)))"), 422, "plugin-feature-not-allowed"),
        ("a wrong type", component("(component (core module (func (result i32) i64.const 1)))"), 422, "plugin-invalid"),
        (
            "10,000 segments of data",
            fields(&"(data (i32.const 0) \"\")".repeat(10_000)),
            422,
            "plugin-too-many-data-segments",
        ),
        (
            "a function of 1,000 parameters",
            fields(&format!("(func (param {}))", "i32 ".repeat(1000))),
            422,
            "plugin-too-many-parameters",
        ),
        ("50,000 locals", fields(&format!("(func (local {}))", "i32 ".repeat(50_000))), 422, "plugin-too-many-locals"),
        ("30,000 functions", fields(&"(func)".repeat(30_000)), 422, "plugin-too-many-functions"),
        (
            "2,000 blocks deep",
            fields(&format!("(func {} {})", "block ".repeat(2000), "end ".repeat(2000))),
            422,
            "plugin-blocks-too-deep",
        ),
        ("4 GiB of memory", changed(|plugin| plugin.pages = 65_536), 422, "plugin-memory-too-large"),
        ("a table of ten million", fields("(table 10000000 funcref)"), 422, "plugin-table-too-large"),
        (
            "100 tables",
            component(&format!("(component (core module {}))", "(table 1 funcref)".repeat(99))),
            422,
            "plugin-too-many-tables",
        ),
        (
            "a bomb of types",
            component(&format!("(component (type $t0 (tuple u64 u64)) {bomb})")),
            422,
            "plugin-invalid",
        ),
        ("components in components", component(&nested), 422, "plugin-nested-too-deep"),
        (
            "100 modules",
            component(&format!("(component {})", "(core module)".repeat(100))),
            422,
            "plugin-too-many-modules",
        ),
        ("an empty component", component("(component)"), 422, "plugin-world-mismatch"),
        (
            "no evaluate",
            of_world(
                &no_evaluate,
                &format!("(module {realloc} {both} {})", evaluate.replace("evaluate", "evaluate-later")),
            ),
            422,
            "missing-export",
        ),
        ("other types", of_world(&other_types, &format!("(module {realloc} {both} {evaluate})")), 422, "type-differs"),
        (
            "an import",
            of_world(&importing, &format!("(module {import} {realloc} {both} {evaluate})")),
            422,
            "plugin-import-not-allowed",
        ),
        ("a clock", component(wasi), 403, "plugin-wasi-not-allowed"),
    ]
}

/// What is refused when it is asked what it is, or asked on the golden carts.
fn run() -> Vec<Row> {
    let amount = |amount: f64| changed(|plugin| plugin.amount = amount);
    let named = |line: &str| changed(|plugin| plugin.line = Some(line.to_owned()));
    let grow = "(loop $l (br_if $l (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) unreachable";
    let table =
        "(loop $l (br_if $l (i32.ne (table.grow $t (ref.null func) (i32.const 10000)) (i32.const -1)))) unreachable";
    let tables = changed(|plugin| (plugin.before, plugin.fields) = (table.into(), "(table $t 1 funcref)".into()));
    vec![
        ("a loop", before(LOOP), 422, "plugin-out-of-fuel"),
        (
            "a loop where it says what it is",
            changed(|plugin| plugin.before_describing = LOOP.into()),
            422,
            "plugin-out-of-fuel",
        ),
        ("a loop in start", fields(&format!("(func $s {LOOP}) (start $s)")), 422, "plugin-out-of-fuel"),
        ("a trap in start", fields("(func $s unreachable) (start $s)"), 422, "plugin-trapped"),
        ("memory without end", before(grow), 422, "plugin-out-of-memory"),
        ("a table without end", tables, 422, "plugin-out-of-memory"),
        ("recursion without end", before("(drop (call $evaluate (local.get $args)))"), 422, "plugin-trapped"),
        ("a trap", before("unreachable"), 422, "plugin-trapped"),
        ("a read outside of memory", before("(drop (i32.load (i32.const -8)))"), 422, "plugin-trapped"),
        ("a list of 50 million", changed(|plugin| plugin.proposals = 50_000_000), 422, "plugin-output-invalid"),
        (
            "a list that goes on into rubbish",
            changed(|plugin| (plugin.proposals, plugin.pages) = (1000, 3)),
            422,
            "plugin-output-invalid",
        ),
        ("an answer outside of memory", before("(return (i32.const -16))"), 422, "plugin-output-invalid"),
        (
            "an answer that is neither one",
            before("(i32.store8 (i32.const 1024) (i32.const 77)) (return (i32.const 1024))"),
            422,
            "plugin-output-invalid",
        ),
        ("a code that is no text", changed(|plugin| plugin.code = vec![0xff, 0xfe]), 422, "plugin-output-invalid"),
        ("a code with capitals", changed(|plugin| plugin.code = b"OFF".to_vec()), 422, "plugin-output-invalid"),
        ("a code of 25,000 bytes", changed(|plugin| plugin.code = vec![b'a'; 25_000]), 422, "plugin-output-too-large"),
        ("a line that is not there", named("no-such-line"), 422, "plugin-output-invalid"),
        ("a negative amount", amount(-100.0), 422, "plugin-output-invalid"),
        ("more than the price", amount(1e12), 422, "plugin-output-invalid"),
        ("half a fen", amount(0.5), 422, "plugin-output-invalid"),
        ("no number", amount(f64::NAN), 422, "plugin-output-invalid"),
        ("infinity", amount(f64::INFINITY), 422, "plugin-output-invalid"),
        ("another name", changed(|plugin| plugin.name = "good".into()), 422, "plugin-name-differs"),
        ("another version", changed(|plugin| plugin.version = "9.9.9".into()), 422, "plugin-version-differs"),
        ("a schema that is none", changed(|plugin| plugin.schema = "{".into()), 422, "plugin-output-invalid"),
        (
            "a schema from elsewhere",
            changed(|plugin| plugin.schema = r#"{"$ref":"http://x.example/s"}"#.into()),
            422,
            "plugin-output-invalid",
        ),
    ]
}

#[test]
fn every_one_is_refused_with_its_code_and_the_host_lives_on() {
    let app = App::up().unwrap();
    let mut cedar = publish(&app, "cedar");
    let rows: Vec<Row> = read().into_iter().chain(run()).collect();
    let mut wrong = Vec::new();
    for (what, wasm, status, code) in &rows {
        let answer = upload(&mut cedar, "cedar", ("bad", "1.0.0"), &[], wasm);
        if (answer.status, answer.code().as_str()) != (*status, *code) {
            wrong.push(format!("{what}: wanted {status} {code}, found {} {}", answer.status, answer.text()));
        }
        let told = answer.json()["detail"].as_str().is_some_and(|detail| detail.len() > 10);
        assert!(told, "{what} is not told what to change: {}", answer.text());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rows.len() >= 25);
    let contract = app.client().get("/openapi.json").unwrap().json();
    for (what, _, _, code) in &rows {
        assert!(contract["x-problem-codes"][code].is_string(), "{what}: the contract does not name {code}");
    }
    let kept = cedar.get("/v1/merchants/cedar/plugins").unwrap();
    assert_eq!((kept.json()["plugins"].as_array().map(Vec::len), kept.json()["bytes"].as_u64()), (Some(0), Some(0)));
    let quote = app.client().post("/v1/quote", &cart("cedar", 1)).unwrap();
    assert_eq!(quote.status, 200, "{}", quote.text());
}

#[test]
fn who_may_not_is_told_before_a_byte_is_looked_at() {
    let app = App::up().unwrap();
    let mut cedar = app.publisher("cedar");
    let good = Plugin::new("good", "1.0.0").wasm();
    let at = ("good", "1.0.0");
    let rows: [(&str, (&str, &str), &[(&str, &str)], &[u8], u16, &str); 9] = [
        ("cedar", at, &[("authorization", "Bearer wrong")], &good, 401, "unauthorized"),
        ("willow", at, &[], &good, 401, "unauthorized"),
        ("nobody", at, &[], &good, 403, "publishing-disabled"),
        ("Cedar", at, &[], &good, 422, "invalid-merchant"),
        ("cedar", ("Good", "1.0.0"), &[], &good, 422, "invalid-plugin-name"),
        ("cedar", ("good", "1_0"), &[], &good, 422, "invalid-version"),
        ("cedar", at, &[("pushcart-tier", "huge")], &good, 400, "invalid-header"),
        ("cedar", at, &[("pushcart-signature", "k1:AAAA")], &good, 400, "signature-malformed"),
        ("cedar", at, &[("if-match", "*")], &good, 412, "precondition-failed"),
    ];
    for (merchant, at, headers, wasm, status, code) in rows {
        let answer = upload(&mut cedar, merchant, at, headers, wasm);
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{merchant} {at:?} {headers:?}");
    }
    let path = "/v1/merchants/cedar/plugins/good/versions/1.0.0";
    let answer = cedar.send("PUT", path, &[("content-type", "text/plain")], &good).unwrap();
    assert_eq!((answer.status, answer.code().as_str()), (415, "unsupported-media-type"));
    let answer = cedar.send("PATCH", path, &[], &good).unwrap();
    assert_eq!((answer.status, answer.header("allow")), (405, Some("DELETE, GET, PUT")));
}
