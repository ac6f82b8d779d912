//! What plans come to and whether they keep to every rule, counted anew; every plan there is; and carts from a seed.
#![allow(dead_code, reason = "each test file takes what it needs")]

use inventory::sourcing::{Case, Supplier, Want};
use inventory::words::Criterion::{self, Carbon, Cost, Distance, Latest, Promise, Shipments, Units};

/// What a plan comes to, criterion by criterion: the less the better.
pub fn worth(case: &Case, units: &[Vec<u32>]) -> Vec<i64> {
    let sent = |node: usize| units.iter().map(|row| i64::from(row[node])).sum::<i64>();
    let used: Vec<(&Supplier, i64)> =
        case.suppliers.iter().enumerate().map(|(node, supplier)| (supplier, sent(node))).collect();
    let used: Vec<(&Supplier, i64)> = used.into_iter().filter(|(_, sent)| *sent > 0).collect();
    let sum = |of: fn(&Supplier) -> i64| used.iter().map(|(supplier, _)| of(supplier)).sum::<i64>();
    let goods = units.iter().zip(&case.wants).flat_map(|(row, want)| row.iter().zip(&want.unit_cost));
    let goods: i64 = goods.map(|(units, cost)| i64::from(*units) * cost).sum();
    let wanted: i64 = case.wants.iter().map(|want| i64::from(want.quantity)).sum();
    let of = |criterion: &Criterion| match criterion {
        Units => wanted - used.iter().map(|(_, sent)| sent).sum::<i64>(),
        Promise => wanted - used.iter().filter(|(supplier, _)| supplier.kept).map(|(_, sent)| sent).sum::<i64>(),
        Shipments => i64::try_from(used.len()).unwrap(),
        Cost => sum(|supplier| supplier.cost) + goods,
        Distance => sum(|supplier| supplier.distance),
        Carbon => sum(|supplier| supplier.carbon),
        Latest => used.iter().map(|(supplier, _)| supplier.latest).max().unwrap_or(0),
    };
    case.objective.iter().map(of).collect()
}

/// Whether a plan keeps to lines, stock, slots and shipments.
pub fn keeps(case: &Case, units: &[Vec<u32>]) -> bool {
    let nodes = case.suppliers.len();
    let sent = |node: usize| units.iter().map(|row| row[node]).sum::<u32>();
    let lines = case.wants.iter().zip(units).all(|(want, row)| {
        let got: u32 = row.iter().sum();
        got <= want.quantity && (!want.whole || got == 0 || row.contains(&want.quantity))
    });
    let pools = case.pools.iter().enumerate().all(|(pool, stock)| {
        let each =
            |want: &Want| want.parts.iter().filter(|(part, _)| *part == pool).map(|(_, each)| *each).sum::<u32>();
        (0..nodes).all(|node| {
            case.wants.iter().zip(units).map(|(want, row)| each(want) * row[node]).sum::<u32>() <= stock[node]
        })
    });
    let slots = |(node, supplier): (usize, &Supplier)| supplier.capacity.is_none_or(|most| sent(node) <= most);
    let used = (0..nodes).filter(|node| sent(*node) > 0).count();
    lines
        && pools
        && case.suppliers.iter().enumerate().all(slots)
        && case.most_shipments.is_none_or(|most| used <= most as usize)
}

/// Tries every allocation that keeps to pools and slots, cell by cell.
pub fn brute(case: &Case) -> Vec<i64> {
    fn go(case: &Case, at: usize, units: &mut Vec<Vec<u32>>, best: &mut Option<Vec<i64>>) {
        let nodes = case.suppliers.len();
        if at == nodes * case.wants.len() {
            if keeps(case, units) {
                let worth = worth(case, units);
                if best.as_ref().is_none_or(|known| worth < *known) {
                    *best = Some(worth);
                }
            }
            return;
        }
        let (row, node) = (at / nodes, at % nodes);
        let want = &case.wants[row];
        let sent: u32 = units[row].iter().sum();
        let has = want.parts.iter().map(|(pool, each)| case.pools[*pool][node] / each).min().unwrap();
        let slot: u32 = units.iter().map(|row| row[node]).sum();
        let most = (want.quantity - sent).min(has).min(case.suppliers[node].capacity.unwrap_or(u32::MAX) - slot);
        for many in (0..=most).filter(|many| !want.whole || *many == 0 || *many == want.quantity) {
            units[row][node] = many;
            go(case, at + 1, units, best);
        }
        units[row][node] = 0;
    }
    let mut best = None;
    go(case, 0, &mut vec![vec![0; case.suppliers.len()]; case.wants.len()], &mut best);
    best.unwrap()
}

/// The same case, its lines and nodes in the other order.
pub fn turned(case: &Case) -> Case {
    let mut turned = case.clone();
    turned.wants.reverse();
    turned.suppliers.reverse();
    turned.pools.iter_mut().for_each(|pool| pool.reverse());
    turned.wants.iter_mut().for_each(|want| want.unit_cost.reverse());
    turned
}

/// Numbers drawn from a seed, the same on every machine.
pub struct Draw(pub u64);

impl Draw {
    /// SplitMix64 (Steele, Lea and Flood, 2014): below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }

    /// The same for a quantity.
    pub fn small(&mut self, end: u64) -> u32 {
        u32::try_from(self.below(end)).unwrap()
    }

    /// The same for an amount.
    pub fn of(&mut self, end: u64) -> i64 {
        i64::try_from(self.below(end)).unwrap()
    }
}
