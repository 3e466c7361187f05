//! Logs: one JSON object a line on standard error, or plain lines on a terminal. Standard output is for what was asked.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, fmt};

use crate::config::LogFormat;

/// Starts logging; `filter` as in `kurak.log` (`info`, `harvest=debug,info`). Called once, before anything else.
pub fn start(filter: &str, format: LogFormat) {
    let known = EnvFilter::try_new(filter);
    let bad = known.is_err();
    let builder = fmt().with_env_filter(known.unwrap_or_else(|_bad| EnvFilter::new("info"))).with_writer(std::io::stderr);
    let is_text = match format {
        LogFormat::Auto => std::io::stderr().is_terminal(),
        LogFormat::Json => false,
        LogFormat::Text => true,
    };
    if is_text {
        builder.with_target(false).with_ansi(std::io::stderr().is_terminal()).init();
    } else {
        builder.json().flatten_event(true).init();
    }
    if bad {
        tracing::warn!(filter, "kurak.log cannot be read; everything from info on is logged");
    }
}
