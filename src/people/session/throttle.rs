//! How often somebody may try: a name so often, an address so often, within a quarter of an hour. In memory, which is
//! bounded; what is seen often stays in it.

use std::{
    sync::Arc,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use base::{Error, Result};
use moka::sync::Cache;

const WINDOW: Duration = Duration::from_secs(15 * 60);
/// Wrong passwords for one name.
const OF_NAME: u32 = 10;
/// Wrong passwords from one address, whatever the names.
const OF_ADDRESS: u32 = 100;
/// Mails with a key for one name.
const MAILS_OF_NAME: u32 = 3;
/// The same that one address may ask for, and users that it may make.
const MAILS_OF_ADDRESS: u32 = 20;

struct Count {
    begin: Instant,
    tries: AtomicU32,
}

/// What was tried lately.
pub struct Throttle(Cache<[u8; 32], Arc<Count>>);

impl Default for Throttle {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(50_000).time_to_live(WINDOW).build())
    }
}

impl Throttle {
    /// Counts a try to log in.
    ///
    /// # Errors
    /// TooMany; [`Throttle::wait`] says how long it goes on.
    pub fn try_login(&self, name: &str, address: &str) -> Result<()> {
        // The address first: who is sent away for it must not count against the names of others.
        self.count(&format!("login address {address}"), OF_ADDRESS)?;
        self.count(&format!("login name {}", name.to_lowercase()), OF_NAME)
    }

    /// Counts a mail with a key.
    ///
    /// # Errors
    /// TooMany.
    pub fn try_mail(&self, name: &str, address: &str) -> Result<()> {
        self.count(&format!("mail address {address}"), MAILS_OF_ADDRESS)?;
        self.count(&format!("mail name {}", name.to_lowercase()), MAILS_OF_NAME)
    }

    /// Counts a user who makes himself.
    ///
    /// # Errors
    /// TooMany.
    pub fn try_register(&self, address: &str) -> Result<()> {
        self.count(&format!("register address {address}"), MAILS_OF_ADDRESS)
    }

    /// He knew the password after all.
    pub fn forgive(&self, name: &str, address: &str) {
        self.0.invalidate(&auth::token::hash(&format!("login name {}", name.to_lowercase())));
        if let Some(count) = self.0.get(&auth::token::hash(&format!("login address {address}"))) {
            count.tries.fetch_update(Ordering::AcqRel, Ordering::Acquire, |tries| tries.checked_sub(1)).ok();
        }
    }

    fn count(&self, what: &str, most: u32) -> Result<()> {
        let fresh = || Arc::new(Count { begin: Instant::now(), tries: AtomicU32::new(0) });
        let count = self.0.get_with(auth::token::hash(what), fresh);
        if count.tries.fetch_add(1, Ordering::AcqRel) < most {
            return Ok(());
        }
        count.tries.store(most, Ordering::Release);
        let left = WINDOW.saturating_sub(count.begin.elapsed()).as_secs().max(1);
        Err(Error::too_many(left.to_string()))
    }
}

/// Seconds until somebody may try again, of the error that sent him away.
#[must_use]
pub fn wait(error: &Error) -> u64 {
    error.message().parse().unwrap_or(WINDOW.as_secs())
}

#[cfg(test)]
mod tests {
    use base::Kind;

    use super::*;

    #[test]
    fn a_name_and_an_address_are_tried_so_often() {
        let throttle = Throttle::default();
        for _ in 0..OF_NAME {
            throttle.try_login("Anna", "1").unwrap();
        }
        let refused = throttle.try_login("anna", "2").unwrap_err();
        assert_eq!(refused.kind(), Kind::TooMany);
        assert!((1..=WINDOW.as_secs()).contains(&wait(&refused)));
        throttle.forgive("ANNA", "9");
        throttle.try_login("anna", "2").unwrap();
        throttle.forgive("anna", "1");
        for number in OF_NAME - 1..OF_ADDRESS {
            throttle.try_login(&format!("n{number}"), "1").unwrap();
        }
        assert!(throttle.try_login("another", "1").is_err());
        assert!(throttle.try_login("another", "3").is_ok());
        assert!(throttle.try_mail("anna", "1").is_ok());
    }
}
