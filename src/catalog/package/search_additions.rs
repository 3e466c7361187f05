//! What an answer of `package_search` says beyond CKAN's keys, and only where it was asked for or has something to say:
//! `highlighting` and `nextCursorMark` (as Solr spells them), `explain`, `facets_cut`,
//! `did_you_mean`, `relaxed`.

use action::App;
use base::Result;
use model::document;
use search::{Found, Request};
use serde_json::{Map, Value, json};

use super::index::unpack;

/// Adds `,"key":value` for each of them.
///
/// # Errors
/// Internal, when an entry of the index is damaged.
pub fn write(app: &App, highlighted: Option<&Request>, found: &Found, text: &mut String) -> Result<()> {
    let mut add = |key: &str, value: Value| {
        text.push_str(",\"");
        text.push_str(key);
        text.push_str("\":");
        text.push_str(&value.to_string());
    };
    if let Some(request) = highlighted {
        add("highlighting", highlighting(app, request, found)?);
    }
    if !found.reasons.is_empty() {
        let reasons = found.hits.iter().zip(&found.reasons).map(|(hit, reason)| (hit.id.clone(), json!(reason)));
        add("explain", Value::Object(reasons.collect()));
    }
    if !found.cut.is_empty() {
        let cut = found.cut.iter().map(|(field, all)| (field.clone(), json!(all)));
        add("facets_cut", Value::Object(cut.collect()));
    }
    if let Some(better) = &found.did_you_mean {
        add("did_you_mean", json!(better));
    }
    if let Some(next) = &found.next_cursor {
        add("nextCursorMark", json!(next));
    }
    if found.relaxed {
        add("relaxed", json!(true));
    }
    Ok(())
}

/// `{id: {field: [extract]}}`: HTML, the words that matched in `<em>`.
fn highlighting(app: &App, request: &Request, found: &Found) -> Result<Value> {
    let mut words = app.index.words_of(request, found);
    let mut all = Map::new();
    for hit in &found.hits {
        let (_, _, body) = unpack(&hit.stored)?;
        let package = document::parse(body)?;
        let mut extracts = Map::new();
        for (field, main, translated) in [
            ("title", Some(&package.title), &package.title_translated),
            ("notes", package.notes.as_ref(), &package.notes_translated),
        ] {
            let mut texts: Vec<&String> = main.into_iter().collect();
            texts.extend(translated.values().filter(|text| Some(*text) != main));
            let marked: Vec<Value> = texts.into_iter().filter_map(|text| words.extract(text)).map(Value::String).collect();
            if !marked.is_empty() {
                extracts.insert(field.to_owned(), Value::Array(marked));
            }
        }
        all.insert(hit.id.clone(), Value::Object(extracts));
    }
    Ok(Value::Object(all))
}
