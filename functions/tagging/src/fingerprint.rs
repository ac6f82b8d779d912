//! Fingerprints to find copies by: SimHash (Charikar 2002) and MinHash (Broder 1997) over shingles of letters.
//!
//! Letters are normalised, simplified and without what stands between, so that a copy in the other script, in full width
//! or with emoji in it has nearly the same fingerprint. Hashes are FNV-1a and SplitMix64: part of the contract, since
//! fingerprints are compared over years.

use crate::letters::Letter;
use crate::text::is_han;
use commerce::facts::tags::{Fingerprint, Similarity};

/// Hashes of a MinHash.
const HASHES: usize = 32;

/// Both fingerprints of a text.
pub struct Prints {
    simhash: u64,
    minhash: [u32; HASHES],
}

/// SplitMix64's finalizer (Steele, Lea and Flood 2014).
fn mix(mut value: u64) -> u64 {
    value = (value ^ value >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ value >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ value >> 31
}

/// Counts how often each of 64 bits is set, all of them at once: plane `n` holds bit `n` of every count.
#[derive(Default)]
struct Ones {
    planes: [u64; 20],
    added: u32,
}

impl Ones {
    fn add(&mut self, bits: u64) {
        self.added += 1;
        let mut carry = bits;
        for plane in &mut self.planes {
            (*plane, carry) = (*plane ^ carry, *plane & carry);
            if carry == 0 {
                break;
            }
        }
    }

    /// The bits that are set in more than half of what was added.
    fn most(&self) -> u64 {
        let count = |bit: u32| -> u32 {
            self.planes.iter().zip(0u32..).map(|(plane, place)| (u32::from(plane >> bit & 1 == 1)) << place).sum()
        };
        (0..64).filter(|bit| count(*bit) * 2 > self.added).fold(0, |bits, bit| bits | 1 << bit)
    }
}

/// Shingles whose hashes are reckoned at a time.
const TAKEN: usize = 256;
/// Hashes that are kept at hand while shingles pass by.
const LANES: usize = 8;

/// Lowers each least hash to that of shingles: some hashes of all the shingles at a time, so that they need not be stored for each.
fn lower(minhash: &mut [u64; HASHES], shingles: &mut Vec<(u64, u64)>) {
    let (blocks, _) = minhash.as_chunks_mut::<LANES>();
    for (block, place) in blocks.iter_mut().zip(0u64..) {
        let mut least = *block;
        for (hash, step) in shingles.iter() {
            let mut value = hash.wrapping_add(step.wrapping_mul(place.wrapping_mul(LANES as u64)));
            for least in &mut least {
                *least = (*least).min(value);
                value = value.wrapping_add(*step);
            }
        }
        *block = least;
    }
    shingles.clear();
}

/// Reads the fingerprints of a text's letters.
#[must_use]
pub fn of(letters: &[Letter]) -> Prints {
    let mut ones = Ones::default();
    // The upper halves are kept in the end; the least whole has the least upper half.
    let mut minhash = [u64::MAX; HASHES];
    let mut shingles: Vec<(u64, u64)> = Vec::with_capacity(TAKEN);
    for (index, letter) in letters.iter().enumerate() {
        // A Han character says about what two Latin letters say: shingles of three, or of six.
        let size = if is_han(letter.letter) { 3 } else { 6 };
        let stretch = letters.get(index..(index + size).min(letters.len())).unwrap_or_default();
        if stretch.len() < size && index > 0 {
            continue;
        }
        let mut hash = 0xCBF2_9CE4_8422_2325u64;
        for letter in stretch {
            hash = (hash ^ u64::from(u32::from(letter.letter))).wrapping_mul(0x0100_0000_01B3);
        }
        let hash = mix(hash);
        ones.add(hash);
        // Two independent halves give all the hashes (Kirsch and Mitzenmacher 2006).
        shingles.push((hash, mix(hash) | 1));
        if shingles.len() == TAKEN {
            lower(&mut minhash, &mut shingles);
        }
    }
    lower(&mut minhash, &mut shingles);
    let minhash = minhash.map(|least| u32::try_from(least >> 32).unwrap_or(u32::MAX));
    Prints { simhash: ones.most(), minhash }
}

/// The fingerprints as facts.
#[must_use]
pub fn write(prints: &Prints) -> Fingerprint {
    Fingerprint { simhash: format!("{:016x}", prints.simhash), minhash: prints.minhash.to_vec() }
}

/// How alike two texts are: a copy has six tenths of its shingles in common, or differs in at most six bits.
#[must_use]
pub fn similarity(left: &Prints, right: &Prints) -> Similarity {
    let distance = (left.simhash ^ right.simhash).count_ones();
    let same = left.minhash.iter().zip(&right.minhash).filter(|(one, other)| one == other).count();
    let jaccard = u32::try_from(same * 10_000 / HASHES).unwrap_or(10_000);
    Similarity { jaccard, distance, duplicate: jaccard >= 6_000 || distance <= 6 }
}
