//! The same storefront with the same cores, linked natively over a store in memory: what the components must equal.

use crate::app::{HOLD_KEY, LINK_KEYS, TOKENS};
use crate::client::Answer;
use storefront::app::App;
use storefront::http::Request;
use storefront::world::{Memory, World};

/// An instance of its own.
pub struct Native {
    app: App,
    store: Memory,
    link_keys: String,
}

impl Default for Native {
    fn default() -> Self {
        Self { app: App::default(), store: Memory::default(), link_keys: LINK_KEYS.to_owned() }
    }
}

impl Native {
    /// The same store and rules from now on with other keys of links: a restart after they were rotated.
    pub fn rotate(&mut self, link_keys: &str) {
        (self.app, self.link_keys) = (App::default(), link_keys.to_owned());
    }

    /// Answers as the component does, at a moment that is always the same: what is compared must name its moment itself.
    #[must_use]
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let setting = |name: &str| match name {
            "publish_tokens" => Some(TOKENS.to_owned()),
            "link_keys" => Some(self.link_keys.clone()),
            "hold_key" => Some(HOLD_KEY.to_owned()),
            _ => None,
        };
        let world = World { store: &self.store, setting: &setting, now: 1_800_000_000 };
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let request = Request { method: method.to_owned(), path: path.to_owned(), headers, body: body.to_owned() };
        let (response, _) = self.app.handle(&request, &world);
        let headers = response.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Answer { status: response.status, headers, body: response.body }
    }
}
