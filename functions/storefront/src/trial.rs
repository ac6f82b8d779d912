//! Runs the tests that a rulebook carries against the rules that it makes.

use crate::content;
use crate::problem::Problem;
use crate::published::Rules;
use crate::till::Tally;
use crate::wire::cases::{Case, differences};
use crate::world::Store;
use commerce::Fault;
use commerce::facts::offers::Wants;
use serde_json::Value as Json;

/// What a test asks of promotions: every outcome, so that each rejection can be expected with its reason.
const WANTS: Wants = Wants { every_outcome: true, hints: 10, trace: false };

/// Runs all tests of rules that were given inline; gives every difference, by pointer into their document.
///
/// # Errors
/// 500 or 503 where something broke; a cart that is refused is a difference.
pub fn run(store: &dyn Store, rules: &Rules) -> Result<Vec<Fault>, Problem> {
    let mut faults = Vec::new();
    for case in rules.head().into_iter().flat_map(|head| &head.cases) {
        match reckon(store, rules, case) {
            Ok(answer) => faults.extend(differences(case, &answer)),
            Err(problem) if problem.faults.is_empty() => return Err(problem),
            Err(problem) => faults.extend(problem.faults.into_iter().map(|fault| in_test(case, fault))),
        }
    }
    Ok(faults)
}

fn reckon(store: &dyn Store, rules: &Rules, case: &Case) -> Result<Json, Problem> {
    let Case { lines, context, content, .. } = case;
    let mut context = rules.localized(context.clone())?;
    content::tag(rules, content.as_deref(), &mut context)?;
    let tally = Tally::of(store, rules, lines, &context, |priced, declared, charges| {
        rules.promotions.evaluate(priced, declared, charges, &[], WANTS, &context).map_err(Problem::invalid)
    })?;
    Ok(Json::Object(tally.write(&context.currency)))
}

/// A fault of a test's cart has its pointer from the document's root.
fn in_test(case: &Case, fault: Fault) -> Fault {
    let pointer = match fault.pointer.strip_prefix("/lines") {
        Some(below) => format!("/tests/{}/cart{below}", case.place),
        None if fault.pointer.starts_with("/content") => format!("/tests/{}{}", case.place, fault.pointer),
        None => format!("/tests/{}/context{}", case.place, fault.pointer),
    };
    Fault { pointer, detail: format!("`{}`: {}", case.name, fault.detail), ..fault }
}
