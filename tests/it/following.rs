//! Following datasets, groups and users.

use auth::Actor;
use base::Kind;
use kit::TestApp;
use serde_json::{Value, json};

use crate::people_of::{actor, faults, user};

fn portal() -> TestApp {
    let portal = TestApp::new();
    for name in ["fan", "other"] {
        user(&portal, name);
    }
    drop(portal.ok("organization_create", json!({"name": "org1", "title": "Org"})));
    drop(portal.ok("group_create", json!({"name": "g1", "title": "Environment"})));
    for (name, private) in [("open", false), ("closed", true)] {
        drop(portal.ok("package_create", json!({"name": name, "title": "Data", "owner_org": "org1", "private": private})));
    }
    portal
}

#[test]
fn what_is_followed_is_counted_and_listed() {
    let portal = portal();
    let fan = actor(&portal, "fan");
    let call = |action: &str, id: &str| portal.call(&fan, action, json!({"id": id})).unwrap();
    for (kind, id) in [("dataset", "open"), ("group", "g1"), ("user", "other")] {
        assert_eq!(call(&format!("am_following_{kind}"), id), false);
        let first = call(&format!("follow_{kind}"), id);
        assert_eq!((&first["follower_id"], first.as_object().unwrap().len()), (&json!(fan.id().unwrap()), 3));
        assert_eq!(call(&format!("follow_{kind}"), id), first, "following twice is following once");
        assert_eq!(call(&format!("am_following_{kind}"), id), true);
        assert_eq!(portal.call(&Actor::anonymous(), &format!("{kind}_follower_count"), json!({"id": id})).unwrap(), 1);
        let followers = portal.ok(&format!("{kind}_follower_list"), json!({"id": id}));
        assert_eq!((&followers[0]["name"], followers[0].as_object().unwrap().len()), (&json!("fan"), 14));
    }
    drop(call("follow_group", "org1"));
    assert_eq!(portal.ok("organization_show", json!({"id": "org1"}))["num_followers"], 1);
    assert_eq!(portal.ok("user_show", json!({"id": "other", "include_num_followers": true}))["num_followers"], 1);
    for (action, expected) in [
        ("followee_count", 4),
        ("user_followee_count", 1),
        ("dataset_followee_count", 1),
        ("group_followee_count", 1),
        ("organization_followee_count", 1),
    ] {
        assert_eq!(portal.call(&Actor::anonymous(), action, json!({"id": "fan"})).unwrap(), expected, "{action}");
    }
    let all = call("followee_list", "fan");
    let kinds: Vec<_> = all.as_array().unwrap().iter().map(|one| (one["type"].clone(), one["display_name"].clone())).collect();
    assert_eq!(
        kinds,
        [("dataset", "Data"), ("group", "Environment"), ("organization", "Org"), ("user", "other")]
            .map(|(kind, name)| (json!(kind), json!(name)))
    );
    let found = portal.call(&fan, "followee_list", json!({"id": "fan", "q": "e"})).unwrap();
    assert_eq!((found.as_array().unwrap().len(), &found[0]["dict"]["name"]), (1, &json!("g1")));
    assert_eq!(call("organization_followee_list", "fan")[0]["name"], "org1");
    assert_eq!(call("user_followee_list", "fan")[0]["name"], "other");
    drop(portal.ok("package_patch", json!({"id": "open", "private": true})));
    assert_eq!(call("dataset_followee_list", "fan"), json!([]), "what became private is not told");
    let counted = |portal_actor: &Actor| portal.call(portal_actor, "dataset_followee_count", json!({"id": "fan"})).unwrap();
    assert_eq!((counted(&fan), counted(&TestApp::site())), (json!(0), json!(1)), "nor counted");
    drop(portal.call(&fan, "unfollow_user", json!({"id": "other"})).unwrap());
    assert_eq!(portal.call(&fan, "user_followee_count", json!({"id": "fan"})).unwrap(), 0);
    for (kind, id) in [("dataset", "open"), ("group", "g1"), ("user", "other")] {
        assert_eq!(call(&format!("unfollow_{kind}"), id), Value::Null);
        assert_eq!(call(&format!("unfollow_{kind}"), id), Value::Null);
        assert_eq!(call(&format!("am_following_{kind}"), id), false);
    }
    drop(portal.ok("user_delete", json!({"id": "fan"})));
    assert_eq!(portal.ok("organization_follower_count", json!({"id": "org1"})), 0);
}

#[test]
fn nobody_follows_what_he_may_not_read() {
    let portal = portal();
    let fan = actor(&portal, "fan");
    let anyone = Actor::anonymous();
    for kind in ["dataset", "group", "user"] {
        for action in ["follow", "unfollow"] {
            let denied = portal.call(&anyone, &format!("{action}_{kind}"), json!({"id": "open"})).unwrap_err();
            assert_eq!(
                (denied.kind(), denied.message()),
                (Kind::Denied, format!("You must be logged in to {action} {kind}s").as_str())
            );
        }
        let follow = |input: Value| faults(portal.call(&fan, &format!("follow_{kind}"), input));
        let fault = json!({"message": format!("Error validating the schema of the {kind} to follow.")});
        assert_eq!((follow(json!({"id": "nope"})), follow(json!({}))), (fault.clone(), fault));
        assert_eq!(
            faults(portal.call(&fan, &format!("unfollow_{kind}"), json!({"id": "nope"}))),
            json!({"message": "Error validating the schema of the object to unfollow."})
        );
        let (first, rest) = kind.split_at(1);
        let capital = format!("{}{rest}", first.to_uppercase());
        assert_eq!(
            faults(portal.call(&anyone, &format!("am_following_{kind}"), json!({"id": "nope"}))),
            json!({"id": [format!("Not found: {capital}")]})
        );
        assert_eq!(faults(portal.call(&anyone, &format!("{kind}_follower_count"), json!({}))), json!({"id": ["Missing value"]}));
        let denied = portal.call(&fan, &format!("{kind}_follower_list"), json!({"id": "open"})).unwrap_err();
        assert_eq!((denied.kind(), denied.message()), (Kind::Denied, "Not authorized"));
        let denied = portal.call(&fan, &format!("{kind}_followee_list"), json!({"id": "other"})).unwrap_err();
        assert_eq!((denied.kind(), denied.message()), (Kind::Denied, "Not authorized"));
    }
    assert_eq!(portal.call(&fan, "follow_dataset", json!({"id": "closed"})).unwrap_err().kind(), Kind::Denied);
    assert_eq!(portal.call(&anyone, "am_following_dataset", json!({"id": "open"})).unwrap_err().kind(), Kind::Denied);
    assert_eq!(faults(portal.call(&fan, "follow_user", json!({"id": "fan"}))), json!({"message": "You cannot follow yourself"}));
    assert_eq!(faults(portal.call(&anyone, "followee_list", json!({"id": "nope"}))), json!({"id": ["Not found: User"]}));
}
