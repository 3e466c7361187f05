//! Files of resources and pictures: taken in constant memory, put into their place with the write, given out again.

use std::path::{Path, PathBuf};

use kit::{Form, Response, TestServer, client};
use serde_json::{Value, json};

use crate::program::{Server, Site};

const CSV: &[u8] = b"a,b\n1,2\n3,4\n";

fn server() -> TestServer {
    TestServer::with(|settings| {
        settings.auth.create_unowned_dataset = true;
        settings.files.max_resource_size = 1;
    })
}

fn send(server: &TestServer, action: &str, token: Option<&str>, form: Form) -> Response {
    let mut headers = vec![("content-type", Form::TYPE)];
    headers.extend(token.map(|token| ("authorization", token)));
    server.send("POST", &format!("/api/3/action/{action}"), &headers, &form.body())
}

/// Sends a form that has to succeed.
fn sent(server: &TestServer, action: &str, token: &str, form: Form) -> Value {
    let answer = send(server, action, Some(token), form);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["result"].clone()
}

fn fault(answer: &Response) -> Value {
    let mut error = answer.json()["error"].clone();
    error.as_object_mut().unwrap().remove("__type");
    error
}

/// The address without the site.
fn path(resource: &Value) -> String {
    resource["url"].as_str().unwrap().strip_prefix("http://127.0.0.1:5000").unwrap().to_owned()
}

fn root(server: &TestServer) -> PathBuf {
    server.portal.app.settings.files.root.clone().unwrap()
}

/// All files below a folder.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() { found.extend(below(&entry.path())) } else { found.push(entry.path()) }
    }
    found
}

fn upload(name: &str, content: &[u8]) -> Form {
    Form::default().file("upload", (name, "text/csv"), content)
}

#[test]
fn a_resource_has_a_file_until_it_is_replaced_cleared_or_deleted() {
    let server = server();
    let token = server.token("root", true);
    drop(server.portal.ok("package_create", json!({"name": "data"})));
    let made = sent(&server, "resource_create", &token, upload("/tmp/Мой Übersicht 1.CSV", CSV).text("package_id", "data"));
    let id = made["id"].as_str().unwrap();
    assert_eq!(
        (&made["url_type"], &made["size"], &made["mimetype"], &made["format"]),
        (&json!("upload"), &json!(12), &json!("text/csv"), &json!("CSV"))
    );
    assert_eq!(made["hash"], "b9485148546419a0f6a85e8d708c923557c15d7f3c7d078ef1fa7f7c0f57d5a5");
    assert!(made["last_modified"].is_string());
    assert!(path(&made).ends_with(&format!("/resource/{id}/download/-ubersicht-1.csv")), "{}", made["url"]);
    assert_eq!(server.get(&path(&made)).body, CSV);
    assert_eq!(below(&root(&server)), [root(&server).join("resources").join(catalog::resource::upload::location(id))]);

    let shown = server.portal.ok("package_show", json!({"id": "data"}));
    assert_eq!(shown["resources"][0], made);
    drop(server.portal.ok("package_patch", json!({"id": "data", "title": "T", "resources": shown["resources"]})));
    assert_eq!(server.get(&path(&made)).body, CSV);

    let patched = sent(&server, "resource_patch", &token, upload("b.csv", b"c\n").text("id", id));
    assert_eq!((&patched["size"], path(&patched).ends_with("/b.csv")), (&json!(2), true));
    assert_ne!(patched["hash"], made["hash"]);
    assert_eq!(server.get(&path(&made)).body, b"c\n");
    assert_eq!(below(&root(&server)).len(), 1);

    let revised = Form::default().text("match", "{\"name\": \"data\"}");
    let revised = revised.file("update__resources__0__upload", ("c.json", "application/json"), b"{}");
    let revised = sent(&server, "package_revise", &token, revised);
    assert_eq!(revised["package"]["resources"][0]["size"], 2);
    assert!(path(&revised["package"]["resources"][0]).ends_with("/c.json"));
    assert_eq!(server.get(&path(&made)).body, b"{}");

    let link = json!({"id": id, "url": "http://x.org/y.csv", "clear_upload": "true"});
    let link = server.portal.ok("resource_update", link);
    assert_eq!((&link["url_type"], &link["url"], &link["hash"]), (&Value::Null, &json!("http://x.org/y.csv"), &json!("")));
    assert_eq!(below(&root(&server)).len(), 0);
    let answer = server.get(&format!("/dataset/data/resource/{id}/download"));
    assert_eq!((answer.status, answer.header("location")), (302, "http://x.org/y.csv"));

    for remove in ["resource_delete", "dataset_purge"] {
        let made = sent(&server, "resource_create", &token, upload("a.csv", CSV).text("package_id", "data"));
        assert_eq!(below(&root(&server)).len(), 1);
        let id = if remove == "dataset_purge" { json!("data") } else { made["id"].clone() };
        drop(server.portal.ok(remove, json!({"id": id})));
        assert_eq!(below(&root(&server)).len(), 0, "{remove}");
        assert_eq!(server.get(&path(&made)).status, 404);
    }
}

#[test]
fn a_file_that_may_not_be_leaves_nothing() {
    let server = server();
    let token = server.token("root", true);
    let other = server.token("other", false);
    drop(server.portal.ok("organization_create", json!({"name": "org1"})));
    drop(server.portal.ok("package_create", json!({"name": "data", "owner_org": "org1"})));
    let large = vec![b'x'; 1024 * 1024 + 1];
    let too_large = send(&server, "resource_create", Some(&token), upload("a.csv", &large).text("package_id", "data"));
    assert_eq!((too_large.status, fault(&too_large)), (409, json!({"upload": ["File upload too large"]})));
    assert_eq!(too_large.json()["error"]["__type"], "Validation Error");
    let fits = sent(&server, "resource_create", &token, upload("a.csv", &large[1..]).text("package_id", "data"));
    drop(server.portal.ok("resource_delete", json!({"id": fits["id"]})));
    for (form, caller, status) in [
        (upload("a.csv", CSV).text("package_id", "data"), None, 403),
        (upload("a.csv", CSV).text("package_id", "data"), Some(&other), 403),
        (upload("a.csv", CSV).text("package_id", "none"), Some(&token), 404),
        (upload("a.csv", CSV), Some(&token), 409),
        (upload("a.csv", CSV).text("package_id", "data").text("size", "abc"), Some(&token), 200),
        (upload("a.csv", CSV).text("package_id", "data").text("created", "x"), Some(&token), 409),
    ] {
        let answer = send(&server, "resource_create", caller.map(String::as_str), form);
        assert_eq!(answer.status, status, "{}", answer.text());
        if status == 200 {
            drop(server.portal.ok("resource_delete", json!({"id": answer.json()["result"]["id"]})));
        }
    }
    // Who names a file that is not there gets none.
    let forged = json!({"package_id": "data", "url": "../../secret", "url_type": "upload", "upload": "file:x"});
    let forged = server.portal.ok("resource_create", forged);
    assert_eq!(server.get(&path(&forged)).status, 404);
    assert_eq!(below(&root(&server)).len(), 0);
    assert_eq!(server.portal.ok("package_show", json!({"id": "data"}))["num_resources"], 1);
}

#[test]
fn a_body_that_a_small_piece_could_blow_up_is_refused() {
    let server = server();
    for (encoding, media_type, status) in [
        ("zstd", "application/json", 400),
        ("br", "application/json", 400),
        ("identity", "application/json", 200),
        ("gzip", Form::TYPE, 400),
        ("identity", Form::TYPE, 200),
    ] {
        let body = if media_type == Form::TYPE { Form::default().text("limit", "2").body() } else { b"{}".to_vec() };
        let headers = [("content-encoding", encoding), ("content-type", media_type)];
        assert_eq!(server.send("POST", "/api/3/action/package_list", &headers, &body).status, status, "{encoding} {media_type}");
    }
}

#[test]
fn a_file_is_given_out_whole_in_part_or_not_again() {
    let server = server();
    let token = server.token("root", true);
    drop(server.portal.ok("package_create", json!({"name": "data"})));
    let made = sent(&server, "resource_create", &token, upload("a.html", b"<script>").text("package_id", "data"));
    let ask = |method: &str, headers: &[(&str, &str)]| server.send(method, &path(&made), headers, b"");
    assert_eq!(server.get(&format!("/ru{}", path(&made))).body, b"<script>");
    let whole = ask("GET", &[("accept-encoding", "gzip")]);
    assert_eq!((whole.status, whole.body.as_slice()), (200, b"<script>".as_slice()));
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("content-disposition", "attachment; filename=\"a.html\""),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("x-content-type-options", "nosniff"),
        ("accept-ranges", "bytes"),
        ("content-length", "8"),
        ("content-encoding", ""),
    ] {
        assert_eq!(whole.header(name), value, "{name}");
    }
    let head = ask("HEAD", &[]);
    assert_eq!((head.status, head.body.len(), head.header("content-length")), (200, 0, "8"));
    let (tag, date) = (whole.header("etag"), whole.header("last-modified"));
    for (headers, status, body, range) in [
        (vec![("if-none-match", tag)], 304, "", ""),
        (vec![("if-modified-since", date)], 304, "", ""),
        (vec![("range", "bytes=1-3")], 206, "scr", "bytes 1-3/8"),
        (vec![("range", "bytes=-2")], 206, "t>", "bytes 6-7/8"),
        (vec![("range", "bytes=8-")], 416, "", "bytes */8"),
        (vec![("range", "bytes=1-3"), ("if-range", "\"other\"")], 200, "<script>", ""),
    ] {
        let answer = ask("GET", &headers);
        assert_eq!((answer.status, answer.text().as_str(), answer.header("content-range")), (status, body, range), "{headers:?}");
    }
    assert_eq!(ask("POST", &[]).status, 405);
}

#[test]
fn what_a_browser_would_run_is_sent_to_the_disk() {
    let server = server();
    let token = server.token("root", true);
    drop(server.portal.ok("package_create", json!({"name": "stations"})));
    let script: &[u8] = b"<html><body><script>alert(document.domain)</script></body></html>";
    for (name, content) in [
        ("a.html", script),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".as_slice()),
        ("a.xhtml", script),
        ("a.xml", b"<?xml version='1.0'?><?xml-stylesheet type='text/xsl' href='#x'?><x/>".as_slice()),
        ("a.pdf", b"%PDF-1.4 /OpenAction << /S /JavaScript >>".as_slice()),
        ("a.csv", script),
        ("nothing", script),
    ] {
        let resource = sent(&server, "resource_create", &token, upload(name, content).text("package_id", "stations"));
        let given = server.get(&path(&resource));
        assert_eq!((given.status, given.body.as_slice()), (200, content), "{name}");
        let told = given.header("content-disposition");
        assert!(told.starts_with("attachment") && told.contains("filename"), "{name}: {told}");
        assert_eq!(given.header("x-content-type-options"), "nosniff", "{name}");
        assert_eq!(given.header("content-security-policy"), "default-src 'none'; sandbox", "{name}");
    }
}

#[test]
fn pictures_are_what_they_seem_to_be() {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    let server = server();
    let token = server.token("root", true);
    let picture =
        |name: &str, media_type: &str, content: &[u8]| Form::default().file("image_upload", (name, media_type), content);
    for (kind, id) in [("organization", "org1"), ("group", "group1"), ("user", "person")] {
        let create = format!("{kind}_create");
        let named = |form: Form| form.text("name", id).text("email", "p@example.org").text("password", "long enough");
        for (form, unsupported) in [
            (picture("a.svg", "image/svg+xml", b"<svg onload=alert(1)>"), "image/svg+xml"),
            (picture("a.html", "text/html", PNG), "text/html"),
            (picture("a.png", "text/html", PNG), "text/html"),
            (picture("a.png", "image/png", b"<html><script>"), "text/html"),
        ] {
            let answer = send(&server, &create, Some(&token), named(form));
            let expected = json!({"image_upload": [format!("Unsupported upload type: {unsupported}")]});
            assert_eq!((answer.status, fault(&answer)), (409, expected), "{kind}");
        }
        let large = [PNG, &vec![0; 2 * 1024 * 1024]].concat();
        let answer = send(&server, &create, Some(&token), named(picture("a.png", "image/png", &large)));
        assert_eq!((answer.status, fault(&answer)), (409, json!({"upload": ["File upload too large"]})), "{kind}");
        assert!(below(&root(&server)).is_empty());

        let made = sent(&server, &create, &token, named(picture("Лого a.jpg", "", PNG)));
        let image = made["image_url"].as_str().unwrap();
        assert!(image.ends_with("-a.png"), "{image}");
        let word = if kind == "user" { "user" } else { "group" };
        assert_eq!(made["image_display_url"], format!("http://127.0.0.1:5000/uploads/{word}/{image}"));
        let shown = server.get(&format!("/uploads/{word}/{image}"));
        assert_eq!((shown.status, shown.header("content-type"), shown.body.as_slice()), (200, "image/png", PNG));
        assert!(shown.header("content-disposition").starts_with("inline"));
        assert_eq!(shown.header("content-security-policy"), "default-src 'none'; sandbox");

        let patch = format!("{kind}_patch");
        let other = sent(&server, &patch, &token, picture("b.png", "image/png", PNG).text("id", id));
        assert_ne!(other["image_url"], made["image_url"]);
        assert_eq!(server.get(&format!("/uploads/{word}/{image}")).status, 404);
        let kept = server.portal.ok(&patch, json!({"id": id, "title": "T", "fullname": "F"}));
        assert_eq!(kept["image_url"], other["image_url"]);
        let gone = server.portal.ok(&patch, json!({"id": id, "clear_upload": true}));
        assert!(matches!(gone["image_display_url"].as_str(), None | Some("")), "{gone}");
        assert!(below(&root(&server)).is_empty());
    }
    for nowhere in
        ["/uploads/group/../../.incoming", "/uploads/group/%2e%2e%2f%2e%2e", "/uploads/other/a.png", "/uploads/user/none.png"]
    {
        assert_eq!(server.get(nowhere).status, 404, "{nowhere}");
    }
}

#[test]
fn where_storages_are_configured_ckan_says_it_otherwise() {
    let server = TestServer::with(|settings| {
        settings.auth.create_unowned_dataset = true;
        settings.files.max_resource_size = 1;
        let path = settings.files.root.clone().unwrap();
        let storage = files::StorageSettings { path, ..files::StorageSettings::default() };
        settings.files.storages.insert("default".to_owned(), storage);
    });
    let token = server.token("root", true);
    drop(server.portal.ok("package_create", json!({"name": "data"})));
    let large = vec![b'x'; 1024 * 1024 + 500_000];
    let answer = send(&server, "resource_create", Some(&token), upload("a.csv", &large).text("package_id", "data"));
    assert_eq!(fault(&answer), json!({"upload": ["Upload size 1548576 surpasses max allowed size 1048576"]}));
    let picture = Form::default().text("name", "group1").file("image_upload", ("a.png", "image/png"), b"<html>");
    let answer = send(&server, "group_create", Some(&token), picture);
    assert_eq!(fault(&answer), json!({"image_upload": ["Type text/html is not supported by storage"]}));
}

#[test]
fn a_private_datasets_file_is_for_those_who_see_it() {
    let server = server();
    let (editor, other) = (server.token("editor", false), server.token("other", false));
    drop(server.portal.ok("organization_create", json!({"name": "org1", "users": [{"name": "editor", "capacity": "editor"}]})));
    drop(server.portal.ok("package_create", json!({"name": "data", "owner_org": "org1", "private": true})));
    let made = sent(&server, "resource_create", &editor, upload("a.csv", CSV).text("package_id", "data"));
    let get = |token: &str| server.send("GET", &path(&made), &[("authorization", token)], b"");
    assert_eq!((get("").status, get(&other).status), (403, 403));
    let own = get(&editor);
    assert_eq!((own.status, own.header("cache-control")), (200, "private, no-store"));
    let nowhere = path(&made).replace(made["id"].as_str().unwrap(), "none");
    assert_eq!(server.send("GET", &nowhere, &[("authorization", &editor)], b"").status, 404);
}

#[test]
fn the_site_has_a_logo_and_files_follow_it_when_it_moves() {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    let server = server();
    let token = server.token("root", true);
    let logo = sent(&server, "config_option_update", &token, Form::default().file("logo_upload", ("l.png", "image/png"), PNG));
    let address = logo["ckan.site_logo"].as_str().unwrap();
    assert!(address.starts_with("/uploads/admin/") && address.ends_with("l.png"), "{address}");
    assert_eq!(server.get(address).body, PNG);
    let page = Form::default().file("logo_upload", ("l.png", "image/png"), b"<html>");
    let page = send(&server, "config_option_update", Some(&token), page);
    assert_eq!(fault(&page), json!({"logo_upload": ["Unsupported upload type: text/html"]}));
    drop(server.portal.ok("config_option_update", json!({"clear_logo_upload": "true"})));
    assert_eq!((server.get(address).status, below(&root(&server)).len()), (404, 0));

    drop(server.portal.ok("package_create", json!({"name": "data", "resources": [{"url": "http://x.org/a"}]})));
    let made = sent(&server, "resource_create", &token, upload("a.csv", CSV).text("package_id", "data"));
    assert_eq!(catalog::resource::upload::relink(&server.portal.app).unwrap(), 0);
    drop(server.portal.ok("config_option_update", json!({"ckan.site_url": "https://data.kg"})));
    assert_eq!(catalog::resource::upload::relink(&server.portal.app).unwrap(), 1);
    let show = || server.portal.ok("package_show", json!({"id": "data"}));
    kit::soon("the address has moved", || show()["resources"][1]["url"] == format!("https://data.kg{}", path(&made)));
    let moved = show();
    assert_eq!(moved["resources"][0]["url"], "http://x.org/a");
    assert_eq!(server.get(&path(&made)).body, CSV);
}

#[test]
fn many_who_replace_one_file_leave_one_that_is_what_is_told_of_it() {
    let server = server();
    let token = server.token("root", true);
    drop(server.portal.ok("package_create", json!({"name": "data"})));
    let made = sent(&server, "resource_create", &token, upload("a.csv", CSV).text("package_id", "data"));
    let id = made["id"].as_str().unwrap();
    let hashes = std::sync::Mutex::new(std::collections::HashMap::new());
    std::thread::scope(|scope| {
        for worker in 0..6 {
            let (server, token, hashes) = (&server, &token, &hashes);
            scope.spawn(move || {
                for number in 0..4 {
                    let content = format!("{worker},{number}\n");
                    let patched = sent(server, "resource_patch", token, upload("a.csv", content.as_bytes()).text("id", id));
                    hashes.lock().unwrap().insert(content, patched["hash"].clone());
                }
            });
        }
    });
    let told = server.portal.ok("resource_show", json!({"id": id}))["hash"].clone();
    assert_eq!(hashes.lock().unwrap()[&server.get(&path(&made)).text()], told);
    assert_eq!(below(&root(&server)).len(), 1);
}

#[test]
fn an_address_that_no_file_can_have_holds_up_nothing() {
    let server = server();
    drop(server.portal.ok("organization_create", json!({"name": "org1"})));
    for address in ["q".repeat(300), "a/".repeat(900), "resources".to_owned()] {
        for image_url in [address.as_str(), ""] {
            drop(server.portal.ok("organization_patch", json!({"id": "org1", "image_url": image_url})));
        }
    }
    let mut connection = server.portal.database.connect();
    assert_eq!(store::file_work::places(&mut connection, 10).unwrap(), []);
    // What an earlier version left is done, too.
    store::file_work::add(&mut connection, ("groups", &"q".repeat(300)), None).unwrap();
    server.portal.app.tend_files().unwrap();
    assert_eq!(store::file_work::places(&mut connection, 10).unwrap(), []);
}

#[test]
fn what_was_committed_is_done_when_its_process_died_before() {
    let server = server();
    let incoming = root(&server).join(".incoming");
    std::fs::create_dir_all(&incoming).unwrap();
    std::fs::write(incoming.join("arrived"), CSV).unwrap();
    let mut connection = server.portal.database.connect();
    for arrival in [None, Some("arrived"), Some("lost")] {
        store::file_work::add(&mut connection, ("resources", "abc/def/ghi"), arrival).unwrap();
    }
    store::file_work::add(&mut connection, ("of another time", "x"), None).unwrap();
    server.portal.app.tend_files().unwrap();
    assert_eq!(below(&root(&server)), [root(&server).join("resources/abc/def/ghi")]);
    let left = store::file_work::places(&mut connection, 10).unwrap();
    assert_eq!(left, [("of another time".to_owned(), "x".to_owned())]);
}

#[test]
fn a_client_that_hangs_up_leaves_nothing() {
    let server = server();
    let token = server.token("root", true);
    drop(server.portal.ok("package_create", json!({"name": "data"})));
    let (mut connection, _) = client::begin_upload(server.address, &token, 900_000).unwrap();
    connection.write(&vec![b'x'; 600_000]).unwrap();
    kit::soon("the file arrives", || below(&root(&server)).len() == 1);
    drop(connection);
    kit::soon("the file is gone", || below(&root(&server)).is_empty());
    assert_eq!(server.portal.ok("package_show", json!({"id": "data"}))["num_resources"], 0);
}

#[test]
fn a_large_file_does_not_grow_the_process_and_a_dead_one_leaves_nothing() {
    const SIZE: usize = 64 * 1024 * 1024;
    let site = Site::new();
    site.option("ckan.max_resource_size", "100");
    site.ok("sysadmin add root --create email=root@example.org password=conformance1");
    let token = site.ok("user token add -q root test").trim().to_owned();
    let server = Server::start(&site);
    drop(server.post("package_create", &token, "{\"name\": \"data\"}"));
    let piece = vec![7_u8; 1024 * 1024];
    // What the first upload needs once is not counted.
    let send = |size: usize| {
        let mut most = 0;
        let measure = || most = most.max(server.resident());
        let answer = client::upload(server.address(), &token, size / piece.len(), measure).unwrap();
        assert_eq!((answer.status, &answer.json()["result"]["size"]), (200, &json!(size)), "{}", answer.text());
        most
    };
    send(8 * piece.len());
    let before = send(8 * piece.len()).max(server.resident());
    let most = send(SIZE);
    assert!(most < before + 32 * 1024 * 1024, "grew from {before} to {most}");

    let (mut connection, _) = client::begin_upload(server.address(), &token, SIZE).unwrap();
    connection.write(&piece).unwrap();
    let incoming = site.path().join("storage/.incoming");
    kit::soon("the file arrives", || below(&incoming).len() == 1);
    server.crash();
    drop(server);
    let left = below(&incoming);
    assert_eq!(left.len(), 1);
    // As if some time had passed.
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(60);
    std::fs::File::options().write(true).open(&left[0]).unwrap().set_modified(old).unwrap();
    let _server = Server::start(&site);
    kit::soon("the broken upload is swept", || below(&incoming).is_empty());
}
