//! Relationships between datasets: seen from both sides, kept over every other write.

use base::Kind;
use kit::TestApp;
use serde_json::{Value, json};

use crate::people_of::{actor, faults, user};

fn portal() -> TestApp {
    let portal = TestApp::new();
    user(&portal, "editor");
    for (organization, users) in [("org1", json!([{"name": "editor", "capacity": "editor"}])), ("org2", json!([]))] {
        drop(portal.ok("organization_create", json!({"name": organization, "users": users})));
    }
    for (name, organization) in [("child", "org1"), ("parent", "org1"), ("foreign", "org2")] {
        drop(portal.ok("package_create", json!({"name": name, "owner_org": organization})));
    }
    portal
}

#[test]
fn both_sides_show_a_relationship_and_keep_it() {
    let portal = portal();
    let editor = actor(&portal, "editor");
    let call = |name: &str, input: Value| portal.call(&editor, name, input).unwrap();
    let sent = json!({"subject": "parent", "object": "child", "type": "parent_of", "comment": "c"});
    let made = call("package_relationship_create", sent);
    assert_eq!(made, json!({"subject": "child", "type": "child_of", "object": "parent", "comment": "c"}));
    let list = |input: Value| call("package_relationships_list", input);
    assert_eq!(list(json!({"id": "child"})), json!([made]));
    assert_eq!(
        list(json!({"id": "parent", "rel": "parent_of", "id2": "child"})),
        json!([{"subject": "parent", "type": "parent_of", "object": "child", "comment": "c"}])
    );
    let changed = json!({"subject": "child", "object": "parent", "type": "child_of", "comment": "d"});
    assert_eq!(call("package_relationship_update", changed.clone())["comment"], "d");
    drop(call("package_patch", json!({"id": "child", "notes": "other"})));
    let (child, parent) = (portal.ok("package_show", json!({"id": "child"})), portal.ok("package_show", json!({"id": "parent"})));
    assert_eq!(child["relationships_as_subject"], parent["relationships_as_object"]);
    let shown = &child["relationships_as_subject"][0];
    assert_eq!(
        (&shown["type"], &shown["comment"], &shown["object_package_id"]),
        (&json!("child_of"), &json!("d"), &parent["id"])
    );
    assert_eq!(call("package_relationship_delete", changed.clone()), Value::Null);
    assert_eq!(portal.ok("package_show", json!({"id": "child"}))["relationships_as_subject"], json!([]));
    assert_eq!(call("package_relationship_create", changed)["comment"], "d");
    drop(portal.ok("dataset_purge", json!({"id": "parent"})));
    assert_eq!(portal.ok("package_show", json!({"id": "child"}))["relationships_as_subject"], json!([]));
}

#[test]
fn faults_and_rights() {
    let portal = portal();
    let editor = actor(&portal, "editor");
    let create = |input: Value| portal.call(&editor, "package_relationship_create", input);
    assert_eq!(faults(create(json!({"subject": "child"}))), json!({"object": ["Missing value"], "type": ["Missing value"]}));
    assert_eq!(
        faults(create(json!({"subject": "child", "object": "parent", "type": "zz"}))),
        json!({"type": ["Value must be one of ['depends_on', 'dependency_of', 'derives_from', 'has_derivation', 'links_to', 'linked_from', 'child_of', 'parent_of']"]})
    );
    let error = create(json!({"subject": "nope", "object": "parent", "type": "child_of"})).unwrap_err();
    assert_eq!((error.kind(), error.message()), (Kind::NotFound, "Subject package 'nope' was not found."));
    let error = create(json!({"subject": "child", "object": "foreign", "type": "links_to"})).unwrap_err();
    assert_eq!(error.message(), "User editor not authorized to edit these packages");
    let error = portal.call(&editor, "package_relationships_list", json!({"id": "child", "rel": "links_to", "id2": "parent"}));
    assert_eq!(error.unwrap_err().message(), "Relationship \"child links_to parent\" not found.");
}
