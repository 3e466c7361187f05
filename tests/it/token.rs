//! API tokens: made, listed, revoked, and what they are worth.

use base::Kind;
use kit::TestApp;
use serde_json::{Value, json};

use crate::people_of::{actor, faults, user};

#[test]
fn a_token_works_until_it_is_revoked() {
    let portal = TestApp::new();
    user(&portal, "other");
    let own = actor(&portal, "other");
    let made = portal.call(&own, "api_token_create", json!({"user": "other", "name": "tmp"})).unwrap();
    let token = made["token"].as_str().unwrap();
    assert_eq!(made["id"].as_str().unwrap().len(), 43);
    let resolve = || portal.behind(token);
    assert_eq!(resolve().name(), "other");
    let listed = portal.call(&own, "api_token_list", json!({"user": "other"})).unwrap();
    assert_eq!((&listed[0]["id"], &listed[0]["name"]), (&made["id"], &json!("tmp")));
    assert_ne!(listed[0]["last_access"], Value::Null);
    assert!(!listed.to_string().contains(token));
    assert_eq!(portal.call(&own, "api_token_revoke", json!({"token": token})).unwrap(), Value::Null);
    assert!(resolve().is_anonymous());
    assert_eq!(portal.call(&own, "api_token_list", json!({"user_id": "other"})).unwrap(), json!([]));
}

#[test]
fn nobody_touches_the_tokens_of_others() {
    let portal = TestApp::new();
    user(&portal, "other");
    user(&portal, "editor");
    let (other, editor) = (actor(&portal, "other"), actor(&portal, "editor"));
    let made = portal.ok("api_token_create", json!({"user": "other", "name": "t"}));
    for (action, input) in [
        ("api_token_create", json!({"user": "other", "name": "x"})),
        ("api_token_list", json!({"user_id": "other"})),
        ("api_token_list", json!({"user_id": "nobody"})),
        ("api_token_revoke", json!({"jti": made["id"]})),
        ("api_token_revoke", json!({"jti": "zzz"})),
        ("api_token_revoke", json!({"token": "zzz"})),
    ] {
        let error = portal.call(&editor, action, input.clone()).unwrap_err();
        assert_eq!((error.kind(), error.message()), (Kind::Denied, ""), "{action} {input}");
    }
    assert_eq!(
        portal.call(&editor, "api_token_create", json!({"user": "nobody", "name": "x"})).unwrap_err().message(),
        "User not found"
    );
    assert_eq!(
        portal.call(&TestApp::site(), "api_token_list", json!({"user_id": "nobody"})).unwrap_err().message(),
        "User not found"
    );
    assert_eq!(
        faults(portal.call(&other, "api_token_create", json!({"user": "other", "name": ""}))),
        json!({"name": ["Missing value"]})
    );
    assert_eq!(faults(portal.call(&other, "api_token_list", json!({}))), json!({"user_id": ["Missing value"]}));
    assert_eq!(faults(portal.call(&other, "api_token_revoke", json!({}))), json!({"token": ["Missing value"]}));
    assert_eq!(portal.ok("api_token_revoke", json!({"jti": made["id"]})), Value::Null);
}

#[test]
fn a_user_can_be_made_with_a_token() {
    let portal = TestApp::new();
    let made = portal
        .ok("user_create", json!({"name": "wt", "email": "wt@example.com", "password": "password123", "with_apitoken": true}));
    assert_eq!(portal.behind(made["token"].as_str().unwrap()).name(), "wt");
    assert_eq!(portal.ok("api_token_list", json!({"user_id": "wt"}))[0]["name"], "default");
}
