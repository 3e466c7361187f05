//! No update is lost and no write is done twice: versions, `If-Match`, `expected_version`, `Idempotency-Key`, parallel
//! writes of one dataset.

use std::thread;

use action::Conditions;
use base::Kind;
use kit::{Response, TestApp, TestServer};
use serde_json::{Value, json};

fn portal() -> TestServer {
    let server = TestServer::with(|settings| settings.auth.create_unowned_dataset = true);
    drop(server.portal.ok("organization_create", json!({"name": "ministry", "title": "Ministry"})));
    let resources = json!([{"url": "http://x.org/a.csv"}, {"url": "http://x.org/b.csv"}]);
    drop(server.portal.ok("package_create", json!({"name": "first", "owner_org": "ministry", "resources": resources})));
    server
}

fn post(server: &TestServer, token: &str, header: (&str, &str), action: &str, input: &Value) -> Response {
    let headers = [("content-type", "application/json"), ("authorization", token), header];
    server.send("POST", &format!("/api/3/action/{action}"), &headers, input.to_string().as_bytes())
}

#[test]
fn a_write_of_what_somebody_else_changed_is_refused() {
    let server = portal();
    let token = server.token("root", true);
    let resource = server.portal.ok("package_show", json!({"id": "first"}))["resources"][0]["id"].clone();
    for (show, patch, id, field) in [
        ("package_show", "package_patch", json!("first"), "title"),
        ("resource_show", "resource_patch", resource, "name"),
        ("organization_show", "organization_patch", json!("ministry"), "title"),
    ] {
        let shown = server.get(&format!("/api/3/action/{show}?id={}", id.as_str().unwrap()));
        let version = shown.header("etag").to_owned();
        assert!(version.len() > 4 && version.starts_with('"'), "{show}: {version}");
        let write = |header: (&str, &str), value: &str| post(&server, &token, header, patch, &json!({"id": id, field: value}));
        let good = write(("if-match", &version), "One");
        assert_eq!(good.status, 200, "{patch}: {}", good.text());
        let newer = good.header("etag").to_owned();
        assert_ne!(newer, version, "{patch}");
        assert_eq!(server.get(&format!("/api/3/action/{show}?id={}", id.as_str().unwrap())).header("etag"), newer, "{show}");
        let late = write(("if-match", &version), "Two");
        assert_eq!((late.status, &late.json()["error"]["__type"]), (412, &json!("Precondition Failed")), "{patch}");
        assert_eq!(late.json()["error"]["current_version"], newer.trim_matches('"'), "{patch}");
        let expecting = json!({"id": id, field: "Three", "expected_version": version});
        let late = post(&server, &token, ("x-none", ""), patch, &expecting);
        assert_eq!((late.status, &late.json()["error"]["__type"]), (409, &json!("Validation Error")), "{patch}");
        assert_eq!(late.json()["error"]["current_version"], newer.trim_matches('"'), "{patch}");
        let shown = server.portal.ok(show, json!({"id": id}));
        assert_eq!((&shown[field], &shown["expected_version"]), (&json!("One"), &Value::Null), "{patch}");
        let weak = format!("\"other\", W/{newer}");
        assert_eq!(write(("if-match", &weak), "Four").status, 200, "{patch}");
        assert_eq!(write(("if-match", "*"), "Five").status, 200, "{patch}");
    }
}

#[test]
fn every_write_of_a_thing_with_versions_heeds_them() {
    let server = portal();
    let dataset = server.portal.ok("package_show", json!({"id": "first"}));
    let resource = &dataset["resources"][0]["id"];
    drop(server.portal.ok("group_create", json!({"name": "group1"})));
    let versioned = [
        ("package_update", json!({"id": "first", "name": "first"})),
        ("package_patch", json!({"id": "first"})),
        ("package_delete", json!({"id": "first"})),
        ("package_revise", json!({"match": {"name": "first"}, "update": {"title": "X"}})),
        ("package_resource_reorder", json!({"id": "first", "order": []})),
        ("package_owner_org_update", json!({"id": "first"})),
        ("dataset_purge", json!({"id": "first"})),
        ("resource_create", json!({"package_id": "first", "url": "http://x.org"})),
        ("resource_update", json!({"id": resource, "url": "http://x.org"})),
        ("resource_patch", json!({"id": resource})),
        ("resource_delete", json!({"id": resource})),
        ("organization_update", json!({"id": "ministry", "name": "ministry"})),
        ("organization_patch", json!({"id": "ministry"})),
        ("organization_delete", json!({"id": "ministry"})),
        ("organization_purge", json!({"id": "ministry"})),
        ("group_update", json!({"id": "group1", "name": "group1"})),
        ("group_patch", json!({"id": "group1"})),
        ("group_delete", json!({"id": "group1"})),
        ("group_purge", json!({"id": "group1"})),
    ];
    let site = TestApp::site();
    let stale = Conditions { if_match: Some("\"stale\"".to_owned()), key: None };
    for (action, input) in &versioned {
        let error = server.portal.answer(&site, action, input.clone(), &stale).unwrap_err();
        assert_eq!(error.kind(), Kind::Precondition, "{action}: {error}");
        let error = server.portal.answer(&auth::Actor::anonymous(), action, input.clone(), &stale).unwrap_err();
        assert_eq!(error.kind(), Kind::Denied, "{action} tells strangers of versions: {error}");
    }
    let error = server.portal.answer(&site, "tag_create", json!({"name": "xx"}), &stale).unwrap_err();
    assert_eq!(error.kind(), Kind::BadRequest, "{error}");
    let error = server.portal.call(&site, "package_create", json!({"name": "new", "expected_version": "1"})).unwrap_err();
    assert_eq!(
        Value::Object(error.dict().fields().clone()),
        json!({"expected_version": ["package_create does not go by versions"]})
    );
    assert_eq!(server.portal.ok("package_show", json!({"id": "first"})), dataset, "nothing was written");
}

#[test]
fn members_and_other_resources_count_where_they_should() {
    let server = portal();
    let tag = |path: &str| server.get(&format!("/api/3/action/{path}")).header("etag").to_owned();
    let resources = server.portal.ok("package_show", json!({"id": "first"}))["resources"].clone();
    let other = format!("resource_show?id={}", resources[1]["id"].as_str().unwrap());
    let (dataset, organization, untouched) = (tag("package_show?id=first"), tag("organization_show?id=ministry"), tag(&other));
    drop(server.portal.ok("resource_patch", json!({"id": resources[0]["id"], "name": "A"})));
    assert_ne!(tag("package_show?id=first"), dataset);
    assert_eq!(tag(&other), untouched, "a resource's version is its own");
    assert_eq!(tag("organization_show?id=ministry"), organization);
    drop(server.token("editor", false));
    let member = json!({"id": "ministry", "username": "editor", "role": "editor"});
    drop(server.portal.ok("organization_member_create", member));
    assert_ne!(tag("organization_show?id=ministry"), organization, "a stale list of members would undo this");
}

#[test]
fn a_write_under_a_key_is_done_once() {
    let server = portal();
    let token = server.token("root", true);
    let once =
        |token: &str, key: &str, action: &str, input: Value| post(&server, token, ("idempotency-key", key), action, &input);
    let first = once(&token, "k1", "package_create", json!({"name": "second", "title": "Second"}));
    assert_eq!((first.status, first.header("idempotent-replayed")), (200, ""), "{}", first.text());
    let again = once(&token, "k1", "package_create", json!({"title": "Second", "name": "second"}));
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, "true"), "{}", again.text());
    assert_eq!((again.json(), again.header("etag")), (first.json(), first.header("etag")));
    for other in [json!({"name": "third"}), json!({"name": "second", "title": "Second", "notes": "x"})] {
        let refused = once(&token, "k1", "package_create", other);
        assert_eq!((refused.status, &refused.json()["error"]["__type"]), (409, &json!("Validation Error")));
        assert_eq!(refused.json()["error"]["idempotency_key"], json!(["This key was used for another request"]));
    }
    assert_eq!(once(&token, "k1", "package_patch", json!({"id": "second"})).status, 409, "another action is another request");
    let failed = once(&token, "k2", "package_create", json!({"name": "second"}));
    assert_eq!(failed.status, 409);
    drop(server.portal.ok("dataset_purge", json!({"id": "second"})));
    assert_eq!(once(&token, "k2", "package_create", json!({"name": "second"})).status, 200, "what failed may be tried again");
    let other = server.token("other", true);
    let made = once(&other, "k1", "package_create", json!({"name": "others"}));
    assert_eq!((made.status, made.header("idempotent-replayed")), (200, ""), "keys are each user's own");
    assert_eq!(once(&token, "a b", "package_create", json!({"name": "blank"})).status, 400);
    let read = once(&token, "k1", "package_show", json!({"id": "first"}));
    assert_eq!((read.status, read.header("idempotent-replayed")), (200, ""));
}

#[test]
fn a_key_keeps_no_token_in_plain_text() {
    let server = portal();
    let token = server.token("root", true);
    let input = json!({"user": "root", "name": "made once"});
    let made = post(&server, &token, ("idempotency-key", "t"), "api_token_create", &input).json();
    let secret = made["result"]["token"].as_str().unwrap();
    assert_eq!(post(&server, &token, ("idempotency-key", "t"), "api_token_create", &input).json(), made);
    let mut connection = server.portal.database.connect();
    let rows: Vec<Text> =
        diesel::RunQueryDsl::load(diesel::sql_query("select encode(answer, 'escape') as text from idempotency"), &mut connection)
            .unwrap();
    assert!(rows.len() == 1 && !rows[0].text.contains(secret) && !rows[0].text.contains("token"), "{}", rows[0].text);
}

#[derive(diesel::QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    text: String,
}

#[test]
fn keys_count_for_a_day_and_are_swept() {
    let server = portal();
    let site = TestApp::site();
    let under = |key: &str, title: &str| {
        let conditions = Conditions { if_match: None, key: Some(key.to_owned()) };
        server.portal.answer(&site, "package_patch", json!({"id": "first", "title": title}), &conditions)
    };
    for key in ["a", "b", "c"] {
        drop(under(key, key).unwrap());
    }
    assert!(under("a", "other").is_err());
    let age = "update idempotency set made = made - interval '25 hours'";
    diesel::RunQueryDsl::execute(diesel::sql_query(age), &mut server.portal.database.connect()).unwrap();
    let answer = under("a", "other").unwrap();
    assert!(!answer.replayed && answer.result.contains("\"title\":\"other\""));
    let left: Vec<Text> = diesel::RunQueryDsl::load(
        diesel::sql_query("select key as text from idempotency"),
        &mut server.portal.database.connect(),
    )
    .unwrap();
    assert_eq!(left.iter().map(|row| row.text.as_str()).collect::<Vec<_>>(), ["a"]);
}

#[test]
fn who_comes_while_the_first_is_at_work_gets_its_answer() {
    let server = portal();
    let token = server.token("root", true);
    let input = json!({"package_id": "first", "url": "http://x.org/once.csv"});
    let answers: Vec<Response> = thread::scope(|scope| {
        let call = || post(&server, &token, ("idempotency-key", "same"), "resource_create", &input);
        let running: Vec<_> = (0..8).map(|_| scope.spawn(call)).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let ids: Vec<Value> = answers.iter().map(|answer| answer.json()["result"]["id"].clone()).collect();
    assert!(answers.iter().all(|answer| answer.status == 200) && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(answers.iter().filter(|answer| answer.header("idempotent-replayed").is_empty()).count(), 1);
    assert_eq!(server.portal.ok("package_show", json!({"id": "first"}))["num_resources"], 3);
}

#[test]
fn parallel_writes_of_one_dataset_all_survive() {
    let server = portal();
    let token = server.token("root", true);
    let old = server.portal.ok("package_show", json!({"id": "first"}))["resources"].clone();
    thread::scope(|scope| {
        for number in 0..6 {
            let (server, token, old) = (&server, &token, &old);
            let call = move |action: &str, input: Value| {
                let answer = server.action(action, Some(token), &input);
                assert_eq!(answer.status, 200, "{action}: {}", answer.text());
            };
            drop(scope.spawn(move || {
                call(
                    "resource_create",
                    json!({"package_id": "first", "url": format!("http://x.org/{number}.csv"), "name": format!("n{number}")}),
                );
                call("resource_patch", json!({"id": old[number % 2]["id"], format!("field{number}"): number}));
                call("package_resource_reorder", json!({"id": "first", "order": [old[(number + 1) % 2]["id"]]}));
                call(
                    "package_revise",
                    json!({"match": {"name": "first"}, "update__extras__extend": [{"key": format!("k{number}"), "value": "v"}]}),
                );
            }));
        }
    });
    let after = server.portal.ok("package_show", json!({"id": "first"}));
    let resources = after["resources"].as_array().unwrap();
    assert_eq!((resources.len(), after["extras"].as_array().unwrap().len()), (8, 6));
    for number in 0..6 {
        let patched = resources.iter().find(|resource| resource["id"] == old[number % 2]["id"]).unwrap();
        assert_eq!(patched[format!("field{number}")], number, "{patched}");
        assert_eq!(resources.iter().filter(|resource| resource["name"] == format!("n{number}")).count(), 1);
    }
    let places: Vec<&Value> = resources.iter().map(|resource| &resource["position"]).collect();
    assert_eq!(json!(places), json!([0, 1, 2, 3, 4, 5, 6, 7]));
}

#[test]
fn plugin_data_is_for_sysadmins_and_stays_when_left_out() {
    let server = portal();
    let root = server.token("root", true);
    let editor = server.token("editor", false);
    drop(server.portal.ok("organization_member_create", json!({"id": "ministry", "username": "editor", "role": "editor"})));
    let show = |token: Option<&str>| {
        server.action("package_show", token, &json!({"id": "first", "include_plugin_data": true})).json()["result"]["plugin_data"]
            .clone()
    };
    let patch =
        |token: &str, data: Value| server.action("package_patch", Some(token), &json!({"id": "first", "plugin_data": data}));
    let made = patch(&root, json!({"one": {"secret": 1}}));
    assert_eq!((made.status, &made.json()["result"]["plugin_data"]), (200, &Value::Null));
    let shown = json!({"one": {"secret": 1}});
    assert_eq!((show(Some(&root)), show(Some(&editor)), show(None)), (shown.clone(), Value::Null, Value::Null));
    let before = server.get("/api/3/action/package_show?id=first");
    assert!(!before.text().contains("plugin_data") && !before.text().contains("secret"));
    assert_eq!(patch(&editor, json!({"one": 2})).status, 200, "CKAN takes no notice of it");
    assert_eq!(patch(&root, json!({})).status, 200);
    assert_eq!(patch(&root, json!({"one": {"secret": 1}})).header("etag"), before.header("etag"), "nothing is new");
    assert_eq!(server.action("package_update", Some(&root), &json!({"id": "first", "name": "first"})).status, 200);
    assert_eq!(show(Some(&root)), shown);
    let refused = patch(&root, json!("text"));
    assert_eq!(refused.json()["error"]["plugin_data"], json!(["The value should be a valid JSON object"]));
    assert_ne!(patch(&root, json!({"two": []})).header("etag"), before.header("etag"));
    assert_eq!(show(Some(&root)), json!({"two": []}));
}
