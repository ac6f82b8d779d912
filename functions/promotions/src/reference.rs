//! The reference of conditions, actions and policies, written from the catalogue: text for people, schema for tools.

use crate::actions::reach::Reach;
use crate::catalogue::{ACTIONS, CONDITIONS, Kind};
use crate::policy::Policy;
use crate::target::Target;

/// The page on conditions.
#[must_use]
pub fn conditions() -> String {
    page(
        "Conditions",
        "A promotion's `when` is a list of conditions; all must hold. A condition that does not hold says why: `code`, and `need` and `have` where they are numbers.",
        CONDITIONS,
    )
}

/// The page on actions.
#[must_use]
pub fn actions() -> String {
    page(
        "Actions",
        "A promotion's `gives` is a list of actions, done in order. An action may carry conditions of its own in `when`. Amounts are minor units, rates are basis points.",
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
        "| `lanes` | list of `{{\"id\", \"stacking\"}}` | Lanes in sequence, each with its own stacking; `default` comes last where it is not named. | `{}` |\n| `searchWork` | 1 to 1000000, by default {} | How many promotions the search for the best combination may try in one lane; when that is used up, the answer says which gap is left. | `{}` |\n",
        Policy::LANES_EXAMPLE,
        Policy::WORK,
        Policy::WORK_EXAMPLE,
    ));
    text
}

fn page(title: &str, about: &str, kinds: &[Kind]) -> String {
    let mut text = format!("# {title}\n\n{about}\n");
    for kind in kinds {
        text.push_str(&format!("\n## `{}`\n\n{}\n\n```json\n{}\n```\n", kind.name, kind.about, kind.example));
        if !kind.required.is_empty() {
            let names: Vec<String> = kind.required.iter().map(|name| format!("`{name}`")).collect();
            text.push_str(&format!("\nRequired: {}.\n", names.join(", ")));
        }
        if !kind.codes.is_empty() {
            text.push_str("\n| code | need and have |\n|---|---|\n");
            for (code, meaning) in kind.codes {
                text.push_str(&format!("| `{code}` | {meaning} |\n"));
            }
        }
    }
    text
}

/// The JSON Schema (2020-12) of conditions and actions, as `$defs`.
#[must_use]
pub fn schema() -> String {
    let kinds = |kinds: &[Kind]| {
        let each: Vec<String> = kinds
            .iter()
            .map(|kind| {
                let comma = if kind.fields.is_empty() { "" } else { ", " };
                let required: String = kind.required.iter().map(|name| format!(", \"{name}\"")).collect();
                format!(
                    "{{\"type\": \"object\", \"additionalProperties\": false, \"required\": [\"kind\"{required}], \"properties\": {{\"kind\": {{\"const\": \"{}\"}}, \"when\": {{\"type\": \"array\"}}{comma}{}}}}}",
                    kind.name, kind.fields
                )
            })
            .collect();
        format!("{{\"oneOf\": [\n    {}\n  ]}}", each.join(",\n    "))
    };
    format!(
        "{{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n  \"$defs\": {{\n  \"target\": {},\n  \"reach\": {},\n  \"condition\": {},\n  \"action\": {}\n  }}\n}}\n",
        Target::SCHEMA,
        Reach::SCHEMA,
        kinds(CONDITIONS),
        kinds(ACTIONS)
    )
}
