//! The contract on file is the contract that the routes make: what changes it shows in the diff of `openapi.json`.
//! `PUSHCART_BLESS=1` writes it anew.

use storefront::app::App;
use storefront::http::Request;
use storefront::world::{Memory, World};

#[test]
fn the_contract_is_the_one_on_file() {
    let (store, setting) = (Memory::default(), |_: &str| None);
    let world = World { store: &store, setting: &setting, now: 0 };
    let request = Request { method: "GET".into(), path: "/openapi.json".into(), ..Request::default() };
    let (response, _) = App::default().handle(&request, &world);
    assert_eq!(response.status, 200);
    let contract: serde_json::Value = serde_json::from_slice(&response.body).unwrap();
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
