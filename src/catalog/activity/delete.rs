//! `activity_delete`.

use action::{Action, Ctx, Kind};
use base::{Error, ErrorDict, Result, loose, loose::Loose, time::Stamp};
use serde_json::{Value, json};

use super::{allow, db, window::Number};

/// Rows that go at a time unless said otherwise.
pub const BATCH: i64 = 50_000;
/// Nothing is older, in days.
const OLDEST: i64 = 36_500;

action::declare! {
    /// Removes an activity, those of a span of time, or those older than so many days. For sysadmins.
    pub struct Delete;
    /// Which activities.
    pub struct DeleteParams {
        /// Id of one activity.
        id: String,
        /// Where the span begins, ISO 8601.
        start_date: String,
        /// Where it ends, ISO 8601.
        end_date: String,
        /// How many days activities stay.
        offset_days: Number,
        /// How many of the newest of each object stay.
        keep: Number,
        /// How many go at a time.
        batch_size: Number,
    }
}

/// What shall go.
pub enum Which {
    One(String),
    Span { from: Stamp, to: Stamp, keep: i64, batch: i64 },
}

impl Action for Delete {
    const NAME: &'static str = "activity_delete";
    const KIND: Kind = Kind::Write;
    type Params = DeleteParams;
    type Subject = Which;
    type Output = Value;

    fn allow(ctx: &mut Ctx, params: &DeleteParams) -> Result<Which> {
        let which = read(params)?;
        allow::sysadmin(ctx)?;
        which
    }

    fn run(ctx: &mut Ctx, _params: DeleteParams, which: Which) -> Result<Value> {
        match which {
            Which::One(id) => {
                if db::delete(ctx.db()?, &id)? {
                    Ok(json!({"message": "Activity purged"}))
                } else {
                    Err(Error::not_found("Activity not found"))
                }
            }
            Which::Span { from, to, keep, batch } => {
                let gone = db::delete_range(ctx.db()?, from, to, keep, batch)?;
                Ok(message(gone))
            }
        }
    }
}

/// What is said of so many that went.
#[must_use]
pub fn message(gone: usize) -> Value {
    let text = match gone {
        0 => "No activities found matching the specified criteria.".to_owned(),
        _ => format!("Deleted {gone} rows from the activity table."),
    };
    json!({ "message": text })
}

/// A number that is neither left out nor nothing.
pub fn natural(sent: Option<&Number>, field: &str, errors: &mut ErrorDict) -> Option<i64> {
    let value = &sent?.0;
    if value.as_str() == Some("") || value.as_bool() == Some(false) {
        return None;
    }
    match i64::read(value) {
        Ok(number) if number < 0 => errors.add(field, "Must be a natural number"),
        Ok(number) => return Some(number).filter(|number| *number != 0),
        Err(message) => errors.add(field, message),
    }
    None
}

/// Faults of the parameters come before the question of rights, a span that ends before it begins after it.
fn read(params: &DeleteParams) -> Result<Result<Which>> {
    let mut errors = ErrorDict::default();
    let full = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let id = full(&params.id).filter(|id| !id.trim().is_empty());
    let (start, end) = (full(&params.start_date), full(&params.end_date));
    let sent = params.offset_days.as_ref().is_some_and(|days| !["", "0"].contains(&loose::text_of(&days.0).as_str()));
    if id.is_none() && (start.is_none() || end.is_none()) && !sent {
        errors.add("__before", "Either both start_date and end_date must be specified, or offset_days must be provided.");
    }
    let mut date = |text: Option<String>, field: &str| {
        let text = text?;
        let stamp = Stamp::parse(&text);
        if stamp.is_none() {
            errors.add(field, "Date format incorrect");
        }
        stamp
    };
    let (start, end) = (date(start, "start_date"), date(end, "end_date"));
    let days = natural(params.offset_days.as_ref(), "offset_days", &mut errors);
    let keep = natural(params.keep.as_ref(), "keep", &mut errors).unwrap_or(0);
    let batch = natural(params.batch_size.as_ref(), "batch_size", &mut errors).map_or(BATCH, |batch| batch.clamp(1_000, BATCH));
    errors.into_result()?;
    if let Some(id) = id {
        return Ok(Ok(Which::One(id)));
    }
    if let Some(days) = days {
        let back = days.min(OLDEST) * 86_400_000_000;
        let to = Stamp::from_micros(Stamp::now().micros() - back - 1).unwrap_or_else(Stamp::now);
        return Ok(Ok(Which::Span { from: beginning(), to, keep, batch }));
    }
    let (from, to) = (start.unwrap_or_else(beginning), end.unwrap_or_else(beginning));
    if from > to {
        return Ok(Err(Error::invalid_text("start_date cannot be greater than end_date.")));
    }
    Ok(Ok(Which::Span { from, to, keep, batch }))
}

/// Before every activity.
#[must_use]
pub fn beginning() -> Stamp {
    Stamp::from_micros(-OLDEST * 86_400_000_000).unwrap_or_else(Stamp::now)
}
