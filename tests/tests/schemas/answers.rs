//! What is asked of the sample merchant and what is answered fits the contract, natively.

use super::{contract, read, validator};
use serde_json::{Value, json};
use storefront::app::App;
use storefront::http::Request;
use storefront::routes::ROUTES;
use storefront::world::{Memory, World};

struct Shop {
    app: App,
    store: Memory,
    contract: Value,
}

impl Shop {
    fn open() -> Self {
        let shop = Self { app: App::default(), store: Memory::default(), contract: contract() };
        shop.ask("PUT", "/v1/merchants/{merchant}/rulebook", &read("rulebook.json"));
        shop.ask("PUT", "/v1/merchants/{merchant}/stock", &read("stock.json"));
        shop
    }

    /// Asks, and holds the question and the answer against the schemas of the route.
    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let setting = |name: &str| (name == "publish_tokens").then(|| "willow:secret".to_owned());
        let world = World { store: &self.store, setting: &setting, now: 1_794_400_000 };
        let headers = [("content-type", "application/json"), ("authorization", "Bearer secret")];
        let request = Request {
            method: method.to_owned(),
            path: path.replace("{merchant}", "willow"),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            body: body.to_string().into_bytes(),
        };
        let (response, _) = self.app.handle(&request, &world);
        let answer: Value = serde_json::from_slice(&response.body).unwrap();
        assert_eq!(response.status, 200, "{path}: {answer}");
        let route = ROUTES.iter().find(|route| route.method == method && route.path == path).unwrap();
        for (schema, document) in [(route.request, body), (route.answer, &answer)] {
            let schema: Value = serde_json::from_str(schema.unwrap()).unwrap();
            let name = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()).unwrap();
            let faults: Vec<String> = validator(&self.contract, name)
                .iter_errors(document)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert!(faults.is_empty(), "{method} {path}, {name}:\n{}", faults.join("\n"));
        }
        answer
    }
}

/// The fields of a cart that other routes than the quote's take too.
fn only(cart: &Value, names: &[&str]) -> Value {
    let fields = cart.as_object().unwrap().iter().filter(|(name, _)| names.contains(&name.as_str()));
    Value::Object(fields.map(|(name, value)| (name.clone(), value.clone())).collect())
}

#[test]
fn what_is_asked_of_the_sample_and_answered_fits_the_contract() {
    let shop = Shop::open();
    for name in ["livestream", "group-chat", "shop-visit", "first-order", "subscription", "sleeper"] {
        let cart = read(&format!("carts/{name}.json"));
        let quote = shop.ask("POST", "/v1/quote", &cart);
        let context = [
            "merchant",
            "currency",
            "at",
            "channel",
            "shopper",
            "delivery",
            "gathering",
            "codes",
            "attributes",
            "counters",
        ];
        let mut priced = only(&cart, &context);
        priced["lines"] = cart["lines"].clone();
        shop.ask("POST", "/v1/price", &priced);
        let lines = quote["lines"].as_array().unwrap();
        let lines = lines.iter().map(|line| only(line, &["id", "sku", "quantity", "unitPrice", "subtotal"]));
        let mut asked = only(&cart, &context);
        asked["lines"] = lines.clone().collect();
        asked["explain"] = json!(true);
        asked["proposals"] = json!([{ "id": "own", "lines": [{ "line": cart["lines"][0]["id"], "amount": { "amount": 1, "currency": "CNY" } }] }]);
        shop.ask("POST", "/v1/promotions/evaluate", &asked);
        let mut checked = only(&cart, &context);
        checked["lines"] = lines.map(|line| only(&line, &["id", "sku", "quantity"])).collect();
        shop.ask("POST", "/v1/inventory/check", &checked);
        let decision = &quote["record"]["decision"];
        let line = &decision["lines"][0]["id"];
        let returned = json!({ "decision": decision, "returns": [{ "line": line, "quantity": 1 }], "cart": cart });
        shop.ask("POST", "/v1/refund", &returned);
        let mut unknown = cart.clone();
        unknown["lines"][0]["sku"] = json!("NO-SUCH-SKU");
        let mut draft = read("rulebook.json");
        draft["promotions"] = json!([]);
        let tried = json!({ "rulebook": draft, "carts": [cart, unknown] });
        shop.ask("POST", "/v1/merchants/{merchant}/rulebook:simulate", &tried);
    }
}
