//! `file_owner_scan`.

use action::{Action, Ctx, Kind};
use base::{Error, Result, loose::Natural};
use serde::Serialize;
use serde_json::Value;

use super::{
    allow::{self, Doing},
    db::{self, Field, Order},
    view::View,
};

/// More keys of an order than these say nothing new.
const KEYS: usize = 16;

action::declare! {
    /// Lists the files of an owner: the caller's own, or those of something that he may edit.
    pub struct OwnerScan;
    /// Whose files, and which of them.
    pub struct OwnerScanParams {
        /// Id of the owner; the caller when left out.
        owner_id: String,
        /// What the owner is: user, package, resource, group, organization …
        owner_type: String = "user".to_owned(),
        /// Files to pass over.
        start: Natural = Natural(0),
        /// At most so many.
        rows: Natural = Natural(10),
        /// A field, or a list of fields and of pairs like ["size", "desc"].
        sort: Value = Value::String("name".to_owned()),
    }
}

/// How many there are, and a part of them.
#[derive(Serialize)]
pub struct Found {
    count: i64,
    results: Vec<View>,
}

impl Action for OwnerScan {
    const NAME: &'static str = "file_owner_scan";
    const KIND: Kind = Kind::Read;
    type Params = OwnerScanParams;
    type Subject = String;
    type Output = Found;

    fn allow(ctx: &mut Ctx, params: &OwnerScanParams) -> Result<String> {
        let own = (params.owner_type == "user").then(|| ctx.actor.id().map(str::to_owned)).flatten();
        let owner = params.owner_id.clone().filter(|id| !id.is_empty()).or(own).unwrap_or_default();
        let allowed = ctx.actor.is_sysadmin()
            || (ctx.app.settings.files.scan_as_update
                && !ctx.actor.is_anonymous()
                && allow::owner_permits(ctx, (&params.owner_type, &owner), Doing::Update)?);
        if allowed { Ok(owner) } else { Err(Error::denied("Not allowed to list files")) }
    }

    fn run(ctx: &mut Ctx, params: OwnerScanParams, owner_id: String) -> Result<Found> {
        let orders = orders(&params.sort)?;
        let (Natural(rows), Natural(start)) = (params.rows, params.start);
        if params.owner_type.contains('\0') || owner_id.contains('\0') {
            return Ok(Found { count: 0, results: Vec::new() });
        }
        let owner = (params.owner_type.as_str(), owner_id.as_str());
        let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let count = db::count(ctx.db()?, owner)?;
        let page = (number(rows.min(ctx.app.settings.search.rows_max)), number(start));
        let results = db::list(ctx.db()?, owner, &orders, page)?;
        Ok(Found { count, results: results.into_iter().map(|(file, owner)| View::new(file, owner)).collect() })
    }
}

/// A name, or a list of names and of pairs of a name and a direction.
fn orders(sort: &Value) -> Result<Vec<Order>> {
    let fault = |message: String| Error::invalid("sort", message);
    let parts = match sort {
        Value::Array(parts) => parts.iter().collect(),
        one => vec![one],
    };
    let mut orders = Vec::new();
    for part in parts.into_iter().take(KEYS) {
        let (name, direction) = match part {
            Value::String(name) => (name.as_str(), "asc"),
            Value::Array(pair) => match pair.as_slice() {
                [Value::String(name), Value::String(direction)] => (name.as_str(), direction.as_str()),
                _ => return Err(fault(format!("Invalid sort value: {part}"))),
            },
            _ => return Err(fault(format!("Invalid sort value: {part}"))),
        };
        if !matches!(direction, "asc" | "desc") {
            return Err(fault(format!("Invalid sort direction: {direction}")));
        }
        let field = match name {
            "name" => Field::Name,
            "storage" => Field::Storage,
            "location" => Field::Location,
            "size" => Field::Size,
            "hash" => Field::Hash,
            "created" => Field::Created,
            "storage_data" => Field::StorageData,
            "plugin_data" => Field::PluginData,
            "owner_id" => Field::OwnerId,
            "owner_type" => Field::OwnerType,
            "pinned" => Field::Pinned,
            _ => return Err(fault(format!("Invalid sort field: {name}"))),
        };
        orders.push((field, direction == "desc"));
    }
    Ok(orders)
}
