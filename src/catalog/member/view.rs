//! A user as everybody may see him. Never shows an e-mail address, a password or a key.

use base::time::Stamp;
use serde_json::{Map, Value, json};

use super::db::Account;

/// md5 of nothing: the hash of a user without an address.
const NO_EMAIL: &str = "d41d8cd98f00b204e9800998ecf8427e";

/// The fourteen keys that CKAN shows to strangers.
#[must_use]
pub fn public(account: &Account) -> Map<String, Value> {
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
        "image_display_url": row.image_url,
    });
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
