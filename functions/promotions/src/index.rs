//! Finds the promotions that a cart can touch, without looking at the others.
//!
//! Every promotion that has conditions on products, categories, codes, groups, segments or channels is filed under the
//! most selective of them; the rest is filed under "always". Promotions are stored with the key they are filed under, in
//! shards by the key's hash. A key that fills more than a shard by itself is cut into chunks by time, so that only what
//! runs now is read. A Bloom filter (Bloom, 1970) in the root tells keys that nobody files under.

use crate::promotion::Promotion;
use commerce::facts::prices::PricedLine;
use commerce::facts::types::Context;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a promotion is filed under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// How selective: the smaller, the more.
    pub class: u8,
    /// The hash of class and word.
    pub hash: u64,
}

impl Key {
    /// The most keys that one promotion is filed under.
    pub const MOST: usize = 32;
    /// How much these keys reach: the class of the widest, and how many they are.
    #[must_use]
    pub fn breadth(keys: &[Self]) -> (Option<u8>, usize) {
        (keys.iter().map(|key| key.class).max(), keys.len())
    }

    /// Whether it is that of a code: such a promotion is found by as many keys as it has codes.
    #[must_use]
    pub const fn is_code(&self) -> bool {
        self.class == 0
    }

    /// What fits any cart.
    pub const ALWAYS: Self = Self { class: u8::MAX, hash: 0 };

    fn new(class: u8, word: &str) -> Self {
        Self { class, hash: Self::hash(class, word.as_bytes()).max(1) }
    }

    /// FNV-1a, 64 bit (Fowler, Noll and Vo), salted: keys are the merchant's own, and a collision costs a look, not an error.
    #[must_use]
    pub fn hash(salt: u8, bytes: &[u8]) -> u64 {
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        Self::mixed(bytes.iter().fold(step(0xcbf2_9ce4_8422_2325, &salt), step))
    }

    /// FNV's low bits are weak; one round of mixing (MurmurHash3's finalizer) spreads them.
    #[must_use]
    pub fn mixed(hash: u64) -> u64 {
        let mixed = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed ^ (mixed >> 33)
    }

    /// A code in its compared form.
    #[must_use]
    pub fn code(word: &str) -> Self {
        Self::new(0, word)
    }
    /// A product.
    #[must_use]
    pub fn sku(word: &str) -> Self {
        Self::new(1, word)
    }
    /// A room, a shop, a group.
    #[must_use]
    pub fn channel_id(word: &str) -> Self {
        Self::new(2, word)
    }
    /// Something that the shopper holds.
    #[must_use]
    pub fn entitlement(word: &str) -> Self {
        Self::new(3, word)
    }
    /// A category.
    #[must_use]
    pub fn category(word: &str) -> Self {
        Self::new(4, word)
    }
    /// A customer group.
    #[must_use]
    pub fn group(word: &str) -> Self {
        Self::new(5, word)
    }
    /// A tier of membership.
    #[must_use]
    pub fn tier(word: &str) -> Self {
        Self::new(6, word)
    }
    /// A segment.
    #[must_use]
    pub fn segment(word: &str) -> Self {
        Self::new(7, word)
    }
    /// A kind of channel.
    #[must_use]
    pub fn channel(word: &str) -> Self {
        Self::new(8, word)
    }
}

/// The keys that a cart has, each once and in order.
#[must_use]
pub fn keys(lines: &[PricedLine], context: &Context, segments: &[String], codes: &[String]) -> Vec<u64> {
    let mut found: Vec<u64> = Vec::with_capacity(2 * lines.len() + 8);
    found.push(Key::ALWAYS.hash);
    let mut add = |key: Key| found.push(key.hash);
    let mut before: &[String] = &[];
    for line in lines.iter().filter(|line| line.selected) {
        add(Key::sku(&line.sku));
        // Neighbours are often of the same categories.
        if line.categories != before {
            line.categories.iter().for_each(|category| add(Key::category(category)));
            before = &line.categories;
        }
    }
    codes.iter().for_each(|code| add(Key::code(code)));
    segments.iter().for_each(|segment| add(Key::segment(segment)));
    add(Key::channel(&context.channel.kind));
    context.channel.id.iter().for_each(|id| add(Key::channel_id(id)));
    if let Some(shopper) = &context.shopper {
        shopper.groups.iter().for_each(|group| add(Key::group(group)));
        shopper.entitlements.iter().for_each(|held| add(Key::entitlement(held)));
        shopper.tier.iter().for_each(|tier| add(Key::tier(tier)));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Promotions with the keys they are filed under.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shard {
    /// By rank.
    pub promotions: Vec<Promotion>,
    /// For each key, in order, the places of its promotions.
    keys: Vec<(u64, Vec<u32>)>,
}

impl Shard {
    fn new(filed: &BTreeMap<u64, Vec<usize>>, all: &[Promotion]) -> Self {
        let wanted: BTreeSet<usize> = filed.values().flatten().copied().collect();
        let places: BTreeMap<usize, u32> = wanted.iter().zip(0..).map(|(index, place)| (*index, place)).collect();
        let keys = filed
            .iter()
            .map(|(key, list)| (*key, list.iter().filter_map(|index| places.get(index)).copied().collect()));
        Self { keys: keys.collect(), promotions: wanted.iter().filter_map(|index| all.get(*index)).cloned().collect() }
    }

    /// The promotions filed under a key.
    pub fn find(&self, key: u64) -> impl Iterator<Item = &Promotion> {
        let found =
            self.keys.binary_search_by_key(&key, |(known, _)| *known).ok().and_then(|place| self.keys.get(place));
        found
            .into_iter()
            .flat_map(|(_, places)| places)
            .filter_map(|place| self.promotions.get(usize::try_from(*place).ok()?))
    }
}

/// A chunk of a key that fills more than a shard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Chunk {
    shard: u32,
    starts: i64,
    ends: i64,
}

/// Where to find what; a part of the root.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Directory {
    /// Everything, where it is small.
    pub inline: Option<Shard>,
    /// Where it is not: the first promotions that a product or a category would reach, for hints.
    pub shelf: Vec<Promotion>,
    buckets: u32,
    filter: Vec<u64>,
    heavy: Vec<(u64, Vec<Chunk>)>,
}

impl Directory {
    /// Up to so many bytes stay in the root.
    const INLINE_BYTES: usize = 96 << 10;
    /// Promotions on the shelf, and how many bytes they may take together.
    const SHELF: (usize, usize) = (64, 16 << 10);
    /// What a bucket holds on average, and what makes a key a heavy one.
    const BUCKET_BYTES: usize = 24 << 10;

    /// Files the promotions, and answers the shards beside the directory.
    #[must_use]
    pub fn build(promotions: &[Promotion]) -> (Self, Vec<Shard>) {
        let mut filed: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for (index, promotion) in promotions.iter().enumerate() {
            let keys: BTreeSet<u64> = promotion.keys().iter().map(|key| key.hash).collect();
            if keys.is_empty() {
                filed.entry(Key::ALWAYS.hash).or_default().push(index);
            }
            for key in keys {
                filed.entry(key).or_default().push(index);
            }
        }
        let sizes: Vec<usize> = promotions
            .iter()
            .map(|promotion| postcard::to_allocvec(promotion).map_or(0, |bytes| bytes.len()))
            .collect();
        let size =
            |list: &[usize]| list.iter().filter_map(|index| sizes.get(*index)).sum::<usize>() + 12 + 3 * list.len();
        let total: usize = filed.values().map(|list| size(list)).sum();
        if total <= Self::INLINE_BYTES {
            return (Self { inline: Some(Shard::new(&filed, promotions)), ..Self::default() }, Vec::new());
        }
        let heavy_keys: Vec<u64> =
            filed.iter().filter(|(_, list)| size(list) > Self::BUCKET_BYTES).map(|(key, _)| *key).collect();
        let heavy: Vec<(u64, Vec<usize>)> =
            heavy_keys.iter().filter_map(|key| Some((*key, filed.remove(key)?))).collect();
        let light: usize = filed.values().map(|list| size(list)).sum();
        let buckets = u32::try_from(light / Self::BUCKET_BYTES + 1).unwrap_or(u32::MAX);
        let mut parts: Vec<BTreeMap<u64, Vec<usize>>> = vec![BTreeMap::new(); usize::try_from(buckets).unwrap_or(1)];
        let mut directory = Self {
            inline: None,
            shelf: shelf(promotions, &sizes),
            buckets,
            filter: vec![0; (filed.len() / 8 + 1).next_power_of_two()],
            heavy: Vec::new(),
        };
        for (key, list) in filed {
            directory.note(key);
            if let Some(part) = parts.get_mut(directory.bucket(key)) {
                part.insert(key, list);
            }
        }
        let mut shards: Vec<Shard> = parts.iter().map(|part| Shard::new(part, promotions)).collect();
        for (key, mut list) in heavy {
            list.sort_by_key(|index| {
                promotions.get(*index).map_or((0, 0, 0), |found| (found.starts, found.ends, found.rank))
            });
            let mut chunks = Vec::new();
            let mut rest = list.as_slice();
            while !rest.is_empty() {
                let mut bytes = 0;
                let fits = |index: &&usize| {
                    bytes += sizes.get(**index).copied().unwrap_or(0) + 3;
                    bytes <= Self::BUCKET_BYTES
                };
                let count = rest.iter().take_while(fits).count().max(1);
                let (chunk, after) = rest.split_at_checked(count).unwrap_or((rest, &[]));
                let found = || chunk.iter().filter_map(|index| promotions.get(*index));
                chunks.push(Chunk {
                    shard: u32::try_from(shards.len()).unwrap_or(u32::MAX),
                    starts: found().map(|promotion| promotion.starts).min().unwrap_or(i64::MIN),
                    ends: found().map(|promotion| promotion.ends).max().unwrap_or(i64::MAX),
                });
                shards.push(Shard::new(&BTreeMap::from([(key, chunk.to_vec())]), promotions));
                rest = after;
            }
            directory.heavy.push((key, chunks));
        }
        (directory, shards)
    }

    /// The shards in which promotions of these keys stand that may run at the moment.
    #[must_use]
    pub fn shards(&self, keys: &[u64], at: i64) -> Vec<u32> {
        let mut wanted = Vec::new();
        if self.inline.is_some() {
            return wanted;
        }
        for key in keys {
            if let Ok(place) = self.heavy.binary_search_by_key(key, |(known, _)| *known) {
                let chunks = self.heavy.get(place).map(|(_, chunks)| chunks.as_slice()).unwrap_or_default();
                wanted.extend(
                    chunks.iter().filter(|chunk| chunk.starts <= at && at < chunk.ends).map(|chunk| chunk.shard),
                );
            } else if self.may_have(*key) {
                wanted.push(u32::try_from(self.bucket(*key)).unwrap_or(u32::MAX));
            }
        }
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    }

    fn bucket(&self, key: u64) -> usize {
        usize::try_from((key >> 20) % u64::from(self.buckets.max(1))).unwrap_or(0)
    }

    /// Three bits for a key: 8 to 16 bits a key in all, so that one stranger in 30 or fewer is looked for in vain.
    fn bits(&self, key: u64) -> impl Iterator<Item = (usize, u64)> + use<> {
        let words = u64::try_from(self.filter.len().max(1)).unwrap_or(1);
        [key, key.rotate_left(21), key.rotate_left(42)].into_iter().map(move |hash| {
            let bit = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
            (usize::try_from((bit / 64) % words).unwrap_or(0), 1 << (bit % 64))
        })
    }

    fn note(&mut self, key: u64) {
        for (word, bit) in self.bits(key) {
            if let Some(word) = self.filter.get_mut(word) {
                *word |= bit;
            }
        }
    }

    fn may_have(&self, key: u64) -> bool {
        self.bits(key).all(|(word, bit)| self.filter.get(word).is_some_and(|word| word & bit != 0))
    }
}

/// Promotions that anybody may earn by putting something into the cart, as far as there is room.
fn shelf(promotions: &[Promotion], sizes: &[usize]) -> Vec<Promotion> {
    let (most, bytes) = Directory::SHELF;
    let goods = [Key::sku("").class, Key::category("").class];
    let automatic = |promotion: &Promotion| promotion.codes.is_empty() && !promotion.manual;
    let by_goods = |promotion: &Promotion| promotion.keys().iter().any(|key| goods.contains(&key.class));
    let mut room = bytes;
    let fits = |size: usize| {
        let fits = size <= room;
        room -= if fits { size } else { 0 };
        fits
    };
    let all = promotions.iter().zip(sizes).filter(|(promotion, _)| automatic(promotion) && by_goods(promotion));
    all.scan(fits, |fits, (promotion, size)| Some((promotion, fits(*size))))
        .filter(|(_, fits)| *fits)
        .map(|(promotion, _)| promotion.clone())
        .take(most)
        .collect()
}
