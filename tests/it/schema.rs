//! Schemas of a site: shown to front ends, and what they say of datasets, groups and organizations.

use std::sync::Arc;

use auth::Actor;
use base::Kind;
use kit::TestApp;
use scheming::{Schemas, Sources};
use serde_json::{Value, json};
use tempfile::TempDir;

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
