//! Users: made, shown, listed, taken away.

use action::Ctx;
use auth::Actor;
use base::Kind;
use kit::TestApp;
use serde_json::{Value, json};

use crate::people_of::{HASH, actor, faults, user};

#[test]
fn a_new_user_shows_his_address_to_himself_alone() {
    let portal = TestApp::new();
    let made = portal.ok("user_create", json!({"name": "aizada", "email": " Aizada@Example.org ", "password": "password123"}));
    assert_eq!(made["email"], "Aizada@Example.org");
    assert_eq!(made["apikey"], Value::Null);
    assert_eq!(made["display_name"], "aizada");
    assert_eq!(made["state"], "active");
    assert_eq!(made.as_object().unwrap().len(), 16);
    let own = actor(&portal, "aizada");
    assert_eq!(portal.call(&own, "user_show", json!({})).unwrap(), made);
    let strange = portal.call(&Actor::anonymous(), "user_show", json!({"id": made["id"]})).unwrap();
    assert_eq!(strange.as_object().unwrap().len(), 14);
    assert!(strange.get("email").is_none());
    assert_eq!(strange["email_hash"], made["email_hash"]);
    assert_eq!(made["email_hash"].as_str().unwrap().len(), 32);
    let full = portal.ok(
        "user_show",
        json!({"id": "aizada", "include_password_hash": true, "include_num_followers": true, "include_datasets": "True"}),
    );
    assert!(full["password_hash"].as_str().unwrap().starts_with("$argon2id$"));
    assert_eq!((&full["num_followers"], &full["datasets"]), (&json!(0), &json!([])));
    assert!(portal.call(&own, "user_show", json!({"include_password_hash": true})).unwrap().get("password_hash").is_none());
}

#[test]
fn all_faults_of_a_user_are_told_at_once() {
    let portal = TestApp::new();
    assert_eq!(user(&portal, "editor")["email_hash"], "3ec564d1f50ebaa304b1393eb7241f76");
    let fault = |input: Value| faults(portal.call(&TestApp::site(), "user_create", input));
    assert_eq!(
        fault(json!({"name": "a", "email": "x", "password": "x"})),
        json!({"name": ["Must be at least 2 characters long"], "email": ["Email x is not a valid format"], "password": ["Your password must be 8 characters or longer"]})
    );
    assert_eq!(fault(json!({})), json!({"name": ["Missing value"], "email": ["Missing value"], "password": ["Missing value"]}));
    assert_eq!(
        fault(json!({"name": "editor", "email": "EDITOR@example.com", "password": "password123", "about": "http://spam"})),
        json!({
            "name": ["The username is already associated with another account. Please use a different username."],
            "about": ["Edit not allowed as it looks like spam. Please avoid links in your description."],
        })
    );
    assert_eq!(
        fault(json!({"name": "editor2", "email": "EDITOR@example.com", "password": "password123"})),
        json!({"email": ["The email address 'editor@example.com' belongs to a registered user."]})
    );
    assert_eq!(
        fault(json!({"name": 5, "email": "a@b.c", "password": 12345678}))["password"],
        json!(["Passwords must be strings"])
    );
    let denied = portal.call(&actor(&portal, "editor"), "user_create", json!({})).unwrap_err();
    assert_eq!((denied.kind(), denied.message()), (Kind::Denied, "User editor not authorized to create users via the API"));
}

#[test]
fn imported_users_keep_id_and_hash() {
    let portal = TestApp::new();
    let id = "0c4b5d7e-1111-4222-8333-444455556666";
    let sent = json!({"name": "imported", "email": "i@example.com", "password_hash": HASH, "id": id, "sysadmin": false});
    assert_eq!(portal.ok("user_create", sent.clone())["id"], id);
    for none in ["plain", "$pbkdf2-sha512$1$$", "$pbkdf2-sha512$25000$x", &"h".repeat(5_000)] {
        let dead = json!({"name": "dead", "email": "d@example.com", "password_hash": none});
        assert!(faults(portal.call(&TestApp::site(), "user_create", dead)).get("password_hash").is_some(), "{none}");
        let dead = json!({"id": "imported", "password_hash": none});
        assert!(faults(portal.call(&TestApp::site(), "user_patch", dead)).get("password_hash").is_some(), "{none}");
    }
    let again = json!({"name": "other", "email": "o@example.com", "password": "password123", "id": id});
    assert_ne!(portal.ok("user_create", again)["id"], id);
    let open = TestApp::with(|settings| settings.auth.create_user_via_api = true);
    assert_eq!(faults(open.call(&Actor::anonymous(), "user_create", sent)), json!({"password": ["Missing value"]}));
    let plain =
        json!({"name": "plain", "email": "p@example.com", "password": "password123", "sysadmin": true, "state": "deleted"});
    let made = open.call(&Actor::anonymous(), "user_create", plain).unwrap();
    assert_eq!((&made["sysadmin"], &made["state"]), (&json!(false), &json!("active")));
}

#[test]
fn lists_leave_out_the_site_and_the_deleted() {
    let portal = TestApp::new();
    let mut ctx = Ctx::job(&portal.app, &Actor::anonymous());
    let site = people::user::ensure_site_user(&mut ctx).unwrap();
    assert_eq!(people::user::ensure_site_user(&mut ctx).unwrap().id(), site.id());
    ctx.finish().unwrap();
    for name in ["zhanyl", "azamat", "gone"] {
        user(&portal, name);
    }
    let token = portal.ok("api_token_create", json!({"user": "gone", "name": "t"}))["token"].as_str().unwrap().to_owned();
    assert_eq!(portal.behind(&token).name(), "gone");
    let mut ctx = Ctx::job(&portal.app, &site);
    people::user::remove(&mut ctx, "gone").unwrap();
    assert_eq!(people::user::remove(&mut ctx, "gone").unwrap_err().kind(), Kind::NotFound);
    assert_eq!(people::user::remove(&mut ctx, "default").unwrap_err().kind(), Kind::Validation);
    people::user::set_sysadmin(&mut ctx, "azamat", true).unwrap();
    ctx.finish().unwrap();
    assert!(portal.behind(&token).is_anonymous());
    assert_eq!(portal.ok("user_list", json!({"all_fields": false})), json!(["azamat", "zhanyl"]));
    assert_eq!(
        portal.ok("user_list", json!({"all_fields": "no", "include_site_user": true})),
        json!(["azamat", "default", "zhanyl"])
    );
    assert_eq!(portal.ok("user_list", json!({"all_fields": false, "q": "%"})), json!([]));
    assert_eq!(portal.ok("user_list", json!({"email": "ZHANYL@example.com"}))[0]["name"], "zhanyl");
    assert_eq!(portal.ok("user_show", json!({"id": "gone"}))["state"], "deleted");
    assert_eq!(portal.ok("user_show", json!({"id": "azamat"}))["sysadmin"], true);
    let other = actor(&portal, "zhanyl");
    let listed = portal.call(&other, "user_list", json!({"order_by": "name"})).unwrap();
    assert!(listed[0].get("email").is_none());
    assert_eq!(listed[1]["email"], "zhanyl@example.com");
    assert_eq!(portal.call(&other, "user_list", json!({"email": "a"})).unwrap_err().kind(), Kind::Denied);
    assert_eq!(
        faults(portal.call(&other, "user_list", json!({"order_by": "edits"}))),
        json!({"message": "order_by=edits is no longer supported"})
    );
}

#[test]
fn a_portal_can_hide_its_users() {
    let portal = TestApp::with(|settings| settings.auth.public_user_details = false);
    user(&portal, "hidden");
    for (action, input) in
        [("user_list", json!({})), ("user_show", json!({"id": "hidden"})), ("user_show", json!({"id": "nobody"}))]
    {
        assert_eq!(portal.call(&Actor::anonymous(), action, input.clone()).unwrap_err().kind(), Kind::Denied, "{action} {input}");
    }
    assert_eq!(portal.call(&Actor::anonymous(), "user_show", json!({})).unwrap_err().kind(), Kind::NotFound);
    assert!(portal.call(&actor(&portal, "hidden"), "user_show", json!({"id": "hidden"})).is_ok());
}
