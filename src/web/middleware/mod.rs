//! What surrounds every request: a number, a line in the log, marks in the metrics, its language, headers for browsers, no panic.

pub mod compress;
pub mod cors;
pub mod locale;
pub mod watch;
