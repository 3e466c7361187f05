//! Reads options one by one, and remembers which were asked for and what counts where they are not given.

use std::{cell::RefCell, collections::BTreeMap, fmt::Display, str::FromStr};

use base::{Error, Result, loose};
use serde_json::Value;

use super::Options;

/// What is said of an option that cannot be read.
pub fn wrong(name: &str, value: &str, expected: &str) -> Error {
    Error::bad_request(format!("the option {name} is \"{value}\", expected {expected}"))
}

/// The options, read.
pub struct Reader<'a> {
    pub options: &'a Options,
    /// What was asked for, with what counts where it is not given.
    defaults: RefCell<BTreeMap<String, String>>,
}

impl<'a> Reader<'a> {
    pub fn new(options: &'a Options) -> Self {
        Self { options, defaults: RefCell::default() }
    }

    /// What was asked for, with what counts where it is not given; empty: nothing does.
    pub fn defaults(&self) -> BTreeMap<String, String> {
        self.defaults.borrow().clone()
    }

    /// Notes what counts where an option is not given.
    pub fn tell(&self, name: &str, default: impl Display) {
        self.defaults.borrow_mut().insert(name.to_owned(), default.to_string());
    }

    fn get(&self, name: &str) -> Option<&String> {
        self.defaults.borrow_mut().entry(name.to_owned()).or_default();
        self.options.get(name)
    }

    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    pub fn text_or(&self, name: &str, default: String) -> String {
        self.tell(name, &default);
        self.text(name).unwrap_or(default)
    }

    pub fn words(&self, name: &str) -> Vec<String> {
        self.text(name)
            .unwrap_or_default()
            .split([' ', ',', '\n', '\t'])
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// An empty list is one, too.
    pub fn words_or(&self, name: &str, default: &[String]) -> Vec<String> {
        self.tell(name, default.join(" "));
        if self.has(name) { self.words(name) } else { default.to_vec() }
    }

    pub fn flag(&self, name: &str, default: bool) -> Result<bool> {
        self.tell(name, default);
        let Some(text) = self.text(name) else { return Ok(default) };
        loose::bool_of(&Value::String(text.clone())).ok_or_else(|| wrong(name, &text, "true or false"))
    }

    pub fn parsed<T: FromStr>(&self, name: &str, expected: &str) -> Result<Option<T>> {
        self.text(name).map(|text| text.parse().map_err(|_error| wrong(name, &text, expected))).transpose()
    }

    pub fn parsed_or<T: FromStr + Display>(&self, name: &str, expected: &str, default: T) -> Result<T> {
        self.tell(name, &default);
        Ok(self.parsed(name, expected)?.unwrap_or(default))
    }

    /// For what cannot be written as it is read: the default is told as a word.
    pub fn parsed_told<T: FromStr>(&self, name: &str, expected: &str, default: &str) -> Result<Option<T>> {
        self.tell(name, default);
        self.parsed(name, expected)
    }
}
