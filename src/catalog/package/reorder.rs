//! `package_resource_reorder`.

use std::collections::HashSet;

use action::{Action, Ctx, Kind};
use base::{Error, ErrorDict, Result, loose};
use model::{Document, document};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    allow::{self, needed},
    db,
};
use crate::resource::write;

action::declare! {
    /// Puts resources of a dataset first, in the given order; the others follow as they stood.
    pub struct Reorder;
    /// Which dataset, and the order.
    pub struct ReorderParams {
        /// Id or name of the dataset.
        id: String,
        /// Ids of its resources.
        order: Value,
    }
}

/// The dataset as it was named, and all its resources in their new order.
#[derive(Serialize)]
pub struct Reordered {
    id: String,
    order: Vec<String>,
}

impl Action for Reorder {
    const NAME: &'static str = "package_resource_reorder";
    const KIND: Kind = Kind::Write;
    type Params = ReorderParams;
    type Subject = (Document, Vec<String>);
    type Output = Reordered;

    /// CKAN's order of checks: the list, what the caller may see, the resources, what he may change.
    fn allow(ctx: &mut Ctx, params: &ReorderParams) -> Result<(Document, Vec<String>)> {
        let key = needed(params.id.as_ref(), "id")?;
        let given = given(params.order.as_ref())?;
        let document = db::lock(ctx.db()?, key)?.ok_or_else(|| Error::not_found(""))?;
        allow::may_read(&ctx.actor, &document)?;
        let present: Vec<String> = document::parse(&document.body)?.resources.into_iter().map(|resource| resource.id).collect();
        let known: HashSet<&str> = present.iter().map(String::as_str).collect();
        if let Some(unknown) = given.iter().find(|id| !known.contains(id.as_str())) {
            return Err(fault(&format!("resource_id {unknown} can not be found")));
        }
        if !allow::is_editable(&ctx.app, &ctx.actor, &document) {
            return Err(Error::denied(format!("User {} not authorized to edit package {}", ctx.actor.name(), document.id)));
        }
        ctx.meet(|_| Ok(document.tag()))?;
        let first: HashSet<&str> = given.iter().map(String::as_str).collect();
        let rest: Vec<String> = present.iter().filter(|id| !first.contains(id.as_str())).cloned().collect();
        Ok((document, [given, rest].concat()))
    }

    fn run(ctx: &mut Ctx, params: ReorderParams, (document, order): (Document, Vec<String>)) -> Result<Reordered> {
        let places: std::collections::HashMap<&str, usize> =
            order.iter().enumerate().map(|(place, id)| (id.as_str(), place)).collect();
        write::store(ctx, document, |items| {
            items.sort_by_key(|item| item.get("id").and_then(Value::as_str).and_then(|id| places.get(id).copied()));
            Ok(0)
        })?;
        Ok(Reordered { id: params.id.unwrap_or_default(), order })
    }
}

/// The ids that were given, each once.
fn given(order: Option<&Value>) -> Result<Vec<String>> {
    let order = order.ok_or_else(|| Error::invalid("order", "Missing value"))?;
    let Value::Array(items) = order else { return Err(fault("Must be a list of resource")) };
    let ids: Vec<String> = items.iter().map(loose::text_of).collect();
    let unique: HashSet<&String> = ids.iter().collect();
    if unique.len() == ids.len() { Ok(ids) } else { Err(fault("Must supply unique resource_ids")) }
}

/// A plain text, as CKAN has it here.
fn fault(message: &str) -> Error {
    let mut errors = ErrorDict::default();
    errors.set("order", json!(message));
    Error::validation(errors)
}
