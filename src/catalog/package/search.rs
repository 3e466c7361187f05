//! `package_search`: reads CKAN's parameters, asks the index, and puts the answer together from bytes that are ready.

use std::borrow::Cow;

use action::{Action, App, Ctx, Field, Kind, Raw};
use auth::Actor;
use base::{
    Error, ErrorDict, Result, limits,
    loose::{self, Loose, Natural},
};
use model::{Document, document};
use search::{Found, Hit, Ranking, Request};
use serde_json::{Map, Value, json};

use super::index::unpack;

action::declare! {
    /// Searches datasets with CKAN's query language.
    ///
    /// Without `include_private` only public datasets are found; with it also those that the caller may read.
    pub struct Search;
    /// The query.
    pub struct SearchParams(fields());
}

/// From here on an answer takes long, whatever is asked.
const COSTLY_ROWS: usize = 200;
const COSTLY_START: usize = 10_000;
const COSTLY_FACETS: usize = 10;
const COSTLY_VALUES: usize = 1_000;

/// Parameters that CKAN takes; anything else is refused by name.
const KNOWN: &[&str] = &[
    "q",
    "fq",
    "fq_list",
    "sort",
    "rows",
    "start",
    "facet",
    "facet.field",
    "facet.limit",
    "facet.mincount",
    "fl",
    "qf",
    "bf",
    "boost",
    "tie",
    "defType",
    "mm",
    "df",
    "wt",
    "extras",
    "include_private",
    "include_drafts",
    "include_deleted",
    "use_default_schema",
    "explain",
    "hl",
    "cursorMark",
];

fn fields() -> Vec<Field> {
    let field = |name, doc, schema| Field { name, doc, schema };
    let (text, flag, number, list) = (String::schema, bool::schema, Natural::schema, Vec::<String>::schema);
    vec![
        field("q", "Words, or a query in Lucene's syntax when it has a colon behind a field. Everything when left out.", text()),
        field("fq", "A filter in Lucene's syntax.", text()),
        field("fq_list", "Filters, all of which must hold.", list()),
        field("sort", "Order: `field asc|desc`, comma separated.", text()),
        field("rows", "Datasets to answer, at most 1000; 0 for counts and facets alone.", number()),
        field("start", "Datasets to pass over.", number()),
        field(
            "cursorMark",
            "`*` for the first page, then `nextCursorMark` of the page before, instead of `start`: for any number of datasets.",
            text(),
        ),
        field("facet", "False: no facets.", flag()),
        field("facet.field", "Fields to count the values of.", list()),
        field(
            "facet.limit",
            "Values a field; -1 for all, by name. `facets_cut` tells where they were more than 100,000 or 8 MiB.",
            i64::schema(),
        ),
        field("facet.mincount", "Least count of a value.", number()),
        field("fl", "Fields to answer instead of whole datasets.", list()),
        field("include_private", "True: private datasets that the caller may read are found too.", flag()),
        field("include_drafts", "True: drafts that the caller may read are found too.", flag()),
        field("include_deleted", "Accepted; deleted datasets are not in the index.", flag()),
        field("use_default_schema", "Accepted; there is one form of a dataset here.", flag()),
        field("defType", "Parser of q: dismax, edismax or lucene.", text()),
        field("qf", "Fields and weights of dismax.", text()),
        field("mm", "How many words must match.", text()),
        field("hl", "True: `highlighting` holds extracts with the words marked, per dataset and field.", flag()),
        field("explain", "True: `explain` says of each dataset why it was found.", flag()),
        field("tie", "Share of the other fields in the score.", text()),
    ]
}

impl Action for Search {
    const NAME: &'static str = "package_search";
    const KIND: Kind = Kind::Read;
    const SEARCHES: bool = true;
    type Params = SearchParams;
    type Subject = ();
    type Output = Raw;

    fn allow(_ctx: &mut Ctx, _params: &SearchParams) -> Result<()> {
        Ok(())
    }

    fn costly(input: &Map<String, Value>) -> bool {
        let text = |name: &str| input.get(name).map(loose::text_of).unwrap_or_default();
        // Free text has no patterns, but may have question marks.
        let is_free = !text("q").contains(':') && input.get("defType").is_none_or(|parser| parser == "dismax");
        let q = if is_free { text("q").replace(['*', '?', '~', '/'], " ") } else { text("q") };
        let number = |name: &str| input.get(name).and_then(|value| Natural::read(value).ok()).map_or(0, |Natural(number)| number);
        let facets = input.get("facet.field").map_or(0, |value| value.to_string().matches(',').count());
        number("rows") > COSTLY_ROWS
            || number("start") > COSTLY_START
            || facets >= COSTLY_FACETS
            || input.get("facet.limit").is_some_and(is_costly_limit)
            || search::is_costly(&[q, text("fq"), text("fq_list")].join(" "))
    }

    fn run(ctx: &mut Ctx, params: SearchParams, (): ()) -> Result<Raw> {
        let query = read(&ctx.app, &ctx.actor, &params.0.0)?;
        let found = ctx.index().search(&query.request)?;
        Ok(Raw(answer(&ctx.app, &found, &query)?))
    }
}

/// True for so many values of a facet that listing them takes long; all of them count as that.
fn is_costly_limit(limit: &Value) -> bool {
    i64::read(limit).is_ok_and(|limit| usize::try_from(limit).map_or(true, |limit| limit > COSTLY_VALUES))
}

/// What is asked for.
pub struct Query {
    pub request: Request,
    /// Fields to answer instead of whole datasets.
    pub fl: Vec<String>,
    highlight: bool,
}

/// Reads CKAN's parameters.
///
/// # Errors
/// Validation and [`base::Kind::SearchQuery`] for parameters that cannot be.
pub fn read(app: &App, actor: &Actor, dict: &Map<String, Value>) -> Result<Query> {
    let mut errors = ErrorDict::default();
    let settings = &app.settings.search;
    let number = |name: &str, default: usize, errors: &mut ErrorDict| {
        action::params::take::<Natural>(dict, name, errors).map_or(default, |Natural(number)| number)
    };
    let rows = number("rows", 10, &mut errors).min(settings.rows_max);
    // CKAN goes on to cut what is no number.
    if errors.fields().get("rows").and_then(|messages| messages.get(0)).is_some_and(|first| first == "Invalid integer") {
        errors.add("rows", "Please enter an integer value");
    }
    let start = number("start", 0, &mut errors);
    let facet_mincount = number("facet.mincount", 1, &mut errors);
    let facet_limit = action::params::take::<i64>(dict, "facet.limit", &mut errors).unwrap_or(settings.facets_limit);
    let facet_fields = facet_fields(dict, &mut errors);
    errors.into_result()?;
    let unknown: Vec<&str> =
        dict.keys().map(String::as_str).filter(|key| !KNOWN.contains(key) && !key.starts_with("ext_")).collect();
    if !unknown.is_empty() {
        let names: Vec<String> = unknown.iter().map(|name| format!("'{name}'")).collect();
        return Err(Error::search_query(format!(
            "Search Query is invalid: \"Invalid search parameters: [{}]\"",
            names.join(", ")
        )));
    }
    let flag = |name: &str| dict.get(name).and_then(loose::bool_of).unwrap_or(false);
    let text = |name: &str| model::check::text_of(dict, name).filter(|text| !text.is_empty());
    let mut states = vec!["active".to_owned()];
    if flag("include_drafts") {
        states.push("draft".to_owned());
    }
    let mut fq: Vec<String> = text("fq").into_iter().collect();
    let spliced = settings.solr_or_semantics && !fq.is_empty();
    fq.extend(list(dict, "fq_list"));
    let cursor = text("cursorMark");
    let sort = sort(dict).unwrap_or_else(|| {
        let usual = &settings.default_sort;
        if cursor.is_some() { lasting(usual) } else { usual.clone() }
    });
    let facets = dict.get("facet").and_then(loose::bool_of).unwrap_or(true);
    let def_type = text("defType");
    let request = Request {
        q: question(app, actor, text("q").unwrap_or_default(), def_type.as_deref()),
        fq,
        spliced,
        sort: Some(sort),
        rows,
        start,
        facet_fields: if facets { facet_fields } else { Vec::new() },
        facet_limit,
        facet_mincount,
        labels: actor.labels(),
        public_only: !flag("include_private"),
        states,
        def_type,
        qf: text("qf"),
        mm: text("mm"),
        tie: text("tie"),
        bf: text("bf"),
        boost: text("boost"),
        ranking: settings.ranking,
        cursor,
        explain: flag("explain"),
    };
    Ok(Query { request, fl: list(dict, "fl"), highlight: flag("hl") })
}

/// What `q` asks: a colon behind a word that is no field stands in free text, unless the caller names a parser that reads it
/// otherwise, or the site wants CKAN's ranking.
fn question(app: &App, actor: &Actor, q: String, def_type: Option<&str>) -> String {
    let is_field = |name: &str| {
        search::is_in_schema(name)
            || app.settings.schemas.declares(scheming::Family::Dataset, name)
            // Where that cannot be known the search itself fails.
            || app.current_index().occurs(name, actor.labels()).unwrap_or(true)
    };
    let may_be_free = def_type.is_none_or(|parser| parser == "dismax") && app.settings.search.ranking == Ranking::Kurak;
    if may_be_free { search::prose(&q, is_field) } else { None }.unwrap_or(q)
}

fn sort(dict: &Map<String, Value>) -> Option<String> {
    let sort = match dict.get("sort")? {
        Value::Array(items) => items.iter().map(loose::text_of).collect::<Vec<_>>().join(", "),
        Value::Null => return None,
        one => loose::text_of(one),
    };
    Some(sort).filter(|sort| !sort.trim().is_empty() && sort != "rank")
}

/// An order without the score, which hangs on other datasets.
fn lasting(order: &str) -> String {
    let keys: Vec<&str> = order.split(',').map(str::trim).filter(|key| key.split_whitespace().next() != Some("score")).collect();
    if keys.is_empty() { "id asc".to_owned() } else { keys.join(", ") }
}

fn list(dict: &Map<String, Value>, name: &str) -> Vec<String> {
    match dict.get(name) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::String(text)) if text.trim_start().starts_with('[') => {
            serde_json::from_str(text).unwrap_or_else(|_text| vec![text.clone()])
        }
        Some(Value::String(text)) if name == "fl" => {
            text.split([',', ' ']).filter(|part| !part.is_empty()).map(str::to_owned).collect()
        }
        Some(value) => Vec::<String>::read(value).unwrap_or_default(),
    }
    .into_iter()
    .filter(|text| !text.is_empty())
    .collect()
}

/// A list, or the JSON text of one (ckan-api 6.1).
fn facet_fields(dict: &Map<String, Value>, errors: &mut ErrorDict) -> Vec<String> {
    let value = match dict.get("facet.field") {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::String(text)) if text.trim().is_empty() => return Vec::new(),
        Some(Value::String(text)) => serde_json::from_str(text).ok(),
        Some(value) => Some(value.clone()),
    };
    let Some(value) = value else {
        errors.add("facet.field", "Could not parse as valid JSON");
        errors.add("facet.field", "Not a list");
        return Vec::new();
    };
    let Value::Array(items) = value else {
        errors.add("facet.field", "Not a list");
        return Vec::new();
    };
    if items.len() > limits::FACET_FIELDS {
        errors.add("facet.field", format!("At most {} fields are possible", limits::FACET_FIELDS));
        return Vec::new();
    }
    let mut names = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Value::String(name) => names.push(name),
            other => errors.add("facet.field", format!("Not a string: {other}")),
        }
    }
    names
}

fn answer(app: &App, found: &Found, query: &Query) -> Result<String> {
    let mut text = String::with_capacity(1024 + found.hits.iter().map(|hit| hit.stored.len() + 1024).sum::<usize>());
    text.push_str("{\"count\":");
    text.push_str(&found.count.to_string());
    text.push_str(",\"facets\":");
    facets(found, &mut text)?;
    text.push_str(",\"results\":[");
    results(app, found, &query.fl, &mut text)?;
    text.push_str("],\"sort\":");
    text.push_str(&Value::String(found.sort.clone()).to_string());
    text.push_str(",\"search_facets\":");
    search_facets(app, found, &mut text)?;
    super::search_additions::write(app, query.highlight.then_some(&query.request), found, &mut text)?;
    text.push('}');
    Ok(text)
}

fn results(app: &App, found: &Found, fl: &[String], text: &mut String) -> Result<()> {
    for (place, hit) in found.hits.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        scored(app, hit, fl, found.scores.get(place).copied(), text)?;
    }
    Ok(())
}

/// Appends a dataset that was found.
///
/// # Errors
/// Internal, when its entry in the index is damaged.
pub fn result(app: &App, hit: &Hit, fl: &[String], text: &mut String) -> Result<()> {
    scored(app, hit, fl, None, text)
}

/// The same; `fl` may ask how well it fits.
fn scored(app: &App, hit: &Hit, fl: &[String], score: Option<f32>, text: &mut String) -> Result<()> {
    let (owner, groups, body) = unpack(&hit.stored)?;
    if fl.is_empty() {
        app.quotes.splice_parts(body, owner, groups.into_iter(), text);
    } else {
        let mut fields = chosen(app, &hit.id, (owner, &groups, body), fl)?;
        if let Some(score) = score.filter(|_| fl.iter().any(|name| name == "score")) {
            fields.insert("score".to_owned(), json!(score));
        }
        text.push_str(&Value::Object(fields).to_string());
    }
    Ok(())
}

/// The JSON list of what a search finds.
///
/// # Errors
/// What the index says.
pub fn listed(ctx: &mut Ctx, request: &Request) -> Result<String> {
    let found = ctx.index().search(request)?;
    let mut text = "[".to_owned();
    results(&ctx.app, &found, &[], &mut text)?;
    text.push(']');
    Ok(text)
}

/// The fields of `fl`, as the index would store them.
fn chosen(
    app: &App,
    id: &str,
    (owner, groups, body): (Option<&str>, &[&str], &str),
    fl: &[String],
) -> Result<Map<String, Value>> {
    let package = document::parse(body)?;
    let document = Document {
        id: id.to_owned(),
        name: package.name.clone(),
        version: 0,
        owner_org: owner.map(str::to_owned),
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        labels: Vec::new(),
        state: package.state.clone(),
        private: package.private,
        metadata_modified: package.metadata_modified.ok_or_else(|| Error::internal("a document without metadata_modified"))?,
        body: body.into(),
    };
    let entry = super::index::search_document(app, &document)?;
    Ok(search::fields(&entry, fl))
}

/// Appends a text as JSON.
fn push_json(into: &mut String, text: &str) -> Result<()> {
    // Most names and titles are as they are between quotes.
    if text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        into.extend(["\"", text, "\""]);
        return Ok(());
    }
    into.push_str(&serde_json::to_string(text).map_err(Error::internal)?);
    Ok(())
}

/// Appends the counts of the values of each field: written as they come, because there are hundreds in most answers.
fn facets(found: &Found, text: &mut String) -> Result<()> {
    text.push('{');
    for (place, (field, values)) in found.facets.iter().enumerate() {
        text.push_str(if place > 0 { "," } else { "" });
        push_json(text, field)?;
        text.push_str(":{");
        for (place, (value, count)) in values.iter().enumerate() {
            text.push_str(if place > 0 { "," } else { "" });
            push_json(text, value)?;
            text.extend([":", &count.to_string()]);
        }
        text.push('}');
    }
    text.push('}');
    Ok(())
}

/// Appends facets with display names, sorted by display name descending as CKAN does (ckan-api 6.3).
fn search_facets(app: &App, found: &Found, text: &mut String) -> Result<()> {
    text.push('{');
    for (place, (field, values)) in found.facets.iter().enumerate() {
        let mut items: Vec<(Cow<'_, str>, &str, usize)> =
            values.iter().map(|(value, count)| (display_name(app, field, value), value.as_str(), *count)).collect();
        items.sort_by(|one, other| other.0.cmp(&one.0));
        text.push_str(if place > 0 { "," } else { "" });
        push_json(text, field)?;
        text.push_str(":{\"title\":");
        push_json(text, field)?;
        text.push_str(",\"items\":[");
        for (place, (display_name, name, count)) in items.into_iter().enumerate() {
            text.extend([if place > 0 { "," } else { "" }, "{\"count\":", &count.to_string(), ",\"display_name\":"]);
            push_json(text, &display_name)?;
            text.push_str(",\"name\":");
            push_json(text, name)?;
            text.push('}');
        }
        text.push_str("]}");
    }
    text.push('}');
    Ok(())
}

fn display_name<'a>(app: &App, field: &str, value: &'a str) -> Cow<'a, str> {
    match field {
        "organization" | "groups" | "owner_org" => app.quotes.find(value).map(|group| group.row.display_name().to_owned()),
        "license_id" => app.settings.licenses.find(value).map(|license| license.title.clone()),
        _ => None,
    }
    .map_or(Cow::Borrowed(value), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,20}".prop_map(Value::from),
            r#"[\[\]", a-z]{0,30}"#.prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 60, 60, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..60).prop_map(Value::from),
                proptest::collection::vec((".{0,5}", inner), 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_value_breaks_the_reading_of_facets_and_lists(value in values()) {
            let dict: Map<String, Value> =
                ["facet.field", "fq_list", "fl", "sort", "q"].into_iter().map(|name| (name.to_owned(), value.clone())).collect();
            let mut errors = ErrorDict::default();
            let fields = facet_fields(&dict, &mut errors);
            prop_assert!(fields.len() <= limits::FACET_FIELDS);
            if let (Value::Array(items), true) = (&value, errors.is_empty()) {
                prop_assert_eq!(fields.len(), items.len(), "a field that is no text is told, not left out");
            }
            prop_assert!(list(&dict, "fq_list").iter().chain(&list(&dict, "fl")).all(|text| !text.is_empty()));
            prop_assert!(sort(&dict).is_none_or(|sort| !sort.trim().is_empty() && sort != "rank"));
            let _either_way = Search::costly(&dict);
        }
    }

    #[test]
    fn large_answers_and_patterns_are_costly_and_pages_are_not() {
        let costly = |input: Value| Search::costly(input.as_object().unwrap());
        for cheap in [
            json!({}),
            json!({"q": "калк", "rows": 20, "start": 40, "facet.field": ["organization", "tags", "res_format"]}),
            json!({"fq": "+state:active", "fq_list": ["a:b"], "rows": "100"}),
            json!({"rows": "many", "q": ["x"]}),
            json!({"q": "где вода?"}),
        ] {
            assert!(!costly(cheap.clone()), "{cheap}");
        }
        let facets: Vec<String> = (0..12).map(|number| format!("f{number}")).collect();
        for case in [
            json!({"q": "name:wat*"}),
            json!({"q": "wat*", "defType": "lucene"}),
            json!({"fq_list": ["a:b", "c:*d*"]}),
            json!({"rows": 1_000}),
            json!({"rows": "1000"}),
            json!({"start": 50_000}),
            json!({"facet.limit": -1}),
            json!({"facet.limit": "1001"}),
            json!({"facet.field": facets}),
            json!({"facet.field": Value::from(facets.clone()).to_string()}),
        ] {
            assert!(costly(case.clone()), "{case}");
        }
    }

    #[test]
    fn texts_become_json_whatever_they_hold() {
        for text in ["", "вода", "a\"b", "a\\b", "a\nb\u{0}", "\u{7f}\u{2028}"] {
            let mut written = String::new();
            push_json(&mut written, text).unwrap();
            assert_eq!(written, serde_json::to_string(text).unwrap());
        }
    }

    #[test]
    fn an_order_for_reading_on_has_no_score() {
        for (order, left) in
            [("score desc, metadata_modified desc", "metadata_modified desc"), ("score desc", "id asc"), ("name asc", "name asc")]
        {
            assert_eq!(lasting(order), left);
        }
    }
}
