//! `activity_diff`.

use action::{Action, Ctx, Kind};
use base::{Error, Result};
use serde::Serialize;

use super::{
    allow, compare,
    data_show::object,
    db::{self, ActivityRow},
    pretty,
    view::{self, View},
};
use crate::package::allow::needed;

action::declare! {
    /// Returns what an activity changed: the difference between the dataset then and before, or at another activity. For those
    /// who may change it.
    pub struct Diff;
    /// Which activity, and how the difference is written.
    pub struct DiffParams {
        /// Id of the activity.
        id: String,
        /// package, group, organization or user.
        object_type: String,
        /// Id of another activity of the same object, to compare with; left out: the one before.
        old_id: String,
        /// unified, context or html.
        diff_type: String,
    }
}

/// The difference, and both activities.
#[derive(Serialize)]
pub struct DiffView {
    diff: String,
    activities: [View; 2],
}

impl Action for Diff {
    const NAME: &'static str = "activity_diff";
    const KIND: Kind = Kind::Read;
    type Params = DiffParams;
    type Subject = (ActivityRow, Option<ActivityRow>, String);
    type Output = DiffView;

    fn allow(ctx: &mut Ctx, params: &DiffParams) -> Result<Self::Subject> {
        needed(params.id.as_ref(), "id")?;
        let part = needed(params.object_type.as_ref(), "object_type")?;
        let row = allow::may_show(ctx, params.id.as_ref(), true)?;
        let old = params.old_id.as_ref().map(|id| allow::may_show(ctx, Some(id), true)).transpose()?;
        Ok((row, old, part.to_owned()))
    }

    fn run(ctx: &mut Ctx, params: DiffParams, (row, old, part): Self::Subject) -> Result<DiffView> {
        let before = match old {
            Some(old) if old.object_id == row.object_id => old,
            Some(_) => return Err(Error::invalid("old_id", "It is an activity of another object")),
            None => previous(ctx, &row)?,
        };
        let missing = || Error::not_found("Could not find object in the activity data");
        let old = pretty::lines(&object(&before, &part)?.ok_or_else(missing)?);
        let new = pretty::lines(&object(&row, &part)?.ok_or_else(missing)?);
        let diff = match params.diff_type.as_deref().unwrap_or("unified") {
            "unified" => compare::unified(&old, &new),
            "context" => compare::context(&old, &new),
            "html" => compare::html(&old, &new),
            _ => return Err(Error::invalid_text("diff_type not recognized")),
        };
        Ok(DiffView { diff, activities: [view::of(ctx, before)?, view::of(ctx, row)?] })
    }
}

fn previous(ctx: &mut Ctx, row: &ActivityRow) -> Result<ActivityRow> {
    // Views of a dataset's resources are told as its activities, but hold no version of it.
    let ending = row.activity_type.as_deref().and_then(|kind| kind.rsplit(' ').next()).unwrap_or_default().to_owned();
    db::previous(ctx.db()?, row, &ending)?
        .filter(|before| ctx.actor.meets(before.permission_labels.as_deref().unwrap_or_default()))
        .ok_or_else(|| Error::not_found("Previous activity for this object not found"))
}
