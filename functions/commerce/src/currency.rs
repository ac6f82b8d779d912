//! Currencies and their minor units, from ISO 4217's list of active codes.

/// Codes whose minor unit is not a hundredth, with the number of decimals (ISO 4217, list one).
const EXPONENTS: [(&str, u32); 26] = [
    ("BHD", 3),
    ("BIF", 0),
    ("CLF", 4),
    ("CLP", 0),
    ("DJF", 0),
    ("GNF", 0),
    ("IQD", 3),
    ("ISK", 0),
    ("JOD", 3),
    ("JPY", 0),
    ("KMF", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("PYG", 0),
    ("RWF", 0),
    ("TND", 3),
    ("UGX", 0),
    ("UYI", 0),
    ("UYW", 4),
    ("VND", 0),
    ("VUV", 0),
    ("XAF", 0),
    ("XOF", 0),
    ("XPF", 0),
];

/// Decimals of the currency's minor unit; 2 for every code that is not listed otherwise.
///
/// ```
/// assert_eq!(commerce::currency::exponent("CNY"), 2);
/// assert_eq!(commerce::currency::exponent("JPY"), 0);
/// ```
#[must_use]
pub fn exponent(code: &str) -> u32 {
    EXPONENTS.iter().find(|(known, _)| *known == code).map_or(2, |(_, decimals)| *decimals)
}

/// Whether this has the form of an ISO 4217 code: three capital letters.
#[must_use]
pub fn is_code(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}
