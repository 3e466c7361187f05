//! API tokens: 256 random bits, shown once, stored as their sha256.

use base::{Error, Result, secret::Secret};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::rand::{SecureRandom, SystemRandom};
use sha2::{Digest, Sha256};

/// The longest text that can be a token (CKAN's JWTs are some hundred bytes).
const MAX_BYTES: usize = 4096;

/// A token just made.
pub struct NewToken {
    /// `jti`: 43 characters, shown in lists.
    pub id: String,
    pub token: Secret,
}

/// Makes a token.
///
/// # Errors
/// Internal, if the system gives no random numbers.
pub fn create() -> Result<NewToken> {
    Ok(NewToken { id: random_text()?, token: Secret::new(random_text()?) })
}

/// 256 random bits as 43 URL-safe characters.
///
/// # Errors
/// Internal, if the system gives no random numbers.
pub fn random_text() -> Result<String> {
    let mut bytes = [0_u8; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_unspecified| Error::internal("no random numbers"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What is stored of a token, and looked up.
#[must_use]
pub fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// The token in a header's value: bare, as CKAN's clients send it, or behind `Bearer `.
#[must_use]
pub fn of_header(value: &str) -> Option<&str> {
    let value = value.trim();
    let token = match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        Some(_) => return None,
        None => value,
    };
    (!token.is_empty() && token.len() <= MAX_BYTES).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_read_bare_and_as_bearer() {
        for (value, token) in [
            ("abc", Some("abc")),
            (" Bearer abc ", Some("abc")),
            ("bearer abc", Some("abc")),
            ("Basic abc", None),
            ("", None),
            ("Bearer ", Some("Bearer")),
        ] {
            assert_eq!(of_header(value), token, "{value}");
        }
    }

    #[test]
    fn no_two_tokens_are_alike() {
        let (one, other) = (create().unwrap(), create().unwrap());
        assert_ne!(one.token.reveal(), other.token.reveal());
        assert_eq!(one.id.len(), 43);
        assert_ne!(hash(one.token.reveal()), hash(other.token.reveal()));
    }
}
