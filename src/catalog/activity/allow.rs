//! Who may see activities: whoever may see what they are about, and the version that they hold.

use std::sync::Arc;

use action::Ctx;
use base::{Error, Result};
use model::Document;

use super::db::{self, ActivityRow};
use crate::package::{self, allow::needed};

/// `activity_show`, `activity_data_show`, `activity_diff`: an activity of a dataset whose labels the caller holds. With
/// `in_detail` he must be allowed to change the dataset, unless the site shows everybody (`public_activity_stream_detail`).
///
/// # Errors
/// Validation without an id; NotFound; Denied.
pub fn may_show(ctx: &mut Ctx, id: Option<&String>, in_detail: bool) -> Result<ActivityRow> {
    let row = db::find(ctx.db()?, needed(id, "id")?)?.ok_or_else(|| Error::not_found(""))?;
    if ctx.actor.is_sysadmin() {
        return Ok(row);
    }
    if !row.activity_type.as_deref().is_some_and(|kind| kind.contains("package")) {
        return Err(Error::denied("object_type not recognized"));
    }
    if !ctx.actor.meets(row.permission_labels.as_deref().unwrap_or_default()) {
        return Err(Error::denied("Unauthorized to view activity data"));
    }
    let document = dataset(ctx, row.object_id.as_deref().unwrap_or_default())?;
    if !in_detail || ctx.app.settings.activity.public_detail {
        package::allow::may_read(&ctx.actor, &document)?;
    } else if !package::allow::is_editable(&ctx.app, &ctx.actor, &document) {
        return Err(Error::denied(format!("User {} not authorized to edit package {}", ctx.actor.name(), document.id)));
    }
    Ok(row)
}

fn dataset(ctx: &mut Ctx, id: &str) -> Result<Arc<Document>> {
    package::allow::find(ctx, id, "")
}

/// The caller's id, for his dashboard.
///
/// # Errors
/// Denied for nobody.
pub fn logged_in(ctx: &Ctx) -> Result<String> {
    let id = ctx.actor.id().map(str::to_owned);
    id.ok_or_else(|| Error::denied("You must be logged in to access your dashboard."))
}

/// What only sysadmins may.
///
/// # Errors
/// Denied.
pub fn sysadmin(ctx: &Ctx) -> Result<()> {
    if ctx.actor.is_sysadmin() { Ok(()) } else { Err(Error::denied("")) }
}

/// Ids and names of the users whose doings lists leave out.
#[must_use]
pub fn hidden(ctx: &Ctx) -> Vec<String> {
    let settings = &ctx.app.settings;
    if settings.activity.hidden_users.is_empty() {
        vec![settings.site_id.clone()]
    } else {
        settings.activity.hidden_users.clone()
    }
}
