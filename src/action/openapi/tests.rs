//! The document of a small table of actions.

use super::*;
use crate::action::Answer;

fn row(name: &'static str, kind: Kind) -> Row {
    Row {
        name,
        plugin: None,
        kind,
        files: &[],
        doc: " Does it.\n\n Twice,\n if need be.\n",
        fields: || vec![Field { name: "id", doc: " Which.\n", schema: json!({"type": "string"}) }],
        searches: false,
        rehearse: |_app, _actor, _input| Ok(Answer::default()),
        call: |_app, _actor, _input, _conditions| Ok(Answer::default()),
        quick: |_app, _actor, _input| None,
        dataset: |_| None,
        costly: |_| false,
    }
}

fn made() -> Value {
    let rows = [row("tag_create", Kind::Write), row("tag_show", Kind::Read)];
    serde_json::from_str(&document(&rows, "https://x.kg").unwrap()).unwrap()
}

#[test]
fn a_row_is_a_path() {
    let document = made();
    assert_eq!((&document["openapi"], &document["servers"][0]["url"]), (&json!("3.1.0"), &json!("https://x.kg")));
    let paths = &document["paths"];
    assert!(paths["/api/3/action/tag_create"]["get"].is_null());
    let get = &paths["/api/3/action/tag_show"]["get"];
    assert_eq!((&get["summary"], &get["description"]), (&json!("Does it."), &json!("Does it.\n\nTwice,\nif need be.")));
    assert_eq!(get["parameters"][0]["description"], "Which.");
    let body = &paths["/api/3/action/tag_create"]["post"]["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!((&body["required"], &body["properties"]["id"]["type"]), (&json!(["name", "vocabulary_id"]), &json!("string")));
    let make = &paths["/api/3/action/tag_create"]["post"];
    assert_eq!(make["parameters"][0]["name"], "Idempotency-Key");
    assert!(make["responses"]["412"].is_object() && get["responses"]["412"].is_null());
    let result = &get["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["result"];
    assert_eq!(result["$ref"], "#/components/schemas/ShownTag");
    assert_eq!((&get["parameters"][0]["required"], &get["parameters"][0]["example"]), (&json!(true), &json!("air")));
    let content = &paths["/api/3/action/tag_create"]["post"]["requestBody"]["content"]["application/json"];
    assert_eq!(content["example"]["name"], "bishkek");
}

#[test]
fn every_operation_has_a_name_of_its_own_and_every_reference_an_aim() {
    let document = made();
    let mut names: Vec<&str> = Vec::new();
    for path in document["paths"].as_object().unwrap().values() {
        for operation in path.as_object().unwrap().values() {
            names.extend(operation["operationId"].as_str());
        }
    }
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
    assert!(names.iter().all(|name| name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_')), "{names:?}");
    assert!(document["components"]["schemas"]["Failure"]["properties"]["error"].is_object());
    assert!(document["components"]["securitySchemes"]["key"]["name"] == "X-CKAN-API-Key");
}

#[test]
fn the_same_rows_make_the_same_text() {
    let rows = [row("b_show", Kind::Read), row("a_make", Kind::Write)];
    assert_eq!(document(&rows, "x").unwrap(), document(&rows, "x").unwrap());
    assert!(document(&rows, "x").unwrap().ends_with("}\n"));
    assert_eq!(actions_text(&rows), "a_make [POST] id\nb_show [GET POST] id\n");
}

#[test]
fn an_action_without_a_line_may_answer_anything() {
    let path: Value = path(&row("unheard_of", Kind::Read)).unwrap();
    for (name, part) in path["get"]["responses"].as_object().unwrap() {
        let read = serde_json::from_value::<utoipa::openapi::Response>(part.clone());
        assert!(read.is_ok(), "{name}: {part} {:?}", read.err());
    }
    let schema = &path["get"]["responses"]["200"]["content"]["application/json"]["schema"];
    let read = serde_json::from_value::<utoipa::openapi::schema::Schema>(schema.clone());
    assert!(read.is_ok(), "{schema} {:?}", read.err());
}
