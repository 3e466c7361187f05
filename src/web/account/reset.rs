//! A new password for who has forgotten his, or was invited and has none.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode, header},
    web::{Data, Payload},
};
use base::{Error, Kind, Result};
use people::{session::throttle, user};

use super::{
    act, address_of, asked, base, csrf, failed, form, moved,
    page::{Input, Page, alert, status},
};
use crate::{action_api::Shared, envelope::escaped, extract::Fields, middleware::watch, pages};

/// `/user/reset`: GET asks for a name or address, POST sends mails.
pub async fn ask(request: HttpRequest, payload: Payload, shared: Data<Shared>) -> HttpResponse {
    watch::tell_action(&request, "user/reset");
    let said = match *request.method() {
        Method::GET | Method::HEAD => Said::Nothing,
        Method::POST => match form(&request, payload, &shared).await {
            Some(fields) => match send(&request, &shared, &fields) {
                Ok(said) => said,
                Err(error) => return failed(&request, &error),
            },
            None => Said::Expired,
        },
        _ => return pages::other_method_of_form(&request),
    };
    let page = match csrf(&request, &shared, false) {
        Ok(made) => Page::new(&request, &shared, made),
        Err(error) => return failed(&request, &error),
    };
    let words = page.words();
    let input = Input { name: "user", label: words.name_or_email, kind: "text", complete: "username", value: "", required: true };
    let form = page.form(&format!("{}/user/reset", page.base), &[input], words.send_key);
    match said {
        Said::Nothing => page.answer(StatusCode::OK, words.reset, &form),
        Said::Sent => page.answer(StatusCode::OK, words.reset, &status(words.key_sent)),
        Said::Empty => page.answer(StatusCode::OK, words.reset, &format!("{}{form}", alert(words.email_required))),
        Said::Expired => page.answer(StatusCode::BAD_REQUEST, words.reset, &format!("{}{form}", alert(words.expired_form))),
        Said::TooOften(seconds) => {
            let mut refused = page.answer(StatusCode::TOO_MANY_REQUESTS, words.reset, &alert(words.too_often));
            refused.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
            refused
        }
    }
}

enum Said {
    Nothing,
    Sent,
    Empty,
    Expired,
    TooOften(u64),
}

/// Has the mails sent and does not wait: how long it takes would tell whether there is such a user.
fn send(request: &HttpRequest, shared: &Data<Shared>, fields: &Fields) -> Result<Said> {
    let wanted = fields.text("user").trim().to_owned();
    if wanted.is_empty() {
        return Ok(Said::Empty);
    }
    match shared.throttle.try_mail(&wanted, &address_of(request)) {
        Err(error) if error.kind() == Kind::TooMany => return Ok(Said::TooOften(throttle::wait(&error))),
        outcome => outcome?,
    }
    let (shared, id) = (shared.clone(), watch::id_of(request));
    actix_web::rt::spawn(async move {
        if let Err(error) = act(&shared, move |ctx| user::reset::send(ctx, &wanted)).await {
            crate::error::log(&error, "user/reset", &id);
        }
    });
    Ok(Said::Sent)
}

/// `/user/reset/{id}?key=`: GET shows the form to whom the key belongs, POST takes the new password.
pub async fn perform(request: HttpRequest, payload: Payload, shared: Data<Shared>) -> HttpResponse {
    watch::tell_action(&request, "user/reset");
    let id = request.match_info().get("id").unwrap_or_default().to_owned();
    let key = asked(&request, &["key"]).unwrap_or_default().trim().to_owned();
    let (user, opened) = (id.clone(), key.clone());
    let owner = act(&shared, move |ctx| user::reset::owner(ctx, &user, &opened)).await;
    let (name, is_pending) = match owner {
        Ok(user) => (user.name, user.state == "pending"),
        Err(error) => return refused(&request, &shared, &error),
    };
    let fault = match *request.method() {
        Method::GET | Method::HEAD => None,
        Method::POST => match form(&request, payload, &shared).await {
            Some(fields) => match take(&shared, (id, key), fields).await {
                Ok(()) => {
                    let login = || format!("{}/user/login?reset=done", base(&request));
                    return moved(&shared.app.settings.sessions.after_reset.clone().unwrap_or_else(login), &[]);
                }
                Err(error) if error.kind() == Kind::Validation => Some(error),
                Err(error) => return refused(&request, &shared, &error),
            },
            None => Some(Error::bad_request("")),
        },
        _ => return pages::other_method_of_form(&request),
    };
    show(&request, &shared, (&name, is_pending), fault.as_ref())
}

async fn take(shared: &Data<Shared>, (id, key): (String, String), fields: Fields) -> Result<()> {
    act(shared, move |ctx| {
        let (password, again, name) = (fields.text("password1"), fields.text("password2"), fields.text("name"));
        let chosen = user::reset::Chosen { password: &password, again: &again, name: Some(&name) };
        user::reset::perform(ctx, (&id, &key), &chosen)
    })
    .await
}

fn show(request: &HttpRequest, shared: &Data<Shared>, (name, is_pending): (&str, bool), fault: Option<&Error>) -> HttpResponse {
    let page = match csrf(request, shared, false) {
        Ok(made) => Page::new(request, shared, made),
        Err(error) => return failed(request, &error),
    };
    let words = page.words();
    let password = |name, label| Input { name, label, kind: "password", complete: "new-password", value: "", required: true };
    let mut inputs = vec![password("password1", words.new_password), password("password2", words.again)];
    if is_pending {
        let value = name;
        inputs.insert(
            0,
            Input { name: "name", label: words.user_name, kind: "text", complete: "username", value, required: false },
        );
    }
    // The address holds the key, and the form is sent to where it came from.
    let form = page.form("", &inputs, words.choose);
    let (code, said) = match fault {
        None => (StatusCode::OK, String::new()),
        Some(fault) if fault.kind() == Kind::Validation => (StatusCode::OK, faults(&page, fault)),
        Some(_) => (StatusCode::BAD_REQUEST, alert(words.expired_form)),
    };
    page.answer(code, words.reset, &format!("{said}<p>{} <strong>{}</strong></p>{form}", words.user_name, escaped(name)))
}

fn faults(page: &Page<'_>, fault: &Error) -> String {
    let words = page.words();
    let said = |text: &str| match text {
        "Your password must be 8 characters or longer" | "Missing value" => words.too_short.to_owned(),
        "The passwords you entered do not match" => words.not_alike.to_owned(),
        other => other.to_owned(),
    };
    let lists = fault.dict().fields().values().filter_map(|list| list.as_array());
    lists.flatten().filter_map(|text| text.as_str()).map(|text| alert(&said(text))).collect()
}

fn refused(request: &HttpRequest, shared: &Data<Shared>, error: &Error) -> HttpResponse {
    let code = match error.kind() {
        Kind::Denied => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        _ => return failed(request, error),
    };
    match csrf(request, shared, false) {
        Ok(made) => {
            let page = Page::new(request, shared, made);
            let words = page.words();
            let link = format!("<p><a href=\"{}/user/reset\">{}</a></p>", page.base, escaped(words.send_key));
            page.answer(code, words.reset, &format!("{}{link}", alert(words.bad_key)))
        }
        Err(error) => failed(request, &error),
    }
}
