//! `resource_search`.

use action::{Action, Ctx, Kind};
use base::{Error, ErrorDict, Result, loose::Natural, page::Page};
use model::Resource;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    matching::{Fault, Term, db},
    searched_fields,
};

/// Resources that one answer shows at most.
const MOST: usize = 10_000;
/// Bytes of the longest text that is looked for; a longer one is in no field.
const LONGEST: usize = 4096;
/// More fields than there are.
const FIELDS: usize = 32;

action::declare! {
    /// Searches the resources of public datasets by their fields.
    pub struct Search;
    /// The query.
    pub struct SearchParams {
        /// `field:text`, or a list of such, all of which must hold: the text is in the field, or at the beginning of `hash`.
        query: Value,
        /// Accepted for CKAN's sake.
        fields: Value,
        /// Field to sort by.
        order_by: String,
        /// Resources to pass over.
        offset: Natural,
        /// At most so many.
        limit: Natural,
    }
}

/// What was found.
#[derive(Serialize)]
pub struct Found {
    count: i64,
    results: Vec<Resource>,
}

impl Action for Search {
    const NAME: &'static str = "resource_search";
    const KIND: Kind = Kind::Read;
    type Params = SearchParams;
    type Subject = ();
    type Output = Found;

    fn allow(_ctx: &mut Ctx, _params: &SearchParams) -> Result<()> {
        Ok(())
    }

    fn run(ctx: &mut Ctx, params: SearchParams, (): ()) -> Result<Found> {
        let query = params.query.ok_or_else(|| fault("Missing value"))?;
        let pairs = pairs(&query).ok_or_else(|| fault("Must be <field>:<value> pair(s)"))?;
        let terms = terms(&pairs, &searched_fields(&ctx.app))?;
        if pairs.iter().any(|(_, text)| text.len() > LONGEST || text.contains('\0')) {
            return Ok(Found { count: 0, results: Vec::new() });
        }
        let number = |natural: Option<Natural>| natural.map(|Natural(number)| number);
        let page =
            Page { limit: Some(number(params.limit).unwrap_or(MOST).min(MOST)), offset: number(params.offset).unwrap_or(0) };
        let count = db::count(ctx.db()?, &terms)?;
        let mut results = db::list(ctx.db()?, &terms, params.order_by.as_deref(), page)?;
        if ctx.app.settings.has_plugin("datastore") {
            results.iter_mut().for_each(|resource| resource.datastore_active = Some(false));
        }
        // As CKAN does with the window that it found.
        results.sort_by_key(|resource| resource.position);
        Ok(Found { count, results })
    }
}

/// A plain text, as CKAN has it here.
fn fault(message: &str) -> Error {
    let mut errors = ErrorDict::default();
    errors.set("query", json!(message));
    Error::validation(errors)
}

/// Fields and texts; of a field that is there twice the last one.
fn pairs(query: &Value) -> Option<Vec<(&str, &str)>> {
    let items: Vec<&Value> = match query {
        Value::String(_) => vec![query],
        Value::Array(items) => items.iter().collect(),
        _ => return None,
    };
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for item in items {
        let (field, text) = item.as_str()?.split_once(':')?;
        // No more fields than these exist: the first unknown one is the answer.
        if pairs.len() < FIELDS {
            pairs.retain(|(known, _)| *known != field);
            pairs.push((field, text));
        }
    }
    Some(pairs)
}

fn terms(pairs: &[(&str, &str)], own: &[&str]) -> Result<Vec<Term>> {
    let term = |(field, text): &(&str, &str)| {
        Term::read(field, text, own).map_err(|reason| match reason {
            Fault::Unknown => fault(&format!("Field \"{field}\" not recognised in resource_search.")),
            Fault::Value(message) => fault(message),
        })
    };
    pairs.iter().map(term).collect()
}
