//! Options of what proves who somebody is: tokens and sessions.

use action::settings::{SessionSettings, TokenSettings};
use auth::jwt::Algorithm;
use base::{Error, Result, secret::Secret};

use super::{Reader, wrong};

/// Bytes of the largest file that may hold a secret.
const FILE: usize = 64 * 1024;

/// `SECRET_KEY`, by its old name too.
pub fn site_secret(read: &Reader) -> Option<String> {
    read.text("secret_key").or_else(|| read.text("beaker.session.secret"))
}

/// `api_token.*`. CKAN signs with one secret and verifies with another, which are the same where it uses HMAC: the only
/// algorithms that are known here.
pub fn tokens(read: &Reader) -> Result<TokenSettings> {
    let algorithm = read.text("api_token.jwt.algorithm");
    let jwt_algorithm = match &algorithm {
        None => Algorithm::default(),
        Some(text) => Algorithm::parse(text).ok_or_else(|| wrong("api_token.jwt.algorithm", text, "HS256, HS384 or HS512"))?,
    };
    let [decode, encode] = ["api_token.jwt.decode.secret", "api_token.jwt.encode.secret"]
        .map(|name| read.text(name).map(|value| secret(name, &value)));
    let given = decode.or(encode);
    let jwt_secret = given.transpose()?.or_else(|| site_secret(read).map(Secret::new));
    let header = read.text("apitoken_header_name").or_else(|| read.text("apikey_header_name"));
    Ok(TokenSettings {
        header: header.filter(|name| !name.eq_ignore_ascii_case("authorization")),
        jwt_secret,
        jwt_algorithm,
        must_expire: read.words("ckan.plugins").iter().any(|name| name == "expire_api_token"),
    })
}

/// `string:<the secret>` or `file:<where it is>`; the whole file counts, its last newline too, as in CKAN.
fn secret(name: &str, value: &str) -> Result<Secret> {
    let wrong = || Error::bad_request(format!("the option {name} is neither string:… nor file:…, or empty"));
    let text = match value.split_once(':').ok_or_else(wrong)? {
        ("string", text) => text.to_owned(),
        ("file", path) => std::fs::read_to_string(path)
            .ok()
            .filter(|text| text.len() <= FILE)
            .ok_or_else(|| Error::bad_request(format!("the file that {name} names cannot be read")))?,
        _ => return Err(wrong()),
    };
    if text.is_empty() { Err(wrong()) } else { Ok(Secret::new(text)) }
}

/// `SESSION_*`, `REMEMBER_*`, `WTF_CSRF_*` and what `ckan.auth.*` says of logins.
pub fn sessions(read: &Reader) -> Result<SessionSettings> {
    let standard = SessionSettings::default();
    let same_site = read.text_or("session_cookie_samesite", "Lax".to_owned());
    if !["Lax", "Strict"].contains(&same_site.as_str()) {
        return Err(wrong("SESSION_COOKIE_SAMESITE", &same_site, "Lax or Strict"));
    }
    read.tell("session_cookie_name", &standard.cookie);
    let cookie = read.text("session_cookie_name").or_else(|| read.text("beaker.session.key")).unwrap_or(standard.cookie);
    if !cookie.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
        return Err(wrong("SESSION_COOKIE_NAME", &cookie, "letters, digits, - _ ."));
    }
    let seconds = |name: &str, default: i64| -> Result<i64> {
        read.tell(name, default);
        Ok(read.parsed::<i64>(name, "seconds")?.filter(|seconds| *seconds > 0).unwrap_or(default).min(10 * 365 * 24 * 3_600))
    };
    let root = super::root_path(read)?;
    let after_login = format!("{}{}{}", root.before, root.behind, standard.after_login);
    let headers = read.words("wtf_csrf_headers");
    let path = |name: &str| read.text(name).filter(|path| path.starts_with('/') && !path.starts_with("//"));
    Ok(SessionSettings {
        in_api: read.flag("ckan.auth.enable_cookie_auth_in_api", standard.in_api)?,
        cookie,
        domain: read.text("session_cookie_domain").or_else(|| read.text("beaker.session.cookie_domain")),
        path: read.text("session_cookie_path").filter(|path| path.starts_with('/')).unwrap_or(standard.path),
        secure: read.flag("session_cookie_secure", standard.secure)?,
        strict: same_site == "Strict",
        lifetime: seconds("permanent_session_lifetime", standard.lifetime)?,
        remembered: seconds("remember_cookie_duration", standard.remembered)?,
        csrf_field: read.text_or("wtf_csrf_field_name", standard.csrf_field),
        csrf_headers: if headers.is_empty() { standard.csrf_headers } else { headers },
        after_login: path("ckan.auth.route_after_login").or(path("ckan.route_after_login")).unwrap_or(after_login),
        after_reset: path("ckan.user_reset_landing_page"),
    })
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, Options};

    fn config(pairs: &[(&str, &str)]) -> base::Result<Config> {
        let options: Options = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Config::from_options(options)
    }

    #[test]
    fn ckans_tokens_are_verified_with_what_it_signed_them_with() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        std::fs::write(&file, "in a file\n").unwrap();
        let named = format!("file:{}", file.display());
        for (pairs, secret) in [
            (vec![], None),
            (vec![("beaker.session.secret", "old")], Some("old")),
            (vec![("secret_key", "new"), ("beaker.session.secret", "old")], Some("new")),
            (vec![("secret_key", "new"), ("api_token.jwt.encode.secret", "string:a:b")], Some("a:b")),
            (vec![("api_token.jwt.encode.secret", "string:a"), ("api_token.jwt.decode.secret", "string:b")], Some("b")),
            (vec![("api_token.jwt.decode.secret", &named)], Some("in a file\n")),
        ] {
            let tokens = config(&pairs).unwrap().settings.tokens;
            assert_eq!(tokens.jwt_secret.as_ref().map(|secret| secret.reveal()), secret, "{pairs:?}");
        }
        for (name, value) in [
            ("api_token.jwt.decode.secret", "bare"),
            ("api_token.jwt.decode.secret", "string:"),
            ("api_token.jwt.decode.secret", "file:/nowhere/at/all"),
            ("api_token.jwt.algorithm", "RS256"),
            ("session_cookie_samesite", "None"),
            ("session_cookie_name", "a b"),
        ] {
            assert!(config(&[(name, value)]).is_err(), "{name} {value}");
        }
    }
}
