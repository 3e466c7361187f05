//! Organizations and groups: made, shown, listed, changed, deleted.

use auth::Actor;
use base::Kind;
use kit::TestApp;
use serde_json::{Value, json};

use crate::people_of::{actor, faults, user};

/// `org1` with an admin, an editor and a member of those names.
fn portal() -> TestApp {
    let portal = TestApp::new();
    for name in ["orgadmin", "editor", "member", "other"] {
        user(&portal, name);
    }
    let users = json!([
        {"name": "orgadmin", "capacity": "admin"}, {"name": "editor", "capacity": "editor"}, {"name": "member", "capacity": "member"}
    ]);
    let sent = json!({"name": "org1", "title": "Org One", "extras": [{"key": "k", "value": 1}], "users": users});
    drop(portal.ok("organization_create", sent));
    portal
}

fn names(list: &Value, key: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| item[key].as_str().unwrap().to_owned()).collect()
}

#[test]
fn who_makes_an_organization_is_its_admin() {
    let portal = portal();
    let made = portal.call(&actor(&portal, "other"), "organization_create", json!({"name": "org0"})).unwrap();
    assert_eq!((&made["users"][0]["name"], &made["users"][0]["capacity"]), (&json!("other"), &json!("admin")));
    assert_eq!(made.as_object().unwrap().len(), 17);
    let shown = portal.call(&Actor::anonymous(), "organization_show", json!({"id": "org0"})).unwrap();
    assert_eq!(shown, made);
    assert_eq!((&shown["display_name"], &shown["title"], &shown["package_count"]), (&json!("org0"), &json!(""), &json!(0)));
    assert!(actor(&portal, "other").may(auth::Permission::Admin, made["id"].as_str().unwrap()));
    let shown = portal.ok("organization_show", json!({"id": "org1"}));
    assert_eq!(names(&shown["users"], "name"), ["editor", "member", "orgadmin"]);
    assert_eq!(shown["extras"], json!([{"key": "k", "value": "1"}]));
    let extra = json!({"name": "xx", "extras": [{"id": "1", "key": "k", "value": "v"}]});
    assert_eq!(
        faults(portal.call(&actor(&portal, "other"), "organization_create", extra)),
        json!({"extras": [{"id": ["The input field id was not expected."]}]})
    );
    let anonymous = portal.call(&Actor::anonymous(), "organization_create", json!({"name": "x"})).unwrap_err();
    assert_eq!((anonymous.kind(), anonymous.message()), (Kind::Denied, "User None not authorized to create organizations"));
}

#[test]
fn faults_are_told_in_ckans_words() {
    let portal = portal();
    let site = TestApp::site();
    for (action, input, expected) in [
        ("organization_create", json!({}), json!({"name": ["Missing value"]})),
        (
            "group_create",
            json!({"name": "G 1"}),
            json!({"name": ["Must be purely lowercase alphanumeric (ascii) characters and these symbols: -_"]}),
        ),
        ("group_create", json!({"name": "org1"}), json!({"name": ["Group name already exists in database"]})),
        (
            "group_create",
            json!({"name": "g2", "type": "organization"}),
            json!({"message": "Trying to create an organization as a group"}),
        ),
        ("organization_create", json!({"name": "o2", "id": "x"}), json!({"id": ["Invalid id provided"]})),
        (
            "organization_create",
            json!({"name": "o2", "extras": [{"key": "a", "value": 1}, {"value": 2}, {"key": "title"}]}),
            json!({"extras": [{}, {"key": ["Missing value"]}, {"key": ["There is a schema field with the same name"], "value": ["Missing value"]}]}),
        ),
        (
            "organization_create",
            json!({"name": "o2", "users": [{"name": "nobody"}, {"name": "other", "capacity": "king"}]}),
            json!({"users": [{"name": ["User not found: nobody"]}, {"capacity": ["role does not exist."]}]}),
        ),
        ("organization_update", json!({"id": "org1", "type": "x"}), json!({"type": "Type cannot be updated"})),
        ("organization_update", json!({"name": "org1"}), json!({"id": ["Missing value"]})),
        ("organization_show", json!({}), json!({"id": ["Missing value"]})),
        ("organization_show", json!({"id": "org1", "include_extras": "banana"}), json!({"message": "Parameter is not an bool"})),
        ("organization_list", json!({"sort": "nope"}), json!({"message": "Cannot sort by field `nope`"})),
        ("organization_list", json!({"limit": "abc"}), json!({"limit": ["Invalid integer"]})),
        ("organization_list", json!({"limit": "-1"}), json!({"limit": ["Must be a natural number"]})),
    ] {
        assert_eq!(faults(portal.call(&site, action, input.clone())), expected, "{action} {input}");
    }
    assert_eq!(
        portal.call(&site, "organization_create", json!({"name": "o3", "users": "x"})).unwrap_err().kind(),
        Kind::Integrity
    );
    for (action, reason) in [
        ("organization_show", ""),
        ("organization_patch", ""),
        ("organization_update", "Group was not found."),
        ("organization_delete", "Group was not found."),
    ] {
        let error = portal.call(&site, action, json!({"id": "nope"})).unwrap_err();
        assert_eq!((error.kind(), error.message()), (Kind::NotFound, reason), "{action}");
    }
    assert_eq!(portal.call(&site, "group_show", json!({"id": "org1"})).unwrap_err().kind(), Kind::NotFound);
}

#[test]
fn an_update_keeps_what_is_left_out_but_the_extras() {
    let portal = portal();
    let admin = actor(&portal, "orgadmin");
    let patched = portal.call(&admin, "organization_patch", json!({"id": "org1", "description": "dd"})).unwrap();
    assert_eq!((&patched["description"], &patched["title"], &patched["packages"]), (&json!("dd"), &json!("Org One"), &json!([])));
    assert_eq!(patched["extras"], json!([{"key": "k", "value": "1"}]));
    let updated = portal
        .call(&admin, "organization_update", json!({"id": "org1", "name": "org1", "title": "Org 1", "users": null}))
        .unwrap();
    assert_eq!((&updated["description"], &updated["title"], &updated["extras"]), (&json!("dd"), &json!("Org 1"), &json!([])));
    assert_eq!(names(&updated["users"], "name"), ["editor", "member", "orgadmin"]);
    let again = portal.ok("organization_patch", json!({"id": "org1", "users": [{"name": "orgadmin", "capacity": "admin"}]}));
    assert_eq!(names(&again["users"], "name"), ["orgadmin"]);
    assert_eq!(actor(&portal, "editor").as_user().unwrap().roles.len(), 0);
    let error = portal.call(&actor(&portal, "editor"), "organization_patch", json!({"id": "org1"})).unwrap_err();
    assert_eq!(error.message(), format!("User editor not authorized to edit organization {}", updated["id"].as_str().unwrap()));
}

#[test]
fn a_new_title_shows_in_datasets_at_once() {
    let portal = portal();
    let made = portal.ok("package_create", json!({"name": "ds", "owner_org": "org1"}));
    assert_eq!(made["organization"]["title"], "Org One");
    let patched = portal
        .ok("organization_patch", json!({"id": "org1", "title_translated": {"ky": "Уюм", "en": "Body"}, "name": "renamed"}));
    assert_eq!((&patched["title"], &patched["title_translated"]["ky"]), (&json!("Body"), &json!("Уюм")));
    assert_eq!(patched["packages"][0]["organization"]["title"], "Body", "its own answer quotes it as it is now");
    assert_eq!(portal.ok("package_show", json!({"id": "ds"}))["organization"]["title"], "Body");
    assert_eq!(portal.ok("package_search", json!({"fq": "organization:renamed"}))["count"], 1);
    assert_eq!(portal.ok("package_search", json!({"fq": "organization:org1"}))["count"], 0);
}

#[test]
fn lists_are_sorted_counted_and_cut() {
    let portal = portal();
    for (name, title) in [("b-org", "Апa"), ("a-org", "Zebra"), ("c-org", "")] {
        drop(portal.ok("organization_create", json!({"name": name, "title": title})));
    }
    drop(portal.ok("group_create", json!({"name": "g1"})));
    for (name, private) in [("one", false), ("two", true), ("three", false)] {
        drop(
            portal.ok(
                "package_create",
                json!({"name": name, "owner_org": "a-org", "private": private, "groups": [{"name": "g1"}]}),
            ),
        );
    }
    drop(portal.ok("package_create", json!({"name": "four", "owner_org": "org1"})));
    let list = |input: Value| portal.call(&Actor::anonymous(), "organization_list", input).unwrap();
    assert_eq!(list(json!({})), json!(["c-org", "org1", "a-org", "b-org"]));
    assert_eq!(list(json!({"sort": "name desc", "limit": 2, "offset": "1"})), json!(["c-org", "b-org"]));
    assert_eq!(list(json!({"sort": "package_count"})), json!(["a-org", "org1"]));
    assert_eq!(list(json!({"organizations": "org1,nope", "q": "ORG"})), json!(["org1"]));
    assert_eq!(list(json!({"type": "other"})), json!([]));
    let whole = list(json!({"all_fields": "True", "organizations": ["a-org"], "include_users": true}));
    assert_eq!((&whole[0]["package_count"], &whole[0]["users"]), (&json!(2), &json!([])));
    assert_eq!(list(json!({"all_fields": true}))[0].as_object().unwrap().len(), 14);
    let all = portal.ok(
        "organization_show",
        json!({"id": "a-org", "include_datasets": true, "include_users": false, "include_member_count": true}),
    );
    assert_eq!((&all["package_count"], &all["member_count"], all.get("users")), (&json!(3), &json!(0), None));
    assert_eq!(names(&all["packages"], "name"), ["three", "two", "one"]);
    let group = portal.call(&Actor::anonymous(), "group_show", json!({"id": "g1", "include_datasets": true})).unwrap();
    assert_eq!(
        (&group["package_count"], names(&group["packages"], "name")),
        (&json!(2), vec!["three".to_owned(), "one".to_owned()])
    );
    assert_eq!(portal.ok("group_list", json!({"type": "organization"})), json!([]));
    assert_eq!(portal.ok("group_list", json!({"all_fields": true}))[0]["package_count"], 3);
}

#[test]
fn lists_show_at_once_what_was_written_and_count_what_each_may_see() {
    let portal = portal();
    for (name, private) in [("one", false), ("two", true)] {
        drop(portal.ok("package_create", json!({"name": name, "owner_org": "org1", "private": private})));
    }
    let listed = |who: &Actor, more: Value| {
        let mut input = json!({"all_fields": true});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        portal.call(who, "organization_list", input).unwrap()[0].clone()
    };
    let site = TestApp::site();
    let whole = json!({"include_extras": true, "include_groups": true, "include_users": true, "include_member_count": true});
    let (listed_whole, shown) =
        (listed(&site, whole), portal.ok("organization_show", json!({"id": "org1", "include_member_count": true})));
    assert_eq!(listed_whole, shown);
    for (who, count) in [(Actor::anonymous(), 1), (actor(&portal, "other"), 1), (actor(&portal, "member"), 2), (site.clone(), 2)]
    {
        assert_eq!(listed(&who, json!({}))["package_count"], count);
    }
    let none = listed(&site, json!({"include_dataset_count": false, "include_followers": "no"}));
    assert_eq!((none.get("package_count"), none.get("num_followers")), (None, None));
    drop(portal.call(&actor(&portal, "other"), "follow_group", json!({"id": "org1"})).unwrap());
    drop(portal.ok("organization_patch", json!({"id": "org1", "title": "\"Жаңы\"", "image_url": "a b.png"})));
    drop(portal.ok("package_patch", json!({"id": "two", "private": false})));
    drop(portal.ok("config_option_update", json!({"ckan.site_url": "https://data.kg"})));
    let now = listed(&Actor::anonymous(), json!({}));
    assert_eq!((&now["title"], &now["package_count"], &now["num_followers"]), (&json!("\"Жаңы\""), &json!(2), &json!(1)));
    assert_eq!(now["image_display_url"], "https://data.kg/uploads/group/a-b.png");
    drop(portal.ok("organization_patch", json!({"id": "org1", "name": "org9"})));
    assert_eq!(listed(&Actor::anonymous(), json!({"organizations": "org9"}))["package_count"], 2);
    drop(portal.ok("group_create", json!({"name": "topic", "packages": [{"id": "one"}], "image_url": "g.png"})));
    let quoted = portal.ok("package_show", json!({"id": "one"}));
    assert_eq!(quoted["groups"][0]["image_display_url"], "https://data.kg/uploads/group/g.png");
    assert_eq!(portal.ok("group_list", json!({"all_fields": true, "sort": "packages"}))[0]["package_count"], 1);
}

#[test]
fn an_organization_with_datasets_is_not_deleted() {
    let portal = portal();
    drop(portal.ok("package_create", json!({"name": "ds", "owner_org": "org1", "private": true})));
    let admin = actor(&portal, "orgadmin");
    let stays = json!({"message": "Organization cannot be deleted while it still has datasets"});
    assert_eq!(faults(portal.call(&admin, "organization_delete", json!({"id": "org1"}))), stays);
    assert_eq!(faults(portal.call(&admin, "organization_patch", json!({"id": "org1", "state": "deleted"}))), stays);
    assert_eq!(
        portal.call(&actor(&portal, "editor"), "organization_delete", json!({"id": "org1"})).unwrap_err().kind(),
        Kind::Denied
    );
    drop(portal.ok("package_delete", json!({"id": "ds"})));
    assert_eq!(portal.call(&admin, "organization_delete", json!({"id": "org1"})).unwrap(), Value::Null);
    assert_eq!(portal.ok("organization_list", json!({})), json!([]));
    let hidden = portal.call(&Actor::anonymous(), "organization_show", json!({"id": "org1"})).unwrap_err();
    assert!(hidden.message().starts_with("User  not authorized to read group "));
    assert_eq!(portal.call(&actor(&portal, "orgadmin"), "organization_show", json!({"id": "org1"})).unwrap()["state"], "deleted");
    assert_eq!(
        faults(portal.call(&TestApp::site(), "organization_create", json!({"name": "org1"}))),
        json!({"name": ["Group name already exists in database"]})
    );
}

#[test]
fn datasets_may_outlive_their_organization_where_the_portal_says_so() {
    let portal = TestApp::with(|settings| settings.auth.create_unowned_dataset = true);
    drop(portal.ok("organization_create", json!({"name": "org1"})));
    drop(portal.ok("package_create", json!({"name": "ds", "owner_org": "org1"})));
    assert_eq!(portal.ok("organization_delete", json!({"id": "org1"})), Value::Null);
    assert_eq!(portal.ok("package_show", json!({"id": "ds"}))["owner_org"], Value::Null);
}

#[test]
fn groups_stand_above_groups_but_never_in_a_circle() {
    let portal = TestApp::new();
    drop(portal.ok("organization_create", json!({"name": "top"})));
    let made = portal.ok("organization_create", json!({"name": "under", "groups": [{"name": "top"}]}));
    assert_eq!((&made["groups"][0]["name"], &made["groups"][0]["capacity"]), (&json!("top"), &json!("public")));
    let circle = portal.call(&TestApp::site(), "organization_patch", json!({"id": "top", "groups": [{"name": "under"}]}));
    assert_eq!(faults(circle), json!({"groups": [{"name": ["This parent would create a loop in the hierarchy"]}]}));
}
