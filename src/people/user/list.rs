//! `user_list`.

use std::cmp::Ordering;

use action::{Action, Ctx, Kind};
use base::{Error, Result};
use catalog::{
    flag::{Flag, flag},
    member::db::{Account, accounts},
    tag::db::is_findable,
};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{allow, db, view};

action::declare! {
    /// Returns the users of this site who are not deleted.
    pub struct List;
    /// Which users, and in which order.
    pub struct ListParams {
        /// Text in name or full name; for a sysadmin in the e-mail address too.
        q: String,
        /// The whole e-mail address; sysadmins only.
        email: String,
        /// display_name, id, name, fullname, created, about, sysadmin or number_created_packages.
        order_by: String,
        /// False: names only.
        all_fields: Flag,
        /// True: with the user that the site itself acts as.
        include_site_user: Flag,
    }
}

/// A user, or his name.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Item {
    Name(String),
    Whole(Map<String, Value>),
}

impl Action for List {
    const NAME: &'static str = "user_list";
    const KIND: Kind = Kind::Read;
    type Params = ListParams;
    type Subject = ();
    type Output = Vec<Item>;

    fn allow(ctx: &mut Ctx, params: &ListParams) -> Result<()> {
        allow::may_read(ctx)?;
        let by_email = params.email.as_ref().is_some_and(|email| !email.is_empty());
        if by_email && !ctx.actor.is_sysadmin() { Err(Error::denied("")) } else { Ok(()) }
    }

    fn run(ctx: &mut Ctx, params: ListParams, (): ()) -> Result<Vec<Item>> {
        let order = params.order_by.as_deref().unwrap_or_default();
        if order == "edits" {
            return Err(Error::invalid_text("order_by=edits is no longer supported"));
        }
        if !params.q.as_deref().is_none_or(is_findable) {
            return Ok(Vec::new());
        }
        let site = ctx.app.settings.site_id.clone();
        let sysadmin = ctx.actor.is_sysadmin();
        let wanted = db::Wanted {
            part: params.q.as_deref().filter(|part| !part.is_empty()),
            search_email: sysadmin,
            email: params.email.as_deref().filter(|email| !email.is_empty()),
            but: (!flag(params.include_site_user, false)?).then_some(site.as_str()),
        };
        let ids = db::list(ctx.db()?, &wanted)?;
        let mut found: Vec<Account> = accounts(ctx.db()?, &ids)?.into_values().collect();
        found.sort_by(|one, other| compare(order, one, other).then_with(|| one.row.name.cmp(&other.row.name)));
        let whole = flag(params.all_fields, true)?;
        let own = ctx.actor.id();
        let item = |account: Account| {
            if whole {
                Item::Whole(view::user(ctx, &account, sysadmin || own == Some(&account.row.id)))
            } else {
                Item::Name(account.row.name)
            }
        };
        Ok(found.into_iter().map(item).collect())
    }
}

fn compare(order: &str, one: &Account, other: &Account) -> Ordering {
    let (left, right) = (&one.row, &other.row);
    match order {
        "id" => left.id.cmp(&right.id),
        "name" => Ordering::Equal,
        "fullname" => left.fullname.cmp(&right.fullname),
        "created" => left.created.cmp(&right.created),
        "about" => left.about.cmp(&right.about),
        "sysadmin" => left.sysadmin.cmp(&right.sysadmin),
        "number_created_packages" => one.datasets.cmp(&other.datasets),
        _ => {
            let name = |account: &Account| {
                let row = &account.row;
                row.fullname.as_deref().filter(|name| !name.is_empty()).unwrap_or(&row.name).to_lowercase()
            };
            name(one).cmp(&name(other))
        }
    }
}
