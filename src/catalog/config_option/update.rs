//! `config_option_update`.

use action::{Action, Ctx, Field, Kind, site::EDITABLE};
use base::{Error, Result, loose, loose::Loose};
use serde_json::{Map, Value};
use store::{changes, system_info};

action::declare! {
    /// Changes options of the configuration on all nodes at once; they stay changed when the program starts again.
    /// Sysadmins only.
    pub struct Update;
    /// The options with their new values.
    pub struct UpdateParams(fields());
}

/// Pictures cannot be uploaded: what stands for them is taken and has no effect, as in a CKAN without uploads.
const UPLOADS: [&str; 2] = ["logo_upload", "clear_logo_upload"];

fn fields() -> Vec<Field> {
    let doc = |name: &str| match name {
        "ckan.site_title" => "How the site is called.",
        "ckan.site_url" => "Its address.",
        "ckan.site_description" => "A few words about it.",
        "logo_upload" | "clear_logo_upload" => "Taken, without effect.",
        _ => "Kept for front ends; this program itself does not use it.",
    };
    EDITABLE.iter().map(|name| Field { name, doc: doc(name), schema: String::schema(), required: false }).collect()
}

impl Action for Update {
    const NAME: &'static str = "config_option_update";
    const KIND: Kind = Kind::Write;
    type Params = UpdateParams;
    type Subject = ();
    type Output = Map<String, Value>;

    fn allow(ctx: &mut Ctx, _params: &UpdateParams) -> Result<()> {
        super::allow(ctx)
    }

    fn run(ctx: &mut Ctx, params: UpdateParams, (): ()) -> Result<Map<String, Value>> {
        let sent = params.0.0;
        let unknown: Vec<&str> = sent.keys().map(String::as_str).filter(|name| !EDITABLE.contains(name)).collect();
        if !unknown.is_empty() {
            return Err(Error::invalid_text(format!("Configuration option(s) '{}' can not be updated", unknown.join(" "))));
        }
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
