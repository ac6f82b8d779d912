//! Signed links: what is to be signed, and what was read.

use super::{moment, named, word};
use commerce::facts::referrals::LinkClaim;
use commerce::{Object, bounds, instant};
use serde::Serialize;

/// What a request asks of links.
pub enum Wanted {
    /// A token for this claim; the life of a link is the programme's where the request names no end.
    Sign {
        /// What it says; where no end is named, it ends as it begins.
        claim: LinkClaim,
        /// The request names the end.
        ends: bool,
    },
    /// What this token says, clicked then.
    Read {
        /// The token.
        token: String,
        /// When it was clicked.
        clicked: i64,
        /// Seconds after the click in which it may be presented.
        replay: i64,
    },
}

/// Reads either `token`, or what a new token is to say.
pub fn wanted(object: &Object<'_>, now: i64) -> Option<Wanted> {
    if let Some(token) = object.field("token") {
        let token = token.text(bounds::NAME_BYTES * 2);
        let clicked = moment(object, "clicked").unwrap_or(now);
        let replay =
            object.field("replayWindow").map_or(Some(bounds::LATEST), |value| value.integer(1..=bounds::LATEST));
        return Some(Wanted::Read { token: token?.to_owned(), clicked, replay: replay? });
    }
    let (referrer, channel) = (named(object, "referrer"), named(object, "channel"));
    let (content, campaign) = (word(object, "content"), word(object, "campaign"));
    let issued = moment(object, "issued").unwrap_or(now);
    let expires = moment(object, "expires");
    let claim = LinkClaim {
        referrer: referrer?,
        channel: channel?,
        content,
        campaign,
        issued,
        expires: expires.unwrap_or(issued),
    };
    Some(Wanted::Sign { claim, ends: expires.is_some() })
}

/// A token that was signed, or read and taken.
#[derive(Serialize)]
pub struct Link<'a> {
    valid: bool,
    token: &'a str,
    referrer: &'a str,
    channel: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign: Option<&'a str>,
    issued: String,
    expires: String,
}

impl<'a> Link<'a> {
    /// Writes it; moments are in UTC.
    pub fn of(token: &'a str, claim: &'a LinkClaim) -> Self {
        let LinkClaim { referrer, channel, content, campaign, issued, expires } = claim;
        Self {
            valid: true,
            token,
            referrer,
            channel,
            content: content.as_deref(),
            campaign: campaign.as_deref(),
            issued: instant::format(*issued, 0),
            expires: instant::format(*expires, 0),
        }
    }
}

/// A token that is not taken, and why.
#[derive(Serialize)]
pub struct Refused<'a> {
    valid: bool,
    code: &'a str,
}

impl<'a> Refused<'a> {
    /// Writes the reason.
    pub fn of(code: &'a str) -> Self {
        Self { valid: false, code }
    }
}
