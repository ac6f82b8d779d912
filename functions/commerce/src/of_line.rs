//! What belongs to one line of a cart, in a list that names lines by their place.

/// The entries of a line in a list whose entries stand in the order of lines; `line` says which line an entry names. Found by
/// halving, so that a line costs no more where others have many.
///
/// ```
/// use commerce::of_line;
/// let engraved = [(0, "M"), (2, "Ann"), (2, "Bo"), (7, "C")];
/// assert_eq!(of_line(&engraved, 2, |(line, _)| *line), &engraved[1..3]);
/// assert!(of_line(&engraved, 1, |(line, _)| *line).is_empty());
/// ```
#[must_use]
pub fn of_line<T>(entries: &[T], place: u32, line: impl Fn(&T) -> u32) -> &[T] {
    let rest = entries.partition_point(|entry| line(entry) < place);
    let rest = entries.get(rest..).unwrap_or_default();
    let own = rest.partition_point(|entry| line(entry) == place);
    rest.get(..own).unwrap_or_default()
}
