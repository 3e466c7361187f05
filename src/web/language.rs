//! The language that a request asks for: by `lang=`, in front of its address, or by what its client accepts.

use action::Settings;
use actix_web::{HttpRequest, http::header};

use crate::{messages::Spoken, middleware::locale};

/// Languages of a header that are looked at.
const ACCEPTED: usize = 20;

/// What a request is answered in.
pub struct Languages {
    /// The language that is asked for, if the site offers it and it is not the site's own, in which everything is stored.
    pub texts: Option<String>,
    /// The one that failures are told in; English where there is none.
    pub failures: Option<Spoken>,
}

/// Read once a request.
pub fn of(request: &HttpRequest, settings: &Settings) -> Languages {
    let asked = asked(request, settings);
    let failures = Spoken::of(asked.as_deref().unwrap_or(&settings.locale_default));
    Languages { texts: asked.filter(|language| *language != settings.locale_default), failures }
}

fn asked(request: &HttpRequest, settings: &Settings) -> Option<String> {
    let offered = |tag: &str| offered(settings, tag);
    let asked = parameter(request.query_string()).and_then(|tag| offered(&tag)).or_else(|| locale::of(request));
    asked.or_else(|| {
        let accepted = request.headers().get(header::ACCEPT_LANGUAGE).filter(|_| settings.accept_language)?;
        accepted.to_str().ok().and_then(|header| preferred(header, offered))
    })
}

/// `lang=` of a query.
fn parameter(query: &str) -> Option<String> {
    if !query.contains("lang=") {
        return None;
    }
    url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "lang").map(|(_, tag)| tag.into_owned())
}

/// What the site calls a language, if it offers it.
fn offered(settings: &Settings, tag: &str) -> Option<String> {
    let whole = tag.trim().replace('-', "_");
    let main = whole.split('_').next().unwrap_or_default();
    [whole.as_str(), main]
        .into_iter()
        .find_map(|name| settings.locales.iter().find(|locale| locale.eq_ignore_ascii_case(name)))
        .cloned()
}

/// The language that an `Accept-Language` likes best of those that are known.
pub fn preferred<T>(header: &str, known: impl Fn(&str) -> Option<T>) -> Option<T> {
    let mut best: Option<(f32, T)> = None;
    for part in header.split(',').take(ACCEPTED) {
        let mut pieces = part.split(';');
        let Some(language) = pieces.next().and_then(&known) else { continue };
        let weight = pieces.find_map(|piece| piece.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0_f32);
        if weight > 0.0 && best.as_ref().is_none_or(|(known, _)| weight > *known) {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_nearest_wish_counts() {
        let settings = Settings::default();
        for (address, accepted, language) in [
            ("/", "", None),
            ("/?lang=ru", "ky", Some("ru")),
            ("/?lang=ru-RU", "", Some("ru")),
            ("/?lang=%00&x=1", "ky;q=0.5, ru;q=0.7", Some("ru")),
            ("/?slang=ru", "", None),
            ("/", "xx, *;q=0.5", None),
            ("/", "ru;q=0, ky-KG;q=0.1", Some("ky")),
            // What is stored is in English.
            ("/?lang=en", "ky", None),
            ("/", "en, ky;q=0.9", None),
            ("/", "pt-BR", Some("pt_BR")),
        ] {
            let request = TestRequest::with_uri(address).insert_header((header::ACCEPT_LANGUAGE, accepted)).to_http_request();
            assert_eq!(of(&request, &settings).texts.as_deref(), language, "{address} {accepted}");
        }
        let deaf = Settings { accept_language: false, ..settings };
        let request = TestRequest::with_uri("/").insert_header((header::ACCEPT_LANGUAGE, "ky")).to_http_request();
        assert_eq!(of(&request, &deaf).texts, None);
    }
}
