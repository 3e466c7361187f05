//! Schemas of a site: shown to front ends, and what they say of datasets, groups and organizations.

use std::sync::Arc;

use auth::Actor;
use base::Kind;
use fixture::Portal;
use kit::TestApp;
use scheming::{Schemas, Sources};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harvest::{job, serve, source, start, wait};

/// Schemas from the texts of files.
pub fn schemas(datasets: &str, groups: &str, organizations: &str) -> Arc<Schemas> {
    let folder = TempDir::new().unwrap();
    let files =
        [("datasets.yaml", datasets), ("groups.yaml", groups), ("organizations.yaml", organizations)].map(|(name, text)| {
            std::fs::write(folder.path().join(name), text).unwrap();
            if text.is_empty() { Vec::new() } else { vec![name.to_owned()] }
        });
    let languages = scheming::LANGUAGES.map(str::to_owned).to_vec();
    let sources = Sources { files, folders: vec![folder.path().to_path_buf()], languages, ..Sources::default() };
    Arc::new(Schemas::load(&sources).unwrap())
}

/// A portal with these schemas.
pub fn portal(datasets: &str, groups: &str, organizations: &str) -> TestApp {
    let schemas = schemas(datasets, groups, organizations);
    TestApp::with(|settings| {
        settings.auth.create_unowned_dataset = true;
        settings.schemas = schemas;
    })
}

fn errors(portal: &TestApp, action: &str, sent: Value) -> Value {
    let error = portal.call(&TestApp::site(), action, sent).unwrap_err();
    assert_eq!(error.kind(), Kind::Validation, "{error}");
    Value::Object(error.dict().fields().clone())
}

#[test]
fn schemas_are_shown_as_written_and_expanded() {
    let portal = portal(
        "dataset_type: soil\nabout_url: https://x.org\ndataset_fields:\n- {field_name: day, preset: date, label: {ky: Күн}}\nresource_fields: []\n",
        "",
        "",
    );
    let anyone = Actor::anonymous();
    let list = |family: &str| portal.call(&anyone, &format!("scheming_{family}_schema_list"), json!({})).unwrap();
    assert_eq!(list("dataset"), json!(["soil", "dataset"]));
    assert_eq!((list("group"), list("organization")), (json!(["group"]), json!(["organization"])));
    let written = portal.ok("scheming_dataset_schema_show", json!({"type": "soil", "expanded": false}));
    assert_eq!(
        written,
        json!({"dataset_type": "soil", "about_url": "https://x.org", "resource_fields": [],
            "dataset_fields": [{"field_name": "day", "preset": "date", "label": {"ky": "Күн"}}]})
    );
    let expanded = portal.ok("scheming_dataset_schema_show", json!({"type": "soil"}));
    assert_eq!(expanded["dataset_fields"][0]["validators"], "scheming_required isodate convert_to_json_if_date");
    assert_eq!(expanded["dataset_fields"][0]["label"], json!({"ky": "Күн"}));
    let built_in = portal.ok("scheming_organization_schema_show", json!({"type": "organization"}));
    assert_eq!(built_in["fields"][0]["field_name"], "title_translated");
    let missing = portal.call(&anyone, "scheming_group_schema_show", json!({"type": "soil"})).unwrap_err();
    assert_eq!(missing.kind(), Kind::NotFound);
    assert_eq!(errors(&portal, "scheming_group_schema_show", json!({})), json!({"type": ["Missing value"]}));
}

const SOIL: &str = "
dataset_type: soil
dataset_fields:
- {field_name: title, preset: title}
- {field_name: notes, required: true}
- {field_name: region, preset: select, required: true, choices: [{value: osh, label: Osh}, {value: chuy, label: Chuy}]}
- {field_name: depth, validators: ignore_missing is_positive_integer}
- {field_name: methods, preset: multiple_checkbox, choices: [{value: a, label: A}, {value: b, label: B}]}
- {field_name: summary, preset: fluent_text}
- {field_name: keywords, preset: fluent_tags}
- field_name: contact
  repeating_subfields:
  - {field_name: person, required: true}
  - {field_name: since, preset: date}
resource_fields:
- {field_name: rows, validators: scheming_required int_validator, required: true}
- {field_name: summary, preset: fluent_text}
";

fn soil() -> Value {
    json!({"name": "soil", "type": "soil", "title": "Soil", "notes": "n", "region": "osh", "depth": 30, "methods": ["b"],
        "summary": {"ky": "кыртыш", "ru": "почва"}, "keywords": {"ky": ["жер"]}, "contact": [{"person": "A", "since": "2020-01-02"}],
        "extras": [{"key": "other", "value": "o"}],
        "resources": [{"url": "http://x.org/a.csv", "rows": "7", "summary": "{\"ky\": \"катар\"}", "theme": "t"}]})
}

#[test]
fn own_fields_go_in_and_come_out_as_they_are_shown() {
    let portal = portal(SOIL, "", "");
    let made = portal.ok("package_create", soil());
    for (name, value) in [
        ("region", json!("osh")),
        // As CKAN keeps what has no output validator.
        ("depth", json!("30")),
        ("methods", json!(["b"])),
        ("summary", json!({"ky": "кыртыш", "ru": "почва"})),
        ("keywords", json!({"ky": ["жер"]})),
        ("contact", json!([{"person": "A", "since": "2020-01-02"}])),
        ("extras", json!([{"key": "other", "value": "o"}])),
    ] {
        assert_eq!(made[name], value, "{name}");
    }
    assert_eq!((&made["resources"][0]["rows"], &made["resources"][0]["theme"]), (&json!(7), &json!("t")));
    assert_eq!(made["resources"][0]["summary"], json!({"ky": "катар"}));
    let shown = portal.ok("package_show", json!({"id": "soil"}));
    assert_eq!(shown, made);
    // What is shown may be sent back, and changes nothing.
    assert_eq!(portal.ok("package_update", shown), made);
    let patched = portal.ok("package_patch", json!({"id": "soil", "region": "chuy"}));
    assert_eq!((&patched["region"], &patched["summary"]), (&json!("chuy"), &made["summary"]));
    let revised = portal.ok(
        "package_revise",
        json!({"match": {"name": "soil"}, "update": {"contact": [{"person": "B"}]}, "update__resources__0__rows": 8}),
    );
    assert_eq!(revised["package"]["contact"], json!([{"person": "B", "since": "2020-01-02"}]));
    assert_eq!(revised["package"]["resources"][0]["rows"], 8);
    let resource = portal.ok("resource_patch", json!({"id": made["resources"][0]["id"], "rows": "9"}));
    assert_eq!((&resource["rows"], &resource["summary"]), (&json!(9), &json!({"ky": "катар"})));
    // An update empties what it leaves out.
    let sent = json!({"id": "soil", "notes": "n", "region": "osh"});
    let left = portal.ok("package_update", sent);
    assert!(left.get("depth").is_none() && left.get("summary").is_none(), "{left}");
    assert_eq!(left["methods"], json!([]));
    let again = portal.restart_with(|_settings| ());
    assert_eq!(again.ok("package_show", json!({"id": "soil"})), left);
}

#[test]
fn every_fault_of_a_dataset_is_told_at_once() {
    let portal = portal(SOIL, "", "");
    let sent = json!({"name": "Bad Name", "type": "soil", "region": "talas", "depth": "x", "summary": [], "contact": [{}],
        "resources": [{"url": "u", "size": "x"}, {"url": "u", "rows": 1}], "extras": [{"key": "region", "value": "x"}]});
    assert_eq!(
        errors(&portal, "package_create", sent),
        json!({"name": ["Must be purely lowercase alphanumeric (ascii) characters and these symbols: -_"], "notes": ["Missing value"],
            "region": ["Value must be one of ['osh', 'chuy']"], "depth": ["Invalid integer"], "summary": ["expecting JSON object"],
            "contact": [{"person": ["Missing value"]}], "extras": [{"key": ["There is a schema field with the same name"]}],
            "resources": [{"size": ["Invalid integer"], "rows": ["Missing value"]}, {}]})
    );
    assert_eq!(
        errors(&portal, "package_create", json!({"type": "soil", "notes": "n", "region": "osh"})),
        json!({"name": ["Missing value"]})
    );
    drop(portal.ok("package_create", soil()));
    let patch = errors(&portal, "package_patch", json!({"id": "soil", "region": null}));
    assert_eq!(patch, json!({"region": ["Missing value"]}));
    let resource = errors(&portal, "resource_create", json!({"package_id": "soil", "url": "u"}));
    assert_eq!(resource, json!({"rows": ["Missing value"]}));
    // Another type is as CKAN has it.
    let plain =
        portal.ok("package_create", json!({"name": "plain", "region": "talas", "extras": [{"key": "region", "value": "x"}]}));
    assert!(plain.get("region").is_none() && plain["extras"] == json!([{"key": "region", "value": "x"}]));
    let wrong =
        portal.call(&TestApp::site(), "package_create", json!({"name": "nn", "type": "soil", "contact": "x"})).unwrap_err();
    assert_eq!(wrong.kind(), Kind::Integrity);
}

#[test]
fn own_fields_are_found_without_code() {
    let portal = portal(SOIL, "", "");
    drop(portal.ok("package_create", soil()));
    for filter in [
        "region:osh",
        "extras_region:osh",
        "depth:30",
        "methods:b",
        "keywords:жер",
        "keywords_ky:жер",
        "extras_summary:почва",
        "contact_person:A",
        "summary:кыртыш",
    ] {
        assert_eq!(portal.ok("package_search", json!({"fq": filter}))["count"], 1, "{filter}");
    }
    for q in ["кыртыш", "катар", "res_extras_summary:катар", "res_extras_rows:7"] {
        assert_eq!(portal.ok("package_search", json!({"q": q}))["count"], 1, "{q}");
    }
    let found = portal.ok("package_search", json!({"facet.field": ["keywords", "methods"]}));
    assert_eq!(found["facets"], json!({"keywords": {"жер": 1}, "methods": {"b": 1}}));
    assert_eq!(found["results"][0]["summary"], json!({"ky": "кыртыш", "ru": "почва"}));
}

#[test]
fn nothing_is_lost_when_a_site_changes_its_schemas() {
    let portal = portal(SOIL, "", "");
    let made = portal.ok("package_create", soil());
    let portal = portal.restart_with(|settings| settings.schemas = Arc::default());
    let shown = portal.ok("package_show", json!({"id": "soil"}));
    assert_eq!(shown, made);
    let plain = portal.ok("package_update", shown);
    assert!(plain.get("region").is_none());
    let extras = plain["extras"].as_array().unwrap();
    assert!(
        extras.contains(&json!({"key": "region", "value": "osh"}))
            && extras.contains(&json!({"key": "methods", "value": "[\"b\"]"}))
    );
    let portal = portal.restart_with(|settings| settings.schemas = schemas(SOIL, "", ""));
    let again = portal.ok("package_patch", json!({"id": "soil", "notes": "m"}));
    assert_eq!((&again["region"], &again["summary"]), (&made["region"], &made["summary"]));
    assert_eq!(again["extras"], json!([{"key": "other", "value": "o"}]));
}

const GROUPS: &str = "
group_type: theme
fields:
- {field_name: title, validators: ignore_missing unicode_safe}
- {field_name: name, validators: not_empty unicode_safe name_validator group_name_validator}
- {field_name: color, preset: select, required: true, choices: [{value: red, label: Red}]}
- {field_name: about, preset: fluent_text}
";

#[test]
fn groups_and_organizations_have_fields_of_their_own() {
    let portal = portal(
        "",
        GROUPS,
        "organization_type: organization\nfields:\n- {field_name: soate, validators: not_empty}\n- {field_name: links, repeating_subfields: [{field_name: url, required: true}]}\n",
    );
    assert_eq!(
        errors(&portal, "group_create", json!({"name": "g1", "type": "theme", "extras": [{"key": "color", "value": "x"}]})),
        json!({"color": ["Missing value"], "extras": [{"key": ["There is a schema field with the same name"]}]})
    );
    let made = portal.ok("group_create", json!({"name": "g1", "type": "theme", "color": "red", "about": {"ky": "а"}}));
    assert_eq!((&made["color"], &made["about"], &made["extras"]), (&json!("red"), &json!({"ky": "а"}), &json!([])));
    assert_eq!(portal.ok("group_show", json!({"id": "g1"}))["about"], json!({"ky": "а"}));
    let patched = portal.ok("group_patch", json!({"id": "g1", "title": "Theme"}));
    assert_eq!((&patched["color"], &patched["about"], &patched["title"]), (&json!("red"), &json!({"ky": "а"}), &json!("Theme")));
    let updated = portal.ok("group_update", json!({"id": "g1", "color": "red"}));
    assert!(updated.get("about").is_none() && updated["title"] == "Theme", "{updated}");
    assert_eq!(errors(&portal, "group_update", json!({"id": "g1"})), json!({"color": ["Missing value"]}));
    let plain = portal.ok("group_create", json!({"name": "g2", "color": "blue"}));
    assert!(plain.get("color").is_none());
    assert_eq!(errors(&portal, "organization_create", json!({"name": "o1"})), json!({"soate": ["Missing value"]}));
    let sent = json!({"name": "o1", "soate": 417, "links": [{"url": "u", "other": 1}]});
    let organization = portal.ok("organization_create", sent);
    assert_eq!((&organization["soate"], &organization["links"]), (&json!("417"), &json!([{"url": "u"}])));
    let listed = portal.ok("organization_list", json!({"all_fields": true, "include_extras": true}));
    assert_eq!(listed[0]["soate"], "417");
    let short = portal.ok("organization_list", json!({"all_fields": true}));
    assert!(short[0].get("soate").is_none());
    // Without the schema they become extras with the next change.
    let portal = portal.restart_with(|settings| settings.schemas = Arc::default());
    let extras = portal.ok("organization_update", organization)["extras"].clone();
    assert!(extras.as_array().unwrap().contains(&json!({"key": "soate", "value": "417"})), "{extras}");
}

#[test]
fn a_start_puts_fields_where_the_schemas_have_them() {
    let portal = TestApp::with(|settings| settings.auth.create_unowned_dataset = true);
    let extra = |key: &str, value: &str| json!({"key": key, "value": value});
    let extras = json!([extra("region", "osh"), extra("keywords", "{\"ky\": [\"жер\"]}"), extra("other", "o")]);
    let made = portal.ok("package_create", json!({"name": "soil", "type": "soil", "notes": "n", "extras": extras}));
    drop(portal.ok("package_create", json!({"name": "plain", "extras": [extra("region", "osh")]})));
    drop(
        portal.ok("group_create", json!({"name": "g1", "type": "theme", "extras": [extra("color", "red"), extra("other", "o")]})),
    );
    let restate = |portal: &TestApp| {
        let done = catalog::schema::restate::all(&portal.app).unwrap();
        assert_eq!(catalog::schema::restate::all(&portal.app).unwrap(), 0);
        done
    };
    assert_eq!(restate(&portal), 0);
    let portal = portal.restart_with(|settings| settings.schemas = schemas(SOIL, GROUPS, ""));
    assert_eq!(restate(&portal), 1);
    let shown = portal.ok("package_show", json!({"id": "soil"}));
    assert_eq!((&shown["region"], &shown["keywords"]), (&json!("osh"), &json!({"ky": ["жер"]})));
    assert_eq!((&shown["extras"], &shown["metadata_modified"]), (&json!([extra("other", "o")]), &made["metadata_modified"]));
    assert_eq!(portal.ok("package_search", json!({"fq": "keywords_ky:жер"}))["count"], 1);
    assert_eq!(portal.ok("package_show", json!({"id": "plain"}))["extras"], json!([extra("region", "osh")]));
    let group = portal.ok("group_show", json!({"id": "g1"}));
    assert_eq!((&group["color"], &group["extras"]), (&json!("red"), &json!([extra("other", "o")])));
    let portal = portal.restart_with(|settings| settings.schemas = Arc::default());
    assert_eq!(restate(&portal), 1);
    let back = portal.ok("package_show", json!({"id": "soil"}));
    assert!(back.get("region").is_none() && back["extras"].as_array().unwrap().contains(&extra("region", "osh")), "{back}");
    assert!(portal.ok("group_show", json!({"id": "g1"}))["extras"].as_array().unwrap().contains(&extra("color", "red")));
}

#[test]
fn what_is_left_out_stays_and_what_is_emptied_goes() {
    let portal = portal(
        "dataset_type: soil\ndataset_fields:\n- {field_name: title, preset: title}\n- {field_name: title_translated, preset: fluent_core_translated}\n- {field_name: name, preset: dataset_slug}\n- {field_name: owner_org, preset: dataset_organization}\n",
        "",
        "",
    );
    let organization = portal.ok("organization_create", json!({"name": "org1"}));
    let texts = json!({"en": "Soil", "ru": "Почва"});
    let made = portal.ok(
        "package_create",
        json!({"name": "soil", "type": "soil", "owner_org": "org1", "title_translated": "{\"en\": \"Soil\", \"ru\": \"Почва\"}"}),
    );
    assert_eq!((&made["title"], &made["title_translated"], &made["owner_org"]), (&json!("Soil"), &texts, &organization["id"]));
    let updated = portal.ok("package_update", json!({"id": "soil", "title_translated": texts}));
    assert_eq!(
        (&updated["title"], &updated["title_translated"], &updated["owner_org"]),
        (&json!("Soil"), &texts, &organization["id"])
    );
    for (action, sent, owner) in [
        ("package_patch", json!(null), &organization["id"]),
        ("package_update", json!(null), &organization["id"]),
        ("package_patch", json!(""), &Value::Null),
    ] {
        let written = portal.ok(action, json!({"id": "soil", "title_translated": texts, "owner_org": sent}));
        assert_eq!(&written["owner_org"], owner, "{action} {sent}");
    }
    let wrong = errors(&portal, "package_patch", json!({"id": "soil", "title_translated": {"EN": "x"}}));
    assert_eq!(wrong, json!({"title_translated": ["invalid language code: \"EN\""]}));
    assert_eq!(errors(&portal, "package_patch", json!({"id": "soil", "name": ""})), json!({"name": ["Missing value"]}));
}

/// A remote CKAN shows fields of its schema, texts in several languages, and one that is not as it should be.
#[test]
fn a_harvest_fills_own_fields_and_translations() {
    let id = |number: u8| format!("00000001-0000-4000-8000-00000000000{number}");
    let good = json!({"id": id(1), "name": "soil", "type": "soil", "title": "Soil", "notes": "n", "region": "osh", "methods": ["b"],
        "keywords": {"ky": ["жер"]}, "contact": [{"person": "A"}], "strange": {"a": 1},
        "extras": [{"key": "depth", "value": "30"}, {"key": "summary", "value": "{\"ky\": \"кыртыш\"}"}],
        "title_translated": {"ky": "Кыртыш", "ru": "Почва"},
        "resources": [{"id": id(7), "url": "http://x.org/a.csv", "rows": 7, "name": "file", "name_translated": {"ky": "катар", "ru": 7},
            "description_translated": "no object"}]});
    let bad =
        json!({"id": id(2), "name": "bad", "type": "soil", "title": "Bad", "notes": "n", "region": "talas", "resources": []});
    let remote = serve(Portal::from_packages(vec![good, bad]));
    let portal = portal(SOIL, "", "");
    let worker = start(&portal);
    let source = source(&portal, &remote, json!({}));
    let job = job(&portal, &source, false);
    let done = wait(&portal, &job);
    drop(worker);
    assert_eq!((done.added, done.errored), (1, 1));
    let kept = portal.ok("package_show", json!({"id": "soil"}));
    for (name, value) in [
        ("region", json!("osh")),
        ("depth", json!("30")),
        ("methods", json!(["b"])),
        ("keywords", json!({"ky": ["жер"]})),
        ("summary", json!({"ky": "кыртыш"})),
        ("contact", json!([{"person": "A"}])),
        ("title_translated", json!({"ky": "Кыртыш", "ru": "Почва"})),
        // None of its languages is that of this portal.
        ("title", json!("Soil")),
    ] {
        assert_eq!(kept[name], value, "{name}");
    }
    assert!(kept["extras"].as_array().unwrap().contains(&json!({"key": "strange", "value": "{\"a\":1}"})), "{kept}");
    let file = &kept["resources"][0];
    assert_eq!((&file["rows"], &file["name"], &file["name_translated"]), (&json!(7), &json!("file"), &json!({"ky": "катар"})));
    assert!(file.get("description_translated").is_none());
}
