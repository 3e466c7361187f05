//! Groups: changed, filled with datasets, deleted, purged.

use auth::Actor;
use base::Kind;
use kit::TestApp;
use serde_json::{Value, json};

use crate::people_of::{actor, faults, user};

/// `g1` of `admin`, with `one` and `two` in it and the private `three` beside it.
fn portal() -> TestApp {
    let portal = TestApp::new();
    user(&portal, "admin");
    user(&portal, "other");
    drop(portal.ok("organization_create", json!({"name": "org1"})));
    for name in ["one", "two", "three"] {
        drop(portal.ok("package_create", json!({"name": name, "owner_org": "org1", "private": name == "three"})));
    }
    let sent = json!({"name": "g1", "title": "G One", "extras": [{"key": "k", "value": "v"}], "packages": [{"id": "one"}, {"id": "two"}],
        "users": [{"name": "admin", "capacity": "admin"}]});
    drop(portal.ok("group_create", sent));
    portal
}

/// The names of the datasets that a search for the group finds.
fn found(portal: &TestApp, group: &str) -> Vec<String> {
    let query = json!({"fq": format!("groups:{group}"), "sort": "name asc", "include_private": true});
    let found = portal.ok("package_search", query);
    found["results"].as_array().unwrap().iter().map(|dataset| dataset["name"].as_str().unwrap().to_owned()).collect()
}

fn groups_of(portal: &TestApp, dataset: &str) -> Vec<String> {
    let shown = portal.ok("package_show", json!({"id": dataset}));
    shown["groups"].as_array().unwrap().iter().map(|group| group["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_group_is_made_with_its_datasets_and_changed_with_them() {
    let portal = portal();
    assert_eq!(found(&portal, "g1"), ["one", "two"]);
    assert_eq!(portal.ok("group_show", json!({"id": "g1"}))["package_count"], 2);
    let before = portal.ok("package_show", json!({"id": "two"}))["metadata_modified"].clone();
    let admin = actor(&portal, "admin");
    let kept = portal.call(&admin, "group_patch", json!({"id": "g1", "description": "dd"})).unwrap();
    assert_eq!((&kept["description"], &kept["title"], &kept["package_count"]), (&json!("dd"), &json!("G One"), &json!(2)));
    assert_eq!(kept["extras"], json!([{"key": "k", "value": "v"}]));
    let three = portal.ok("package_show", json!({"id": "three"}))["id"].clone();
    let changed = portal.call(&admin, "group_update", json!({"id": "g1", "packages": [{"id": three}, {"id": "one"}]})).unwrap();
    assert_eq!((&changed["extras"], &changed["title"], &changed["description"]), (&json!([]), &json!("G One"), &json!("dd")));
    assert_eq!(changed["package_count"], 1, "a group shows nobody its private datasets");
    assert_eq!(found(&portal, "g1"), ["one", "three"]);
    assert_eq!(groups_of(&portal, "two"), [""; 0]);
    assert_eq!(portal.ok("package_show", json!({"id": "two"}))["metadata_modified"], before);
    let emptied = portal.call(&admin, "group_patch", json!({"id": "g1", "packages": [], "users": []})).unwrap();
    assert_eq!((&emptied["package_count"], &emptied["users"]), (&json!(0), &json!([])));
    assert_eq!(found(&portal, "g1"), [""; 0]);
}

#[test]
fn faults_and_rights_are_ckans() {
    let portal = portal();
    let site = TestApp::site();
    for (action, input, expected) in [
        (
            "group_create",
            json!({"name": "g2", "packages": [{"id": "one"}, {}, {"id": "nope"}]}),
            json!({"packages": [{}, {"id": ["Missing value"]}, {"id": ["Not found: Dataset"]}]}),
        ),
        ("group_update", json!({"id": "g1", "type": "x"}), json!({"type": "Type cannot be updated"})),
        ("group_update", json!({"name": "g1"}), json!({"id": ["Missing value"]})),
        ("group_patch", json!({"id": "g1", "name": "org1"}), json!({"name": ["Group name already exists in database"]})),
        ("group_delete", json!({}), json!({"id": ["Missing value"]})),
        ("group_purge", json!({}), json!({"id": ["Missing value"]})),
        (
            "organization_purge",
            json!({"id": "org1"}),
            json!({"message": "Organization cannot be purged while it still has datasets"}),
        ),
    ] {
        assert_eq!(faults(portal.call(&site, action, input.clone())), expected, "{action} {input}");
    }
    for (action, reason) in [
        ("group_update", "Group was not found."),
        ("group_patch", ""),
        ("group_delete", "Group was not found."),
        ("group_purge", "Group was not found"),
        ("organization_purge", "Organization was not found"),
    ] {
        let error = portal.call(&site, action, json!({"id": "nope"})).unwrap_err();
        assert_eq!((error.kind(), error.message()), (Kind::NotFound, reason), "{action}");
    }
    let id = portal.ok("group_show", json!({"id": "g1"}))["id"].as_str().unwrap().to_owned();
    for (who, action, message) in [
        ("other", "group_update", format!("User other not authorized to edit group {id}")),
        ("other", "group_patch", format!("User other not authorized to edit group {id}")),
        ("other", "group_delete", format!("User other not authorized to delete group {id}")),
        ("admin", "group_purge", String::new()),
    ] {
        let error = portal.call(&actor(&portal, who), action, json!({"id": "g1"})).unwrap_err();
        assert_eq!((error.kind(), error.message()), (Kind::Denied, message.as_str()), "{action}");
    }
    let error = portal.call(&actor(&portal, "other"), "organization_purge", json!({"id": "org1"})).unwrap_err();
    assert_eq!(error.kind(), Kind::Denied);
}

#[test]
fn a_deleted_group_lets_its_datasets_go() {
    let portal = portal();
    assert_eq!(portal.call(&actor(&portal, "admin"), "group_delete", json!({"id": "g1"})).unwrap(), Value::Null);
    assert_eq!((groups_of(&portal, "one"), found(&portal, "g1")), (Vec::new(), Vec::new()));
    assert_eq!(portal.ok("group_list", json!({})), json!([]));
    assert_eq!(portal.ok("group_show", json!({"id": "g1"}))["state"], "deleted");
    let again = portal.ok("group_patch", json!({"id": "g1", "state": "active"}));
    assert_eq!((&again["state"], &again["package_count"]), (&json!("active"), &json!(0)));
}

#[test]
fn a_group_in_another_state_is_not_searched_for() {
    let portal = portal();
    drop(portal.ok("group_patch", json!({"id": "g1", "state": "deleted"})));
    assert_eq!((groups_of(&portal, "one"), found(&portal, "g1")), (Vec::new(), Vec::new()));
    drop(portal.ok("group_patch", json!({"id": "g1", "state": "active"})));
    assert_eq!(
        (groups_of(&portal, "one"), found(&portal, "g1")),
        (vec!["g1".to_owned()], vec!["one".to_owned(), "two".to_owned()])
    );
}

#[test]
fn what_is_purged_leaves_its_datasets_whole() {
    let portal = portal();
    assert_eq!(portal.ok("group_purge", json!({"id": "g1"})), Value::Null);
    assert_eq!(portal.call(&TestApp::site(), "group_show", json!({"id": "g1"})).unwrap_err().kind(), Kind::NotFound);
    assert_eq!((groups_of(&portal, "one"), found(&portal, "g1")), (Vec::new(), Vec::new()));
    assert_eq!(portal.ok("package_patch", json!({"id": "one", "notes": "n"}))["groups"], json!([]));
    drop(portal.ok("group_create", json!({"name": "g1"})));
    for name in ["one", "two", "three"] {
        drop(portal.ok("package_delete", json!({"id": name})));
    }
    assert_eq!(portal.ok("organization_purge", json!({"id": "org1"})), Value::Null);
    assert_eq!(portal.ok("package_show", json!({"id": "one"}))["owner_org"], Value::Null);
    assert_eq!(portal.call(&Actor::anonymous(), "organization_show", json!({"id": "org1"})).unwrap_err().kind(), Kind::NotFound);
}

#[test]
fn a_purged_organization_leaves_its_datasets_where_the_portal_says_so() {
    let portal = TestApp::with(|settings| settings.auth.create_unowned_dataset = true);
    drop(portal.ok("organization_create", json!({"name": "org1"})));
    drop(portal.ok("package_create", json!({"name": "ds", "owner_org": "org1"})));
    assert_eq!(portal.ok("organization_purge", json!({"id": "org1"})), Value::Null);
    assert_eq!(portal.ok("package_show", json!({"id": "ds"}))["organization"], Value::Null);
    assert_eq!(portal.ok("package_search", json!({"fq": "organization:org1"}))["count"], 0);
}

#[test]
fn groups_are_chosen_from() {
    let portal = portal();
    drop(portal.ok("group_create", json!({"name": "g2", "title": "Калк"})));
    drop(portal.call(&actor(&portal, "other"), "group_create", json!({"name": "g3", "title": "A"})).unwrap());
    let choose = |action: &str, input: Value| portal.call(&Actor::anonymous(), action, input);
    let names = |list: Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(choose("group_autocomplete", json!({"q": ""})).unwrap()), ["g3", "g1", "g2"]);
    assert_eq!(names(choose("group_autocomplete", json!({"q": "КАЛК "})).unwrap()), ["g2"]);
    assert_eq!(choose("group_autocomplete", json!({"q": "g", "limit": 1})).unwrap()[0].as_object().unwrap().len(), 3);
    assert_eq!(names(choose("organization_autocomplete", json!({"q": "o"})).unwrap()), ["org1"]);
    assert_eq!(faults(choose("organization_autocomplete", json!({}))), json!({"q": ["Missing value"]}));
    let authz = |who: &Actor, input: Value| portal.call(who, "group_list_authz", input).unwrap();
    assert_eq!(authz(&Actor::anonymous(), json!({})), json!([]));
    let mine = authz(&actor(&portal, "other"), json!({}));
    assert_eq!((names(mine.clone()), mine[0].as_object().unwrap().len()), (vec!["g3".to_owned()], 12));
    let all = authz(&TestApp::site(), json!({"include_dataset_count": true, "include_member_count": true}));
    assert_eq!((&all[1]["name"], &all[1]["package_count"], &all[1]["member_count"]), (&json!("g1"), &json!(2), &json!(1)));
    assert_eq!(authz(&TestApp::site(), json!({"am_member": true})), json!([]));
}

#[test]
fn the_public_datasets_of_a_group_are_shown() {
    let portal = portal();
    let three = portal.ok("package_show", json!({"id": "three"}))["id"].clone();
    drop(portal.ok("member_create", json!({"id": "g1", "object": three, "object_type": "package", "capacity": "public"})));
    let show = |input: Value| portal.call(&Actor::anonymous(), "group_package_show", input);
    let mut shown: Vec<Value> = show(json!({"id": "g1"})).unwrap().as_array().unwrap().clone();
    shown.sort_by_key(|dataset| dataset["name"].to_string());
    assert_eq!((shown.len(), &shown[0]), (2, &portal.ok("package_show", json!({"id": "one"}))));
    for (limit, count) in [(json!(1), 1), (json!("0"), 0), (json!(""), 2)] {
        assert_eq!(show(json!({"id": "g1", "limit": limit})).unwrap().as_array().unwrap().len(), count);
    }
    for limit in [json!("x"), json!(-1)] {
        assert_eq!(faults(show(json!({"id": "nope", "limit": limit}))), json!({"message": "Limit must be a positive integer"}));
    }
    assert_eq!(show(json!({"id": "nope"})).unwrap_err().kind(), Kind::NotFound);
}
