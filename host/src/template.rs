//! `{{ name }}` in a component's variable: parsed when the manifest is read, rendered when the app starts.

/// A text with the names of variables in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Name(String),
}

impl Template {
    /// Reads a template; the error says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((name, behind)) = after.split_once("}}") else {
                return Err("has `{{` without `}}`".into());
            };
            let name = name.trim();
            if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                return Err(format!("`{{{{ {name} }}}}` is not the name of a variable"));
            }
            parts.push(Part::Text(before.into()));
            parts.push(Part::Name(name.into()));
            rest = behind;
        }
        if rest.contains("}}") {
            return Err("has `}}` without `{{`".into());
        }
        parts.push(Part::Text(rest.into()));
        Ok(Self(parts))
    }

    /// The names it uses, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Name(name) => Some(name.as_str()),
        })
    }

    /// The text with every name replaced; `None` when `value` has none for one of them.
    pub fn render<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> Option<String> {
        let parts = self.0.iter().map(|part| match part {
            Part::Text(text) => Some(text.as_str()),
            Part::Name(name) => value(name),
        });
        parts.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renders_names_and_refuses_what_is_not_one() {
        let values = |name: &str| (name == "token").then_some("s3");
        let cases = [("plain", Some("plain")), ("{{ token }}", Some("s3")), ("a{{token}}b{{ token }}", Some("as3bs3"))];
        for (text, rendered) in cases {
            let template = Template::parse(text).unwrap();
            assert_eq!(template.render(values).as_deref(), rendered, "{text}");
        }
        assert_eq!(Template::parse("{{ other }}").unwrap().render(values), None);
        for wrong in ["{{ a", "a }}", "{{ }}", "{{ a-b }}"] {
            assert!(Template::parse(wrong).is_err(), "{wrong}");
        }
    }
}
