//! Switching on, back and off. A switch is one pointer: quotes under way keep what they began with.

use super::versions::unknown_version;
use super::{Answer, Conditions, Life, Swap, activated, conditions, lock, now, unknown, view};
use crate::plugins::active::ActivePlugin;
use crate::plugins::book::{Activation, Book, HISTORY, OnFailure, Plugin};
use crate::plugins::refusal::{Code, Fault, Refusal};
use crate::plugins::upload::golden;
use crate::plugins::{bounds, config};
use serde_json::{Value, json};

/// What is to be switched on.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// The version.
    pub version: String,
    /// Its configuration.
    pub config: Value,
    /// What its failure means for a quote.
    pub on_failure: OnFailure,
}

impl Wish {
    /// Reads `{version, config?, onFailure?}`.
    ///
    /// # Errors
    /// With each field that is wrong.
    pub fn read(document: &Value) -> Result<Self, Refusal> {
        let mut faults = Vec::new();
        let mut fault = |code: &str, pointer: &str, detail: &str| {
            faults.push(Fault { code: code.into(), pointer: pointer.into(), detail: detail.into() });
        };
        let Value::Object(fields) = document else {
            return Err(Refusal::fault(Code::InvalidDocument, "wrong-type", "", "The body must be an object."));
        };
        for name in fields.keys().filter(|name| !matches!(name.as_str(), "version" | "config" | "onFailure")) {
            fault("unknown-field", &format!("/{name}"), "Known fields are version, config and onFailure.");
        }
        let version = fields.get("version").and_then(Value::as_str);
        if version.is_none() {
            fault("missing-field", "/version", "`version` must be the text of an uploaded version.");
        }
        let on_failure = match fields.get("onFailure").map(Value::as_str) {
            None | Some(Some("open")) => OnFailure::Open,
            Some(Some("closed")) => OnFailure::Closed,
            Some(_) => {
                fault("unknown-value", "/onFailure", "`onFailure` must be \"open\" or \"closed\".");
                OnFailure::Open
            }
        };
        match version {
            Some(version) if faults.is_empty() => {
                let config = fields.get("config").cloned().unwrap_or_else(|| json!({}));
                Ok(Self { version: version.to_owned(), config, on_failure })
            }
            _ => Err(Refusal::of(Code::InvalidDocument, faults)),
        }
    }
}

impl Life {
    /// Switches a version on.
    ///
    /// # Errors
    /// Where there is none, or its configuration does not fit, or it fails with it.
    pub fn activate(
        &self,
        merchant: &str,
        name: &str,
        wish: &Wish,
        conditions: &Conditions<'_>,
    ) -> Result<Answer, Refusal> {
        self.change(merchant, Some(name), conditions, |book| {
            let ready = self.ready(merchant, name, wish, book)?;
            let others =
                book.plugins.iter().filter(|(other, plugin)| *other != name && plugin.active.is_some()).count();
            if others >= bounds::ACTIVE {
                let detail =
                    format!("At most {} plugins may be active at once: deactivate another one.", bounds::ACTIVE);
                return Err(Refusal::new(Code::TooManyActive, detail));
            }
            let Wish { version, config, on_failure } = wish.clone();
            let activation = Activation { version, config, on_failure, at: now() };
            switched(merchant, name, book, ready, |plugin| {
                if let Some(before) = plugin.active.replace(activation) {
                    plugin.history.push(before);
                }
                let surplus = plugin.history.len().saturating_sub(HISTORY);
                plugin.history.drain(..surplus);
            })
        })
    }

    /// Switches on what was switched on before, with its configuration; again, and it goes one further back.
    ///
    /// # Errors
    /// Where there was nothing.
    pub fn roll_back(&self, merchant: &str, name: &str, conditions: &Conditions<'_>) -> Result<Answer, Refusal> {
        self.change(merchant, Some(name), conditions, |book| {
            let plugin = book.plugins.get(name).ok_or_else(|| unknown(name))?;
            let Some(Activation { version, config, on_failure, at: _ }) = plugin.history.last().cloned() else {
                let detail = format!("`{name}` was not active with anything else before.");
                return Err(Refusal::new(Code::NoEarlierActivation, detail));
            };
            let ready = self.ready(
                merchant,
                name,
                &Wish { version: version.clone(), config: config.clone(), on_failure },
                book,
            )?;
            switched(merchant, name, book, ready, |plugin| {
                plugin.history.pop();
                plugin.active = Some(Activation { version, config, on_failure, at: now() });
            })
        })
    }

    /// Switches a plugin off; its versions stay.
    ///
    /// # Errors
    /// Where it is not active.
    pub fn deactivate(&self, merchant: &str, name: &str, conditions: &Conditions<'_>) -> Result<Answer, Refusal> {
        self.change(merchant, Some(name), conditions, |book| {
            let revision = book.revision;
            let plugin = book.plugins.get_mut(name).ok_or_else(|| unknown(name))?;
            let before = plugin.active.take().ok_or_else(|| {
                Refusal::new(Code::NotActive, format!("`{name}` is not active: there is nothing to switch off."))
            })?;
            plugin.history.push(before);
            let surplus = plugin.history.len().saturating_sub(HISTORY);
            plugin.history.drain(..surplus);
            plugin.revision = revision;
            let body = view::switched(merchant, name, plugin);
            Ok((Answer { status: 200, body, etag: Some(conditions::tag(plugin)) }, Swap::Off(name.to_owned())))
        })
    }

    /// Removes a plugin with all its versions, and switches it off.
    ///
    /// # Errors
    /// Where there is none.
    pub fn delete(&self, merchant: &str, name: &str, conditions: &Conditions<'_>) -> Result<Answer, Refusal> {
        let mut gone = Vec::new();
        let answer = self.change(merchant, Some(name), conditions, |book| {
            let plugin = book.plugins.remove(name).ok_or_else(|| unknown(name))?;
            gone.extend(plugin.versions.into_values().map(|version| version.digest));
            Ok((Answer { status: 204, body: Value::Null, etag: None }, Swap::Off(name.to_owned())))
        })?;
        self.sweep(merchant, &gone);
        Ok(answer)
    }

    /// A version with a configuration, as it would be active: for `:try`.
    ///
    /// # Errors
    /// As [`Life::activate`].
    pub fn candidate(&self, merchant: &str, name: &str, wish: &Wish) -> Result<ActivePlugin, Refusal> {
        let book = self.book(merchant)?;
        let book = lock(&book).clone();
        self.ready(merchant, name, wish, &book)
    }

    /// What `:try` takes where the request says nothing: the active version and its configuration, or the newest version.
    ///
    /// # Errors
    /// Where there is no version.
    pub fn wish(
        &self,
        merchant: &str,
        name: &str,
        version: Option<&str>,
        config: Option<Value>,
    ) -> Result<Wish, Refusal> {
        let book = self.book(merchant)?;
        let book = lock(&book);
        let plugin = book.plugins.get(name).ok_or_else(|| unknown(name))?;
        let newest =
            || plugin.versions.iter().max_by_key(|(_, version)| version.uploaded_at).map(|(number, _)| number.as_str());
        let number = version.or_else(newest).ok_or_else(|| unknown(name))?;
        let active = plugin.active.as_ref();
        let config = config.or_else(|| active.map(|active| active.config.clone())).unwrap_or_else(|| json!({}));
        let on_failure = active.map_or(OnFailure::Open, |active| active.on_failure);
        Ok(Wish { version: number.to_owned(), config, on_failure })
    }

    fn ready(&self, merchant: &str, name: &str, wish: &Wish, book: &Book) -> Result<ActivePlugin, Refusal> {
        let plugin = book.plugins.get(name).ok_or_else(|| unknown(name))?;
        let version = plugin.versions.get(&wish.version).ok_or_else(|| unknown_version(name, &wish.version))?;
        let text = wish.config.to_string();
        config::check(&version.config_schema, &text).map_err(|faults| {
            let fault = |text: String| {
                let (pointer, detail) = text.split_once(": ").unwrap_or(("", &text));
                Fault { code: "invalid-config".into(), pointer: format!("/config{pointer}"), detail: detail.to_owned() }
            };
            Refusal::of(Code::InvalidConfig, faults.into_iter().map(fault).collect())
        })?;
        let loaded = self.load(merchant, version)?;
        golden::run(name, &loaded, &text, true)?;
        let Wish { version: number, config, on_failure } = wish.clone();
        let activation = Activation { version: number, config, on_failure, at: 0 };
        Ok(activated(name, &activation, version, Ok(loaded)))
    }
}

fn switched(
    merchant: &str,
    name: &str,
    book: &mut Book,
    ready: ActivePlugin,
    change: impl FnOnce(&mut Plugin),
) -> Result<(Answer, Swap), Refusal> {
    let revision = book.revision;
    let plugin = book.plugins.get_mut(name).ok_or_else(|| unknown(name))?;
    change(plugin);
    plugin.revision = revision;
    let body = view::switched(merchant, name, plugin);
    let answer = Answer { status: 200, body, etag: Some(conditions::tag(plugin)) };
    Ok((answer, Swap::On(Box::new(ready))))
}
