//! `package_update`.

use action::{Action, Ctx, Kind, action::Answer};
use base::{Error, ErrorDict, Result};
use model::Document;
use serde_json::json;

use super::{
    allow,
    create::fields,
    write::{Incoming, Outcome, store_one},
};

action::declare! {
    /// Replaces a dataset.
    ///
    /// What is left out becomes empty, but for resources, groups, owner_org, private, state, name and type, which
    /// stay. An update that changes nothing writes nothing.
    pub struct Update;
    /// The dataset; `id` or `name` says which.
    pub struct UpdateParams(fields());
}

impl Action for Update {
    const NAME: &'static str = "package_update";
    const KIND: Kind = Kind::Write;
    type Params = UpdateParams;
    type Subject = Document;
    type Output = Answer;

    fn allow(ctx: &mut Ctx, params: &UpdateParams) -> Result<Document> {
        let dict = &params.0;
        let Some(key) = dict.text("id").or_else(|| dict.text("name")) else {
            let mut errors = ErrorDict::default();
            errors.set("id", json!("Missing value"));
            return Err(Error::validation(errors));
        };
        let document = allow::may_update(ctx, &key, "Package was not found.")?;
        allow::may_use_groups(ctx, &dict.0, &document.groups)?;
        Ok(document)
    }

    fn run(ctx: &mut Ctx, params: UpdateParams, document: Document) -> Result<Answer> {
        let id = document.id.clone();
        let incoming = Incoming { id: Some(id.clone()), dict: params.0.0, patch: false };
        let outcome = store_one(ctx, incoming, Some(document))?;
        let beside = match &outcome {
            Outcome::Updated(_) => format!(",\"changed_entities\":{}", json!({"packages": [id]})),
            _ => String::new(),
        };
        let result = outcome.into_stored()?.show(ctx);
        Ok(Answer { result, beside, ..Answer::default() })
    }
}
