//! `cases KIND FILE [BASE_URL]`: runs a file of neutral cases over HTTP and ends with `N passed, N failed, N skipped`.

use anyhow::{Context, Result, bail};
use std::process::ExitCode;
use tests::app::App;
use tests::cases;
use tests::client::Client;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("cases: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (kind, file, base) = match arguments.as_slice() {
        [kind, file] => (kind, file, None),
        [kind, file, base] => (kind, file, Some(base)),
        _ => bail!("usage: cases KIND FILE [BASE_URL]"),
    };
    let kind = cases::kind(kind)?;
    let text = std::fs::read(file).with_context(|| format!("cannot read {file}"))?;
    let file = serde_json::from_slice(&text).with_context(|| format!("{file} is not JSON"))?;
    // Dropped, and so stopped, at the end.
    let app = if base.is_none() { Some(App::up()?) } else { None };
    let mut client = match (&app, base) {
        (Some(app), _) => app.client(),
        (None, base) => Client::new(base.map_or("", String::as_str))?,
    };
    let tally = cases::run(&kind, &mut client, &file, &mut |line| println!("{line}"))?;
    println!("{tally}");
    Ok(tally.failed == 0)
}
