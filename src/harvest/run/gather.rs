//! The thread that fetches the next page while the present one is written.

use std::sync::{Arc, mpsc::SyncSender};

use serde_json::Value;

use super::Shared;
use crate::protocol::{Fault, Page, Protocol, Retreat, Severity};

/// Datasets that may be left out because the remote cannot show them, before the listing is given up.
const SKIPS: usize = 5;
/// Pages of a listing.
const PAGES: usize = 100_000;

/// What the writer is told.
pub enum Event {
    /// A page, in order.
    Page(Page),
    /// Something was left out, and where the listing goes on.
    Skipped(String, Value),
    /// The listing ends here, before its end.
    Broken(String),
}

/// What is behind a listing so far.
struct Progress {
    /// Datasets left out.
    skips: usize,
    /// True when a page came: only then what does not come is taken for a dataset that cannot be shown.
    has_come: bool,
    /// What was left out before any page came.
    unsure: Vec<Event>,
}

/// Fetches from a place to the end, or until nobody listens any more.
pub fn gather(shared: &Shared, protocol: &Arc<dyn Protocol>, mut place: Value, events: &SyncSender<Event>) {
    let mut failures = 0;
    let mut progress = Progress { skips: 0, has_come: !place.is_null(), unsure: Vec::new() };
    for _page in 0..PAGES {
        if shared.is_stopping() {
            return;
        }
        let fault = match protocol.page(&place) {
            Ok(page) => {
                failures = 0;
                progress.has_come = true;
                if progress.unsure.drain(..).any(|event| events.send(event).is_err()) {
                    return;
                }
                let next = page.next.clone();
                if events.send(Event::Page(page)).is_err() {
                    return;
                }
                let Some(next) = next else { return };
                place = next;
                continue;
            }
            Err(fault) => fault,
        };
        if fault.severity == Severity::Fatal || shared.is_stopping() {
            drop(events.send(Event::Broken(fault.message)));
            return;
        }
        let passing = matches!(fault.severity, Severity::Passing | Severity::Away);
        if let (true, Some(pause)) = (passing, shared.options.pauses.get(failures)) {
            failures += 1;
            if !shared.pause(*pause) {
                return;
            }
            continue;
        }
        if fault.severity == Severity::Away {
            drop(events.send(Event::Broken(fault.message)));
            return;
        }
        let Some(next) = go_around(protocol.as_ref(), &place, &fault, &mut progress, events) else { return };
        place = next;
    }
    drop(events.send(Event::Broken("the listing does not end".to_owned())));
}

/// Where to go on behind a page that does not come; `None` when the listing ends here.
fn go_around(
    protocol: &dyn Protocol,
    place: &Value,
    fault: &Fault,
    progress: &mut Progress,
    events: &SyncSender<Event>,
) -> Option<Value> {
    match protocol.retreat(place) {
        Some(Retreat::Smaller(next)) => Some(next),
        Some(Retreat::Past(next)) if progress.skips < SKIPS => {
            progress.skips += 1;
            let event = Event::Skipped(fault.message.clone(), next.clone());
            if progress.has_come {
                events.send(event).ok()?;
            } else {
                progress.unsure.push(event);
            }
            Some(next)
        }
        _ => {
            drop(events.send(Event::Broken(fault.message.clone())));
            None
        }
    }
}
