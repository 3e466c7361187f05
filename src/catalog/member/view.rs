//! A user as everybody may see him, and a membership. Never shows an e-mail address, a password or a key.

use action::Ctx;
use base::{id, time::Stamp};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::db::Account;
use crate::picture::{self, Of};

/// md5 of nothing: the hash of a user without an address.
const NO_EMAIL: &str = "d41d8cd98f00b204e9800998ecf8427e";

/// The fourteen keys that CKAN shows to strangers.
#[must_use]
pub fn public(ctx: &Ctx, account: &Account) -> Map<String, Value> {
    let row = &account.row;
    let display_name = row.fullname.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(&row.name);
    let value = json!({
        "id": row.id,
        "name": row.name,
        "fullname": row.fullname,
        "created": Stamp::from_naive(row.created),
        "about": row.about,
        "last_active": row.last_active.map(Stamp::from_naive),
        "activity_streams_email_notifications": row.activity_streams_email_notifications,
        "sysadmin": row.sysadmin,
        "state": row.state,
        "image_url": row.image_url,
        "display_name": display_name,
        "email_hash": account.email_hash.as_deref().unwrap_or(NO_EMAIL),
        "number_created_packages": account.datasets,
        "image_display_url": row.image_url.as_deref().map(|image| picture::address(ctx, Of::User, image)),
    });
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// That something belongs to an organization or group (shape `member`).
#[derive(Debug, Serialize)]
pub struct MemberView {
    id: String,
    table_name: &'static str,
    table_id: String,
    capacity: String,
    group_id: String,
    state: &'static str,
}

impl MemberView {
    /// `table_name` is user, package or group, `table_id` the id of that.
    #[must_use]
    pub fn new(group_id: &str, table_name: &'static str, table_id: &str, capacity: &str) -> Self {
        Self {
            id: id::of_name("member", &format!("{group_id}/{table_id}")),
            table_name,
            table_id: table_id.to_owned(),
            capacity: capacity.to_owned(),
            group_id: group_id.to_owned(),
            state: "active",
        }
    }
}
