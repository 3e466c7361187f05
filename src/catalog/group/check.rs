//! What an organization or group must be like; gathers all faults.

use action::Ctx;
use auth::Role;
use base::{Error, ErrorDict, Result, id, name, time::Stamp};
use model::{
    Translated,
    check::{text_of, translated},
    translated::{Stored, agree, kept},
};
use serde_json::{Map, Value, json};
use store::quotes::GroupRow;

use super::{Family, db, lists};
use crate::schema::apply::{Applied, Before, apply};

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
    let mut dict = dict.clone();
    let keep = change.is_some_and(|(_, patch)| patch);
    let applied = schema(ctx, family, &mut dict, (&row, existing, keep))?;
    let dict = &dict;
    if existing.is_none() {
        new_id(ctx, dict, &mut row, &mut errors)?;
    }
    named(ctx, dict, existing, &mut row, &mut errors)?;
    for (key, field) in [("description", &mut row.description), ("image_url", &mut row.image_url), ("title", &mut row.title)] {
        if let Some(text) = text_of(dict, key) {
            *field = text;
        }
    }
    translations(ctx, dict, existing, &mut row, &mut errors);
    if let Some(status) = text_of(dict, "approval_status").filter(|status| !status.is_empty()) {
        row.approval_status = status;
    }
    // Whoever may change it is its admin; only a sysadmin makes one in another state.
    if let Some(state) = text_of(dict, "state").filter(|state| !state.is_empty())
        && (existing.is_some() || ctx.actor.is_sysadmin())
    {
        row.state = state;
    }
    if let Some(extras) = lists::extras(ctx.actor.is_sysadmin(), applied.own(), dict, &mut errors)? {
        row.extras = extras;
    } else if !keep {
        row.extras = json!([]);
    }
    let users = lists::users(ctx, dict, &mut errors)?;
    let parents = lists::parents(ctx, dict, existing, &mut errors)?;
    let packages = lists::packages(ctx, dict, &mut errors)?.filter(|_| family == Family::Group);
    errors.join(applied.errors);
    errors.into_result()?;
    row.fields = Value::Object(applied.fields);
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
        fields: json!({}),
    }
}

/// What the schema of its type says of one that is sent. `keep`: fields that are left out stay.
fn schema(
    ctx: &Ctx,
    family: Family,
    dict: &mut Map<String, Value>,
    (row, existing, keep): (&GroupRow, Option<&GroupRow>, bool),
) -> Result<Applied> {
    let none = Map::new();
    let fields = existing.and_then(|row| row.fields.as_object()).unwrap_or(&none);
    if keep {
        for (name, value) in fields.iter().filter(|(name, _)| !dict.contains_key(*name)).collect::<Vec<_>>() {
            dict.insert(name.clone(), value.clone());
        }
    }
    let pairs = existing.and_then(|row| row.extras.as_array()).into_iter().flatten();
    let before = existing.map(|row| Before {
        state: &row.state,
        fields,
        extras: pairs.filter_map(|pair| pair.get("key")?.as_str()).collect(),
        kept: vec![
            ("name", json!(row.name)),
            ("title", json!(row.title)),
            ("description", json!(row.description)),
            ("image_url", json!(row.image_url)),
        ],
    });
    apply(ctx, (family.schemas(), &row.type_), dict, before)
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

/// Title and description by language, and the plain ones, which say the same in the portal's language.
fn translations(ctx: &Ctx, dict: &Map<String, Value>, existing: Option<&GroupRow>, row: &mut GroupRow, errors: &mut ErrorDict) {
    let locale = &ctx.app.settings.locale_default;
    let mut all = Map::new();
    for (base, text) in [("title", &mut row.title), ("description", &mut row.description)] {
        let before = existing.map(|row| (if base == "title" { &row.title } else { &row.description }, texts_of(row, base)));
        let key = format!("{base}_translated");
        let mut texts = match dict.get(&key) {
            None | Some(Value::Null) => before.as_ref().map(|(_, texts)| texts.clone()).unwrap_or_default(),
            Some(_) => translated::read(dict, &key, errors),
        };
        if !texts.is_empty() {
            let stored = before.as_ref().map(|(text, texts)| Stored { text: Some(text), texts });
            *text = agree(Some(std::mem::take(text)), &mut texts, stored, locale).unwrap_or_default();
            all.insert(base.to_owned(), json!(texts));
        }
    }
    row.translations = Value::Object(all);
}

fn texts_of(row: &GroupRow, base: &str) -> Translated {
    kept(row.translations.get(base))
}
