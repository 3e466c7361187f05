//! Organizations and groups as clients see them: the plain fields, which are in memory as JSON, and what is counted and quoted
//! beside them, which is read for all of a list at once.

use std::{collections::HashMap, fmt::Write as _, sync::Arc};

use action::{Ctx, Raw};
use base::{Error, Result};
use model::{GroupQuote, document};
use serde::Serialize;
use serde_json::value::RawValue;
use store::{
    Feed,
    quotes::{Group, GroupRow},
};

use super::{Family, db};
use crate::{
    member,
    picture::{self, Of},
};

/// Bytes that the usual members beside the plain fields take.
const MEMBERS: usize = 48;

/// What stands in an answer beside the plain fields.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a parameter of CKAN's")]
pub struct Options {
    pub count: bool,
    pub extras: bool,
    pub users: bool,
    pub groups: bool,
    pub followers: bool,
    pub members: bool,
    pub datasets: bool,
}

impl Options {
    /// As a write answers.
    pub const WRITTEN: Self =
        Self { count: true, extras: true, users: true, groups: true, followers: true, members: false, datasets: false };
}

/// The JSON list of these, in their order (shape `organization_list_all_fields`): what is in memory is copied.
///
/// # Errors
/// What the database says.
pub fn all(ctx: &mut Ctx, family: Family, groups: &[Arc<Group>], options: Options) -> Result<Raw> {
    let labels = ctx.actor.labels();
    let counts = if options.count { Some(counts(ctx, family, groups)?) } else { None };
    let rows: Vec<&GroupRow> = groups.iter().map(|group| &group.row).collect();
    let beside = Beside::read(ctx, family, &rows, (options, labels.as_deref(), counts))?;
    let mut text = String::with_capacity(2 + groups.iter().map(|group| group.fields.len() + MEMBERS).sum::<usize>());
    text.push('[');
    for (place, group) in groups.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        text.push_str(&group.fields);
        beside.write(place, &group.row, &mut text)?;
    }
    text.push(']');
    Ok(Raw(text))
}

/// One, as the row says (shapes `organization_show`, `group_show`). A group shows nobody its private datasets, not even
/// those who may read them.
///
/// # Errors
/// What the database says.
pub fn one(ctx: &mut Ctx, family: Family, row: &GroupRow, options: Options) -> Result<Raw> {
    let labels = match family {
        Family::Organization => ctx.actor.labels(),
        Family::Group => Some(vec!["public".to_owned()]),
    };
    let version = db::version(ctx.db()?, row)?;
    ctx.tell_version(version);
    let counts = if options.count { Some(counted(ctx, family, &[row], labels.as_deref())?) } else { None };
    let beside = Beside::read(ctx, family, &[row], (options, labels.as_deref(), counts))?;
    let mut text = ctx.app.quotes.fields(row)?;
    beside.write(0, row, &mut text)?;
    Ok(Raw(text))
}

/// How many datasets of each of these the caller may see, in their order. The index counts all of them at once; the database
/// does where there is none (a command) or none yet.
///
/// # Errors
/// What the index or the database says.
pub fn counts(ctx: &mut Ctx, family: Family, groups: &[Arc<Group>]) -> Result<Vec<i64>> {
    let labels = ctx.actor.labels();
    if !ctx.app.feed().is_some_and(Feed::is_ready) {
        let rows: Vec<&GroupRow> = groups.iter().map(|group| &group.row).collect();
        return counted(ctx, family, &rows, labels.as_deref());
    }
    let field = match family {
        Family::Organization => "organization",
        Family::Group => "groups",
    };
    let found: HashMap<Arc<str>, u32> = ctx.index().counts(field, labels)?.into_iter().collect();
    Ok(groups.iter().map(|group| found.get(group.row.name.as_str()).copied().map_or(0, i64::from)).collect())
}

/// [`counts`] for the holder of these labels, as the transaction sees the datasets.
fn counted(ctx: &mut Ctx, family: Family, rows: &[&GroupRow], labels: Option<&[String]>) -> Result<Vec<i64>> {
    let found = db::counts(ctx.db()?, family, &ids_of(rows), labels)?;
    Ok(rows.iter().map(|row| found.get(&row.id).copied().unwrap_or_default()).collect())
}

fn ids_of(rows: &[&GroupRow]) -> Vec<String> {
    rows.iter().map(|row| row.id.clone()).collect()
}

/// Group's id → the items of one of its lists, as JSON, with commas between them.
type Lists = HashMap<String, String>;

/// What stands beside the plain fields, read for all at once; `None` where it is not asked for.
struct Beside {
    /// In the order of the rows, as datasets are; all else is by id.
    counts: Option<Vec<i64>>,
    datasets: Option<Vec<Vec<Box<RawValue>>>>,
    followers: Option<HashMap<String, i64>>,
    members: Option<HashMap<String, i64>>,
    users: Option<Lists>,
    parents: Option<Lists>,
    extras: bool,
}

impl Beside {
    fn read(
        ctx: &mut Ctx,
        family: Family,
        rows: &[&GroupRow],
        (options, labels, counts): (Options, Option<&[String]>, Option<Vec<i64>>),
    ) -> Result<Self> {
        let ids = ids_of(rows);
        let members = if options.members { Some(member::db::member_counts(ctx.db()?, &ids)?) } else { None };
        let users = if options.users { Some(users(ctx, &ids)?) } else { None };
        let parents = if options.groups { Some(parents(ctx, &ids)?) } else { None };
        let datasets = if options.datasets {
            Some(rows.iter().map(|row| datasets(ctx, family, row, labels)).collect::<Result<_>>()?)
        } else {
            None
        };
        // The last one: where nothing else is read it needs no transaction.
        let followers = if options.followers {
            Some(member::db::followers(ctx.statement()?, member::db::Followed::Group, &ids)?)
        } else {
            None
        };
        Ok(Self { counts, datasets, followers, members, users, parents, extras: options.extras })
    }

    /// Appends the members behind the plain fields, and the brace.
    fn write(&self, place: usize, row: &GroupRow, text: &mut String) -> Result<()> {
        let of = |numbers: &HashMap<String, i64>| numbers.get(&row.id).copied().unwrap_or_default();
        for (name, number) in [
            ("num_followers", self.followers.as_ref().map(of)),
            ("package_count", self.counts.as_ref().map(|counts| counts.get(place).copied().unwrap_or_default())),
            ("member_count", self.members.as_ref().map(of)),
        ] {
            if let Some(number) = number {
                let _written = write!(text, ",\"{name}\":{number}");
            }
        }
        if self.extras {
            for (name, value) in row.fields.as_object().into_iter().flatten() {
                append(text, name, value)?;
            }
            append(text, "extras", &row.extras)?;
        }
        if let Some(datasets) = &self.datasets {
            append(text, "packages", &datasets.get(place))?;
        }
        for (name, lists) in [("users", &self.users), ("groups", &self.parents)] {
            if let Some(lists) = lists {
                text.push_str(&format!(",\"{name}\":[{}]", lists.get(&row.id).map_or("", String::as_str)));
            }
        }
        text.push('}');
        Ok(())
    }
}

/// Appends a member to an object whose last brace is still to come.
fn append<T: Serialize + ?Sized>(text: &mut String, name: &str, value: &T) -> Result<()> {
    text.push(',');
    text.push_str(&serde_json::to_string(name).map_err(Error::internal)?);
    text.push(':');
    text.push_str(&serde_json::to_string(value).map_err(Error::internal)?);
    Ok(())
}

/// Group's id → its members, as everybody may see them, with their capacity.
fn users(ctx: &mut Ctx, groups: &[String]) -> Result<Lists> {
    let members = member::db::members(ctx.db()?, groups)?;
    let ids: Vec<String> = members.iter().map(|(_, user, _)| user.clone()).collect();
    let accounts = member::db::accounts(ctx.db()?, &ids)?;
    let mut users = Lists::new();
    for (group, user, capacity) in members {
        let Some(account) = accounts.get(&user) else { continue };
        let mut view = member::view::fields(ctx, account);
        view.capacity = Some(&capacity);
        push(users.entry(group).or_default(), &serde_json::to_string(&view).map_err(Error::internal)?);
    }
    Ok(users)
}

/// Group's id → the groups above it.
fn parents(ctx: &mut Ctx, ids: &[String]) -> Result<Lists> {
    let mut above = Lists::new();
    for (group, parent, capacity) in member::db::parents(ctx.db()?, ids)? {
        let Some(parent) = ctx.app.quotes.find(&parent).filter(|parent| parent.row.state == "active") else { continue };
        let list = above.entry(group).or_default();
        push(list, &parent.fields);
        append(list, "capacity", &capacity)?;
        list.push('}');
    }
    Ok(above)
}

/// Appends an item to what stands between the brackets of a list.
fn push(list: &mut String, item: &str) {
    if !list.is_empty() {
        list.push(',');
    }
    list.push_str(item);
}

/// The newest datasets of a group that the holder of the labels may see, with the group as the row says.
fn datasets(ctx: &mut Ctx, family: Family, row: &GroupRow, labels: Option<&[String]>) -> Result<Vec<Box<RawValue>>> {
    let limit = ctx.app.settings.search.rows_max;
    let ids = db::newest(ctx.db()?, family, &row.id, labels, limit)?;
    let documents = store::documents::list(ctx.db()?, &ids)?;
    let documents: HashMap<&str, _> = documents.iter().map(|document| (document.id.as_str(), document)).collect();
    let mut whole = Vec::with_capacity(ids.len());
    for document in ids.iter().filter_map(|id| documents.get(id.as_str())) {
        let known =
            |id: &str| if id == row.id { Some(row.clone()) } else { ctx.app.quotes.find(id).map(|group| group.row.clone()) };
        let organization = document.owner_org.as_deref().and_then(known).map(|row| row.organization_quote());
        let organization = serde_json::to_string(&organization).map_err(Error::internal)?;
        let groups: Vec<GroupQuote> = document
            .groups
            .iter()
            .filter_map(|id| known(id))
            .filter(|group| group.state == "active")
            .map(|group| group.group_quote(|image| picture::address(ctx, Of::Group, image)))
            .collect();
        let groups = serde_json::to_string(&groups).map_err(Error::internal)?;
        let mut text = String::new();
        document::splice(&document.body, &organization, groups.trim_start_matches('[').trim_end_matches(']'), &mut text);
        whole.push(RawValue::from_string(text).map_err(Error::internal)?);
    }
    Ok(whole)
}
