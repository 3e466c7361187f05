//! `/api/3/action/<name>`.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, OnceLock},
};

use action::{
    App, Conditions, Kind, Row,
    action::{Answer, Input},
    actors::Proof,
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{ConnectionType, Method, StatusCode, header},
    web::{Data, Payload},
};
use auth::{Actor, token};
use base::{Error, Result};
use bytes::Bytes;
use files::Ticket;
use people::session::throttle::Throttle;
use serde_json::{Map, Value};

use crate::{
    account,
    arrival::Wanted,
    envelope::{self, Asked},
    export::Places,
    extract::{
        self, Refused, Sent, body,
        form_data::{self, Failure, For, FormData},
    },
    gather::{self, Gather},
    lanes::Lanes,
    language,
    middleware::watch,
    pages,
};

/// Bytes of an answer that takes its time to be read and written anew.
const LARGE: usize = 64 * 1024;

/// What every request can reach.
pub struct Shared {
    pub app: Arc<App>,
    pub lanes: Lanes,
    pub gather: Gather,
    /// Exports that run.
    pub exports: Places,
    /// The API document, made when it is first asked for.
    pub document: OnceLock<String>,
    /// Who tried to log in lately.
    pub throttle: Arc<Throttle>,
}

/// Answers one call.
pub async fn call(request: HttpRequest, payload: Payload, shared: Data<Shared>) -> HttpResponse {
    let method = request.method();
    if method == Method::OPTIONS {
        return HttpResponse::Ok().insert_header((header::ALLOW, pages::METHODS)).finish();
    }
    if !matches!(*method, Method::GET | Method::HEAD | Method::POST) {
        return pages::method_not_allowed();
    }
    let name = request.match_info().get("action").unwrap_or_default();
    let Some(row) = shared.app.row(name) else {
        let _body = body::read(&request, payload).await;
        let shown: String = name.chars().take(100).collect();
        return envelope::bad_request(&format!("Action name not known: {shown}"));
    };
    watch::tell_action(&request, row.name);
    let callback = extract::callback(method, request.query_string());
    let proof = if callback.is_some() { None } else { proof_of(&request, &shared) };
    let received = receive(&request, payload, (&shared, row), proof.as_ref()).await;
    let id = watch::id_of(&request);
    let site = shared.app.site();
    let languages = language::of(&request, &shared.app.settings);
    let asked = Asked {
        site_url: &site.url,
        action: row.name,
        known: proof.is_some(),
        callback: callback.as_deref(),
        request: &id,
        spoken: languages.failures,
    };
    match received {
        Ok(received) => {
            let broken_off = received.form.as_ref().is_some_and(|form| form.broken_off);
            let mut response = answer(&request, &shared, (asked, row), (proof, received, languages.texts)).await;
            if broken_off {
                response.head_mut().set_connection_type(ConnectionType::Close);
            }
            response
        }
        Err(failure) => {
            let mut response = match failure {
                Failure::Failed(error) => envelope::failure(asked, &error, None),
                Failure::Refused(refused) => refusal(&refused),
            };
            response.head_mut().set_connection_type(ConnectionType::Close);
            response
        }
    }
}

/// What came with a request.
#[derive(Default)]
struct Received {
    body: Bytes,
    form: Option<FormData>,
}

async fn receive(
    request: &HttpRequest,
    payload: Payload,
    (shared, row): (&Data<Shared>, &Row),
    proof: Option<&Proof>,
) -> std::result::Result<Received, Failure> {
    if !extract::is_in_parts(request.method(), content_type(request)) {
        return Ok(Received { body: body::read(request, payload).await?, form: None });
    }
    let actor = match proof.filter(|_| !row.files.is_empty()) {
        None => Actor::anonymous(),
        Some(proof) => match shared.app.actors.recall(proof) {
            Some(actor) => actor,
            None => {
                let (app, proof) = (Arc::clone(&shared.app), proof.clone());
                shared.lanes.read.run(move || app.actors.resolve(&app.pools, &proof)).await?
            }
        },
    };
    let purpose = For { app: &shared.app, lanes: &shared.lanes, files: row.files, actor };
    Ok(Received { body: Bytes::new(), form: Some(form_data::read(request, payload, purpose).await?) })
}

/// The answer to what cannot be read.
pub fn refusal(refused: &Refused) -> HttpResponse {
    match refused {
        Refused::Bad(text) => envelope::bad_request(text),
        Refused::MediaType => pages::page(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Send application/json or a form."),
    }
}

async fn answer(
    request: &HttpRequest,
    shared: &Data<Shared>,
    (asked, row): (Asked<'_>, &Row),
    (proof, received, language): (Option<Proof>, Received, Option<String>),
) -> HttpResponse {
    let app = &shared.app;
    let Received { body, form } = received;
    let (form, tickets) = form.map_or_else(|| (None, Vec::new()), |form| (Some(form.input), form.tickets));
    let mut input = match parameters(request, (&body, form), row) {
        Ok(input) => input,
        Err(refused) => return refusal(&refused),
    };
    let wanted = match Wanted::of(row, &mut input) {
        Ok(wanted) => wanted,
        Err(error) => return finish(asked, Err(error), None),
    };
    // As in CKAN: whoever names a callback is nobody, wherever he does.
    let proof = if input.shift_remove("callback").is_some() { None } else { proof };
    let proof = match meant(request, shared, proof, &mut input).await {
        Ok(Some(proof)) => proof,
        Ok(None) => return pages::page(StatusCode::BAD_REQUEST, "The CSRF token is missing or does not fit."),
        Err(error) => return finish(asked, Err(error), None),
    };
    let actor = proof.as_ref().map_or_else(|| Some(Actor::anonymous()), |proof| app.actors.recall(proof));
    if let Some(actor) = &actor {
        watch::tell_actor(request, actor);
        let mut quick = quickly(app, row, actor, &input);
        if quick.is_none()
            && let Some(key) = (row.dataset)(&input)
            && app.documents.get(key).is_none()
        {
            if !catalog::package::index::recall(app, key) {
                gather::bring(shared, key).await;
            }
            quick = quickly(app, row, actor, &input);
        }
        if let Some(result) = quick {
            return finish(asked, in_language(shared, language, result).await, None);
        }
    }
    let mut echo = (row.kind == Kind::Write).then(|| input.clone());
    if let (Some(echo), false) = (&mut echo, tickets.is_empty()) {
        echo.retain(|_, value| !files::is_file(value));
    }
    let mut outcome = match wanted.before_search(shared).await {
        Ok(()) => in_lane(shared, row, (actor, proof, language), (input, conditions(request), tickets)).await,
        Err(error) => Err(error),
    };
    if let Ok((answer, actor)) = &mut outcome {
        watch::tell_actor(request, actor);
        answer.visible = wanted.after_write(shared).await;
    }
    finish(asked, outcome.map(|(answer, _)| answer), echo.as_ref())
}

/// What a request acts by, if it is meant: whoever POSTs by a cookie repeats what only pages of this site know, so that no
/// other site can have his browser do it. A cookie that is worth nothing any more makes nobody, as none does.
async fn meant(
    request: &HttpRequest,
    shared: &Data<Shared>,
    proof: Option<Proof>,
    input: &mut Input,
) -> Result<Option<Option<Proof>>> {
    let Some(Proof::Session(secret)) = &proof else { return Ok(Some(proof)) };
    let field = input.shift_remove(&shared.app.settings.sessions.csrf_field);
    if request.method() != Method::POST || account::is_meant(request, shared, secret, field.as_ref()) {
        return Ok(Some(proof));
    }
    let (app, session) = (Arc::clone(&shared.app), Proof::Session(secret.clone()));
    let actor = shared.lanes.read.run(move || app.actors.resolve(&app.pools, &session)).await?;
    Ok(actor.is_anonymous().then_some(None))
}

/// Asks the action to answer from memory, on this thread. A panic there must not end the connections of others.
fn quickly(app: &App, row: &Row, actor: &Actor, input: &Input) -> Option<Result<Answer>> {
    std::panic::catch_unwind(AssertUnwindSafe(|| (row.quick)(app, actor, input)))
        .unwrap_or_else(|_panic| Some(Err(Error::internal("an action panicked while it answered from memory"))))
}

/// What was sent, as an action reads it.
///
/// # Errors
/// What the client did wrong.
pub fn parameters(request: &HttpRequest, (body, form): (&[u8], Option<Input>), row: &Row) -> std::result::Result<Input, Refused> {
    extract::parameters(&Sent {
        method: request.method(),
        content_type: content_type(request),
        query: request.query_string(),
        body,
        form,
        reads: row.kind == Kind::Read,
    })
}

/// An answer from memory in a language; a large one is not translated on this thread, which others wait for.
async fn in_language(shared: &Data<Shared>, language: Option<String>, result: Result<Answer>) -> Result<Answer> {
    let answer = result?;
    if language.is_none() || answer.result.len() < LARGE {
        return translated(&shared.app, language.as_deref(), answer);
    }
    let app = Arc::clone(&shared.app);
    shared.lanes.read.run(move || translated(&app, language.as_deref(), answer)).await
}

/// The answer in a language.
fn translated(app: &App, language: Option<&str>, mut answer: Answer) -> Result<Answer> {
    if let Some(language) = language {
        catalog::language::translate(app, language, &mut answer.result)?;
    }
    Ok(answer)
}

fn content_type(request: &HttpRequest) -> &str {
    request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn finish(mut asked: Asked, outcome: Result<Answer>, echo: Option<&Map<String, Value>>) -> HttpResponse {
    match outcome {
        Ok(answer) => envelope::success(asked, &answer),
        Err(error) => {
            asked.callback = None;
            envelope::failure(asked, &error, echo)
        }
    }
}

/// Runs an action for another address than its own.
///
/// # Errors
/// NotFound for an action that there is not, and what the action says.
pub async fn run(shared: &Data<Shared>, name: &str, proof: Option<Proof>, input: Input) -> Result<Answer> {
    let row = shared.app.row(name).ok_or_else(|| Error::not_found(format!("Action name not known: {name}")))?;
    let actor = proof.is_none().then(Actor::anonymous);
    in_lane(shared, row, (actor, proof, None), (input, Conditions::default(), Vec::new())).await.map(|(answer, _)| answer)
}

async fn in_lane(
    shared: &Data<Shared>,
    row: &Row,
    (actor, proof, language): (Option<Actor>, Option<Proof>, Option<String>),
    (input, conditions, tickets): (Input, Conditions, Vec<Ticket>),
) -> Result<(Answer, Actor)> {
    let app = Arc::clone(&shared.app);
    let call = row.call;
    let lane = match row.kind {
        Kind::Write => &shared.lanes.write,
        Kind::Read if !row.searches => &shared.lanes.read,
        Kind::Read if (row.costly)(&input) => &shared.lanes.costly,
        Kind::Read => &shared.lanes.search,
    };
    lane.run(move || {
        let actor = match (actor, proof) {
            (Some(actor), _) => actor,
            (None, Some(proof)) => app.actors.resolve(&app.pools, &proof)?,
            (None, None) => Actor::anonymous(),
        };
        let answer = call(&app, &actor, input, &conditions)?;
        // Files stay until the action is through with them, whether its client still waits or not.
        drop(tickets);
        Ok((translated(&app, language.as_deref(), answer)?, actor))
    })
    .await
}

/// What the headers of a request ask; what is no plain text is kept as something that never holds.
fn conditions(request: &HttpRequest) -> Conditions {
    let text = |name: &str| Some(String::from_utf8_lossy(request.headers().get(name)?.as_bytes()).into_owned());
    Conditions { if_match: text("if-match"), key: text("idempotency-key") }
}

/// What a request proves itself with: a token in the header that is configured, in
/// `Authorization` or in `X-CKAN-API-Key`, else the cookie of a session.
pub fn proof_of(request: &HttpRequest, shared: &Shared) -> Option<Proof> {
    let named = shared.app.settings.tokens.header.as_deref();
    let token = named
        .into_iter()
        .chain(["authorization", "x-ckan-api-key"])
        .filter_map(|name| request.headers().get(name)?.to_str().ok())
        .find_map(token::of_header)
        .map(Proof::token);
    let session = || account::session_of(request, shared).filter(|_| shared.app.settings.sessions.in_api);
    token.or_else(|| session().map(Proof::Session))
}
