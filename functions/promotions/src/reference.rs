//! The reference of conditions, actions and policies, written from the catalogue: text for people, schema for tools.

use crate::actions::reach::Reach;
use crate::actions::tier::Tier;
use crate::catalogue::{ACTIONS, CONDITIONS, Kind};
use crate::code::Code;
use crate::limits::Limits;
use crate::policy::{Policy, Stacking};
use crate::promotion::Promotion;
use crate::target::Target;
use commerce::{Node, document};

/// The page on promotions: their own fields, and the reasons that no condition and no action has.
#[must_use]
pub fn promotions() -> String {
    let mut text = format!(
        "# Promotions\n\nA promotion says when it runs, what it asks for, what it gives, and how it goes together with others.\n\n```json\n{}\n```\n\n| field | what it says |\n|---|---|\n",
        Promotion::EXAMPLE
    );
    for (name, about) in fields(Promotion::SCHEMA) {
        text.push_str(&format!("| `{name}` | {about} |\n"));
    }
    text.push_str("\nRequired: `id`, `gives`.\n");
    text.push_str(&reasons(
        "One that does not apply says why. Beside the reasons of its conditions and actions these are:",
        Promotion::REASONS,
    ));
    let strange = [("code-unknown", "no promotion that runs on this cart has it")];
    let of_promotions = [("any other", "that of the promotion which it would unlock")];
    let codes: Vec<(&str, &str)> =
        Code::REASONS.iter().skip(1).chain(&strange).chain(&of_promotions).copied().collect();
    text.push_str(&reasons("A code that was entered and does not work says why, too:", &codes));
    text
}

/// The fields of an object's schema, each with its description.
fn fields(schema: &str) -> Vec<(String, String)> {
    let Ok(schema) = document::parse(schema.as_bytes()) else { return Vec::new() };
    let Some(Node::Map(properties)) = schema.get("properties") else { return Vec::new() };
    let about = |value: &Node<'_>| match value.get("description") {
        Some(Node::Text(text)) => text.to_string(),
        _ => String::new(),
    };
    properties.iter().map(|(name, value)| (name.to_string(), about(value))).collect()
}

fn reasons(about: &str, codes: &[(&str, &str)]) -> String {
    let each: String = codes.iter().map(|(code, meaning)| format!("| `{code}` | {meaning} |\n")).collect();
    format!("\n{about}\n\n| code | need and have |\n|---|---|\n{each}")
}

/// The page on conditions.
#[must_use]
pub fn conditions() -> String {
    page(
        "Conditions",
        "A promotion's `when` is a list of conditions; all must hold. A condition that does not hold says why: `code`, and `need` and `have` where they are numbers.",
        "Where it does not hold:",
        CONDITIONS,
    )
}

/// The page on actions.
#[must_use]
pub fn actions() -> String {
    page(
        "Actions",
        "A promotion's `gives` is a list of actions, done in order. An action may carry conditions of its own in `when`. Amounts are minor units, rates are basis points.",
        "Where the promotion gives nothing for the lack of something:",
        ACTIONS,
    )
}

/// The page on policies.
#[must_use]
pub fn policies() -> String {
    let mut text = String::from(
        "# Policy\n\nThe rulebook's `policy` says how this merchant's engine counts. Every field may be absent; the first value is then taken.\n\n| field | values | what it decides | example |\n|---|---|---|---|\n",
    );
    for dimension in Policy::DIMENSIONS {
        let values: Vec<String> = dimension.values.iter().map(|value| format!("`{value}`")).collect();
        let example = dimension.example();
        text.push_str(&format!(
            "| `{}` | {} | {} | `{example}` |\n",
            dimension.name,
            values.join(" "),
            dimension.about
        ));
    }
    text.push_str(&format!(
        "| `lanes` | list of `{{\"id\", \"stacking\"}}` | Lanes in sequence, each with its own stacking; `default` comes last where it is not named. Neighbouring lanes with `best` are searched together, so that the combination over all of them is the best. | `{}` |\n| `searchWork` | 1 to 1000000, by default {} | How many promotions the search for the best combination may try in one lane, or in neighbouring lanes together; when that is used up, the answer says which gap is left. | `{}` |\n",
        Policy::LANES_EXAMPLE,
        Policy::WORK,
        Policy::WORK_EXAMPLE,
    ));
    text
}

fn page(title: &str, about: &str, why: &str, kinds: &[Kind]) -> String {
    let mut text = format!("# {title}\n\n{about}\n");
    for kind in kinds {
        text.push_str(&format!("\n## `{}`\n\n{}\n\n```json\n{}\n```\n", kind.name, kind.about, kind.example));
        if !kind.required.is_empty() {
            let names: Vec<String> =
                kind.required.iter().map(|name| format!("`{}`", name.replace(['|', '^'], "` or `"))).collect();
            text.push_str(&format!("\nRequired: {}.\n", names.join(", ")));
        }
        if !kind.codes.is_empty() {
            text.push_str(&reasons(why, kind.codes));
        }
    }
    text
}

/// What every schema here refers to, by name: JSON Schema (2020-12), references as `#/$defs/…`.
#[must_use]
pub fn definitions() -> Vec<(&'static str, String)> {
    const WORDS: [(&str, &str); 5] = [
        (
            "Identifier",
            r#"{"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]*$", "description": "1 to 128 bytes of UTF-8 without control characters"}"#,
        ),
        (
            "MinorUnits",
            r#"{"type": "integer", "minimum": 0, "maximum": 9007199254740991, "description": "An amount in minor units (fen, cents, yen) of the rulebook's currency"}"#,
        ),
        (
            "BasisPoints",
            r#"{"type": "integer", "minimum": 0, "maximum": 10000, "description": "Hundredths of a percent"}"#,
        ),
        ("Units", r#"{"type": "integer", "minimum": 1, "maximum": 1000000, "description": "Pieces of a product"}"#),
        (
            "Choice",
            r#"{"enum": ["cart-order", "cheapest", "dearest", "line-value"], "description": "Which units come first where not all can be reached"}"#,
        ),
    ];
    let words = WORDS.map(|(name, schema)| (name, schema.to_owned()));
    let parts = [
        ("Target", Target::SCHEMA),
        ("Reach", Reach::SCHEMA),
        ("Tier", Tier::SCHEMA),
        ("Promotion", Promotion::SCHEMA),
        ("Limits", Limits::SCHEMA),
        ("Code", Code::SCHEMA),
    ];
    let kinds = [
        ("Condition", any_of("What a promotion asks for", "", CONDITIONS)),
        ("Action", any_of("What a promotion gives", WHEN, ACTIONS)),
        ("PromotionPolicy", policy()),
    ];
    words.into_iter().chain(parts.map(|(name, schema)| (name, schema.to_owned()))).chain(kinds).collect()
}

/// Conditions that one action alone has.
const WHEN: &str = r##", "when": {"type": "array", "maxItems": 100, "description": "All must hold for this action", "items": {"$ref": "#/$defs/Condition"}}"##;

fn quoted(text: &str) -> String {
    document::write(&Node::Text(text.into()))
}

/// One of these fields must be there: at least one of `a|b`, exactly one of `a^b`. A list that is there must name something.
fn choice(names: &str, fields: &str) -> String {
    let each: Vec<String> = names
        .split(['|', '^'])
        .map(|name| {
            let lists = fields.contains(&format!("\"{name}\": {{\"type\": \"array\""));
            let filled =
                if lists { format!(", \"properties\": {{\"{name}\": {{\"minItems\": 1}}}}") } else { String::new() };
            format!("{{\"required\": [\"{name}\"]{filled}}}")
        })
        .collect();
    format!(", \"{}\": [{}]", if names.contains('^') { "oneOf" } else { "anyOf" }, each.join(", "))
}

fn any_of(about: &str, also: &str, kinds: &[Kind]) -> String {
    let one = |kind: &Kind| {
        let comma = if kind.fields.is_empty() { "" } else { ", " };
        let (choices, needed): (Vec<&str>, Vec<&str>) =
            kind.required.iter().partition(|name| name.contains(['|', '^']));
        let needed: String = needed.iter().map(|name| format!(", \"{name}\"")).collect();
        let choices: String = choices.into_iter().map(|names| choice(names, kind.fields)).collect();
        format!(
            "{{\"type\": \"object\", \"additionalProperties\": false, \"description\": {}, \"required\": [\"kind\"{needed}]{choices}, \"properties\": {{\"kind\": {{\"const\": \"{}\"}}{also}{comma}{}}}}}",
            quoted(kind.about),
            kind.name,
            kind.fields
        )
    };
    let each: Vec<String> = kinds.iter().map(one).collect();
    format!("{{\"description\": {}, \"oneOf\": [\n    {}\n  ]}}", quoted(about), each.join(",\n    "))
}

fn policy() -> String {
    let field = |name: &str, about: &str, values: &[&str]| {
        let words: Vec<String> = values.iter().map(|value| quoted(value)).collect();
        format!("\"{name}\": {{\"enum\": [{}], \"description\": {}}}", words.join(", "), quoted(about))
    };
    let mut fields: Vec<String> = Policy::DIMENSIONS
        .iter()
        .map(|dimension| {
            field(dimension.name, &format!("{} The first is the default", dimension.about), dimension.values)
        })
        .collect();
    let stacking: Vec<&str> = Stacking::ALL.iter().map(|(word, _)| *word).collect();
    fields.push(format!(
        "\"lanes\": {{\"type\": \"array\", \"maxItems\": 100, \"description\": \"Lanes in sequence; `default` comes last where it is not named. Neighbouring lanes with `best` are searched together\", \"items\": {{\"type\": \"object\", \"additionalProperties\": false, \"required\": [\"id\"], \"properties\": {{\"id\": {{\"$ref\": \"#/$defs/Identifier\"}}, {}}}}}}}",
        field("stacking", "How promotions go together in it; all where absent", &stacking)
    ));
    fields.push(format!(
        "\"searchWork\": {{\"type\": \"integer\", \"minimum\": 1, \"maximum\": 1000000, \"default\": {}, \"description\": \"How many promotions the search for the best combination may try in one lane, or in neighbouring lanes together\"}}",
        Policy::WORK
    ));
    format!(
        "{{\"type\": \"object\", \"additionalProperties\": false, \"description\": \"How this merchant's engine counts; what is absent is as each field says\", \"properties\": {{\n    {}\n  }}}}",
        fields.join(",\n    ")
    )
}

/// The JSON Schema (2020-12) of conditions, actions and the policy, as `$defs`.
#[must_use]
pub fn schema() -> String {
    let each: Vec<String> = definitions().into_iter().map(|(name, schema)| format!("  \"{name}\": {schema}")).collect();
    format!(
        "{{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n  \"$defs\": {{\n{}\n  }}\n}}\n",
        each.join(",\n")
    )
}
