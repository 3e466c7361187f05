//! `package_create`.

use action::{Action, Ctx, Field, Kind, Raw};
use base::{Result, loose::Loose};
use serde_json::{Value, json};

use super::{
    allow,
    write::{Incoming, store_one},
};

action::declare! {
    /// Creates a dataset.
    ///
    /// The caller needs the right to create datasets in `owner_org`. Answers the dataset as `package_show` does, when
    /// it is stored and searchable.
    pub struct Create;
    /// The dataset.
    pub struct CreateParams(fields());
}

/// What clients may send of a dataset.
#[must_use]
pub fn fields() -> Vec<Field> {
    let field = |name, doc, schema| Field { name, doc, schema };
    let text = String::schema;
    let list = |item: Value| json!({"type": "array", "items": item});
    vec![
        field("id", "Of what changes: id or name; of a new one: a UUID, sysadmins only.", text()),
        Field { name: "name", doc: "Unique name in URLs: 2 to 100 of a-z, 0-9, - and _.", schema: text() },
        field("title", "Title; the name when left out.", text()),
        field("title_translated", "Title by language: {\"ky\": …, \"ru\": …, \"en\": …}.", json!({"type": "object"})),
        field("notes", "Description, Markdown.", text()),
        field("notes_translated", "Description by language.", json!({"type": "object"})),
        field("owner_org", "Id or name of the organization that owns it.", text()),
        field("private", "True: only members of the organization see it.", bool::schema()),
        field("author", "Name of the author.", text()),
        field("author_email", "E-mail address of the author.", text()),
        field("maintainer", "Name of the maintainer.", text()),
        field("maintainer_email", "E-mail address of the maintainer.", text()),
        field("license_id", "Id of the licence, see license_list.", text()),
        field("url", "Where the dataset comes from.", text()),
        field("version", "Version, at most 100 characters.", text()),
        field("state", "active, draft or deleted.", text()),
        field("type", "Type of dataset; never changes.", text()),
        field("tags", "Tags.", list(json!({"type": "object", "properties": {"name": text()}}))),
        field("tag_string", "Tags, separated by commas.", text()),
        field(
            "extras",
            "Further keys and values.",
            list(json!({"type": "object", "properties": {"key": text(), "value": text()}})),
        ),
        field(
            "groups",
            "Groups that it belongs to, by id or name.",
            list(json!({"type": "object", "properties": {"id": text(), "name": text()}})),
        ),
        field("resources", "Resources; see resource_create.", list(json!({"type": "object"}))),
        field("plugin_data", "What plugins keep with it; sysadmins only.", json!({"type": "object"})),
    ]
}

impl Action for Create {
    const NAME: &'static str = "package_create";
    const KIND: Kind = Kind::Write;
    type Params = CreateParams;
    type Subject = ();
    type Output = Raw;

    fn allow(ctx: &mut Ctx, params: &CreateParams) -> Result<()> {
        allow::may_create(ctx, &params.0.0)
    }

    fn run(ctx: &mut Ctx, params: CreateParams, (): ()) -> Result<Raw> {
        ctx.writes_one();
        let incoming = Incoming { id: None, dict: params.0.0, patch: false };
        let stored = store_one(ctx, incoming, None)?.into_stored()?;
        Ok(Raw(stored.show(ctx)))
    }
}
