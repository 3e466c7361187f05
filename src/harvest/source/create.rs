//! `harvest_source_create`.

use action::{Action, Ctx, Field, Kind};
use base::{Result, loose::Loose};
use serde_json::{Value, json};
use store::changes;

use super::{check, db, view};
use crate::{protocol, run};

action::declare! {
    /// Creates a harvest source: a portal to harvest from.
    ///
    /// An `api_key` in `config` is stored encrypted and never shown again. With a frequency other than MANUAL the first
    /// harvest starts at once.
    pub struct Create;
    /// The source.
    pub struct CreateParams(fields());
}

/// What clients may send of a source.
#[must_use]
pub fn fields() -> Vec<Field> {
    let field = |name, doc| Field { name, doc, schema: String::schema() };
    vec![
        field("id", "Id or name of what changes."),
        field("url", "Address of the portal; each can be harvested by one source of a configuration."),
        field("name", "Unique name: 2 to 100 of a-z, 0-9, - and _."),
        Field { schema: json!({"type": "string", "enum": protocol::TYPES}), ..field("source_type", "How it is harvested.") },
        field("title", "Title; the name when left out."),
        field("notes", "Description."),
        field("frequency", "MANUAL, DAILY, WEEKLY, BIWEEKLY, MONTHLY or ALWAYS."),
        field("config", "Options of the protocol, as a JSON object in a string. An api_key is shown as ***."),
        field("owner_org", "Id or name of the organization that owns the source and what comes from it."),
        Field { schema: bool::schema(), ..field("active", "False: it is not harvested.") },
        Field { schema: bool::schema(), ..field("private", "True: only members of the organization see the source.") },
    ]
}

impl Action for Create {
    const NAME: &'static str = "harvest_source_create";
    const KIND: Kind = Kind::Write;
    type Params = CreateParams;
    type Subject = ();
    type Output = Value;

    fn allow(ctx: &mut Ctx, params: &CreateParams) -> Result<()> {
        check::may_create(ctx, &params.0)
    }

    fn run(ctx: &mut Ctx, params: CreateParams, (): ()) -> Result<Value> {
        let source = check::read(ctx, &params.0, None)?;
        db::insert(ctx.db()?, &source)?;
        ctx.log(changes::Entity::HarvestSource, &source.id, changes::Kind::Create)?;
        run::wake::up();
        view::whole(ctx, &source)
    }
}
