//! A resource as `resource_show` answers it.

use base::time::Stamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A file, link or service of a dataset. Keys that kurak does not know are kept with their JSON type.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    #[serde(default)]
    pub cache_last_updated: Option<Stamp>,
    #[serde(default)]
    pub cache_url: Option<String>,
    #[serde(default)]
    pub created: Option<Stamp>,
    /// Absent where the portal has no DataStore (`ckan.plugins`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datastore_active: Option<bool>,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub format: String,
    #[serde(default)]
    pub hash: String,
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub last_modified: Option<Stamp>,
    #[serde(default)]
    pub metadata_modified: Option<Stamp>,
    #[serde(default)]
    pub mimetype: Option<String>,
    #[serde(default)]
    pub mimetype_inner: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub package_id: String,
    #[serde(default)]
    pub position: i32,
    #[serde(default)]
    pub resource_type: Option<String>,
    /// Bytes.
    #[serde(default)]
    pub size: Option<i64>,
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub url: String,
    #[serde(default)]
    pub url_type: Option<String>,
    /// Every other key, as it was sent.
    #[serde(flatten)]
    pub extras: Map<String, Value>,
}

impl Resource {
    /// The version as clients see it: another one after each change of this resource, none after changes of others.
    #[must_use]
    pub fn tag(&self) -> String {
        self.metadata_modified.map_or_else(String::new, |at| format!("{:x}", at.micros()))
    }
}
