//! What a plugin says it is, checked: the name and version it was uploaded under, needs that this host meets, a schema.

use super::bounds::{self, Tier};
use super::check::kebab;
use super::config;
use super::failure::{Failure, Kind};
use super::types::{Attribute, Description};

/// What a plugin needs of its host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// The bounds that it asks for.
    pub tier: Tier,
    /// The inert WASI.
    pub wasi: bool,
    /// Attributes that the context must declare, or it is not asked.
    pub attributes: Vec<String>,
}

/// Checks a description and reads what the plugin needs.
///
/// # Errors
/// `plugin-output-invalid` with what to change, `plugin-output-too-large` where there is too much of something.
pub fn check(description: &Description) -> Result<Needs, Failure> {
    let Description { name, version, needs, config_schema, messages } = description;
    let wrong = |text: String| Err(Failure::new(Kind::OutputInvalid, text));
    if !kebab(name) {
        return wrong(format!("the name must be kebab-case of 1 to {} characters", bounds::NAME));
    }
    if version.len() > bounds::NAME || !is_version(version) {
        return wrong(
            "the version must be three numbers with dots, as in 1.4.2, and may end with - or + and a label".into(),
        );
    }
    super::check::messages(messages)?;
    if config_schema.len() > bounds::CONFIG {
        return Err(Failure::new(
            Kind::OutputTooLarge,
            format!("the schema has {} bytes, at most {} are allowed", config_schema.len(), bounds::CONFIG),
        ));
    }
    if let Err(error) = config::schema(config_schema) {
        return wrong(format!("config-schema is not a JSON Schema that this host takes: {error}"));
    }
    if needs.len() > bounds::NEEDS {
        return wrong(format!("there are {} needs, at most {} are allowed", needs.len(), bounds::NEEDS));
    }
    let mut read = Needs::default();
    for Attribute { name, value } in needs {
        match (name.as_str(), value.as_str()) {
            ("tier", tier) if Tier::named(tier).is_some() => read.tier = Tier::named(tier).unwrap_or_default(),
            ("wasi", "inert") => read.wasi = true,
            ("attribute", name) if (1..=bounds::NAME).contains(&name.len()) => read.attributes.push(name.to_owned()),
            _ => {
                let short = |text: &str| text.chars().take(40).collect::<String>();
                return wrong(format!(
                    "the need {:?} {:?} is none that this host knows: `tier` `large`, `wasi` `inert`, `attribute` and its name",
                    short(name),
                    short(value)
                ));
            }
        }
    }
    Ok(read)
}

/// Whether a text is a version as in Semantic Versioning 2.0.0, looked at no closer than the host needs.
fn is_version(text: &str) -> bool {
    let end = text.find(['-', '+']).unwrap_or(text.len());
    let (numbers, label) = text.split_at(end);
    let number = |part: &str| {
        !part.is_empty()
            && part.len() <= 9
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
    };
    let of_label = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
    numbers.split('.').count() == 3 && numbers.split('.').all(number) && label.len() != 1 && label.bytes().all(of_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(version: &str, need: (&str, &str), schema: &str) -> Description {
        Description {
            name: "bundle".into(),
            version: version.into(),
            needs: vec![Attribute { name: need.0.into(), value: need.1.into() }],
            config_schema: schema.into(),
            messages: Vec::new(),
        }
    }

    #[test]
    fn needs_are_met_or_refused_by_name() {
        let needs = check(&described("1.0.0", ("tier", "large"), "{}")).unwrap();
        assert_eq!(needs, Needs { tier: Tier::Large, ..Needs::default() });
        let needs = check(&described("0.1.0-rc.1+x", ("attribute", "weather"), "")).unwrap();
        assert_eq!(needs.attributes, ["weather"]);
        for need in [("tier", "huge"), ("network", "all"), ("attribute", ""), ("wasi", "full")] {
            assert_eq!(check(&described("1.0.0", need, "")).unwrap_err().kind, Kind::OutputInvalid, "{need:?}");
        }
    }

    #[test]
    fn versions_and_schemas_are_read() {
        for version in ["1", "1.2", "1.2.3.4", "01.2.3", "1.2.x", "1.2.3-", "1.2.3-é", "v1.2.3", ""] {
            assert!(check(&described(version, ("wasi", "inert"), "")).is_err(), "{version}");
        }
        for schema in ["{", "7", r#"{"type":"nothing"}"#, r#"{"$ref":"https://elsewhere.example/schema"}"#] {
            assert!(check(&described("1.2.3", ("wasi", "inert"), schema)).is_err(), "{schema}");
        }
    }
}
