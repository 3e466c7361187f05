//! Options that change while the program runs.

use auth::Actor;
use base::Kind;
use kit::{TestApp, TestServer};
use serde_json::{Value, json};

use crate::people_of::{actor, faults, user};

#[test]
fn a_changed_option_takes_effect_and_stays() {
    let server = TestServer::new();
    let token = server.token("boss", true);
    let update = |input: Value| server.action("config_option_update", Some(&token), &input).json();
    let changed = json!({"ckan.site_title": "Маалымат", "ckan.site_url": "https://data.kg/", "ckan.theme": null});
    assert_eq!(update(changed)["result"], json!({"ckan.site_title": "Маалымат", "ckan.site_url": "https://data.kg/"}));
    let status = server.get("/api/3/action/status_show").json();
    assert_eq!((&status["result"]["site_title"], &status["result"]["site_url"]), (&json!("Маалымат"), &json!("https://data.kg")));
    assert_eq!(status["help"], "https://data.kg/api/3/action/help_show?name=status_show");
    assert!(server.get("/catalog.ttl").text().contains("Маалымат"));
    drop(update(json!({"ckan.site_url": ""})));
    assert!(server.get("/api/3/action/status_show").json()["result"]["site_url"].as_str().unwrap().starts_with("http://"));
}

#[test]
fn changed_options_outlive_the_program() {
    let portal = TestApp::new();
    drop(portal.ok("config_option_update", json!({"ckan.site_title": "New", "ckan.site_about": 5})));
    let portal = portal.restart();
    assert_eq!(portal.ok("status_show", json!({}))["site_title"], "New");
    assert_eq!(portal.ok("config_option_show", json!({"key": "ckan.site_about"})), "5");
    assert_eq!(portal.ok("config_option_show", json!({"key": "logo_upload"})), Value::Null);
}

#[test]
fn only_some_options_and_only_for_sysadmins() {
    let portal = TestApp::new();
    user(&portal, "other");
    let list = portal.ok("config_option_list", json!({}));
    assert_eq!(
        (list.as_array().unwrap().len(), &list[0], &list[9]),
        (10, &json!("ckan.site_title"), &json!("clear_logo_upload"))
    );
    let site = TestApp::site();
    assert_eq!(
        faults(portal.call(&site, "config_option_show", json!({"key": "ckan.x"}))),
        json!({"message": "Configuration option 'ckan.x' can not be shown"})
    );
    assert_eq!(
        faults(portal.call(&site, "config_option_update", json!({"ckan.site_title": "t", "secret_key": "x"}))),
        json!({"message": "Configuration option(s) 'secret_key' can not be updated"})
    );
    assert_eq!(portal.ok("status_show", json!({}))["site_title"], "kurak");
    assert_eq!(faults(portal.call(&site, "config_option_show", json!({}))), json!({"key": ["Missing value"]}));
    for action in ["config_option_list", "config_option_show", "config_option_update"] {
        for caller in [actor(&portal, "other"), Actor::anonymous()] {
            let denied = portal.call(&caller, action, json!({"key": "ckan.site_title"})).unwrap_err();
            assert_eq!((denied.kind(), denied.message()), (Kind::Denied, ""), "{action}");
        }
    }
}
