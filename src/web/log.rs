//! One line in the log and one mark in the metrics for every request.

use std::time::Duration;

use actix_web::HttpRequest;
use auth::Actor;

/// What is said of a request.
pub struct Line {
    method: String,
    action: String,
    known: bool,
    user: String,
}

impl Line {
    /// At the start.
    pub fn new(request: &HttpRequest, action: &str) -> Self {
        Self {
            method: request.method().to_string(),
            action: action.chars().take(100).collect(),
            known: false,
            user: String::new(),
        }
    }

    /// The action exists: its name may become a label.
    pub fn known(&mut self) {
        self.known = true;
    }

    /// Who asks.
    pub fn actor(&mut self, actor: &Actor) {
        actor.id().unwrap_or_default().clone_into(&mut self.user);
    }

    /// At the end.
    pub fn write(self, status: u16, took: Duration) {
        let Self { method, action, known, user } = self;
        tracing::debug!(target: "access", method, action, status, micros = took.as_micros(), user, "request");
        let label = if known { action } else { "unknown".to_owned() };
        metrics::counter!("kurak_requests_total", "action" => label.clone(), "status" => status.to_string()).increment(1);
        metrics::histogram!("kurak_request_seconds", "action" => label).record(took.as_secs_f64());
    }
}
