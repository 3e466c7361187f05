//! Over HTTP: envelopes, headers, tokens, the catalog as RDF.

use kit::TestServer;
use serde_json::json;

fn portal() -> TestServer {
    let server = TestServer::with(|settings| settings.auth.create_unowned_dataset = true);
    for name in ["first", "second"] {
        drop(server.portal.ok(
            "package_create",
            json!({"name": name, "title_translated": {"ky": "Калк", "ru": "Население", "en": "Population"}}),
        ));
    }
    server
}

#[test]
fn answers_come_in_ckans_envelope() {
    let server = portal();
    let shown = server.get("/api/3/action/package_show?id=first");
    assert_eq!((shown.status, shown.header("content-type")), (200, "application/json;charset=utf-8"));
    assert_eq!(shown.header("cache-control"), "public, max-age=0, must-revalidate");
    let answer = shown.json();
    assert_eq!(answer["help"], "http://127.0.0.1:5000/api/3/action/help_show?name=package_show");
    assert_eq!((&answer["success"], &answer["result"]["name"]), (&json!(true), &json!("first")));
    assert_eq!(server.get("/api/action/package_show?id=first").json(), answer);
    let missing = server.get("/api/3/action/package_show?id=nope");
    assert_eq!(missing.status, 404);
    assert_eq!(missing.json()["error"], json!({"message": "Not found", "__type": "Not Found Error"}));
    let refused = server.action("package_create", None, &json!({"name": "third"}));
    assert_eq!(refused.status, 403);
    assert_eq!(refused.json()["error"]["__type"], "Authorization Error");
}

#[test]
fn unknown_actions_and_wrong_methods_are_told_as_ckan_tells_them() {
    let server = portal();
    let unknown = server.get("/api/3/action/package_nonsense");
    assert_eq!((unknown.status, unknown.json()), (400, json!("Bad request: Action name not known: package_nonsense")));
    let write = server.get("/api/3/action/package_create?name=x");
    assert_eq!(write.json(), json!("Bad request: JSON Error: Invalid request. Please use POST method for your request"));
    assert_eq!(server.send("PUT", "/api/3/action/package_list", &[], b"").status, 405);
    assert_eq!(server.send("POST", "/api/3/action/package_list", &[("content-type", "text/plain")], b"{}").status, 415);
    assert_eq!(server.get("/api/3/action/package_list/").status, 404);
    assert_eq!(server.get("/api/3").json(), json!({"version": 3}));
    assert_eq!(server.get("/api/4").status, 404);
    let jsonp = server.get("/api/3/action/package_list?callback=f");
    assert!(jsonp.text().starts_with("f({\"help\"") && jsonp.text().ends_with("});"), "{}", jsonp.text());
}

#[test]
fn tokens_count_in_every_spelling_until_they_are_revoked() {
    let server = portal();
    let token = server.token("root", true);
    let bearer = format!("Bearer {token}");
    for header in [("authorization", token.as_str()), ("authorization", bearer.as_str()), ("x-ckan-api-key", token.as_str())] {
        let purge = server.send("POST", "/api/3/action/dataset_purge", &[header, ("content-type", "application/json")], b"{}");
        assert_eq!(purge.status, 409, "{header:?}: {}", purge.text());
        assert_eq!(purge.header("cache-control"), "private, no-store");
    }
    for wrong in ["", "nonsense", "Bearer nonsense", "Basic cm9vdDp4"] {
        let purge = server.send(
            "POST",
            "/api/3/action/dataset_purge",
            &[("authorization", wrong), ("content-type", "application/json")],
            b"{\"id\":\"first\"}",
        );
        assert_eq!(purge.status, 403, "{wrong}");
    }
    let listed = server.action("api_token_list", Some(&token), &json!({"user_id": "root"})).json();
    assert!(!listed.to_string().contains(&token));
    let revoked = server.action("api_token_revoke", Some(&token), &json!({"jti": listed["result"][0]["id"]}));
    assert_eq!(revoked.status, 200, "{}", revoked.text());
    assert_eq!(server.action("dataset_purge", Some(&token), &json!({"id": "first"})).status, 403);
}

#[test]
fn the_catalog_goes_out_as_rdf() {
    let server = portal();
    for (extension, media_type, sign) in [
        ("ttl", "text/turtle", "\"Калк\"@ky"),
        ("rdf", "application/rdf+xml", "xml:lang=\"ru\""),
        ("xml", "application/rdf+xml", "rdf:RDF"),
        ("jsonld", "application/ld+json", "@context"),
    ] {
        for path in [format!("/catalog.{extension}"), format!("/dataset/first.{extension}")] {
            let answer = server.get(&path);
            assert_eq!(answer.status, 200, "{path}: {}", answer.text());
            assert!(answer.header("content-type").starts_with(media_type), "{path}: {}", answer.header("content-type"));
            assert!(answer.text().contains(sign), "{path}: {}", answer.text());
            let tag = answer.header("etag").to_owned();
            let again = server.send("GET", &path, &[("if-none-match", &tag)], b"");
            assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        }
    }
    assert_eq!(server.get("/catalog.pdf").status, 404);
    assert_eq!(server.get("/catalog.ttl?page=0").status, 409);
    assert_eq!(server.get("/catalog.ttl?modified_since=yesterday").status, 409);
    assert_eq!(server.get("/dataset/nope.ttl").status, 404);
    let later = server.get("/catalog.ttl?modified_since=2999-01-01");
    assert!(!later.text().contains("Калк"));
    let filtered = server.get("/catalog.ttl?fq=name:second");
    assert!(filtered.text().contains("second") && !filtered.text().contains("/dataset/first"));
}

#[test]
fn the_catalog_meets_the_shapes_of_dcat_ap() {
    let (server, folder) = (portal(), tempfile::tempdir().unwrap());
    let page = folder.path().join("catalog.ttl");
    std::fs::write(&page, server.get("/catalog.ttl").body).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/check-shacl");
    let judged = std::process::Command::new(script).arg(&page).output().unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&judged.stdout), String::from_utf8_lossy(&judged.stderr));
    // Where there are no shapes the script says so.
    println!("{told}");
    assert!(judged.status.success(), "{told}");
}

#[test]
fn pages_of_the_catalog_are_linked() {
    let server = TestServer::with(|settings| settings.auth.create_unowned_dataset = true);
    for number in 0..101 {
        drop(server.portal.ok("package_create", json!({"name": format!("number-{number}")})));
    }
    let first = server.get("/catalog.ttl");
    assert!(first.header("link").contains("page=2") && first.header("link").contains("rel=\"next\""), "{}", first.header("link"));
    let second = server.get("/catalog.ttl?page=2");
    assert!(!second.header("link").contains("rel=\"next\""), "{}", second.header("link"));
    assert_eq!(second.text().matches("a dcat:Dataset").count(), 1, "{}", second.text());
    // By place instead of number, as the first page of a very large catalog begins it.
    let first = server.get("/catalog.ttl?cursorMark=*");
    let links = first.header("link");
    assert!(links.contains("rel=\"next\"") && !links.contains("rel=\"last\""), "{links}");
    assert_eq!(first.text().matches("a dcat:Dataset").count(), 100);
    let next = links.split(['<', '>']).find(|link| link.contains("cursorMark=")).unwrap();
    let last = server.get(next.split_at(next.find("/catalog").unwrap()).1);
    assert_eq!(last.text().matches("a dcat:Dataset").count(), 1, "{}", last.text());
    assert!(!last.header("link").contains("rel=\"next\""), "{}", last.header("link"));
    assert_eq!(server.get("/catalog.ttl?page=2&cursorMark=nonsense").status, 409);
}

#[test]
fn a_private_dataset_is_nowhere_for_others() {
    let server = portal();
    drop(server.portal.ok("organization_create", json!({"name": "ministry"})));
    drop(server.portal.ok(
        "package_create",
        json!({"name": "hidden", "owner_org": "ministry", "private": true, "title": "Кыпкызыл", "tags": [{"name": "кыпкызыл"}]}),
    ));
    for path in [
        "/catalog.ttl",
        "/api/3/action/package_search?include_private=true&include_drafts=true&facet.field=[%22tags%22]&rows=1000",
        "/api/3/action/package_search?q=*:*%20OR%20capacity:private",
        "/api/3/action/package_search?fq=capacity:private",
        "/api/3/action/package_list",
        "/api/3/action/tag_list",
        "/api/3/action/organization_show?id=ministry&include_datasets=true",
    ] {
        let text = server.get(path).text();
        assert!(!text.contains("ыпкызыл") && !text.contains("hidden"), "{path}: {text}");
    }
    assert_eq!(server.get("/dataset/hidden.ttl").status, 403);
    assert_eq!(server.get("/api/3/action/package_show?id=hidden").status, 403);
}

#[test]
fn health_and_documentation_answer() {
    let server = portal();
    assert_eq!(server.get("/healthz").text(), "ok\n");
    assert_eq!(server.get("/readyz").json()["ready"], true);
    drop(server.get("/api/3/action/package_list"));
    assert!(server.get("/metrics").text().contains("kurak_requests_total{action=\"package_list\",status=\"200\"}"));
    assert_eq!(server.get("/openapi.json").json()["openapi"], "3.1.0");
    let page = server.get("/docs/");
    assert_eq!(page.status, 200);
    assert!(!page.text().contains("https://"), "{}", page.text());
}

#[test]
fn feeds_list_the_newest_datasets() {
    let server = portal();
    drop(server.portal.ok("organization_create", json!({"name": "ministry", "title": "Ministry & sons"})));
    for number in 0..21 {
        let input = json!({"name": format!("d-{number}"), "title": format!("<D> {number}"), "notes": "Test\u{c} Notes", "owner_org": "ministry"});
        drop(server.portal.ok("package_create", input));
    }
    drop(
        server
            .portal
            .ok("package_create", json!({"name": "hidden", "title": "Hidden", "owner_org": "ministry", "private": true})),
    );
    let first = server.get("/feeds/organization/ministry.atom");
    assert_eq!((first.status, first.header("content-type")), (200, "application/atom+xml"));
    let text = first.text();
    assert!(
        text.contains("Organization: &#34;Ministry &amp; sons&#34;") && text.contains("<title>&lt;D&gt; 20</title>"),
        "{text}"
    );
    assert!(text.contains("<content>Test Notes</content>") && !text.contains("Hidden"), "{text}");
    assert_eq!(text.matches("<entry>").count(), 20);
    assert!(text.contains("ministry.atom?page=2\" rel=\"next\"") && text.contains("page=2\" rel=\"last\""), "{text}");
    let second = server.get("/feeds/organization/ministry.atom?page=2");
    assert!(second.text().matches("<entry>").count() == 1 && !second.text().contains("rel=\"next\""), "{}", second.text());
    for (path, status) in [
        ("/feeds/dataset.atom", 200),
        ("/feeds/tag/a%22%20OR%20b.atom", 200),
        ("/feeds/custom.atom?q=first&groups=x%22)", 200),
        ("/feeds/custom.atom?sort=nonsense", 400),
        ("/feeds/group/ministry.atom", 404),
        ("/feeds/dataset.atom?page=0", 400),
        ("/feeds/dataset.atom?page=99999999999999999999", 400),
        ("/feeds/dataset.atom?page=9999999999999", 400),
    ] {
        assert_eq!(server.get(path).status, status, "{path}");
    }
}
