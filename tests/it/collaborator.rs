//! Collaborators: who may read or write one dataset beside the members of its organization.

use auth::Actor;
use base::Kind;
use kit::TestApp;
use serde_json::{Value, json};

use crate::people_of::{actor, faults, user};

/// `org1` of `orgadmin` with the private dataset `ds`, and `collab`, who is nobody there.
fn portal(admins: bool) -> TestApp {
    let portal = TestApp::with(|settings| {
        settings.auth.allow_dataset_collaborators = true;
        settings.auth.allow_admin_collaborators = admins;
    });
    for name in ["orgadmin", "editor", "collab"] {
        user(&portal, name);
    }
    let users = json!([{"name": "orgadmin", "capacity": "admin"}, {"name": "editor", "capacity": "editor"}]);
    drop(portal.ok("organization_create", json!({"name": "org1", "users": users})));
    drop(portal.ok("package_create", json!({"name": "ds", "owner_org": "org1", "private": true})));
    portal
}

fn share(portal: &TestApp, who: &str, capacity: &str) -> Result<Value, base::Error> {
    let input = json!({"id": "ds", "user_id": "collab", "capacity": capacity});
    portal.call(&actor(portal, who), "package_collaborator_create", input)
}

/// May he read it, find it, write it?
fn rights(portal: &TestApp, who: &Actor) -> [bool; 3] {
    let found = portal.call(who, "package_search", json!({"include_private": true})).unwrap()["count"] == 1;
    let may = |action: &str, notes: &str| match portal.call(who, action, json!({"id": "ds", "notes": notes})) {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(error.kind(), Kind::Denied, "{error}");
            false
        }
    };
    [may("package_show", ""), found, may("package_patch", who.name())]
}

#[test]
fn a_collaborator_reads_and_an_editor_writes() {
    let portal = portal(false);
    assert_eq!(rights(&portal, &actor(&portal, "collab")), [false; 3]);
    let made = share(&portal, "orgadmin", "member").unwrap();
    assert_eq!((made.as_object().unwrap().len(), &made["capacity"]), (4, &json!("member")));
    assert_eq!(rights(&portal, &actor(&portal, "collab")), [true, true, false]);
    drop(share(&portal, "orgadmin", "editor").unwrap());
    let collab = actor(&portal, "collab");
    assert_eq!(rights(&portal, &collab), [true, true, true]);
    let sent = json!({"package_id": "ds", "url": "http://example.org/"});
    assert!(portal.call(&collab, "resource_create", sent).is_ok());
    drop(portal.ok("organization_create", json!({"name": "org2", "users": [{"name": "collab", "capacity": "editor"}]})));
    let moved = portal.call(&actor(&portal, "collab"), "package_patch", json!({"id": "ds", "owner_org": "org2"}));
    assert_eq!(faults(moved), json!({"owner_org": ["You cannot move this dataset to another organization"]}));
    let listed = portal.call(&actor(&portal, "orgadmin"), "package_collaborator_list", json!({"id": "ds"})).unwrap();
    assert_eq!((&listed[0]["package_id"], &listed[0]["capacity"]), (&made["package_id"], &json!("editor")));
    assert_eq!(listed[0]["modified"].as_str().unwrap().as_bytes()[10], b' ');
    let mine = portal.call(&collab, "package_collaborator_list_for_user", json!({"id": "collab"})).unwrap();
    assert_eq!((mine[0].as_object().unwrap().len(), mine[0]["modified"].as_str().unwrap().as_bytes()[10]), (3, b'T'));
    let of_members = json!({"id": "collab", "capacity": "member"});
    assert_eq!(portal.call(&collab, "package_collaborator_list_for_user", of_members).unwrap(), json!([]));
    let gone = json!({"id": "ds", "user_id": "collab"});
    assert_eq!(portal.call(&actor(&portal, "orgadmin"), "package_collaborator_delete", gone).unwrap(), Value::Null);
    let collab = actor(&portal, "collab");
    assert_eq!([collab.collaborates(made["package_id"].as_str().unwrap()).is_some()], [false]);
    assert_eq!(portal.call(&collab, "package_show", json!({"id": "ds"})).unwrap_err().kind(), Kind::Denied);
}

#[test]
fn only_those_choose_who_may() {
    let portal = portal(true);
    let error = share(&portal, "editor", "member").unwrap_err();
    assert_eq!(error.message(), "User editor not authorized to add collaborators to this dataset");
    drop(share(&portal, "orgadmin", "admin").unwrap());
    assert!(share(&portal, "collab", "admin").is_ok());
    let call = |who: &str, action: &str, input: Value| portal.call(&actor(&portal, who), action, input);
    let editor = [
        ("package_collaborator_list", "User editor not authorized to list collaborators from this dataset"),
        ("package_collaborator_delete", "User editor not authorized to remove collaborators from this dataset"),
    ];
    for (action, message) in editor {
        assert_eq!(call("editor", action, json!({"id": "ds", "user_id": "collab"})).unwrap_err().message(), message);
    }
    let error = call("editor", "package_collaborator_list_for_user", json!({"id": "collab"})).unwrap_err();
    assert_eq!((error.kind(), error.message()), (Kind::Denied, ""));
    let site = TestApp::site();
    let unknown = portal.call(&site, "package_collaborator_list_for_user", json!({"id": "nope"})).unwrap_err();
    assert_eq!((unknown.kind(), unknown.message()), (Kind::Denied, "Not allowed to retrieve collaborators"));
    for (action, input, message) in [
        ("package_collaborator_create", json!({"id": "x", "user_id": "collab", "capacity": "editor"}), "Dataset not found"),
        ("package_collaborator_create", json!({"id": "ds", "user_id": "x", "capacity": "editor"}), "User not found"),
        ("package_collaborator_delete", json!({"id": "x", "user_id": "collab"}), "Package not found"),
        ("package_collaborator_delete", json!({"id": "ds", "user_id": "x"}), "User not found"),
        (
            "package_collaborator_delete",
            json!({"id": "ds", "user_id": "editor"}),
            "User editor is not a collaborator on this package",
        ),
        ("package_collaborator_list", json!({"id": "x"}), "Package not found"),
    ] {
        let error = portal.call(&site, action, input).unwrap_err();
        assert_eq!((error.kind(), error.message()), (Kind::NotFound, message), "{action}");
    }
    let role = json!({"message": "Role must be one of \"admin, editor, member\""});
    assert_eq!(faults(share(&portal, "orgadmin", "king")), role);
    let capacity = json!({"message": "Capacity must be one of \"admin, editor, member\""});
    let input = json!({"id": "ds", "capacity": "king"});
    assert_eq!(faults(portal.call(&site, "package_collaborator_list", input)), capacity);
    let missing = json!({"id": ["Missing value"], "user_id": ["Missing value"]});
    assert_eq!(faults(portal.call(&site, "package_collaborator_delete", json!({}))), missing);
}

#[test]
fn a_deleted_dataset_has_no_collaborators() {
    let portal = portal(false);
    assert_eq!(faults(share(&portal, "orgadmin", "admin")), json!({"message": "Role must be one of \"editor, member\""}));
    drop(share(&portal, "orgadmin", "editor").unwrap());
    drop(portal.ok("package_delete", json!({"id": "ds"})));
    assert_eq!(portal.ok("package_collaborator_list_for_user", json!({"id": "collab"})), json!([]));
    assert!(actor(&portal, "collab").as_user().unwrap().collaborations.is_empty());
}

#[test]
fn without_the_option_nobody_is_a_collaborator() {
    let portal = portal(false);
    drop(share(&portal, "orgadmin", "editor").unwrap());
    let token = portal.ok("api_token_create", json!({"user": "collab", "name": "t"}))["token"].as_str().unwrap().to_owned();
    let now = |portal: &TestApp| portal.behind(&token);
    assert_eq!(rights(&portal, &now(&portal)), [true; 3]);
    let portal = portal.restart_with(|settings| settings.auth.allow_dataset_collaborators = false);
    assert_eq!(rights(&portal, &now(&portal)), [false; 3]);
    let off = json!({"message": "Dataset collaborators not enabled"});
    assert_eq!(faults(share(&portal, "orgadmin", "editor")), off);
    let site = TestApp::site();
    for (action, input) in [
        ("package_collaborator_delete", json!({"id": "ds", "user_id": "collab"})),
        ("package_collaborator_list", json!({"id": "ds"})),
        ("package_collaborator_list_for_user", json!({"id": "collab"})),
    ] {
        assert_eq!(faults(portal.call(&site, action, input)), off, "{action}");
    }
}
