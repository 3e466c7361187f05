//! Options with the places where they were given.

use std::collections::BTreeMap;

use super::Options;

/// Options, and where each was given: `ckan.ini:12`, `kurak.toml`, or a variable's name.
#[derive(Clone, Debug, Default)]
pub struct Given {
    pub options: Options,
    /// By the same names.
    pub origins: BTreeMap<String, String>,
}

impl Given {
    /// Sets one.
    pub fn put(&mut self, name: &str, value: &str, origin: String) {
        self.options.insert(name.to_owned(), value.to_owned());
        self.origins.insert(name.to_owned(), origin);
    }

    /// Takes all of the other, which counts more.
    pub fn extend(&mut self, other: Self) {
        self.options.extend(other.options);
        self.origins.extend(other.origins);
    }

    /// Takes what is not there yet.
    pub fn fill(&mut self, mut other: Self) {
        std::mem::swap(self, &mut other);
        self.extend(other);
    }
}

/// An option as it counts, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    pub name: String,
    /// Secrets are hidden.
    pub value: String,
    /// `ckan.ini:12`, a variable's name, or `default`.
    pub source: String,
}
