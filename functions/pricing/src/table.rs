//! A sorted table of records that is read in place: opening it costs nothing, a look-up decodes one record.
//!
//! What must never be in here: what a record means. The layout is little-endian: the number of records, the offset of
//! each, then for each the length of its key, the key and the bytes of its value.

/// Bytes of a table made of these records, which are sorted by their keys; `None` where it would pass 4 GiB or a key
/// 64 KiB.
pub fn build(records: &[(&str, Vec<u8>)]) -> Option<Vec<u8>> {
    let mut at = 4 + 4 * records.len();
    let mut table = Vec::new();
    table.extend_from_slice(&u32::try_from(records.len()).ok()?.to_le_bytes());
    for (key, value) in records {
        table.extend_from_slice(&u32::try_from(at).ok()?.to_le_bytes());
        at += 2 + key.len() + value.len();
    }
    for (key, value) in records {
        table.extend_from_slice(&u16::try_from(key.len()).ok()?.to_le_bytes());
        table.extend_from_slice(key.as_bytes());
        table.extend_from_slice(value);
    }
    Some(table)
}

/// The value under a key; `None` where there is none, or the bytes are no table.
pub fn find<'a>(table: &'a [u8], key: &str) -> Option<&'a [u8]> {
    let count = usize::try_from(number(table, 0)?).ok()?;
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        let (found, value) = record(table, count, middle)?;
        match found.cmp(key.as_bytes()) {
            std::cmp::Ordering::Equal => return Some(value),
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    None
}

/// Whether the bytes have the form of a table, so that a damaged one is refused when it is taken and not when it is read.
pub fn is_whole(table: &[u8]) -> bool {
    let Some(count) = number(table, 0).and_then(|count| usize::try_from(count).ok()) else { return false };
    count <= table.len() / 6 && (0..count).all(|index| record(table, count, index).is_some())
}

fn record(table: &[u8], count: usize, index: usize) -> Option<(&[u8], &[u8])> {
    let from = usize::try_from(number(table, 4 + 4 * index)?).ok()?;
    let to = if index + 1 < count { usize::try_from(number(table, 8 + 4 * index)?).ok()? } else { table.len() };
    let (length, rest) = table.get(from..to)?.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))
}

fn number(table: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*table.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn finds_what_was_put_and_nothing_else(
            records in prop::collection::btree_map("[a-z]{0,3}", prop::collection::vec(any::<u8>(), 0..5), 0..40), other in "[a-z]{0,3}",
        ) {
            let rows: Vec<(&str, Vec<u8>)> = records.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
            let table = build(&rows).unwrap();
            prop_assert!(is_whole(&table));
            for (key, value) in &records {
                prop_assert_eq!(find(&table, key), Some(value.as_slice()));
            }
            let known: BTreeMap<&str, &Vec<u8>> = records.iter().map(|(key, value)| (key.as_str(), value)).collect();
            prop_assert_eq!(find(&table, &other).is_some(), known.contains_key(other.as_str()));
        }

        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..60), key in "[a-z]{0,2}") {
            let _ = is_whole(&bytes);
            let _ = find(&bytes, &key);
        }
    }
}
