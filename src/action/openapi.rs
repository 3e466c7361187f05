//! The API document, OpenAPI 3.1, made from the table of actions.

#[cfg(test)]
mod tests;

use base::{Error, Result};
use serde_json::{Map, Value, json};

use crate::{Field, Kind, Row, shape};

/// The whole document, as text with a newline at its end. The same table gives the same text.
///
/// # Errors
/// Internal, if it would be no OpenAPI document.
pub fn document(rows: &[Row], site_url: &str) -> Result<String> {
    let mut paths = Map::new();
    for row in rows {
        paths.insert(format!("/api/3/action/{}", row.name), checked(row.name, path(row)?)?);
    }
    for entry in OTHERS {
        paths.insert(entry.0.to_owned(), checked(entry.0, json!({"get": other(*entry)}))?);
    }
    let mut schemas = shape::schemas()?;
    schemas.insert("Failure".to_owned(), failure());
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": "kurak", "description": "A catalog that speaks CKAN's action API.", "version": env!("CARGO_PKG_VERSION")},
        "servers": [{"url": site_url}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "apiKey", "in": "header", "name": "Authorization"},
                "key": {"type": "apiKey", "in": "header", "name": "X-CKAN-API-Key"},
            },
        },
        "security": [{}, {"token": []}, {"key": []}],
    });
    // Read and written by the library once, so that nothing that is no OpenAPI gets out.
    let whole: utoipa::openapi::OpenApi = serde_json::from_value(document).map_err(Error::internal)?;
    let mut text = serde_json::to_string_pretty(&whole).map_err(Error::internal)?;
    text.push('\n');
    Ok(text)
}

/// A schema that says nothing allows everything; the library wants that in words.
fn typed(mut schema: Value) -> Value {
    if let Some(members) = schema.as_object_mut() {
        if !members.contains_key("type") {
            members.insert("type".to_owned(), json!(["string", "number", "boolean", "object", "array", "null"]));
        }
        for name in ["items", "properties"] {
            match (name, members.get_mut(name)) {
                ("items", Some(items)) => *items = typed(items.take()),
                (_, Some(Value::Object(properties))) => {
                    properties.values_mut().for_each(|property| *property = typed(property.take()))
                }
                _ => {}
            }
        }
    }
    schema
}

/// A path that the library can read; else says which one it cannot.
fn checked(name: &str, path: Value) -> Result<Value> {
    match serde_json::from_value::<utoipa::openapi::PathItem>(path.clone()) {
        Ok(_known) => Ok(path),
        Err(error) => Err(Error::internal(error).context(format!("the documentation of {name}"))),
    }
}

/// One line an action: name, methods, parameters.
#[must_use]
pub fn actions_text(rows: &[Row]) -> String {
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let methods = if row.kind == Kind::Read { "GET POST" } else { "POST" };
            let names: Vec<&str> = (row.fields)().iter().map(|field| field.name).collect();
            format!("{} [{methods}] {}", row.name, names.join(" ")).trim_end().to_owned()
        })
        .collect();
    lines.sort();
    lines.join("\n") + "\n"
}

/// Addresses beside the actions: what they are called, what they answer, in which media type.
const OTHERS: &[(&str, &str, &str, &str)] = &[
    ("/catalog.ttl", "catalog_ttl", "The catalog in DCAT-AP 3 as Turtle, 100 datasets a page.", "text/turtle"),
    ("/catalog.rdf", "catalog_rdf", "The catalog in DCAT-AP 3 as RDF/XML, 100 datasets a page.", "application/rdf+xml"),
    ("/catalog.xml", "catalog_xml", "As /catalog.rdf.", "application/rdf+xml"),
    ("/catalog.jsonld", "catalog_jsonld", "The catalog in DCAT-AP 3 as JSON-LD, 100 datasets a page.", "application/ld+json"),
    ("/catalog", "catalog", "The catalog in the format that Accept asks for; Turtle else.", "text/turtle"),
    ("/dataset/{id}.ttl", "dataset_ttl", "A dataset in DCAT-AP 3 as Turtle.", "text/turtle"),
    ("/dataset/{id}.rdf", "dataset_rdf", "A dataset in DCAT-AP 3 as RDF/XML.", "application/rdf+xml"),
    ("/dataset/{id}.xml", "dataset_xml", "As /dataset/{id}.rdf.", "application/rdf+xml"),
    ("/dataset/{id}.jsonld", "dataset_jsonld", "A dataset in DCAT-AP 3 as JSON-LD.", "application/ld+json"),
    ("/dataset/{id}", "dataset", "A dataset in the format that Accept asks for; JSON-LD else.", "application/ld+json"),
    (
        "/api/3/search/export",
        "search_export",
        "All that a search finds, a dataset a line, in the order of its ids unless sort says otherwise.",
        "application/x-ndjson",
    ),
    (
        "/dataset/{id}/resource/{resource_id}/download/{filename}",
        "resource_download",
        "The bytes of an uploaded resource, whole or in ranges; 302 for a link.",
        "application/octet-stream",
    ),
    ("/file/download/{id}", "file_download", "The bytes of a file, whole or in ranges.", "application/octet-stream"),
    ("/openapi.json", "openapi", "This document.", "application/json"),
    ("/healthz", "healthz", "The process lives.", "text/plain"),
    ("/readyz", "readyz", "Requests can be answered; else 503 with the reasons.", "application/json"),
    ("/metrics", "metrics", "Figures for Prometheus.", "text/plain"),
];

fn other((address, name, text, media_type): (&str, &str, &str, &str)) -> Value {
    let is_dataset = address.starts_with("/dataset");
    let is_catalog = address.starts_with("/catalog");
    let is_export = address.ends_with("/export");
    let in_path: Vec<Value> = address
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.split('}').next())
        .map(|name| json!({"name": name, "in": "path", "required": true, "description": "Id or name.", "schema": {"type": "string"}}))
        .collect();
    let parameters = if !in_path.is_empty() {
        in_path
    } else if is_catalog || is_export {
        let known = if is_export { EXPORT } else { CATALOG };
        known.iter().map(|(name, text, kind)| json!({"name": name, "in": "query", "required": false, "description": text, "schema": {"type": kind}})).collect()
    } else {
        Vec::new()
    };
    let mut responses = Map::new();
    responses.insert("200".to_owned(), json!({"description": text, "content": {media_type: {}}}));
    if is_dataset || is_catalog {
        responses.insert("304".to_owned(), json!({"description": "If-None-Match names what is there."}));
    }
    if is_dataset {
        responses.insert("403".to_owned(), failed("The caller may not see the dataset."));
        responses.insert("404".to_owned(), failed("There is no such dataset."));
    }
    if is_catalog || is_export {
        responses.insert("409".to_owned(), failed("A parameter cannot be read; the members of error say which."));
    }
    json!({"tags": ["beside the actions"], "summary": text, "operationId": name, "parameters": parameters, "responses": responses})
}

/// Headers of a write.
const CONDITIONS: [(&str, &str); 2] = [
    ("Idempotency-Key", "Within a day the same request under the same key is answered again, not done again."),
    ("If-Match", "The ETag of the thing when the caller last saw it; also as the parameter expected_version (then 409)."),
];

/// Parameters of an export.
const EXPORT: &[(&str, &str, &str)] = &[
    ("q", "As in package_search.", "string"),
    ("fq", "As in package_search.", "string"),
    ("fq_list", "As in package_search.", "string"),
    ("sort", "As in package_search, but not by score.", "string"),
    ("fl", "Fields instead of whole datasets.", "string"),
    ("include_private", "True: private datasets too that the caller may read.", "boolean"),
    ("include_drafts", "True: drafts too that the caller may read.", "boolean"),
    ("wait_for", "index: let the index hold all that is committed by now, by any node.", "string"),
    ("min_seq", "Let the index hold this change.", "integer"),
];

/// Parameters of a catalog.
const CATALOG: &[(&str, &str, &str)] = &[
    ("page", "Page, from 1.", "integer"),
    ("modified_since", "Only what was changed at or after this date or time.", "string"),
    ("q", "Only what is found by this, as in package_search.", "string"),
    ("fq", "Only what passes this filter, as in package_search.", "string"),
    ("profiles", "euro_dcat_ap_3.", "string"),
];

/// What the edge takes beside an action's own parameters: name, text, type.
fn waits(row: &Row) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let write = ("wait_for", "index: answer when searches find what was written, or after five seconds.", "string");
    let search =
        ("wait_for", "index: let the index hold all that is committed by now, by any node; 503 after two seconds.", "string");
    let sequence =
        ("min_seq", "Let the index hold this change (Kurak-Change-Sequence of a write); 503 after two seconds.", "integer");
    let is_write = row.kind == Kind::Write;
    let searches = row.searches;
    [(is_write, write), (searches, search), (searches, sequence)]
        .into_iter()
        .filter(|(is_known, _)| *is_known)
        .map(|(_, wait)| wait)
}

/// Headers of a success: name, text.
fn told(row: &Row) -> Value {
    let header = |text: &str| json!({"description": text, "schema": {"type": "integer"}});
    if row.kind == Kind::Write {
        json!({"Kurak-Change-Sequence": header("The number of the write in the change log.")})
    } else if row.searches {
        json!({
            "Kurak-Index-Sequence": header("The highest number of the change log that searches see."),
            "Kurak-Index-Lag": header("Milliseconds since the moment up to which the index holds everything."),
        })
    } else {
        json!({})
    }
}

fn path(row: &Row) -> Result<Value> {
    let fields = (row.fields)();
    let untold = shape::Line::untold();
    let line = shape::line(row.name)?.unwrap_or(&untold);
    let (needed, example, result) = (&line.needed, &line.example, line.result_schema());
    let mut path = Map::new();
    if row.kind == Kind::Read {
        let parameters = fields.iter().map(|field| in_query(field, needed, example));
        let waits = waits(row).map(|(name, text, kind)| json!({"name": name, "in": "query", "required": false, "description": text, "schema": {"type": kind}}));
        let parameters: Vec<Value> = parameters.chain(waits).collect();
        let mut get = operation(row, "get", &result);
        get.insert("parameters".to_owned(), json!(parameters));
        path.insert("get".to_owned(), Value::Object(get));
    }
    let mut post = operation(row, "post", &result);
    if row.kind == Kind::Write {
        let headers = CONDITIONS.map(|(name, text)| json!({"name": name, "in": "header", "required": false, "description": text, "schema": {"type": "string"}}));
        post.insert("parameters".to_owned(), json!(headers));
        if let Some(responses) = post.get_mut("responses").and_then(Value::as_object_mut) {
            responses.insert("412".to_owned(), failed("If-Match names another version than current_version."));
        }
    }
    post.insert(
        "requestBody".to_owned(),
        json!({"required": row.kind == Kind::Write, "content": content(row, body(&fields, needed), example)}),
    );
    path.insert("post".to_owned(), Value::Object(post));
    Ok(Value::Object(path))
}

fn in_query(field: &Field, needed: &[String], example: &Map<String, Value>) -> Value {
    let required = needed.iter().any(|name| name == field.name);
    let mut parameter = json!({"name": field.name, "in": "query", "required": required, "description": plain(field.doc), "schema": typed(field.schema.clone())});
    if let (Some(parameter), Some(value)) = (parameter.as_object_mut(), example.get(field.name)) {
        parameter.insert("example".to_owned(), value.clone());
    }
    parameter
}

/// JSON; a form in parts too, for an action that takes files.
fn content(row: &Row, mut schema: Value, example: &Map<String, Value>) -> Value {
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.extend(waits(row).map(|(name, text, kind)| (name.to_owned(), json!({"type": kind, "description": text}))));
    }
    let mut content = json!({"application/json": {"schema": schema, "example": example}});
    if let (Some(content), false) = (content.as_object_mut(), row.files.is_empty()) {
        let mut form = schema;
        if let Some(properties) = form.get_mut("properties").and_then(Value::as_object_mut) {
            for file in row.files {
                let name =
                    if file.name.starts_with("__") { format!("update__resources__0{}", file.name) } else { file.name.to_owned() };
                properties.insert(name, json!({"type": "string", "format": "binary", "description": plain(file.doc)}));
            }
        }
        content.insert("multipart/form-data".to_owned(), json!({"schema": form}));
    }
    content
}

fn body(fields: &[Field], needed: &[String]) -> Value {
    let mut properties = Map::new();
    for field in fields {
        let mut schema = typed(field.schema.clone());
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("description".to_owned(), json!(plain(field.doc)));
        }
        properties.insert(field.name.to_owned(), schema);
    }
    let mut schema = json!({"type": "object", "properties": properties});
    if let (Some(schema), false) = (schema.as_object_mut(), needed.is_empty()) {
        schema.insert("required".to_owned(), json!(needed));
    }
    schema
}

fn operation(row: &Row, method: &str, result: &Value) -> Map<String, Value> {
    let doc = plain(row.doc);
    let summary = doc.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    let noun = row.name.split('_').next().unwrap_or(row.name);
    let envelope = json!({"type": "object", "required": ["help", "success", "result"],
        "properties": {"help": {"type": "string"}, "success": {"type": "boolean"}, "result": result}});
    let text = json!({"description": "The request cannot be understood: a text, or an envelope.", "content": {"application/json":
        {"schema": {"type": ["string", "object"]}}}});
    let operation = json!({
        "tags": [noun],
        "summary": summary,
        "description": doc,
        "operationId": format!("{}_{method}", row.name),
        "responses": {
            "200": {"description": "What was asked for.", "headers": told(row), "content": {"application/json": {"schema": envelope}}},
            "400": text,
            "403": failed("The caller may not do this."),
            "404": failed("There is no such thing."),
            "409": failed("The input breaks a rule; the members of error say which."),
            "413": failed("The request is too large."),
            "429": failed("Too many requests; try again after Retry-After."),
            "500": failed("A fault of the server."),
            "503": failed("Not now; try again after Retry-After."),
        },
    });
    match operation {
        Value::Object(operation) => operation,
        _ => Map::new(),
    }
}

/// A doc comment as text: without the blank that stands behind `///`.
fn plain(doc: &str) -> String {
    let lines: Vec<&str> = doc.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect();
    lines.join("\n").trim().to_owned()
}

fn failed(text: &str) -> Value {
    json!({"description": text, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Failure"}}}})
}

fn failure() -> Value {
    json!({"type": "object", "required": ["help", "success", "error"], "properties": {
        "help": {"type": "string"}, "success": {"type": "boolean"},
        "error": {"type": "object", "required": ["__type"], "properties": {"__type": {"type": "string"}, "message": {"type": "string"}}}}})
}
