//! `group_create`, and what `organization_create` shares with it.

use action::{Action, Ctx, Dict, Field, FileField, Kind, Raw};
use base::{Result, loose::Loose};
use serde_json::{Value, json};

use super::{
    Family, allow, check,
    view::{self, Options},
    write,
};
use crate::picture::{self, Of};

action::declare! {
    /// Creates a group, whose admin is who made it.
    pub struct Create;
    /// The group.
    pub struct CreateParams(fields());
}

/// What clients may send of an organization or group.
#[must_use]
pub fn fields() -> Vec<Field> {
    let field = |name, doc, schema| Field { name, doc, schema };
    let text = String::schema;
    let list = |item: Value| json!({"type": "array", "items": item});
    let named = json!({"type": "object", "properties": {"name": text(), "capacity": text()}});
    vec![
        Field { name: "name", doc: "Unique name in URLs: 2 to 100 of a-z, 0-9, - and _.", schema: text() },
        field("id", "A UUID; sysadmins only.", text()),
        field("title", "Title.", text()),
        field("title_translated", "Title by language: {\"ky\": …, \"ru\": …, \"en\": …}.", json!({"type": "object"})),
        field("description", "What it is, Markdown.", text()),
        field("description_translated", "Description by language.", json!({"type": "object"})),
        field("image_url", "Address of a picture.", text()),
        field("clear_upload", "True: the uploaded picture goes.", bool::schema()),
        field("type", "Type; never changes.", text()),
        field("state", "active or deleted.", text()),
        field("approval_status", "approved unless said otherwise.", text()),
        field(
            "extras",
            "Further keys and values.",
            list(json!({"type": "object", "properties": {"key": text(), "value": text()}})),
        ),
        field("users", "Members; capacity is admin, editor or member.", list(named.clone())),
        field("groups", "The groups above it.", list(named)),
        field(
            "packages",
            "A group's datasets, by id or name; an organization takes none here.",
            list(json!({"type": "object", "properties": {"id": text()}})),
        ),
    ]
}

impl Action for Create {
    const NAME: &'static str = "group_create";
    const KIND: Kind = Kind::Write;
    const FILES: &'static [FileField] = picture::OF_GROUP;
    type Params = CreateParams;
    type Subject = ();
    type Output = Raw;

    fn allow(ctx: &mut Ctx, _params: &CreateParams) -> Result<()> {
        allow::may_create(ctx, Family::Group)
    }

    fn run(ctx: &mut Ctx, params: CreateParams, (): ()) -> Result<Raw> {
        make(ctx, Family::Group, &params.0)
    }
}

/// Checks and stores a new one.
///
/// # Errors
/// Validation with all faults.
pub fn make(ctx: &mut Ctx, family: Family, dict: &Dict) -> Result<Raw> {
    let mut dict = dict.0.clone();
    let file = picture::take(ctx, Of::Group, &mut dict, None)?;
    let draft = check::read(ctx, family, &dict, None)?;
    let row = write::create(ctx, draft)?;
    picture::put(ctx, Of::Group, file, &row.image_url)?;
    view::one(ctx, family, &row, Options::WRITTEN)
}
