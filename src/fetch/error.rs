//! Why a fetch failed, in classes that may be shown: no text names an address, or tells an open port from a closed one
//! behind the guard.

use base::Error as Outer;

/// The result of a fetch.
pub type Result<T> = std::result::Result<T, Error>;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not a URL, or not http and not https.
    #[error("not a valid http or https URL")]
    BadUrl,
    /// The guard refused the address or the port; nothing was sent.
    #[error("address not allowed")]
    NotAllowed,
    #[error("the host name cannot be resolved")]
    Unresolved,
    #[error("the server cannot be reached")]
    Connect,
    #[error("the server did not answer in time")]
    Timeout,
    #[error("too many redirects")]
    Redirects,
    #[error("the answer is larger than the limit")]
    TooLarge,
    /// A small compressed body that becomes a huge one.
    #[error("the answer is compressed beyond the limit")]
    Ratio,
    /// A `Content-Encoding` that was not asked for.
    #[error("the answer has an unknown encoding")]
    Encoding,
    /// The connection ended in the middle, or the bytes are not HTTP.
    #[error("the answer broke off")]
    Broken,
    /// The program stops.
    #[error("the fetch was stopped")]
    Stopped,
    /// A header that cannot be sent, no thread, no memory.
    #[error("the request could not be made")]
    Internal,
}

impl Error {
    /// True when the same request may succeed a moment later.
    #[must_use]
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Unresolved | Self::Connect | Self::Timeout | Self::Broken)
    }
}

impl From<Error> for Outer {
    fn from(error: Error) -> Self {
        match error {
            Error::Internal => Self::internal(error),
            Error::Stopped => Self::unavailable(error),
            _ => Self::invalid_text(error.to_string()),
        }
    }
}
