//! Coming in and going out.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode, header},
    web::{Data, Payload},
};
use base::Kind;
use people::session::{
    self,
    login::{Login, login},
    throttle,
};

use super::{
    act, actor, address_of, asked, base, csrf, failed, form, form_cookie, local, moved, over,
    page::{Input, Page, alert, status},
    session_cookie, session_of,
};
use crate::{action_api::Shared, envelope::escaped, extract::Fields, middleware::watch, pages};

/// `/user/login`: GET shows the form, POST takes it.
pub async fn page(request: HttpRequest, payload: Payload, shared: Data<Shared>) -> HttpResponse {
    watch::tell_action(&request, "user/login");
    match *request.method() {
        Method::GET | Method::HEAD => {
            let said = if asked(&request, &["reset"]).is_some() {
                |page: &Page<'_>| status(page.words().chosen)
            } else {
                |_: &Page<'_>| String::new()
            };
            show(&request, &shared, StatusCode::OK, said).await
        }
        Method::POST => match form(&request, payload, &shared).await {
            Some(fields) => take(&request, &shared, &fields).await,
            None => show(&request, &shared, StatusCode::BAD_REQUEST, |page| alert(page.words().expired_form)).await,
        },
        _ => pages::other_method_of_form(&request),
    }
}

async fn show(
    request: &HttpRequest,
    shared: &Data<Shared>,
    code: StatusCode,
    said: impl FnOnce(&Page<'_>) -> String,
) -> HttpResponse {
    let who = match actor(request, shared).await {
        Ok(who) => who,
        Err(error) => return failed(request, &error),
    };
    let made = match csrf(request, shared, !who.is_anonymous()) {
        Ok(made) => made,
        Err(error) => return failed(request, &error),
    };
    let page = Page::new(request, shared, made);
    let words = page.words();
    if !who.is_anonymous() {
        let body = logged_in(&page, who.name());
        return page.answer(code, words.log_in, &body);
    }
    let target = asked(request, &["next", "came_from"]).and_then(|target| local(shared, &target));
    let query = target.map(|target| url::form_urlencoded::Serializer::new("?".to_owned()).append_pair("next", &target).finish());
    let inputs = [
        Input { name: "login", label: words.name_or_email, kind: "text", complete: "username", value: "", required: true },
        Input {
            name: "password",
            label: words.password,
            kind: "password",
            complete: "current-password",
            value: "",
            required: true,
        },
    ];
    let action = format!("{}/user/login{}", page.base, query.unwrap_or_default());
    let body = format!(
        "{}{}<p><a href=\"{}/user/reset\">{}</a></p>",
        said(&page),
        page.form(&action, &inputs, words.log_in),
        page.base,
        escaped(words.forgotten)
    );
    page.answer(code, words.log_in, &body)
}

fn logged_in(page: &Page<'_>, name: &str) -> String {
    let words = page.words();
    let form = page.form(&format!("{}/user/_logout", page.base), &[], words.log_out);
    format!("<p>{} <strong>{}</strong>.</p>{form}", escaped(words.logged_in_as), escaped(name))
}

async fn take(request: &HttpRequest, shared: &Data<Shared>, fields: &Fields) -> HttpResponse {
    let (name, password) = (fields.text("login"), fields.text("password"));
    let address = address_of(request);
    // CKAN's form says milliseconds.
    let remember = fields.text("remember").parse::<i64>().ok().filter(|wanted| *wanted > 0).map(|wanted| wanted / 1_000);
    let before = session_of(request, shared);
    let throttle = std::sync::Arc::clone(&shared.throttle);
    let begun = act(shared, move |ctx| {
        let asked = Login { login: &name, password: &password, address: &address, remember };
        let begun = login(ctx, &throttle, &asked)?;
        // Whoever was here before is not any more.
        if let Some(before) = before {
            session::end(ctx, &before)?;
        }
        Ok(begun)
    })
    .await;
    match begun {
        Ok(begun) => {
            let target = asked(request, &["next", "came_from"]).and_then(|target| local(shared, &target));
            let after = || shared.app.settings.sessions.after_login.clone();
            let cookies = [session_cookie(shared, &begun, remember.is_some()), over(shared, form_cookie(shared))];
            moved(&target.unwrap_or_else(after), &cookies)
        }
        // CKAN shows the form again, with 200.
        Err(error) if error.kind() == Kind::Denied => {
            show(request, shared, StatusCode::OK, |page| alert(page.words().failed)).await
        }
        Err(error) if error.kind() == Kind::TooMany => {
            let mut refused = show(request, shared, StatusCode::TOO_MANY_REQUESTS, |page| alert(page.words().too_often)).await;
            refused.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(throttle::wait(&error)));
            refused
        }
        Err(error) => failed(request, &error),
    }
}

/// `/user/me`: who is logged in, and the way out.
pub async fn me(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    watch::tell_action(&request, "user/me");
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return pages::other_method(request).await;
    }
    match actor(&request, &shared).await {
        Ok(who) if who.is_anonymous() => moved(&format!("{}/user/login", base(&request)), &[]),
        Ok(_) => show(&request, &shared, StatusCode::OK, |_| String::new()).await,
        Err(error) => failed(&request, &error),
    }
}

/// `/user/_logout`.
pub async fn logout(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    watch::tell_action(&request, "user/_logout");
    if !matches!(*request.method(), Method::GET | Method::HEAD | Method::POST) {
        return pages::other_method_of_form(&request);
    }
    let Some(secret) = session_of(&request, &shared) else { return moved(&format!("{}/user/login", base(&request)), &[]) };
    if let Err(error) = act(&shared, move |ctx| session::end(ctx, &secret)).await {
        return failed(&request, &error);
    }
    let target = asked(&request, &["came_from", "next"]).and_then(|target| local(&shared, &target));
    let gone = over(&shared, shared.app.settings.sessions.cookie.clone());
    moved(&target.unwrap_or_else(|| format!("{}/user/logged_out_redirect", base(&request))), &[gone])
}

/// `/user/logged_out_redirect`.
pub async fn logged_out(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return pages::other_method(request).await;
    }
    match csrf(&request, &shared, false) {
        Ok(made) => {
            let page = Page::new(&request, &shared, made);
            let words = page.words();
            let link = format!("<p><a href=\"{}/user/login\">{}</a></p>", page.base, escaped(words.log_in));
            page.answer(StatusCode::OK, words.log_out, &format!("{}{link}", status(words.logged_out)))
        }
        Err(error) => failed(&request, &error),
    }
}
