//! `$pbkdf2-sha512$<rounds>$<salt>$<hash>`, as CKAN stores passwords: base64 without padding, `.` in place of `+`.

use std::num::NonZeroU32;

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use ring::pbkdf2;

const BEGIN: &str = "$pbkdf2-sha512$";
/// Forty times what CKAN asks for; more would be a way to keep the server busy.
const ROUNDS: u32 = 1_000_000;
const SALT: usize = 1_024;
const HASH: usize = 64;

/// A stored hash.
pub struct Stored {
    rounds: NonZeroU32,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Stored {
    /// Reads it; `None` when it is none or is damaged.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix(BEGIN)?.split('$');
        let (rounds, salt, hash) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || salt.len() > SALT * 2 || hash.len() > HASH * 2 {
            return None;
        }
        let rounds = rounds.parse().ok().filter(|rounds| *rounds <= ROUNDS).and_then(NonZeroU32::new)?;
        let hash = decoded(hash).filter(|hash| hash.len() == HASH)?;
        Some(Self { rounds, salt: decoded(salt).filter(|salt| salt.len() <= SALT)?, hash })
    }

    /// True when it is the password's.
    pub fn verify(&self, password: &str) -> bool {
        pbkdf2::verify(pbkdf2::PBKDF2_HMAC_SHA512, self.rounds, &self.salt, password.as_bytes(), &self.hash).is_ok()
    }
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    STANDARD_NO_PAD.decode(text.replace('.', "+")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by the library that CKAN uses.
    const OURS: &str = "$pbkdf2-sha512$25000$S.k9hzCGsLaWcm7tvZeytg$dhMO3Uw8RdH0/Y0SiLVKGms/oJjRH1YP5spbdVTue.LF/pVI9TCZApvHFU4Xbf/H1f9ampoQlh8LZ7GLVo2P2g";

    #[test]
    fn ckans_hashes_open_for_their_passwords() {
        let stored = Stored::parse(OURS).unwrap();
        assert!(stored.verify("пароль12"));
        assert!(!stored.verify("пароль13"));
    }

    #[test]
    fn what_is_no_such_hash_is_told_apart() {
        for text in [
            "",
            "$argon2id$v=19$m=19456,t=2,p=1$a$b",
            "$pbkdf2-sha512$0$c2FsdA$aGFzaA",
            "$pbkdf2-sha512$25000$c2FsdA$aGFzaA",
            "$pbkdf2-sha512$4294967295$c2FsdA$aGFzaA",
            &OURS.replace("$25000$", "$1000001$"),
            &format!("{OURS}$x"),
        ] {
            assert!(Stored::parse(text).is_none(), "{text}");
        }
    }
}
