//! `/openapi.json` says what the app does: every operation is there, and what is sent and answered fits its schemas.

use serde_json::{Value, json};
use tests::app::App;
use tests::client::Answer;
use tests::contract::{Contract, fits};
use tests::samples::{self, Draw};

fn ok(answer: Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

#[test]
fn the_samples_and_their_answers_fit_the_schemas() {
    let app = App::up().unwrap();
    let mut client = app.publisher(samples::MERCHANT);
    let contract = Contract::read(&client.get("/openapi.json").unwrap());
    for (part, document) in [("rulebook", samples::rulebook()), ("stock", samples::stock())] {
        let path = format!("/v1/merchants/{{merchant}}/{part}");
        fits(&contract.request("PUT", &path), &document, part);
        let answer = ok(client.put(&path.replace("{merchant}", samples::MERCHANT), &document).unwrap());
        fits(&contract.answer("PUT", &path), &answer, &format!("the answer to {part}"));
    }
    let (request, answer) = (contract.request("POST", "/v1/quote"), contract.answer("POST", "/v1/quote"));
    let carts = samples::carts();
    let mut draw = Draw::new(7);
    let drawn =
        (0..50).map(|number| (format!("drawn {number}"), samples::drawn(&mut draw, &carts, &samples::rulebook())));
    let drawn: Vec<_> = drawn.collect();
    for (name, cart) in carts.iter().chain(&drawn) {
        fits(&request, cart, name);
        fits(&answer, &ok(client.post("/v1/quote", cart).unwrap()), &format!("the quote of {name}"));
    }
    let quote = ok(client.post("/v1/quote", &carts[0].1).unwrap());
    for (pointer, wrong) in [
        ("/lines/0/unitPrice", json!(8800)),
        ("/lines/0/availability/status", json!("perhaps")),
        ("/promotions/0/status", json!("maybe")),
        ("/totals/total", Value::Null),
        ("/record/rules", json!("latest")),
    ] {
        let mut spoilt = quote.clone();
        *spoilt.pointer_mut(pointer).unwrap() = wrong;
        assert!(!answer.is_valid(&spoilt), "{pointer}");
    }
    let rulebook = contract.request("PUT", "/v1/merchants/{merchant}/rulebook");
    for (pointer, wrong) in [
        ("/format", json!("pushcart-rulebook/0")),
        ("/priceLists/0/entries", json!([1])),
        ("/promotions/0/gives", json!([])),
        ("/catalogue/products/0/weight", json!(-1)),
        ("/inventory/nodes/0/place/latitude", json!(91)),
    ] {
        let mut spoilt = samples::rulebook();
        *spoilt.pointer_mut(pointer).unwrap() = wrong;
        assert!(!rulebook.is_valid(&spoilt), "{pointer}");
    }
    let mut spoilt = carts[0].1.clone();
    spoilt["lines"][0]["quantity"] = json!("two");
    assert!(!request.is_valid(&spoilt));
    let problem = client.post("/v1/quote", &spoilt).unwrap();
    assert_eq!(problem.status, 422);
    fits(&contract.problem(), &problem.json(), "a problem");
}

#[test]
fn every_operation_of_the_contract_is_there_and_refuses_nothing_at_all_with_a_known_code() {
    let app = App::up().unwrap();
    let mut client = app.client();
    let contract = Contract::read(&client.get("/openapi.json").unwrap());
    let codes = contract.0["x-problem-codes"].as_object().unwrap();
    let problem = contract.problem();
    let operations = contract.operations();
    assert!(operations.len() >= 6);
    for (method, path, operation) in operations {
        let what = format!("{method} {path}");
        assert!(operation["summary"].is_string(), "{what}");
        let concrete = path.split('/').map(|part| match part.strip_prefix('{').and_then(|part| part.split_once('}')) {
            Some((_, verb)) => format!("cedar{verb}"),
            None => part.to_owned(),
        });
        let concrete = concrete.collect::<Vec<_>>().join("/");
        let answer = client.send(&method, &concrete, &[("content-type", "application/json")], b"{}").unwrap();
        assert!(!matches!(answer.code().as_str(), "unknown-route" | "method-not-allowed"), "{what}");
        assert!(answer.status < 500, "{what}: {}", answer.text());
        if answer.status >= 400 {
            fits(&problem, &answer.json(), &what);
            let of_a_fault = answer.status == 422;
            assert!(of_a_fault || codes.contains_key(&answer.code()), "{what}: {}", answer.code());
        }
        if operation["security"].is_array() {
            assert_eq!(answer.status, 401, "{what} takes a request without a token");
        }
        for parameter in path.split('/').filter_map(|part| Some(part.strip_prefix('{')?.split_once('}')?.0)) {
            let named = operation["parameters"].as_array().unwrap().iter().any(|known| known["name"] == parameter);
            assert!(named, "{what}: {parameter}");
        }
    }
}
