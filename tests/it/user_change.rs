//! Users: changed, taken away, found by a part of the name.

use auth::Actor;
use base::Kind;
use kit::TestApp;
use serde_json::{Value, json};

use crate::people_of::{HASH, actor, faults, user};

#[test]
fn users_change_themselves() {
    let portal = TestApp::new();
    for name in ["other", "editor"] {
        user(&portal, name);
    }
    let other = actor(&portal, "other");
    let call = |action: &str, input: Value| portal.call(&other, action, input);
    let done =
        call("user_update", json!({"id": "other", "email": "other@example.com", "fullname": "Oth", "plugin_extras": {"a": 1}}));
    let done = done.unwrap();
    assert_eq!((&done["fullname"], &done["apikey"], done.as_object().unwrap().len()), (&json!("Oth"), &Value::Null, 16));
    assert_eq!(faults(call("user_update", json!({"id": "other"}))), json!({"email": ["Missing value"]}));
    assert_eq!(call("user_update", json!({"id": "x"})).unwrap_err().message(), "User was not found.");
    assert_eq!(faults(call("user_update", json!({}))), json!({"id": ["Missing value"]}));
    let patched =
        call("user_patch", json!({"id": "other", "about": "new", "sysadmin": true, "state": "deleted", "password": ""}));
    let patched = patched.unwrap();
    assert_eq!((&patched["about"], &patched["fullname"]), (&json!("new"), &json!("Oth")));
    assert_eq!((&patched["sysadmin"], &patched["state"]), (&json!(false), &json!("active")));
    for (input, expected) in [
        (json!({"name": "newn"}), json!({"name": ["That login name can not be modified."]})),
        (
            json!({"name": "editor"}),
            json!({"name": ["The username is already associated with another account. Please use a different username."]}),
        ),
        (json!({"name": 23}), json!({"name": ["Names must be strings", "User names must be strings"]})),
        (
            json!({"email": "EDITOR@example.com"}),
            json!({"email": ["The email address 'editor@example.com' belongs to a registered user."]}),
        ),
        (json!({"password": "short"}), json!({"password": ["Your password must be 8 characters or longer"]})),
        (json!({"password": 23}), json!({"password": ["Passwords must be strings"]})),
        (
            json!({"about": "see http://x"}),
            json!({"about": ["Edit not allowed as it looks like spam. Please avoid links in your description."]}),
        ),
        (json!({"plugin_extras": 5}), json!({"plugin_extras": ["The value should be a valid JSON object"]})),
    ] {
        let mut sent = input.clone();
        sent["id"] = json!("other");
        assert_eq!(faults(call("user_patch", sent)), expected, "{input}");
    }
    let nothing = json!({"id": "other", "password": null, "email": null, "name": null, "about": null});
    assert_eq!(call("user_patch", nothing).unwrap(), patched);
    let update = json!({"id": "other", "email": patched["email"], "password": null});
    // One of CKAN's tests wants it.
    assert_eq!(faults(call("user_update", update)), json!({"password": ["Passwords must be strings"]}));
    let editor = portal.ok("user_show", json!({"id": "editor"}))["id"].as_str().unwrap().to_owned();
    for action in ["user_patch", "user_update"] {
        let denied = call(action, json!({"id": "editor", "email": "e@x.kg"})).unwrap_err();
        assert_eq!(
            (denied.kind(), denied.message()),
            (Kind::Denied, format!("User other not authorized to edit user {editor}").as_str())
        );
        let denied = portal.call(&Actor::anonymous(), action, json!({"id": "editor"})).unwrap_err();
        assert_eq!(denied.message(), "Have to be logged in to edit user");
    }
    assert_eq!(call("user_patch", json!({"id": "nobody"})).unwrap_err().message(), "User not found");
    assert_eq!(portal.ok("user_show", json!({"id": "other", "include_plugin_extras": true}))["plugin_extras"], Value::Null);
}

#[test]
fn sysadmins_change_everybody_but_not_their_own_rights() {
    let portal = TestApp::new();
    user(&portal, "other");
    drop(portal.ok("user_create", json!({"name": "boss", "email": "b@example.com", "password_hash": HASH, "sysadmin": true})));
    drop(portal.ok("get_site_user", json!({})));
    let boss = actor(&portal, "boss");
    let patch = |input: Value| portal.call(&boss, "user_patch", input);
    assert_eq!(
        faults(patch(json!({"id": "boss", "sysadmin": false}))),
        json!({"sysadmin": ["Cannot modify your own sysadmin privileges"]})
    );
    assert_eq!(
        faults(patch(json!({"id": "default", "sysadmin": false})))["sysadmin"],
        json!(["Cannot modify sysadmin privileges for system user"])
    );
    let raised = patch(json!({"id": "other", "sysadmin": true, "name": "raised", "plugin_extras": {"p": 1}})).unwrap();
    assert_eq!(
        (&raised["name"], &raised["sysadmin"], &raised["plugin_extras"]),
        (&json!("raised"), &json!(true), &json!({"p": 1}))
    );
    assert!(actor(&portal, "raised").is_sysadmin());
    assert_eq!(patch(json!({"id": "raised", "state": "deleted"})).unwrap()["state"], "deleted");
    assert_eq!(faults(patch(json!({}))), json!({"id": ["Missing value"]}));
    assert_eq!(patch(json!({"id": "nobody"})).unwrap_err().kind(), Kind::NotFound);
    // The address of a deleted user may be given again, and then he cannot come back with it.
    drop(portal.ok("user_create", json!({"name": "second", "email": "OTHER@example.com", "password_hash": HASH})));
    assert_eq!(
        faults(patch(json!({"id": "raised", "state": "active"}))),
        json!({"email": ["The email address 'other@example.com' belongs to a registered user."]})
    );
}

#[test]
fn deleted_users_leave_everything() {
    let portal = TestApp::new();
    user(&portal, "gone");
    drop(portal.ok("organization_create", json!({"name": "org1", "users": [{"name": "gone", "capacity": "editor"}]})));
    let denied = portal.call(&actor(&portal, "gone"), "user_delete", json!({"id": "gone"})).unwrap_err();
    assert_eq!((denied.kind(), denied.message()), (Kind::Denied, ""));
    let missing = portal.call(&TestApp::site(), "user_delete", json!({"id": "nobody"})).unwrap_err();
    assert_eq!((missing.kind(), missing.message()), (Kind::NotFound, "User \"nobody\" was not found."));
    assert_eq!(portal.ok("user_delete", json!({"id": "gone"})), Value::Null);
    assert_eq!(portal.ok("user_delete", json!({"id": "gone"})), Value::Null);
    assert_eq!(portal.ok("user_show", json!({"id": "gone"}))["state"], "deleted");
    assert_eq!(portal.ok("organization_show", json!({"id": "org1"}))["users"], json!([]));
    assert!(actor(&portal, "gone").is_anonymous());
}

#[test]
fn users_are_found_by_a_part_of_their_name() {
    let portal = TestApp::new();
    for name in ["zarina", "azamat", "gone"] {
        user(&portal, name);
    }
    drop(portal.ok("user_patch", json!({"id": "azamat", "fullname": "Азамат"})));
    drop(portal.ok("user_delete", json!({"id": "gone"})));
    let find = |actor: &Actor, input: Value| portal.call(actor, "user_autocomplete", input).unwrap();
    let anyone = Actor::anonymous();
    let names = |found: &Value| {
        found.as_array().unwrap().iter().map(|user| user["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let found = find(&anyone, json!({"q": "азам"}));
    assert_eq!((&found[0]["fullname"], found[0].as_object().unwrap().len()), (&json!("Азамат"), 3));
    assert_eq!(names(&find(&anyone, json!({"q": ""}))), ["zarina", "azamat"]);
    assert_eq!(names(&find(&anyone, json!({"q": "", "limit": "1"}))), ["zarina"]);
    assert_eq!(names(&find(&actor(&portal, "zarina"), json!({"q": "a", "ignore_self": true}))), ["azamat"]);
    assert_eq!(names(&find(&anyone, json!({"q": "zarina@example"}))), [""; 0]);
    assert_eq!(names(&find(&TestApp::site(), json!({"q": "zarina@example"}))), ["zarina"]);
    assert_eq!(faults(portal.call(&anyone, "user_autocomplete", json!({}))), json!({"q": ["Missing value"]}));
}
