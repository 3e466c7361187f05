//! `send_email_notifications`.

use std::sync::Arc;

use action::{Action, App, Ctx, Kind};
use base::{Error, Result, time::Stamp};
use catalog::{
    activity::{dashboard, recent::PartParams, view::View},
    member::db::find_user,
};
use serde_json::Value;

use super::db;
use crate::mail::{self, Mail};

/// Mails one after the other that may fail before the mail server counts as gone.
const FAILURES: usize = 5;
/// Datasets that a mail names.
const DATASETS: usize = 10;

action::declare! {
    /// Tells everybody who wants it by e-mail what is new in his dashboard: in one mail, once. Sysadmins only.
    ///
    /// Told is what others did since he was told last and looked last, and not longer ago than
    /// `ckan.email_notifications_since`.
    pub struct Send;
    /// Nothing.
    pub struct SendParams {}
}

impl Action for Send {
    const NAME: &'static str = "send_email_notifications";
    const KIND: Kind = Kind::Write;
    type Params = SendParams;
    type Subject = ();
    type Output = ();

    fn allow(ctx: &mut Ctx, _params: &SendParams) -> Result<()> {
        if ctx.actor.is_sysadmin() { Ok(()) } else { Err(Error::denied("")) }
    }

    fn run(ctx: &mut Ctx, _params: SendParams, (): ()) -> Result<()> {
        if !ctx.app.settings.activity.email {
            return Err(Error::invalid_text("ckan.activity_streams_email_notifications is not enabled in config"));
        }
        all(&ctx.app)
    }
}

/// Each user is told in a transaction of his own: who was told stays told, whatever happens to the mails of others.
fn all(app: &Arc<App>) -> Result<()> {
    let (mut last, mut failed, mut running) = (String::new(), 0_usize, 0_usize);
    loop {
        let page = db::wanting(&mut *app.pools.get(store::Lane::Job)?, &last)?;
        let Some(end) = page.last() else { break };
        last.clone_from(end);
        for user in &page {
            match one(app, user)? {
                Ok(()) => running = 0,
                Err(error) => {
                    tracing::error!(error, user, "the mail that tells of a dashboard was not sent");
                    (failed, running) = (failed + 1, running + 1);
                }
            }
            if running >= FAILURES {
                return Err(Error::unavailable("the mail server takes no mails"));
            }
        }
    }
    if failed == 0 { Ok(()) } else { Err(Error::unavailable(format!("{failed} mails were not sent; the next call tries again"))) }
}

/// Tells one user, if there is something to tell; the inner error is the mail's.
fn one(app: &Arc<App>, id: &str) -> Result<Result<(), String>> {
    let Some(actor) = app.actors.of_user(&mut *app.pools.get(store::Lane::Job)?, id)? else { return Ok(Ok(())) };
    let mut ctx = Ctx::job(app, &actor);
    let Some(user) = find_user(ctx.db()?, id)? else { return Ok(Ok(())) };
    let Some(email) = user.email.filter(|email| !email.is_empty()) else { return Ok(Ok(())) };
    let Some((viewed, sent)) = db::claim(ctx.db()?, id, user.created)? else { return Ok(Ok(())) };
    let now = Stamp::now();
    let oldest = Stamp::from_micros(now.micros().saturating_sub(app.settings.activity.email_since)).unwrap_or(now);
    let since = oldest.max(Stamp::from_naive(viewed)).max(Stamp::from_naive(sent));
    let part = PartParams { limit: None, offset: None, after: None, before: None };
    let (own, wanted) = dashboard::permitted(&ctx, &part)?;
    let list = dashboard::marked(&mut ctx, &own, &wanted)?;
    let new: Vec<&View> = list.iter().filter(|view| view.user_id.as_deref() != Some(id) && view.timestamp > since).collect();
    if !new.is_empty() {
        let (subject, body) = text(app, &user.name, &new);
        if let Err(error) = mail::send(app, &Mail { to: &email, subject, body }) {
            return Ok(Err(error));
        }
    }
    db::told(ctx.db()?, id, now)?;
    ctx.finish().map(Ok)
}

/// Subject and text, which says what is new, where all of it is, and how to be told no more. It names addresses of this program
/// alone: pages for readers are those of whoever builds them.
fn text(app: &App, user: &str, new: &[&View]) -> (String, String) {
    let site = app.site();
    let (title, url, count) = (&site.title, &site.url, new.len());
    let activities = if count == 1 { "activity" } else { "activities" };
    let are = if count == 1 { "is" } else { "are" };
    let mut body = format!("There {are} {count} new {activities} in your dashboard at {title}.\n\n");
    let mut datasets: Vec<(String, String)> = Vec::new();
    for named in new.iter().filter_map(|view| dataset(view)) {
        if datasets.len() < DATASETS && !datasets.contains(&named) {
            datasets.push(named);
        }
    }
    for (name, title) in &datasets {
        body.push_str(&format!("{title}\n    {url}/dataset/{name}\n\n"));
    }
    body.push_str(&format!(
        "All of it, for you with your API token:\n\n    GET {url}/api/3/action/dashboard_activity_list\n\n\
         To be told no more, with your API token, too:\n\n    POST {url}/api/3/action/user_patch\n    \
         {{\"id\": \"{user}\", \"activity_streams_email_notifications\": false}}\n"
    ));
    (format!("{count} new {activities} from {title}"), body)
}

/// Name and title of the dataset that an activity tells of, unless it is gone.
fn dataset(view: &View) -> Option<(String, String)> {
    if view.activity_type.as_deref().is_some_and(|kind| kind.starts_with("deleted ")) {
        return None;
    }
    let data: Value = serde_json::from_str(view.data.get()).ok()?;
    let text = |key: &str| data.get("package")?.get(key)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let name = text("name")?;
    let title = text("title").unwrap_or_else(|| name.clone());
    Some((name, title.split_whitespace().collect::<Vec<_>>().join(" ")))
}
