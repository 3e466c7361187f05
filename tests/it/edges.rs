//! The edges of HTTP: languages in front of addresses, scripts, methods, origins, the small addresses that CKAN has beside
//! its actions.

use kit::TestServer;
use serde_json::json;

const JSON: (&str, &str) = ("content-type", "application/json");

fn portal() -> TestServer {
    let server = TestServer::with(|settings| settings.auth.create_unowned_dataset = true);
    drop(server.portal.ok(
        "package_create",
        json!({"name": "first", "tags": [{"name": "roads"}], "resources": [{"url": "http://x/a.csv", "format": "CSV"}]}),
    ));
    server
}

#[test]
fn every_address_has_a_language_in_front() {
    let server = portal();
    let plain = server.get("/api/3/action/package_show?id=first").json();
    for prefix in ["/ky", "/ru", "/en", "/pt_BR", "/sr_Latn"] {
        assert_eq!(server.get(&format!("{prefix}/api/3/action/package_show?id=first")).json(), plain, "{prefix}");
        assert_eq!(server.get(&format!("{prefix}/api/action/package_show?id=first")).json(), plain, "{prefix}");
    }
    for path in [
        "/ky",
        "/ky/",
        "/ru/feeds/dataset.atom",
        "/ru/catalog.ttl",
        "/ky/api/util/tag/autocomplete?incomplete=r",
        "/ky/robots.txt",
    ] {
        assert_eq!(server.get(path).status, 200, "{path}");
    }
    let written = server.send("POST", "/ky/api/3/action/package_show", &[JSON], br#"{"id": "first"}"#);
    assert_eq!(written.json(), plain);
    for path in ["/xx/api/3/action/package_list", "/KY/api/3/action/package_list", "/ky/ru/api/3/action/package_list"] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
    let renamed = server.get("/no/api/3/action/package_show?id=first");
    assert_eq!((renamed.status, renamed.header("location")), (308, "/nb_NO/api/3/action/package_show?id=first"));
    let fewer = TestServer::with(|settings| settings.locales = vec!["ky".to_owned()]);
    assert_eq!((fewer.get("/ky/api/3").status, fewer.get("/ru/api/3").status), (200, 404));
}

#[test]
fn the_small_addresses_answer_as_ckans_do() {
    let server = portal();
    for (path, version) in [("/api", 1), ("/api/", 1), ("/api/1", 1), ("/api/2/", 2), ("/api/3", 3), ("/api/3/", 3)] {
        assert_eq!(server.get(path).json(), json!({"version": version}), "{path}");
    }
    for path in [
        "/api/4",
        "/api/0",
        "/api/3/action",
        "/api/1/action/package_list",
        "/api/2/action/package_list",
        "/api/3/util/tag/autocomplete?incomplete=r",
        "/api/rest/dataset",
        "/api/3/i18n/en",
    ] {
        let missing = server.get(path);
        assert_eq!((missing.status, missing.header("content-type")), (404, "text/html; charset=utf-8"), "{path}");
    }
    for path in ["/api/i18n/en", "/api/1/i18n/ky", "/api/2/i18n/ru"] {
        assert_eq!((server.get(path).status, server.get(path).json()), (200, json!({})), "{path}");
    }
    let unknown = server.get("/api/i18n/xx");
    assert_eq!((unknown.status, unknown.json()), (400, json!("Bad request: Unknown locale: xx")));
    for (path, result) in [
        ("/api/2/util/tag/autocomplete?incomplete=ro", json!({"ResultSet": {"Result": [{"Name": "roads"}]}})),
        ("/api/util/resource/format_autocomplete?incomplete=cs", json!({"ResultSet": {"Result": [{"Format": "csv"}]}})),
        ("/api/1/util/dataset/autocomplete", json!({"ResultSet": {"Result": []}})),
        ("/api/util/group/autocomplete?q=", json!([])),
    ] {
        assert_eq!(server.get(path).json(), result, "{path}");
    }
    for (query, status, location) in [
        ("?url=/dataset", 302, "/dataset"),
        ("?url=//evil.example", 403, ""),
        ("?url=http://evil.example", 403, ""),
        ("", 400, ""),
    ] {
        let sent = server.get(&format!("/util/redirect{query}"));
        assert_eq!((sent.status, sent.header("location")), (status, location), "{query}");
    }
    assert_eq!(server.get("/api/3/action/site_read").json()["result"], true);
    let robots = server.get("/robots.txt");
    assert!(robots.header("content-type").starts_with("text/plain") && robots.text().contains("Disallow: /api/"));
}

#[test]
fn search_parameters_that_are_none_are_told_as_ckan_tells_them() {
    let server = portal();
    for (query, errors) in [
        ("rows=abc", json!({"rows": ["Invalid integer", "Please enter an integer value"]})),
        ("rows=-1", json!({"rows": ["Must be a natural number"]})),
        ("facet.field=tags", json!({"facet.field": ["Could not parse as valid JSON", "Not a list"]})),
    ] {
        let refused = server.get(&format!("/api/3/action/package_search?{query}"));
        let mut expected = errors;
        expected["__type"] = json!("Validation Error");
        assert_eq!((refused.status, &refused.json()["error"]), (409, &expected), "{query}");
    }
}

#[test]
fn scripts_are_for_anybody() {
    let server = portal();
    drop(server.portal.ok("organization_create", json!({"name": "ministry"})));
    drop(server.portal.ok("package_create", json!({"name": "hidden", "owner_org": "ministry", "private": true})));
    let root = server.token("root", true);
    let own = [("authorization", root.as_str())];
    assert_eq!(server.send("GET", "/api/3/action/package_show?id=hidden", &own, b"").status, 200);
    let refused = server.send("GET", "/api/3/action/package_show?id=hidden&callback=f", &own, b"");
    assert_eq!((refused.status, refused.header("content-type")), (403, "application/json;charset=utf-8"));
    let named = server.send("POST", "/api/3/action/package_show", &[own[0], JSON], br#"{"id": "hidden", "callback": "f"}"#);
    assert_eq!(named.status, 403, "a callback makes nobody of him, wherever it stands");
    for (path, begin) in [
        ("/api/3/action/package_show?id=first&callback=a.b", "a.b({\"help\""),
        ("/api/3?callback=f", "f({\"version\": 3}"),
        ("/api/util/tag/autocomplete?incomplete=ro&callback=$f", "$f({\"ResultSet\""),
        ("/api/i18n/ky?callback=f", "f({}"),
    ] {
        let script = server.get(path);
        assert_eq!(script.header("content-type"), "application/javascript;charset=utf-8", "{path}");
        assert!(script.text().starts_with(begin) && script.text().ends_with(");"), "{path}: {}", script.text());
    }
    for name in ["%3Cf%3E", "alert(1)", &"f".repeat(5_000)] {
        let plain = server.get(&format!("/api/3/action/package_list?callback={name}"));
        assert_eq!((plain.status, plain.header("content-type")), (200, "application/json;charset=utf-8"), "{name}");
    }
    let post = server.send("POST", "/api/3/action/package_list?callback=f", &[JSON], b"{}");
    assert!(post.text().starts_with("{\"help\""), "{}", post.text());
}

#[test]
fn methods_are_those_of_the_table() {
    let server = portal();
    let head = server.send("HEAD", "/api/3/action/package_show?id=first", &[], b"");
    let get = server.get("/api/3/action/package_show?id=first");
    assert_eq!((head.status, head.body.len(), head.header("content-type")), (200, 0, get.header("content-type")));
    assert_eq!(server.send("HEAD", "/api/3/action/package_create", &[], b"").status, 400);
    for (path, allow) in [
        ("/api/3/action/package_list", "GET, HEAD, POST, OPTIONS"),
        ("/api/3", "GET, HEAD, OPTIONS"),
        ("/feeds/dataset.atom", "GET, HEAD, OPTIONS"),
    ] {
        let options = server.send("OPTIONS", path, &[], b"");
        assert_eq!((options.status, options.header("allow")), (200, allow), "{path}");
        for method in ["PUT", "DELETE", "PATCH"] {
            let refused = server.send(method, path, &[JSON], b"{}");
            let told = (refused.status, refused.header("allow"), refused.header("content-type"));
            assert_eq!(told, (405, allow, "text/html; charset=utf-8"), "{method} {path}");
        }
    }
    assert_eq!(server.send("POST", "/api/3", &[JSON], b"{}").status, 405);
    for kind in ["text/plain", "text/json", "application/xml"] {
        let refused = server.send("POST", "/api/3/action/package_list", &[("content-type", kind)], b"{}");
        assert_eq!((refused.status, refused.header("content-type")), (415, "text/html; charset=utf-8"), "{kind}");
    }
}

#[test]
fn origins_are_told_what_ckan_tells_them() {
    let asked = |options: web::Options, origin: &str, method: &str| {
        let server = TestServer::serving(|settings| settings.tokens.header = Some("X-Token".to_owned()), options);
        let answer = server.send(
            method,
            "/api/3/action/status_show",
            &[("origin", origin), ("access-control-request-method", "POST")],
            b"",
        );
        ["origin", "methods", "headers", "credentials"]
            .map(|name| answer.header(&format!("access-control-allow-{name}")).to_owned())
    };
    let told = |origin: &str| {
        [origin, "POST, PUT, GET, DELETE, OPTIONS", "X-Token, Authorization, Content-Type, If-Match, Idempotency-Key", ""]
            .map(str::to_owned)
    };
    let nothing = [""; 4].map(str::to_owned);
    let standard = web::Options::default;
    assert_eq!(asked(standard(), "https://a.kg", "GET"), nothing);
    for method in ["GET", "OPTIONS", "PUT"] {
        assert_eq!(asked(web::Options { cors_allow_all: true, ..standard() }, "https://a.kg", method), told("*"));
    }
    let some = || web::Options { cors_origins: vec!["https://a.kg".to_owned()], ..standard() };
    assert_eq!(asked(some(), "https://a.kg", "OPTIONS"), told("https://a.kg"));
    assert_eq!(asked(some(), "https://b.kg", "OPTIONS"), nothing);
}

#[test]
fn a_token_may_stand_in_a_header_of_another_name() {
    let server = TestServer::with(|settings| settings.tokens.header = Some("X-Token".to_owned()));
    let token = server.token("anna", false);
    for header in ["x-token", "authorization"] {
        let shown = server.send("GET", "/api/3/action/user_show", &[(header, &token)], b"");
        assert_eq!(shown.json()["result"]["name"], "anna", "{header}");
    }
}

#[test]
fn every_action_has_its_help() {
    let server = portal();
    for row in &server.portal.app.rows {
        let help = server.get(&format!("/api/3/action/help_show?name={}", row.name)).json();
        assert_eq!(help["help"], "http://127.0.0.1:5000/api/3/action/help_show?name=help_show");
        assert!(help["result"].as_str().is_some_and(|text| text.len() > 20), "{}: {help}", row.name);
    }
    let missing = server.get("/api/3/action/help_show?name=nonsense");
    assert_eq!(missing.status, 404, "{}", missing.text());
}

#[test]
fn feeds_are_called_and_cut_as_configured() {
    let server = TestServer::with(|settings| {
        settings.auth.create_unowned_dataset = true;
        settings.feeds.limit = 2;
        settings.feeds.author_name = Some("Ministry".to_owned());
        settings.feeds.date = Some("2026-01-01".to_owned());
    });
    for name in ["one", "two", "three"] {
        drop(server.portal.ok("package_create", json!({"name": name})));
    }
    let text = server.get("/feeds/dataset.atom").text();
    assert_eq!(text.matches("<entry>").count(), 2);
    assert!(
        text.contains("<name>Ministry</name>") && text.contains("<id>tag:127.0.0.1:5000,2026-01-01:/feeds/dataset.atom</id>"),
        "{text}"
    );
    assert!(text.contains("<id>tag:127.0.0.1:5000,2026-01-01:/dataset/") && text.contains("?page=2\" rel=\"next\""), "{text}");
}
