//! Refuses programmes that have the shape of a pyramid scheme, when they are published.
//!
//! Sources: 禁止传销条例 (State Council decree 444), Article 7: (1) reward for the number of people recruited, (2) a fee to
//! join, (3) a reward drawn from the sales of those below (团队计酬); 公通字〔2013〕37号, part 1: 30 people and three levels or
//! more are prosecuted. This cuts a risk; it is not legal advice, and every refusal says so.

use commerce::{Object, Value};

/// The most tiers that a programme may reward.
pub const TIERS: usize = 2;

const CAVEAT: &str = "this cuts a risk and is not legal advice";

/// Fields that a lawful programme cannot have, the code of their refusal, and why.
const FORBIDDEN: [(&str, &str, &str); 4] = [
    (
        "recruitmentReward",
        "reward-for-recruiting",
        "禁止传销条例 Art. 7(1): a reward for bringing in people rather than for sales",
    ),
    (
        "headcountReward",
        "reward-for-headcount",
        "禁止传销条例 Art. 7(1): a reward that grows with the number of people below",
    ),
    ("entryFee", "entry-fee", "禁止传销条例 Art. 7(2): people pay, or must buy, to take part"),
    (
        "teamReward",
        "reward-on-team-volume",
        "禁止传销条例 Art. 7(3): a reward on the volume of those below without own sales",
    ),
];

/// Reports every field that makes the programme unlawful, wherever programmes of other systems put it.
pub fn refuse_fields(object: &Object<'_>) {
    for (name, code, article) in FORBIDDEN {
        if let Some(value) = object.field(name) {
            value.fault(code, format!("{article}; {CAVEAT}"));
        }
    }
}

/// Reports a list with an entry for each tier that has more tiers than are allowed.
pub fn refuse_tiers(value: &Value<'_>, tiers: usize) {
    if tiers > TIERS {
        value.fault(
            "more-than-two-tiers",
            format!("rewards {tiers} tiers; at most {TIERS} may be rewarded: 禁止传销条例 Art. 7, 公通字〔2013〕37号 (30 people and three levels); {CAVEAT}"),
        );
    }
}

/// Reports an upline's reward that asks for no own sales.
pub fn refuse_idle_upline(value: &Value<'_>) {
    value.fault(
        "reward-on-team-volume",
        format!("the second tier must have own sales: 禁止传销条例 Art. 7(3); {CAVEAT}"),
    );
}
