//! The contract on file is the contract that the routes make: what changes it shows in the diff of `openapi.json`.
//! `PUSHCART_BLESS=1` writes it anew.

use storefront::app::App;
use storefront::http::Request;
use storefront::routes::{ROUTES, SCHEMAS};
use storefront::world::{Memory, World};

fn get(path: &str) -> Vec<u8> {
    let (store, setting) = (Memory::default(), |_: &str| None);
    let world = World { store: &store, setting: &setting, now: 0 };
    let request = Request { method: "GET".into(), path: path.into(), ..Request::default() };
    let (response, _) = App::default().handle(&request, &world);
    assert_eq!(response.status, 200);
    response.body
}

#[test]
fn the_contract_is_the_one_on_file() {
    let contract: serde_json::Value = serde_json::from_slice(&get("/openapi.json")).unwrap();
    let found = serde_json::to_string_pretty(&contract).unwrap() + "\n";
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/openapi.json");
    if std::env::var_os("PUSHCART_BLESS").is_some() {
        std::fs::write(file, &found).unwrap();
    }
    let expected = std::fs::read_to_string(file).unwrap_or_default();
    let differs = found.lines().zip(expected.lines()).position(|(found, expected)| found != expected);
    assert!(
        found == expected,
        "the contract differs from {file} from line {} on; PUSHCART_BLESS=1 writes it anew",
        differs.map_or(expected.lines().count().min(found.lines().count()), |line| line) + 1
    );
}

/// Conditions, actions, the policy and what they refer to are written once, beside the code that reads them.
/// `PUSHCART_BLESS=1` writes the files anew, which the next build takes in.
#[test]
fn what_promotions_define_stands_in_the_contract() {
    for (name, schema) in promotions::reference::definitions() {
        let defined = schema.replace("#/$defs/", "#/components/schemas/") + "\n";
        let kebab = |text: String, letter: char| match letter {
            'A'..='Z' if text.is_empty() => letter.to_lowercase().to_string(),
            'A'..='Z' => format!("{text}-{}", letter.to_lowercase()),
            _ => format!("{text}{letter}"),
        };
        let file = name.chars().fold(String::new(), kebab);
        if std::env::var_os("PUSHCART_BLESS").is_some() {
            let path = format!("{}/schema/{file}.json", env!("CARGO_MANIFEST_DIR"));
            std::fs::write(path, &defined).unwrap();
            continue;
        }
        let found = SCHEMAS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
        assert_eq!(found, Some(defined.as_str()), "schema/{file}.json: PUSHCART_BLESS=1 writes it anew");
    }
}

/// What is refused is refused with a status that the operation names: no token, no type, no JSON, no fields.
#[test]
fn every_operation_names_the_statuses_that_it_refuses_with() {
    let contract: serde_json::Value = serde_json::from_slice(&get("/openapi.json")).unwrap();
    let (store, token) = (Memory::default(), "Bearer secret".to_owned());
    let setting = |name: &str| (name == "publish_tokens").then(|| "willow:secret".to_owned());
    let world = World { store: &store, setting: &setting, now: 0 };
    let mut seen = std::collections::BTreeSet::new();
    for route in ROUTES {
        let responses = &contract["paths"][route.path][route.method.to_lowercase()]["responses"];
        let bodies: [(&[(&str, &str)], &str); 5] = [
            (&[], ""),
            (&[("authorization", &token)], "{}"),
            (&[("authorization", &token), ("content-type", "application/json")], "{"),
            (&[("authorization", &token), ("content-type", "application/json")], "{}"),
            (
                &[("authorization", &token), ("content-type", "application/json")],
                r#"{"merchant": "nobody", "currency": "CNY"}"#,
            ),
        ];
        for (headers, body) in bodies {
            let request = Request {
                method: route.method.into(),
                path: route.path.replace("{merchant}", "willow").replace(['{', '}'], ""),
                headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
                body: body.as_bytes().to_vec(),
            };
            let (response, _) = App::default().handle(&request, &world);
            let status = response.status.to_string();
            assert!(responses.get(&status).is_some(), "{} {} {body}: {status}", route.method, route.path);
            seen.insert(response.status);
        }
    }
    assert!([400, 401, 404, 415, 422].iter().all(|status| seen.contains(status)), "{seen:?}");
}
