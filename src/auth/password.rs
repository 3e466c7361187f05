//! Passwords: argon2id with the library's recommended cost. Slow on purpose: call it off the request threads' quick path.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use base::{Error, Result};

/// The hash to store.
///
/// # Errors
/// Internal, if hashing fails.
pub fn hash(password: &str) -> Result<String> {
    let hash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|error| Error::internal(format!("hashing a password: {error}")))?;
    Ok(hash.to_string())
}

/// True when the password belongs to the hash; false for a damaged hash.
#[must_use]
pub fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_opens_its_hash() {
        let stored = hash("correct horse").unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(verify("correct horse", &stored));
        assert!(!verify("wrong horse", &stored));
        assert!(!verify("", "not a hash"));
    }
}
