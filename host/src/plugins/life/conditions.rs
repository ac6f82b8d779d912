//! Conditions of a change: If-Match and If-None-Match (RFC 9110, section 13), and Idempotency-Key
//! (draft-ietf-httpapi-idempotency-key-header): the same request under the same key is carried out once.

use super::Answer;
use crate::plugins::book::{ANSWERED, Answered, Book, Plugin};
use crate::plugins::refusal::{Code, Refusal};
use crate::plugins::shelf::digest;

/// How long an answer is given again, in seconds.
const REMEMBERED: u64 = 24 * 3600;
/// Bytes of an Idempotency-Key.
const KEY: usize = 255;

/// What a request makes its change depend on.
#[derive(Clone, Debug, Default)]
pub struct Conditions<'r> {
    /// `If-Match`.
    pub if_match: Option<&'r str>,
    /// `If-None-Match`.
    pub if_none_match: Option<&'r str>,
    /// `Idempotency-Key`.
    pub key: Option<&'r str>,
    /// Digest of everything that the request asks for.
    pub request: String,
}

/// A plugin's entity tag.
pub fn tag(plugin: &Plugin) -> String {
    format!("\"r{}\"", plugin.revision)
}

impl Conditions<'_> {
    /// The answer that the same request was given before.
    ///
    /// # Errors
    /// Where the key is malformed, or was another request's.
    pub fn answered(&self, book: &Book) -> Result<Option<Answer>, Refusal> {
        let Some(key) = self.key else { return Ok(None) };
        if key.is_empty() || key.len() > KEY {
            return Err(Refusal::new(Code::InvalidHeader, format!("An Idempotency-Key has 1 to {KEY} bytes.")));
        }
        let key = digest(key.as_bytes());
        let Some(known) = book.answered.iter().find(|known| known.key == key) else { return Ok(None) };
        if known.request != self.request {
            let detail = "Use a new key for another request; the first one was carried out.";
            return Err(Refusal::new(Code::IdempotencyKeyReused, detail));
        }
        Ok(Some(Answer { status: known.status, body: known.body.clone(), etag: known.etag.clone() }))
    }

    /// Holds If-Match and If-None-Match against the plugin as it is.
    ///
    /// # Errors
    /// 412 where it is another one.
    pub fn check(&self, plugin: Option<&Plugin>) -> Result<(), Refusal> {
        let current = plugin.map(tag);
        let named = |tags: &str| {
            current
                .as_ref()
                .is_some_and(|current| tags.split(',').map(str::trim).any(|tag| tag == current || tag == "*"))
        };
        if self.if_match.is_none_or(named) && !self.if_none_match.is_some_and(named) {
            return Ok(());
        }
        let now = current.as_deref().unwrap_or("none");
        Err(Refusal::new(
            Code::PreconditionFailed,
            format!("The current entity tag is {now}: read it, and decide anew."),
        ))
    }

    /// Keeps an answer for when the request comes again.
    pub fn remember(&self, book: &mut Book, answer: &Answer, at: u64) {
        book.answered.retain(|known| at.saturating_sub(known.at) < REMEMBERED);
        let Some(key) = self.key else { return };
        let Answer { status, body, etag } = answer.clone();
        if book.answered.len() >= ANSWERED {
            book.answered.remove(0);
        }
        book.answered.push(Answered {
            key: digest(key.as_bytes()),
            request: self.request.clone(),
            status,
            body,
            etag,
            at,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_key_answers_once_and_for_one_request() {
        let mut book = Book::default();
        let request = |key: &'static str, request: &str| Conditions {
            key: Some(key),
            request: request.into(),
            ..Conditions::default()
        };
        let answer = Answer { status: 200, body: json!({"a": 1}), etag: Some("\"r1\"".into()) };
        assert_eq!(request("k", "one").answered(&book), Ok(None));
        request("k", "one").remember(&mut book, &answer, 10);
        assert_eq!(request("k", "one").answered(&book), Ok(Some(answer.clone())));
        assert_eq!(request("k", "two").answered(&book).unwrap_err().said(), "idempotency-key-reused");
        assert_eq!(request("", "one").answered(&book).unwrap_err().said(), "invalid-header");
        Conditions::default().remember(&mut book, &answer, 10 + REMEMBERED);
        assert_eq!(request("k", "one").answered(&book), Ok(None), "a day later");
        for number in 0..ANSWERED * 2 {
            let key = number.to_string();
            Conditions { key: Some(&key), ..Conditions::default() }.remember(&mut book, &answer, 10);
        }
        assert_eq!(book.answered.len(), ANSWERED);
    }

    #[test]
    fn tags_name_one_state() {
        let plugin = Plugin { revision: 7, ..Plugin::default() };
        let conditions = |if_match, if_none_match| Conditions { if_match, if_none_match, ..Conditions::default() };
        let rows = [
            (Some("\"r7\""), None, true, false),
            (Some("\"r6\", \"r7\""), None, true, false),
            (Some("*"), None, true, false),
            (Some("\"r6\""), None, false, false),
            (Some("W/\"r7\""), None, false, false),
            (None, Some("*"), false, true),
            (None, Some("\"r6\""), true, true),
            (None, None, true, true),
        ];
        for (wanted, unwanted, with, without) in rows {
            let conditions = conditions(wanted, unwanted);
            let found = (conditions.check(Some(&plugin)).is_ok(), conditions.check(None).is_ok());
            assert_eq!(found, (with, without), "{wanted:?} {unwanted:?}");
        }
    }
}
