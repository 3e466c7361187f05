//! `group_list`, and what `organization_list` shares with it.

use std::{collections::HashSet, sync::Arc};

use action::{Action, Ctx, Kind, Raw};
use base::{Error, Result, loose::Natural, page::Page};
use store::quotes::{Group, GroupRow};

use super::{
    Family,
    view::{self, Options},
};
use crate::flag::{Flag, flag};

action::declare! {
    /// Returns the names of the groups, or the groups.
    pub struct List;
    /// Which of them, how much of each, and in which order.
    pub struct ListParams {
        /// name, title, package_count or packages, with asc or desc behind it.
        sort: String,
        /// The same, as older clients send it.
        order_by: String,
        /// At most so many.
        limit: Natural,
        /// How many to pass over.
        offset: Natural,
        /// Names of those that are wanted.
        groups: Vec<String>,
        /// The same, for organizations.
        organizations: Vec<String>,
        /// Text in name, title or description.
        q: String,
        /// Type.
        r#type: String,
        /// True: whole ones instead of names.
        all_fields: Flag,
        /// False: without the number of datasets.
        include_dataset_count: Flag,
        /// True: with extras.
        include_extras: Flag,
        /// True: with the groups above.
        include_groups: Flag,
        /// True: with members.
        include_users: Flag,
        /// False: without the number of followers.
        include_followers: Flag,
        /// True: with the number of members.
        include_member_count: Flag,
    }
}

impl Action for List {
    const NAME: &'static str = "group_list";
    const KIND: Kind = Kind::Read;
    type Params = ListParams;
    type Subject = ();
    type Output = Raw;

    fn allow(_ctx: &mut Ctx, _params: &ListParams) -> Result<()> {
        Ok(())
    }

    fn run(ctx: &mut Ctx, params: ListParams, (): ()) -> Result<Raw> {
        run(ctx, Family::Group, &params)
    }
}

/// Lists those of a family.
///
/// # Errors
/// Validation; what the database says.
pub fn run(ctx: &mut Ctx, family: Family, params: &ListParams) -> Result<Raw> {
    let whole = flag(params.all_fields, false)?;
    let order = match params.sort.as_deref().or(params.order_by.as_deref()).filter(|text| !text.trim().is_empty()) {
        Some(text) => order(text)?,
        // What the site's configuration says wrongly is nothing that a caller could mend.
        None => order(&ctx.app.settings.group_sort).unwrap_or(Order { key: Key::Title, descending: false }),
    };
    let mut groups = wanted(ctx, family, params);
    match order.key {
        Key::Title => {}
        Key::Name => groups.sort_by(|one, other| one.row.name.cmp(&other.row.name)),
        Key::Count => {
            let mut counted: Vec<(i64, Arc<Group>)> =
                view::counts(ctx, family, &groups)?.into_iter().zip(groups).filter(|(count, _)| *count > 0).collect();
            // CKAN's inner join: those without a dataset are not in this order.
            counted.sort_by_key(|(count, _)| *count);
            groups = counted.into_iter().map(|(_, group)| group).collect();
        }
    }
    if order.descending {
        groups.reverse();
    }
    let settings = &ctx.app.settings;
    let most = if whole { settings.group_list_all_fields_max } else { settings.group_list_max };
    let limit = params.limit.map(|Natural(limit)| limit).filter(|limit| *limit > 0).unwrap_or(most).min(most);
    let page = Page { limit: Some(limit), offset: params.offset.map_or(0, |Natural(offset)| offset) };
    let groups = page.slice(&groups);
    if !whole {
        return Raw::list(groups.iter().map(|group| &group.row.name));
    }
    let public = ctx.app.settings.auth.public_user_details;
    let options = Options {
        count: flag(params.include_dataset_count, true)?,
        extras: flag(params.include_extras, false)?,
        users: flag(params.include_users, false)? && (public || ctx.actor.is_sysadmin()),
        groups: flag(params.include_groups, false)?,
        followers: flag(params.include_followers, true)?,
        members: flag(params.include_member_count, false)?,
        datasets: false,
    };
    view::all(ctx, family, groups, options)
}

/// In the order of titles.
fn wanted(ctx: &Ctx, family: Family, params: &ListParams) -> Vec<Arc<Group>> {
    let names = match family {
        Family::Organization => params.organizations.as_ref(),
        Family::Group => params.groups.as_ref(),
    };
    let names: HashSet<&str> = match names.map(Vec::as_slice).unwrap_or_default() {
        [one] => one.split(',').map(str::trim).filter(|name| !name.is_empty()).collect(),
        many => many.iter().map(String::as_str).collect(),
    };
    let part = params.q.as_deref().unwrap_or_default().to_lowercase();
    let kind = params.r#type.as_deref().filter(|kind| !kind.is_empty());
    let test = |row: &GroupRow| {
        row.is_organization == family.is_organization()
            && row.state == "active"
            && kind.is_none_or(|kind| row.type_ == kind)
            && (names.is_empty() || names.contains(row.name.as_str()) || names.contains(row.id.as_str()))
            && (part.is_empty()
                || [&row.name, &row.title, &row.description].iter().any(|text| text.to_lowercase().contains(&part)))
    };
    ctx.app.quotes.filter(|group| test(&group.row))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Title,
    Name,
    Count,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Order {
    key: Key,
    descending: bool,
}

/// Reads `sort`: one field, with a direction or without. The fullest come first when no direction is said.
fn order(text: &str) -> Result<Order> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Order { key: Key::Title, descending: false });
    }
    if text.contains(',') {
        return Err(Error::invalid_text("Too many sort criteria provided only 1 allowed"));
    }
    let (field, direction) = text.rsplit_once(' ').map_or((text, None), |(field, direction)| (field.trim(), Some(direction)));
    let key = match field {
        "title" => Key::Title,
        "name" => Key::Name,
        "packages" | "package_count" => Key::Count,
        _ => return Err(Error::invalid_text(format!("Cannot sort by field `{field}`"))),
    };
    let descending = match direction.map(str::to_ascii_lowercase).as_deref() {
        None => key == Key::Count,
        Some("asc") => false,
        Some("desc") => true,
        Some(_) => {
            return Err(Error::invalid_text(format!("Invalid sort direction `{}`", direction.unwrap_or_default())));
        }
    };
    Ok(Order { key, descending })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_read_as_ckan_reads_them() {
        assert_eq!(order("").unwrap(), Order { key: Key::Title, descending: false });
        assert_eq!(order("packages").unwrap(), Order { key: Key::Count, descending: true });
        assert_eq!(order("name desc").unwrap(), Order { key: Key::Name, descending: true });
        for (text, message) in [
            ("nope", "Cannot sort by field `nope`"),
            ("name foo", "Invalid sort direction `foo`"),
            ("name,title", "Too many sort criteria provided only 1 allowed"),
        ] {
            assert_eq!(order(text).unwrap_err().dict().fields()["message"], message);
        }
    }
}
