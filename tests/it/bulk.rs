//! Many datasets of an organization at once, and a dataset's owner.

use auth::Actor;
use base::{Kind, limits};
use kit::TestApp;
use serde_json::{Value, json};

use crate::people_of::{actor, faults, user};

fn portal() -> TestApp {
    let portal = TestApp::new();
    for name in ["orgadmin", "editor"] {
        user(&portal, name);
    }
    let users = json!([{"name": "orgadmin", "capacity": "admin"}, {"name": "editor", "capacity": "editor"}]);
    drop(portal.ok("organization_create", json!({"name": "org1", "users": users})));
    drop(portal.ok("organization_create", json!({"name": "org2"})));
    for (name, owner) in [("one", "org1"), ("two", "org1"), ("foreign", "org2")] {
        drop(portal.ok("package_create", json!({"name": name, "owner_org": owner})));
    }
    portal
}

fn id_of(portal: &TestApp, action: &str, name: &str) -> Value {
    portal.ok(action, json!({"id": name}))["id"].clone()
}

#[test]
fn admins_change_many_datasets_of_theirs() {
    let portal = portal();
    let organization = id_of(&portal, "organization_show", "org1");
    let datasets = ["one", "two", "foreign"].map(|name| id_of(&portal, "package_show", name));
    let call = |who: &Actor, action: &str, organization: &Value| {
        portal.call(who, action, json!({"datasets": datasets, "org_id": organization}))
    };
    let admin = actor(&portal, "orgadmin");
    assert_eq!(call(&admin, "bulk_update_private", &json!("org1")).unwrap(), Value::Null, "a name finds none");
    assert_eq!(portal.ok("package_search", json!({}))["count"], 3);
    assert_eq!(call(&admin, "bulk_update_private", &organization).unwrap(), Value::Null);
    assert_eq!(portal.ok("package_search", json!({}))["count"], 1);
    assert_eq!(portal.ok("package_show", json!({"id": "foreign"}))["private"], false);
    assert_eq!(call(&admin, "bulk_update_public", &organization).unwrap(), Value::Null);
    assert_eq!(portal.ok("package_search", json!({}))["count"], 3);
    assert_eq!(call(&admin, "bulk_update_delete", &organization).unwrap(), Value::Null);
    assert_eq!(portal.ok("package_list", json!({})), json!(["foreign"]));
    for action in ["bulk_update_private", "bulk_update_public", "bulk_update_delete"] {
        for who in [actor(&portal, "editor"), Actor::anonymous()] {
            let error = call(&who, action, &organization).unwrap_err();
            assert_eq!((error.kind(), error.message()), (Kind::Denied, ""));
        }
    }
    let many = vec!["x"; limits::BULK + 1];
    let error = portal.call(&admin, "bulk_update_delete", json!({"datasets": many, "org_id": organization}));
    assert_eq!(faults(error), json!({"datasets": ["There may be at most 1000 datasets"]}));
    assert_eq!(portal.ok("bulk_update_delete", json!({"org_id": organization})), Value::Null);
}

#[test]
fn sysadmins_give_datasets_away() {
    let portal = portal();
    let site = TestApp::site();
    let give = |who: &Actor, input: Value| portal.call(who, "package_owner_org_update", input);
    let before = portal.ok("package_show", json!({"id": "one"}));
    assert_eq!(give(&site, json!({"id": "one", "organization_id": "org2"})).unwrap(), Value::Null);
    let after = portal.ok("package_show", json!({"id": "one"}));
    assert_eq!((&after["organization"]["name"], &after["metadata_modified"]), (&json!("org2"), &before["metadata_modified"]));
    assert_eq!(portal.ok("package_search", json!({"fq": "organization:org2"}))["count"], 2);
    assert_eq!(give(&site, json!({"id": "one", "organization_id": null})).unwrap(), Value::Null);
    assert_eq!(portal.ok("package_show", json!({"id": "one"}))["owner_org"], Value::Null);
    let denied = give(&actor(&portal, "orgadmin"), json!({"id": "two", "organization_id": "org1"})).unwrap_err();
    assert_eq!((denied.kind(), denied.message()), (Kind::Denied, ""));
    for (input, reason) in [
        (json!({"id": "nope"}), "Package was not found."),
        (json!({}), "Package was not found."),
        (json!({"id": "two", "organization_id": "nope"}), "Organization was not found."),
    ] {
        let error = give(&site, input).unwrap_err();
        assert_eq!((error.kind(), error.message()), (Kind::NotFound, reason));
    }
}
