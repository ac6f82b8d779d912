//! Laws that hold for every text: redaction, spans, dodges, bounds.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "everything in this crate is a test, and a test may stop where it stands"
)]
#![allow(missing_docs)]

use commerce::facts::tags::{Content, Level, Markup, Options, Report};
use proptest::prelude::*;
use std::sync::LazyLock;

/// Rules of nobody, loaded once.
static RULES: LazyLock<tagging::Rules> =
    LazyLock::new(|| tagging::Rules::load(&tagging::compile("{}").unwrap().root).unwrap());

fn content(text: &str, markup: Markup) -> Content {
    Content { text: text.to_owned(), markup, product: None, paid: false, digital_human: false }
}

fn options() -> Options {
    Options { at: 1_790_000_000, jurisdictions: Vec::new(), kinds: Vec::new(), key: None, fold: 100 }
}

fn tag(text: &str, markup: Markup) -> Option<Report> {
    RULES.tag(&[content(text, markup)], &options()).ok().and_then(|mut reports| reports.pop())
}

/// Texts that are near personal data and near terms of the review.
fn near() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("13800005678".to_owned()),
        Just("+86 138-0000-5678".to_owned()),
        Just("幺三八零零零零五六七八".to_owned()),
        Just("4111 1111 1111 1111".to_owned()),
        Just("110101199003070003".to_owned()),
        Just("a.b@example.com".to_owned()),
        Just("wang(at)example(dot)com".to_owned()),
        Just("+1 415-555-0132".to_owned()),
        Just("微信号：shop_2026".to_owned()),
        Just("地址：上海市示例路1号2室".to_owned()),
        Just("全国第一".to_owned()),
        Just("最佳".to_owned()),
        Just("<b>".to_owned()),
        "[0-9]{1,6}",
        "[ \\-.，。+@:a-z\u{200b}]{1,3}",
        "\\PC{0,4}",
    ];
    prop::collection::vec(part, 1..8).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn redaction_is_idempotent_and_keeps_no_value(text in near()) {
        let Some(report) = tag(&text, Markup::Plain) else { return Ok(()) };
        let again = tag(&report.redacted, Markup::Plain).unwrap();
        prop_assert_eq!(&again.redacted, &report.redacted);
        let mut rest = report.redacted.as_str();
        let mut at = 0;
        // What stands between the masks is the text between the spans, and nothing else is left.
        for found in &report.personal {
            let kept = &text[at..found.span.start_byte as usize];
            prop_assert!(rest.starts_with(kept));
            rest = rest[kept.len()..].strip_prefix(&format!("[{}]", found.kind)).unwrap();
            at = found.span.end_byte as usize;
        }
        prop_assert_eq!(rest, &text[at..]);
    }

    #[test]
    fn spans_slice_the_original(text in near(), markup in prop_oneof![Just(Markup::Plain), Just(Markup::Html), Just(Markup::Markdown)]) {
        let Some(report) = tag(&text, markup) else { return Ok(()) };
        let spans = report.personal.iter().map(|one| one.span).chain(report.findings.iter().map(|one| one.span));
        let spans = spans.chain(report.tags.iter().flat_map(|tag| tag.spans.clone())).chain(report.claims.iter().map(|one| one.span));
        for span in spans {
            let (start, end) = (span.start_byte as usize, span.end_byte as usize);
            prop_assert!(text.get(start..end).is_some());
            prop_assert_eq!(text[..start].chars().count(), span.start as usize);
            prop_assert_eq!(text[..end].chars().count(), span.end as usize);
        }
    }

    #[test]
    fn what_stands_between_letters_hides_nothing(
        term in prop::sample::select(vec!["全网第一", "国家级", "药到病除", "稳赚不赔", "招财转运", "销量冠军", "特效祛痘"]),
        between in prop::collection::vec(prop::sample::select(vec!["", " ", "  ", "\u{200b}", "\u{2060}", "🔥", "·", "*"]), 8),
    ) {
        let dodged: String = term.chars().zip(&between).map(|(letter, sign)| format!("{letter}{sign}")).collect();
        let report = tag(&dodged, Markup::Plain).unwrap();
        prop_assert_eq!(report.level, Some(Level::Block), "{}", dodged);
    }

    #[test]
    fn anything_is_read(bytes in prop::collection::vec(any::<u8>(), 0..400), markup in 0..3) {
        let markup = [Markup::Plain, Markup::Html, Markup::Markdown][markup as usize];
        let _ = tag(&String::from_utf8_lossy(&bytes), markup);
    }
}

/// Every term of the review, alone, with and without something between its letters.
#[test]
fn nothing_put_between_letters_hides_a_finding() {
    let found = |text: &str| -> Vec<(String, String, Level)> {
        let report = tag(text, Markup::Plain).unwrap();
        let said = report.findings.into_iter();
        said.map(|one| (one.jurisdiction + &one.category, one.term, one.level)).collect()
    };
    let terms = (0..).map_while(tagging::tables::term);
    let mut count = 0;
    for (term, _, _) in terms {
        count += 1;
        let plain = found(term);
        assert!(!plain.is_empty(), "{term}");
        let dodged = |between: &str| -> String { term.chars().map(|letter| format!("{letter}{between}")).collect() };
        for between in [" ", "\u{200b}", "\u{2060}\u{ad}", "🔥"] {
            let dodged = found(&dodged(between));
            assert!(
                plain.iter().all(|one| dodged.contains(one)),
                "{term} with {between:?}: {plain:?} became {dodged:?}"
            );
        }
    }
    assert!(count > 1_000);
}

/// Found by the fuzz target: the word PHONE of a mask made a landline of the number behind it.
#[test]
fn a_mask_says_nothing_of_what_stands_beside_it() {
    for text in [
        "+1 (415) 555-0132 02150150555-123",
        "[INTL_PHONE] 02150150555",
        "护照 [QQ_ID] E00000001",
        "[CN_ID:BCDF] 13812",
    ] {
        let once = tag(text, Markup::Plain).unwrap().redacted;
        assert_eq!(tag(&once, Markup::Plain).unwrap().redacted, once, "{text}");
    }
}

#[test]
fn nothing_invisible_hides_a_person() {
    for (value, kind) in [
        ("13800005678", "CN_MOBILE"),
        ("+86 138-0000-5678", "CN_MOBILE"),
        ("110101199003070003", "CN_ID"),
        ("4111 1111 1111 1111", "BANK_CARD"),
        ("a.b@example.com", "EMAIL"),
        ("+1 415-555-0132", "INTL_PHONE"),
        ("微信号：shop_2026", "WECHAT_ID"),
        ("电话021-55550123", "CN_LANDLINE"),
    ] {
        for between in ["\u{200b}", "\u{200d}\u{feff}", "\u{2060}"] {
            let dodged: String = value.chars().map(|letter| format!("{letter}{between}")).collect();
            let report = tag(&format!("找我{dodged}谢谢"), Markup::Plain).unwrap();
            let kinds: Vec<&str> = report.personal.iter().map(|one| one.kind.as_str()).collect();
            assert_eq!(kinds, [kind], "{value} with {between:?}");
            let digits: String = report.redacted.chars().filter(char::is_ascii_digit).collect();
            assert_eq!(digits, "", "{value}");
        }
    }
}

#[test]
fn bounds_have_codes() {
    let code = |contents: &[Content], options: &Options| RULES.tag(contents, options).unwrap_err().remove(0);
    let long = content(&"a".repeat((64 << 10) + 1), Markup::Plain);
    assert_eq!(code(&[long], &options()).code, "text-too-long");
    assert!(RULES.tag(&[content(&"字".repeat((64 << 10) / 3), Markup::Plain)], &options()).is_ok());
    let invisible = content("\u{200b}\u{200d}\u{feff}", Markup::Plain);
    assert_eq!(code(std::slice::from_ref(&invisible), &options()).code, "nothing-to-read");
    assert_eq!(tagging::compare(&content("a", Markup::Plain), &invisible).unwrap_err()[0].pointer, "/texts/1/text");
    let many = vec![content("a", Markup::Plain); 101];
    assert_eq!(code(&many, &options()).code, "too-many-texts");
    let odd = Options { jurisdictions: vec!["XX".into()], kinds: vec!["NAME".into()], key: Some(vec![1]), ..options() };
    let codes: Vec<String> =
        RULES.tag(&[content("a", Markup::Plain)], &odd).unwrap_err().into_iter().map(|fault| fault.code).collect();
    assert_eq!(codes, ["unknown-value", "unknown-value", "out-of-range"]);
}

#[test]
fn a_merchants_words() {
    let words = |count: usize| (0..count).map(|word| format!("\"词{word}号\"")).collect::<Vec<_>>().join(",");
    let faults =
        tagging::compile(&format!("{{\"content\": {{\"vocabulary\": {{\"a\": [{}]}}}}}}", words(10_001))).unwrap_err();
    assert_eq!((faults[0].code.as_str(), faults[0].pointer.as_str()), ("too-many-words", "/content"));
    assert!(tagging::compile(&format!("{{\"content\": {{\"vocabulary\": {{\"a\": [{}]}}}}}}", words(10_000))).is_ok());
    let wrong = r#"{"content": {"brands": ["", "…", 7], "colour": 1}}"#;
    let pointers: Vec<String> = tagging::compile(wrong)
        .unwrap_err()
        .into_iter()
        .map(|fault| format!("{} {}", fault.pointer, fault.code))
        .collect();
    assert_eq!(
        pointers,
        [
            "/content/brands/0 out-of-range",
            "/content/brands/1 empty-word",
            "/content/brands/2 wrong-type",
            "/content/colour unknown-field"
        ]
    );
    assert!(tagging::Rules::load(&[9, 0, 0, 0]).is_err());
    let rulebook = r#"{"content": {"brands": ["Willow Tea"], "vocabulary": {"flavour": ["龙井"]}, "refused": ["竞品"], "allowed": ["最佳拍档礼盒"]}}"#;
    let rules = tagging::Rules::load(&tagging::compile(rulebook).unwrap().root).unwrap();
    let report = rules
        .tag(&[content("ＷＩＬＬＯＷ TEA 龍井，最佳拍档礼盒，比竞品香", Markup::Plain)], &options())
        .unwrap()
        .remove(0);
    let found: Vec<String> = report
        .tags
        .iter()
        .filter(|tag| tag.provenance == "vocabulary")
        .map(|tag| format!("{}/{}/{}", tag.kind, tag.name, tag.value))
        .collect();
    assert_eq!(found, ["brand//Willow Tea", "vocabulary/flavour/龙井"]);
    let blocks: Vec<&str> =
        report.findings.iter().filter(|one| one.level == Level::Block).map(|one| one.term.as_str()).collect();
    assert_eq!(blocks, ["竞品"]);
}

#[test]
fn disclosure_and_dates() {
    let paid = |text: &str, digital_human: bool| Content { paid: true, digital_human, ..content(text, Markup::Plain) };
    let found = |content: Content, options: Options| -> Vec<String> {
        let report = RULES.tag(&[content], &options).unwrap().remove(0);
        report.findings.iter().map(|one| format!("{} {}", one.jurisdiction, one.category)).collect()
    };
    assert_eq!(found(paid("好用的杯子", false), options()), ["CN disclosure", "EU disclosure", "US disclosure"]);
    assert_eq!(found(paid("广告 好用的杯子", false), options()), Vec::<String>::new());
    assert_eq!(found(paid("#ad a nice cup", false), options()), ["CN disclosure"]);
    let below = format!("{}广告", "杯子".repeat(60));
    assert_eq!(found(paid(&below, false), options()).len(), 3);
    let human = found(paid("广告 你好", true), Options { jurisdictions: vec!["CN".into()], ..options() });
    assert_eq!(human, ["CN digital-human"]);
    // Before the rule was in force, nothing was asked.
    let early =
        found(paid("广告 你好", true), Options { at: 1_600_000_000, jurisdictions: vec!["CN".into()], ..options() });
    assert_eq!(early, Vec::<String>::new());
}

#[test]
fn copies_are_found_across_scripts() {
    let similarity = |left: &str, right: &str| {
        tagging::compare(&content(left, Markup::Plain), &content(right, Markup::Plain)).unwrap()
    };
    let left = "这款保温杯采用双层真空设计，早上装的热水到晚上还是烫的，杯盖一键开合，单手就能喝水，放在包里也不会漏。";
    let right =
        "這款保溫杯採用雙層真空設計，早上裝的熱水到晚上還是燙的🔥 杯蓋一鍵開合 單手就能喝水，放在包裡也不會漏。";
    assert!(similarity(left, right).duplicate, "{:?}", similarity(left, right));
    assert!(
        !similarity(left, "今晚八点直播间见，新款连衣裙第一次上架，尺码从小到大都有，喜欢的姐妹早点来。").duplicate
    );
}
