//! What is generated from the table of actions and committed: it must be what the program says.
//! `UPDATE_OPENAPI=1` writes it anew.

use std::path::Path;

fn compare(name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi").join(name);
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, expected).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == expected,
        "{} is out of date: run UPDATE_OPENAPI=1 cargo test -p kurak --test it openapi",
        path.display()
    );
}

#[test]
fn the_document_is_committed() {
    let document = action::openapi::document(&kurak::rows_sorted(), "http://127.0.0.1:5000").unwrap();
    let parsed: serde_json::Value = serde_json::from_str(&document).unwrap();
    assert_eq!(parsed["openapi"], "3.1.0");
    assert!(parsed["paths"]["/api/3/action/package_show"]["get"]["parameters"].is_array());
    assert!(parsed["paths"]["/api/3/action/package_create"]["get"].is_null());
    compare("kurak.json", &document);
}

#[test]
fn the_list_of_actions_is_committed() {
    compare("actions.txt", &action::openapi::actions_text(&kurak::rows_sorted()));
}

#[test]
fn the_list_of_options_is_committed() {
    compare("settings.txt", &kurak::config::honoured::text());
}

#[test]
fn every_action_says_what_it_needs_and_answers_and_has_an_example() {
    let examples: std::collections::BTreeMap<_, _> = action::shape::examples().unwrap().collect();
    let rows = kurak::rows_sorted();
    let names: Vec<&str> = rows.iter().map(|row| row.name).collect();
    assert_eq!(examples.keys().copied().collect::<Vec<_>>(), names, "src/action/shape/actions.txt has a line an action");
    for row in rows {
        let fields: Vec<&str> = (row.fields)().iter().map(|field| field.name).collect();
        let needed = action::shape::needed(row.name).unwrap();
        for name in examples[row.name].keys().map(String::as_str).chain(needed.iter().map(String::as_str)) {
            assert!(fields.contains(&name), "{} has no parameter {name}: {fields:?}", row.name);
        }
        for name in needed {
            assert!(examples[row.name].contains_key(name), "the example of {} has no {name}", row.name);
        }
    }
}
