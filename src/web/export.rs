//! All that a search finds, written while it is sent: `/api/3/search/export` as JSON lines, `/data.json` as a catalog.
//!
//! Few at a time; who does not read on makes room for the next one.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use action::{App, action::Answer, actors::Proof};
use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{Method, StatusCode, header},
    web::{Data, ServiceConfig},
};
use auth::Actor;
use base::{Error, Result};
use bytes::Bytes;
use catalog::package::export::Export;
use dcat::{Site, dcat_us};
use futures_util::Stream;
use serde_json::Value;

use crate::{
    action_api::{Shared, parameters, proof_of, refusal},
    arrival::{self, Wanted},
    envelope::{self, Asked, head},
    language,
    middleware::watch,
    routes::read,
};

const ACTION: &str = "package_search";
/// Exports at the same time.
const MOST: usize = 8;
/// Who takes nothing for so long has to leave when somebody else waits.
const IDLE: Duration = Duration::from_secs(30);

/// The address.
pub fn routes(config: &mut ServiceConfig) {
    config.service(read("/api/3/search/export", answer));
}

/// An export between two of its parts, and since when; empty while one is made, and when it had to leave.
struct Place(Mutex<Option<(Export, Instant)>>);

impl Place {
    fn take(&self) -> Option<(Export, Instant)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(&self, export: Export) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((export, Instant::now()));
    }

    /// Ends it when nobody reads it.
    fn leaves(&self) -> bool {
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        place.take_if(|(_, since)| since.elapsed() >= IDLE).is_some()
    }
}

/// The exports that run.
#[derive(Default)]
pub struct Places(Mutex<Vec<Arc<Place>>>);

impl Places {
    fn enter(&self) -> Result<Arc<Place>> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A stream that ended holds its place no more.
        places.retain(|place| Arc::strong_count(place) > 1);
        if places.len() >= MOST {
            places.retain(|place| !place.leaves());
        }
        if places.len() >= MOST {
            return Err(Error::not_now(format!("{MOST} exports are running. Please try again in a moment.")));
        }
        let place = Arc::new(Place(Mutex::default()));
        places.push(Arc::clone(&place));
        Ok(place)
    }
}

async fn answer(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    watch::tell_action(&request, ACTION);
    let Some(row) = shared.app.row(ACTION) else { return crate::pages::not_found().await };
    let mut input = match parameters(&request, (&[], None), row) {
        Ok(input) => input,
        Err(refused) => return refusal(&refused),
    };
    let languages = language::of(&request, &shared.app.settings);
    let proof = proof_of(&request, &shared);
    let known = proof.is_some();
    let begun = match Wanted::of(row, &mut input) {
        Ok(wanted) => match wanted.before_search(&shared).await {
            Ok(()) => begin(&shared, proof, (input, languages.texts)).await,
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    let begun = match begun {
        Ok(begun) => begun,
        Err(error) => {
            let id = watch::id_of(&request);
            let site = shared.app.site();
            let asked =
                Asked { site_url: &site.url, action: ACTION, known, callback: None, request: &id, spoken: languages.failures };
            return envelope::failure(asked, &error, None);
        }
    };
    let mut response = head(StatusCode::OK, known, "application/x-ndjson;charset=utf-8");
    response.insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"datasets.jsonl\""));
    let sight = shared.app.feed().map(store::Feed::sight);
    arrival::tell(&Answer { sight, ..Answer::default() }, &mut response);
    send(&request, &shared, response, (begun, Form::Lines))
}

/// Sends it, or nothing to who asks for the headers alone.
pub fn send(
    request: &HttpRequest,
    shared: &Data<Shared>,
    mut response: HttpResponseBuilder,
    (begun, form): (Begun, Form),
) -> HttpResponse {
    if request.method() == Method::HEAD {
        // No length: nobody knows it before all is written.
        return response.streaming(futures_util::stream::empty::<Result<Bytes, io::Error>>());
    }
    response.streaming(stream(shared.clone(), begun, form))
}

fn actor_of(app: &App, proof: Option<&Proof>) -> Result<Actor> {
    proof.map_or_else(|| Ok(Actor::anonymous()), |proof| app.actors.resolve(&app.pools, proof))
}

/// An export whose first part is made.
pub struct Begun {
    place: Arc<Place>,
    proof: Option<Proof>,
    first: String,
}

/// Begins, and makes the first part: what is wrong is told before anything is sent.
///
/// # Errors
/// Unavailable while too many are running; what the parameters of `package_search` do wrong.
pub async fn begin(
    shared: &Data<Shared>,
    proof: Option<Proof>,
    (input, language): (serde_json::Map<String, Value>, Option<String>),
) -> Result<Begun> {
    let place = shared.exports.enter()?;
    let app = Arc::clone(&shared.app);
    let work = move || {
        let actor = actor_of(&app, proof.as_ref())?;
        let mut export = Export::begin(&app, &actor, input, language)?;
        let first = export.part(&app, &actor)?;
        place.put(export);
        Ok(Begun { place, proof, first })
    };
    shared.lanes.export.run(work).await
}

/// What is made of the lines of an export.
pub enum Form {
    /// They go out as they are.
    Lines,
    /// A catalog of DCAT-US, dataset by dataset.
    DcatUs { site: Box<Site>, head: Option<String>, has_any: bool, is_ended: bool },
}

impl Form {
    /// A catalog of DCAT-US.
    pub fn dcat_us(site: Site) -> Self {
        let head = Some(dcat_us::begin(&site));
        Self::DcatUs { site: Box::new(site), head, has_any: false, is_ended: false }
    }

    /// What is sent for some lines; for none, at the end.
    fn write(&mut self, lines: String) -> String {
        let Self::DcatUs { site, head, has_any, is_ended } = self else { return lines };
        let mut text = head.take().unwrap_or_default();
        for line in lines.lines() {
            let package = serde_json::from_str(line).map_err(Error::internal);
            match package.and_then(|package| dcat_us::dataset(&package, site)) {
                Ok(dataset) => {
                    text.push_str(if *has_any { ",\n" } else { "\n" });
                    text.push_str(&dataset);
                    *has_any = true;
                }
                Err(error) => tracing::warn!(%error, "a dataset is left out of data.json"),
            }
        }
        // A part of nothing would be the end of the answer.
        text.push_str(if lines.is_empty() { dcat_us::END } else { "\n" });
        *is_ended = lines.is_empty();
        text
    }

    /// All is written, the end too.
    fn is_ended(&self) -> bool {
        matches!(self, Self::DcatUs { is_ended: true, .. })
    }
}

/// What is left to send: the place, the part that is made already, what is made of it.
type Step = Option<(Arc<Place>, Option<Proof>, Option<String>, Form)>;

/// Makes the next part when the client has taken the last one: a slow client holds neither a thread nor memory.
fn stream(shared: Data<Shared>, begun: Begun, form: Form) -> impl Stream<Item = Result<Bytes, io::Error>> {
    let start: Step = Some((begun.place, begun.proof, Some(begun.first), form));
    futures_util::stream::unfold(start, move |state| {
        let shared = shared.clone();
        async move {
            let (place, proof, first, mut form) = state?;
            if form.is_ended() {
                return None;
            }
            let (app, held, of) = (Arc::clone(&shared.app), Arc::clone(&place), proof.clone());
            let work = move || {
                let lines = first.map_or_else(|| part(&app, &held, of.as_ref()), Ok)?;
                Ok((form.write(lines), form))
            };
            match shared.lanes.export.run(work).await {
                Ok((text, _)) if text.is_empty() => None,
                Ok((text, form)) => Some((Ok(Bytes::from(text)), Some((place, proof, None, form)))),
                // The connection is cut, so that nobody takes a part for the whole.
                Err(error) => Some((Err(io::Error::other(error.to_string())), None)),
            }
        }
    })
}

fn part(app: &App, place: &Place, proof: Option<&Proof>) -> Result<String> {
    let (mut export, _) = place.take().ok_or_else(|| Error::unavailable("an export that nobody read made room"))?;
    let actor = actor_of(app, proof)?;
    let text = export.part(app, &actor)?;
    place.put(export);
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_some_and_again_when_one_has_ended() {
        let places = Places::default();
        let mut held: Vec<Arc<Place>> = (0..MOST).map(|_each| places.enter().unwrap()).collect();
        let full = places.enter().err().unwrap();
        assert!(full.kind() == base::Kind::Unavailable && full.message().contains("exports are running"), "{full}");
        held.pop();
        assert!(places.enter().is_ok());
    }
}
