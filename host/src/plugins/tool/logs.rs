//! `pushcart plugin logs`: what the plugin wrote and how it failed lately.

use super::client::Request;
use super::folder::Folder;
use super::{Host, Place};
use crate::say::say;
use anyhow::Result;

pub fn run(place: &Place, host: &Host) -> Result<()> {
    let folder = Folder::open(&place.folder)?;
    let path = format!("{}/logs", folder.name);
    let answer = host.send(&Request { method: "GET", path: &path, headers: &[], body: b"" })?;
    say!("{answer:#}");
    Ok(())
}
