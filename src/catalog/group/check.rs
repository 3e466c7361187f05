//! What an organization or group must be like; gathers all faults.

use action::Ctx;
use auth::Role;
use base::{Error, ErrorDict, Result, id, name, time::Stamp};
use model::check::text_of;
use serde_json::{Map, Value, json};
use store::quotes::GroupRow;

use super::{Family, db, lists};

/// An organization or group as it shall be.
pub struct Draft {
    pub row: GroupRow,
    /// User's id and role; `None` leaves the members as they are.
    pub users: Option<Vec<(String, Role)>>,
    /// Id and capacity of the groups above; `None` leaves them as they are.
    pub parents: Option<Vec<(String, String)>>,
    /// Ids of the datasets in a group; `None` leaves them as they are. Organizations own theirs and take none here.
    pub packages: Option<Vec<String>>,
}

/// Reads what a client sent. `existing` is the one that it changes; `patch`: extras that are left out stay.
///
/// # Errors
/// Validation with all faults.
pub fn read(ctx: &mut Ctx, family: Family, dict: &Map<String, Value>, change: Option<(&GroupRow, bool)>) -> Result<Draft> {
    let mut errors = ErrorDict::default();
    let existing = change.map(|(row, _)| row);
    let mut row = existing.cloned().unwrap_or_else(|| blank(family));
    kind(dict, family, existing, &mut row, &mut errors)?;
    if existing.is_none() {
        new_id(ctx, dict, &mut row, &mut errors)?;
    }
    named(ctx, dict, existing, &mut row, &mut errors)?;
    translations(ctx, dict, &mut row, &mut errors);
    for (key, field) in [("description", &mut row.description), ("image_url", &mut row.image_url), ("title", &mut row.title)] {
        if let Some(text) = text_of(dict, key) {
            *field = text;
        }
    }
    if let Some(status) = text_of(dict, "approval_status").filter(|status| !status.is_empty()) {
        row.approval_status = status;
    }
    // Whoever may change it is its admin; only a sysadmin makes one in another state.
    if let Some(state) = text_of(dict, "state").filter(|state| !state.is_empty())
        && (existing.is_some() || ctx.actor.is_sysadmin())
    {
        row.state = state;
    }
    let keep = change.is_some_and(|(_, patch)| patch);
    if let Some(extras) = lists::extras(ctx.actor.is_sysadmin(), dict, &mut errors)? {
        row.extras = extras;
    } else if !keep {
        row.extras = json!([]);
    }
    let users = lists::users(ctx, dict, &mut errors)?;
    let parents = lists::parents(ctx, dict, existing, &mut errors)?;
    let packages = lists::packages(ctx, dict, &mut errors)?.filter(|_| family == Family::Group);
    errors.into_result()?;
    Ok(Draft { row, users, parents, packages })
}

fn blank(family: Family) -> GroupRow {
    GroupRow {
        id: id::new(),
        name: String::new(),
        title: String::new(),
        description: String::new(),
        image_url: String::new(),
        type_: family.word().to_owned(),
        is_organization: family.is_organization(),
        state: "active".to_owned(),
        approval_status: "approved".to_owned(),
        created: Stamp::now().naive(),
        extras: json!([]),
        translations: json!({}),
    }
}

fn kind(
    dict: &Map<String, Value>,
    family: Family,
    existing: Option<&GroupRow>,
    row: &mut GroupRow,
    errors: &mut ErrorDict,
) -> Result<()> {
    let Some(kind) = text_of(dict, "type").filter(|kind| !kind.is_empty()) else { return Ok(()) };
    if existing.is_some_and(|existing| existing.type_ != kind) {
        errors.set("type", json!("Type cannot be updated"));
        return std::mem::take(errors).into_result();
    }
    if family == Family::Group && kind == Family::Organization.word() {
        return Err(Error::invalid_text("Trying to create an organization as a group"));
    }
    row.type_ = kind;
    Ok(())
}

fn new_id(ctx: &mut Ctx, dict: &Map<String, Value>, row: &mut GroupRow, errors: &mut ErrorDict) -> Result<()> {
    let Some(id) = text_of(dict, "id").filter(|id| !id.is_empty()) else { return Ok(()) };
    if !ctx.actor.is_sysadmin() {
        errors.add("id", "The input field id was not expected.");
    } else if !id::is_uuid(&id) {
        errors.add("id", "Invalid id provided");
    } else if db::has_id(ctx.db()?, &id)? {
        errors.add("id", "Id already exists");
    }
    row.id = id;
    Ok(())
}

fn named(
    ctx: &mut Ctx,
    dict: &Map<String, Value>,
    existing: Option<&GroupRow>,
    row: &mut GroupRow,
    errors: &mut ErrorDict,
) -> Result<()> {
    let sent = text_of(dict, "name");
    let name = match (sent, existing) {
        (None, Some(_)) => return Ok(()),
        (Some(name), Some(existing)) if name == existing.name => return Ok(()),
        (sent, _) => sent.unwrap_or_default(),
    };
    if name.is_empty() {
        errors.add("name", "Missing value");
        return Ok(());
    }
    let faults = name::faults(&name);
    for fault in &faults {
        errors.add("name", *fault);
    }
    if faults.is_empty() && db::id_of_name(ctx.db()?, &name)?.is_some_and(|id| existing.is_none_or(|row| row.id != id)) {
        errors.add("name", "Group name already exists in database");
    }
    row.name = name;
    Ok(())
}

/// Title and description by language; the title of the portal's language stands for one that is left out.
fn translations(ctx: &Ctx, dict: &Map<String, Value>, row: &mut GroupRow, errors: &mut ErrorDict) {
    let locale = &ctx.app.settings.locale_default;
    let mut kept = row.translations.as_object().cloned().unwrap_or_default();
    for (key, field, text) in
        [("title_translated", "title", &mut row.title), ("description_translated", "description", &mut row.description)]
    {
        match dict.get(key) {
            None | Some(Value::Null) => {}
            Some(Value::Object(texts)) if texts.values().all(|text| text.is_string() || text.is_null()) => {
                let full = |text: &&Value| text.as_str().is_some_and(|text| !text.is_empty());
                let main = texts.get(locale).filter(full).or_else(|| texts.values().find(full)).and_then(Value::as_str);
                if let Some(main) = main {
                    main.clone_into(text);
                }
                kept.insert(field.to_owned(), Value::Object(texts.clone()));
            }
            Some(_) => errors.add(key, "Must be a dict of texts by language"),
        }
    }
    row.translations = Value::Object(kept);
}
