//! Logs: one JSON object a line on standard error, or plain lines on a terminal. Standard output is for what was asked.

use std::{
    fmt::{Debug, Write as _},
    io::IsTerminal,
};

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    EnvFilter, Layer, fmt,
    layer::{Context, SubscriberExt},
    util::SubscriberInitExt,
};

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
    // Who names the library wants to see what it says.
    let strangers = (!filter.contains("actix_http")).then_some(Strangers);
    if is_text {
        builder.with_target(false).with_ansi(std::io::stderr().is_terminal()).finish().with(strangers).init();
    } else {
        builder.json().flatten_event(true).finish().with(strangers).init();
    }
    if bad {
        tracing::warn!(filter, "kurak.log cannot be read; everything from info on is logged");
    }
}

/// Keeps lines out of the log that any stranger could fill it with: the HTTP library reports as an error what a client sends
/// that is no HTTP, and that he hangs up or is too slow.
struct Strangers;

impl<S: Subscriber> Layer<S> for Strangers {
    fn event_enabled(&self, event: &Event<'_>, _context: Context<'_, S>) -> bool {
        if !event.metadata().target().starts_with("actix_http::h1") {
            return true;
        }
        let mut message = Message::default();
        event.record(&mut message);
        !message.0.starts_with("stream error: ")
    }
}

/// The words of an event.
#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            // A text takes all that is written.
            let _written = write!(self.0, "{value:?}");
        }
    }
}
