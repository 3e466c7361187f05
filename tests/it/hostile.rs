//! Hostile input: always CKAN's envelope with CKAN's words, never a 500, nothing half-written.

use kit::{Response, TestServer};
use serde_json::{Value, json};

fn portal() -> (TestServer, String) {
    let server = TestServer::with(|settings| settings.auth.create_unowned_dataset = true);
    let token = server.token("root", true);
    drop(server.portal.ok("package_create", json!({"name": "first", "title": "First"})));
    (server, token)
}

fn refused(what: &str, answer: &Response) {
    assert!(
        (400..500).contains(&answer.status),
        "{what}: {} {}",
        answer.status,
        answer.text().chars().take(300).collect::<String>()
    );
    let text = answer.text();
    for leak in ["panicked", "postgresql://", "diesel", "src/"] {
        assert!(!text.contains(leak), "{what}: {text}");
    }
}

fn post(server: &TestServer, token: &str, action: &str, body: &[u8]) -> Response {
    server.send(
        "POST",
        &format!("/api/3/action/{action}"),
        &[("authorization", token), ("content-type", "application/json")],
        body,
    )
}

#[test]
fn bodies_that_are_no_requests() {
    let (server, token) = portal();
    let deep = format!("{{\"a\": {}1{}}}", "[".repeat(100), "]".repeat(100));
    let deeper = "[".repeat(100_000);
    let large = format!("{{\"name\": \"large\", \"notes\": \"{}\"}}", "x".repeat(3 * 1024 * 1024));
    let long = format!("{{\"name\": \"long\", \"notes\": \"{}\"}}", "x".repeat(1024 * 1024 + 1));
    for (what, body) in [
        ("not JSON", "{bad"),
        ("a list", "[1]"),
        ("a text", "\"x\""),
        ("deep", &deep),
        ("deeper", &deeper),
        ("large", &large),
        ("long", &long),
        ("NUL", r#"{"name": "nul", "title": "a\u0000b"}"#),
        ("half a pair", r#"{"name": "half", "title": "\ud800"}"#),
        ("no UTF-8 escape", r#"{"name": "\uZZZZ"}"#),
    ] {
        refused(what, &post(&server, &token, "package_create", body.as_bytes()));
    }
    refused("no UTF-8", &post(&server, &token, "package_create", b"{\"name\": \"\xff\"}"));
    refused("NUL in a query", &server.get("/api/3/action/package_show?id=a%00b"));
    assert_eq!(server.portal.ok("package_list", json!({})), json!(["first"]), "nothing was written");
}

#[test]
fn wrong_types_at_every_level() {
    let (server, token) = portal();
    for value in
        [json!(7), json!(true), json!("text"), json!([]), json!([1]), json!([[]]), json!({}), json!({"a": [1]}), json!(null)]
    {
        for field in [
            "name",
            "title",
            "notes",
            "owner_org",
            "private",
            "state",
            "type",
            "tags",
            "extras",
            "resources",
            "groups",
            "tag_string",
            "title_translated",
            "version",
            "id",
        ] {
            let answer = server.action("package_create", Some(&token), &json!({field: value}));
            assert!(answer.status < 500, "{field}={value}: {}", answer.text());
        }
        for field in ["key", "value"] {
            let answer =
                server.action("package_create", Some(&token), &json!({"name": "wrong-types", "extras": [{field: value}]}));
            assert!(answer.status < 500, "extras.{field}={value}: {}", answer.text());
        }
        for field in ["url", "size", "created", "id", "format", "position"] {
            let answer = server.action("resource_create", Some(&token), &json!({"package_id": "first", field: value}));
            assert!(answer.status < 500, "resource.{field}={value}: {}", answer.text());
        }
        for action in [
            "package_show",
            "resource_show",
            "organization_show",
            "group_show",
            "user_show",
            "package_patch",
            "package_delete",
            "api_token_revoke",
            "member_list",
        ] {
            let answer = server.action(action, Some(&token), &json!({"id": value, "jti": value}));
            assert!(answer.status < 500, "{action} id={value}: {}", answer.text());
        }
    }
}

#[test]
fn searches_that_are_none() {
    let (server, _token) = portal();
    let nested = format!("{}a{}", "(".repeat(10_000), ")".repeat(10_000));
    let unbalanced = "(".repeat(10_000);
    let many = "a:b OR ".repeat(5_000);
    for (name, value) in [
        ("rows", json!(-1)),
        ("rows", json!("x")),
        ("rows", json!(10.5)),
        ("start", json!(-1)),
        ("start", json!("x")),
        ("start", json!(1_000_000_000)),
        ("q", json!("{!xmlparser v='<a/>'}")),
        ("q", json!("_query_:\"{!join}\"")),
        ("q", json!("a:b:c")),
        ("q", json!("title:(a")),
        ("q", json!(format!("title:{nested}"))),
        ("fq", json!(unbalanced)),
        ("fq", json!(many)),
        ("fq", json!("title:\"open")),
        ("fq_list", json!(["permission_labels:public"])),
        ("facet.field", json!(["permission_labels"])),
        ("facet.field", json!("tags")),
        ("facet.limit", json!("x")),
        ("sort", json!("permission_labels asc")),
        ("nonsense", json!(1)),
    ] {
        let answer = server.action("package_search", None, &json!({name: value}));
        refused(&format!("{name}={}", value.to_string().chars().take(60).collect::<String>()), &answer);
    }
    for (name, value) in [
        ("rows", json!(1_000_000_000)),
        ("q", json!("title:*")),
        ("q", json!(nested)),
        ("fq", json!("*) OR (capacity:private")),
        ("start", json!("3")),
    ] {
        let answer = server.action("package_search", None, &json!({name: value}));
        assert!(answer.status < 500, "{name}: {}", answer.text());
        assert!(answer.json()["result"]["count"].as_i64().unwrap_or(0) <= 1);
    }
}

#[test]
fn foreign_things_stay_foreign() {
    let (server, root) = portal();
    let stranger = server.token("stranger", false);
    assert_eq!(server.action("organization_create", Some(&root), &json!({"name": "theirs"})).status, 200);
    let made = server.action("package_create", Some(&stranger), &json!({"name": "stolen", "owner_org": "theirs"}));
    assert_eq!(made.status, 403, "{}", made.text());
    let tokens = server.action("api_token_list", Some(&root), &json!({"user_id": "root"})).json();
    let revoked = server.action("api_token_revoke", Some(&stranger), &json!({"jti": tokens["result"][0]["id"]}));
    assert_eq!(revoked.status, 403);
    assert_eq!(server.action("api_token_list", Some(&stranger), &json!({"user_id": "root"})).status, 403);
    let promoted = server.action(
        "user_create",
        Some(&stranger),
        &json!({"name": "x-user", "email": "x@y.z", "password": "12345678", "sysadmin": true}),
    );
    assert_eq!(promoted.status, 403);
    let again = server.action("package_create", Some(&root), &json!({"name": "first"}));
    assert_eq!((again.status, &again.json()["error"]["name"]), (409, &json!(["That URL is already in use."])));
    let deleted: Value = server.portal.ok("user_show", json!({"id": "root"}));
    assert_eq!(deleted["state"], "active");
}
