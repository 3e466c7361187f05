//! `harvest_object_create`.

use action::{Action, Ctx, Field, Kind};
use base::{Error, ErrorDict, Result, id, limits, loose::Loose, time::Stamp};
use serde_json::{Map, Value, json};

use super::{db, id_of, show};
use crate::{
    job,
    run::db::{ContentRow, ObjectRow, put_contents, put_objects},
};

action::declare! {
    /// Tells of a remote dataset by hand: harvesters that push use it. The same `guid` of the same source is the same object,
    /// told anew. Sysadmins only.
    pub struct Create;
    /// The object.
    pub struct CreateParams(fields());
}

fn fields() -> Vec<Field> {
    let text = |name, doc| Field { name, doc, schema: String::schema() };
    vec![
        text("guid", "What the remote calls it; made up when left out."),
        text("content", "The remote's text."),
        text("job_id", "Id of the job that it belongs to."),
        text("source_id", "Id of the source; that of the job when left out."),
        text("package_id", "Id of the dataset here that came of it."),
        Field { name: "extras", doc: "Further keys and values.", schema: json!({"type": "object"}) },
    ]
}

impl Action for Create {
    const NAME: &'static str = "harvest_object_create";
    const KIND: Kind = Kind::Write;
    type Params = CreateParams;
    type Subject = ();
    type Output = Value;

    fn allow(ctx: &mut Ctx, _params: &CreateParams) -> Result<()> {
        if ctx.actor.is_sysadmin() { Ok(()) } else { Err(Error::denied("Only sysadmins can create harvest objects")) }
    }

    fn run(ctx: &mut Ctx, params: CreateParams, (): ()) -> Result<Value> {
        let mut errors = ErrorDict::default();
        let sent = |name: &str| params.0.text(name).filter(|text| !text.is_empty());
        let job = match sent("job_id") {
            None => {
                errors.add("job_id", "Missing value");
                None
            }
            Some(id) => {
                let found = job::db::find(ctx.db()?, &id)?;
                if found.is_none() {
                    errors.add("job_id", format!("Harvest Job with id {id:?} does not exist"));
                }
                found
            }
        };
        if let (Some(job), Some(source)) = (&job, sent("source_id"))
            && job.source_id != source
        {
            errors.add("source_id", "The job is another source's");
        }
        let package_id = match sent("package_id") {
            None => None,
            Some(key) => match catalog::package::allow::find(ctx, &key, "") {
                Ok(document) => Some(document.id.clone()),
                Err(error) if error.kind() == base::Kind::NotFound => {
                    errors.add("package_id", "Dataset was not found");
                    None
                }
                Err(error) => return Err(error),
            },
        };
        let guid = sent("guid").unwrap_or_else(id::new);
        let content = sent("content");
        for (field, text, most) in [("guid", Some(&guid), 1_000), ("content", content.as_ref(), limits::DOCUMENT_BYTES)] {
            if text.is_some_and(|text| text.len() > most || text.contains('\0')) {
                errors.add(field, format!("At most {most} bytes are possible, and no NUL"));
            }
        }
        let extras = extras(params.0.0.get("extras"), &mut errors);
        errors.into_result()?;
        let job = job.ok_or_else(|| Error::internal("a job got lost"))?;
        let row = ObjectRow {
            id: id_of(&job.source_id, &guid),
            source_id: job.source_id,
            guid,
            package_id,
            raw_hash: None,
            content_hash: None,
            outcome: "",
            state: "WAITING",
            job_id: job.id,
            metadata_modified: None,
            gathered: Stamp::now().naive(),
            import_finished: None,
            // What a harvest of the source does not meet is not gone for that.
            current: false,
        };
        put_objects(ctx.db()?, std::slice::from_ref(&row))?;
        put_contents(ctx.db()?, &[ContentRow { object_id: row.id.clone(), content, extras: Value::Object(extras) }])?;
        let object = db::find(ctx.db()?, &row.id)?.ok_or_else(|| Error::internal("an object got lost"))?;
        show::view(ctx, &object)
    }
}

fn extras(sent: Option<&Value>, errors: &mut ErrorDict) -> Map<String, Value> {
    match sent {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(extras)) if !Value::Object(extras.clone()).to_string().contains("\\u0000") => extras.clone(),
        Some(_) => {
            errors.add("extras", "Must be an object of texts");
            Map::new()
        }
    }
}
