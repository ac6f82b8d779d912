use super::*;
use std::path::Path;

const HEAD: &str = "spin_manifest_version = 2\n[application]\nname = \"shop\"\n";
const TRIGGER: &str = "[[trigger.http]]\nroute = \"/...\"\ncomponent = \"cart\"\n";
const COMPONENT: &str = "[component.cart]\nsource = \"cart.wasm\"\n";

fn read(text: &str) -> Result<Manifest, String> {
    read_text(Path::new("app/spin.toml"), text).map_err(|faults| faults.to_string())
}

#[test]
fn a_whole_manifest_is_read() {
    let text = r#"
spin_manifest_version = 2
[application]
name = "shop"
version = "1.2.3"
description = "d"
authors = ["a"]
[application.trigger.http]
base = "/"
[application.tool.other]
anything = 1
[variables]
token = { required = true, secret = true }
zone = { default = "utc", description = "d" }
[[trigger.http]]
id = "quote"
route = "/v1/:merchant/quote"
component = "cart"
executor = { type = "http" }
[[trigger.http]]
route = "/..."
component = "cart"
[component.cart]
description = "d"
source = "cart.wasm"
allowed_outbound_hosts = []
key_value_stores = ["default"]
files = []
environment = { MODE = "live" }
variables = { auth = "Bearer {{ token }}" }
dependencies_inherit_configuration = true
[component.cart.dependencies]
"shop:cart/price@0.1.0" = { path = "price.wasm" }
"shop:cart" = { component = "other", export = "shop:cart/all" }
[component.cart.build]
command = "make"
watch = ["src"]
[component.cart.tool.other]
anything = 1
[component.cart.tool.pushcart]
body-limits = [{ method = "PUT", path = "/v1/*/rules", bytes = 1_000, memory-bytes = 2000, answer-bytes = 3000, deadline-ms = 4000 }]
[component.other]
source = "other.wasm"
"#;
    let manifest = read(text).unwrap();
    assert_eq!((manifest.name.as_str(), manifest.version.as_str(), manifest.triggers.len()), ("shop", "1.2.3", 2));
    assert_eq!(manifest.variables["token"], Variable { default: None, secret: true });
    let cart = &manifest.components["cart"];
    assert_eq!(cart.source, Path::new("app/cart.wasm"));
    assert!(cart.dependencies_inherit && cart.environment["MODE"] == "live");
    let sources: Vec<_> = cart.dependencies.iter().map(|one| (one.name.as_str(), &one.source, &one.export)).collect();
    assert_eq!(
        sources,
        [
            ("shop:cart", &DependencySource::Component("other".into()), &Some("shop:cart/all".into())),
            ("shop:cart/price@0.1.0", &DependencySource::Path("app/price.wasm".into()), &None),
        ]
    );
    let limits = &cart.limits[0];
    assert!(limits.select(&hyper::Method::PUT, "/v1/willow/rules"));
    assert!(
        !limits.select(&hyper::Method::PUT, "/v1/willow/rules/x") && !limits.select(&hyper::Method::GET, "/v1/a/rules")
    );
    assert_eq!((limits.body, limits.memory, limits.answer), (Some(1000), Some(2000), Some(3000)));
    assert_eq!(limits.deadline, Some(std::time::Duration::from_secs(4)));
}

/// What is added to a good manifest, and what the fault must say. `|` separates: in the component, then at the end.
const REFUSED: &[(&str, &str)] = &[
    ("files = [\"a\"]", "spin.toml:9: component.cart.files: is not supported"),
    ("exclude_files = [\"a\"]", "component.cart.exclude_files: is not supported"),
    ("sqlite_databases = [\"default\"]", "component.cart.sqlite_databases: is not supported"),
    ("ai_models = [\"llama\"]", "component.cart.ai_models: is not supported"),
    ("targets = [\"spin\"]", "component.cart.targets: is not supported"),
    ("key_value_stores = [\"default\", \"other\"]", "component.cart.key_value_stores[1]: is not supported"),
    ("allowed_outbound_hosts = [\"https://a.test\"]", "component.cart.allowed_outbound_hosts[0]: is not supported"),
    ("allowed_http_hosts = [\"a.test\"]", "component.cart.allowed_http_hosts[0]: is not supported"),
    ("sources = 1", "component.cart.sources: is not a known key"),
    ("description = 1", "component.cart.description: must be a string, is an integer"),
    ("environment = { A = 1 }", "component.cart.environment.A: must be a string"),
    ("variables = { a = \"{{ b }}\" }", "component.cart: variable `a` uses `b`"),
    ("variables = { a = \"{{ b\" }", "component.cart.variables.a: has `{{` without `}}`"),
    ("dependencies = { \"a:b/c\" = \"1.0\" }", "component.cart.dependencies.\"a:b/c\": is not supported"),
    ("dependencies = { \"a:b/c\" = { version = \"1.0\" } }", ".version: is not supported"),
    ("dependencies = { \"a:b/c\" = { } }", "needs `path` or `component`"),
    ("dependencies = { \"a:b/c\" = { path = \"a\", component = \"b\" } }", "exclude each other"),
    ("dependencies = { \"a:b/c\" = { component = \"cart\" } }", "which is not another one"),
    ("dependencies = { \"a:b/c\" = { component = \"gone\" } }", "which is not another one"),
    ("tool.pushcart = { limit = 1 }", "component.cart.tool.pushcart.limit: is not a known key"),
    ("tool.pushcart.body-limits = [{ path = \"a\" }]", "body-limits[0].path: must begin with `/`"),
    ("tool.pushcart.body-limits = [{ path = \"/a*\" }]", "`*` stands for one whole segment"),
    ("tool.pushcart.body-limits = [{ path = \"/a\", bytes = 0 }]", "must be a whole number of at least 1"),
    ("tool.pushcart.body-limits = [{ path = \"/a\", method = \"A B\" }]", "must be an HTTP method"),
    ("|[[trigger.redis]]\nchannel = \"a\"", "trigger.redis: is not supported"),
    ("|[[trigger.http]]\nroute = { private = true }\ncomponent = \"cart\"", "trigger.http[1].route: is not supported"),
    ("|[[trigger.http]]\nroute = \"/a\"\ncomponent = \"gone\"", "route /a names component `gone`"),
    ("|[[trigger.http]]\nroute = \"/...\"\ncomponent = \"cart\"", "route /... is there twice"),
    ("|[[trigger.http]]\nroute = \"a\"\ncomponent = \"cart\"", "trigger.http[1].route: must begin with `/`"),
    (
        "|[[trigger.http]]\nroute = \"/a\"\ncomponent = \"cart\"\nexecutor = { type = \"wagi\" }",
        "executor.type: is not supported",
    ),
    (
        "|[[trigger.http]]\nroute = \"/a\"\ncomponent = \"cart\"\nstatic_response = { }",
        "static_response: is not supported",
    ),
    ("|[application.trigger.http]\nbase = \"/a\"", "application.trigger.http.base: is not supported"),
    ("|[application.trigger.redis]\naddress = \"a\"", "application.trigger.redis: is not supported"),
    ("|[variables]\na = { }", "variables.a: needs `default` or `required = true`"),
    ("|[variables]\na = { default = \"\", required = true }", "exclude each other"),
    (
        "|[component.other]\nsource = { url = \"https://a.test\", digest = \"sha256:0\" }",
        "component.other.source: is not supported",
    ),
    ("|[component.other]", "component.other: `source` is missing"),
    ("|[outbound]", "outbound: is not a known key"),
    ("= 1", "spin.toml:9: "),
];

#[test]
fn what_is_not_supported_is_refused_by_name() {
    for (addition, wanted) in REFUSED {
        let (inside, end) = addition.split_once('|').unwrap_or((addition, ""));
        let text = format!("{HEAD}{TRIGGER}{COMPONENT}{inside}\n{end}\n");
        let error = read(&text).unwrap_err();
        assert!(error.contains(wanted), "{addition}\n{error}");
        assert!(error.lines().all(|line| line.starts_with("app/spin.toml:")), "{addition}\n{error}");
    }
}

#[test]
fn what_is_missing_is_named_and_all_faults_come_at_once() {
    let error = read("spin_manifest_version = 1\n").unwrap_err();
    for wanted in ["spin_manifest_version: must be 2", "`application`", "`trigger`", "`component`"] {
        assert!(error.contains(wanted), "{wanted}\n{error}");
    }
    let error = read(&format!("{HEAD}{TRIGGER}{COMPONENT}files = [\"a\"]\nai_models = [\"b\"]\nx = 1\n")).unwrap_err();
    let lines: Vec<&str> = error.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(lines, ["app/spin.toml:9", "app/spin.toml:10", "app/spin.toml:11"]);
}

#[test]
fn a_folder_means_its_manifest() {
    let folder = crate::scratch::folder("manifest-locate");
    assert_eq!(locate(&folder), folder.join("spin.toml"));
    assert_eq!(locate(Path::new("other.toml")), Path::new("other.toml"));
    assert!(read_text(Path::new("x"), "").is_err() && super::read(&folder.join("spin.toml")).is_err());
}

/// What Spin's manifest of version 2 may hold, table by table: everything else it refuses. From
/// `crates/manifest/src/schema/v2.rs` and `common.rs` of Spin at 02d0bec608c6417b7100f7bc23ec00e7a544256f.
const SPIN: [(&str, &[&str]); 6] = [
    ("", &["spin_manifest_version", "application", "variables", "trigger", "component"]),
    ("application", &["name", "version", "description", "authors", "trigger", "tool"]),
    ("variables.*", &["required", "default", "secret", "description"]),
    (
        "component.*",
        &[
            "source",
            "description",
            "variables",
            "environment",
            "files",
            "exclude_files",
            "allowed_http_hosts",
            "allowed_outbound_hosts",
            "key_value_stores",
            "sqlite_databases",
            "ai_models",
            "build",
            "tool",
            "dependencies_inherit_configuration",
            "dependencies",
        ],
    ),
    ("component.*.build", &["command", "workdir", "watch"]),
    ("component.*.dependencies.*", &["path", "export"]),
];

/// Every table at a path; `*` stands for every name.
fn tables<'t>(table: &'t toml::Table, path: &[&str]) -> Vec<&'t toml::Table> {
    let Some((name, rest)) = path.split_first() else { return vec![table] };
    let inner =
        table.iter().filter(|(known, _)| *name == "*" || known == name).filter_map(|(_, value)| value.as_table());
    inner.flat_map(|table| tables(table, rest)).collect()
}

#[test]
fn the_app_s_manifest_holds_nothing_that_spin_does_not_know() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spin.toml");
    let manifest: toml::Table = toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    for (path, known) in SPIN {
        let parts: Vec<&str> = path.split('.').filter(|part| !part.is_empty()).collect();
        let found = tables(&manifest, &parts);
        assert!(!found.is_empty(), "nothing stands at `{path}`");
        for key in found.iter().flat_map(|table| table.keys()) {
            assert!(known.contains(&key.as_str()), "Spin knows no `{key}` in `{path}`");
        }
    }
    // What is the host's own stands under `tool`, which Spin ignores if it holds tables.
    let tools: Vec<&toml::Value> =
        tables(&manifest, &["component", "*", "tool"]).into_iter().flat_map(toml::Table::values).collect();
    assert!(!tools.is_empty() && tools.iter().all(|tool| tool.is_table()));
    let snake =
        |name: &String| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    assert!(tables(&manifest, &["variables"]).iter().all(|table| table.keys().all(snake)));
}
