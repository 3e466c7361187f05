//! A language in front of an address, as CKAN takes it: `/ky/api/3/action/…` is `/api/3/action/…` in Kyrgyz. It is taken
//! away before an address is looked up, so that every address has it; what speaks languages asks [`of`].

use actix_web::{
    Error, HttpMessage, HttpRequest, HttpResponse,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{Uri, header, uri::PathAndQuery},
    middleware::Next,
    web::Data,
};

use crate::action_api::Shared;

/// Names that CKAN had for languages once, and what it calls them now.
const RENAMED: [(&str, &str); 3] = [("no", "nb_NO"), ("zh_CN", "zh_Hans_CN"), ("zh_TW", "zh_Hant_TW")];

/// The language of the address. Kept in the request's extensions.
#[derive(Clone)]
struct Locale(String);

/// The language that the address of a request began with.
pub fn of(request: &HttpRequest) -> Option<String> {
    request.extensions().get::<Locale>().map(|locale| locale.0.clone())
}

/// The middleware.
pub async fn strip<B: MessageBody>(mut request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let root = request.app_data::<Data<Shared>>().map(|shared| shared.app.settings.root_path.clone()).unwrap_or_default();
    enter(&mut request, &root.before);
    let first = request.path().split('/').nth(1).unwrap_or_default().to_owned();
    if let Some((_, now)) = RENAMED.iter().find(|(before, _)| *before == first) {
        let rest = request.uri().path_and_query().map(PathAndQuery::as_str).unwrap_or_default();
        let target = format!("{}/{now}{}", root.before, rest.get(first.len() + 1..).unwrap_or_default());
        let moved = HttpResponse::PermanentRedirect().insert_header((header::LOCATION, target)).finish();
        return Ok(request.into_response(moved).map_into_right_body());
    }
    let is_offered = |shared: &Data<Shared>| shared.app.settings.locales.contains(&first);
    if !first.is_empty() && request.app_data::<Data<Shared>>().is_some_and(is_offered) {
        if let Some(uri) = without(request.uri(), first.len() + 1) {
            request.match_info_mut().get_mut().update(&uri);
            request.head_mut().uri = uri;
        }
        request.extensions_mut().insert(Locale(first));
    }
    enter(&mut request, &root.behind);
    next.call(request).await.map(ServiceResponse::map_into_left_body)
}

/// Takes away a part of `ckan.root_path`. It need not be there: the web server in front may have done so.
fn enter(request: &mut ServiceRequest, part: &str) {
    let rest = request.path().strip_prefix(part).filter(|rest| !part.is_empty() && (rest.is_empty() || rest.starts_with('/')));
    if rest.is_some()
        && let Some(uri) = without(request.uri(), part.len())
    {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
}

/// The same address without so many bytes of its path.
fn without(uri: &Uri, bytes: usize) -> Option<Uri> {
    let rest = uri.path_and_query()?.as_str().get(bytes..)?;
    let rest = if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(rest.parse().ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_an_address_again() {
        for (before, after) in [("/ky/api/3?a=b%20c", "/api/3?a=b%20c"), ("/ky", "/"), ("/ky/", "/"), ("/ky?a=1", "/?a=1")] {
            assert_eq!(without(&before.parse().unwrap(), 3).unwrap(), after.parse::<Uri>().unwrap(), "{before}");
        }
    }
}
