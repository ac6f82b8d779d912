use super::*;
use wasmtime::Engine;
use wasmtime::component::{Component as Wasm, types::ComponentItem};

const FUNCTION: &str = r#"(component
  (core module $m (func (export "f") (result i32) i32.const 7))
  (core instance $i (instantiate $m))
  (func $f (result u32) (canon lift (core func $i "f")))
  (instance $x (export "f" (func $f)))
  (export "shop:cart/price@0.1.0" (instance $x)))"#;

/// A function that imports one of its own.
const ASKING: &str = r#"(component
  (import "wasi:clocks/wall-clock@0.2.0" (instance (export "now" (func (result u64)))))
  (core module $m (func (export "f") (result i32) i32.const 7))
  (core instance $i (instantiate $m))
  (func $f (result u32) (canon lift (core func $i "f")))
  (instance $x (export "f" (func $f)))
  (export "shop:cart/price@0.1.0" (instance $x)))"#;

const CART: &str = r#"(component
  (import "shop:cart/words@0.1.0" (instance (type $w (record (field "a" u32))) (export "word" (type (eq $w)))))
  (import "shop:cart/price@0.1.0" (instance $p (export "f" (func (result u32)))))
  (alias export $p "f" (func $f))
  (core func $lowered (canon lower (func $f)))
  (core module $m (import "" "f" (func $f (result i32))) (func (export "run") (result i32) call $f))
  (core instance $i (instantiate $m (with "" (instance (export "f" (func $lowered))))))
  (func $run (result u32) (canon lift (core func $i "run")))
  (export "run" (func $run)))"#;

/// Composes the cart with `dependencies` of a manifest and lists what the whole still imports functions from.
fn compose(
    name: &str,
    price: &str,
    dependencies: &str,
    provided: &[&str],
) -> Result<(Vec<String>, Vec<String>), String> {
    let folder = crate::scratch::folder(name);
    for (file, text) in [("cart.wasm", CART), ("price.wasm", price)] {
        std::fs::write(folder.join(file), wat::parse_str(text).unwrap()).unwrap();
    }
    let text = format!(
        "spin_manifest_version = 2\napplication.name = \"a\"\n[[trigger.http]]\nroute = \"/\"\ncomponent = \"cart\"\n\
         [component.price]\nsource = \"price.wasm\"\n[component.cart]\nsource = \"cart.wasm\"\n{dependencies}\n"
    );
    let manifest = crate::manifest::read_text(&folder.join("spin.toml"), &text).map_err(|faults| faults.to_string())?;
    let composition = Composition::new(&manifest, "cart", &manifest.components["cart"]);
    let composed = composition.compose(|import| provided.contains(&import)).map_err(|faults| faults.join("\n"))?;
    let engine = Engine::default();
    let wasm = Wasm::new(&engine, &composed.wasm).unwrap();
    let functions = |item: &ComponentItem| match item {
        ComponentItem::ComponentInstance(instance) => {
            instance.exports(&engine).any(|(_, item)| matches!(item.ty, ComponentItem::ComponentFunc(_)))
        }
        _ => false,
    };
    let ty = wasm.component_type();
    let imports =
        ty.imports(&engine).filter(|(_, item)| functions(&item.ty)).map(|(name, _)| name.to_owned()).collect();
    Ok((imports, composed.left_out))
}

#[test]
fn dependencies_are_linked_from_files_and_components_under_every_form_of_name() {
    let forms = [
        "dependencies = { \"shop:cart/price@0.1.0\" = { path = \"price.wasm\" } }",
        "dependencies = { \"shop:cart/price\" = { path = \"price.wasm\" } }",
        "dependencies = { \"shop:cart/price\" = { component = \"price\" } }",
        "dependencies = { \"shop:cart/price\" = { path = \"price.wasm\", export = \"shop:cart/price@0.1.0\" } }",
    ];
    for form in forms {
        assert_eq!(compose("compose-forms", FUNCTION, form, &[]), Ok((vec![], vec![])), "{form}");
    }
}

#[test]
fn what_the_host_provides_needs_no_dependency_and_leaves_one_out() {
    let name = "shop:cart/price@0.1.0";
    let form = "dependencies = { \"shop:cart/price\" = { path = \"price.wasm\" } }";
    let left = Ok((vec![name.to_owned()], vec!["shop:cart/price".to_owned()]));
    assert_eq!(compose("compose-provided", FUNCTION, form, &[name]), left);
    let linked = format!("{form}\n[component.cart.tool.pushcart]\nlinked = [\"{name}\"]");
    assert_eq!(compose("compose-linked", FUNCTION, &linked, &[name]), Ok((vec![], vec![])));
    assert_eq!(compose("compose-without", FUNCTION, "", &[name]), Ok((vec![name.to_owned()], vec![])));
}

#[test]
fn what_cannot_be_linked_is_refused_by_name() {
    let of = |name: &str, price: &str, form: &str| {
        compose(name, price, form, &["wasi:clocks/wall-clock@0.2.0"]).unwrap_err()
    };
    let none = of("compose-none", FUNCTION, "");
    assert!(none.contains("imports `shop:cart/price@0.1.0`") && !none.contains("words"), "{none}");
    let unused = "dependencies = { \"shop:cart/price\" = { path = \"price.wasm\" }, \"shop:other\" = { path = \"price.wasm\" } }";
    assert!(of("compose-unused", FUNCTION, unused).contains("\"shop:other\" answers no import"));
    let asking = "dependencies = { \"shop:cart/price\" = { path = \"price.wasm\" } }";
    assert!(of("compose-asking", ASKING, asking).contains("may import types only"));
    let export = "dependencies = { \"shop:cart/price\" = { path = \"price.wasm\", export = \"x\" } }";
    assert!(of("compose-export", FUNCTION, export).contains("x"));
    let missing = "dependencies = { \"shop:cart/price\" = { path = \"gone.wasm\" } }";
    assert!(of("compose-missing", FUNCTION, missing).contains("is the app built?"));
    assert!(of("compose-module", "(module)", asking).contains("not a WebAssembly component"));

    let inherit = format!("{asking}\ndependencies_inherit_configuration = true");
    let imports = compose("compose-inherit", ASKING, &inherit, &["wasi:clocks/wall-clock@0.2.0"]).unwrap().0;
    assert_eq!(imports, ["wasi:clocks/wall-clock@0.2.0"]);
}

#[test]
fn the_closest_dependency_is_chosen() {
    let import = "pushcart:commerce/pricing@0.1.0";
    let cases = [
        ("pushcart:commerce/pricing@0.1.0", Some(4)),
        ("pushcart:commerce/pricing@0.1.2", Some(3)),
        ("pushcart:commerce/pricing", Some(2)),
        ("pushcart:commerce@0.1.0", Some(1)),
        ("pushcart:commerce", Some(0)),
        ("pushcart:commerce/pricing@0.2.0", None),
        ("pushcart:commerce/inventory", None),
        ("pushcart:plugin", None),
    ];
    for (name, wanted) in cases {
        assert_eq!(specificity(name, import), wanted, "{name}");
    }
    assert_eq!(specificity("plain", "plain"), Some(4));
}
