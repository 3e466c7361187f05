//! Waiting for the index: `wait_for=index`, `min_seq`, and the headers that say how far it sees.

use std::time::{Duration, Instant};

use base::limits;
use diesel::connection::SimpleConnection;
use kit::{Response, TestServer};
use serde_json::{Value, json};

fn portal() -> TestServer {
    TestServer::with(|settings| settings.auth.create_unowned_dataset = true)
}

fn number(answer: &Response, name: &str) -> i64 {
    answer.header(name).parse().unwrap_or_else(|_none| panic!("{name}: {:?}", answer.headers))
}

fn search(server: &TestServer, input: &Value) -> Response {
    server.action("package_search", None, input)
}

/// Another node writes: the dataset and its place in the log, without a word to this one.
const DELETED: &str = "update package set state = 'deleted'; update package_document set state = 'deleted', labels = '{}', version = 2; \
                       insert into change_log (entity, id, kind, version) select 'package', id, 'delete', 2 from package";

#[test]
fn answers_say_what_they_have_seen() {
    let server = portal();
    let token = server.token("root", true);
    let written = server.action("package_create", Some(&token), &json!({"name": "first", "wait_for": "index"}));
    assert_eq!((written.status, written.header("kurak-index-visible")), (200, "true"), "{}", written.text());
    assert_eq!(written.json()["result"].get("wait_for"), None);
    let sequence = number(&written, "kurak-change-sequence");
    for path in
        ["package_search", "current_package_list_with_resources", "package_autocomplete?q=first", "package_search?min_seq=0"]
    {
        let found = server.get(&format!("/api/3/action/{path}"));
        assert!(number(&found, "kurak-index-sequence") >= sequence, "{path}");
        assert!(number(&found, "kurak-index-lag") < 5_000, "{path}");
    }
    let written = server.action("package_patch", Some(&token), &json!({"id": "first", "title": "Second"}));
    let next = number(&written, "kurak-change-sequence");
    assert!(next > sequence);
    assert_eq!(written.header("kurak-index-visible"), "");
    let found = search(&server, &json!({"q": "second", "min_seq": next.to_string()}));
    assert_eq!(found.json()["result"]["count"], 1);
    assert!(number(&found, "kurak-index-sequence") >= next);
    assert_eq!(server.get("/api/3/action/package_show?id=first").header("kurak-index-sequence"), "");
    let restarted = server.portal.app.feed().unwrap().sight().sequence;
    assert!(restarted >= next);
}

#[test]
fn what_another_node_wrote_is_waited_for() {
    let server = portal();
    drop(server.portal.ok("package_create", json!({"name": "gone-soon"})));
    let mut other = server.portal.database.connect();
    for _round in 0..5 {
        assert_eq!(search(&server, &json!({"wait_for": "index"})).json()["result"]["count"], 1);
    }
    other.batch_execute(&format!("begin; {DELETED}; commit")).unwrap();
    assert_eq!(search(&server, &json!({"wait_for": "index"})).json()["result"]["count"], 0);
}

#[test]
fn what_never_comes_is_waited_for_in_vain_and_hinders_nobody() {
    let server = portal();
    drop(server.portal.ok("package_create", json!({"name": "first"})));
    let begun = Instant::now();
    std::thread::scope(|scope| {
        // More than there are threads that read.
        for _each in 0..12 {
            scope.spawn(|| {
                let late = search(&server, &json!({"min_seq": 1_000_000_000}));
                assert_eq!(late.status, 503, "{}", late.text());
                let error = &late.json()["error"];
                assert_eq!(error["__type"], "Service Unavailable");
                assert!(error["message"].as_str().unwrap().contains("has not seen change 1000000000 yet"), "{error}");
            });
        }
        std::thread::sleep(Duration::from_millis(200));
        let asked = Instant::now();
        assert_eq!(search(&server, &json!({})).json()["result"]["count"], 1);
        assert!(asked.elapsed() < Duration::from_millis(1_000), "{:?}", asked.elapsed());
    });
    assert!(begun.elapsed() < Duration::from_millis(limits::SETTLE_MILLIS * 3), "{:?}", begun.elapsed());
}

#[test]
fn what_cannot_be_waited_for_is_refused() {
    let server = portal();
    for (input, field) in [
        (json!({"wait_for": "godot"}), "wait_for"),
        (json!({"wait_for": ["index"]}), "wait_for"),
        (json!({"min_seq": "x"}), "min_seq"),
        (json!({"min_seq": -1}), "min_seq"),
        (json!({"min_seq": "99999999999999999999"}), "min_seq"),
        (json!({"min_seq": {"a": 1}}), "min_seq"),
    ] {
        let refused = search(&server, &input);
        assert_eq!((refused.status, &refused.json()["error"]["__type"]), (409, &json!("Validation Error")), "{input}");
        assert!(refused.json()["error"][field].is_array(), "{input}: {}", refused.text());
    }
    assert_eq!(search(&server, &json!({"wait_for": null, "min_seq": null})).status, 200);
}
