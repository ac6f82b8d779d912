//! Powers of two with a fraction in the exponent, in fixed point: what time decay needs, without a float.
//!
//! `2^-(2^-k)` is found by taking the integer square root k times, and a power by multiplying those whose bit is set in
//! the exponent (the binary method for exponents). The error stays below 2^-54.

/// One, in this fixed point.
pub const ONE: u64 = 1 << 62;

const BITS: usize = 62;

/// `2^-(2^-k)` for k from 1 to 62.
const ROOTS: [u64; BITS] = roots();

const fn roots() -> [u64; BITS] {
    let mut table = [0_u64; BITS];
    let mut value: u128 = (ONE / 2) as u128;
    let mut index = 0;
    while index < BITS {
        // sqrt(v · 2^62) is sqrt(v / 2^62) · 2^62.
        value = (value << 62).isqrt();
        #[allow(clippy::indexing_slicing, reason = "evaluated while compiling")]
        {
            table[index] = value as u64;
        }
        index += 1;
    }
    table
}

/// `2^-(age / half_life)`, where [`ONE`] is one. Zero where it is below 2^-62, and where `half_life` is zero.
///
/// ```text
/// decay(0, 7) = ONE, decay(7, 7) = ONE / 2, decay(14, 7) = ONE / 4
/// ```
pub fn decay(age: u64, half_life: u64) -> u64 {
    let (Some(halvings), Some(rest)) = (age.checked_div(half_life), age.checked_rem(half_life)) else { return 0 };
    if halvings >= 62 {
        return 0;
    }
    // The fraction of a half-life as bits behind the point.
    let fraction = (u128::from(rest) << BITS) / u128::from(half_life);
    let mut product = u128::from(ONE);
    for (index, root) in ROOTS.iter().enumerate() {
        if fraction >> (BITS - 1 - index) & 1 == 1 {
            product = (product * u128::from(*root)) >> 62;
        }
    }
    u64::try_from(product >> halvings).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_exponential() {
        assert_eq!((decay(0, 7), decay(7, 7), decay(70, 7)), (ONE, ONE / 2, ONE / 1024));
        assert_eq!((decay(5, 0), decay(u64::MAX, 1)), (0, 0));
        for (age, half_life) in
            [(1_u64, 3_u64), (86_401, 604_800), (999_999, 1_000_000), (5_000_000, 259_200), (1, 253_402_300_799)]
        {
            let expected = (-(age as f64) / half_life as f64).exp2();
            let found = decay(age, half_life) as f64 / ONE as f64;
            assert!((found / expected - 1.0).abs() < 1e-12, "{age}/{half_life}: {found} {expected}");
        }
    }
}
