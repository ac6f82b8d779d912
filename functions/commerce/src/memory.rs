//! Memory of a component: how bytes are compared. Where small values live is `heap`.
//!
//! Facts cross the border between components as many small strings, and rules are found by comparing ids, so these two decide a
//! good part of what a quote costs in Wasm. What must never be in here: anything that knows what the bytes mean. This and
//! `heap` are the places of the functions with unsafe code of their own; `docs/adr/0007-memory-of-components.md` says why.
#![allow(unsafe_code, reason = "C's `memcmp` is given pointers")]

/// Compares `length` bytes as C's `memcmp`, eight at a time: the sign of the first difference.
///
/// # Safety
/// Both point at `length` readable bytes.
unsafe fn compare(left: *const u8, right: *const u8, length: usize) -> i32 {
    // SAFETY: every read below lies within `length` bytes of both.
    unsafe {
        if length < 8 {
            return short(left, right, length);
        }
        let last = length - 8;
        let mut at = 0;
        while at < last {
            let (one, other) = (word(left.add(at)), word(right.add(at)));
            if one != other {
                return differ(one, other);
            }
            at = at.wrapping_add(8);
        }
        // The last eight overlap with the former, which were equal.
        let (one, other) = (word(left.add(last)), word(right.add(last)));
        if one == other { 0 } else { differ(one, other) }
    }
}

/// Fewer than eight bytes.
unsafe fn short(left: *const u8, right: *const u8, length: usize) -> i32 {
    // SAFETY: as the caller says.
    unsafe {
        for at in 0..length {
            let (one, other) = (*left.add(at), *right.add(at));
            if one != other {
                return i32::from(one) - i32::from(other);
            }
        }
    }
    0
}

/// The eight bytes at a place, the first in the lowest bits.
unsafe fn word(place: *const u8) -> u64 {
    // SAFETY: as the caller says; any alignment is read.
    u64::from_le(unsafe { place.cast::<u64>().read_unaligned() })
}

/// The difference of the first bytes that differ.
fn differ(one: u64, other: u64) -> i32 {
    let shift = (one ^ other).trailing_zeros() & !7;
    let byte = |word: u64| i32::from((word >> shift) as u8);
    byte(one) - byte(other)
}

/// What the compiler calls wherever bytes are compared: the standard one goes byte by byte.
///
/// # Safety
/// Both point at `length` readable bytes.
#[cfg(target_family = "wasm")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memcmp(left: *const u8, right: *const u8, length: usize) -> i32 {
    // SAFETY: as the caller says.
    unsafe { compare(left, right, length) }
}

#[cfg(test)]
mod tests {
    use super::compare;
    use proptest::prelude::*;

    fn order(left: &[u8], right: &[u8]) -> std::cmp::Ordering {
        assert_eq!(left.len(), right.len());
        // SAFETY: both have that many bytes.
        unsafe { compare(left.as_ptr(), right.as_ptr(), left.len()) }.cmp(&0)
    }

    proptest! {
        #[test]
        fn bytes_are_ordered_as_slices_are(
            common in proptest::collection::vec(any::<u8>(), 0..40),
            ends in proptest::collection::vec((0_u8..3, 0_u8..3), 0..40),
        ) {
            let with = |pick: fn(&(u8, u8)) -> u8| -> Vec<u8> {
                common.iter().copied().chain(ends.iter().map(pick)).collect()
            };
            let (left, right) = (with(|end| end.0), with(|end| end.1));
            prop_assert_eq!(order(&left, &right), left.cmp(&right));
            prop_assert_eq!(order(&left, &left), std::cmp::Ordering::Equal);
        }
    }
}
