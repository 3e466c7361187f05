//! A user as everybody may see him, and a membership. Never shows an e-mail address, a password or a key.

use action::Ctx;
use base::{id, time::Stamp};
use serde::Serialize;
use serde_json::{Map, Value};

use super::db::Account;
use crate::picture::{self, Of};

/// md5 of nothing: the hash of a user without an address.
const NO_EMAIL: &str = "d41d8cd98f00b204e9800998ecf8427e";

/// A user as he may be shown.
#[derive(Serialize)]
pub struct UserFields<'a> {
    id: &'a str,
    name: &'a str,
    fullname: Option<&'a str>,
    created: Stamp,
    about: Option<&'a str>,
    last_active: Option<Stamp>,
    activity_streams_email_notifications: bool,
    sysadmin: bool,
    state: &'a str,
    image_url: Option<&'a str>,
    display_name: &'a str,
    email_hash: &'a str,
    number_created_packages: i64,
    image_display_url: Option<String>,
    /// In the organization or group that the list is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<&'a str>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub own: Option<Own<'a>>,
}

/// What only he himself and sysadmins may see.
#[derive(Serialize)]
pub struct Own<'a> {
    /// Always null, as in CKAN today.
    pub apikey: (),
    pub email: Option<&'a str>,
}

/// The fourteen keys that CKAN shows to strangers.
#[must_use]
pub fn fields<'a>(ctx: &Ctx, account: &'a Account) -> UserFields<'a> {
    let row = &account.row;
    UserFields {
        id: &row.id,
        name: &row.name,
        fullname: row.fullname.as_deref(),
        created: Stamp::from_naive(row.created),
        about: row.about.as_deref(),
        last_active: row.last_active.map(Stamp::from_naive),
        activity_streams_email_notifications: row.activity_streams_email_notifications,
        sysadmin: row.sysadmin,
        state: &row.state,
        image_url: row.image_url.as_deref(),
        display_name: row.fullname.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(&row.name),
        email_hash: account.email_hash.as_deref().unwrap_or(NO_EMAIL),
        number_created_packages: account.datasets,
        image_display_url: row.image_url.as_deref().map(|image| picture::address(ctx, Of::User, image)),
        capacity: None,
        own: None,
    }
}

/// [`fields`], for who adds to them.
#[must_use]
pub fn public(ctx: &Ctx, account: &Account) -> Map<String, Value> {
    document(&fields(ctx, account))
}

/// The JSON object of a user: texts and numbers, which always become one.
#[must_use]
pub fn document(fields: &UserFields<'_>) -> Map<String, Value> {
    match serde_json::to_value(fields) {
        Ok(Value::Object(map)) => map,
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
