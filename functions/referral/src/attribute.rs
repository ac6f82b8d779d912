//! The verdict on one sale: who earned it and what each is paid.

use crate::commission::{Term, term};
use crate::compiled::Rules;
use crate::journey::{judge, weigh};
use crate::shares;
use commerce::facts::referrals::{Attribution, Commission, Credit, SoldLine, Touch};
use commerce::facts::types::{Context, Fault};
use commerce::{bounds, money};

/// A whole share, in millionths.
const WHOLE: i64 = 1_000_000;

impl Rules {
    /// Attributes a sale of these lines at `context.at` to the referrers of these touches.
    ///
    /// # Errors
    /// `too-many-touches`, and amounts that do not fit.
    pub fn attribute(
        &self,
        touches: &[Touch],
        lines: &[SoldLine],
        context: &Context,
    ) -> Result<Attribution, Vec<Fault>> {
        if touches.len() > bounds::TOUCHES {
            return Err(fault(
                "too-many-touches",
                "/touches",
                format!("at most {} touches, not {}", bounds::TOUCHES, touches.len()),
            ));
        }
        let total = money::sum(lines.iter().map(|line| line.net))
            .map_err(|_| fault("overflow", "/lines", "the sale is too large".into()))?;
        let journey = judge(touches, context.at, &self.programme);
        let used: Vec<&Touch> = journey.used.iter().filter_map(|place| touches.get(*place)).collect();
        let weights = weigh(self.programme.model, &used);
        // One credit a referrer, in order of the first touch.
        let mut earned: Vec<(&str, Option<&str>, i128)> = Vec::new();
        for (touch, weight) in used.iter().zip(weights) {
            let Some(referrer) = touch.referrer.as_deref() else { continue };
            match earned.iter_mut().find(|(known, _, _)| *known == referrer) {
                Some(known) => known.2 += weight,
                None => earned.push((referrer, touch.campaign.as_deref(), weight)),
            }
        }
        earned.retain(|(_, _, weight)| *weight > 0);
        let parts: Vec<i128> = earned.iter().map(|(_, _, weight)| *weight).collect();
        let (millionths, amounts) = (shares::split(WHOLE, &parts), shares::split(total, &parts));
        let credits: Vec<Credit> = earned
            .iter()
            .zip(millionths.iter().zip(&amounts))
            .map(|((referrer, _, _), (millionths, amount))| Credit {
                referrer: (*referrer).to_owned(),
                model: self.programme.model.name().to_owned(),
                millionths: u32::try_from(*millionths).unwrap_or(0),
                amount: *amount,
            })
            .collect();
        let mut commissions = Vec::new();
        for ((referrer, campaign, _), share) in earned.iter().zip(&millionths) {
            for line in lines {
                let term = term(&self.programme.plan, 0, line, *campaign, context);
                let (rate, exact, whole) = match term {
                    Term::Rate(rate) => (Some(rate), i128::from(line.net) * i128::from(rate), 10_000),
                    Term::Fixed(each) => (None, i128::from(each) * i128::from(line.quantity), 1),
                };
                let amount =
                    money::divide(exact * i128::from(*share), i128::from(whole * WHOLE), money::Rounding::Down)
                        .map_err(|_| fault("overflow", "/lines", "the commission is too large".into()))?;
                commissions.push(Commission { referrer: (*referrer).to_owned(), line: line.id.clone(), rate, amount });
            }
        }
        Ok(Attribution { credits, commissions, unused: journey.unused })
    }
}

fn fault(code: &str, pointer: &str, detail: String) -> Vec<Fault> {
    vec![Fault { code: code.into(), pointer: pointer.into(), detail }]
}
