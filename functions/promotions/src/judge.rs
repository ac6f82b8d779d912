//! Lets the promotions of a cart go together as the policy says: levels, lanes in sequence, exclusive ones, tags.
//!
//! What one promotion gives is [`crate::attempt`]'s; the best combination is [`crate::search`]'s.

use crate::attempt::{attempt, open, replay};
use crate::given::{Given, Granted};
use crate::ledger::{Drawn, Ledger, Run};
use crate::policy::{Exclusive, Policy, Stacking};
use crate::promotion::Promotion;
use crate::scene::{Applied, Refusal, Scene};
use crate::search;
use std::rc::Rc;

/// What became of a candidate.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// It gave this.
    Applied(Given),
    /// A condition did not hold.
    Rejected(Refusal),
    /// Others exclude it; alone it would have given so much.
    Superseded(Vec<String>, i64),
}

/// The candidates of a cart and what became of them.
#[derive(Clone)]
pub struct Judgement<'a> {
    /// The cart.
    pub scene: &'a Scene<'a>,
    /// The candidates, in the order of application.
    pub candidates: &'a [&'a Promotion],
    /// For each candidate, once it is decided.
    pub fates: Vec<Option<Fate>>,
    /// The candidates that applied, in the order of application.
    pub order: Vec<usize>,
    /// What was to pay at first.
    pub opened: Rc<[Run]>,
    /// What is left to pay.
    pub ledger: Ledger,
    /// No allowed combination gives more.
    pub optimal: bool,
    /// The most that a better one could give in addition.
    pub gap: i64,
    /// For each step of application: the candidate and what was left to pay after it.
    pub remaining: Vec<(usize, i64)>,
    /// What is left to pay.
    left: i64,
    applied: Applied<'a>,
    /// Some candidate does not go together with all others.
    selective: bool,
}

/// Judges the candidates, which stand in the order of application.
#[must_use]
pub fn judge<'a>(scene: &'a Scene<'a>, candidates: &'a [&'a Promotion]) -> Judgement<'a> {
    let ledger = Ledger::open(scene.lines, scene.shipping);
    let mut judgement = Judgement {
        scene,
        candidates,
        fates: vec![None; candidates.len()],
        order: Vec::with_capacity(candidates.len()),
        remaining: Vec::with_capacity(candidates.len()),
        opened: ledger.runs.as_slice().into(),
        left: ledger.remaining(),
        ledger,
        optimal: true,
        gap: 0,
        applied: Applied::with_capacity(candidates.len()),
        selective: candidates.iter().any(|promotion| promotion.exclusive || promotion.combines.is_some()),
    };
    for (index, promotion) in candidates.iter().enumerate() {
        if let Err(refusal) = open(promotion, scene) {
            judgement.set(index, Fate::Rejected(refusal));
        }
    }
    let catalogue = judgement.undecided(|promotion| promotion.stage == 0);
    if !catalogue.is_empty() {
        judgement.lane(&catalogue, scene.policy.catalogue_stacking);
        judgement.ledger.settle();
    }
    judgement.cart();
    judgement.pay();
    judgement
}

impl<'a> Judgement<'a> {
    fn set(&mut self, index: usize, fate: Fate) {
        if let Some(place) = self.fates.get_mut(index) {
            *place = Some(fate);
        }
    }

    fn get(&self, index: usize) -> Option<&'a Promotion> {
        self.candidates.get(index).copied()
    }

    fn undecided(&self, wanted: impl Fn(&Promotion) -> bool) -> Vec<usize> {
        let open = self.candidates.iter().zip(&self.fates).enumerate();
        open.filter(|(_, (promotion, fate))| fate.is_none() && wanted(promotion)).map(|(index, _)| index).collect()
    }

    fn attempt(&self, index: usize, ledger: &Ledger) -> Result<(Given, Ledger), Refusal> {
        self.get(index)
            .map_or(Err(Refusal::plain("unknown")), |promotion| attempt(promotion, self.scene, ledger, &self.applied))
    }

    fn apply(&mut self, index: usize, given: Given, ledger: Ledger) {
        self.ledger = ledger;
        self.left = self.left - given.goods() + given.raised.iter().sum::<i64>();
        self.remaining.push((index, self.left));
        self.order.push(index);
        if let Some(promotion) = self.get(index) {
            self.applied.push(&promotion.id);
        }
        self.set(index, Fate::Applied(given));
    }

    fn ids(&self, indices: &[usize]) -> Vec<String> {
        indices.iter().filter_map(|index| self.get(*index)).map(|promotion| promotion.id.clone()).collect()
    }

    /// What all that applied is worth.
    #[must_use]
    pub fn value(&self) -> i64 {
        self.fates.iter().flatten().map(|fate| if let Fate::Applied(given) = fate { given.value() } else { 0 }).sum()
    }

    /// What one promotion gives, by its id.
    #[must_use]
    pub fn own(&self, id: &str) -> i64 {
        let fates = self.candidates.iter().zip(&self.fates).filter(|(promotion, _)| promotion.id == id);
        fates.map(|(_, fate)| if let Some(Fate::Applied(given)) = fate { given.value() } else { 0 }).sum()
    }

    /// The promotions on the cart: exclusive ones, then lane by lane.
    fn cart(&mut self) {
        let all = self.undecided(|_| true);
        let exclusive: Vec<usize> =
            all.iter().copied().filter(|index| self.get(*index).is_some_and(|promotion| promotion.exclusive)).collect();
        match self.scene.policy.exclusive {
            _ if exclusive.is_empty() => self.lanes(),
            Exclusive::Stop => self.lanes(),
            Exclusive::Alone => {
                let ledger = self.ledger.clone();
                for index in exclusive {
                    match self.attempt(index, &ledger) {
                        Ok((given, after)) => return self.alone(index, given, after),
                        // What the others take off does not let it join them.
                        Err(refusal) => self.set(index, Fate::Rejected(refusal)),
                    }
                }
                self.lanes();
            }
            Exclusive::Best => self.best_of(&exclusive),
        }
    }

    /// Each exclusive one alone against all others together; on a tie the others, then the first exclusive one.
    fn best_of(&mut self, exclusive: &[usize]) {
        let mut others = self.clone();
        for index in exclusive {
            others.set(*index, Fate::Rejected(Refusal::plain("exclusive")));
        }
        others.lanes();
        let base = self.value();
        let opening = self.ledger.clone();
        let mut best: Option<(usize, Given, Ledger)> = None;
        for index in exclusive {
            if let Ok((given, after)) = self.attempt(*index, &opening)
                && given.value() > best.as_ref().map_or(others.value() - base, |best| best.1.value())
            {
                best = Some((*index, given, after));
            }
        }
        if let Some((index, given, after)) = best {
            self.alone(index, given, after);
            return;
        }
        let winners =
            self.ids(&others.order.iter().copied().filter(|index| !self.order.contains(index)).collect::<Vec<_>>());
        for index in exclusive {
            let fate = match self.attempt(*index, &opening) {
                Ok((given, _)) => Fate::Superseded(winners.clone(), given.value()),
                Err(refusal) => Fate::Rejected(refusal),
            };
            others.set(*index, fate);
        }
        *self = others;
    }

    fn alone(&mut self, index: usize, given: Given, after: Ledger) {
        let opening = self.ledger.clone();
        self.apply(index, given, after);
        let rest = self.undecided(|_| true);
        self.leave(&rest, &[index], &opening);
    }

    /// Tenders pay no more than the goods cost in the end, line by line: a promotion after one may have reduced them. What is
    /// too much is left out of the last.
    fn pay(&mut self) {
        let is_tender = |granted: &Granted| granted.kind == "tender";
        let fates = self.fates.iter().flatten();
        let applied = fates.filter_map(|fate| if let Fate::Applied(given) = fate { Some(given) } else { None });
        if !applied.flat_map(|given| &given.grants).any(is_tender) {
            return;
        }
        let mut unpaid = self.ledger.by_line(self.scene.lines.len());
        for index in &self.order {
            let Some(Some(Fate::Applied(given))) = self.fates.get_mut(*index) else { continue };
            for tender in given.grants.iter_mut().filter(|granted| is_tender(granted)) {
                tender.pay(&mut unpaid, self.scene.policy.lines());
            }
            given.grants.retain(|granted| !is_tender(granted) || granted.amount > 0);
        }
    }

    fn lanes(&mut self) {
        let sequence = self.scene.policy.sequence();
        let stages: Vec<(u32, Stacking)> = (1..).zip(sequence.iter().map(|lane| lane.stacking)).collect();
        // Neighbours that look for the best combination look for it together.
        for lanes in stages.chunk_by(|one, other| one.1 == Stacking::Best && other.1 == Stacking::Best) {
            let members = |lanes: &[(u32, Stacking)]| {
                self.undecided(|promotion| lanes.iter().any(|(stage, _)| *stage == promotion.stage))
            };
            let (all, filled) = (members(lanes), lanes.iter().filter(|lane| !members(&[**lane]).is_empty()).count());
            match lanes.first() {
                Some((_, stacking)) if filled == 1 => self.lane(&all, *stacking),
                Some(_) if filled > 1 => self.together(&all, lanes),
                _ => {}
            }
        }
    }

    /// The best combination over several lanes; where it is not proven, no worse than the best of each lane after the other.
    fn together(&mut self, members: &[usize], lanes: &[(u32, Stacking)]) {
        let before = self.clone();
        self.lane(members, Stacking::Best);
        if self.gap == before.gap {
            return;
        }
        let (optimal, gap) = (before.optimal, before.gap);
        let mut each = before;
        for (lane, stacking) in lanes {
            let members = each.undecided(|promotion| promotion.stage == *lane);
            each.lane(&members, *stacking);
        }
        let better = each.value() - self.value();
        if better > 0 {
            each.gap = self.gap.saturating_sub(better).max(gap);
            each.optimal = optimal && each.gap == gap;
            *self = each;
        }
    }

    fn lane(&mut self, members: &[usize], stacking: Stacking) {
        // What conflicts with an earlier lane does not run in this one.
        let before: Vec<usize> = self.order.clone();
        let (members, barred): (Vec<usize>, Vec<usize>) =
            members.iter().partition(|index| !before.iter().any(|other| self.conflict(**index, *other)));
        if !barred.is_empty() {
            let opening = self.ledger.clone();
            for index in barred {
                let by: Vec<usize> = before.iter().copied().filter(|other| self.conflict(index, *other)).collect();
                self.leave(&[index], &by, &opening);
            }
        }
        match stacking {
            Stacking::All => self.all(&members),
            Stacking::First => self.one(&members, false),
            Stacking::BestOne => self.one(&members, true),
            Stacking::BestPerLine => self.best_per_line(&members),
            Stacking::Best => self.best(&members),
        }
    }

    /// Whether two of the same level may not both be given.
    #[must_use]
    pub fn conflict(&self, one: usize, other: usize) -> bool {
        let both = self.get(one).zip(self.get(other));
        self.selective && both.is_some_and(|(one, other)| conflict(self.scene.policy, one, other))
    }

    fn all(&mut self, members: &[usize]) {
        // Where all go together, nothing is left for the sake of others.
        let opening = self.selective.then(|| self.ledger.clone());
        for index in members {
            if let Some(opening) = &opening {
                let by: Vec<usize> = self.order.iter().copied().filter(|other| self.conflict(*index, *other)).collect();
                if !by.is_empty() {
                    self.leave(&[*index], &by, opening);
                    continue;
                }
            }
            match self.attempt(*index, &self.ledger) {
                Ok((given, after)) => self.apply(*index, given, after),
                Err(refusal) => self.set(*index, Fate::Rejected(refusal)),
            }
        }
    }

    fn one(&mut self, members: &[usize], best: bool) {
        let opening = self.ledger.clone();
        let mut found: Option<(usize, Given, Ledger)> = None;
        for index in members {
            if let Ok((given, after)) = self.attempt(*index, &opening)
                && found.as_ref().is_none_or(|found| best && given.value() > found.1.value())
            {
                found = Some((*index, given, after));
            }
        }
        let winner: Vec<usize> = found.iter().map(|found| found.0).collect();
        if let Some((index, given, after)) = found {
            self.apply(index, given, after);
        }
        let rest: Vec<usize> = members.iter().copied().filter(|index| !winner.contains(index)).collect();
        self.leave(&rest, &winner, &opening);
    }

    /// Every line and every charge takes what gives most on it; of equals the first.
    fn best_per_line(&mut self, members: &[usize]) {
        let opening = self.ledger.clone();
        let mut offers: Vec<(usize, Given, Vec<Drawn>)> = Vec::new();
        // Each sees the lines as they are, but draws only what those before it leave.
        let mut seen = opening.clone();
        for index in members {
            match self.attempt(*index, &seen) {
                Ok((given, after)) => {
                    let drawn = after.drawn.get(seen.drawn.len()..).unwrap_or_default().to_vec();
                    seen.drawn.extend(drawn.iter().cloned());
                    offers.push((*index, given, drawn));
                }
                Err(refusal) => self.set(*index, Fate::Rejected(refusal)),
            }
        }
        let winner = |amount: &dyn Fn(&Given) -> i64| {
            let most = offers.iter().map(|(_, given, _)| amount(given)).max().filter(|most| *most > 0)?;
            offers.iter().find(|(_, given, _)| amount(given) == most).map(|(index, ..)| *index)
        };
        let nth = |list: &[i64], place: usize| list.get(place).copied().unwrap_or(0);
        let lines: Vec<Option<usize>> =
            (0..self.scene.lines.len()).map(|place| winner(&|given| nth(&given.lines, place))).collect();
        let charges: Vec<Option<usize>> =
            (0..self.scene.shipping.len()).map(|place| winner(&|given| nth(&given.shipping, place))).collect();
        let mut winners: Vec<usize> = Vec::new();
        let mut losers: Vec<(usize, i64)> = Vec::new();
        for (index, given, drawn) in &offers {
            let won = |list: &[i64], won: &[Option<usize>]| -> Vec<i64> {
                list.iter().zip(won).map(|(amount, winner)| if *winner == Some(*index) { *amount } else { 0 }).collect()
            };
            let (goods, carriage) = (won(&given.lines, &lines), won(&given.shipping, &charges));
            let wins = goods.iter().chain(&carriage).any(|amount| *amount > 0);
            let Some(promotion) = self.get(*index) else { continue };
            if wins || given.taken() == 0 {
                let whole = (given.clone(), drawn.clone());
                let (given, after) = replay(promotion, self.scene, &self.ledger, &goods, &carriage, whole);
                winners.push(*index);
                self.apply(*index, given, after);
            } else {
                losers.push((*index, given.value()));
            }
        }
        let by = self.ids(&winners);
        for (index, gives) in losers {
            self.set(index, Fate::Superseded(by.clone(), gives));
        }
    }

    fn best(&mut self, members: &[usize]) {
        let opening = self.ledger.clone();
        let promotions: Vec<&Promotion> = members.iter().filter_map(|index| self.get(*index)).collect();
        let conflict = |one: usize, other: usize| match (members.get(one), members.get(other)) {
            (Some(one), Some(other)) => self.conflict(*one, *other),
            _ => false,
        };
        let found = search::best(self.scene, &promotions, &opening, &self.applied, &conflict);
        self.optimal &= found.optimal;
        self.gap = self.gap.saturating_add(found.gap);
        let chosen: Vec<usize> = found.chosen.iter().filter_map(|place| members.get(*place)).copied().collect();
        for index in &chosen {
            match self.attempt(*index, &self.ledger) {
                Ok((given, after)) => self.apply(*index, given, after),
                Err(refusal) => self.set(*index, Fate::Rejected(refusal)),
            }
        }
        let rest: Vec<usize> = members.iter().copied().filter(|index| !chosen.contains(index)).collect();
        self.leave(&rest, &chosen, &opening);
    }

    /// Decides those that are left out for the sake of others: superseded where they would have given something.
    fn leave(&mut self, rest: &[usize], by: &[usize], opening: &Ledger) {
        for index in rest {
            let own: Vec<usize> = by.iter().copied().filter(|other| self.conflict(*index, *other)).collect();
            let names = self.ids(if own.is_empty() { by } else { &own });
            let fate = match self.attempt(*index, opening) {
                Ok((given, _)) => Fate::Superseded(names, given.value()),
                Err(refusal) => Fate::Rejected(refusal),
            };
            self.set(*index, fate);
        }
    }
}

/// Whether two of the same level may not both be given.
#[must_use]
pub fn conflict(policy: &Policy, one: &Promotion, other: &Promotion) -> bool {
    if (one.stage == 0) != (other.stage == 0) {
        return false;
    }
    let stops = policy.exclusive == Exclusive::Stop && one.stage != 0 && {
        let (first, second) = if one.rank < other.rank { (one, other) } else { (other, one) };
        first.exclusive && first.rank != second.rank
    };
    stops || !one.goes_with(other)
}
