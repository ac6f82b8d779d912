//! What an operator decides about merchants' plugins, with its default and its unit. What a single call may use is not for
//! choice: it is in `bounds`, so that a plugin that was tried in one place runs in every other.

use crate::cli::{duration, size};
use std::path::PathBuf;
use std::time::Duration;

/// An operator's choices; the flags of the command line.
#[derive(Clone, Debug, clap::Args)]
pub struct Settings {
    /// Allow plugins WASI in its inert form, for languages that cannot do without
    #[arg(long = "plugin-wasi")]
    pub wasi: bool,
    /// Take only plugins that carry a merchant's signature
    #[arg(long = "plugin-signatures")]
    pub signatures: bool,
    /// Plugins of one merchant
    #[arg(long = "plugins", default_value_t = Settings::default().plugins, value_name = "COUNT")]
    pub plugins: usize,
    /// Versions kept of one plugin
    #[arg(long = "plugin-versions", default_value_t = Settings::default().versions, value_name = "COUNT")]
    pub versions: usize,
    /// Bytes of all components of one merchant [default: 128MiB]
    #[arg(long = "plugin-bytes", value_parser = size, default_value = "128MiB", hide_default_value = true, value_name = "SIZE")]
    pub bytes: usize,
    /// Uploads of one merchant in an hour
    #[arg(long = "plugin-uploads", default_value_t = Settings::default().uploads, value_name = "COUNT")]
    pub uploads: usize,
    /// Components compiled at once
    #[arg(long = "plugin-compilers", default_value_t = Settings::default().compilers, value_name = "COUNT")]
    pub compilers: usize,
    /// Processor time for compiling one component; ten times as much in the large tier [default: 30s]
    #[arg(long = "plugin-compile-time", value_parser = duration, default_value = "30s", hide_default_value = true, value_name = "TIME")]
    pub compile_time: Duration,
    /// Memory for compiling one component; four times as much in the large tier [default: 512MiB]
    #[arg(long = "plugin-compile-memory", value_parser = size, default_value = "512MiB", hide_default_value = true, value_name = "SIZE")]
    pub compile_memory: usize,
    /// The program that compiles [default: this one]
    #[arg(long = "plugin-compiler", hide = true)]
    pub compiler: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            wasi: false,
            signatures: false,
            plugins: 50,
            versions: 20,
            bytes: 128 << 20,
            uploads: 120,
            compilers: 1,
            compile_time: Duration::from_secs(30),
            compile_memory: 512 << 20,
            compiler: None,
        }
    }
}
