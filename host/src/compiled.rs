//! Compiled code, kept on disk so that the next start does not compile again.
//!
//! Loading compiled code runs it as native code. So only files that this host wrote are loaded: the folder and the
//! files are private to its user, and a file is loaded only when its own digest holds. Nothing from outside, no upload
//! and no path of a manifest, may ever be given to `load` as compiled code.

use sha2::{Digest, Sha256};
use std::hash::{Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use wasmtime::component::Component;
use wasmtime::{Engine, Result};

const MAGIC: &[u8; 16] = b"pushcart-code-1\n";
const DIGEST: usize = 32;

/// Where compiled code is kept; without a folder nothing is.
pub struct CodeCache(Option<PathBuf>);

/// How a component came to be loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// From the cache.
    Cached,
    /// Compiled now.
    Compiled,
    /// Compiled now, because the file in the cache was not as it was written.
    Repaired,
}

impl CodeCache {
    /// A cache in `folder`, which is made private when it is made.
    pub fn new(folder: Option<PathBuf>) -> std::io::Result<Self> {
        if let Some(folder) = &folder {
            make_private_folder(folder)?;
        }
        Ok(Self(folder))
    }

    /// The component of `wasm`, compiled or from the cache.
    ///
    /// What compiles is an engine of its own with the same configuration: a compiler keeps what it worked with for as
    /// long as its engine lives, and with inlining that is gigabytes for the whole app.
    pub fn load(&self, engine: &Engine, wasm: &[u8]) -> Result<(Component, Origin)> {
        self.load_by(engine, wasm, |wasm| Engine::new(engine.config())?.precompile_component(wasm))
    }

    /// The same where `compile` makes the code, which must be this program's own work.
    pub fn load_by<E: From<wasmtime::Error>>(
        &self,
        engine: &Engine,
        wasm: &[u8],
        compile: impl FnOnce(&[u8]) -> std::result::Result<Vec<u8>, E>,
    ) -> std::result::Result<(Component, Origin), E> {
        let Some(folder) = self.0.as_deref().filter(|folder| is_private(folder)) else {
            return Ok((deserialize(engine, &compile(wasm)?)?, Origin::Compiled));
        };
        let file = folder.join(format!("{}.code", key(engine, wasm)));
        let mut origin = Origin::Compiled;
        if let Ok(bytes) = std::fs::read(&file) {
            match open(&bytes).map(|code| deserialize(engine, code)) {
                Some(Ok(component)) => return Ok((component, Origin::Cached)),
                Some(Err(_)) | None => origin = Origin::Repaired,
            }
        }
        let code = compile(wasm)?;
        // A cache that cannot be written costs time at the next start, nothing more.
        let _ = write(&file, &code);
        Ok((deserialize(engine, &code)?, origin))
    }
}

impl CodeCache {
    /// Removes the code of `wasm`, where there is any.
    pub fn forget(&self, engine: &Engine, wasm: &[u8]) {
        if let Some(folder) = &self.0 {
            // What is left costs room, nothing more.
            let _ = std::fs::remove_file(folder.join(format!("{}.code", key(engine, wasm))));
        }
    }
}

/// What the code depends on: the Wasm, wasmtime, and the engine's configuration, which its hash covers.
fn key(engine: &Engine, wasm: &[u8]) -> String {
    struct Sink(Sha256);
    impl Hasher for Sink {
        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }
        fn finish(&self) -> u64 {
            0
        }
    }
    let mut sink = Sink(Sha256::new());
    sink.0.update(MAGIC);
    sink.0.update(Sha256::digest(wasm));
    engine.precompile_compatibility_hash().hash(&mut sink);
    sink.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The code in a file's bytes, if they are as they were written.
fn open(bytes: &[u8]) -> Option<&[u8]> {
    let (digest, code) = bytes.strip_prefix(MAGIC)?.split_at_checked(DIGEST)?;
    (Sha256::digest(code).as_slice() == digest).then_some(code)
}

fn write(file: &Path, code: &[u8]) -> std::io::Result<()> {
    let draft = file.with_extension(format!("draft-{}", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(&draft)?;
    out.write_all(MAGIC)?;
    out.write_all(&Sha256::digest(code))?;
    out.write_all(code)?;
    out.sync_all()?;
    std::fs::rename(&draft, file)
}

#[allow(unsafe_code)]
fn deserialize(engine: &Engine, code: &[u8]) -> Result<Component> {
    // SAFETY: the bytes are what `precompile_component` of this program made: just now, or read from a file that only
    // this user can write and whose digest holds. wasmtime itself refuses another version or configuration.
    unsafe { Component::deserialize(engine, code) }
}

#[cfg(unix)]
fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(unix)]
fn is_private(folder: &Path) -> bool {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let own = std::fs::metadata("/proc/self").map(|process| process.uid());
    std::fs::metadata(folder)
        .is_ok_and(|found| found.permissions().mode() & 0o022 == 0 && own.as_ref().is_ok_and(|own| *own == found.uid()))
}

#[cfg(not(unix))]
fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}

#[cfg(not(unix))]
fn is_private(_: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_is_compiled_again() {
        let folder = crate::scratch::folder("code-cache");
        let cache = CodeCache::new(Some(folder.join("code"))).unwrap();
        let engine = Engine::default();
        let wasm = wat::parse_str(r#"(component (core module (func (export "f") (result i32) i32.const 7)))"#).unwrap();
        let load = || cache.load(&engine, &wasm).unwrap().1;
        assert_eq!(load(), Origin::Compiled);
        assert_eq!(load(), Origin::Cached);
        let file = std::fs::read_dir(folder.join("code")).unwrap().next().unwrap().unwrap().path();
        let whole = std::fs::read(&file).unwrap();
        for position in [0, 20, 60, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[position] ^= 1;
            std::fs::write(&file, changed).unwrap();
            assert_eq!(load(), Origin::Repaired, "byte {position}");
            assert_eq!(load(), Origin::Cached, "byte {position}");
        }
        std::fs::write(&file, &whole[..30]).unwrap();
        assert_eq!(load(), Origin::Repaired);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_others_can_write_is_not_trusted() {
        use std::os::unix::fs::PermissionsExt;
        let folder = crate::scratch::folder("code-open").join("code");
        let cache = CodeCache::new(Some(folder.clone())).unwrap();
        let engine = Engine::default();
        let wasm = wat::parse_str("(component)").unwrap();
        assert_eq!(cache.load(&engine, &wasm).unwrap().1, Origin::Compiled);
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o777)).unwrap();
        assert_eq!(cache.load(&engine, &wasm).unwrap().1, Origin::Compiled);
    }
}
