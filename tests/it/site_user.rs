//! The user that the site itself acts as.

use auth::Actor;
use base::Kind;
use kit::{TestApp, TestServer};
use serde_json::json;

use crate::people_of::{actor, user};

#[test]
fn the_key_of_the_site_works_and_stays() {
    let server = TestServer::new();
    let sysadmin = server.token("boss", true);
    let shown = server.action("get_site_user", Some(&sysadmin), &json!({})).json()["result"].clone();
    assert_eq!((&shown["name"], shown.as_object().unwrap().len()), (&json!("default"), 3));
    let key = shown["apikey"].as_str().unwrap();
    let site = server.action("user_show", Some(key), &json!({})).json()["result"].clone();
    assert_eq!((&site["id"], &site["sysadmin"], site["apikey"].is_null()), (&shown["id"], &json!(true), true));
    let again = server.send("GET", "/api/3/action/get_site_user", &[("authorization", key)], b"").json();
    assert_eq!(again["result"], shown);
    drop(server.portal.ok("api_token_revoke", json!({"token": key})));
    let new = server.action("get_site_user", Some(&sysadmin), &json!({})).json()["result"].clone();
    assert_eq!(new["id"], shown["id"]);
    assert_ne!(new["apikey"], shown["apikey"]);
    assert_eq!(server.action("user_show", Some(key), &json!({})).status, 404);
}

#[test]
fn nobody_else_sees_it() {
    let portal = TestApp::new();
    user(&portal, "other");
    for caller in [Actor::anonymous(), actor(&portal, "other")] {
        let denied = portal.call(&caller, "get_site_user", json!({})).unwrap_err();
        assert_eq!((denied.kind(), denied.message()), (Kind::Denied, "Only internal services allowed to use this action"));
    }
    let portal = {
        let key = portal.ok("get_site_user", json!({}))["apikey"].clone();
        let portal = portal.restart();
        assert_eq!(portal.ok("get_site_user", json!({}))["apikey"], key);
        portal
    };
    assert_eq!(portal.ok("user_list", json!({"all_fields": false})), json!(["other"]));
}
