//! `resource_view_create`.

use action::{Action, Ctx, Field, Kind};
use base::{Result, loose::Loose};
use model::Document;
use serde_json::{Map, Value};

use super::{
    allow, check,
    db::{self, ViewRow},
    plugin, view,
};
use crate::{activity, package::allow::needed};

action::declare! {
    /// Adds a view to a resource. It comes behind the others.
    pub struct Create;
    /// The view. Each kind of view takes some keys of its own.
    pub struct CreateParams(fields());
}

/// What clients may send of a view.
#[must_use]
pub fn fields() -> Vec<Field> {
    let field = |name, doc| Field { name, doc, schema: String::schema() };
    vec![
        field("resource_id", "Id of the resource."),
        field("title", "Title."),
        field("description", "A few words, Markdown."),
        field("view_type", "Kind of view, such as image_view or text_view; never changes."),
        field("id", "A UUID; sysadmins only."),
    ]
}

impl Action for Create {
    const NAME: &'static str = "resource_view_create";
    const KIND: Kind = Kind::Write;
    type Params = CreateParams;
    type Subject = (ViewRow, Document);
    type Output = Map<String, Value>;

    fn allow(ctx: &mut Ctx, params: &CreateParams) -> Result<(ViewRow, Document)> {
        let resource_id = params.0.text("resource_id");
        needed(resource_id.as_ref(), "resource_id")?;
        let kind = params.0.text("view_type");
        check_new(ctx, needed(kind.as_ref(), "view_type")?, &params.0.0)
    }

    fn run(ctx: &mut Ctx, _params: CreateParams, (row, document): (ViewRow, Document)) -> Result<Map<String, Value>> {
        store(ctx, row, &document)
    }
}

/// The view as it shall be, with the locked dataset, for someone who may add to that.
///
/// # Errors
/// Validation, NotFound, Denied.
pub fn check_new(ctx: &mut Ctx, kind: &str, dict: &Map<String, Value>) -> Result<(ViewRow, Document)> {
    let Some(plugin) = plugin::find(&ctx.app.settings, kind) else {
        return Err(check::fault("view_type", format!("No plugin found for view_type {kind}")));
    };
    let row = check::new(ctx, plugin, dict)?;
    let document = allow::may_create(ctx, &row.resource_id)?;
    Ok((row, document))
}

/// Stores a new view behind the others. Nothing in memory follows from views, so the change log is not told.
///
/// # Errors
/// What the database says.
pub fn store(ctx: &mut Ctx, mut row: ViewRow, document: &Document) -> Result<Map<String, Value>> {
    let connection = ctx.db()?;
    row.position = db::next_position(connection, &row.resource_id)?;
    db::insert(connection, std::slice::from_ref(&row))?;
    activity::write::views(ctx, [(&row, document)], "new")?;
    Ok(view::of(row, &document.id))
}
