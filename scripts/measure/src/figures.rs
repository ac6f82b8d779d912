//! How figures are taken, and how they are told.

use std::time::Instant;

/// The least microseconds of so many runs: what else the machine does adds to a time and never takes from it.
///
/// # Errors
/// Those of a run.
pub fn least(runs: u32, mut run: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let mut least = f64::INFINITY;
    for _ in 0..runs {
        let start = Instant::now();
        run()?;
        least = least.min(start.elapsed().as_secs_f64() * 1e6);
    }
    Ok(least)
}

/// The median of several times.
pub fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

/// What is said of a target.
pub fn verdict(holds: bool) -> &'static str {
    if holds { "holds" } else { "MISSED" }
}
