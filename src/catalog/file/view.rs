//! A file as clients see it (shape `file`).

use base::time::Stamp;
use serde::Serialize;
use serde_json::Value;

use super::db::{FileRow, OwnerRow};

/// A file and whose it is.
#[derive(Debug, Serialize)]
pub struct View {
    name: String,
    location: String,
    storage: String,
    content_type: String,
    size: i64,
    hash: String,
    algorithm: String,
    created: String,
    storage_data: Value,
    id: String,
    owner_type: Option<String>,
    owner_id: Option<String>,
    pinned: bool,
}

impl View {
    /// Of these rows.
    #[must_use]
    pub fn new(file: FileRow, owner: Option<OwnerRow>) -> Self {
        let pinned = owner.as_ref().is_some_and(|owner| owner.pinned);
        let (owner_type, owner_id) = owner.map_or((None, None), |owner| (Some(owner.owner_type), Some(owner.owner_id)));
        Self {
            name: file.name,
            location: file.location,
            storage: file.storage,
            content_type: file.content_type,
            size: file.size,
            hash: file.hash,
            algorithm: file.algorithm,
            created: format!("{}+00:00", Stamp::from_naive(file.created)),
            storage_data: file.storage_data,
            id: file.id,
            owner_type,
            owner_id,
            pinned,
        }
    }
}
