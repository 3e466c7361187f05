//! `package_show`.

use std::sync::Arc;

use action::{
    Action, App, Ctx, Kind, Raw,
    action::{Answer, Input},
};
use auth::Actor;
use base::Result;
use model::Document;

use super::{allow, db};

action::declare! {
    /// Returns the metadata of a dataset and its resources.
    ///
    /// Public datasets are shown to everybody; private, draft and deleted ones to those who may read them in their
    /// organization.
    pub struct Show;
    /// Which dataset.
    pub struct ShowParams {
        /// Id or name of the dataset.
        id: String,
        /// Another spelling of `id`.
        name_or_id: String,
        /// Accepted for CKAN's sake: there is one form of a dataset here.
        use_default_schema: bool = false,
        /// True: with what plugins keep with it; sysadmins only.
        include_plugin_data: bool = false,
    }
}

impl Action for Show {
    const NAME: &'static str = "package_show";
    const KIND: Kind = Kind::Read;
    type Params = ShowParams;
    type Subject = Arc<Document>;
    type Output = Raw;

    fn allow(ctx: &mut Ctx, params: &ShowParams) -> Result<Arc<Document>> {
        let key = allow::needed(params.id.as_ref().filter(|id| !id.is_empty()).or(params.name_or_id.as_ref()), "name_or_id")?;
        let document = allow::find(ctx, key, "")?;
        allow::may_read(&ctx.actor, &document)?;
        Ok(document)
    }

    fn run(ctx: &mut Ctx, params: ShowParams, document: Arc<Document>) -> Result<Raw> {
        ctx.tell_version(document.tag());
        let mut text = whole(&ctx.app, &document);
        if params.include_plugin_data
            && ctx.actor.is_sysadmin()
            && let Some(data) = db::plugin_data(ctx.statement()?, &document.id)?
        {
            text.pop();
            text.push_str(&format!(",\"plugin_data\":{data}}}"));
        }
        Ok(Raw(text))
    }

    fn quick(app: &App, actor: &Actor, input: &Input) -> Option<Result<Answer>> {
        if input.contains_key("include_plugin_data") {
            return None;
        }
        let key = Self::dataset(input)?;
        let document = app.documents.get(key)?;
        actor
            .meets(&document.labels)
            .then(|| Ok(Answer { result: whole(app, &document), version: Some(document.tag()), ..Answer::default() }))
    }

    fn dataset(input: &Input) -> Option<&str> {
        input.get("id").and_then(|id| id.as_str())
    }
}

fn whole(app: &App, document: &Document) -> String {
    let mut text = String::new();
    app.quotes.splice(document, &mut text);
    text
}
