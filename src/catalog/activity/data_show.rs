//! `activity_data_show`.

use action::{Action, Ctx, Kind, Raw};
use base::{Error, Result};
use serde_json::{Map, Value};

use super::{allow, db::ActivityRow};

action::declare! {
    /// Returns what an activity holds: the dataset as it was then. For those who may change the dataset.
    pub struct DataShow;
    /// Which activity.
    pub struct DataShowParams {
        /// Id of the activity.
        id: String,
        /// Only this part: package, group or actor.
        object_type: String,
    }
}

impl Action for DataShow {
    const NAME: &'static str = "activity_data_show";
    const KIND: Kind = Kind::Read;
    type Params = DataShowParams;
    type Subject = ActivityRow;
    type Output = Raw;

    fn allow(ctx: &mut Ctx, params: &DataShowParams) -> Result<ActivityRow> {
        allow::may_show(ctx, params.id.as_ref(), true)
    }

    fn run(_ctx: &mut Ctx, params: DataShowParams, row: ActivityRow) -> Result<Raw> {
        let Some(part) = params.object_type.filter(|part| !part.is_empty()) else { return Ok(Raw(row.data)) };
        let missing = "Could not find that object_type in the activity";
        object(&row, &part)?.map(|value| Raw(value.to_string())).ok_or_else(|| Error::not_found(missing))
    }
}

/// A part of what an activity holds.
///
/// # Errors
/// Internal, if the row is damaged.
pub fn object(row: &ActivityRow, part: &str) -> Result<Option<Value>> {
    let mut data: Map<String, Value> = serde_json::from_str(&row.data).map_err(Error::internal)?;
    Ok(data.remove(part))
}
