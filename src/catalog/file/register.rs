//! `file_register`.

use std::sync::Arc;

use action::{Action, Ctx, Field, Kind};
use base::{Error, Result, id, loose::Loose, time::Stamp};
use files::name;
use serde_json::json;

use super::{
    allow,
    create::{owner_of, storage_of},
    db::{self, FileRow},
    view::View,
};

action::declare! {
    /// Adopts a file that lies in a storage and that nobody knows of. For sysadmins.
    pub struct Register;
    /// Where it lies.
    pub struct RegisterParams(fields());
}

fn fields() -> Vec<Field> {
    let field = |name, doc| Field { name, doc, schema: String::schema() };
    vec![field("location", "Its place in the storage."), field("storage", "Name of the storage; the default one when left out.")]
}

impl Action for Register {
    const NAME: &'static str = "file_register";
    const KIND: Kind = Kind::Write;
    type Params = RegisterParams;
    type Subject = String;
    type Output = View;

    fn allow(ctx: &mut Ctx, params: &RegisterParams) -> Result<String> {
        let location = params.0.text("location").ok_or_else(|| Error::invalid("location", "Missing value"))?;
        allow::must_be_known(ctx, Self::NAME)?;
        if ctx.actor.is_sysadmin() { Ok(location) } else { Err(Error::denied("Not allowed to manage files")) }
    }

    fn run(ctx: &mut Ctx, params: RegisterParams, location: String) -> Result<View> {
        let storage = storage_of(ctx, &params.0);
        let app = Arc::clone(&ctx.app);
        let Some(place) = app.files.storage(&storage) else {
            return Err(Error::invalid("storage", format!("Storage {storage} is not configured")));
        };
        if !place.supports("ANALYZE") {
            return Err(Error::invalid("storage", "Operation is not supported"));
        }
        // Read through before the database is asked: that may take a while.
        let found = place.analyze(&location)?.ok_or_else(|| Error::not_found("file not found at location"))?;
        if db::is_registered(ctx.db()?, &storage, &location)? {
            return Err(Error::invalid("location", "File is already registered"));
        }
        let row = FileRow {
            id: id::new(),
            name: name::munge(&location),
            storage,
            location,
            content_type: found.media_type.to_owned(),
            size: i64::try_from(found.size).map_err(Error::internal)?,
            hash: found.md5,
            algorithm: "md5".to_owned(),
            created: Stamp::now().naive(),
            storage_data: json!({}),
        };
        let owner = owner_of(ctx, &row.id);
        db::insert(ctx.db()?, &row, owner.as_ref())?;
        Ok(View::new(row, owner))
    }
}
