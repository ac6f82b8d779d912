//! Why something asked of a merchant's plugins is refused: the catalogue of codes, and the RFC 9457 document that says so.
//!
//! The codes are a contract. A detail says what to change; the text of a trap, a panic or an I/O error belongs to the log and
//! must never be put into one. What goes wrong while a plugin runs has its codes in `super::failure`.

use serde_json::{Value, json};

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $status:literal $code:literal $title:literal;)+) => {
        /// Every reason for a refusal.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($(#[doc = $doc])+ $name,)+ }

        impl Code {
            /// Every code, for documentation and tests.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// HTTP status, stable code and title.
            pub const fn parts(self) -> (u16, &'static str, &'static str) {
                match self { $(Self::$name => ($status, $code, $title),)+ }
            }
        }
    };
}

codes! {
    /// The bearer token is missing or wrong.
    Unauthorized = 401 "unauthorized" "A bearer token of this merchant is needed";
    /// No token is configured for the merchant.
    PublishingDisabled = 403 "publishing-disabled" "No publishing token is configured for this merchant";
    /// What stands in the path is no merchant's name.
    InvalidMerchant = 422 "invalid-merchant" "This is no merchant's name";
    /// What stands in the path is no plugin's name.
    InvalidPlugin = 422 "invalid-plugin-name" "This is no plugin's name";
    /// What stands in the path is no version.
    InvalidVersion = 422 "invalid-version" "This is no version";
    /// What stands in the path is no key's name.
    InvalidKeyId = 422 "invalid-key-id" "This is no key's name";
    /// The path leads nowhere.
    UnknownRoute = 404 "unknown-route" "There is nothing at this path";
    /// The path takes other methods.
    MethodNotAllowed = 405 "method-not-allowed" "This path does not take this method";
    /// The merchant has no plugin of that name.
    UnknownPlugin = 404 "unknown-plugin" "This merchant has no plugin of this name";
    /// The plugin has no such version.
    UnknownVersion = 404 "unknown-version" "This plugin has no such version";
    /// The merchant has no key of that name.
    UnknownKey = 404 "unknown-key" "This merchant has no key of this name";
    /// The plugin is not switched on.
    NotActive = 409 "plugin-not-active" "This plugin is not active";
    /// There is nothing to go back to.
    NoEarlierActivation = 409 "no-earlier-activation" "There is no earlier activation to go back to";
    /// What is switched on cannot be deleted.
    VersionActive = 409 "version-active" "This version is active";
    /// The version holds other bytes.
    VersionTaken = 409 "version-taken" "This version is taken by other bytes";
    /// If-Match names another state.
    PreconditionFailed = 412 "precondition-failed" "The plugin has changed since";
    /// The Idempotency-Key was used for another request.
    IdempotencyKeyReused = 422 "idempotency-key-reused" "This Idempotency-Key was used for another request";
    /// A header is not of its form.
    InvalidHeader = 400 "invalid-header" "A header is not of its form";
    /// The body is not JSON.
    MalformedJson = 400 "malformed-json" "The body is not JSON";
    /// The body is JSON, but not what is asked for.
    InvalidDocument = 422 "invalid-document" "The document is not valid";
    /// The body is not of the type that is asked for.
    UnsupportedMediaType = 415 "unsupported-media-type" "The body is of another type";
    /// The body is larger than this request may carry.
    BodyTooLarge = 413 "body-too-large" "The body is too large";
    /// The body did not arrive in time.
    BodyTimeout = 408 "body-timeout" "The body did not arrive in time";
    /// The body broke off.
    BodyUnreadable = 400 "body-unreadable" "The body cannot be read";
    /// The component is larger than its tier allows.
    PluginTooLarge = 413 "plugin-too-large" "The component is too large";
    /// There are no bytes.
    PluginEmpty = 422 "plugin-empty" "The body is empty";
    /// The bytes are not Wasm.
    NotWasm = 422 "plugin-not-wasm" "The body is not Wasm";
    /// The bytes are Wasm as text.
    Text = 422 "plugin-is-text" "The body is Wasm's text format";
    /// The bytes are native code.
    Precompiled = 422 "plugin-precompiled" "The body is compiled code";
    /// The bytes are a core module.
    CoreModule = 422 "plugin-core-module" "The body is a core module";
    /// The component breaks off.
    Truncated = 422 "plugin-truncated" "The component breaks off";
    /// The component is not valid.
    Invalid = 422 "plugin-invalid" "The component is not valid";
    /// The component uses a feature of Wasm that plugins have not.
    Feature = 422 "plugin-feature-not-allowed" "The component uses a feature that plugins have not";
    /// The component exceeds a bound of its structure.
    Structure = 422 "plugin-structure" "The component exceeds a bound of its structure";
    /// The component is not of the world `promotion`.
    World = 422 "plugin-world-mismatch" "The component does not fit the world pushcart:plugin/promotion";
    /// The component imports what plugins have not.
    Import = 422 "plugin-import-not-allowed" "The component imports what plugins have not";
    /// The component imports WASI, and the upload does not ask for it.
    WasiNotAsked = 422 "plugin-wasi-not-asked" "The component imports WASI";
    /// The component imports WASI, and the operator does not allow it.
    WasiNotAllowed = 403 "plugin-wasi-not-allowed" "This host gives plugins no WASI";
    /// The component could not be compiled.
    CompileFailed = 422 "plugin-compile-failed" "The component cannot be compiled";
    /// Compiling took too long.
    CompileTimedOut = 422 "plugin-compile-timed-out" "Compiling the component takes too long";
    /// Compiling took too much memory.
    CompileOutOfMemory = 422 "plugin-compile-out-of-memory" "Compiling the component takes too much memory";
    /// The component cannot be made ready to run within the pool.
    DoesNotFit = 422 "plugin-does-not-fit" "The component does not fit this host";
    /// What the component says of itself is not what it was uploaded as.
    Description = 422 "plugin-description-differs" "The component describes itself otherwise";
    /// The component did not do as it must on the golden carts.
    Trial = 422 "plugin-trial-failed" "The component failed on the golden carts";
    /// The configuration does not fit the plugin's schema.
    InvalidConfig = 422 "invalid-config" "The configuration does not fit the plugin's schema";
    /// The operator wants a signature.
    SignatureRequired = 422 "signature-required" "This host takes signed plugins only";
    /// The signature is not of its form.
    SignatureMalformed = 400 "signature-malformed" "The signature is not of its form";
    /// The signature names a key that the merchant has not registered.
    SignatureUnknownKey = 422 "signature-unknown-key" "The merchant has not registered this key";
    /// The signature is not one of these bytes.
    SignatureWrong = 422 "signature-wrong" "The signature does not hold";
    /// The key is not one.
    InvalidKey = 422 "invalid-public-key" "This is no ed25519 public key";
    /// The key id is taken by another key.
    KeyTaken = 409 "key-id-taken" "This key id is taken by another key";
    /// The merchant has as many keys as it may.
    TooManyKeys = 429 "too-many-keys" "The merchant has as many keys as it may";
    /// The merchant uploaded too much this hour.
    UploadRate = 429 "too-many-uploads" "The merchant has uploaded too often";
    /// The plugin has as many versions as it may.
    TooManyVersions = 429 "too-many-versions" "The plugin has as many versions as it may";
    /// The merchant has as many plugins as it may.
    TooManyPlugins = 429 "too-many-plugins" "The merchant has as many plugins as it may";
    /// The merchant's plugins hold as many bytes as they may.
    TooManyBytes = 429 "too-many-plugin-bytes" "The merchant's plugins hold as many bytes as they may";
    /// As many plugins are switched on as may be.
    TooManyActive = 429 "too-many-active-plugins" "The merchant has as many active plugins as it may";
    /// Too many uploads are compiled already.
    Busy = 503 "uploads-busy" "Too many uploads at once";
    /// A stored component is not what was stored.
    Damaged = 500 "plugin-damaged" "A stored component is damaged";
    /// The disk failed.
    StoreUnavailable = 503 "store-unavailable" "The store does not answer";
    /// The host failed.
    Internal = 500 "internal" "Something went wrong here";
}

/// Codes of single faults, which stand for the whole where there is no other; those of bounds are in `upload::structure`, those of
/// running plugins in `failure`.
#[rustfmt::skip]
pub const FAULTS: &[(&str, &str)] = &[
    ("wrong-type", "A field is of another type"),
    ("unknown-field", "A field is not known"),
    ("missing-field", "A field is missing"),
    ("unknown-value", "A field has a value that is not known"),
    ("missing-export", "The component lacks an export of the world"),
    ("type-differs", "A type differs from the world's"),
    ("plugin-name-differs", "The component calls itself by another name"),
    ("plugin-version-differs", "The component calls itself another version"),
    ("plugin-tier-differs", "The component needs the large tier"),
];

/// What is wrong in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Kebab-case and stable.
    pub code: String,
    /// Where: a JSON pointer into the document, or into the component's exports and imports.
    pub pointer: String,
    /// What is wrong, and what would be right.
    pub detail: String,
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Which.
    pub code: Code,
    /// A sentence for the merchant: what is wrong and what to change.
    pub detail: String,
    /// What is wrong, all of it.
    pub faults: Vec<Fault>,
    /// Seconds after which to try again.
    pub retry_after: Option<u64>,
    /// The methods that the path takes.
    pub allow: Option<&'static str>,
    /// A line for the log.
    pub log: Option<String>,
}

impl Refusal {
    /// A refusal without faults.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), faults: Vec::new(), retry_after: None, allow: None, log: None }
    }

    /// A refusal for these faults.
    pub fn of(code: Code, faults: Vec<Fault>) -> Self {
        let count = faults.len();
        let detail = match faults.as_slice() {
            [only] => only.detail.clone(),
            _ => format!("{count} faults; each is named below."),
        };
        Self { faults, ..Self::new(code, detail) }
    }

    /// A refusal for one fault, which has a code of its own.
    pub fn fault(code: Code, own: &str, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::of(code, vec![Fault { code: own.to_owned(), pointer: pointer.into(), detail: detail.into() }])
    }

    /// The disk failed; what it said goes to the log.
    pub fn store(error: &std::io::Error) -> Self {
        let detail = "What was asked for may be tried again.";
        Self { log: Some(error.to_string()), retry_after: Some(1), ..Self::new(Code::StoreUnavailable, detail) }
    }

    /// The host failed; what happened goes to the log.
    pub fn internal(log: impl Into<String>) -> Self {
        Self { log: Some(log.into()), ..Self::new(Code::Internal, "What was asked for was not carried out.") }
    }

    /// The code in the answer: where there is exactly one fault, its own.
    pub fn said(&self) -> &str {
        if let [only] = self.faults.as_slice() { &only.code } else { self.code.parts().1 }
    }

    /// The document that says so.
    pub fn document(&self) -> Value {
        let Self { code, detail, faults, retry_after: _, allow: _, log: _ } = self;
        let (status, _, title) = code.parts();
        let mut document = json!({
            "type": "about:blank", "title": title, "status": status, "code": self.said(), "detail": detail,
        });
        if let (false, Some(fields)) = (faults.is_empty(), document.as_object_mut()) {
            let one = |fault: &Fault| json!({"code": fault.code, "pointer": fault.pointer, "detail": fault.detail});
            fields.insert("faults".into(), faults.iter().map(one).collect());
        }
        document
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_one_of_its_own_and_in_kebab_case() {
        let mut seen = std::collections::BTreeSet::new();
        for code in Code::ALL {
            let (status, text, title) = code.parts();
            assert!((400..=503).contains(&status) && !title.is_empty(), "{text}");
            assert!(text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{text}");
            assert!(seen.insert(text), "{text} stands twice");
        }
        let one = Refusal::fault(Code::Structure, "plugin-too-many-tables", "", "x");
        assert_eq!((one.said(), &one.document()["code"]), ("plugin-too-many-tables", &json!("plugin-too-many-tables")));
    }
}
