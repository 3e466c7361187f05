//! Reading more than a page: `cursorMark`, and the export of a search.

use std::collections::BTreeSet;

use kit::TestServer;
use serde_json::{Value, json};

/// Twenty public datasets and five private ones.
fn portal() -> TestServer {
    let server = TestServer::new();
    drop(server.portal.ok("organization_create", json!({"name": "ministry", "title": "Министрлик"})));
    for number in 0..25 {
        let name = format!("dataset-{number:02}");
        let notes = "line\nbreak";
        let sent = json!({"name": name, "title": "Калк", "notes": notes, "owner_org": "ministry", "private": number % 5 == 4});
        drop(server.portal.ok("package_create", sent));
    }
    server
}

fn names(datasets: &[Value]) -> Vec<String> {
    datasets.iter().map(|dataset| dataset["name"].as_str().unwrap().to_owned()).collect()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

#[test]
fn pages_follow_their_places() {
    let server = portal();
    let token = server.token("root", true);
    for (token, count) in [(None, 20), (Some(token.as_str()), 25)] {
        let (mut place, mut seen) = ("*".to_owned(), Vec::new());
        loop {
            let input = json!({"q": "калк", "rows": 6, "cursorMark": place, "include_private": true});
            let answer = server.action("package_search", token, &input);
            assert_eq!(answer.status, 200, "{}", answer.text());
            let result = &answer.json()["result"];
            assert_eq!((&result["count"], &result["sort"]), (&json!(count), &json!("metadata_modified desc")));
            seen.extend(names(result["results"].as_array().unwrap()));
            let next = result["nextCursorMark"].as_str().unwrap().to_owned();
            if next == place {
                break;
            }
            place = next;
        }
        assert_eq!((seen.len(), seen.iter().collect::<BTreeSet<_>>().len()), (count, count));
        assert_eq!(seen[0], if count == 25 { "dataset-24" } else { "dataset-23" }, "the newest comes first");
    }
    for (input, words) in [
        (json!({"cursorMark": "*", "start": 5}), "start=0"),
        (json!({"cursorMark": "nonsense"}), "Unable to parse"),
        (json!({"cursorMark": "*", "q": "калк", "sort": "score desc"}), "not one by score"),
    ] {
        let refused = server.action("package_search", None, &input);
        assert_eq!((refused.status, &refused.json()["error"]["__type"]), (409, &json!("Search Error")), "{input}");
        assert!(refused.json()["error"]["message"].as_str().unwrap().contains(words), "{}", refused.text());
    }
    let plain = server.action("package_search", None, &json!({}));
    assert_eq!(plain.json()["result"].get("nextCursorMark"), None);
}

#[test]
fn an_export_goes_over_many_pages_and_ends_with_the_rights() {
    let server = portal();
    let app = &server.portal.app;
    app.feed().unwrap().settle();
    let one = app.index.search(&search::Request { rows: 1, ..search::Request::public() }).unwrap().hits.remove(0);
    let document = |number: u32| {
        let labels = vec![if number.is_multiple_of(10) { "member-x" } else { "public" }.to_owned()];
        let (id, stored) = (format!("made-{number:05}"), one.stored.to_string());
        let mut document = search::SearchDocument { id, labels, stored, ..search::SearchDocument::default() };
        document.exact("state", "active");
        document.exact("capacity", if number.is_multiple_of(10) { "private" } else { "public" });
        document
    };
    let made: Vec<search::Change> = (0..2_500).map(|number| search::Change::Put(Box::new(document(number)))).collect();
    app.index.apply(&made, &app.index.mark().unwrap()).unwrap();
    let whole = server.get("/api/3/search/export?include_private=true");
    assert_eq!(lines(&whole.text()).len(), 20 + 2_250);
    let catalog = server.get("/data.json").json();
    assert_eq!(catalog["dataset"].as_array().unwrap().len(), 20 + 2_250, "all that is public, in one document");

    let nobody = auth::Actor::anonymous();
    let everybody = kit::TestApp::site();
    let mut export = catalog::package::export::Export::begin(app, &everybody, serde_json::Map::new(), None).unwrap();
    assert!(export.part(app, &everybody).unwrap().lines().count() > 1);
    assert_eq!(export.part(app, &nobody).unwrap_err().kind(), base::Kind::Denied);
}

#[test]
fn a_search_is_exported_line_by_line() {
    let server = portal();
    let token = server.token("root", true);
    let export = |query: &str, token: Option<&str>| {
        let headers: Vec<(&str, &str)> = token.map(|token| ("authorization", token)).into_iter().collect();
        server.send("GET", &format!("/api/3/search/export{query}"), &headers, b"")
    };
    let whole = export("", None);
    assert_eq!((whole.status, whole.header("content-type")), (200, "application/x-ndjson;charset=utf-8"));
    assert!(!whole.header("kurak-index-sequence").is_empty());
    let datasets = lines(&whole.text());
    let mut expected: Vec<String> = datasets.iter().map(|dataset| dataset["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(expected.len(), 20);
    expected.sort_unstable();
    assert_eq!(datasets.iter().map(|dataset| dataset["id"].as_str().unwrap()).collect::<Vec<_>>(), expected);
    let name = datasets[0]["name"].as_str().unwrap();
    let found = server.action("package_search", None, &json!({"fq": format!("name:{name}")}));
    assert_eq!(found.json()["result"]["results"][0], datasets[0], "a line is what a search answers");

    let by_name = export("?q=%D0%BA%D0%B0%D0%BB%D0%BA&fq=name:dataset-0*&sort=name+desc&fl=name", None);
    assert_eq!(lines(&by_name.text())[0], json!({"name": "dataset-08"}));
    assert_eq!(names(&lines(&by_name.text())).len(), 8);
    let private = "?fq=private:true&include_private=true";
    assert_eq!(export(private, None).text(), "");
    assert_eq!(lines(&export(private, Some(&token)).text()).len(), 5);
    for (query, status) in [
        ("?rows=3", 400),
        ("?nonsense=3", 400),
        ("?sort=name", 400),
        ("?q=title:(", 409),
        ("?sort=score+desc&q=a", 409),
        ("?min_seq=x", 409),
    ] {
        let refused = export(query, None);
        assert_eq!((refused.status, &refused.json()["success"]), (status, &json!(false)), "{query}: {}", refused.text());
    }
    assert_eq!(server.send("HEAD", "/api/3/search/export", &[], b"").status, 200);
    assert_eq!(server.send("POST", "/api/3/search/export", &[], b"").status, 405);
}

#[test]
fn data_json_has_what_dcat_us_wants_of_each_dataset() {
    let empty = kit::TestServer::new().get("/data.json");
    assert_eq!((empty.status, &empty.json()["dataset"]), (200, &json!([])));
    let server = portal();
    drop(server.portal.ok(
        "package_create",
        json!({"name": "wells", "title": "Кудуктар", "owner_org": "ministry", "maintainer_email": "water@example.org",
            "license_id": "cc-by", "tags": [{"name": "water"}], "resources": [
                {"url": "http://example.org/a.csv", "format": "CSV"}, {"url": "http://example.org/page", "name": "Page"}]}),
    ));
    let found = server.get("/data.json?q=name:wells");
    assert_eq!(found.header("content-type"), "application/json;charset=utf-8");
    let catalog = found.json();
    assert_eq!(catalog["conformsTo"], "https://project-open-data.cio.gov/v1.1/schema");
    let dataset = &catalog["dataset"][0];
    for (key, value) in [
        ("@type", json!("dcat:Dataset")),
        ("title", json!("Кудуктар")),
        ("description", json!("Кудуктар")),
        ("keyword", json!(["water"])),
        ("accessLevel", json!("public")),
        ("landingPage", json!("http://127.0.0.1:5000/dataset/wells")),
    ] {
        assert_eq!(dataset[key], value, "{key}");
    }
    assert_eq!(dataset["contactPoint"]["hasEmail"], "mailto:water@example.org");
    assert!(dataset["modified"].as_str().unwrap().ends_with('Z') && dataset["publisher"]["name"].is_string(), "{dataset}");
    assert_eq!(dataset["distribution"][0]["downloadURL"], "http://example.org/a.csv");
    assert_eq!(dataset["distribution"][0]["mediaType"], "text/csv");
    assert_eq!(
        dataset["distribution"][1],
        json!({"@type": "dcat:Distribution", "title": "Page", "accessURL": "http://example.org/page"})
    );

    let tag = found.header("etag").to_owned();
    let again = |path: &str| server.send("GET", path, &[("if-none-match", tag.as_str())], b"").status;
    assert_eq!(again("/data.json?q=name:wells"), 304);
    assert_eq!(again("/data.json"), 200);
    drop(server.portal.ok("package_patch", json!({"id": "wells", "notes": "New"})));
    assert_eq!(again("/data.json?q=name:wells"), 200);
    assert_eq!(server.get("/data.json?fq=title:(").status, 409);
    assert_eq!(server.send("HEAD", "/data.json", &[], b"").status, 200);
    let root = server.token("root", true);
    let private = server.send("GET", "/data.json?fq=private:true", &[("authorization", &root)], b"");
    assert_eq!(private.json()["dataset"], json!([]), "whoever asks");
}
