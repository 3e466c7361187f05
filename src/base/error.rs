//! The kinds of failure that an action can have, and the error dict of a failed validation.
//!
//! Each error has an outer text, which the client reads, and an inner context, which only the log reads. Which status
//! and which `__type` a kind becomes is known to `web::error` alone.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

/// The result of nearly everything in kurak.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, in the classes that CKAN's clients tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The input breaks a rule; the error dict says which field and why.
    Validation,
    /// The thing asked for does not exist, or nothing of that id.
    NotFound,
    /// The caller may not do this.
    Denied,
    /// Somebody else changed the thing meanwhile.
    Conflict,
    /// The thing is not in the state that a condition of the request asks for.
    Precondition,
    /// The request cannot be understood.
    BadRequest,
    /// A scalar where a list of objects is due (CKAN's "Integrity Error").
    Integrity,
    /// A search parameter that does not exist or cannot be read (CKAN's "Search Query Error").
    SearchQuery,
    /// A query that the search refuses (CKAN's "Search Error").
    Search,
    /// The request is larger than its limit.
    TooLarge,
    /// The caller asks too often.
    TooMany,
    /// A part that is needed does not answer now; trying again later may help.
    Unavailable,
    /// A fault of ours.
    Internal,
}

/// A failure with the text for the client and the context for the log.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: Kind,
    message: String,
    dict: ErrorDict,
    context: String,
}

impl Error {
    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), dict: ErrorDict::default(), context: String::new() }))
    }

    /// The input breaks rules; all of them are in `dict`.
    #[must_use]
    pub fn validation(dict: ErrorDict) -> Self {
        let mut error = Self::new(Kind::Validation, "");
        error.0.dict = dict;
        error
    }

    /// One field, one message.
    #[must_use]
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        let mut dict = ErrorDict::default();
        dict.add(field, message);
        Self::validation(dict)
    }

    /// A validation failure whose error dict is only a `message` (CKAN raises a bare string).
    #[must_use]
    pub fn invalid_text(message: impl Into<String>) -> Self {
        let mut dict = ErrorDict::default();
        dict.set("message", Value::String(message.into()));
        Self::validation(dict)
    }

    /// `reason` may be empty; the client reads `Not found: <reason>`.
    #[must_use]
    pub fn not_found(reason: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, reason)
    }

    /// `reason` may be empty; the client reads `Access denied: <reason>`.
    #[must_use]
    pub fn denied(reason: impl Into<String>) -> Self {
        Self::new(Kind::Denied, reason)
    }

    /// See [`Kind::Conflict`].
    #[must_use]
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, message)
    }

    /// See [`Kind::BadRequest`].
    #[must_use]
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(Kind::BadRequest, message)
    }

    /// See [`Kind::Integrity`].
    #[must_use]
    pub fn integrity(message: impl Into<String>) -> Self {
        Self::new(Kind::Integrity, message)
    }

    /// See [`Kind::Precondition`]; `dict` says how it is instead.
    #[must_use]
    pub fn precondition(message: impl Into<String>, dict: ErrorDict) -> Self {
        let mut error = Self::new(Kind::Precondition, message);
        error.0.dict = dict;
        error
    }

    /// See [`Kind::SearchQuery`].
    #[must_use]
    pub fn search_query(message: impl Into<String>) -> Self {
        Self::new(Kind::SearchQuery, message)
    }

    /// See [`Kind::Search`].
    #[must_use]
    pub fn search(message: impl Into<String>) -> Self {
        Self::new(Kind::Search, message)
    }

    /// See [`Kind::TooLarge`].
    #[must_use]
    pub fn too_large(message: impl Into<String>) -> Self {
        Self::new(Kind::TooLarge, message)
    }

    /// See [`Kind::TooMany`].
    #[must_use]
    pub fn too_many(message: impl Into<String>) -> Self {
        Self::new(Kind::TooMany, message)
    }

    /// `context` is for the log: what did not answer, and how.
    #[must_use]
    pub fn unavailable(context: impl fmt::Display) -> Self {
        Self::new(Kind::Unavailable, "The service cannot answer this right now. Please try again in a moment.").context(context)
    }

    /// See [`Kind::Unavailable`], where it helps the client to read why.
    #[must_use]
    pub fn not_now(message: impl Into<String>) -> Self {
        Self::new(Kind::Unavailable, message)
    }

    /// `context` is for the log: the client reads only "Internal Server Error".
    #[must_use]
    pub fn internal(context: impl fmt::Display) -> Self {
        Self::new(Kind::Internal, "Internal Server Error").context(context)
    }

    /// Adds a sentence for the log; the client never reads it.
    #[must_use]
    pub fn context(mut self, context: impl fmt::Display) -> Self {
        if self.0.context.is_empty() {
            self.0.context = context.to_string();
        } else {
            self.0.context = format!("{context}: {}", self.0.context);
        }
        self
    }

    /// The class of the failure.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The outer text; empty for a validation failure.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The fields that broke a rule; empty but for [`Kind::Validation`].
    #[must_use]
    pub fn dict(&self) -> &ErrorDict {
        &self.0.dict
    }

    /// What the log should say beside the message.
    #[must_use]
    pub fn log_context(&self) -> &str {
        &self.0.context
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0.kind)?;
        if !self.0.message.is_empty() {
            write!(f, ": {}", self.0.message)?;
        }
        if !self.0.dict.is_empty() {
            write!(f, ": {}", Value::Object(self.0.dict.0.clone()))?;
        }
        if !self.0.context.is_empty() {
            write!(f, " ({})", self.0.context)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}

/// CKAN's error dict: field → list of messages, or → list of such dicts for lists of objects.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ErrorDict(Map<String, Value>);

impl ErrorDict {
    /// Appends a message to a field's list.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        let message = Value::String(message.into());
        match self.0.get_mut(field) {
            Some(Value::Array(list)) => list.push(message),
            _ => {
                self.0.insert(field.to_owned(), Value::Array(vec![message]));
            }
        }
    }

    /// Puts a whole value in place of a field's messages.
    pub fn set(&mut self, field: &str, value: Value) {
        self.0.insert(field.to_owned(), value);
    }

    /// Puts `[{}, {errors}, {}]` where at least one of the items has errors.
    pub fn set_items(&mut self, field: &str, items: Vec<ErrorDict>) {
        if items.iter().any(|item| !item.is_empty()) {
            self.set(field, Value::Array(items.into_iter().map(|item| Value::Object(item.0)).collect()));
        }
    }

    /// Takes over everything of `other`.
    pub fn merge(&mut self, other: ErrorDict) {
        for (field, value) in other.0 {
            match (self.0.get_mut(&field), value) {
                (Some(Value::Array(mine)), Value::Array(theirs)) => mine.extend(theirs),
                (_, value) => {
                    self.0.insert(field, value);
                }
            }
        }
    }

    /// Takes over what `other` says and this does not: each message once, of lists of objects item by item.
    pub fn join(&mut self, other: ErrorDict) {
        for (field, value) in other.0 {
            match self.0.get_mut(&field) {
                Some(mine) => join(mine, value),
                None => drop(self.0.insert(field, value)),
            }
        }
    }

    /// True when no field has a message.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The dict as JSON, in the order in which the errors were found.
    #[must_use]
    pub fn fields(&self) -> &Map<String, Value> {
        &self.0
    }

    /// `Ok` when empty, else the validation failure.
    ///
    /// # Errors
    /// [`Kind::Validation`] with this dict.
    pub fn into_result(self) -> Result<()> {
        if self.is_empty() { Ok(()) } else { Err(Error::validation(self)) }
    }
}

fn join(mine: &mut Value, theirs: Value) {
    match (mine, theirs) {
        (Value::Array(mine), Value::Array(theirs)) => {
            for (place, value) in theirs.into_iter().enumerate() {
                let both = mine.get(place).is_some_and(Value::is_object) && value.is_object();
                if let (true, Some(known)) = (both, mine.get_mut(place)) {
                    join(known, value);
                } else if !mine.contains(&value) {
                    mine.push(value);
                }
            }
        }
        (Value::Object(mine), Value::Object(theirs)) => {
            for (field, value) in theirs {
                match mine.get_mut(&field) {
                    Some(known) => join(known, value),
                    None => drop(mine.insert(field, value)),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn dict(value: Value) -> ErrorDict {
        match value {
            Value::Object(fields) => ErrorDict(fields),
            _ => panic!("an object is due"),
        }
    }

    #[test]
    fn what_two_say_is_said_once() {
        let mut one = dict(json!({"a": ["x"], "list": [{}, {"b": ["y"]}]}));
        one.join(dict(json!({"a": ["x", "z"], "list": [{"c": ["w"]}, {"b": ["y", "v"]}, {"d": ["u"]}], "e": ["t"]})));
        let both = json!({"a": ["x", "z"], "list": [{"c": ["w"]}, {"b": ["y", "v"]}, {"d": ["u"]}], "e": ["t"]});
        assert_eq!(Value::Object(one.0), both);
    }
}
