//! What a failure of the database means for the client.

use base::Error;
use diesel::result::{DatabaseErrorKind, Error as Diesel};

/// Turns diesel's error into ours. A lost or absent database is [`base::Kind::Unavailable`]; what the client's data
/// caused (a bad value, a broken rule) is his error; everything else is ours.
#[must_use]
pub fn of(error: Diesel) -> Error {
    match error {
        Diesel::NotFound => Error::not_found(""),
        Diesel::BrokenTransactionManager => Error::unavailable("the transaction was lost"),
        Diesel::DatabaseError(kind, information) => of_database(&kind, information.as_ref()),
        Diesel::SerializationError(cause) | Diesel::DeserializationError(cause) | Diesel::QueryBuilderError(cause) => {
            Error::internal(cause)
        }
        other => Error::internal(other),
    }
}

fn of_database(kind: &DatabaseErrorKind, information: &(dyn diesel::result::DatabaseErrorInformation + Send + Sync)) -> Error {
    let message = information.message();
    match kind {
        DatabaseErrorKind::UniqueViolation => Error::conflict("Somebody else has just used that name or id. Please try again.")
            .context(information.constraint_name().unwrap_or(message)),
        DatabaseErrorKind::ForeignKeyViolation => {
            Error::conflict("Something that this refers to has just been removed.").context(message)
        }
        DatabaseErrorKind::SerializationFailure => {
            Error::conflict("Somebody else has just changed this. Please try again.").context(message)
        }
        DatabaseErrorKind::NotNullViolation | DatabaseErrorKind::CheckViolation => {
            Error::invalid_text("Invalid value").context(message)
        }
        DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::ReadOnlyTransaction => {
            Error::unavailable(message)
        }
        _ => of_message(message),
    }
}

/// diesel keeps no SQLSTATE for the rest, so the message decides (the server speaks English: `lc_messages` is set).
fn of_message(message: &str) -> Error {
    const GONE: &[&str] = &[
        "terminating connection",
        "the database system is",
        "connection to server",
        "server closed the connection",
        "no connection to the server",
        "SSL connection has been closed",
        "could not receive data",
        "could not send data",
        "too many clients",
        "canceling statement due to",
        "idle-in-transaction",
        "read-only transaction",
        "out of memory",
        "No space left",
    ];
    const THEIRS: &[&str] = &[
        "invalid byte sequence",
        "unsupported Unicode escape",
        "invalid input syntax",
        "out of range",
        "value too long",
        "index row size",
        "index row requires",
        "stack depth limit",
    ];
    if message.contains("deadlock detected") {
        Error::conflict("Somebody else has just changed this. Please try again.").context(message)
    } else if GONE.iter().any(|text| message.contains(text)) {
        Error::unavailable(message)
    } else if THEIRS.iter().any(|text| message.contains(text)) {
        Error::invalid_text("Invalid value").context(message)
    } else {
        Error::internal(message)
    }
}

#[cfg(test)]
mod tests {
    use base::Kind;

    use super::*;

    #[test]
    fn a_lost_database_is_never_a_fault_of_ours() {
        assert_eq!(of_message("terminating connection due to administrator command").kind(), Kind::Unavailable);
        assert_eq!(of_message("unsupported Unicode escape sequence").kind(), Kind::Validation);
        assert_eq!(of_message("column \"x\" does not exist").kind(), Kind::Internal);
    }
}
