//! A dataset as `package_show` answers it.

use base::time::Stamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::{GroupQuote, OrganizationQuote, Resource, Translated, beside::Beside};

/// A dataset. `organization` and `groups` are read from full answers but never written by [`crate::document::body`]:
/// they quote other objects and are put in when the document is read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Package {
    #[serde(default)]
    pub author: Option<String>,
    #[serde(default)]
    pub author_email: Option<String>,
    #[serde(default)]
    pub creator_user_id: Option<String>,
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub isopen: bool,
    #[serde(default)]
    pub license_id: Option<String>,
    #[serde(default)]
    pub license_title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license_url: Option<String>,
    #[serde(default)]
    pub maintainer: Option<String>,
    #[serde(default)]
    pub maintainer_email: Option<String>,
    #[serde(default)]
    pub metadata_created: Option<Stamp>,
    #[serde(default)]
    pub metadata_modified: Option<Stamp>,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub notes: Option<String>,
    /// The description by language (ckanext-fluent); absent when there is none.
    #[serde(default, skip_serializing_if = "Translated::is_empty")]
    pub notes_translated: Translated,
    #[serde(default)]
    pub num_resources: usize,
    #[serde(default)]
    pub num_tags: usize,
    #[serde(default)]
    pub owner_org: Option<String>,
    #[serde(default)]
    pub private: bool,
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub title: String,
    /// The title by language (ckanext-fluent); absent when there is none.
    #[serde(default, skip_serializing_if = "Translated::is_empty")]
    pub title_translated: Translated,
    #[serde(default)]
    pub r#type: String,
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub version: Option<String>,
    #[serde(default)]
    pub extras: Vec<Extra>,
    #[serde(default)]
    pub resources: Vec<Resource>,
    #[serde(default)]
    pub tags: Vec<Tag>,
    #[serde(default)]
    pub relationships_as_subject: Vec<Value>,
    #[serde(default)]
    pub relationships_as_object: Vec<Value>,
    #[serde(default, skip_serializing)]
    pub organization: Option<OrganizationQuote>,
    #[serde(default, skip_serializing)]
    pub groups: Vec<GroupQuote>,
    /// Fields that a schema of the site declares, beside all others.
    #[serde(flatten, skip_deserializing)]
    pub fields: Map<String, Value>,
}

impl Serialize for Package {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Package {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Map::new();
        let package = Self::deserialize(Beside { inner: deserializer, rest: &mut fields })?;
        Ok(Self { fields, ..package })
    }
}

/// A key and value of the publisher's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extra {
    pub key: String,
    pub value: String,
}

/// A tag as it stands in a dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    pub display_name: String,
    pub id: String,
    pub name: String,
    pub state: String,
    #[serde(default)]
    pub vocabulary_id: Option<String>,
}

impl Tag {
    /// A tag without a vocabulary. Its id follows from its name, so that no look-up is needed to write it.
    #[must_use]
    pub fn free(name: &str) -> Self {
        Self {
            display_name: name.to_owned(),
            id: base::id::of_name("tag", name),
            name: name.to_owned(),
            state: "active".to_owned(),
            vocabulary_id: None,
        }
    }

    /// A tag of a vocabulary, by the vocabulary's id. Its own id follows from both, for the same reason.
    #[must_use]
    pub fn of(vocabulary_id: &str, name: &str) -> Self {
        Self {
            id: base::id::of_name(&format!("tag of {vocabulary_id}"), name),
            vocabulary_id: Some(vocabulary_id.to_owned()),
            ..Self::free(name)
        }
    }
}
