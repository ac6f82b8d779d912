//! `pushcart plugin …`: what a merchant's developer does with a plugin before and after it is uploaded. One file a command.

mod activate;
mod build;
mod case;
mod chain;
mod client;
mod folder;
mod link;
mod logs;
mod new;
mod plugin;
mod push;
mod test;

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// The languages that there is a template for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Rust, by cargo.
    Rust,
    /// JavaScript, by componentize-qjs.
    Js,
    /// Python, by componentize-py.
    Python,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Tool {
    /// Make a folder with a plugin that builds and passes its test
    New {
        /// The language that it is written in
        #[arg(long, value_enum)]
        lang: Language,
        /// Its name, kebab-case; the folder's too
        name: String,
    },
    /// Build the plugin: build/plugin.wasm
    Build(Place),
    /// Run the plugin's carts under the bounds of the host, and show what it used of them
    Test(Place),
    /// Upload the version
    Push {
        /// Where the plugin is
        #[command(flatten)]
        place: Place,
        /// Where it goes
        #[command(flatten)]
        host: Host,
    },
    /// Switch the version on, with the configuration of config.json
    Activate {
        /// Where the plugin is
        #[command(flatten)]
        place: Place,
        /// Where it goes
        #[command(flatten)]
        host: Host,
        /// What a failure of the plugin does to a quote: `open` leaves the plugin out, `closed` fails the quote
        #[arg(long, default_value = "open", value_parser = ["open", "closed"])]
        on_failure: String,
    },
    /// Write an app with plugins linked into it, for hosts such as Spin that take none while they run
    Link(Box<link::Wish>),
    /// Show what the plugin wrote and how it failed lately
    Logs {
        /// Where the plugin is
        #[command(flatten)]
        place: Place,
        /// Where it goes
        #[command(flatten)]
        host: Host,
    },
}

/// Where the plugin is.
#[derive(Args, Debug)]
pub struct Place {
    /// The plugin's folder
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Where the tools of npm and pip are kept [default: build/tools in the folder]
    #[arg(long, env = "PUSHCART_PLUGIN_TOOLS", value_name = "FOLDER")]
    tools: Option<PathBuf>,
}

/// Where it goes.
#[derive(Args, Debug)]
pub struct Host {
    /// The host
    #[arg(long, env = "PUSHCART_URL", default_value = "http://127.0.0.1:3000")]
    url: String,
    /// The merchant
    #[arg(long, env = "PUSHCART_MERCHANT")]
    merchant: String,
    /// The merchant's publishing token
    #[arg(long, env = "PUSHCART_TOKEN", hide_env_values = true)]
    token: String,
}

/// Runs a command.
///
/// # Errors
/// What went wrong and what to do about it.
pub fn run(tool: Tool) -> anyhow::Result<()> {
    match tool {
        Tool::New { lang, name } => new::run(lang, &name),
        Tool::Build(place) => build::run(&place),
        Tool::Test(place) => test::run(&place),
        Tool::Push { place, host } => push::run(&place, &host),
        Tool::Activate { place, host, on_failure } => activate::run(&place, &host, &on_failure),
        Tool::Link(wish) => link::run(&wish),
        Tool::Logs { place, host } => logs::run(&place, &host),
    }
}

#[cfg(test)]
mod tests {
    use crate::plugins::failure::Kind;
    use crate::plugins::refusal::Code;
    use crate::plugins::upload::structure::ROWS;

    #[test]
    fn the_documentation_names_every_code_with_its_status_and_bound() {
        let page = include_str!("../../../../docs/plugins.md");
        for code in Code::ALL {
            let (status, code, _) = code.parts();
            assert!(page.contains(&format!("{status} `{code}`")), "docs/plugins.md does not name {status} `{code}`");
        }
        for kind in Kind::ALL {
            assert!(page.contains(&format!("`{}`", kind.code())), "docs/plugins.md does not name `{}`", kind.code());
        }
        let grouped = |number: u64| {
            let digits = number.to_string();
            let groups = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group).into_owned());
            groups.collect::<Vec<_>>().join(",")
        };
        for (_, code, name, normal, large) in ROWS {
            let row = format!("| `{code}` | {name} | {} | {} |", grouped(normal), grouped(large));
            assert!(page.contains(&row), "docs/plugins.md does not say {row}");
        }
    }
}
