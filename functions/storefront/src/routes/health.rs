//! Whether the process answers, and whether it can do its work.

use crate::app::{Exchange, publisher};
use crate::http::Response;
use crate::problem::{Kind, Problem};
use crate::wire::{is_merchant, referral};

/// 200 as long as the component runs at all.
pub fn alive(_: &Exchange<'_>) -> Result<Response, Problem> {
    Ok(Response::json(200, br#"{"status":"ok"}"#.to_vec()))
}

/// Whether one pair of a setting can be read.
type Reads = fn(&str) -> bool;

/// Settings that are lists of pairs: name, form, and what a pair must be.
const PAIRS: [(&str, &str, Reads); 2] = [
    ("publish_tokens", "merchant:token", |pair| publisher(pair).is_some_and(|(merchant, _)| is_merchant(merchant))),
    ("link_keys", "id:secret or id:secret@until", |pair| referral::key(pair).is_some()),
];

/// 200 when the settings can be read and the store answers. A pair that cannot be read is named by its place: it is secret.
pub fn ready(exchange: &Exchange<'_>) -> Result<Response, Problem> {
    for (name, form, reads) in PAIRS {
        let setting = (exchange.world.setting)(name).unwrap_or_default();
        if let Some(place) = setting.split_whitespace().position(|pair| !reads(pair)) {
            let detail = format!("Pair {} of the variable `{name}` is not {form}.", place + 1);
            return Err(Problem::new(Kind::SettingMalformed, detail));
        }
    }
    exchange.world.store.get("ready").map_err(Problem::store)?;
    Ok(Response::json(200, br#"{"status":"ready"}"#.to_vec()))
}

#[cfg(test)]
mod tests {
    use crate::app::App;
    use crate::http::Request;
    use crate::world::{Memory, World};

    #[test]
    fn a_setting_that_cannot_be_read_is_named_by_its_place_and_never_shown() {
        let table = [
            ("publish_tokens", "", None),
            ("publish_tokens", "willow:t1 cedar:t2", None),
            ("publish_tokens", "willow:t1 cedar", Some("Pair 2 of the variable `publish_tokens`")),
            ("publish_tokens", "Willow:t1", Some("Pair 1 of the variable `publish_tokens`")),
            ("link_keys", "k2:s-new k1:s-old@2026-12-31T00:00:00Z", None),
            ("link_keys", "k2:s-new k1:s-old@December", Some("Pair 2 of the variable `link_keys`")),
            ("link_keys", ":s-new", Some("Pair 1 of the variable `link_keys`")),
        ];
        for (name, value, refused) in table {
            let (store, setting) = (Memory::default(), |asked: &str| (asked == name).then(|| value.to_owned()));
            let world = World { store: &store, setting: &setting, now: 0 };
            let request = Request { method: "GET".into(), path: "/readyz".into(), headers: vec![], body: vec![] };
            let (response, _) = App::default().handle(&request, &world);
            let text = String::from_utf8(response.body).unwrap();
            assert_eq!(response.status, if refused.is_some() { 503 } else { 200 }, "{name} {value}: {text}");
            if let Some(said) = refused {
                assert!(text.contains("setting-malformed") && text.contains(said), "{text}");
                assert!(!["t1", "s-new", "s-old"].iter().any(|secret| text.contains(secret)), "{text}");
            }
        }
    }
}
