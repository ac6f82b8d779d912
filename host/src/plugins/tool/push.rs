//! `pushcart plugin push`: uploads the version.

use super::client::Request;
use super::folder::Folder;
use super::{Host, Place, test};
use anyhow::Result;

pub fn run(place: &Place, host: &Host) -> Result<()> {
    let folder = Folder::open(&place.folder)?;
    let bytes = folder.component()?;
    // What it needs, it says itself.
    let needs = test::needs(&folder, &bytes)?;
    let mut headers = vec![("content-type", "application/wasm"), ("pushcart-tier", needs.tier.name())];
    if needs.wasi {
        headers.push(("pushcart-wasi", "inert"));
    }
    let path = format!("{}/versions/{}", folder.name, folder.version);
    let answer = host.send(&Request { method: "PUT", path: &path, headers: &headers, body: &bytes })?;
    println!("{answer:#}");
    Ok(())
}
