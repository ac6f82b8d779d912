//! The public keys that a merchant signs uploads with.

use super::{Answer, Conditions, Life, Swap, lock, now};
use crate::plugins::book::{Key, NAME_FORM, is_name};
use crate::plugins::quota::KEYS;
use crate::plugins::refusal::{Code, Refusal};
use crate::plugins::signature;
use serde_json::{Value, json};

impl Life {
    /// Registers a key: `{"publicKey": "…"}`.
    ///
    /// # Errors
    /// Where it is no key, or the id is taken by another one.
    pub fn put_key(
        &self,
        merchant: &str,
        id: &str,
        document: &Value,
        conditions: &Conditions<'_>,
    ) -> Result<Answer, Refusal> {
        if !is_name(id) {
            return Err(Refusal::new(Code::InvalidKeyId, format!("A key id is {NAME_FORM}.")));
        }
        let text = document.get("publicKey").and_then(Value::as_str).ok_or_else(|| {
            Refusal::fault(
                Code::InvalidDocument,
                "missing-field",
                "/publicKey",
                "`publicKey` must be base64 of 32 bytes.",
            )
        })?;
        signature::key(text)?;
        self.change(merchant, None, conditions, |book| {
            let created = match book.keys.get(id) {
                Some(known) if known.public_key == text => false,
                Some(_) => {
                    let detail = "Delete it first, or take another id: what it signed names it.";
                    return Err(Refusal::new(Code::KeyTaken, detail));
                }
                None if book.keys.len() >= KEYS => {
                    return Err(Refusal::new(Code::TooManyKeys, format!("At most {KEYS} keys: delete one.")));
                }
                None => true,
            };
            let key = Key { public_key: text.to_owned(), added_at: now() };
            let body = one(id, book.keys.entry(id.to_owned()).or_insert(key));
            Ok((Answer { status: if created { 201 } else { 200 }, body, etag: None }, Swap::Nothing))
        })
    }

    /// Every key.
    ///
    /// # Errors
    /// Where the merchant's manifest cannot be read.
    pub fn keys(&self, merchant: &str) -> Result<Answer, Refusal> {
        let book = self.book(merchant)?;
        let book = lock(&book);
        let keys: Vec<Value> = book.keys.iter().map(|(id, key)| one(id, key)).collect();
        Ok(Answer { status: 200, body: json!({"merchant": merchant, "keys": keys}), etag: None })
    }

    /// Forgets a key. What it signed stays.
    ///
    /// # Errors
    /// Where there is none.
    pub fn delete_key(&self, merchant: &str, id: &str, conditions: &Conditions<'_>) -> Result<Answer, Refusal> {
        self.change(merchant, None, conditions, |book| match book.keys.remove(id) {
            Some(_) => Ok((Answer { status: 204, body: Value::Null, etag: None }, Swap::Nothing)),
            None => Err(Refusal::new(Code::UnknownKey, format!("There is no key `{id}`."))),
        })
    }
}

fn one(id: &str, key: &Key) -> Value {
    let Key { public_key, added_at } = key;
    json!({"id": id, "algorithm": "ed25519", "publicKey": public_key, "addedAt": super::view::instant(*added_at)})
}
