//! `term_translation_update_many`.

use action::{Action, Ctx, Dict, Kind};
use base::{Error, ErrorDict, Result};
use serde::Serialize;
use serde_json::{Value, json};

use super::update;

action::declare! {
    /// Stores the translations of several terms at once: all of them or none. Sysadmins only.
    pub struct UpdateMany;
    /// The translations.
    pub struct UpdateManyParams {
        /// List of translations, as term_translation_update takes them.
        data: Value,
    }
}

/// How many were stored, in CKAN's words.
#[derive(Serialize)]
pub struct Success {
    success: String,
}

impl Action for UpdateMany {
    const NAME: &'static str = "term_translation_update_many";
    const KIND: Kind = Kind::Write;
    type Params = UpdateManyParams;
    type Subject = Vec<Dict>;
    type Output = Success;

    fn allow(ctx: &mut Ctx, params: &UpdateManyParams) -> Result<Vec<Dict>> {
        let items = params.data.as_ref().and_then(Value::as_array).filter(|items| !items.is_empty());
        let items = items.and_then(|items| items.iter().map(|item| item.as_object().cloned().map(Dict)).collect());
        let items = items.ok_or_else(|| {
            let mut dict = ErrorDict::default();
            dict.set("error", json!("Must be a list of dicts"));
            Error::validation(dict)
        })?;
        update::allow(ctx)?;
        Ok(items)
    }

    fn run(ctx: &mut Ctx, _params: UpdateManyParams, items: Vec<Dict>) -> Result<Success> {
        for item in &items {
            drop(update::store(ctx, item)?);
        }
        Ok(Success { success: format!("{} rows updated", items.len()) })
    }
}
