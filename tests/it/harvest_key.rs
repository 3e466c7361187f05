//! The key of a remote is shown to that remote alone.

use kit::TestApp;
use serde_json::json;

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
        let refused = portal.call(&TestApp::site(), "harvest_source_update", input.clone());
        assert!(refused.is_err_and(|error| error.dict().fields().contains_key("config")), "{input}");
    }
    let moved = json!({"id": made["id"], "url": "http://127.0.0.1:1/two", "config": masked});
    assert_eq!(portal.ok("harvest_source_update", moved)["url"], "http://127.0.0.1:1/two");
    let renewed = json!({"id": made["id"], "url": "http://127.0.0.1:2/one", "config": json!({"api_key": "another"}).to_string()});
    assert_eq!(portal.ok("harvest_source_update", renewed)["url"], "http://127.0.0.1:2/one");
}
