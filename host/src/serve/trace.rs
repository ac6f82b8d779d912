//! W3C Trace Context: a request's trace goes on through the host, or begins in it.
//!
//! Only `traceparent` is read; `tracestate` passes untouched.

use hyper::header::HeaderValue;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The trace of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    header: String,
}

impl Trace {
    /// The trace that `header` continues, when it is valid, or a new one.
    pub fn of(header: Option<&HeaderValue>) -> Self {
        let given = header.and_then(|value| value.to_str().ok()).and_then(parse);
        let span = nonzero();
        let header = match given {
            Some((trace, flags)) => format!("00-{trace}-{span:016x}-{flags}"),
            None => format!("00-{:016x}{:016x}-{span:016x}-00", nonzero(), nonzero()),
        };
        Self { header }
    }

    /// The trace id, 32 hexadecimal digits.
    pub fn id(&self) -> &str {
        self.header.get(3..35).unwrap_or_default()
    }

    /// The header for the component: the same trace, the host's own span.
    pub fn header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.header).ok()
    }
}

/// The trace id and the flags of a valid header. A later version may have more fields; version ff is invalid.
fn parse(text: &str) -> Option<(&str, &str)> {
    let mut fields = text.split('-');
    let (version, trace, span, flags) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let hex = |field: &str, digits: usize| {
        field.len() == digits && field.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let well_formed = hex(version, 2) && hex(trace, 32) && hex(span, 16) && hex(flags, 2);
    let zero = |field: &str| field.bytes().all(|byte| byte == b'0');
    let ended = version != "00" || fields.next().is_none();
    (well_formed && ended && version != "ff" && !zero(trace) && !zero(span)).then_some((trace, flags))
}

/// An identifier that nobody can foresee: a keyed hash, with a key from the system's randomness, of a counter.
fn nonzero() -> u64 {
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let mut hasher = KEY.build_hasher();
    hasher.write_u64(NEXT.fetch_add(1, Ordering::Relaxed));
    hasher.finish().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_valid_trace_goes_on_and_an_invalid_one_is_replaced() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        let of = |text: &str| Trace::of(Some(&HeaderValue::from_str(text).unwrap()));
        let kept = of(&format!("00-{id}-00f067aa0ba902b7-01"));
        assert_eq!(kept.id(), id);
        let header = kept.header().unwrap();
        let header = header.to_str().unwrap();
        assert!(header.ends_with("-01") && !header.contains("00f067aa0ba902b7"), "{header}");
        assert_eq!(of(&format!("01-{id}-00f067aa0ba902b7-01-more")).id(), id);
        for wrong in [
            "",
            "00",
            &format!("00-{id}-00f067aa0ba902b7-01-more"),
            &format!("ff-{id}-00f067aa0ba902b7-01"),
            &format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)),
            &format!("00-{id}-0000000000000000-01"),
            &format!("00-{}-00f067aa0ba902b7-01", id.to_uppercase()),
        ] {
            let new = of(wrong);
            assert!(new.id() != id && new.id().len() == 32, "{wrong}");
        }
        assert_ne!(Trace::of(None), Trace::of(None));
    }
}
