//! Passwords: argon2id with the library's recommended cost, and CKAN's hashes, which are only ever verified. Slow on
//! purpose: so many at a time and no more, however many ask.

mod pbkdf2;

use std::{
    sync::{Condvar, Mutex, PoisonError},
    thread::available_parallelism,
};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use base::{Error, Result};

/// What a stored argon2 hash may ask for at most: KiB of memory, rounds, lanes. One that asks for more opens for nobody.
const MOST: [(&str, u32); 3] = [("m", 256 * 1024), ("t", 16), ("p", 16)];

/// How many are computed now; each takes 19 MiB and a processor.
static BUSY: Mutex<usize> = Mutex::new(0);
static DONE: Condvar = Condvar::new();

/// The hash to store.
///
/// # Errors
/// Internal, if hashing fails.
pub fn hash(password: &str) -> Result<String> {
    let _place = Place::wait();
    let hash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|error| Error::internal(format!("hashing a password: {error}")))?;
    Ok(hash.to_string())
}

/// True when the password belongs to the hash: argon2 as [`hash`] makes it, or pbkdf2-sha512 as CKAN does. False for a
/// damaged hash.
#[must_use]
pub fn verify(password: &str, hash: &str) -> bool {
    let _place = Place::wait();
    if let Some(stored) = pbkdf2::Stored::parse(hash) {
        return stored.verify(password);
    }
    bounded(hash).is_some_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
}

/// True when a password can belong to the text: it is a whole hash of a kind that [`verify`] opens.
#[must_use]
pub fn is_hash(text: &str) -> bool {
    let is_whole =
        |parsed: PasswordHash| parsed.algorithm.as_str().starts_with("argon2") && parsed.salt.is_some() && parsed.hash.is_some();
    pbkdf2::Stored::parse(text).is_some() || bounded(text).is_some_and(is_whole)
}

/// An argon2 hash that asks for no more than it may.
fn bounded(hash: &str) -> Option<PasswordHash> {
    let parsed = PasswordHash::new(hash).ok()?;
    let is_bounded = MOST.iter().all(|(name, most)| parsed.params.get_decimal(*name).is_none_or(|value| value <= *most));
    is_bounded.then_some(parsed)
}

/// True when a hash that was just verified should be replaced by one of [`hash`]'s.
#[must_use]
pub fn is_outdated(hash: &str) -> bool {
    !hash.starts_with("$argon2id$")
}

/// One of the places for those who compute; given back when dropped.
struct Place;

impl Place {
    fn wait() -> Self {
        let most = available_parallelism().map_or(2, usize::from).max(2);
        let busy = BUSY.lock().unwrap_or_else(PoisonError::into_inner);
        let mut busy = DONE.wait_while(busy, |busy| *busy >= most).unwrap_or_else(PoisonError::into_inner);
        *busy += 1;
        Self
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut busy = BUSY.lock().unwrap_or_else(PoisonError::into_inner);
        *busy = busy.saturating_sub(1);
        drop(busy);
        DONE.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_opens_its_hash() {
        let stored = hash("correct horse").unwrap();
        assert!(stored.starts_with("$argon2id$") && !is_outdated(&stored));
        assert!(verify("correct horse", &stored));
        assert!(!verify("wrong horse", &stored));
        assert!(!verify("", "not a hash"));
        assert!(is_hash(&stored));
        let cut = stored.rsplit_once('$').unwrap().0;
        let ckans = "$pbkdf2-sha512$25000$S.k9hzCGsLaWcm7tvZeytg$dhMO3Uw8RdH0/Y0SiLVKGms/oJjRH1YP5spbdVTue.LF/pVI9TCZApvHFU4Xbf/H1f9ampoQlh8LZ7GLVo2P2g";
        assert!(is_hash(ckans));
        for none in ["", "plain", "$pbkdf2-sha512$1$$", "$2b$12$abcdefghijklmnopqrstuv", cut, &"a".repeat(5_000)] {
            assert!(!is_hash(none), "{none}");
        }
    }

    #[test]
    fn a_hash_that_asks_for_gigabytes_opens_for_nobody() {
        let greedy = "$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ";
        assert!(!verify("password", greedy) && !is_hash(greedy));
    }

    #[test]
    fn no_more_are_computed_at_a_time_than_there_are_processors() {
        let most = available_parallelism().map_or(2, usize::from).max(2);
        std::thread::scope(|scope| {
            for _ in 0..most * 3 {
                scope.spawn(|| {
                    let _place = Place::wait();
                    assert!(*BUSY.lock().unwrap() <= most);
                    std::thread::yield_now();
                });
            }
        });
    }
}
