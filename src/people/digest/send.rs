//! `send_email_notifications`.

use std::sync::Arc;

use action::{Action, App, Ctx, Kind};
use base::{Error, Result, time::Stamp};
use catalog::{
    activity::{dashboard, recent::PartParams},
    member::db::find_user,
};

use super::db;
use crate::mail::{self, Mail};

/// Mails one after the other that may fail before the mail server counts as gone.
const FAILURES: usize = 5;

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
    let new = list.iter().filter(|view| view.user_id.as_deref() != Some(id) && view.timestamp > since).count();
    if new > 0 {
        let (subject, body) = text(app, new);
        if let Err(error) = mail::send(app, &Mail { to: &email, subject, body }) {
            return Ok(Err(error));
        }
    }
    db::told(ctx.db()?, id, now)?;
    ctx.finish().map(Ok)
}

/// Subject and text, which says where to look and how to be told no more.
fn text(app: &App, new: usize) -> (String, String) {
    let site = app.site();
    let (title, url) = (&site.title, &site.url);
    let activities = if new == 1 { "activity" } else { "activities" };
    let body = format!(
        "There {are} {new} new {activities} in your dashboard at {title}. To see what, go to\n\n    {url}/dashboard/\n\n\
         To be told no more, change your profile:\n\n    {url}/user/edit\n",
        are = if new == 1 { "is" } else { "are" },
    );
    (format!("{new} new {activities} from {title}"), body)
}
