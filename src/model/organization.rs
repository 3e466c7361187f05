//! What a dataset's document says of its organization and groups.

use base::time::Stamp;
use serde::{Deserialize, Serialize};

use crate::Translated;

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
