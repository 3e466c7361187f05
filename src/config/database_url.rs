//! The address of the database, looked at before libpq sees it: what libpq says of an address that it cannot read has parts
//! of the password in it, and comes only after the pool has waited.

use base::{Error, Result};

/// The address for libpq: SQLAlchemy names a driver (`postgresql+psycopg2://`), libpq does not.
///
/// # Errors
/// BadRequest, saying what is wrong without repeating any of it.
pub fn read(text: &str) -> Result<String> {
    let wrong = |what: &str| {
        Error::bad_request(format!(
            "the option sqlalchemy.url (DATABASE_URL) {what}, expected postgresql://user:password@host/database"
        ))
    };
    if text.starts_with(['"', '\'']) {
        return Err(wrong("is in quotation marks, which count as part of it"));
    }
    let Some((scheme, rest)) = text.split_once("://") else { return Err(wrong("is no address")) };
    if !matches!(scheme.split('+').next(), Some("postgres" | "postgresql")) {
        return Err(wrong("names another kind of database than PostgreSQL"));
    }
    if !is_encoded(rest) {
        return Err(wrong("has a % without two hexadecimal digits behind it (a plain one is written %25)"));
    }
    let (before_query, _query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = before_query.split_once('/').unwrap_or((before_query, ""));
    let (user, hosts) = authority.split_once('@').unwrap_or(("", authority));
    if hosts.contains('@') || path.contains('@') {
        return Err(wrong("has an @, / or ? in the password, which are written %40, %2F and %3F"));
    }
    if user.contains(['[', ']', ' ']) || !hosts.split(',').all(is_host) {
        return Err(wrong("has a host or port that is none"));
    }
    Ok(format!("postgresql://{rest}"))
}

fn is_encoded(text: &str) -> bool {
    let mut parts = text.split('%');
    parts.next();
    parts.all(|part| {
        let code = part.get(..2).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        code.is_some_and(|code| code != "00")
    })
}

/// `host`, `host:5432`, `[::1]:5432`, or nothing, which is the socket of this machine.
fn is_host(text: &str) -> bool {
    let port = match text.strip_prefix('[').map(|rest| rest.split_once(']')) {
        Some(None) => return false,
        Some(Some((_address, ""))) => return true,
        Some(Some((_address, rest))) => match rest.strip_prefix(':') {
            Some(port) => port,
            None => return false,
        },
        None => match text.split_once(':') {
            Some((_host, port)) => port,
            None => return true,
        },
    };
    port.is_empty() || port.parse::<u16>().is_ok_and(|port| port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_postgresql_are_taken() {
        for (text, read_as) in [
            ("postgresql+psycopg2://u:p%40@h/d", "postgresql://u:p%40@h/d"),
            ("postgres://h:5432", "postgresql://h:5432"),
            ("postgresql:///d?host=/run/x", "postgresql:///d?host=/run/x"),
            ("postgresql://u:p@/d?host=/run/x&user=a@b", "postgresql://u:p@/d?host=/run/x&user=a@b"),
            ("postgresql://u@[::1]:5432,other/d", "postgresql://u@[::1]:5432,other/d"),
            ("postgresql://%2Frun%2Fx/d", "postgresql://%2Frun%2Fx/d"),
        ] {
            assert_eq!(read(text).unwrap(), read_as);
        }
    }

    #[test]
    fn nothing_of_what_is_wrong_is_repeated() {
        for (text, told) in [
            ("mysql://u:hunter2@h/d", "another kind of database"),
            ("\"postgresql://u:hunter2@h/d\"", "quotation marks"),
            ("host=h password=hunter2", "no address"),
            ("postgresql://u:hunter2%zz@h/d", "%25"),
            ("postgresql://u:hun@ter2@h/d", "%40"),
            ("postgresql://u:hun/ter2@h/d", "%2F"),
            ("postgresql://u:hunter2@h:port/d", "host or port"),
            ("postgresql://u:p@[hunter2/d", "host or port"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.message().contains(told), "{text}: {error}");
            assert!(!error.to_string().contains("hunter2") && !error.to_string().contains("ter2@"), "{error}");
        }
    }
}
