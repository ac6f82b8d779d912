//! A part of the price off every line, from so many units of it on.

wit_bindgen::generate!({ path: "wit", world: "promotion" });

use pushcart::plugin::types::{Action, Message, ShareOff, Target};

const SCHEMA: &str = r#"{
  "type": "object",
  "required": ["units", "basisPoints"],
  "properties": {
    "units": { "type": "integer", "minimum": 1 },
    "basisPoints": { "type": "integer", "minimum": 1, "maximum": 10000 }
  }
}"#;

struct Plugin;

impl Guest for Plugin {
    fn describe() -> Description {
        Description {
            name: env!("CARGO_PKG_NAME").into(),
            version: env!("CARGO_PKG_VERSION").into(),
            needs: vec![],
            config_schema: SCHEMA.into(),
            messages: vec![Message { language: "en".into(), text: "Less for many of one".into() }],
        }
    }

    fn evaluate(cart: Cart, _context: Context, config: String, _earlier: Vec<Discount>) -> Result<Vec<Proposal>, Error> {
        let config: serde_json::Value =
            serde_json::from_str(&config).map_err(|error| Error::Configuration(error.to_string()))?;
        let number = |name: &str| config[name].as_u64().and_then(|number| u32::try_from(number).ok());
        let (Some(units), Some(basis_points)) = (number("units"), number("basisPoints")) else {
            return Err(Error::Configuration("`units` and `basisPoints` must be numbers".into()));
        };
        let many = cart.lines.iter().filter(|line| line.quantity >= units);
        let targets: Vec<Target> = many.map(|line| Target { line: line.id.clone(), units: None }).collect();
        if targets.is_empty() {
            return Ok(vec![]);
        }
        Ok(vec![Proposal {
            code: "many-of-one".into(),
            action: Action::PercentOff(ShareOff { targets, basis_points }),
            messages: vec![Message { language: "en".into(), text: format!("{units} or more of one") }],
            lane: None,
            tags: vec![],
            combines_with: None,
            attributes: vec![],
        }])
    }
}

export!(Plugin);
