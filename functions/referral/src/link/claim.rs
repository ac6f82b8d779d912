//! What a token says, as bytes: two numbers in LEB128 (issued, seconds it lives), then referrer, channel, content and campaign,
//! each with its length in one byte before it; an absent text has length zero.

use commerce::facts::referrals::LinkClaim;
use commerce::{Fault, bounds};

/// Everything that keeps a claim from being signed, and a signed one from being taken.
pub fn check(claim: &LinkClaim) -> Vec<Fault> {
    let LinkClaim { referrer, channel, content, campaign, issued, expires } = claim;
    let mut faults = Vec::new();
    let mut fault = |code: &str, pointer: &str, detail: &str| {
        faults.push(Fault { code: code.into(), pointer: pointer.into(), detail: detail.into() })
    };
    let texts = [
        ("/referrer", Some(referrer)),
        ("/channel", Some(channel)),
        ("/content", content.as_ref()),
        ("/campaign", campaign.as_ref()),
    ];
    for (pointer, text) in texts.into_iter().filter_map(|(pointer, text)| Some((pointer, text?))) {
        if text.is_empty() || text.len() > bounds::IDENTIFIER_BYTES || text.chars().any(char::is_control) {
            fault("out-of-range", pointer, "must have 1 to 128 bytes without control characters");
        }
        if is_personal(text) {
            fault(
                "personal-data",
                pointer,
                "looks like an e-mail address, a telephone number or an identity number: links travel in public",
            );
        }
    }
    if expires < issued {
        fault("expires-before-issued", "/expires", "must not lie before `issued`");
    }
    if !(bounds::EARLIEST..=bounds::LATEST).contains(issued) || !(bounds::EARLIEST..=bounds::LATEST).contains(expires) {
        fault("out-of-range", "/issued", "must lie from 1970 to 9999");
    }
    faults
}

/// An e-mail address, a Chinese mobile number (GB numbering: 1, then 3 to 9, eleven digits), or a resident identity number
/// (GB 11643: seventeen digits and a digit or X) standing by itself in the text.
fn is_personal(text: &str) -> bool {
    let bytes = text.as_bytes();
    let runs = bytes.split(|byte| !byte.is_ascii_digit() && !matches!(byte, b'X' | b'x'));
    let number = |run: &[u8]| {
        let mobile = run.len() == 11
            && run.starts_with(b"1")
            && run.get(1).is_some_and(|second| second.is_ascii_digit() && *second >= b'3');
        let identity = run.len() == 18 && run.iter().take(17).all(u8::is_ascii_digit);
        (mobile && run.iter().all(u8::is_ascii_digit)) || identity
    };
    text.contains('@') || runs.into_iter().any(number)
}

/// The bytes of a claim that [`check`] found nothing wrong with.
pub fn write(claim: &LinkClaim) -> Vec<u8> {
    let LinkClaim { referrer, channel, content, campaign, issued, expires } = claim;
    let mut bytes = Vec::with_capacity(64);
    for number in [*issued, expires - issued] {
        let mut rest = number.unsigned_abs();
        while rest >= 128 {
            bytes.push(u8::try_from(rest & 127).unwrap_or(0) | 128);
            rest >>= 7;
        }
        bytes.push(u8::try_from(rest).unwrap_or(0));
    }
    for text in
        [referrer.as_str(), channel, content.as_deref().unwrap_or_default(), campaign.as_deref().unwrap_or_default()]
    {
        bytes.push(u8::try_from(text.len()).unwrap_or(0));
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes
}

/// The claim of these bytes, which is still to be [`check`]ed; `None` where they are none.
pub fn read(bytes: &[u8]) -> Option<LinkClaim> {
    let mut rest = bytes;
    let issued = number(&mut rest)?;
    let expires = issued.checked_add(number(&mut rest)?)?;
    let (referrer, channel) = (text(&mut rest)??, text(&mut rest)??);
    let (content, campaign) = (text(&mut rest)?, text(&mut rest)?);
    rest.is_empty().then_some(LinkClaim { referrer, channel, content, campaign, issued, expires })
}

fn number(rest: &mut &[u8]) -> Option<i64> {
    let mut value = 0_i64;
    for shift in (0..42).step_by(7) {
        let (first, after) = rest.split_first()?;
        *rest = after;
        value |= i64::from(first & 127) << shift;
        if first & 128 == 0 {
            // A zero as the last of several bytes would be a second text for the same number.
            return (*first != 0 || shift == 0).then_some(value);
        }
    }
    None
}

/// A text, or that it is absent.
fn text(rest: &mut &[u8]) -> Option<Option<String>> {
    let (length, after) = rest.split_first()?;
    let (bytes, after) = after.split_at_checked(usize::from(*length))?;
    *rest = after;
    let text = std::str::from_utf8(bytes).ok()?;
    Some((!text.is_empty()).then(|| text.to_owned()))
}
