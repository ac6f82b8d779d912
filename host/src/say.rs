//! What a command of the terminal prints.

use std::fmt::Arguments;
use std::io::Write as _;

/// Writes a line to the terminal. Where nobody reads it any more (`pushcart plugin test | head`) the command goes on all the
/// same: its result is what it says when it ends.
pub fn line(line: Arguments<'_>) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// As `println!`, see [`line`].
macro_rules! say {
    ($($told:tt)*) => { $crate::say::line(format_args!($($told)*)) };
}
pub(crate) use say;
