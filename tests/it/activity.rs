//! Activities: written with the change, shown to those who may see the object and were allowed to see the version.

use auth::Actor;
use base::Kind;
use kit::TestApp;
use serde_json::{Value, json};

use crate::people_of::{actor, faults, user};

fn portal() -> TestApp {
    let portal = TestApp::new();
    for name in ["editor", "member", "other"] {
        user(&portal, name);
    }
    let users = json!([{"name": "editor", "capacity": "editor"}, {"name": "member", "capacity": "member"}]);
    drop(portal.ok("organization_create", json!({"name": "org1", "title": "One", "users": users})));
    portal
}

fn types(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| item["activity_type"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_dataset_leaves_its_versions() {
    let portal = portal();
    let editor = actor(&portal, "editor");
    let call = |name: &str, input: Value| portal.call(&editor, name, input).unwrap();
    let made = call("package_create", json!({"name": "data", "title": "First", "owner_org": "org1"}));
    let changed = call("package_patch", json!({"id": "data", "title": "Second"}));
    drop(call("package_patch", json!({"id": "data", "title": "Second"})));
    drop(call("package_delete", json!({"id": "data"})));
    let list = portal.ok("package_activity_list", json!({"id": "data"}));
    assert_eq!(types(&list), ["deleted package", "changed package", "new package"]);
    assert_eq!(list[2]["data"], json!({"package": made, "actor": "editor"}));
    assert_eq!(list[1]["data"]["package"], changed);
    assert_eq!(list[1]["permission_labels"], json!(["public"]));
    assert_eq!(list[1]["user_id"], made["creator_user_id"]);
    assert_eq!(list[1].as_object().unwrap().len(), 7);
    let one = |input: Value| types(&portal.ok("package_activity_list", input));
    assert_eq!(one(json!({"id": "data", "activity_types": ["new package"]})), ["new package"]);
    assert_eq!(one(json!({"id": "data", "exclude_activity_types": ["new package"], "limit": "1"})), ["deleted package"]);
    assert_eq!(one(json!({"id": "data", "offset": 2})), ["new package"]);
    let diff = call("activity_diff", json!({"id": list[1]["id"], "object_type": "package"}));
    assert!(diff["diff"].as_str().unwrap().starts_with("--- \n\n+++ \n\n@@ "), "{diff}");
    assert!(diff["diff"].as_str().unwrap().contains("\n-  \"title\": \"First\",\n+  \"title\": \"Second\","), "{diff}");
    assert_eq!(diff["activities"][0]["id"], list[2]["id"]);
    for kind in ["context", "html"] {
        drop(call("activity_diff", json!({"id": list[1]["id"], "object_type": "package", "diff_type": kind})));
    }
    assert_eq!(call("activity_data_show", json!({"id": list[2]["id"], "object_type": "package"})), made);
    assert_eq!(call("activity_show", json!({"id": list[2]["id"], "include_data": true})), list[2]);
    let missing = portal.call(&editor, "activity_diff", json!({"id": list[2]["id"], "object_type": "package"})).unwrap_err();
    assert_eq!(missing.message(), "Previous activity for this object not found");
}

#[test]
fn any_two_versions_are_compared() {
    let portal = portal();
    let call = |who: &str, name: &str, input: Value| portal.call(&actor(&portal, who), name, input);
    drop(
        call("editor", "package_create", json!({"name": "data", "title": "First", "owner_org": "org1", "private": true}))
            .unwrap(),
    );
    for title in ["Second", "Third"] {
        drop(call("editor", "package_patch", json!({"id": "data", "title": title})).unwrap());
    }
    let list = portal.ok("package_activity_list", json!({"id": "data"}));
    let diff = |who: &str, id: &Value, old: &Value| {
        call(who, "activity_diff", json!({"id": id, "old_id": old, "object_type": "package"}))
    };
    let (first, last) = (&list[2]["id"], &list[0]["id"]);
    let found = diff("editor", last, first).unwrap();
    assert!(found["diff"].as_str().unwrap().contains("-  \"title\": \"First\",\n+  \"title\": \"Third\","), "{found}");
    assert_eq!((&found["activities"][0]["id"], &found["activities"][1]["id"]), (first, last));
    let back = diff("editor", first, last).unwrap();
    assert!(back["diff"].as_str().unwrap().contains("+  \"title\": \"First\","), "{back}");
    assert_eq!(diff("editor", last, &json!("nothing")).unwrap_err().kind(), Kind::NotFound);
    drop(portal.ok("package_create", json!({"name": "other", "owner_org": "org1"})));
    let other = portal.ok("package_activity_list", json!({"id": "other"}))[0]["id"].clone();
    assert_eq!(faults(diff("editor", last, &other)), json!({"old_id": ["It is an activity of another object"]}));
    // Who may see the one may not see the other for that.
    drop(portal.ok("package_patch", json!({"id": "data", "private": false, "owner_org": "org1"})));
    let open = portal.ok("package_activity_list", json!({"id": "data"}))[0]["id"].clone();
    let portal = portal.restart_with(|settings| settings.activity.public_detail = true);
    let seen = |old: Option<&Value>| {
        portal.call(&Actor::anonymous(), "activity_diff", json!({"id": open, "old_id": old, "object_type": "package"}))
    };
    assert_eq!(seen(Some(first)).unwrap_err().kind(), Kind::Denied);
    assert!(seen(Some(&open)).is_ok());
}

#[test]
fn times_bound_a_list() {
    let portal = portal();
    drop(portal.ok("package_create", json!({"name": "data", "owner_org": "org1", "notes": "0"})));
    for notes in ["1", "2", "3"] {
        drop(portal.ok("package_patch", json!({"id": "data", "notes": notes})));
    }
    let notes = |input: Value| -> Vec<Value> {
        let list = portal.ok("package_activity_list", input);
        list.as_array().unwrap().iter().map(|item| item["data"]["package"]["notes"].clone()).collect()
    };
    let list = portal.ok("package_activity_list", json!({"id": "data"}));
    let time = |place: usize| {
        let at = base::time::Stamp::parse(list[place]["timestamp"].as_str().unwrap()).unwrap();
        format!("{}.{:06}", at.micros() / 1_000_000, at.micros() % 1_000_000)
    };
    assert_eq!(notes(json!({"id": "data", "before": time(0), "limit": 2})), ["2", "1"]);
    assert_eq!(notes(json!({"id": "data", "after": time(3), "limit": 2})), ["2", "1"]);
    assert_eq!(notes(json!({"id": "data", "after": time(3), "before": time(1)})), ["1"]);
}

#[test]
fn what_was_private_stays_so() {
    let portal = portal();
    let editor = actor(&portal, "editor");
    drop(portal.call(&editor, "package_create", json!({"name": "data", "owner_org": "org1", "private": true})).unwrap());
    let resource = portal.call(&editor, "resource_create", json!({"package_id": "data", "url": "http://x.org/a"})).unwrap();
    let view = json!({"resource_id": resource["id"], "view_type": "image_view", "title": "secret"});
    drop(portal.call(&editor, "resource_view_create", view).unwrap());
    drop(portal.call(&editor, "package_patch", json!({"id": "data", "private": false})).unwrap());
    let seen = |who: &Actor, name: &str, id: &str| types(&portal.call(who, name, json!({"id": id})).unwrap());
    let all = ["changed package", "new resource view", "changed package", "new package"];
    assert_eq!(seen(&editor, "package_activity_list", "data"), all);
    for (name, id) in
        [("package_activity_list", "data"), ("user_activity_list", "editor"), ("organization_activity_list", "org1")]
    {
        let public = seen(&Actor::anonymous(), name, id);
        assert_eq!(
            public.iter().filter(|kind| kind.contains("package") || kind.contains("view")).count(),
            1,
            "{name}: {public:?}"
        );
    }
    let recent = |who: &Actor| types(&portal.call(who, "recently_changed_packages_activity_list", json!({})).unwrap()).len();
    assert_eq!((recent(&Actor::anonymous()), recent(&actor(&portal, "member"))), (1, 3));
    let list = portal.ok("package_activity_list", json!({"id": "data"}));
    let show = |who: &str, place: usize, data: bool| {
        portal.call(&actor(&portal, who), "activity_show", json!({"id": list[place]["id"], "include_data": data})).map(drop)
    };
    assert_eq!(show("other", 3, false).unwrap_err().message(), "Unauthorized to view activity data");
    assert!(show("other", 0, false).is_ok());
    let package = portal.ok("package_show", json!({"id": "data"}))["id"].as_str().unwrap().to_owned();
    assert_eq!(show("member", 3, true).unwrap_err().message(), format!("User member not authorized to edit package {package}"));
    assert_eq!(show("editor", 1, false).unwrap_err().message(), "object_type not recognized");
    drop(portal.ok("package_patch", json!({"id": "data", "private": true})));
    let denied = portal.call(&Actor::anonymous(), "package_activity_list", json!({"id": "data"})).unwrap_err();
    assert_eq!(denied.kind(), Kind::Denied);
}

#[test]
fn groups_and_users_are_told_of_too() {
    let portal = portal();
    let other = actor(&portal, "other");
    let call = |name: &str, input: Value| portal.call(&other, name, input).unwrap();
    drop(call("group_create", json!({"name": "g1", "extras": [{"key": "k", "value": "v"}]})));
    let list = call("group_activity_list", json!({"id": "g1"}));
    assert_eq!(types(&list), ["new group"]);
    assert_eq!((&list[0]["data"]["group"]["name"], &list[0]["data"]["group"]["extras"]), (&json!("g1"), &json!({"k": "v"})));
    drop(portal.ok("package_create", json!({"name": "data", "owner_org": "org1", "groups": [{"name": "g1"}]})));
    drop(portal.ok("package_patch", json!({"id": "data", "groups": []})));
    assert_eq!(types(&call("group_activity_list", json!({"id": "g1"}))), ["new group"]);
    drop(portal.ok("package_delete", json!({"id": "data"})));
    let past = types(&portal.ok("group_activity_list", json!({"id": "g1"})));
    assert_eq!(past, ["deleted package", "changed package", "new package", "new group"]);
    drop(portal.ok("organization_patch", json!({"id": "org1", "title": "Two"})));
    drop(portal.ok("organization_delete", json!({"id": "org1"})));
    let about = types(&portal.ok(
        "organization_activity_list",
        json!({"id": "org1", "activity_types": ["changed organization", "deleted organization"]}),
    ));
    assert_eq!(about, ["deleted organization", "changed organization"]);
    assert_eq!(types(&call("user_activity_list", json!({"id": "other"}))), ["new group", "new user"]);
}

#[test]
fn a_dashboard_knows_what_is_new() {
    let portal = portal();
    let other = actor(&portal, "other");
    let call = |name: &str, input: Value| portal.call(&other, name, input).unwrap();
    drop(call("group_create", json!({"name": "g1"})));
    let id = other.id().unwrap().to_owned();
    drop(portal.ok("activity_create", json!({"user_id": "editor", "object_id": id, "activity_type": "changed user"})));
    let list = call("dashboard_activity_list", json!({}));
    assert_eq!(types(&list), ["changed user", "new group", "new user"]);
    assert_eq!((&list[0]["is_new"], &list[1]["is_new"]), (&json!(true), &json!(false)));
    assert_eq!(call("dashboard_new_activities_count", json!({})), 1);
    assert_eq!(call("dashboard_mark_activities_old", json!({})), Value::Null);
    assert_eq!(call("dashboard_new_activities_count", json!({})), 0);
    let nobody = portal.call(&Actor::anonymous(), "dashboard_activity_list", json!({})).unwrap_err();
    assert_eq!((nobody.kind(), nobody.message()), (Kind::Denied, "You must be logged in to access your dashboard."));
}

#[test]
fn faults_are_told_as_ckan_tells_them() {
    let portal = portal();
    let site = TestApp::site();
    let fault = |name: &str, input: Value| faults(portal.call(&site, name, input));
    assert_eq!(
        fault("package_activity_list", json!({"id": "x", "limit": "x", "offset": -1})),
        json!({"limit": ["Invalid integer", "Please enter an integer value"], "offset": ["Must be a natural number"]})
    );
    assert_eq!(fault("user_activity_list", json!({})), json!({"id": ["Missing value"]}));
    assert_eq!(
        fault("package_activity_list", json!({"id": "x", "activity_types": [], "exclude_activity_types": []})),
        json!({"activity_types": ["Cannot be used together with `exclude_activity_types"]})
    );
    assert_eq!(
        fault("activity_create", json!({"user_id": "other", "object_id": "1", "activity_type": "foo"})),
        json!({"activity_type": ["Not found: Activity type"], "object_id": ["There is no object_id validator for activity type \"foo\""]})
    );
    assert_eq!(fault("activity_diff", json!({"id": "x"})), json!({"object_type": ["Missing value"]}));
    assert_eq!(
        fault("activity_delete", json!({"start_date": "2026-01-01"})),
        json!({"__before": ["Either both start_date and end_date must be specified, or offset_days must be provided."]})
    );
    assert_eq!(
        fault("activity_delete", json!({"start_date": "2026-02-01", "end_date": "2026-01-01"})),
        json!({"message": "start_date cannot be greater than end_date."})
    );
    assert_eq!(portal.call(&site, "activity_show", json!({"id": "x"})).unwrap_err().kind(), Kind::NotFound);
}

#[test]
fn a_sysadmin_clears_up() {
    let portal = portal();
    drop(portal.ok("package_create", json!({"name": "data", "owner_org": "org1"})));
    drop(portal.ok("package_patch", json!({"id": "data", "notes": "n"})));
    for name in ["activity_delete_all", "activity_delete_counts", "activity_create"] {
        assert_eq!(portal.call(&actor(&portal, "editor"), name, json!({})).unwrap_err().kind(), Kind::Denied, "{name}");
    }
    let counts = portal.ok("activity_delete_counts", json!({}));
    assert_eq!((&counts["older_than_1_day"], &counts["total"]), (&json!(0), &json!(6)));
    let message = |input: Value| portal.ok("activity_delete", input)["message"].clone();
    assert_eq!(message(json!({"offset_days": 30})), "No activities found matching the specified criteria.");
    let span = json!({"start_date": "2000-01-01", "end_date": "2999-01-01", "keep": 1});
    assert_eq!(message(span), "Deleted 1 rows from the activity table.");
    let list = portal.ok("package_activity_list", json!({"id": "data"}));
    assert_eq!(types(&list), ["changed package"]);
    assert_eq!(message(json!({"id": list[0]["id"]})), "Activity purged");
    let gone = portal.call(&TestApp::site(), "activity_delete", json!({"id": list[0]["id"]})).unwrap_err();
    assert_eq!((gone.kind(), gone.message()), (Kind::NotFound, "Activity not found"));
    assert_eq!(portal.ok("activity_delete_all", json!({})), json!({"message": "Deleted 4 rows from the activity table."}));
}

#[test]
fn the_site_itself_is_hidden_and_silence_can_be_had() {
    let portal = TestApp::with(|settings| settings.activity.hidden_users = vec!["quiet".to_owned()]);
    user(&portal, "quiet");
    drop(portal.ok("organization_create", json!({"name": "org1", "users": [{"name": "quiet", "capacity": "editor"}]})));
    drop(portal.call(&actor(&portal, "quiet"), "package_create", json!({"name": "data", "owner_org": "org1"})).unwrap());
    assert_eq!(portal.ok("package_activity_list", json!({"id": "data"})), json!([]));
    let all = portal.ok("package_activity_list", json!({"id": "data", "include_hidden_activity": "true"}));
    assert_eq!(types(&all), ["new package"]);
    let hidden = json!({"id": "data", "include_hidden_activity": true});
    assert_eq!(portal.call(&actor(&portal, "quiet"), "package_activity_list", hidden).unwrap(), json!([]));
    let silent = TestApp::with(|settings| {
        settings.activity.enabled = false;
        settings.auth.create_unowned_dataset = true;
    });
    drop(silent.ok("package_create", json!({"name": "data"})));
    assert_eq!(silent.ok("activity_delete_counts", json!({}))["total"], 0);
}
