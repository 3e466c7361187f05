//! The stored form of a dataset: rendered once at the write, copied ever after.
//!
//! The body is the JSON object of `package_show` without its closing brace and without `organization` and `groups`,
//! which quote other objects: they are put in behind the body whenever it is read, so that a new title of an
//! organization shows at once in each of its datasets.

use std::sync::Arc;

use base::{Error, Result, time::Stamp};

use crate::Package;

/// A dataset as it lies in `package_document`, in the index and in the cache.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub id: String,
    pub name: String,
    /// Counts the writes of this dataset, from 1.
    pub version: i64,
    pub owner_org: Option<String>,
    /// Ids of its groups, in the order in which they are shown.
    pub groups: Vec<String>,
    /// Permission labels: who may see it (`public`, `member-<organization>`, `creator-<user>`,
    /// `collaborator-<dataset>`).
    pub labels: Vec<String>,
    pub state: String,
    pub private: bool,
    pub metadata_modified: Stamp,
    pub body: Arc<str>,
}

impl Document {
    /// The version as clients see it: opaque, another one after each write, also of a dataset that was purged and made anew.
    #[must_use]
    pub fn tag(&self) -> String {
        tag(self.version, self.metadata_modified)
    }
}

/// See [`Document::tag`].
#[must_use]
pub fn tag(version: i64, modified: Stamp) -> String {
    format!("{version}-{:x}", modified.micros())
}

/// Renders the body.
///
/// # Errors
/// Internal, if the dataset cannot be serialised.
pub fn body(package: &Package) -> Result<String> {
    let mut text =
        serde_json::to_string(package).map_err(|error| Error::internal(format!("rendering {}: {error}", package.id)))?;
    text.pop();
    Ok(text)
}

/// The whole `package_show` object: the body with the JSON of its organization (`null` for none) and of its groups
/// (without brackets, comma separated).
pub fn splice(body: &str, organization: &str, groups: &str, into: &mut String) {
    into.reserve(body.len() + organization.len() + groups.len() + 32);
    into.push_str(body);
    into.push_str(",\"organization\":");
    into.push_str(organization);
    into.push_str(",\"groups\":[");
    into.push_str(groups);
    into.push_str("]}");
}

/// Reads a body back; `organization` and `groups` stay empty.
///
/// # Errors
/// Internal, if the body is damaged.
pub fn parse(body: &str) -> Result<Package> {
    let mut text = String::with_capacity(body.len() + 1);
    text.push_str(body);
    text.push('}');
    serde_json::from_str(&text).map_err(|error| Error::internal(format!("stored document: {error}")))
}

/// True for a body that is JSON when it is closed. Nothing but a hand in the database makes another one.
#[must_use]
pub fn is_sound(body: &str) -> bool {
    body.starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(&[body, "}"].concat()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_with_its_quotes_is_the_dataset_again() {
        let mut package = Package { id: "1".to_owned(), name: "n".to_owned(), ..Package::default() };
        package.fields.insert("an \"own\" field".to_owned(), serde_json::json!({"ky": [1, null]}));
        package.resources.push(crate::Resource { id: "r".to_owned(), ..crate::Resource::default() });
        let body = body(&package).unwrap();
        assert_eq!(parse(&body).unwrap(), package);
        assert!(is_sound(&body) && is_sound("{") && !is_sound("") && !is_sound(body.split_at(body.len() / 2).0));
        let mut whole = String::new();
        splice(&body, "null", "", &mut whole);
        assert_eq!(serde_json::from_str::<Package>(&whole).unwrap(), package);
    }
}
