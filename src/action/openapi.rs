//! The API document, OpenAPI 3.1, made from the table of actions.

use base::{Error, Result};
use serde_json::{Map, Value, json};

use crate::{Field, Kind, Row};

/// The whole document, as text with a newline at its end. The same table gives the same text.
///
/// # Errors
/// Internal, if it would be no OpenAPI document.
pub fn document(rows: &[Row], site_url: &str) -> Result<String> {
    let mut paths = Map::new();
    for row in rows {
        paths.insert(format!("/api/3/action/{}", row.name), path(row));
    }
    for (address, text) in OTHERS {
        paths.insert((*address).to_owned(), json!({"get": other(address, text)}));
    }
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": "kurak", "description": "A catalog that speaks CKAN's action API.", "version": env!("CARGO_PKG_VERSION")},
        "servers": [{"url": site_url}],
        "paths": paths,
        "components": {
            "schemas": {"Failure": failure()},
            "securitySchemes": {
                "token": {"type": "apiKey", "in": "header", "name": "Authorization"},
                "key": {"type": "apiKey", "in": "header", "name": "X-CKAN-API-Key"},
            },
        },
        "security": [{}, {"token": []}, {"key": []}],
    });
    // Read and written by the library once, so that nothing that is no OpenAPI gets out.
    let checked: utoipa::openapi::OpenApi = serde_json::from_value(document).map_err(Error::internal)?;
    let mut text = serde_json::to_string_pretty(&checked).map_err(Error::internal)?;
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

/// Addresses beside the actions, with what they answer.
const OTHERS: &[(&str, &str)] = &[
    ("/catalog.ttl", "The catalog as Turtle, 100 datasets a page."),
    ("/catalog.rdf", "The catalog as RDF/XML, 100 datasets a page."),
    ("/catalog.jsonld", "The catalog as JSON-LD, 100 datasets a page."),
    ("/dataset/{id}.ttl", "A dataset as Turtle."),
    ("/dataset/{id}.rdf", "A dataset as RDF/XML."),
    ("/dataset/{id}.jsonld", "A dataset as JSON-LD."),
    ("/healthz", "The process lives."),
    ("/readyz", "Requests can be answered."),
    ("/metrics", "Figures for Prometheus."),
];

fn other(address: &str, text: &str) -> Value {
    let parameter = |name: &str, place: &str, kind: &str| json!({"name": name, "in": place, "required": place == "path", "schema": {"type": kind}});
    let parameters = if address.starts_with("/dataset") {
        vec![parameter("id", "path", "string")]
    } else if address.starts_with("/catalog") {
        vec![
            parameter("page", "query", "integer"),
            parameter("modified_since", "query", "string"),
            parameter("q", "query", "string"),
            parameter("fq", "query", "string"),
        ]
    } else {
        Vec::new()
    };
    json!({"tags": ["beside the actions"], "summary": text, "operationId": address, "parameters": parameters, "responses": {"200": {"description": text}}})
}

fn path(row: &Row) -> Value {
    let fields = (row.fields)();
    let mut path = Map::new();
    if row.kind == Kind::Read {
        let parameters: Vec<Value> = fields.iter().map(|field| json!({"name": field.name, "in": "query", "required": field.required, "description": field.doc.trim(), "schema": typed(field.schema.clone())})).collect();
        let mut get = operation(row, "get");
        get.insert("parameters".to_owned(), json!(parameters));
        path.insert("get".to_owned(), Value::Object(get));
    }
    let mut post = operation(row, "post");
    post.insert(
        "requestBody".to_owned(),
        json!({"required": row.kind == Kind::Write, "content": {"application/json": {"schema": body(&fields)}}}),
    );
    path.insert("post".to_owned(), Value::Object(post));
    Value::Object(path)
}

fn body(fields: &[Field]) -> Value {
    let mut properties = Map::new();
    for field in fields {
        let mut schema = typed(field.schema.clone());
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("description".to_owned(), json!(field.doc.trim()));
        }
        properties.insert(field.name.to_owned(), schema);
    }
    let required: Vec<&str> = fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    let mut schema = json!({"type": "object", "properties": properties});
    if let (Some(schema), false) = (schema.as_object_mut(), required.is_empty()) {
        schema.insert("required".to_owned(), json!(required));
    }
    schema
}

fn operation(row: &Row, method: &str) -> Map<String, Value> {
    let doc = row.doc.trim();
    let summary = doc.split("\n\n").next().unwrap_or_default().lines().map(str::trim).collect::<Vec<_>>().join(" ");
    let noun = row.name.split('_').next().unwrap_or(row.name);
    let envelope = json!({"type": "object", "required": ["help", "success", "result"],
        "properties": {"help": {"type": "string"}, "success": {"type": "boolean"}, "result": typed((row.result_schema)())}});
    let failed = |text: &str| json!({"description": text, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Failure"}}}});
    let operation = json!({
        "tags": [noun],
        "summary": summary,
        "description": doc,
        "operationId": format!("{}_{method}", row.name),
        "responses": {
            "200": {"description": "What was asked for.", "content": {"application/json": {"schema": envelope}}},
            "400": {"description": "The request cannot be understood."},
            "403": failed("The caller may not do this."),
            "404": failed("There is no such thing."),
            "409": failed("The input breaks a rule; the members of error say which."),
            "503": failed("Not now; try again after Retry-After."),
        },
    });
    match operation {
        Value::Object(operation) => operation,
        _ => Map::new(),
    }
}

fn failure() -> Value {
    json!({"type": "object", "required": ["help", "success", "error"], "properties": {
        "help": {"type": "string"}, "success": {"type": "boolean"},
        "error": {"type": "object", "required": ["__type"], "properties": {"__type": {"type": "string"}, "message": {"type": "string"}}}}})
}
