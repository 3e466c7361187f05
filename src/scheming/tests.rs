//! Whole schemas, from their files to what they say of what clients send.

use std::{fs, sync::LazyLock};

use model::format::Formats;
use serde_json::{Map, Value, json};

use crate::{Checked, Family, Schema, Schemas, Scope, Sources, file, preset};

const DATASET: &str = "
dataset_type: soil
draft_fields_required: false
form_languages: [ky, ru]
alternate_languages:
  ru: [en]
dataset_fields:
- field_name: title
  preset: title
- field_name: title_translated
  preset: fluent_core_translated
- field_name: notes
  required: true
- field_name: region
  preset: select
  required: true
  choices:
  - {value: osh, label: {ky: Ош}}
  - {value: chuy, label: Chüy}
- field_name: depth
  validators: ignore_missing is_positive_integer
- field_name: sampled
  preset: date
- field_name: open
  validators: ignore_missing boolean_validator
  output_validators: boolean_validator
- field_name: methods
  preset: multiple_checkbox
  choices: [{value: a, label: A}, {value: b, label: B}, {value: c, label: C}]
- field_name: summary
  preset: fluent_text
  required: true
- field_name: keywords
  preset: fluent_tags
- field_name: contact
  repeating_subfields:
  - field_name: person
    required: true
  - field_name: since
    preset: date
  - field_name: phones
    preset: multiple_text
- field_name: code
  create_validators: default(new) unicode_safe
  validators: ignore_missing
resource_fields:
- field_name: license
  required: true
- field_name: rows
  validators: ignore_missing int_validator
- field_name: plan
  repeating_subfields:
  - field_name: step
    required: true
";

fn load(name: &str, text: &str, option: usize) -> base::Result<Schemas> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), text).unwrap();
    let mut files: [Vec<String>; 3] = Default::default();
    files[option].push(name.to_owned());
    Schemas::load(&Sources { files, folders: vec![folder.path().to_path_buf()], ..Sources::default() })
}

fn soil() -> std::sync::Arc<Schema> {
    load("soil.yaml", DATASET, 0).unwrap().declared(Family::Dataset, "soil").unwrap().clone()
}

static SCOPE: LazyLock<Scope> =
    LazyLock::new(|| Scope { state: "active", is_sysadmin: false, creates: true, locale: "ky", formats: Formats::built_in() });

fn check(schema: &Schema, sent: Value, scope: Scope) -> (Map<String, Value>, Checked) {
    let Value::Object(mut dict) = sent else { panic!("an object is due") };
    let checked = schema.check(&mut dict, scope).unwrap();
    (dict, checked)
}

fn errors(schema: &Schema, sent: Value, scope: Scope) -> Value {
    Value::Object(check(schema, sent, scope).1.errors.fields().clone())
}

fn good() -> Value {
    json!({"title": "Soil", "notes": "n", "region": "osh", "summary": {"ky": "кыскача", "ru": "коротко"}})
}

fn with(more: Value) -> Value {
    let mut sent = good();
    let (Value::Object(sent_members), Value::Object(more)) = (&mut sent, more) else { panic!("objects are due") };
    sent_members.extend(more);
    sent
}

#[test]
fn good_values_are_shown_as_the_schema_says() {
    let sent = with(json!({"depth": "30", "sampled": "2026-05-01", "open": "yes", "methods": ["c", "a"],
        "keywords": {"ky": ["кыртыш"]}, "contact": [{"person": "A", "since": "2020-01-02", "phones": ["1", ""], "x": 1}],
        "resources": [{"url": "u", "license": "l", "rows": "7", "other": 1, "plan": [{"step": "s", "x": 1}]}], "extra": 1}));
    let (dict, checked) = check(&soil(), sent, *SCOPE);
    assert_eq!(Value::Object(checked.errors.fields().clone()), json!({}));
    assert_eq!(
        Value::Object(checked.fields.clone()),
        json!({"region": "osh", "depth": "30", "sampled": "2026-05-01", "open": true, "methods": ["a", "c"],
            "summary": {"ky": "кыскача", "ru": "коротко"}, "keywords": {"ky": ["кыртыш"]},
            "contact": [{"person": "A", "since": "2020-01-02", "phones": ["1"]}], "code": "new"})
    );
    assert_eq!(dict["resources"], json!([{"url": "u", "license": "l", "rows": 7, "other": 1, "plan": [{"step": "s"}]}]));
    assert!(dict.contains_key("extra") && !dict.contains_key("region"));
    // What is shown may be sent back.
    let mut again = dict;
    again.extend(checked.fields.clone());
    let (_, second) = check(&soil(), Value::Object(again), Scope { creates: false, ..*SCOPE });
    assert_eq!(second.fields, checked.fields);
    assert!(second.errors.is_empty());
}

#[test]
fn every_fault_is_told_in_the_words_of_ckan() {
    let sent = json!({"region": "talas", "depth": 0, "sampled": "1/2/3", "methods": ["x", "a"], "summary": {"ky": "к", "RU": "р", "en": 1},
        "keywords": {"ky": ["а", 1]}, "contact": [{"person": "A"}, {"since": "x"}], "resources": [{}, {"license": "l", "rows": "x"}]});
    assert_eq!(
        errors(&soil(), sent, *SCOPE),
        json!({"notes": ["Missing value"], "region": ["Value must be one of ['osh', 'chuy']"],
            "depth": ["Must be a positive integer"], "sampled": ["Date format incorrect"], "methods": ["unexpected choice \"x\""],
            "summary": ["invalid language code: \"RU\"", "invalid type for \"en\" value"],
            "keywords": ["invalid type for \"ky\" value item 1", "Tag \"а\" length is less than minimum 2"],
            "contact": [{}, {"person": ["Missing value"], "since": ["Date format incorrect"]}],
            "resources": [{"license": ["Missing value"]}, {"rows": ["Invalid integer"]}]})
    );
    assert_eq!(
        errors(&soil(), with(json!({"summary": {"ky": "к"}})), *SCOPE),
        json!({"summary": ["Required language \"ru\" missing"]})
    );
    assert_eq!(errors(&soil(), with(json!({"summary": {"ky": "к", "en": "e"}})), *SCOPE), json!({}));
    assert_eq!(errors(&soil(), with(json!({"summary": "{"})), *SCOPE), json!({"summary": ["Failed to decode JSON string"]}));
    assert_eq!(errors(&soil(), with(json!({"summary": []})), *SCOPE), json!({"summary": ["expecting JSON object"]}));
}

#[test]
fn drafts_may_lack_what_the_schema_lets_them_lack() {
    let draft = Scope { state: "draft", ..*SCOPE };
    // `required` by itself is meant for drafts too.
    assert_eq!(errors(&soil(), json!({}), draft), json!({"notes": ["Missing value"]}));
    let active = errors(&soil(), json!({}), *SCOPE);
    assert_eq!(active["region"], json!(["Missing value"]));
    assert_eq!(active["summary"], json!(["Required language \"ky\" missing", "Required language \"ru\" missing"]));
}

#[test]
fn forms_send_parts() {
    let sent = json!({"title": "t", "notes": "n", "region": "osh", "summary-ky": "к", "summary-ru": "р", "keywords-ky": "аба,суу",
        "contact-2-person": "B", "contact-0-person": "A", "contact-0-since": ""});
    let (dict, checked) = check(&soil(), sent, *SCOPE);
    assert!(checked.errors.is_empty(), "{:?}", checked.errors);
    assert_eq!(checked.fields["summary"], json!({"ky": "к", "ru": "р"}));
    assert_eq!(checked.fields["keywords"], json!({"ky": ["аба", "суу"]}));
    assert_eq!(checked.fields["contact"], json!([{"person": "A", "since": null, "phones": []}, {"person": "B", "phones": []}]));
    assert!(!dict.keys().any(|key| key.contains('-')));
    let sent = json!({"title": "t", "notes": "n", "region": "osh", "summary-ky": "к", "summary-R": "р"});
    assert_eq!(
        errors(&soil(), sent, *SCOPE),
        json!({"summary-R": ["invalid language code: \"R\""], "summary-ru": ["Missing value"]})
    );
}

#[test]
fn something_else_than_a_list_of_objects_is_an_integrity_error() {
    for value in [json!("x"), json!({"a": 1}), json!(["x"])] {
        let Value::Object(mut dict) = with(json!({"contact": value})) else { panic!("an object is due") };
        assert_eq!(soil().check(&mut dict, *SCOPE).unwrap_err().kind(), base::Kind::Integrity);
    }
}

#[test]
fn no_value_breaks_a_validator() {
    let schema = soil();
    let values = [
        json!(null),
        json!(""),
        json!(0),
        json!(1.5),
        json!(true),
        json!(false),
        json!([]),
        json!([null]),
        json!([[1]]),
        json!({}),
        json!({"ky": null}),
        json!({"": ""}),
        json!("\u{0}"),
        json!(u64::MAX),
        json!("9".repeat(400)),
        json!("к".repeat(10_000)),
    ];
    for name in ["title", "region", "depth", "sampled", "open", "methods", "summary", "keywords", "code"] {
        for value in &values {
            let (_, checked) = check(&schema, with(json!({name: value, format!("{name}-ky"): value})), *SCOPE);
            // Either it is refused, or what is kept may be sent back.
            if checked.errors.is_empty() {
                let again = with(Value::Object(checked.fields));
                assert_eq!(errors(&schema, again, Scope { creates: false, ..*SCOPE }), json!({}), "{name} {value}");
            }
        }
    }
}

#[test]
fn wrong_files_are_refused_with_file_field_and_reason() {
    let wrong = |text: &str, parts: &[&str]| {
        let error = load("s.yaml", text, 0).unwrap_err();
        for part in parts.iter().chain(&["scheming.dataset_schemas", "s.yaml"]) {
            assert!(error.message().contains(part), "{part} is not in {}", error.message());
        }
    };
    wrong("- a", &["no object"]);
    wrong("dataset_fields: []", &["dataset_type"]);
    wrong("dataset_type: a/b", &["a/b"]);
    wrong("dataset_type: d", &["dataset_fields"]);
    let field =
        |text: &str, parts: &[&str]| wrong(&format!("dataset_type: d\ndataset_fields:\n- field_name: a\n- {text}"), parts);
    field(
        "field_name: b\n  validators: ignore_missing no_such",
        &["dataset_fields[1] (b)", "validators", "\"no_such\"", "scheming_required"],
    );
    field("field_name: b\n  output_validators: 7", &["(b)", "output_validators"]);
    field("field_name: b\n  preset: nope", &["(b)", "\"nope\"", "fluent_text"]);
    field("field_name: a", &["dataset_fields[1] (a)", "already"]);
    field("label: b", &["dataset_fields[1]:", "field_name"]);
    field("field_name: 'b c'", &["field_name"]);
    field("field_name: b\n  choices_helper: mine", &["\"mine\"", "choices"]);
    field("field_name: b\n  preset: select", &["choices"]);
    field("field_name: title\n  repeating_subfields: []", &["CKAN's own"]);
    field(
        "field_name: b\n  repeating_subfields:\n  - field_name: c\n    validators: x",
        &["(b)", "repeating_subfields[0] (c)", "\"x\""],
    );
    wrong(
        "dataset_type: d\ndataset_fields: []\nresource_fields:\n- field_name: url\n  repeating_subfields: []",
        &["resource_fields[0] (url)", "CKAN's own"],
    );
    wrong("dataset_type: d\nbefore_validators: x\ndataset_fields: []", &["before_validators"]);
}

#[test]
fn what_a_site_does_not_declare_is_built_in() {
    let schemas = load("soil.yaml", DATASET, 0).unwrap();
    assert_eq!(schemas.kinds(Family::Dataset).collect::<Vec<_>>(), ["soil", "dataset"]);
    assert_eq!(schemas.kinds(Family::Group).collect::<Vec<_>>(), ["group"]);
    assert_eq!((schemas.count_declared(), Schemas::default().count_declared()), (1, 0));
    assert!(schemas.declared(Family::Dataset, "dataset").is_none());
    let (_, checked) = check(schemas.find(Family::Dataset, "dataset").unwrap(), json!({"title_translated": 7}), *SCOPE);
    assert!(checked.errors.is_empty() && checked.fields.is_empty());
    assert_eq!(
        schemas.find(Family::Dataset, "soil").unwrap().shown(false)["dataset_fields"][0],
        json!({"field_name": "title", "preset": "title"})
    );
    let own = load("soil.yaml", &DATASET.replace("type: soil", "type: dataset"), 0).unwrap();
    assert_eq!(own.kinds(Family::Dataset).collect::<Vec<_>>(), ["dataset"]);
}

#[test]
fn presets_of_files_count_before_built_in_ones() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("p.json"), r#"{"presets": [{"preset_name": "date", "values": {"validators": "not_empty"}}]}"#)
        .unwrap();
    fs::write(folder.path().join("g.yaml"), "group_type: theme\nfields:\n- {field_name: since, preset: date}\n").unwrap();
    let sources = Sources {
        files: [vec![], vec!["g.yaml".to_owned()], vec![]],
        presets: vec!["p.json".to_owned(), preset::KNOWN_FILES[0].to_owned()],
        fallback: [false, true, false],
        folders: vec![folder.path().to_path_buf()],
        ..Sources::default()
    };
    let schemas = Schemas::load(&sources).unwrap();
    let theme = schemas.declared(Family::Group, "theme").unwrap();
    assert_eq!(errors(theme, json!({}), *SCOPE), json!({"since": ["Missing value"]}));
    assert!(schemas.refuses(Family::Group, "group") && !schemas.refuses(Family::Group, "theme"));
    assert!(!schemas.refuses(Family::Dataset, "anything"));
    assert!(file::find("g.yaml", &sources.folders).is_ok());
}
