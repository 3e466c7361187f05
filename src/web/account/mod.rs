//! `/user/login` and the pages around it: who comes with a browser proves himself once. Small, readable without a
//! script or a picture, in Kyrgyz, Russian and English.
//!
//! Must never send somebody to another site, nor show what only the right key may open.

mod login;
mod page;
mod register;
mod reset;
pub mod words;

use action::{Ctx, Kind, actors::Proof};
use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration},
    http::{StatusCode, header},
    web::{Data, ServiceConfig, resource, route},
};
use auth::Actor;
use base::{Error, Result, secret::Secret};
use people::session::{self, Session};
use serde_json::Value;

use crate::{
    action_api::Shared,
    extract::{self, Sent, body},
    middleware::{locale, watch},
    pages,
};

/// The longest value of a cookie that is looked at.
const COOKIE: usize = 200;

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/user/login").route(route().to(login::page)))
        .service(resource("/user/me").route(route().to(login::me)))
        .service(resource("/user/_logout").route(route().to(login::logout)))
        .service(resource("/user/logged_out_redirect").route(route().to(login::logged_out)))
        .service(resource("/user/register").route(route().to(register::page)))
        .service(resource("/user/reset").route(route().to(reset::ask)))
        .service(resource("/user/reset/{id}").route(route().to(reset::perform)))
        .service(resource("/util/redirect").route(route().to(elsewhere)));
}

/// What the cookie of a session holds.
pub fn session_of(request: &HttpRequest, shared: &Shared) -> Option<Secret> {
    held(request, &shared.app.settings.sessions.cookie)
}

fn held(request: &HttpRequest, name: &str) -> Option<Secret> {
    let value = request.cookie(name)?.value().to_owned();
    (!value.is_empty() && value.len() <= COOKIE).then(|| Secret::new(value))
}

/// True when a request that acts by this session repeats what only its own pages know.
pub fn is_meant(request: &HttpRequest, shared: &Shared, secret: &Secret, field: Option<&Value>) -> bool {
    let settings = &shared.app.settings.sessions;
    let header = settings.csrf_headers.iter().find_map(|name| request.headers().get(name.as_str())?.to_str().ok());
    header.or_else(|| field?.as_str()).is_some_and(|repeated| session::is_csrf(secret, repeated))
}

/// Who is logged in; anonymous for nobody.
async fn actor(request: &HttpRequest, shared: &Data<Shared>) -> Result<Actor> {
    let Some(proof) = session_of(request, shared).map(Proof::Session) else { return Ok(Actor::anonymous()) };
    let app = std::sync::Arc::clone(&shared.app);
    let actor = shared.lanes.read.run(move || app.actors.resolve(&app.pools, &proof)).await?;
    watch::tell_actor(request, &actor);
    Ok(actor)
}

/// Does something in a transaction of its own, as nobody.
async fn act<T: Send + 'static>(shared: &Data<Shared>, work: impl FnOnce(&mut Ctx) -> Result<T> + Send + 'static) -> Result<T> {
    let app = std::sync::Arc::clone(&shared.app);
    let done = move || {
        let mut ctx = Ctx::new(&app, &Actor::anonymous(), Kind::Write);
        let done = work(&mut ctx)?;
        ctx.finish()?;
        Ok(done)
    };
    shared.lanes.write.run(done).await
}

/// The fields of a form that was sent by one of these pages. `None`: it was not.
async fn form(request: &HttpRequest, payload: actix_web::web::Payload, shared: &Shared) -> Option<extract::Fields> {
    let body = body::read(request, payload).await.ok()?;
    let sent = Sent {
        method: request.method(),
        content_type: request.headers().get(header::CONTENT_TYPE)?.to_str().ok()?,
        query: "",
        body: &body,
        form: None,
        reads: false,
    };
    let fields = extract::Fields(extract::parameters(&sent).ok()?);
    let field = fields.0.get(&shared.app.settings.sessions.csrf_field);
    let of_session = session_of(request, shared).is_some_and(|secret| is_meant(request, shared, &secret, field));
    let of_form = || held(request, &form_cookie(shared)).is_some_and(|secret| is_meant(request, shared, &secret, field));
    (of_session || of_form()).then_some(fields)
}

/// The cookie of a form that somebody fills in who is not logged in yet.
fn form_cookie(shared: &Shared) -> String {
    format!("{}_form", shared.app.settings.sessions.cookie)
}

/// What the forms of a page repeat, and the cookie that they repeat it of, if it has to be set.
fn csrf(request: &HttpRequest, shared: &Shared, known: bool) -> Result<(String, Option<Cookie<'static>>)> {
    if known && let Some(secret) = session_of(request, shared) {
        return Ok((session::csrf(&secret), None));
    }
    if let Some(secret) = held(request, &form_cookie(shared)) {
        return Ok((session::csrf(&secret), None));
    }
    let secret = Secret::new(auth::token::random_text()?);
    let cookie = cookie(shared, form_cookie(shared), secret.reveal().to_owned());
    Ok((session::csrf(&secret), Some(cookie)))
}

/// A cookie that scripts cannot read and other sites do not send; over https alone where the portal is.
fn cookie(shared: &Shared, name: String, value: String) -> Cookie<'static> {
    let settings = &shared.app.settings.sessions;
    let mut cookie = Cookie::new(name, value);
    cookie.set_path(settings.path.clone());
    cookie.set_http_only(true);
    cookie.set_same_site(if settings.strict { SameSite::Strict } else { SameSite::Lax });
    cookie.set_secure(settings.secure || shared.app.site().url.starts_with("https:"));
    if let Some(domain) = &settings.domain {
        cookie.set_domain(domain.clone());
    }
    cookie
}

/// The cookie of a session; `remembered`: also when the browser is closed.
fn session_cookie(shared: &Shared, begun: &Session, remembered: bool) -> Cookie<'static> {
    let name = shared.app.settings.sessions.cookie.clone();
    let mut cookie = cookie(shared, name, begun.secret.reveal().to_owned());
    if remembered {
        cookie.set_max_age(Duration::seconds(begun.lasts));
    }
    cookie
}

/// Takes a cookie back.
fn over(shared: &Shared, name: String) -> Cookie<'static> {
    let mut cookie = cookie(shared, name, String::new());
    cookie.make_removal();
    cookie
}

/// Where somebody wanted to go, if that is on this site: a path, or an address of this site.
fn local(shared: &Shared, target: &str) -> Option<String> {
    let site = shared.app.site();
    let path = target.strip_prefix(site.address.as_str()).unwrap_or(target);
    let is_path = path.starts_with('/') && !path.starts_with("//");
    if !is_path || path.len() > 2_000 || path.contains(|letter: char| letter == '\\' || letter.is_control()) {
        return None;
    }
    // What is no letter of an address is written as bytes.
    Some(path.chars().map(|letter| if letter.is_ascii() && letter != ' ' { letter.into() } else { percent(letter) }).collect())
}

fn percent(letter: char) -> String {
    letter.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Sends somebody on.
fn moved(path: &str, cookies: &[Cookie<'static>]) -> HttpResponse {
    let mut response = HttpResponse::Found();
    response.insert_header((header::LOCATION, path)).insert_header((header::CACHE_CONTROL, "private, no-store"));
    for cookie in cookies {
        response.cookie(cookie.clone());
    }
    response.finish()
}

/// What the query says.
fn asked(request: &HttpRequest, names: &[&str]) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
    pairs.find(|(name, value)| names.contains(&name.as_ref()) && !value.is_empty()).map(|(_, value)| value.into_owned())
}

/// Where a client speaks from: what the proxy in front says, if there is one in the same house; a network of IPv6 counts
/// as one.
fn address_of(request: &HttpRequest) -> String {
    let Some(peer) = request.peer_addr().map(|peer| peer.ip()) else { return String::new() };
    let is_near = match peer {
        std::net::IpAddr::V4(peer) => peer.is_loopback() || peer.is_private(),
        std::net::IpAddr::V6(peer) => peer.is_loopback() || peer.is_unique_local(),
    };
    let told = request.headers().get_all("x-forwarded-for").last().and_then(|value| value.to_str().ok());
    let told = told.and_then(|value| value.rsplit(',').next()?.trim().parse().ok());
    match told.filter(|_| is_near).unwrap_or(peer) {
        std::net::IpAddr::V4(address) => address.to_string(),
        std::net::IpAddr::V6(address) => address.segments().iter().take(4).map(|part| format!("{part:x}:")).collect(),
    }
}

/// `/util/redirect?url=`: to another address of this site, and no other.
async fn elsewhere(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    match asked(&request, &["url"]) {
        None => pages::page(StatusCode::BAD_REQUEST, "Missing value: url"),
        Some(target) => match local(&shared, &target) {
            Some(path) => moved(&path, &[]),
            None => pages::page(StatusCode::FORBIDDEN, "Redirecting to external site is not allowed."),
        },
    }
}

/// The path in front of the pages in the language of a request: `/ky`, or nothing, within `ckan.root_path`.
pub fn base(request: &HttpRequest) -> String {
    let root = request.app_data::<Data<Shared>>().map(|shared| shared.app.settings.root_path.clone()).unwrap_or_default();
    let locale = locale::of(request).map(|locale| format!("/{locale}")).unwrap_or_default();
    format!("{}{locale}{}", root.before, root.behind)
}

/// What a page answers when something below it failed.
fn failed(request: &HttpRequest, error: &Error) -> HttpResponse {
    crate::error::log(error, "user", &watch::id_of(request));
    let (status, _dict) = crate::error::describe(error, None);
    pages::page(status, "")
}
