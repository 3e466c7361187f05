//! JWTs (RFC 7519) signed with a secret of the site: API tokens as CKAN gives them out, and what services that share the
//! secret make to read files. They are read here, never made.

use base::{secret::Secret, time::Stamp};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;
use serde_json::Value;

/// How such tokens are signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Algorithm {
    #[default]
    Hs256,
    Hs384,
    Hs512,
}

impl Algorithm {
    const ALL: [Self; 3] = [Self::Hs256, Self::Hs384, Self::Hs512];

    /// From `api_token.jwt.algorithm`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == text)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
        }
    }

    fn hmac(self) -> hmac::Algorithm {
        match self {
            Self::Hs256 => hmac::HMAC_SHA256,
            Self::Hs384 => hmac::HMAC_SHA384,
            Self::Hs512 => hmac::HMAC_SHA512,
        }
    }
}

/// What a good token says.
#[derive(Debug, PartialEq, Eq)]
pub struct Claims {
    /// `jti`: the id of the token's row.
    pub id: String,
    /// `exp` in seconds since 1970, where it has one.
    pub expires: Option<i64>,
}

/// The file that a token lets its holder read.
#[derive(Debug, PartialEq, Eq)]
pub enum File {
    Id(String),
    Place { storage: String, location: String },
}

/// For whom tokens are that let their holder read a file.
const DOWNLOAD: &str = "trusted_download";

/// Reads an API token that was signed with this secret by this algorithm, and is good now. `None` for everything else.
#[must_use]
pub fn read(token: &str, secret: &Secret, algorithm: Algorithm) -> Option<Claims> {
    let (claims, expires) = good(token, secret, algorithm)?;
    // One that is for something else is no API token.
    if claims.get("aud").is_some_and(|aud| !aud.is_null()) {
        return None;
    }
    let id = claims.get("jti")?.as_str()?;
    (!id.is_empty() && !id.contains('\0')).then(|| Claims { id: id.to_owned(), expires })
}

/// Reads a token that lets its holder read a file: its `aud` says so, and `sub`, or `storage` and `location`, say which.
/// `None` for everything else.
#[must_use]
pub fn file(token: &str, secret: &Secret, algorithm: Algorithm) -> Option<File> {
    let (claims, _expires) = good(token, secret, algorithm)?;
    let is_meant = match claims.get("aud")? {
        Value::String(aud) => aud == DOWNLOAD,
        Value::Array(all) => all.iter().any(|aud| aud == DOWNLOAD),
        _ => false,
    };
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    if !is_meant {
        return None;
    }
    match claims.get("sub") {
        Some(_) => text("sub").map(File::Id),
        None => Some(File::Place { storage: text("storage")?, location: text("location")? }),
    }
}

/// What a token claims that was signed with this secret by this algorithm and is good now, and when it ends.
fn good(token: &str, secret: &Secret, algorithm: Algorithm) -> Option<(Value, Option<i64>)> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (head, claims) = signed.split_once('.')?;
    // The token does not choose its algorithm.
    if json(head)?.get("alg")?.as_str()? != algorithm.name() {
        return None;
    }
    let key = hmac::Key::new(algorithm.hmac(), secret.reveal().as_bytes());
    hmac::verify(&key, signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
    let claims = json(claims)?;
    let now = Stamp::now().micros().div_euclid(1_000_000);
    let second = |name: &str| claims.get(name).map(seconds);
    let expires = match second("exp") {
        None => None,
        Some(expires) => Some(expires.filter(|expires| *expires > now)?),
    };
    for begins in [second("nbf"), second("iat")].into_iter().flatten() {
        begins.filter(|begins| *begins <= now)?;
    }
    Some((claims, expires))
}

fn json(part: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// A point in time; fractions are left out.
fn seconds(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.to_string().split('.').next()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(head: &str, claims: &str, secret: &str) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(claims));
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    const HEAD: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

    fn id_of(token: &str) -> Option<String> {
        read(token, &Secret::new("s3cret"), Algorithm::Hs256).map(|claims| claims.id)
    }

    #[test]
    fn a_token_of_ckan_says_its_id() {
        // Made by the library that CKAN uses.
        let made = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJqdGkiOiJhYmMiLCJpYXQiOjE3MDAwMDAwMDB9.hnAuWDIrR7jNDZIUZFh7ekxGasgCmy0NQNjcDmcgU58";
        assert_eq!(id_of(made).as_deref(), Some("abc"));
        assert_eq!(id_of(&token(HEAD, r#"{"jti":"x","iat":1.5,"exp":99999999999}"#, "s3cret")).as_deref(), Some("x"));
    }

    #[test]
    fn what_is_forged_old_or_damaged_says_nothing() {
        let none = format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), URL_SAFE_NO_PAD.encode(r#"{"jti":"x"}"#));
        let good = token(HEAD, r#"{"jti":"x"}"#, "s3cret");
        assert!(id_of(&good).is_some());
        for bad in [
            none,
            token(HEAD, r#"{"jti":"x"}"#, "other"),
            token(r#"{"alg":"HS512"}"#, r#"{"jti":"x"}"#, "s3cret"),
            token(HEAD, r#"{"jti":"x","exp":1}"#, "s3cret"),
            token(HEAD, r#"{"jti":"x","sub":"x","aud":"trusted_download"}"#, "s3cret"),
            token(HEAD, r#"{"jti":"x","exp":"soon"}"#, "s3cret"),
            token(HEAD, r#"{"jti":"x","nbf":99999999999}"#, "s3cret"),
            token(HEAD, r#"{"iat":1}"#, "s3cret"),
            token(HEAD, "[]", "s3cret"),
            format!("{good}x"),
            good.replace('.', ""),
            "..".to_owned(),
            String::new(),
        ] {
            assert_eq!(id_of(&bad), None, "{bad}");
        }
    }

    #[test]
    fn a_token_lets_read_the_one_file_that_it_says() {
        let read = |claims: &str| file(&token(HEAD, claims, "s3cret"), &Secret::new("s3cret"), Algorithm::Hs256);
        let place = File::Place { storage: "s".to_owned(), location: "a/b".to_owned() };
        assert_eq!(read(r#"{"sub":"f","aud":"trusted_download","exp":99999999999}"#), Some(File::Id("f".to_owned())));
        assert_eq!(read(r#"{"storage":"s","location":"a/b","aud":["x","trusted_download"]}"#), Some(place));
        for claims in [
            r#"{"sub":"f"}"#,
            r#"{"sub":"f","aud":"other"}"#,
            r#"{"sub":"f","aud":"trusted_download","exp":1}"#,
            r#"{"sub":1,"storage":"s","location":"a","aud":"trusted_download"}"#,
            r#"{"location":"a","aud":"trusted_download"}"#,
            r#"{"jti":"x"}"#,
        ] {
            assert_eq!(read(claims), None, "{claims}");
        }
    }
}
