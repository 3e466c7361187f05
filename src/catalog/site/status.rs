//! `status_show`: how clients recognise a CKAN.

use action::{
    Action, Ctx, Kind, Settings,
    plugins::{self, Stand},
};
use base::Result;
use serde::Serialize;

/// The version of CKAN whose API this program speaks.
pub const CKAN_VERSION: &str = "2.12.0";

action::declare! {
    /// Returns what this site is: its title, address, language, parts and the version of the API.
    pub struct Status;
    /// Nothing.
    pub struct StatusParams {}
}

/// The seven keys of CKAN 2.12.
#[derive(Debug, Serialize)]
pub struct StatusView {
    site_title: String,
    site_description: String,
    site_url: String,
    error_emails_to: Option<String>,
    locale_default: String,
    /// Of the plugins that are named those that are here; where none are named, all that are.
    extensions: Vec<String>,
    /// Left out with `ckan.hide_version`, but for a sysadmin.
    #[serde(skip_serializing_if = "Option::is_none")]
    ckan_version: Option<&'static str>,
}

impl Action for Status {
    const NAME: &'static str = "status_show";
    const KIND: Kind = Kind::Read;
    type Params = StatusParams;
    type Subject = ();
    type Output = StatusView;

    fn allow(_ctx: &mut Ctx, _params: &StatusParams) -> Result<()> {
        Ok(())
    }

    fn run(ctx: &mut Ctx, _params: StatusParams, (): ()) -> Result<StatusView> {
        let (settings, site) = (&ctx.app.settings, ctx.app.site());
        Ok(StatusView {
            site_title: site.title.clone(),
            site_description: site.description.clone(),
            site_url: site.address.clone(),
            error_emails_to: settings.email_to.clone(),
            locale_default: settings.locale_default.clone(),
            extensions: extensions(settings),
            ckan_version: (!settings.hide_version || ctx.actor.is_sysadmin()).then_some(CKAN_VERSION),
        })
    }
}

fn extensions(settings: &Settings) -> Vec<String> {
    if settings.every_plugin && settings.plugins.is_empty() {
        return plugins::here().map(str::to_owned).collect();
    }
    settings.plugins.iter().filter(|name| !matches!(plugins::stand(name), Stand::Missing(_))).cloned().collect()
}
