//! `/api/3/action/<name>`.

use std::{sync::Arc, time::Instant};

use action::{App, Kind, Row, action::Input};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode, header},
    web::{Bytes, Data},
};
use auth::{Actor, token};
use base::{Error, Result, limits};
use serde_json::{Map, Value};

use crate::{
    envelope::{self, Asked},
    extract::{self, Refused, Sent},
    lanes::Lanes,
    log::Line,
    pages,
};

/// What every request can reach.
pub struct Shared {
    pub app: Arc<App>,
    pub lanes: Lanes,
}

/// Answers one call.
pub async fn call(
    request: HttpRequest,
    body: std::result::Result<Bytes, actix_web::Error>,
    shared: Data<Shared>,
) -> HttpResponse {
    let began = Instant::now();
    let name = request.match_info().get("action").unwrap_or_default().to_owned();
    let mut line = Line::new(&request, &name);
    let response = answer(&request, &name, body, &shared, &mut line).await;
    line.write(response.status().as_u16(), began.elapsed());
    response
}

async fn answer(
    request: &HttpRequest,
    name: &str,
    body: std::result::Result<Bytes, actix_web::Error>,
    shared: &Data<Shared>,
    line: &mut Line,
) -> HttpResponse {
    let method = request.method();
    if method == Method::OPTIONS {
        return HttpResponse::Ok().insert_header((header::ALLOW, "GET, HEAD, POST, OPTIONS")).finish();
    }
    if !matches!(*method, Method::GET | Method::HEAD | Method::POST) {
        return pages::method_not_allowed();
    }
    let app = &shared.app;
    let Some(row) = app.row(name) else {
        let shown: String = name.chars().take(100).collect();
        return envelope::bad_request(&format!("Action name not known: {shown}"));
    };
    line.known();
    let callback = extract::callback(method, request.query_string());
    let text = if callback.is_some() { None } else { token_of(request) };
    let mut asked =
        Asked { site_url: &app.settings.site_url, action: row.name, known: text.is_some(), callback: callback.as_deref() };
    let Ok(body) = body else {
        asked.callback = None;
        let limit = Error::too_large(format!("A request has at most {} bytes", limits::BODY_BYTES));
        return envelope::failure(asked, &limit, None);
    };
    let input = match parameters(request, &body, row) {
        Ok(input) => input,
        Err(Refused::Bad(text)) => return envelope::bad_request(&text),
        Err(Refused::MediaType) => return pages::page(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Send application/json or a form."),
    };
    let actor = match text.as_deref().map_or_else(|| Some(Actor::anonymous()), |text| app.actors.recall(text)) {
        Some(actor) => {
            line.actor(&actor);
            if let Some(result) = (row.quick)(app, &actor, &input) {
                return finish(asked, result.map(|result| action::action::Answer { result, beside: String::new() }), None);
            }
            Some(actor)
        }
        None => None,
    };
    let echo = (row.kind == Kind::Write).then(|| input.clone());
    let outcome = in_lane(shared, row, (actor, text), input).await;
    if let Ok((_, actor)) = &outcome {
        line.actor(actor);
    }
    finish(asked, outcome.map(|(answer, _)| answer), echo.as_ref())
}

fn parameters(request: &HttpRequest, body: &[u8], row: &Row) -> std::result::Result<Input, Refused> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let content_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    extract::parameters(&Sent {
        method: request.method(),
        content_type: &content_type,
        query: request.query_string(),
        body,
        reads: row.kind == Kind::Read,
    })
}

fn finish(mut asked: Asked, outcome: Result<action::action::Answer>, echo: Option<&Map<String, Value>>) -> HttpResponse {
    match outcome {
        Ok(answer) => envelope::success(asked, &answer),
        Err(error) => {
            asked.callback = None;
            envelope::failure(asked, &error, echo)
        }
    }
}

async fn in_lane(
    shared: &Data<Shared>,
    row: &Row,
    (actor, text): (Option<Actor>, Option<String>),
    input: Input,
) -> Result<(action::action::Answer, Actor)> {
    let app = Arc::clone(&shared.app);
    let call = row.call;
    let lane = if row.kind == Kind::Read { &shared.lanes.read } else { &shared.lanes.write };
    lane.run(move || {
        let actor = match (actor, text) {
            (Some(actor), _) => actor,
            (None, Some(text)) => app.actors.resolve(&app.pools, &text)?,
            (None, None) => Actor::anonymous(),
        };
        Ok((call(&app, &actor, input)?, actor))
    })
    .await
}

/// The token of a request: `Authorization`, or `X-CKAN-API-Key` alone.
pub fn token_of(request: &HttpRequest) -> Option<String> {
    ["authorization", "x-ckan-api-key"]
        .iter()
        .filter_map(|name| request.headers().get(*name)?.to_str().ok())
        .find_map(token::of_header)
        .map(str::to_owned)
}
