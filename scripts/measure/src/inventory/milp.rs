//! The same problem as a mixed-integer programme for `microlp`, a solver in pure Rust: three solves, one a criterion, each
//! keeping what the one before it reached.

use super::greedy::Triple;
use inventory::sourcing::Case;
use microlp::{ComparisonOp, LinearExpr, OptimizationDirection, Problem, Variable};
use std::time::{Duration, Instant};

/// The optimum; `None` where the solver did not reach it in this time, or failed.
pub fn solve(case: &Case, limit: Duration) -> Option<Triple> {
    let end = Instant::now() + limit;
    let units = stage(case, [1.0, 0.0, 0.0], None, None, end)?;
    let shipments = stage(case, [0.0, 1.0, 0.0], Some(units), None, end)?;
    let cost = stage(case, [0.0, 0.0, 1.0], Some(units), Some(shipments), end)?;
    Some((units, shipments, cost))
}

/// One criterion: units, shipments or cost, with the units and shipments that must be kept.
fn stage(case: &Case, of: [f64; 3], units: Option<i64>, shipments: Option<i64>, end: Instant) -> Option<i64> {
    let most = of[0] > 0.0;
    let direction = if most { OptimizationDirection::Maximize } else { OptimizationDirection::Minimize };
    let mut problem = Problem::new(direction);
    problem.set_time_limit(end.checked_duration_since(Instant::now())?);
    let chosen: Vec<Variable> =
        case.suppliers.iter().map(|supplier| problem.add_binary_var(of[1] + of[2] * supplier.cost as f64)).collect();
    let mut all = LinearExpr::empty();
    let mut loads: Vec<LinearExpr> = case.suppliers.iter().map(|_| LinearExpr::empty()).collect();
    for (want, pool) in case.wants.iter().zip(&case.pools) {
        let mut line = LinearExpr::empty();
        for (((stock, cost), chosen), load) in pool.iter().zip(&want.unit_cost).zip(&chosen).zip(&mut loads) {
            let has = f64::from((*stock).min(want.quantity));
            if has <= 0.0 {
                continue;
            }
            // Whole by themselves once the nodes are chosen: what is left is a flow.
            let sent = problem.add_var(of[0] + of[2] * *cost as f64, (0.0, has));
            problem.add_constraint([(sent, 1.0), (*chosen, -has)], ComparisonOp::Le, 0.0);
            line.add(sent, 1.0);
            load.add(sent, 1.0);
            all.add(sent, 1.0);
        }
        problem.add_constraint(line, ComparisonOp::Le, f64::from(want.quantity));
    }
    for ((load, chosen), supplier) in loads.into_iter().zip(&chosen).zip(&case.suppliers) {
        if let Some(capacity) = supplier.capacity {
            let mut load = load;
            load.add(*chosen, -f64::from(capacity));
            problem.add_constraint(load, ComparisonOp::Le, 0.0);
        }
    }
    if let Some(units) = units {
        problem.add_constraint(all, ComparisonOp::Ge, units as f64);
    }
    if let Some(shipments) = shipments {
        let each: Vec<(Variable, f64)> = chosen.iter().map(|chosen| (*chosen, 1.0)).collect();
        problem.add_constraint(each, ComparisonOp::Le, shipments as f64);
    }
    let outcome = problem.solve().ok()?;
    let value = outcome.is_optimal().then(|| outcome.solution().map(|solution| solution.objective()))??;
    Some(value.round() as i64)
}
