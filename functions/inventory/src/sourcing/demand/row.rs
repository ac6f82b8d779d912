//! One criterion as numbers.
#![allow(clippy::indexing_slicing, reason = "matrices of the case's dimensions")]

use crate::sourcing::{Case, objective};
use crate::words::Criterion;

/// What plans come to by one criterion.
#[derive(Debug)]
pub(super) struct Row {
    /// What choosing a node costs.
    pub fixed: Vec<i64>,
    /// What a unit costs.
    pub unit: Vec<i64>,
    /// What a missing unit costs.
    pub short: i64,
}

impl Row {
    pub fn of(case: &Case, criterion: Criterion) -> Self {
        let nodes = case.suppliers.len();
        let unit = |want: usize, at: usize| match criterion {
            Criterion::Cost => case.wants[want].unit_cost.get(at).copied().unwrap_or(0),
            Criterion::Promise => i64::from(!case.suppliers[at].kept),
            _ => 0,
        };
        Self {
            fixed: case.suppliers.iter().map(|supplier| objective::of_node(supplier, criterion)).collect(),
            unit: (0..case.wants.len() * nodes).map(|at| unit(at / nodes, at % nodes)).collect(),
            short: objective::of_missing(criterion),
        }
    }

    /// What all values are multiples of.
    pub fn divisor(&self) -> i64 {
        self.fixed.iter().chain(&self.unit).fold(self.short, |a, b| {
            let (mut a, mut b) = (a, *b);
            while b != 0 {
                (a, b) = (b, a % b);
            }
            a
        })
    }

    /// The most that it can be.
    pub fn most(&self, case: &Case, nodes: usize) -> i128 {
        let units = case.wants.iter().enumerate().map(|(want, row)| {
            let most = self.unit[want * nodes..(want + 1) * nodes].iter().copied().max().unwrap_or(0).max(self.short);
            i128::from(row.quantity) * i128::from(most)
        });
        units.sum::<i128>() + self.fixed.iter().map(|fixed| i128::from(*fixed)).sum::<i128>()
    }
}
