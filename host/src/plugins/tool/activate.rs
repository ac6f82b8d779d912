//! `pushcart plugin activate`: switches the version on.

use super::client::Request;
use super::folder::Folder;
use super::{Host, Place};
use crate::say::say;
use anyhow::Result;
use serde_json::json;

pub fn run(place: &Place, host: &Host, on_failure: &str) -> Result<()> {
    let folder = Folder::open(&place.folder)?;
    let wish = json!({ "version": folder.version, "config": folder.config()?, "onFailure": on_failure });
    let path = format!("{}:activate", folder.name);
    let headers = [("content-type", "application/json")];
    let answer =
        host.send(&Request { method: "POST", path: &path, headers: &headers, body: wish.to_string().as_bytes() })?;
    say!("{answer:#}");
    Ok(())
}
