//! Any bytes as a text, in every markup: it is tagged or refused by a known code, spans slice it, and what is redacted stays.
#![no_main]

use commerce::facts::tags::{Content, Markup, Options};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use tagging::Rules;

/// Rules of nobody, loaded once.
static RULES: LazyLock<Option<Rules>> =
    LazyLock::new(|| tagging::compile("{}").ok().and_then(|compiled| Rules::load(&compiled.root).ok()));

fuzz_target!(|bytes: &[u8]| {
    let Some(rules) = &*RULES else { panic!("the rules of nobody do not load") };
    let Some((first, rest)) = bytes.split_first() else { return };
    let text = String::from_utf8_lossy(rest).into_owned();
    let markup = [Markup::Plain, Markup::Html, Markup::Markdown][usize::from(first % 3)];
    let content = |text: String| Content { text, markup, product: None, paid: first & 64 != 0, digital_human: first & 32 != 0 };
    let key = (first & 128 != 0).then(|| vec![7; 16]);
    let options = Options { at: 1_790_000_000, jurisdictions: Vec::new(), kinds: Vec::new(), key, fold: 100 };
    let reports = match rules.tag(&[content(text.clone())], &options) {
        Ok(reports) => reports,
        Err(faults) => {
            let known = |code: &str| matches!(code, "text-too-long" | "nothing-to-read");
            assert!(faults.iter().all(|fault| known(&fault.code)), "{faults:?}");
            return;
        }
    };
    let report = &reports[0];
    let spans = report.personal.iter().map(|one| one.span).chain(report.findings.iter().map(|one| one.span));
    for span in spans.chain(report.claims.iter().map(|one| one.span)) {
        assert!(text.get(span.start_byte as usize..span.end_byte as usize).is_some());
    }
    if markup == Markup::Plain
        && options.key.is_none()
        && let Ok(again) = rules.tag(&[content(report.redacted.clone())], &options)
    {
        assert_eq!(again[0].redacted, report.redacted);
    }
});
