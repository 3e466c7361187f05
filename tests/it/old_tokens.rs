//! What a portal brings along that was a CKAN: its users' passwords and the tokens of its scripts. And tokens that end, or
//! are good for some things only.

use auth::Actor;
use base::{Kind, secret::Secret};
use kit::{TestApp, TestServer};
use serde_json::{Value, json};

use crate::people_of::{HASH, actor, faults, user};

/// A token of the id `ckan-issued`, signed with `s3cret` by the library that CKAN uses.
const TOKEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJqdGkiOiJja2FuLWlzc3VlZCIsImlhdCI6MTYwMDAwMDAwMH0.AWWKBOb4DiqmHRKs7p6n6dh2Td80PxsLEVFCRY2fvQ8";
/// The same, signed with `other`.
const FORGED: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJqdGkiOiJja2FuLWlzc3VlZCIsImlhdCI6MTYwMDAwMDAwMH0.XcXGb_Bp2X2VY0y13TcuAehN0hQG5g7Vs3gUcAfeqZE";

fn migrated() -> TestServer {
    let server = TestServer::with(|settings| settings.tokens.jwt_secret = Some(Secret::new("s3cret")));
    drop(server.portal.ok("user_create", json!({"name": "anna", "email": "a@example.org", "password_hash": HASH})));
    server
}

#[test]
fn ckans_hash_of_a_password_is_kept_until_its_owner_comes() {
    let server = migrated();
    let hash = || server.portal.ok("user_show", json!({"id": "anna", "include_password_hash": true}))["password_hash"].clone();
    assert_eq!(hash(), HASH);
    let log_in = |password: &str| {
        let mut ctx = action::Ctx::new(&server.portal.app, &Actor::anonymous(), action::Kind::Write);
        let throttle = people::session::throttle::Throttle::default();
        let asked = people::session::login::Login { login: "anna", password, address: "", remember: None };
        people::session::login::login(&mut ctx, &throttle, &asked).map(|_begun| ctx.finish().unwrap())
    };
    assert_eq!(log_in("wrong horse").unwrap_err().kind(), Kind::Denied);
    assert_eq!(hash(), HASH);
    log_in("correct horse").unwrap();
    let fresh = hash();
    assert!(fresh.as_str().unwrap().starts_with("$argon2id$"), "{fresh}");
    log_in("correct horse").unwrap();
    assert_eq!(hash(), fresh, "it is replaced once");
    // Only sysadmins bring hashes along.
    let other = server.portal.call(&actor(&server.portal, "anna"), "user_patch", json!({"id": "anna", "password_hash": HASH}));
    assert!(other.is_ok());
    assert_eq!(hash(), fresh);
    drop(server.portal.ok("user_patch", json!({"id": "anna", "password_hash": HASH})));
    assert_eq!(hash(), HASH);
}

#[test]
fn tokens_that_ckan_gave_out_go_on_working() {
    let server = migrated();
    let who = |token: &str| server.portal.behind(token).name().to_owned();
    assert_eq!(who(TOKEN), "", "its id is not known yet");
    let brought = json!({"user": "anna", "name": "script", "id": "ckan-issued", "created_at": "2020-02-02T00:00:00", "last_access": "2021-01-01"});
    let made = server.portal.ok("api_token_create", brought.clone());
    assert_eq!(made["id"], "ckan-issued");
    assert_eq!(
        (who(TOKEN), who(FORGED), who(TOKEN.trim_end_matches(char::is_alphanumeric))),
        ("anna".to_owned(), String::new(), String::new())
    );
    let shown = server.action("user_show", Some(TOKEN), &json!({})).json();
    assert_eq!(shown["result"]["name"], "anna");
    let listed = server.portal.ok("api_token_list", json!({"user_id": "anna"}));
    assert_eq!((&listed[0]["created_at"], &listed[0]["id"]), (&json!("2020-02-02T00:00:00"), &json!("ckan-issued")));
    assert_ne!(listed[0]["last_access"], json!("2021-01-01T00:00:00"), "it was used now");
    assert_eq!(
        faults(server.portal.call(&TestApp::site(), "api_token_create", brought)),
        json!({"id": ["A token of this id is there already"]})
    );
    let own = server.portal.call(
        &actor(&server.portal, "anna"),
        "api_token_create",
        json!({"user": "anna", "name": "x", "id": "chosen"}),
    );
    assert_ne!(own.unwrap()["id"], "chosen", "only sysadmins bring ids along");
    let revoked = server.portal.call(&actor(&server.portal, "anna"), "api_token_revoke", json!({"token": TOKEN}));
    assert_eq!((revoked.unwrap(), who(TOKEN)), (Value::Null, String::new()));
    let plain = TestServer::new();
    drop(plain.token("anna", false));
    drop(plain.portal.ok("api_token_create", json!({"user": "anna", "name": "script", "id": "ckan-issued"})));
    assert_eq!(plain.portal.behind(TOKEN).name(), "", "no secret, no tokens of CKAN");
}

#[test]
fn tokens_end() {
    let portal = TestApp::new();
    user(&portal, "anna");
    let create = |more: Value| {
        let mut sent = json!({"user": "anna", "name": "t"});
        sent.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        portal.call(&TestApp::site(), "api_token_create", sent)
    };
    let made = create(json!({"expires_in": 2, "unit": 3600})).unwrap();
    let token = made["token"].as_str().unwrap();
    assert_eq!(portal.behind(token).name(), "anna");
    let listed = portal.ok("api_token_list", json!({"user_id": "anna"}));
    let ends = chrono::NaiveDateTime::parse_from_str(listed[0]["expires_at"].as_str().unwrap(), "%Y-%m-%dT%H:%M:%S%.f").unwrap();
    let begins =
        chrono::NaiveDateTime::parse_from_str(listed[0]["created_at"].as_str().unwrap(), "%Y-%m-%dT%H:%M:%S%.f").unwrap();
    assert_eq!((ends - begins).num_seconds(), 7_200);
    // Its last second is over; nobody else has told the memory.
    let brief = create(json!({"expires_in": "1"})).unwrap();
    let brief = brief["token"].as_str().unwrap();
    kit::soon("it ends", || portal.behind(brief).is_anonymous());
    assert_eq!(portal.behind(token).name(), "anna");
    create(json!({})).unwrap();
    let plain = portal.ok("api_token_list", json!({"user_id": "anna"}));
    assert_eq!(plain[2].as_object().unwrap().len(), 5, "CKAN's members alone: {plain}");
    for (sent, field) in [
        (json!({"expires_in": 0}), "expires_in"),
        (json!({"expires_in": "soon"}), "expires_in"),
        (json!({"expires_in": 1, "unit": 0}), "unit"),
        (json!({"expires_in": 9_223_372_036_854_775_807_i64, "unit": 9_223_372_036_854_775_807_i64}), "expires_in"),
        (json!({"scopes": ["package_fly"]}), "scopes"),
        (json!({"scopes": []}), "scopes"),
        (json!({"scopes": [null]}), "scopes"),
    ] {
        assert!(faults(create(sent.clone())).get(field).is_some(), "{sent}");
    }
    let strict = TestApp::with(|settings| settings.tokens.must_expire = true);
    user(&strict, "anna");
    let missing = strict.call(&TestApp::site(), "api_token_create", json!({"user": "anna", "name": "t"}));
    assert_eq!(faults(missing), json!({"expires_in": ["Missing value"], "unit": ["Missing value"]}));
}

#[test]
fn a_token_is_good_for_its_scopes_alone() {
    let server = TestServer::with(|settings| settings.auth.create_unowned_dataset = true);
    let root = server.token("root", true);
    let made = json!({"user": "root", "name": "t", "scopes": ["read", "package_patch", "api_token_*"]});
    let token = server.action("api_token_create", Some(&root), &made).json()["result"]["token"].as_str().unwrap().to_owned();
    drop(server.portal.ok("package_create", json!({"name": "dd"})));
    let status = |action: &str, input: Value| server.action(action, Some(&token), &input).status;
    assert_eq!(status("package_show", json!({"id": "dd"})), 200);
    assert_eq!(status("package_patch", json!({"id": "dd", "notes": "n"})), 200);
    let denied = server.action("package_delete", Some(&token), &json!({"id": "dd"}));
    assert_eq!(denied.status, 403);
    assert_eq!(denied.json()["error"]["message"], "Access denied: The token is not good for this action");
    assert_eq!(status("user_update", json!({"id": "root", "email": "r@example.org", "password": "long enough"})), 403);
    assert_eq!(status("get_site_user", json!({})), 403, "its token is good for everything");
    assert_eq!(server.action("get_site_user", Some(&root), &json!({})).status, 200);
    assert_eq!(status("api_token_create", json!({"user": "root", "name": "more"})), 403);
    assert_eq!(status("api_token_create", json!({"user": "root", "name": "more", "scopes": ["package_delete"]})), 403);
    assert_eq!(status("api_token_create", json!({"user": "root", "name": "same", "scopes": ["read"]})), 200);
    let listed = server.action("api_token_list", Some(&token), &json!({"user_id": "root"})).json();
    assert_eq!(listed["result"][1]["scopes"], made["scopes"]);
    let narrow = json!({"user": "root", "name": "t", "scopes": ["package_patch"]});
    let narrow = server.action("api_token_create", Some(&root), &narrow).json()["result"]["token"].as_str().unwrap().to_owned();
    assert_eq!(server.action("package_show", Some(&narrow), &json!({"id": "dd"})).status, 403);
}
