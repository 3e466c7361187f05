//! A page as it goes out: one column, one form, nothing of others, nothing that a script does.

use actix_web::{HttpRequest, HttpResponse, cookie::Cookie, http::StatusCode};

use super::words::{Language, Words};
use crate::{
    action_api::Shared,
    envelope::{escaped, head},
};

/// What a page may load and do: show itself and send its form home.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const STYLE: &str = "body{font:1.1rem/1.5 sans-serif;max-width:34rem;margin:2rem auto;padding:0 1rem;color:#111;background:#fff}\
label{display:block;margin-top:1rem;font-weight:bold}input{font:inherit;width:100%;box-sizing:border-box;padding:.4rem;border:1px solid #555}\
button{font:inherit;margin-top:1.2rem;padding:.5rem 1.2rem;background:#00529b;color:#fff;border:0}\
:focus-visible{outline:3px solid #b35900}[role=alert]{border-left:.4rem solid #a4001d;padding-left:.8rem}[role=status]{border-left:.4rem solid #1a6b2d;padding-left:.8rem}";

/// The frame that all pages share.
pub struct Page<'a> {
    pub shared: &'a Shared,
    pub language: Language,
    /// The path in front of the pages: `/ky`, or nothing.
    pub base: String,
    pub csrf: String,
    pub cookies: Vec<Cookie<'static>>,
}

/// How a field of a form is filled in.
pub struct Input<'a> {
    pub name: &'a str,
    pub label: &'a str,
    pub kind: &'a str,
    pub complete: &'a str,
    pub value: &'a str,
    pub required: bool,
}

impl<'a> Page<'a> {
    /// In the language of the address, else the first one that the browser asks for, else the portal's.
    pub fn new(request: &HttpRequest, shared: &'a Shared, (csrf, cookie): (String, Option<Cookie<'static>>)) -> Self {
        Self {
            shared,
            language: Language::of(request, &shared.app.settings.locale_default),
            base: super::base(request),
            csrf,
            cookies: cookie.into_iter().collect(),
        }
    }

    /// What is said in its language.
    pub fn words(&self) -> &'static Words {
        self.language.words()
    }

    /// A form that is sent to an address of this site.
    pub fn form(&self, action: &str, inputs: &[Input<'_>], button: &str) -> String {
        let field = escaped(&self.shared.app.settings.sessions.csrf_field);
        let mut form = format!(
            "<form method=\"post\" action=\"{}\"><input type=\"hidden\" name=\"{field}\" value=\"{}\">",
            escaped(action),
            self.csrf
        );
        for input in inputs {
            let name = escaped(input.name);
            form.push_str(&format!(
                "<label for=\"{name}\">{}</label><input id=\"{name}\" name=\"{name}\" type=\"{}\" autocomplete=\"{}\" value=\"{}\"{}>",
                escaped(input.label),
                input.kind,
                input.complete,
                escaped(input.value),
                if input.required { " required" } else { "" },
            ));
        }
        form.push_str(&format!("<button type=\"submit\">{}</button></form>", escaped(button)));
        form
    }

    /// The page with a title and a body that is HTML already.
    pub fn answer(self, status: StatusCode, title: &str, body: &str) -> HttpResponse {
        let site = escaped(&self.shared.app.site().title);
        let (title, language, csrf) = (escaped(title), self.language.code(), &self.csrf);
        let field = escaped(&self.shared.app.settings.sessions.csrf_field);
        let mut response = head(status, true, "text/html; charset=utf-8");
        response
            .insert_header(("content-security-policy", POLICY))
            .insert_header(("content-language", language))
            // A key in the address is nobody else's business.
            .insert_header(("referrer-policy", "no-referrer"));
        for cookie in self.cookies {
            response.cookie(cookie);
        }
        let base = escaped(&self.base);
        response.body(format!(
            "<!doctype html>\n<html lang=\"{language}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"csrf_field_name\" content=\"{field}\"><meta name=\"{field}\" content=\"{csrf}\">\
             <title>{title} - {site}</title><style>{STYLE}</style></head><body><main><p><a href=\"{base}/\">{site}</a></p>\
             <h1>{title}</h1>{body}</main></body></html>\n"
        ))
    }
}

/// Something that went wrong, for eyes and screen readers.
pub fn alert(text: &str) -> String {
    format!("<p role=\"alert\">{}</p>", escaped(text))
}

/// Something that was done.
pub fn status(text: &str) -> String {
    format!("<p role=\"status\">{}</p>", escaped(text))
}
