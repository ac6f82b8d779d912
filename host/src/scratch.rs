//! Folders for tests, made anew each time and removed by the next run.

use std::path::PathBuf;

/// An empty folder of this name.
pub fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("pushcart-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
