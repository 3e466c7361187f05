//! `resource_view_list`.

use std::sync::Arc;

use action::{Action, Ctx, Kind};
use base::Result;
use model::Document;
use serde_json::{Map, Value};

use super::{allow, db, plugin, view};
use crate::package::allow::needed;

action::declare! {
    /// Returns the views of a resource in their order, to whoever may see it.
    pub struct List;
    /// Of which resource.
    pub struct ListParams {
        /// Id of the resource.
        id: String,
    }
}

impl Action for List {
    const NAME: &'static str = "resource_view_list";
    const KIND: Kind = Kind::Read;
    type Params = ListParams;
    type Subject = (String, Arc<Document>);
    type Output = Vec<Map<String, Value>>;

    fn allow(ctx: &mut Ctx, params: &ListParams) -> Result<(String, Arc<Document>)> {
        let id = needed(params.id.as_ref(), "id")?;
        Ok((id.to_owned(), allow::may_read(ctx, id)?))
    }

    fn run(ctx: &mut Ctx, _params: ListParams, (id, dataset): (String, Arc<Document>)) -> Result<Vec<Map<String, Value>>> {
        let mut rows = db::of_resource(ctx.db()?, &id)?;
        rows.retain(|row| plugin::find(&ctx.app.settings, &row.view_type).is_some());
        Ok(rows.into_iter().map(|row| view::of(row, &dataset.id)).collect())
    }
}
