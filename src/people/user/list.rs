//! `user_list`.

use action::{Action, Ctx, Kind, Raw};
use base::{Error, Result};
use catalog::{
    flag::{Flag, flag},
    member::db::{Account, accounts_of},
    tag::db::is_findable,
};

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

impl Action for List {
    const NAME: &'static str = "user_list";
    const KIND: Kind = Kind::Read;
    type Params = ListParams;
    type Subject = ();
    type Output = Raw;

    fn allow(ctx: &mut Ctx, params: &ListParams) -> Result<()> {
        allow::may_read(ctx)?;
        let by_email = params.email.as_ref().is_some_and(|email| !email.is_empty());
        if by_email && !ctx.actor.is_sysadmin() { Err(Error::denied("")) } else { Ok(()) }
    }

    fn run(ctx: &mut Ctx, params: ListParams, (): ()) -> Result<Raw> {
        let order = params.order_by.as_deref().unwrap_or_default();
        if order == "edits" {
            return Err(Error::invalid_text("order_by=edits is no longer supported"));
        }
        if !params.q.as_deref().is_none_or(is_findable) {
            return Ok(Raw("[]".to_owned()));
        }
        let site = ctx.app.settings.site_id.clone();
        let sysadmin = ctx.actor.is_sysadmin();
        let wanted = db::Wanted {
            part: params.q.as_deref().filter(|part| !part.is_empty()),
            search_email: sysadmin,
            email: params.email.as_deref().filter(|email| !email.is_empty()),
            but: (!flag(params.include_site_user, false)?).then_some(site.as_str()),
        };
        let mut found = accounts_of(ctx.db()?, db::chosen(&wanted))?;
        sort(&mut found, order);
        let whole = flag(params.all_fields, true)?;
        let own = ctx.actor.id();
        if whole {
            let shown = |account| view::fields(ctx, account, sysadmin || own == Some(&account.row.id));
            Raw::list(found.iter().map(shown))
        } else {
            Raw::list(found.iter().map(|account| &account.row.name))
        }
    }
}

fn sort(found: &mut [Account], order: &str) {
    let name = |account: &Account| account.row.name.clone();
    match order {
        "id" => found.sort_unstable_by(|one, other| one.row.id.cmp(&other.row.id)),
        "name" => found.sort_unstable_by(|one, other| one.row.name.cmp(&other.row.name)),
        "fullname" => found.sort_by_cached_key(|account| (account.row.fullname.clone(), name(account))),
        "created" => found.sort_by_cached_key(|account| (account.row.created, name(account))),
        "about" => found.sort_by_cached_key(|account| (account.row.about.clone(), name(account))),
        "sysadmin" => found.sort_by_cached_key(|account| (account.row.sysadmin, name(account))),
        "number_created_packages" => found.sort_by_cached_key(|account| (account.datasets, name(account))),
        _ => found.sort_by_cached_key(|account| {
            let fullname = account.row.fullname.as_deref().filter(|fullname| !fullname.is_empty());
            (fullname.unwrap_or(&account.row.name).to_lowercase(), name(account))
        }),
    }
}
