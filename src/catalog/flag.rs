//! Flags of show and list actions, which CKAN reads more strictly than other booleans: what is neither true nor false
//! is one message without a field (ckan-api 2.2). Must never guess.

use base::{
    Error, Result,
    loose::{self, Loose},
};
use serde_json::Value;

/// A flag as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    Yes,
    No,
    /// Neither true nor false.
    Junk,
}

impl Loose for Flag {
    fn schema() -> Value {
        bool::schema()
    }

    fn read(value: &Value) -> Result<Self, String> {
        Ok(match loose::bool_of(value) {
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None => Self::Junk,
        })
    }
}

/// The flag's value, or `default` when it was left out.
///
/// # Errors
/// Validation: `message: "Parameter is not an bool"`.
pub fn flag(flag: Option<Flag>, default: bool) -> Result<bool> {
    match flag {
        None => Ok(default),
        Some(Flag::Yes) => Ok(true),
        Some(Flag::No) => Ok(false),
        Some(Flag::Junk) => Err(Error::invalid_text("Parameter is not an bool")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_says_yes_or_no_is_a_flag() {
        for (value, expected) in
            [(json!("True"), Flag::Yes), (json!(0), Flag::No), (json!("banana"), Flag::Junk), (json!([]), Flag::Junk)]
        {
            assert_eq!(Flag::read(&value), Ok(expected), "{value}");
        }
        assert!(flag(None, true).unwrap());
        assert!(flag(Some(Flag::Junk), true).is_err());
    }
}
