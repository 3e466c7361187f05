//! Secrets that must be used again (the API key of a remote portal): AES-256-GCM under the site's own secret.

use base::{Error, Result, secret::Secret};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand::{SecureRandom, SystemRandom},
};
use sha2::{Digest, Sha256};

/// Seals and opens with the key of this site.
pub struct Sealer(LessSafeKey);

impl Sealer {
    /// From the site's secret (`SECRET_KEY`), whatever its length.
    ///
    /// # Errors
    /// Internal, if the key cannot be made.
    pub fn new(secret: &Secret) -> Result<Self> {
        let key = Sha256::digest(secret.reveal().as_bytes());
        let key = UnboundKey::new(&AES_256_GCM, &key).map_err(|_unspecified| Error::internal("sealing key"))?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Encrypts; the nonce stands in front.
    ///
    /// # Errors
    /// Internal, if the system gives no random numbers.
    pub fn seal(&self, plain: &Secret) -> Result<Vec<u8>> {
        let mut nonce = [0_u8; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(|_unspecified| Error::internal("no random numbers"))?;
        let mut sealed = plain.reveal().as_bytes().to_vec();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed)
            .map_err(|_unspecified| Error::internal("sealing"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts.
    ///
    /// # Errors
    /// Internal, if it was sealed under another secret or is damaged.
    pub fn open(&self, sealed: &[u8]) -> Result<Secret> {
        let damaged = || Error::internal("a sealed secret cannot be opened: was SECRET_KEY changed?");
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN).ok_or_else(damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_unspecified| damaged())?;
        let mut rest = rest.to_vec();
        let plain = self.0.open_in_place(nonce, Aad::empty(), &mut rest).map_err(|_unspecified| damaged())?;
        String::from_utf8(plain.to_vec()).map(Secret::new).map_err(|_not_text| damaged())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_secret_opens() {
        let sealer = Sealer::new(&Secret::new("one")).unwrap();
        let sealed = sealer.seal(&Secret::new("key")).unwrap();
        assert_eq!(sealer.open(&sealed).unwrap().reveal(), "key");
        assert!(Sealer::new(&Secret::new("two")).unwrap().open(&sealed).is_err());
        assert!(sealer.open(b"short").is_err());
    }
}
