//! `activity_create`.

use action::{Action, Ctx, Kind};
use base::{ErrorDict, Result, id, loose, time::Stamp};
use serde_json::{Value, json};

use super::{
    allow,
    db::{self, ActivityRow},
    view::{self, View},
};
use crate::{group, member};

action::declare! {
    /// Writes an activity down that did not come of itself. For sysadmins.
    pub struct Create;
    /// The activity.
    pub struct CreateParams {
        /// Id or name of the user who did it.
        user_id: Value,
        /// Id of what it was done to.
        object_id: Value,
        /// What was done, such as "changed package".
        activity_type: Value,
        /// What else is to be known: an object.
        data: Value,
        /// Who may see it.
        permission_labels: Value,
    }
}

impl Action for Create {
    const NAME: &'static str = "activity_create";
    const KIND: Kind = Kind::Write;
    type Params = CreateParams;
    type Subject = ();
    type Output = Option<View>;

    fn allow(ctx: &mut Ctx, _params: &CreateParams) -> Result<()> {
        allow::sysadmin(ctx)
    }

    fn run(ctx: &mut Ctx, params: CreateParams, (): ()) -> Result<Option<View>> {
        if !ctx.app.settings.activity.enabled {
            return Ok(None);
        }
        let row = read(ctx, params)?;
        db::insert(ctx.db()?, std::slice::from_ref(&row))?;
        view::of(ctx, row).map(Some)
    }
}

fn read(ctx: &mut Ctx, params: CreateParams) -> Result<ActivityRow> {
    let mut errors = ErrorDict::default();
    let mut text = |value: Option<Value>, field: &str| {
        let text = value.as_ref().map(loose::text_of).filter(|text| !text.is_empty());
        if text.is_none() {
            errors.add(field, "Missing value");
        }
        text.unwrap_or_default()
    };
    let user = text(params.user_id, "user_id");
    let object = text(params.object_id, "object_id");
    let kind = text(params.activity_type, "activity_type");
    let user_id = member::db::find_user(ctx.db()?, &user)?.map(|user| user.id);
    if user_id.is_none() && !user.is_empty() {
        errors.add("user_id", "Not found: User");
    }
    let about = Subject::of(&kind);
    if about.is_none() && !kind.is_empty() {
        errors.add("activity_type", "Not found: Activity type");
    }
    if !object.is_empty() {
        match about {
            None => errors.add("object_id", format!("There is no object_id validator for activity type \"{kind}\"")),
            Some(about) => {
                if let Some(fault) = about.missing(ctx, &object)? {
                    errors.add("object_id", fault);
                }
            }
        }
    }
    let labels = match params.permission_labels.filter(|labels| !is_empty(labels)) {
        None => None,
        Some(Value::Array(items)) => {
            for item in items.iter().filter(|item| !item.is_string()) {
                errors.add("permission_labels", format!("Not a string: {}", loose::text_of(item)));
            }
            Some(items.iter().map(loose::text_of).collect())
        }
        Some(_) => {
            errors.add("permission_labels", "Not a list");
            None
        }
    };
    errors.into_result()?;
    Ok(ActivityRow {
        id: id::new(),
        timestamp: Stamp::now().naive(),
        user_id,
        object_id: Some(object),
        activity_type: Some(kind),
        data: params.data.filter(|data| !is_empty(data)).unwrap_or_else(|| json!({})).to_string(),
        permission_labels: labels,
    })
}

/// What Python takes for nothing.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Bool(true) => false,
    }
}

/// What kind of thing an activity is about.
#[derive(Clone, Copy)]
enum Subject {
    Dataset,
    Group,
    User,
}

impl Subject {
    fn of(kind: &str) -> Option<Self> {
        Some(match kind {
            "new package"
            | "changed package"
            | "deleted package"
            | "follow dataset"
            | "new resource view"
            | "changed resource view"
            | "deleted resource view" => Self::Dataset,
            "new user" | "changed user" | "follow user" => Self::User,
            "new group"
            | "changed group"
            | "deleted group"
            | "follow group"
            | "new organization"
            | "changed organization"
            | "deleted organization"
            | "follow organization" => Self::Group,
            _ => return None,
        })
    }

    /// What is wrong with the id; `None`: there is such a thing.
    fn missing(self, ctx: &mut Ctx, id: &str) -> Result<Option<String>> {
        let known = !id.contains('\0')
            && match self {
                Self::Dataset => !crate::package::db::ids_taken(ctx.db()?, &[id])?.is_empty(),
                Self::Group => group::db::has_id(ctx.db()?, id)?,
                Self::User => member::db::find_user(ctx.db()?, id)?.is_some_and(|user| user.id == id),
            };
        let fault = match self {
            Self::Dataset => "Dataset not found".to_owned(),
            Self::Group => format!("Group not found: {id}"),
            Self::User => format!("User not found: {id}"),
        };
        Ok((!known).then_some(fault))
    }
}
