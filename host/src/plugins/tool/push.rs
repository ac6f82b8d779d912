//! `pushcart plugin push`: uploads the version.

use super::client::Request;
use super::folder::Folder;
use super::{Host, Place};
use crate::say::say;
use anyhow::Result;

pub fn run(place: &Place, host: &Host) -> Result<()> {
    let folder = Folder::open(&place.folder)?;
    let bytes = folder.component()?;
    // What it needs, it says itself; what the host would refuse is told before it is sent.
    let needs = folder.plugin(&bytes)?.needs;
    let mut headers = vec![("content-type", "application/wasm"), ("pushcart-tier", needs.tier.name())];
    if needs.wasi {
        headers.push(("pushcart-wasi", "inert"));
    }
    let path = format!("{}/versions/{}", folder.name, folder.version);
    let answer = host.send(&Request { method: "PUT", path: &path, headers: &headers, body: &bytes })?;
    say!("{answer:#}");
    Ok(())
}
