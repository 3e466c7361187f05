//! Organizations and groups: what their own answers say of them, and what a dataset's document quotes.

use base::time::Stamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Translated;

/// What every answer about an organization or group says of it, whoever asks (shapes `organization_show`, `group_show`,
/// `organization_list_all_fields`).
#[derive(Serialize)]
pub struct GroupFields<'a> {
    pub approval_status: &'a str,
    pub created: Stamp,
    pub description: &'a str,
    pub display_name: &'a str,
    pub id: &'a str,
    pub image_display_url: String,
    pub image_url: &'a str,
    pub is_organization: bool,
    pub name: &'a str,
    pub state: &'a str,
    pub title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title_translated: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description_translated: Option<&'a Value>,
    pub r#type: &'a str,
}

/// `package.organization`: nine keys (CKAN 2.12).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationQuote {
    pub id: String,
    pub name: String,
    pub title: String,
    pub r#type: String,
    pub description: String,
    pub image_url: String,
    pub created: Stamp,
    pub is_organization: bool,
    pub approval_status: String,
    pub state: String,
    /// The title by language; not quoted.
    #[serde(skip)]
    pub title_translated: Translated,
}

/// An item of `package.groups`: six keys (CKAN 2.12).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupQuote {
    pub description: String,
    pub display_name: String,
    pub id: String,
    pub image_display_url: String,
    pub name: String,
    pub title: String,
    /// The title by language; not quoted.
    #[serde(skip)]
    pub title_translated: Translated,
}
