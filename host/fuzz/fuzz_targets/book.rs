//! A merchant's manifest, read from a disk that anything may have happened to: no bytes make it panic, and what is read is
//! written so that it is read again as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../src/plugins/book.rs"]
mod book;

use book::Book;

fuzz_target!(|data: &[u8]| {
    if let Ok(read) = Book::read(data) {
        let written = read.write().expect("what was read is small enough to be written");
        assert_eq!(Book::read(&written).as_ref(), Ok(&read));
        assert!(read.digests().iter().all(|digest| book::is_digest(digest)));
    }
});
