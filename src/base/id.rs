//! Identifiers: lower-case hyphenated UUIDs as text, as CKAN writes them.

use uuid::Uuid;

/// A new random id. Version 7, so that rows made together lie together in an index.
#[must_use]
pub fn new() -> String {
    Uuid::now_v7().to_string()
}

/// True for the UUID spellings that Python's `uuid.UUID` accepts from CKAN's clients.
#[must_use]
pub fn is_uuid(text: &str) -> bool {
    text.len() <= 45 && Uuid::try_parse(text).is_ok()
}

/// The id that a text always gets under a name space; for things that are equal when their names are (tags).
#[must_use]
pub fn of_name(space: &str, name: &str) -> String {
    Uuid::new_v5(&Uuid::new_v5(&Uuid::NAMESPACE_OID, space.as_bytes()), name.as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_give_stable_ids() {
        assert_eq!(of_name("tag", "калк"), of_name("tag", "калк"));
        assert_ne!(of_name("tag", "калк"), of_name("other", "калк"));
    }

    #[test]
    fn only_uuids_are_uuids() {
        assert!(is_uuid(&new()));
        assert!(!is_uuid("../../etc/passwd"));
        assert!(!is_uuid(""));
    }
}
