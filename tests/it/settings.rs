//! What options of the configuration change, where no other file has it.

use std::sync::Arc;

use action::settings::RootPath;
use auth::Actor;
use kit::{TestApp, TestServer};
use model::license::Register;
use serde_json::json;

#[test]
fn a_site_may_lie_below_a_path() {
    let server = TestServer::with(|settings| {
        settings.site_url = "https://data.gov.kg".to_owned();
        settings.root_path = RootPath { before: "/open".to_owned(), behind: "/catalog".to_owned() };
    });
    // With all of the path, with what a web server in front leaves of it, and with a language in its place.
    for path in ["/open/catalog", "/open", "", "/catalog", "/open/ky/catalog", "/ky/catalog", "/ky"] {
        let answer = server.get(&format!("{path}/api/3/action/status_show"));
        assert_eq!(answer.status, 200, "{path}");
        let answer = answer.json();
        assert_eq!(answer["help"], "https://data.gov.kg/open/catalog/api/3/action/help_show?name=status_show");
        assert_eq!(answer["result"]["site_url"], "https://data.gov.kg", "{path}");
    }
    for path in ["/opencatalog", "/other", "/catalog/open", "/ky/open/catalog"] {
        assert_eq!(server.get(&format!("{path}/api/3/action/status_show")).status, 404, "{path}");
    }
    let login = server.get("/open/ky/catalog/user/login");
    assert!(login.text().contains("action=\"/open/ky/catalog/user/login\""), "{}", login.text());
    for target in ["/open/catalog/api", "https://data.gov.kg/open/catalog/api"] {
        let moved = server.get(&format!("/open/catalog/util/redirect?url={target}"));
        assert_eq!((moved.status, moved.header("location")), (302, "/open/catalog/api"), "{target}");
    }
    let old = server.get("/open/no/catalog/api/3");
    assert_eq!((old.status, old.header("location")), (308, "/open/nb_NO/catalog/api/3"));
}

#[test]
fn actions_of_plugins_that_are_left_out_are_unknown() {
    let portal = TestApp::with(|settings| {
        settings.every_plugin = false;
        settings.auth.create_unowned_dataset = true;
    });
    drop(portal.ok("package_create", json!({"name": "silent"})));
    for action in ["package_activity_list", "activity_create", "send_email_notifications", "dashboard_activity_list"] {
        assert!(portal.app.row(action).is_none(), "{action}");
    }
    let portal = portal.restart_with(|settings| {
        settings.every_plugin = true;
        settings.activity.enabled = true;
    });
    assert_eq!(portal.ok("package_activity_list", json!({"id": "silent"})), json!([]));
}

#[test]
fn licences_are_those_of_the_site() {
    let own = r#"[{"id": "kg", "title": "Ачык", "url": "https://x.kg/l", "od_conformance": "approved", "status": "active"}]"#;
    let portal = TestApp::with(|settings| {
        settings.licenses = Arc::new(Register::parse(own).unwrap());
        settings.auth.create_unowned_dataset = true;
    });
    let listed = portal.call(&Actor::anonymous(), "license_list", json!({})).unwrap();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["title"]), (1, &json!("Ачык")));
    let made = portal.ok("package_create", json!({"name": "one", "license_id": "kg"}));
    assert_eq!(
        (&made["license_title"], &made["license_url"], &made["isopen"]),
        (&json!("Ачык"), &json!("https://x.kg/l"), &json!(true))
    );
    let made = portal.ok("package_create", json!({"name": "two", "license_id": "cc-by"}));
    assert_eq!((&made["license_title"], &made["isopen"]), (&json!("cc-by"), &json!(false)));
    let found = portal.ok("package_search", json!({"facet.field": ["license_id"], "fq": "license_id:kg"}));
    assert_eq!(found["search_facets"]["license_id"]["items"][0]["display_name"], "Ачык");
}

#[test]
fn groups_are_sorted_as_the_site_says() {
    for (sort, order) in [("title", ["b", "a"]), ("name", ["a", "b"]), ("title desc", ["a", "b"]), ("nonsense", ["b", "a"])] {
        let portal = TestApp::with(|settings| settings.group_sort = sort.to_owned());
        for (name, title) in [("a", "Z"), ("b", "Y")] {
            drop(portal.ok("group_create", json!({"name": format!("{name}-group"), "title": title})));
        }
        let names = order.map(|name| format!("{name}-group"));
        assert_eq!(portal.ok("group_list", json!({})), json!(names), "{sort}");
        assert_eq!(portal.ok("group_list", json!({"sort": "name"})), json!(["a-group", "b-group"]), "{sort}");
    }
}
