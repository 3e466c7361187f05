//! Members: put in, changed, taken out, listed.

use auth::{Actor, Permission};
use base::Kind;
use kit::TestApp;
use serde_json::{Value, json};

use crate::people_of::{actor, faults, user};

fn portal() -> TestApp {
    let portal = TestApp::new();
    for name in ["orgadmin", "editor", "other"] {
        user(&portal, name);
    }
    drop(portal.ok(
        "organization_create",
        json!({"name": "org1", "users": [
        {"name": "orgadmin", "capacity": "admin"}, {"name": "editor", "capacity": "editor"}]}),
    ));
    portal
}

#[test]
fn a_role_counts_from_the_next_call_on() {
    let portal = portal();
    let organization = portal.ok("organization_show", json!({"id": "org1"}))["id"].as_str().unwrap().to_owned();
    let token = portal.ok("api_token_create", json!({"user": "other", "name": "t"}))["token"].as_str().unwrap().to_owned();
    let now = || portal.behind(&token);
    assert!(!now().may(Permission::CreateDataset, &organization));
    let admin = actor(&portal, "orgadmin");
    let sent = json!({"id": "org1", "username": "other", "role": "editor"});
    let made = portal.call(&admin, "organization_member_create", sent.clone()).unwrap();
    assert_eq!((&made["table_name"], &made["capacity"], &made["state"]), (&json!("user"), &json!("editor"), &json!("active")));
    assert_eq!(made["group_id"], json!(organization));
    assert_eq!(portal.call(&admin, "organization_member_create", sent).unwrap(), made);
    assert!(now().may(Permission::CreateDataset, &organization));
    assert_eq!(
        portal.call(&admin, "organization_member_delete", json!({"id": "org1", "username": "other"})).unwrap(),
        Value::Null
    );
    assert_eq!(
        portal.call(&admin, "organization_member_delete", json!({"id": "org1", "user_id": "other"})).unwrap(),
        Value::Null
    );
    assert!(!now().may(Permission::Read, &organization));
}

#[test]
fn only_admins_change_members_and_never_give_themselves_up() {
    let portal = portal();
    let (admin, editor) = (actor(&portal, "orgadmin"), actor(&portal, "editor"));
    let create = |who: &Actor, input: Value| portal.call(who, "organization_member_create", input);
    assert_eq!(
        faults(create(&admin, json!({"id": "org1", "username": "other", "role": "nope"}))),
        json!({"role": ["role does not exist."]})
    );
    assert_eq!(
        faults(create(&admin, json!({"id": "org1", "username": "zz", "role": "member"}))),
        json!({"username": ["User not found"]})
    );
    assert_eq!(faults(create(&admin, json!({"id": "org1"}))), json!({"username": ["Missing value"], "role": ["Missing value"]}));
    assert_eq!(faults(create(&editor, json!({"username": "other", "role": "member"}))), json!({"id": ["Missing value"]}));
    assert_eq!(
        faults(create(&TestApp::site(), json!({"id": "nope", "username": "other", "role": "member"}))),
        json!({"id": ["That group name or ID does not exist."]})
    );
    for input in
        [json!({"id": "org1", "username": "other", "role": "member"}), json!({"id": "nope", "username": "zz", "role": "x"})]
    {
        assert_eq!(create(&editor, input).unwrap_err().message(), "User editor not authorized to add members");
    }
    let own = create(&admin, json!({"id": "org1", "username": "orgadmin", "role": "member"})).unwrap_err();
    assert_eq!((own.kind(), own.message()), (Kind::Denied, "Administrators cannot revoke their own admin status"));
    let remove = |who: &Actor, input: Value| portal.call(who, "organization_member_delete", input).unwrap_err();
    assert!(
        remove(&editor, json!({"id": "org1", "username": "other"}))
            .message()
            .starts_with("User editor not authorized to edit group ")
    );
    assert_eq!(remove(&admin, json!({"id": "nope", "username": "other"})).message(), "Group was not found.");
    assert_eq!(remove(&admin, json!({"id": "org1", "username": "zz"})).message(), "User was not found.");
}

#[test]
fn member_list_tells_users_and_datasets() {
    let portal = portal();
    let made = portal.ok("package_create", json!({"name": "ds", "owner_org": "org1", "private": true}));
    let list = |input: Value| portal.call(&Actor::anonymous(), "member_list", input);
    let users = list(json!({"id": "org1", "object_type": "user"})).unwrap();
    let mut roles: Vec<&str> = users.as_array().unwrap().iter().map(|row| row[2].as_str().unwrap()).collect();
    roles.sort_unstable();
    assert_eq!(roles, ["Admin", "Editor"]);
    let packages = json!({"id": "org1", "object_type": "package"});
    assert_eq!(list(packages.clone()).unwrap(), json!([]), "he may not see it");
    assert_eq!(portal.ok("member_list", packages), json!([[made["id"], "package", "organization"]]));
    assert_eq!(list(json!({"id": "org1", "capacity": "admin"})).unwrap().as_array().unwrap().len(), 1);
    assert_eq!(portal.ok("member_list", json!({"id": "org1"})).as_array().unwrap().len(), 3);
    assert_eq!(list(json!({"id": "nope"})).unwrap_err().kind(), Kind::NotFound);
    assert_eq!(faults(list(json!({}))), json!({"id": ["Missing value"]}));
}

#[test]
fn organizations_are_listed_for_who_may_act_there() {
    let portal = portal();
    let list = |who: &Actor, input: Value| portal.call(who, "organization_list_for_user", input);
    assert_eq!(list(&Actor::anonymous(), json!({})).unwrap(), json!([]));
    let found = list(&actor(&portal, "editor"), json!({"permission": "create_dataset"})).unwrap();
    assert_eq!((&found[0]["name"], &found[0]["capacity"]), (&json!("org1"), &json!("editor")));
    assert_eq!(found[0].as_object().unwrap().len(), 13);
    assert_eq!(list(&actor(&portal, "editor"), json!({"permission": "admin"})).unwrap(), json!([]));
    assert_eq!(list(&actor(&portal, "editor"), json!({"id": "nope"})).unwrap_err().kind(), Kind::NotFound);
    let of_other =
        list(&Actor::anonymous(), json!({"id": "orgadmin", "include_dataset_count": true, "include_member_count": true}))
            .unwrap();
    assert_eq!((&of_other[0]["package_count"], &of_other[0]["member_count"]), (&json!(0), &json!(2)));
    assert_eq!(list(&TestApp::site(), json!({})).unwrap()[0]["capacity"], "admin");
}

#[test]
fn groups_have_members_too() {
    let portal = portal();
    drop(portal.call(&actor(&portal, "orgadmin"), "group_create", json!({"name": "g1"})).unwrap());
    let admin = actor(&portal, "orgadmin");
    let made = portal.call(&admin, "group_member_create", json!({"id": "g1", "username": "other", "role": "editor"})).unwrap();
    assert_eq!((&made["capacity"], &made["table_name"]), (&json!("editor"), &json!("user")));
    let denied =
        portal.call(&actor(&portal, "other"), "group_member_create", json!({"id": "g1", "username": "editor", "role": "member"}));
    assert_eq!(denied.unwrap_err().message(), "User other not authorized to add members");
    let remove = |who: &Actor, input: Value| portal.call(who, "group_member_delete", input);
    assert_eq!(remove(&admin, json!({"id": "g1", "username": "nobody"})).unwrap_err().message(), "User was not found.");
    let denied = remove(&actor(&portal, "other"), json!({"id": "g1", "username": "other"})).unwrap_err();
    assert!(denied.message().starts_with("User other not authorized to edit group "));
    assert_eq!(remove(&admin, json!({"id": "g1", "username": "other"})).unwrap(), Value::Null);
    assert_eq!(actor(&portal, "other").as_user().unwrap().roles.len(), 0);
    let roles = |input: Value| portal.call(&Actor::anonymous(), "member_roles_list", input).unwrap();
    let (top, low) = (json!({"text": "Admin", "value": "admin"}), json!({"text": "Member", "value": "member"}));
    assert_eq!(roles(json!({})), json!([top, {"text": "Editor", "value": "editor"}, low]));
    assert_eq!(roles(json!({"group_type": "group"})), json!([top, low]));
}

#[test]
fn anything_can_be_a_member_that_ckan_knows() {
    let portal = portal();
    for name in ["g1", "g2"] {
        drop(
            portal
                .call(&actor(&portal, "orgadmin"), "group_create", json!({"name": name, "users": [{"name": "other"}]}))
                .unwrap(),
        );
    }
    drop(portal.ok("package_create", json!({"name": "ds", "owner_org": "org1"})));
    drop(portal.ok("organization_create", json!({"name": "org2"})));
    let put = |who: &Actor, group: &str, object: &str, kind: &str, capacity: &str| {
        portal.call(who, "member_create", json!({"id": group, "object": object, "object_type": kind, "capacity": capacity}))
    };
    let take = |who: &Actor, group: &str, object: &str, kind: &str| {
        portal.call(who, "member_delete", json!({"id": group, "object": object, "object_type": kind}))
    };
    let (admin, other) = (actor(&portal, "orgadmin"), actor(&portal, "other"));
    let made = put(&other, "g1", "ds", "package", "public").unwrap();
    assert_eq!((&made["table_name"], &made["capacity"]), (&json!("package"), &json!("public")));
    assert_eq!(portal.ok("package_show", json!({"id": "ds"}))["groups"][0]["name"], "g1");
    assert_eq!(portal.ok("package_search", json!({"fq": "groups:g1"}))["count"], 1);
    assert_eq!(put(&other, "org1", "ds", "package", "x").unwrap_err().kind(), Kind::Denied);
    assert_eq!(put(&other, "g1", "editor", "user", "member").unwrap_err().kind(), Kind::Denied);
    assert_eq!(take(&other, "g1", "ds", "package").unwrap(), Value::Null);
    assert_eq!(portal.ok("package_search", json!({"fq": "groups:g1"}))["count"], 0);
    assert_eq!(put(&admin, "g1", "g2", "group", "public").unwrap()["table_name"], "group");
    assert_eq!(portal.ok("group_show", json!({"id": "g1"}))["groups"][0]["name"], "g2");
    assert_eq!(
        faults(put(&admin, "g2", "g1", "group", "public")),
        json!({"object": ["This parent would create a loop in the hierarchy"]})
    );
    assert_eq!(take(&admin, "g1", "g2", "group").unwrap(), Value::Null);
    assert_eq!(put(&admin, "g1", "editor", "user", "member").unwrap()["capacity"], "member");
    assert_eq!(take(&admin, "g1", "editor", "user").unwrap(), Value::Null);
    let own = put(&admin, "g1", "orgadmin", "user", "member").unwrap_err();
    assert_eq!(own.message(), "Administrators cannot revoke their own admin status");
    drop(put(&TestApp::site(), "org2", "ds", "package", "member").unwrap());
    let beside = portal.ok("member_list", json!({"id": "org2", "object_type": "package"}));
    assert_eq!((&beside[0][1], &beside[0][2]), (&json!("package"), &json!("member")));
    assert_eq!(portal.ok("package_show", json!({"id": "ds"}))["organization"]["name"], "org1");
    for (group, object, kind, reason) in [
        ("nope", "ds", "package", "Group was not found."),
        ("g1", "nope", "package", "Package was not found."),
        ("g1", "nope", "user", "User was not found."),
    ] {
        let error = put(&other, group, object, kind, "public").unwrap_err();
        assert_eq!((error.kind(), error.message()), (Kind::NotFound, reason));
    }
    assert_eq!(faults(put(&other, "g1", "ds", "foo", "x")), json!({"message": "Foo isn't a valid model"}));
    let missing = ["id", "object", "object_type", "capacity"].map(|key| (key.to_owned(), json!(["Missing value"])));
    assert_eq!(faults(portal.call(&other, "member_create", json!({}))), Value::Object(missing.into_iter().collect()));
    drop(portal.ok("package_delete", json!({"id": "ds"})));
    assert_eq!(portal.ok("member_list", json!({"id": "org1", "object_type": "package"})), json!([]));
}
