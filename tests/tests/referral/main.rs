//! Referral as a storefront uses it: programmes are published, links signed, sales attributed, returns and months settled, all
//! over the routes of the contract, natively. Whatever is taken fits its schema, and so does every answer.
#![allow(
    clippy::too_many_lines,
    clippy::type_complexity,
    reason = "cases are tables of tuples, and a story is told in one go"
)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "everything in this crate is a test, and a test may stop where it stands"
)]

mod links;
mod payouts;
mod refusals;
mod sales;

use serde_json::{Value, json};
use tests::client::Answer;
use tests::contract::{Contract, fits};
use tests::native::Native;

/// A storefront and its contract.
struct Shop {
    native: Native,
    contract: Contract,
}

impl Shop {
    fn open() -> Self {
        let native = Native::default();
        let contract = Contract::read(&native.send("GET", "/openapi.json", &[], b""));
        Self { native, contract }
    }

    fn send(&self, method: &str, path: &str, token: &str, body: &Value) -> Answer {
        let token = format!("Bearer {token}");
        let headers = [("content-type", "application/json"), ("authorization", token.as_str())];
        self.native.send(method, path, &headers, body.to_string().as_bytes())
    }

    /// Publishes a programme for willow.
    fn publish(&self, programme: &Value) {
        let answer = self.send("PUT", "/v1/merchants/willow/rulebook", "willow-token", &rulebook(programme));
        assert_eq!(answer.status, 200, "{}", answer.text());
        fits(&self.contract.schema("Programme"), programme, "the programme");
    }

    /// Asks a route of referral what it takes.
    fn ask(&self, route: &str, body: &Value) -> Value {
        let path = format!("/v1/referrals/{route}");
        let answer = self.send("POST", &path, "willow-token", body);
        assert_eq!(answer.status, 200, "{body:#}\n{}", answer.text());
        fits(&self.contract.request("POST", &path), body, route);
        fits(&self.contract.answer("POST", &path), &answer.json(), &format!("the answer of {route}"));
        answer.json()
    }

    /// Asks a route of referral what it refuses: codes and pointers.
    fn refused(&self, route: &str, body: &Value) -> Vec<(String, String)> {
        let answer = self.send("POST", &format!("/v1/referrals/{route}"), "willow-token", body);
        assert_eq!(answer.status, 422, "{body:#}\n{}", answer.text());
        fits(&self.contract.problem(), &answer.json(), route);
        let text = |fault: &Value, name: &str| fault[name].as_str().unwrap().to_owned();
        let answer = answer.json();
        let faults = answer["faults"].as_array().unwrap().iter();
        faults.map(|fault| (text(fault, "code"), text(fault, "pointer"))).collect()
    }
}

fn rulebook(programme: &Value) -> Value {
    json!({ "format": "pushcart-rulebook/1", "currency": "CNY", "referral": programme })
}

fn money(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "CNY" })
}

/// A sale of one line of 100 yuan on Singles' Day at eight, under this programme, with these fields beside.
fn sale(programme: &Value, fields: &Value) -> Value {
    let mut body = json!({
        "rules": rulebook(programme), "currency": "CNY", "at": "2026-11-11T20:00:00+08:00",
        "lines": [{ "id": "1", "sku": "TEA", "quantity": 1, "net": money(10_000) }],
    });
    for (name, value) in fields.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// A click a minute before.
fn click(referrer: &str) -> Value {
    json!({ "at": "2026-11-11T19:59:00+08:00", "kind": "click", "channel": "content", "referrer": referrer })
}

/// The items of a list, each as the texts of these fields.
fn texts<'a>(list: &'a Value, fields: &[&str]) -> Vec<Vec<&'a str>> {
    let items = list.as_array().unwrap().iter();
    items.map(|item| fields.iter().map(|field| item[*field].as_str().unwrap_or_default()).collect()).collect()
}

/// Who is paid what.
fn paid(answer: &Value) -> Vec<(&str, i64)> {
    let payments = answer["commissions"].as_array().unwrap().iter();
    payments.map(|one| (one["payee"].as_str().unwrap(), one["amount"]["amount"].as_i64().unwrap())).collect()
}
