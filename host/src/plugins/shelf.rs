//! Where components and manifests are kept: one folder a merchant, components by their digest, the manifest beside them.
//!
//! A file is there whole or not at all: it is written beside its place, synced, renamed, and the folder is synced. The manifest
//! is written after the components that it names, so that `kill -9` at any moment leaves the state before or after. What
//! must never be in here: what a manifest means.

use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

const BOOK: &str = "book.json";
const WASM: &str = ".wasm";
const DRAFT: &str = ".draft";
const LOCK: &str = "lock";

/// A shelf; it belongs to one host at a time.
pub struct Shelf(Place);

enum Place {
    Disk {
        folder: PathBuf,
        _lock: File,
    },
    /// Files by merchant and name; nothing outlives the process.
    Memory(Mutex<BTreeMap<(String, String), Vec<u8>>>),
}

/// `sha256:` and 64 lower-case hexadecimal digits of what `bytes` are.
pub fn digest(bytes: &[u8]) -> String {
    let digits: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}

fn file_of(digest: &str) -> String {
    format!("{}{WASM}", digest.trim_start_matches("sha256:"))
}

impl Shelf {
    /// A shelf in `folder`, or in memory where there is none.
    ///
    /// # Errors
    /// Where the folder cannot be made, or another host has it.
    pub fn open(folder: Option<PathBuf>) -> io::Result<Self> {
        let Some(folder) = folder else { return Ok(Self(Place::Memory(Mutex::default()))) };
        std::fs::create_dir_all(&folder)?;
        let lock = OpenOptions::new().write(true).create(true).truncate(false).open(folder.join(LOCK))?;
        lock.try_lock().map_err(|error| match error {
            std::fs::TryLockError::WouldBlock => io::Error::other("another host runs with this state"),
            std::fs::TryLockError::Error(error) => error,
        })?;
        Ok(Self(Place::Disk { folder, _lock: lock }))
    }

    /// Every merchant who keeps something here.
    ///
    /// # Errors
    /// Where the disk fails.
    pub fn merchants(&self) -> io::Result<BTreeSet<String>> {
        match &self.0 {
            Place::Memory(files) => Ok(lock(files).keys().map(|(merchant, _)| merchant.clone()).collect()),
            Place::Disk { folder, .. } => {
                let mut merchants = BTreeSet::new();
                for entry in std::fs::read_dir(folder)? {
                    let entry = entry?;
                    if let (true, Ok(name)) = (entry.file_type()?.is_dir(), entry.file_name().into_string()) {
                        merchants.insert(name);
                    }
                }
                Ok(merchants)
            }
        }
    }

    /// The merchant's manifest as it was written last.
    ///
    /// # Errors
    /// Where the disk fails.
    pub fn book(&self, merchant: &str) -> io::Result<Option<Vec<u8>>> {
        self.read(merchant, BOOK)
    }

    /// Writes the merchant's manifest. What it names must be here already.
    ///
    /// # Errors
    /// Where the disk fails; then the former one is still there.
    pub fn write_book(&self, merchant: &str, bytes: &[u8]) -> io::Result<()> {
        self.write(merchant, BOOK, bytes)
    }

    /// Keeps a component.
    ///
    /// # Errors
    /// Where the disk fails.
    pub fn put(&self, merchant: &str, digest: &str, bytes: &[u8]) -> io::Result<()> {
        self.write(merchant, &file_of(digest), bytes)
    }

    /// The component of that digest; `None` where it is not here, or is not what was kept.
    ///
    /// # Errors
    /// Where the disk fails.
    pub fn get(&self, merchant: &str, wanted: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(self.read(merchant, &file_of(wanted))?.filter(|bytes| digest(bytes) == wanted))
    }

    /// Removes what the merchant's manifest does not name: components and drafts that an end in between has left.
    ///
    /// # Errors
    /// Where the disk fails.
    pub fn sweep(&self, merchant: &str, named: &BTreeSet<&str>) -> io::Result<()> {
        let kept: BTreeSet<String> = named.iter().map(|digest| file_of(digest)).chain([BOOK.to_owned()]).collect();
        match &self.0 {
            Place::Memory(files) => {
                lock(files).retain(|(owner, name), _| owner != merchant || kept.contains(name));
                Ok(())
            }
            Place::Disk { folder, .. } => {
                let folder = folder.join(merchant);
                let entries = match std::fs::read_dir(&folder) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                    entries => entries?,
                };
                for entry in entries {
                    let name = entry?.file_name().to_string_lossy().into_owned();
                    let ours = name.ends_with(WASM) || name.ends_with(DRAFT);
                    if ours && !kept.contains(&name) {
                        std::fs::remove_file(folder.join(name))?;
                    }
                }
                Ok(())
            }
        }
    }

    fn read(&self, merchant: &str, name: &str) -> io::Result<Option<Vec<u8>>> {
        match &self.0 {
            Place::Memory(files) => Ok(lock(files).get(&(merchant.to_owned(), name.to_owned())).cloned()),
            Place::Disk { folder, .. } => match std::fs::read(folder.join(merchant).join(name)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                read => read.map(Some),
            },
        }
    }

    fn write(&self, merchant: &str, name: &str, bytes: &[u8]) -> io::Result<()> {
        match &self.0 {
            Place::Memory(files) => {
                lock(files).insert((merchant.to_owned(), name.to_owned()), bytes.to_vec());
                Ok(())
            }
            Place::Disk { folder, .. } => {
                let own = folder.join(merchant);
                if !own.is_dir() {
                    std::fs::create_dir_all(&own)?;
                    sync(folder)?;
                }
                let draft = own.join(format!("{name}{DRAFT}"));
                let mut out = File::create(&draft)?;
                out.write_all(bytes)?;
                out.sync_all()?;
                std::fs::rename(&draft, own.join(name))?;
                sync(&own)
            }
        }
    }
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn lock<T>(files: &Mutex<T>) -> MutexGuard<'_, T> {
    files.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_found_and_what_changed_is_not() {
        let folder = crate::scratch::folder("shelf");
        for shelf in [Shelf::open(None).unwrap(), Shelf::open(Some(folder.clone())).unwrap()] {
            let (one, two) = (digest(b"one"), digest(b"two"));
            assert_eq!(shelf.book("willow").unwrap(), None);
            shelf.put("willow", &one, b"one").unwrap();
            shelf.put("willow", &two, b"two").unwrap();
            shelf.write_book("willow", b"{}").unwrap();
            assert_eq!(shelf.get("willow", &one).unwrap().as_deref(), Some(&b"one"[..]));
            assert_eq!(shelf.get("cedar", &one).unwrap(), None, "merchants share nothing");
            assert_eq!(shelf.merchants().unwrap(), BTreeSet::from(["willow".to_owned()]));
            shelf.sweep("willow", &BTreeSet::from([two.as_str()])).unwrap();
            assert_eq!(shelf.get("willow", &one).unwrap(), None);
            assert!(shelf.get("willow", &two).unwrap().is_some() && shelf.book("willow").unwrap().is_some());
            shelf.put("willow", &one, b"another").unwrap();
            assert_eq!(shelf.get("willow", &one).unwrap(), None, "its bytes are not those of its name");
        }
    }

    #[test]
    fn a_draft_is_swept_and_one_host_has_the_folder() {
        let folder = crate::scratch::folder("shelf-lock");
        let shelf = Shelf::open(Some(folder.clone())).unwrap();
        assert!(Shelf::open(Some(folder.clone())).is_err());
        shelf.write_book("willow", b"{}").unwrap();
        std::fs::write(folder.join("willow/book.json.draft"), "{").unwrap();
        shelf.sweep("willow", &BTreeSet::new()).unwrap();
        assert!(!folder.join("willow/book.json.draft").exists() && folder.join("willow/book.json").exists());
        drop(shelf);
        assert!(Shelf::open(Some(folder)).is_ok());
    }
}
