//! `file_create`.

use std::sync::Arc;

use action::{Action, Ctx, Dict, Field, FileField, FileUse, Kind};
use base::{Error, Result, id, loose::Loose, time::Stamp};
use files::{Arrival, name};
use serde_json::{Value, json};

use super::{
    allow,
    db::{self, FileRow, OwnerRow},
    view::View,
};

action::declare! {
    /// Puts a file into a storage; it belongs to who did it.
    ///
    /// For sysadmins; for every user where `ckan.files.authenticated_uploads` says so.
    pub struct Create;
    /// The file, its name, the storage.
    pub struct CreateParams(fields());
}

fn fields() -> Vec<Field> {
    let field = |name, doc| Field { name, doc, schema: String::schema() };
    vec![
        field("name", "Its name; that of the sent file when left out."),
        field("storage", "Name of the storage; the default one when left out."),
    ]
}

impl Action for Create {
    const NAME: &'static str = "file_create";
    const KIND: Kind = Kind::Write;
    const FILES: &'static [FileField] = &[FileField { name: "upload", doc: "The file.", used: FileUse::Stored }];
    type Params = CreateParams;
    type Subject = (Arc<Arrival>, String);
    type Output = View;

    fn allow(ctx: &mut Ctx, params: &CreateParams) -> Result<(Arc<Arrival>, String)> {
        let sent = params.0.0.get("upload").filter(|upload| !upload.is_null());
        let sent = sent.ok_or_else(|| Error::invalid("upload", "Missing value"))?;
        let arrival = ctx.arrival(sent).ok_or_else(|| Error::invalid("upload", "Must be a file"))?;
        let storage = storage_of(ctx, &params.0);
        allow::must_be_known(ctx, Self::NAME)?;
        let settings = &ctx.app.settings.files;
        if ctx.actor.is_sysadmin() || (settings.authenticated_uploads && settings.authenticated_storages.contains(&storage)) {
            Ok((arrival, storage))
        } else {
            Err(Error::denied("Not allowed to manage files"))
        }
    }

    fn run(ctx: &mut Ctx, params: CreateParams, (arrival, storage): (Arc<Arrival>, String)) -> Result<View> {
        let fault = |message: String| Error::invalid("upload", message);
        let app = Arc::clone(&ctx.app);
        let Some(place) = app.files.storage(&storage) else {
            return Err(Error::invalid("storage", format!("Storage {storage} is not configured")));
        };
        if !place.supports("CREATE") {
            return Err(Error::invalid("storage", "Operation is not supported"));
        }
        if !app.files.fits(&arrival, &storage) {
            let message = format!("Storage {storage} has to be named before the file: the file went somewhere else");
            return Err(Error::invalid("storage", message));
        }
        let called = params.0.text("name").unwrap_or_else(|| arrival.filename.clone());
        if called.is_empty() {
            return Err(fault("Name is missing and cannot be deduced from upload".to_owned()));
        }
        let name = name::munge(&called);
        let location = place.location(&name)?;
        // What is there untold may be adopted by file_register; it is never written over.
        if place.exists(&location)? || db::is_registered(ctx.db()?, &storage, &location)? {
            return Err(fault("File already exists".to_owned()));
        }
        let most = place.settings.max_size.unwrap_or(u64::MAX);
        if arrival.too_large || arrival.size > most {
            return Err(fault(format!("Upload size {} surpasses max allowed size {most}", arrival.size)));
        }
        if !place.accepts(arrival.media_type) {
            return Err(fault(format!("Type {} is not supported by storage", arrival.media_type)));
        }
        let row = FileRow {
            id: id::new(),
            name,
            storage: storage.clone(),
            location: location.clone(),
            content_type: arrival.media_type.to_owned(),
            size: i64::try_from(arrival.size).map_err(Error::internal)?,
            hash: arrival.md5.clone(),
            algorithm: "md5".to_owned(),
            created: Stamp::now().naive(),
            storage_data: json!({}),
        };
        let owner = owner_of(ctx, &row.id);
        db::insert(ctx.db()?, &row, owner.as_ref())?;
        ctx.place_file((&storage, &location), &arrival)?;
        Ok(View::new(row, owner))
    }
}

/// The storage that is meant.
pub(super) fn storage_of(ctx: &Ctx, dict: &Dict) -> String {
    let sent = dict.0.get("storage").filter(|storage| !storage.is_null()).and_then(Value::as_str);
    sent.filter(|storage| !storage.is_empty()).unwrap_or(&ctx.app.settings.files.default_storage).to_owned()
}

/// Whoever makes a file owns it.
pub(super) fn owner_of(ctx: &Ctx, file_id: &str) -> Option<OwnerRow> {
    let owner_id = ctx.actor.id()?.to_owned();
    Some(OwnerRow { file_id: file_id.to_owned(), owner_id, owner_type: "user".to_owned(), pinned: false })
}
