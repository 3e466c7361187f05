//! Which source a dataset belongs to, and which remote a key.

use fixture::{Portal, Running};
use kit::TestApp;
use serde_json::{Value, json};

use crate::harvest::{CREATE, count, harvest, serve, small, start};

fn make(portal: &TestApp, input: Value) -> String {
    portal.ok("harvest_source_create", input)["id"].as_str().unwrap().to_owned()
}

fn source(portal: &TestApp, remote: &Running) -> String {
    let url = remote.base_url();
    let name = format!("source-{}", url.rsplit(':').next().unwrap());
    make(portal, json!({"name": name, "url": url, "source_type": "ckan", "config": CREATE}))
}

#[test]
fn a_stored_key_does_not_follow_the_source_to_another_host() {
    let portal = TestApp::new();
    let config = json!({"api_key": "s3cret"}).to_string();
    let source =
        json!({"name": "remote", "title": "Remote", "url": "http://127.0.0.1:1/one", "source_type": "ckan", "config": config});
    let made = portal.ok("harvest_source_create", source);
    assert!(!made.to_string().contains("s3cret"), "{made}");
    let masked = json!({"api_key": "***"}).to_string();
    for change in [json!({"url": "http://127.0.0.1:2/one"}), json!({"url": "http://127.0.0.1:2/one", "config": masked})] {
        let mut input = change;
        input["id"] = made["id"].clone();
        let refused = portal.call(&TestApp::site(), "harvest_source_patch", input.clone());
        assert!(refused.is_err_and(|error| error.dict().fields().contains_key("config")), "{input}");
    }
    let moved = json!({"id": made["id"], "url": "http://127.0.0.1:1/two", "config": masked});
    assert_eq!(portal.ok("harvest_source_patch", moved)["url"], "http://127.0.0.1:1/two");
    let renewed = json!({"id": made["id"], "url": "http://127.0.0.1:2/one", "config": json!({"api_key": "another"}).to_string()});
    assert_eq!(portal.ok("harvest_source_patch", renewed)["url"], "http://127.0.0.1:2/one");
}

#[test]
fn a_second_source_overwrites_nothing_of_the_first() {
    let (portal, remote, twin) = (TestApp::new(), small(5), small(5));
    let _worker = start(&portal);
    let first = source(&portal, &remote);
    assert_eq!(harvest(&portal, &first).added, 5);
    let second = source(&portal, &twin);
    assert_eq!(harvest(&portal, &second).errored, 5);
    drop(portal.ok("harvest_source_delete", json!({"id": first})));
    let heir = harvest(&portal, &second);
    assert_eq!((heir.updated, heir.errored), (5, 0));
    assert_eq!(count(&portal, json!({"fq": format!("harvest_source_id:{second}")})), 5);
}

#[test]
fn what_a_deleted_source_left_stays_in_its_organization() {
    let portal = TestApp::new();
    let _worker = start(&portal);
    for organization in ["here", "there"] {
        drop(portal.ok("organization_create", json!({"name": organization})));
    }
    let remotes = [small(3), small(3), small(3)];
    let of = |number: usize, organization: &str| {
        let url = remotes[number].base_url();
        make(&portal, json!({"name": format!("s{number}"), "url": url, "source_type": "ckan", "owner_org": organization}))
    };
    let first = of(0, "here");
    assert_eq!(harvest(&portal, &first).added, 3);
    drop(portal.ok("harvest_source_delete", json!({"id": first})));
    assert_eq!(harvest(&portal, &of(1, "there")).errored, 3);
    assert_eq!(count(&portal, json!({"fq": "organization:here"})), 3);
    assert_eq!(harvest(&portal, &of(2, "here")).errored, 0);
}

#[test]
fn sources_of_the_remote_are_no_datasets_here() {
    let portal = TestApp::new();
    let _worker = start(&portal);
    let dataset = |number: usize, kind: &str| {
        let body = json!({"id": "11111111-1111-4111-8111-111111111111", "name": "body", "title": "Body"});
        json!({"id": format!("00000001-0000-4000-8000-{number:012}"), "name": format!("d-{number}"), "type": kind, "organization": body})
    };
    let remote = serve(Portal::from_packages(vec![dataset(1, "dataset"), dataset(2, "harvest")]));
    let done = harvest(&portal, &source(&portal, &remote));
    assert_eq!((done.added, done.errored), (1, 0));
    assert_eq!(count(&portal, json!({})), 1);
}
