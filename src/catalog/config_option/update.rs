//! `config_option_update`.

use action::{Action, Ctx, Field, FileField, Kind, site::EDITABLE};
use base::{Error, Result, loose, loose::Loose};
use serde_json::{Map, Value};
use store::{changes, system_info};

use crate::picture::{self, Of};

action::declare! {
    /// Changes options of the configuration on all nodes at once; they stay changed when the program starts again.
    /// Sysadmins only.
    pub struct Update;
    /// The options with their new values.
    pub struct UpdateParams(fields());
}

const LOGO: &str = "ckan.site_logo";
/// Where uploaded pictures of the site are found.
const PICTURES: &str = "/uploads/admin/";
/// What is no option: a picture, and that it goes.
const UPLOADS: [&str; 2] = ["logo_upload", "clear_logo_upload"];

fn fields() -> Vec<Field> {
    let doc = |name: &str| match name {
        "ckan.site_title" => "How the site is called.",
        "ckan.site_url" => "Its address.",
        "ckan.site_description" => "A few words about it.",
        "logo_upload" => "A picture; needs multipart/form-data.",
        "clear_logo_upload" => "True: the uploaded picture goes.",
        _ => "Kept for front ends; this program itself does not use it.",
    };
    EDITABLE.iter().map(|name| Field { name, doc: doc(name), schema: String::schema() }).collect()
}

impl Action for Update {
    const NAME: &'static str = "config_option_update";
    const KIND: Kind = Kind::Write;
    const FILES: &'static [FileField] = picture::LOGO;
    type Params = UpdateParams;
    type Subject = ();
    type Output = Map<String, Value>;

    fn allow(ctx: &mut Ctx, _params: &UpdateParams) -> Result<()> {
        super::allow(ctx)
    }

    fn run(ctx: &mut Ctx, params: UpdateParams, (): ()) -> Result<Map<String, Value>> {
        let mut sent = params.0.0;
        let unknown: Vec<&str> = sent.keys().map(String::as_str).filter(|name| !EDITABLE.contains(name)).collect();
        if !unknown.is_empty() {
            return Err(Error::invalid_text(format!("Configuration option(s) '{}' can not be updated", unknown.join(" "))));
        }
        logo(ctx, &mut sent)?;
        let mut done = Map::new();
        for (name, value) in sent.iter().filter(|(name, value)| !value.is_null() && !UPLOADS.contains(&name.as_str())) {
            let text = loose::text_of(value);
            system_info::put(ctx.db()?, name, &text)?;
            ctx.log(changes::Entity::Site, name, changes::Kind::Update)?;
            done.insert(name.clone(), Value::String(text));
        }
        Ok(done)
    }
}

/// The logo that came along, or that goes.
fn logo(ctx: &mut Ctx, sent: &mut Map<String, Value>) -> Result<()> {
    let before = ctx.app.site().options.get(LOGO).cloned().unwrap_or_default();
    let file = picture::take(ctx, Of::Site, sent, Some(&before))?;
    let Some(name) = sent.get(LOGO).filter(|value| !value.is_null()).map(loose::text_of) else { return Ok(()) };
    picture::put(ctx, Of::Site, file, &name)?;
    let address =
        if name.is_empty() || name.starts_with("http") || name.starts_with('/') { name } else { format!("{PICTURES}{name}") };
    if let Some(old) = before.strip_prefix(PICTURES).filter(|_| before != address) {
        picture::clear(ctx, Of::Site, old, false)?;
    }
    sent.insert(LOGO.to_owned(), Value::String(address));
    Ok(())
}
