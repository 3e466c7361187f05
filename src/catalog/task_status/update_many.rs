//! `task_status_update_many`.

use action::{Action, Ctx, Dict, Kind};
use base::{Error, Result};
use serde::Serialize;
use serde_json::Value;

use super::{View, update};

action::declare! {
    /// Stores several task statuses at once: all of them or none. Sysadmins only.
    pub struct UpdateMany;
    /// The task statuses.
    pub struct UpdateManyParams {
        /// List of task statuses, as task_status_update takes them.
        data: Value,
    }
}

/// The task statuses as they are now.
#[derive(Serialize)]
pub struct Results {
    results: Vec<View>,
}

impl Action for UpdateMany {
    const NAME: &'static str = "task_status_update_many";
    const KIND: Kind = Kind::Write;
    type Params = UpdateManyParams;
    type Subject = Vec<Dict>;
    type Output = Results;

    /// Each is asked for by itself, as it comes to its turn.
    fn allow(_ctx: &mut Ctx, params: &UpdateManyParams) -> Result<Vec<Dict>> {
        let data = params.data.as_ref().ok_or_else(|| Error::invalid("data", "Missing value"))?;
        let items = data.as_array().and_then(|items| items.iter().map(|item| item.as_object().cloned().map(Dict)).collect());
        items.ok_or_else(|| Error::invalid("data", "Must be a list of dicts"))
    }

    fn run(ctx: &mut Ctx, _params: UpdateManyParams, items: Vec<Dict>) -> Result<Results> {
        let mut results = Vec::with_capacity(items.len());
        for item in items {
            let before = update::allow(ctx, &item)?;
            results.push(update::store(ctx, &item, before)?);
        }
        Ok(Results { results })
    }
}
