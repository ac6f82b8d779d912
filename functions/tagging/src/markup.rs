//! What a reader sees of HTML and Markdown, character by character, each with the bytes that it was written with.
//!
//! One pass, no tree: an element's tag is not read, a block's tag is a line's end, scripts, styles and comments are
//! skipped, character references (HTML, section 13.5) are read as the character they stand for. Markdown: CommonMark's
//! emphasis, headings, quotes, lists, fences, links and images. What must never be in here: a judgement of the text.

use commerce::facts::tags::Markup;

/// Gives each visible character with its first byte and one past its last.
pub fn visible(text: &str, markup: Markup, sink: &mut impl FnMut(char, u32, u32)) {
    match markup {
        Markup::Plain => plain(text, 0, sink),
        Markup::Html => html(text, sink),
        Markup::Markdown => markdown(text, sink),
    }
}

fn plain(text: &str, base: usize, sink: &mut impl FnMut(char, u32, u32)) {
    for (at, letter) in text.char_indices() {
        sink(letter, offset(base + at), offset(base + at + letter.len_utf8()));
    }
}

fn offset(byte: usize) -> u32 {
    u32::try_from(byte).unwrap_or(u32::MAX)
}

/// Elements whose tags end a line.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "dd",
    "div",
    "dl",
    "dt",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "td",
    "th",
    "tr",
    "ul",
];

fn html(text: &str, sink: &mut impl FnMut(char, u32, u32)) {
    let mut at = 0;
    // What ends each kind of silence is searched once: where it is missing, it is missing from there on.
    while let Some(rest) = text.get(at..) {
        let Some(letter) = rest.chars().next() else { return };
        let (silent, line) = match letter {
            '<' => tag(rest),
            '&' => {
                if let Some((meant, length)) = reference(rest) {
                    sink(meant, offset(at), offset(at + length));
                    at += length;
                    continue;
                }
                (0, false)
            }
            _ => (0, false),
        };
        if silent == 0 {
            sink(letter, offset(at), offset(at + letter.len_utf8()));
            at += letter.len_utf8();
        } else {
            if line {
                sink('\n', offset(at), offset(at + silent));
            }
            at += silent;
        }
    }
}

/// Bytes of a tag, a comment or a silent element at the start, and whether it ends a line; 0 where it is none.
fn tag(rest: &str) -> (usize, bool) {
    if rest.starts_with("<!--") {
        return (rest.find("-->").map_or(rest.len(), |end| end + 3), false);
    }
    let body = rest.get(1..).unwrap_or_default();
    let name = body.strip_prefix('/').unwrap_or(body);
    if !name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '!' || letter == '?') {
        return (0, false);
    }
    // An attribute's value may hold `>` within quotes; a tag longer than this is read as text.
    let mut quote = None;
    let mut length = 0;
    for (index, byte) in rest.bytes().enumerate().take(1024) {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'>') => {
                length = index + 1;
                break;
            }
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    if length == 0 {
        return (0, false);
    }
    let word: String =
        name.chars().take_while(char::is_ascii_alphanumeric).take(16).collect::<String>().to_ascii_lowercase();
    let closing = body.starts_with('/');
    if !closing && matches!(word.as_str(), "script" | "style" | "template") {
        let end = format!("</{word}");
        let inner = rest.get(length..).unwrap_or_default();
        let found = inner.as_bytes().windows(end.len()).position(|window| window.eq_ignore_ascii_case(end.as_bytes()));
        return (found.map_or(rest.len(), |found| length + found), false);
    }
    (length, BLOCKS.contains(&word.as_str()))
}

/// References by name that selling content has.
const NAMED: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("yen", '¥'),
    ("euro", '€'),
    ("pound", '£'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("hellip", '…'),
    ("mdash", '—'),
    ("ndash", '–'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("middot", '·'),
    ("times", '×'),
    ("deg", '°'),
    ("zwnj", '\u{200C}'),
    ("zwj", '\u{200D}'),
    ("shy", '\u{AD}'),
    ("commat", '@'),
    ("period", '.'),
    ("num", '#'),
    ("percnt", '%'),
    ("plus", '+'),
    ("hyphen", '-'),
    ("ensp", ' '),
    ("emsp", ' '),
];

fn reference(rest: &str) -> Option<(char, usize)> {
    let body = rest.get(1..)?;
    let end = body.bytes().take(10).position(|byte| byte == b';')?;
    let name = body.get(..end)?;
    let letter = match name.strip_prefix('#') {
        Some(number) => {
            let point = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(point)?
        }
        None => NAMED.iter().find(|(word, _)| *word == name)?.1,
    };
    Some((letter, end + 2))
}

fn markdown(text: &str, sink: &mut impl FnMut(char, u32, u32)) {
    let mut base = 0;
    let mut fenced = false;
    for line in text.split_inclusive('\n') {
        let inner = line.trim_start();
        if inner.starts_with("```") || inner.starts_with("~~~") {
            fenced = !fenced;
            sink('\n', offset(base), offset(base + line.len()));
        } else if fenced {
            plain(line, base, sink);
        } else {
            let lead = line.len() - inner.len();
            let skip = lead + opening(inner);
            inline(line.get(skip..).unwrap_or_default(), base + skip, sink);
        }
        base += line.len();
    }
}

/// Bytes of the markers that open a line: quotes, headings, list items.
fn opening(line: &str) -> usize {
    let mut rest = line;
    while let Some(quoted) = rest.strip_prefix('>') {
        rest = quoted.trim_start_matches(' ');
    }
    let heading = rest.trim_start_matches('#');
    let hashes = rest.len() - heading.len();
    if (1..=6).contains(&hashes) && heading.starts_with([' ', '\t']) {
        rest = heading.trim_start_matches([' ', '\t']);
    } else if let Some(item) =
        rest.strip_prefix("- ").or_else(|| rest.strip_prefix("* ")).or_else(|| rest.strip_prefix("+ "))
    {
        rest = item;
    }
    line.len() - rest.len()
}

/// Bytes that the text or the target of a link may have; what is longer is read as text.
const LINK: usize = 1024;

fn is_link(after: &str) -> bool {
    let closing = after.bytes().take(LINK).position(|byte| byte == b']' || byte == b'[');
    closing.is_some_and(|end| after.as_bytes().get(end..end + 2) == Some(b"]("))
}

fn inline(line: &str, base: usize, sink: &mut impl FnMut(char, u32, u32)) {
    let mut before = ' ';
    let mut targets = 0;
    let mut at = 0;
    while let Some(letter) = line.get(at..).and_then(|rest| rest.chars().next()) {
        let length = letter.len_utf8();
        let after = line.get(at + length..).unwrap_or_default();
        let next = after.chars().next().unwrap_or(' ');
        let mut step = length;
        let silent = match letter {
            '\\' if next.is_ascii_punctuation() => {
                let end = at + length + next.len_utf8();
                sink(next, offset(base + at), offset(base + end));
                step = length + next.len_utf8();
                true
            }
            '*' | '`' => !(before.is_ascii_digit() && next.is_ascii_digit() || before == ' ' && next == ' '),
            '~' => next == '~' || before == '~',
            '_' => !(before.is_alphanumeric() && next.is_alphanumeric()),
            '!' => next == '[',
            '[' => {
                is_link(after) && {
                    targets += 1;
                    true
                }
            }
            ']' if targets > 0 && next == '(' => {
                targets -= 1;
                step += after.bytes().take(LINK).position(|byte| byte == b')').map_or(0, |end| end + 1);
                true
            }
            '&' => reference(line.get(at..).unwrap_or_default()).is_some_and(|(meant, length)| {
                sink(meant, offset(base + at), offset(base + at + length));
                step = length;
                true
            }),
            _ => false,
        };
        if !silent {
            sink(letter, offset(base + at), offset(base + at + length));
        }
        before = letter;
        at += step;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_shown() {
        for (markup, written, shown) in [
            (
                Markup::Html,
                "<p>全国<b>第一</b></p>a&lt;b &#x6700;&#20339; <!-- 最佳 --><script>最佳()</script>x",
                "\n全国第一\na<b 最佳 x",
            ),
            (Markup::Html, "1 < 2 & 3 > 2 <a title=\"x>y\">z</a>", "1 < 2 & 3 > 2 z"),
            (Markup::Html, "<!-- open", ""),
            (Markup::Markdown, "# 标题\n> - **最**佳 [店铺](https://x.example) `a_b`\n", "标题\n最佳 店铺 a_b\n"),
            (Markup::Markdown, "3*4 \\*x\\* snake_case ![图](u)", "3*4 *x* snake_case 图"),
        ] {
            let mut read = String::new();
            visible(written, markup, &mut |letter, start, end| {
                assert!(written.get(start as usize..end as usize).is_some());
                read.push(letter);
            });
            assert_eq!(read, shown, "{written}");
        }
    }
}
