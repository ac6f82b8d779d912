//! A storefront natively, with a store in memory, and willow's token for publishing.
#![allow(dead_code, missing_docs, reason = "each test uses a part")]

use serde_json::{Value, json};
use storefront::app::App;
use storefront::http::Request;
use storefront::world::{Memory, World};

/// Where a request does not say, it is this moment.
const NOW: i64 = 1_794_400_000;

#[derive(Default)]
pub struct Shop {
    pub app: App,
    pub store: Memory,
}

impl Shop {
    /// A shop where this rulebook is published.
    pub fn of(rulebook: &Value) -> Self {
        let shop = Self::default();
        let (status, answer) = shop.publish(rulebook);
        assert_eq!(status, 200, "{answer}");
        shop
    }

    pub fn publish(&self, rulebook: &Value) -> (u16, Value) {
        self.send("PUT", "/v1/merchants/willow/rulebook", rulebook)
    }

    pub fn send(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.send_as("secret", method, path, body)
    }

    pub fn send_as(&self, token: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let setting = |name: &str| (name == "publish_tokens").then(|| "willow:secret".to_owned());
        let world = World { store: &self.store, setting: &setting, now: NOW };
        let headers = [("content-type", "application/json"), ("authorization", &format!("Bearer {token}"))];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let request =
            Request { method: method.to_owned(), path: path.to_owned(), headers, body: body.to_string().into_bytes() };
        let (response, log) = self.app.handle(&request, &world);
        assert_eq!(log, None, "{method} {path}");
        (response.status, serde_json::from_slice(&response.body).unwrap())
    }

    pub fn post(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.send("POST", path, body);
        assert_eq!(status, 200, "{path} {answer}");
        answer
    }
}

pub fn money(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "CNY" })
}

/// The code and pointer of every fault.
pub fn faults(answer: &Value) -> Vec<(&str, &str)> {
    let faults = answer["faults"].as_array().map(Vec::as_slice).unwrap_or_default();
    faults.iter().map(|fault| (fault["code"].as_str().unwrap(), fault["pointer"].as_str().unwrap())).collect()
}
