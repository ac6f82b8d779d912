//! How a find is to be taken, by what stands around it: exemptions, negation, quotation, products, titles.

use super::Reading;
use crate::letters::{Gap, Letter};
use crate::lexicon::Find;
use crate::tables::{self, Sense, cue};

/// Letters that a word's reach goes back or on within a clause, for Han text.
const NEAR: u32 = 10;
/// The same for Latin text, where a letter says less.
const NEAR_LATIN: u32 = 40;

/// Everything around the terms of a text.
pub(super) struct Surroundings<'a> {
    letters: &'a [Letter],
    /// Cues by their kind, each kind in the order of the text.
    cues: Vec<Vec<Find>>,
    covers: Vec<(u16, Find)>,
    /// The sentence of each letter.
    sentences: Vec<u32>,
    /// The clause of each letter.
    clauses: Vec<u32>,
    /// Letters within 《》.
    titled: Vec<(u32, u32)>,
    product: Option<&'a str>,
    /// A year in figures stands somewhere, or a day of sales does.
    dated: bool,
}

impl<'a> Surroundings<'a> {
    pub fn of(reading: &Reading<'a>, product: Option<&'a str>) -> Self {
        let mut cues = vec![Vec::new(); cue::COUNT];
        let mut covers = Vec::new();
        for (sense, find) in reading.finds {
            match sense {
                Sense::Cue(kind) => {
                    if let Some(finds) = cues.get_mut(usize::from(*kind)) {
                        finds.push(*find);
                    }
                }
                Sense::Cover(code) => covers.push((*code, *find)),
                Sense::Term(_) | Sense::Word(_) => {}
            }
        }
        covers.sort_by_key(|(_, find)| find.from);
        let count = |at_least: Gap| {
            let numbered = reading.letters.iter().scan(0, |number, letter| {
                *number += u32::from(letter.gap >= at_least);
                Some(*number)
            });
            numbered.collect::<Vec<u32>>()
        };
        let dated = dated(reading.letters)
            || cues.get(usize::from(cue::TIMED)).is_some_and(|finds| finds.iter().any(|find| find.to - find.from > 2));
        Self {
            letters: reading.letters,
            dated,
            cues,
            covers,
            sentences: count(Gap::Sentence),
            clauses: count(Gap::Clause),
            titled: titled(reading),
            product,
        }
    }

    /// The level that a term has here, and why it is lower than its own.
    pub fn judge(&self, category: u8, level: u8, find: Find) -> (u8, Option<&'static str>) {
        let name = tables::categories().get(usize::from(category)).copied().unwrap_or_default();
        if let Some(code) = self.covered(find) {
            return (0, Some(code));
        }
        if self.in_sentence(cue::TALK, find) || self.debunked(find) {
            return (0, Some("quoted"));
        }
        if name != "guarantee" && self.negated(find) {
            return (0, Some("negated"));
        }
        let exemption = match name {
            "absolute" | "state-authority" | "scarcity" | "superstition" => self.exempt(find, name == "absolute"),
            "medical"
            | "medical-cosmetic"
            | "food-disease"
            | "health-food"
            | "special-cosmetic"
            | "exaggerated-efficacy" => self.licensed(name, find),
            _ => None,
        };
        if exemption.is_some() { (0, exemption) } else { (self.weighed(name, level, find), None) }
    }

    /// The level by what is sold: a claim about a body weighs less where nothing touches a body.
    fn weighed(&self, name: &str, level: u8, find: Find) -> u8 {
        match name {
            "special-cosmetic"
                if self.product.is_some_and(|product| !matches!(product, "cosmetics" | "special-cosmetics")) =>
            {
                0
            }
            // A loan's or a fund's words are those of finance only where money is sold, but gains promised are promised anywhere.
            "alcohol" if !self.sells("alcohol", cue::P_ALCOHOL, find) => 0,
            _ => level,
        }
    }

    fn sells(&self, product: &str, kind: u16, find: Find) -> bool {
        self.product.map_or_else(|| self.in_sentence(kind, find) || self.anywhere(kind), |named| named == product)
    }

    /// A phrase that holds the find, or that shares its end and goes on: 第一次 in 销量第一次.
    fn covered(&self, find: Find) -> Option<&'static str> {
        // Phrases are at most 24 letters long.
        let first = self.covers.partition_point(|(_, cover)| cover.from + 24 < find.from);
        let around = self.covers.iter().skip(first).take_while(|(_, cover)| cover.from < find.to);
        let holds = |cover: &Find| cover.from <= find.from && cover.to >= find.to;
        let goes_on = |code: u16, cover: &Find| {
            tables::covers().get(usize::from(code)) == Some(&"lexical") && cover.to > find.to && cover.from > find.from
        };
        let mut around = around.filter(|(code, cover)| holds(cover) || goes_on(*code, cover));
        around.next().and_then(|(code, _)| tables::covers().get(usize::from(*code)).copied())
    }

    fn near(&self, find: Find) -> u32 {
        let latin = self.letters.get(find.from as usize).is_some_and(|letter| letter.letter.is_ascii_alphabetic());
        if latin { NEAR_LATIN } else { NEAR }
    }

    fn finds(&self, kind: u16) -> &[Find] {
        self.cues.get(usize::from(kind)).map_or(&[], Vec::as_slice)
    }

    fn same(numbers: &[u32], left: u32, right: u32) -> bool {
        numbers.get(left as usize) == numbers.get(right as usize)
    }

    /// Cues that end before the find within its clause and its reach.
    fn before(&self, kind: u16, find: Find, reach: u32) -> impl Iterator<Item = Find> + '_ {
        let finds = self.finds(kind);
        let last = finds.partition_point(|cue| cue.to <= find.from);
        let near = move |cue: &&Find| cue.to + reach >= find.from;
        finds
            .get(..last)
            .unwrap_or_default()
            .iter()
            .rev()
            .take_while(near)
            .copied()
            .filter(move |cue| Self::same(&self.clauses, cue.from, find.from))
    }

    /// Cues that start after the find within its clause and its reach.
    fn after(&self, kind: u16, find: Find, reach: u32) -> bool {
        let finds = self.finds(kind);
        // Cues are in the order of their ends.
        let first = finds.partition_point(|cue| cue.to <= find.to);
        let near = finds.iter().skip(first).take_while(|cue| cue.to <= find.to + reach + 8);
        near.filter(|cue| cue.from >= find.to && cue.from <= find.to + reach)
            .any(|cue| Self::same(&self.clauses, cue.from, find.to.saturating_sub(1)))
    }

    fn in_sentence(&self, kind: u16, find: Find) -> bool {
        let sentence = self.sentences.get(find.from as usize).copied().unwrap_or_default();
        let finds = self.finds(kind);
        let first =
            finds.partition_point(|cue| self.sentences.get(cue.from as usize).copied().unwrap_or_default() < sentence);
        finds.get(first).is_some_and(|cue| self.sentences.get(cue.from as usize).copied() == Some(sentence))
    }

    /// Called untrue later in its sentence (都是骗人的), and not what others say (别家都是骗人的).
    fn debunked(&self, find: Find) -> bool {
        let sentence = |place: u32| self.sentences.get(place as usize);
        let finds = self.finds(cue::DEBUNK);
        let first = finds.partition_point(|cue| cue.to <= find.to);
        let Some(cue) = finds.get(first).filter(|cue| sentence(cue.from) == sentence(find.from)) else { return false };
        !self.finds(cue::RIVAL).iter().any(|rival| (find.to..=cue.from).contains(&rival.from))
    }

    fn anywhere(&self, kind: u16) -> bool {
        !self.finds(kind).is_empty()
    }

    /// Denied: 不能治疗, not "不仅", and not across "而是".
    fn negated(&self, find: Find) -> bool {
        let but = |cue: &Find| {
            let first = self.finds(cue::NOT_BUT).partition_point(|other| other.to < cue.to);
            let near = self.finds(cue::NOT_BUT).iter().skip(first).take_while(|other| other.to <= cue.to + 64);
            near.into_iter().any(|other| other.from <= cue.from)
        };
        let far =
            self.before(cue::NOT_FAR, find, self.near(find)).any(|cue| !but(&cue) && !self.turns(cue.to, find.from));
        far || self.before(cue::NOT_NEAR, find, 0).any(|cue| !but(&cue))
    }

    /// Whether 而是, 就, 也 or "but" stands between: what was denied is over.
    fn turns(&self, from: u32, to: u32) -> bool {
        let between: String = self
            .letters
            .get(from as usize..to as usize)
            .unwrap_or_default()
            .iter()
            .map(|letter| letter.letter)
            .collect();
        ["而是", "就是", "就能", "就可", "也能", "却", "但", "便能", "即可", "买后悔", "but"]
            .iter()
            .any(|word| between.contains(word))
    }

    /// The exemptions that are told by what stands around; the others are phrases.
    fn exempt(&self, find: Find, absolute: bool) -> Option<&'static str> {
        let titled = self.titled.iter().any(|(from, to)| *from <= find.from && find.to <= *to);
        if titled || self.in_sentence(cue::TITLE, find) {
            return Some("title");
        }
        if self.in_sentence(cue::MARK, find) || self.marked(find) {
            return Some("e6-name");
        }
        if !absolute {
            return None;
        }
        if self.before(cue::AIM, find, 12).next().is_some() {
            return Some("e2-aim");
        }
        if self.owned(find) {
            return Some("e3-own-range");
        }
        if self.used(find) {
            return Some("e4-use");
        }
        if self.after(cue::PLACE, find, 8) {
            return Some("e7-background");
        }
        if self.after(cue::HONOUR, find, 6) {
            return Some("e8-honour");
        }
        if self.anywhere(cue::SOURCE) && (self.in_sentence(cue::TIMED, find) || self.anywhere(cue::TIMED)) && self.dated
        {
            return Some("e9-dated");
        }
        if self.in_sentence(cue::PEOPLE, find) {
            return Some("not-a-product");
        }
        None
    }

    /// Compared with the seller's own goods only: the own range is named close before, and between them neither a wider one
    /// nor what the seller is compared with others by (本店价格最低).
    fn owned(&self, find: Find) -> bool {
        let between = |kind: u16, own: &Find| {
            let first = self.finds(kind).partition_point(|cue| cue.to <= own.to);
            self.finds(kind).iter().skip(first).take_while(|cue| cue.to <= find.to).any(|cue| cue.from >= own.to)
        };
        let wide = |own: &Find| between(cue::SCOPE, own) || between(cue::CLAIM, own);
        self.before(cue::OWN, find, 8).any(|own| !wide(&own) && find.from - own.to <= 4)
    }

    /// Advice on use: 冷藏后口感最佳.
    fn used(&self, find: Find) -> bool {
        let noun = self.before(cue::TIP_NOUN, find, 3).next().is_some();
        noun && self.in_sentence(cue::TIP, find)
    }

    /// ®, ™ or 牌 right behind it.
    fn marked(&self, find: Find) -> bool {
        let next = self.letters.get(find.to as usize);
        next.is_some_and(|letter| letter.letter == '牌' && letter.gap == Gap::None)
    }

    /// A claim that a licence allows, or that is about something else than bodies.
    fn licensed(&self, name: &str, find: Find) -> Option<&'static str> {
        let medicine = matches!(self.product, Some("drug" | "device"))
            || self.product.is_none() && (self.in_sentence(cue::P_DRUG, find) || self.in_sentence(cue::P_DEVICE, find));
        let licence = self.in_sentence(cue::LICENSED, find);
        match name {
            "medical" | "food-disease" if medicine && (licence || self.product.is_some()) => Some("licensed-product"),
            "medical" if self.kills_germs(find) && self.in_sentence(cue::DISINFECT, find) => Some("process"),
            "health-food" | "special-cosmetic" if licence || self.anywhere(cue::LICENSED) => Some("licensed-product"),
            _ => None,
        }
    }

    fn kills_germs(&self, find: Find) -> bool {
        let words: String = self
            .letters
            .get(find.from as usize..find.to as usize)
            .unwrap_or_default()
            .iter()
            .map(|letter| letter.letter)
            .collect();
        matches!(words.as_str(), "杀菌" | "灭菌")
    }
}

/// Whether a year of this century or the last stands in figures.
fn dated(letters: &[Letter]) -> bool {
    letters.windows(4).any(|four| match four {
        [one, two, three, four] => {
            matches!((one.letter, two.letter), ('2', '0') | ('1', '9'))
                && three.letter.is_ascii_digit()
                && four.letter.is_ascii_digit()
        }
        _ => false,
    })
}

/// Letters within title marks; a mark that is not closed within sixty characters opens nothing.
fn titled(reading: &Reading<'_>) -> Vec<(u32, u32)> {
    let glyphs = &reading.text.glyphs;
    let place = |glyph: usize| reading.letters.partition_point(|letter| (letter.glyph as usize) < glyph);
    let mut titles = Vec::new();
    for (index, _) in glyphs.iter().enumerate().filter(|(_, glyph)| glyph.letter == '《') {
        let closing = glyphs.iter().skip(index).take(60).position(|glyph| glyph.letter == '》');
        if let Some(length) = closing {
            let number = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
            titles.push((number(place(index)), number(place(index + length))));
        }
    }
    titles
}
