//! What a merchant may take of the host: uploads an hour, versions, plugins, bytes.
//!
//! Uploads are counted before they are looked at, since looking costs too; the count lives as long as the process.

use super::book::Book;
use super::refusal::{Code, Refusal};
use super::settings::Settings;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Over which uploads are counted.
const WINDOW: Duration = Duration::from_secs(3600);
/// Keys of one merchant.
pub const KEYS: usize = 20;

/// When each merchant uploaded during the last hour.
#[derive(Default)]
pub struct Uploads(Mutex<BTreeMap<String, VecDeque<Instant>>>);

impl Uploads {
    /// Counts an upload of `merchant`, of which `most` an hour may be.
    ///
    /// # Errors
    /// Where there were as many already, with the seconds after which there is room again.
    pub fn take(&self, merchant: &str, most: usize, now: Instant) -> Result<(), Refusal> {
        let mut merchants = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let times = merchants.entry(merchant.to_owned()).or_default();
        while times.front().is_some_and(|time| now.duration_since(*time) >= WINDOW) {
            times.pop_front();
        }
        if times.len() < most {
            times.push_back(now);
            return Ok(());
        }
        let wait = times.front().map_or(WINDOW, |oldest| WINDOW.saturating_sub(now.duration_since(*oldest)));
        let refusal = Refusal::new(Code::UploadRate, format!("At most {most} uploads an hour; see Retry-After."));
        Err(Refusal { retry_after: Some(wait.as_secs() + 1), ..refusal })
    }
}

/// Whether the merchant has room for one more version of `plugin`, of `size` bytes.
///
/// # Errors
/// With what is full, and what to delete.
pub fn room(book: &Book, plugin: &str, size: u64, settings: &Settings) -> Result<(), Refusal> {
    let delete = "delete what is no longer needed";
    match book.plugins.get(plugin) {
        None if book.plugins.len() >= settings.plugins => {
            let detail = format!("At most {} plugins: {delete}.", settings.plugins);
            return Err(Refusal::new(Code::TooManyPlugins, detail));
        }
        Some(known) if known.versions.len() >= settings.versions => {
            let detail = format!("At most {} versions of a plugin: {delete}.", settings.versions);
            return Err(Refusal::new(Code::TooManyVersions, detail));
        }
        _ => {}
    }
    let (held, most) = (book.bytes(), settings.bytes as u64);
    if held.saturating_add(size) > most {
        let detail = format!("{held} of {most} bytes are held and this has {size}: {delete}.");
        return Err(Refusal::new(Code::TooManyBytes, detail));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_of_uploads_is_bounded_and_passes() {
        let (uploads, start) = (Uploads::default(), Instant::now());
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        assert!(uploads.take("willow", 2, at(0)).is_ok() && uploads.take("willow", 2, at(600)).is_ok());
        let refused = uploads.take("willow", 2, at(1200)).unwrap_err();
        assert_eq!((refused.said(), refused.retry_after), ("too-many-uploads", Some(2401)));
        assert!(uploads.take("cedar", 2, at(1200)).is_ok(), "another merchant");
        assert!(uploads.take("willow", 2, at(3600)).is_ok());
        assert!(uploads.take("willow", 2, at(3601)).is_err());
    }

    #[test]
    fn each_limit_has_its_code() {
        let mut book = Book::default();
        book.plugins.insert("a".into(), Default::default());
        let settings = |plugins, versions, bytes| Settings { plugins, versions, bytes, ..Settings::default() };
        let rows = [
            ("b", settings(1, 1, 100), Some("too-many-plugins")),
            ("a", settings(1, 0, 100), Some("too-many-versions")),
            ("a", settings(1, 1, 9), Some("too-many-plugin-bytes")),
            ("a", settings(1, 1, 10), None),
            ("b", settings(2, 1, 10), None),
        ];
        for (plugin, settings, wanted) in rows {
            let found = room(&book, plugin, 10, &settings).err();
            assert_eq!(found.as_ref().map(Refusal::said), wanted, "{plugin} {settings:?}");
        }
    }
}
