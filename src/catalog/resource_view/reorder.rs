//! `resource_view_reorder`.

use action::{Action, Ctx, Kind};
use base::{Error, ErrorDict, Result, loose};
use serde_json::{Value, json};

use super::{allow, check::fault, db};
use crate::resource;

action::declare! {
    /// Puts the views of a resource into an order; those that are not named come last, as they were.
    pub struct Reorder;
    /// Which resource, and the order.
    pub struct ReorderParams {
        /// Id of the resource.
        id: String,
        /// Ids of its views.
        order: Value,
    }
}

impl Action for Reorder {
    const NAME: &'static str = "resource_view_reorder";
    const KIND: Kind = Kind::Write;
    type Params = ReorderParams;
    type Subject = (String, Vec<String>);
    type Output = Value;

    fn allow(ctx: &mut Ctx, params: &ReorderParams) -> Result<(String, Vec<String>)> {
        let mut errors = ErrorDict::default();
        let id = params.id.clone().filter(|id| !id.is_empty());
        for (missing, field) in [(id.is_none(), "id"), (params.order.is_none(), "order")] {
            if missing {
                errors.add(field, "Missing value");
            }
        }
        errors.into_result()?;
        let Some(Value::Array(items)) = &params.order else { return Err(fault("order", "Must supply order as a list")) };
        let order: Vec<String> = items.iter().map(loose::text_of).collect();
        let mut sorted: Vec<&String> = order.iter().collect();
        sorted.sort_unstable();
        if sorted.array_windows().any(|[one, other]| one == other) {
            return Err(fault("order", "No duplicates allowed in order"));
        }
        let id = id.unwrap_or_default();
        if resource::db::package_of(ctx.db()?, &id)?.is_none() {
            return Err(Error::not_found("Resource was not found."));
        }
        allow::may_change(ctx, &id, "edit")?;
        Ok((id, order))
    }

    fn run(ctx: &mut Ctx, _params: ReorderParams, (id, order): (String, Vec<String>)) -> Result<Value> {
        let mut rest: Vec<String> = db::of_resource(ctx.db()?, &id)?.into_iter().map(|row| row.id).collect();
        for view in &order {
            let Some(place) = rest.iter().position(|known| known == view) else {
                return Err(fault("order", format!("View {view} does not exist")));
            };
            rest.remove(place);
        }
        let order: Vec<String> = order.into_iter().chain(rest).collect();
        for (view, position) in order.iter().zip(1..) {
            db::place(ctx.db()?, view, position)?;
        }
        Ok(json!({"id": id, "order": order}))
    }
}
