//! `/user/register`, where `ckan.auth.create_user_via_web` lets people make users of themselves.

use action::Dict;
use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode},
    web::{Data, Payload},
};
use base::{Error, Kind, Result};
use people::{session, user};
use serde_json::{Map, json};

use super::{
    act, address_of, csrf, failed, form, moved, over,
    page::{Input, Page, alert},
    session_cookie,
};
use crate::{action_api::Shared, extract::Fields, middleware::watch, pages};

/// GET shows the form, POST takes it and logs the new user in.
pub async fn page(request: HttpRequest, payload: Payload, shared: Data<Shared>) -> HttpResponse {
    watch::tell_action(&request, "user/register");
    if !shared.app.settings.auth.create_user_via_web {
        return pages::page(StatusCode::FORBIDDEN, "Unauthorized to create a user");
    }
    match *request.method() {
        Method::GET | Method::HEAD => show(&request, &shared, StatusCode::OK, &Fields::default(), |_| String::new()),
        Method::POST => match form(&request, payload, &shared).await {
            Some(fields) => take(&request, &shared, fields).await,
            None => show(&request, &shared, StatusCode::BAD_REQUEST, &Fields::default(), |page| alert(page.words().expired_form)),
        },
        _ => pages::other_method_of_form(&request),
    }
}

fn show(
    request: &HttpRequest,
    shared: &Data<Shared>,
    code: StatusCode,
    fields: &Fields,
    said: impl FnOnce(&Page<'_>) -> String,
) -> HttpResponse {
    let page = match csrf(request, shared, false) {
        Ok(made) => Page::new(request, shared, made),
        Err(error) => return failed(request, &error),
    };
    let words = page.words();
    let (name, fullname, email) = (fields.text("name"), fields.text("fullname"), fields.text("email"));
    let input = |name, label, kind, complete, value| Input { name, label, kind, complete, value, required: name != "fullname" };
    let inputs = [
        input("name", words.user_name, "text", "username", name.as_str()),
        input("fullname", words.full_name, "text", "name", fullname.as_str()),
        input("email", words.email, "email", "email", email.as_str()),
        input("password1", words.new_password, "password", "new-password", ""),
        input("password2", words.again, "password", "new-password", ""),
    ];
    let form = page.form(&format!("{}/user/register", page.base), &inputs, words.register);
    let body = format!("{}{form}", said(&page));
    page.answer(code, words.register, &body)
}

async fn take(request: &HttpRequest, shared: &Data<Shared>, fields: Fields) -> HttpResponse {
    match shared.throttle.try_register(&address_of(request)) {
        Err(error) if error.kind() == Kind::TooMany => {
            return show(request, shared, StatusCode::TOO_MANY_REQUESTS, &fields, |page| alert(page.words().too_often));
        }
        Err(error) => return failed(request, &error),
        Ok(()) => {}
    }
    let sent = dict(&fields);
    let lasts = shared.app.settings.sessions.lifetime;
    let begun = act(shared, move |ctx| {
        let user = user::create::store(ctx, &mut sent?)?;
        session::begin(ctx, &user, lasts)
    })
    .await;
    match begun {
        Ok(begun) => {
            let form = super::form_cookie(shared);
            moved(&shared.app.settings.sessions.after_login, &[session_cookie(shared, &begun, false), over(shared, form)])
        }
        Err(error) if error.kind() == Kind::Validation => show(request, shared, StatusCode::OK, &fields, |_| faults(&error)),
        Err(error) => failed(request, &error),
    }
}

/// The user as the form tells him; nothing else of him can be set.
fn dict(fields: &Fields) -> Result<Dict> {
    if fields.text("password1") != fields.text("password2") {
        return Err(Error::invalid("password", "The passwords you entered do not match"));
    }
    let sent = [("name", "name"), ("fullname", "fullname"), ("email", "email"), ("password", "password1")];
    Ok(Dict(sent.into_iter().map(|(name, field)| (name.to_owned(), json!(fields.text(field)))).collect::<Map<_, _>>()))
}

fn faults(error: &Error) -> String {
    let fields = error.dict().fields().iter().filter_map(|(field, list)| Some((field, list.as_array()?)));
    fields
        .flat_map(|(field, list)| list.iter().filter_map(move |text| Some(alert(&format!("{field}: {}", text.as_str()?)))))
        .collect()
}
