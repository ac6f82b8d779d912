//! Parcels of a shipment where none may be heavier than a bound: first fit, the heaviest unit first.
//!
//! First fit decreasing needs at most 11/9 of the least number of parcels and two thirds of one more (G. Dósa, 2007). What
//! is heavier than the bound by itself goes alone.

use commerce::facts::stock::{Packed, Parcel};

/// Shipments of more units are not packed here.
const UNITS: u32 = 20_000;

/// Units of a line: its id, how many, grams of each.
pub type Goods<'a> = (&'a str, u32, u64);

/// The parcels; none where the shipment is too large to be packed here.
#[must_use]
pub fn pack(goods: &[Goods<'_>], bound: u64) -> Vec<Parcel> {
    if goods.iter().map(|(_, units, _)| u64::from(*units)).sum::<u64>() > u64::from(UNITS) {
        return Vec::new();
    }
    let mut sorted: Vec<&Goods<'_>> = goods.iter().collect();
    sorted.sort_by(|a, b| b.2.cmp(&a.2).then(a.0.cmp(b.0)));
    let mut parcels: Vec<Parcel> = Vec::new();
    for (line, units, mass) in sorted {
        let mut left = *units;
        for parcel in &mut parcels {
            let room = bound.saturating_sub(parcel.mass);
            let fits = room.checked_div(*mass).unwrap_or(u64::MAX);
            left -= add(parcel, line, left.min(u32::try_from(fits).unwrap_or(u32::MAX)), *mass);
        }
        while left > 0 {
            let fits = bound.checked_div(*mass).unwrap_or(u64::MAX).max(1);
            let mut parcel = Parcel { mass: 0, contents: Vec::new() };
            left -= add(&mut parcel, line, left.min(u32::try_from(fits).unwrap_or(u32::MAX)), *mass);
            parcels.push(parcel);
        }
    }
    parcels
}

fn add(parcel: &mut Parcel, line: &str, quantity: u32, mass: u64) -> u32 {
    if quantity > 0 {
        parcel.mass += mass * u64::from(quantity);
        parcel.contents.push(Packed { line: line.to_owned(), quantity });
    }
    quantity
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_parcel_passes_the_bound_unless_one_unit_does() {
        for (goods, bound, masses) in [
            (vec![("1", 4, 100)], 150, vec![100, 100, 100, 100]),
            (vec![("1", 2, 200)], 150, vec![200, 200]),
            (vec![("1", 3, 50), ("2", 2, 100)], 150, vec![150, 150, 50]),
            (vec![("1", 5, 0)], 150, vec![0]),
        ] {
            let packed: Vec<u64> = pack(&goods, bound).iter().map(|parcel| parcel.mass).collect();
            assert_eq!(packed, masses, "{goods:?}");
        }
    }
}
