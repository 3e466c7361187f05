//! Storages in S3: an upload goes there in parts, into its place with the write, and leaves nothing when it breaks off.

use std::{
    io::Read,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use base::secret::Secret;
use files::{S3Settings, StorageSettings};
use kit::{Connection, Form, Response, S3, TestServer, client};
use serde_json::{Value, json};

use crate::program::{Server, Site};

const CSV: &[u8] = b"a,b\n1,2\n3,4\n";
const MIB: usize = 1024 * 1024;

fn storage(s3: &S3, change: impl FnOnce(&mut S3Settings)) -> StorageSettings {
    let options = s3.options().map(|(name, value)| (S3Settings::option(name).unwrap(), Secret::new(value)));
    let mut settings = S3Settings { prefix: "portal".to_owned(), options: options.into(), ..S3Settings::default() };
    change(&mut settings);
    StorageSettings { s3: Some(settings), ..StorageSettings::default() }
}

/// A portal all of whose files are in S3.
fn server(s3: &S3, change: impl FnOnce(&mut S3Settings)) -> TestServer {
    let storage = storage(s3, change);
    let server = TestServer::with(|settings| {
        settings.auth.create_unowned_dataset = true;
        settings.files.max_resource_size = 30;
        settings.files.storages.insert("default".to_owned(), storage);
    });
    drop(server.portal.ok("package_create", json!({"name": "data"})));
    server
}

fn send(server: &TestServer, action: &str, token: &str, form: Form) -> Response {
    let headers = [("content-type", Form::TYPE), ("authorization", token)];
    server.send("POST", &format!("/api/3/action/{action}"), &headers, &form.body())
}

fn sent(server: &TestServer, action: &str, token: &str, form: Form) -> Value {
    let answer = send(server, action, token, form);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["result"].clone()
}

fn upload(content: &[u8]) -> Form {
    Form::default().text("package_id", "data").file("upload", ("a.csv", "text/csv"), content)
}

fn path(resource: &Value) -> String {
    resource["url"].as_str().unwrap().strip_prefix("http://127.0.0.1:5000").unwrap().to_owned()
}

fn key(resource: &Value) -> String {
    format!("portal/resources/{}", catalog::resource::upload::location(resource["id"].as_str().unwrap()))
}

/// Files of this machine that tell of uploads.
fn notes(server: &TestServer) -> Vec<PathBuf> {
    notes_in(&server.portal.app.settings.files.root.clone().unwrap())
}

fn notes_in(root: &std::path::Path) -> Vec<PathBuf> {
    std::fs::read_dir(root.join(".incoming")).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// As if some time had passed.
fn age(notes: &[PathBuf]) {
    for note in notes {
        let file = std::fs::File::options().write(true).open(note).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
    }
}

#[test]
fn a_resource_has_an_object_until_it_is_replaced_or_deleted() {
    let s3 = S3::start();
    let server = server(&s3, |_settings| ());
    let token = server.token("root", true);
    let made = sent(&server, "resource_create", &token, upload(CSV));
    assert_eq!((&made["size"], &made["mimetype"]), (&json!(12), &json!("text/csv")));
    assert_eq!(made["hash"], "b9485148546419a0f6a85e8d708c923557c15d7f3c7d078ef1fa7f7c0f57d5a5");
    assert_eq!((s3.keys(), notes(&server)), (vec![key(&made)], Vec::new()));

    let ask = |method: &str, headers: &[(&str, &str)]| server.send(method, &path(&made), headers, b"");
    let whole = ask("GET", &[]);
    assert_eq!((whole.status, whole.body.as_slice(), whole.header("content-length")), (200, CSV, "12"));
    assert_eq!(whole.header("content-disposition"), "attachment; filename=\"a.csv\"");
    let tag = whole.header("etag");
    for (headers, status, body, range) in [
        (vec![("if-none-match", tag)], 304, "", ""),
        (vec![("if-modified-since", whole.header("last-modified"))], 304, "", ""),
        (vec![("range", "bytes=1-3")], 206, ",b\n", "bytes 1-3/12"),
        (vec![("range", "bytes=-2")], 206, "4\n", "bytes 10-11/12"),
        (vec![("range", "bytes=12-")], 416, "", "bytes */12"),
        (vec![("if-match", "\"other\"")], 412, "", ""),
    ] {
        let answer = ask("GET", &headers);
        assert_eq!((answer.status, answer.header("content-range")), (status, range), "{headers:?}");
        assert!(status == 412 || answer.text() == body, "{headers:?}: {}", answer.text());
    }
    let head = ask("HEAD", &[]);
    assert_eq!((head.status, head.body.len(), head.header("content-length"), head.header("etag")), (200, 0, "12", tag));

    let other =
        Form::default().text("id", made["id"].as_str().unwrap()).file("upload", ("b.csv", "text/csv"), b"c,d\n5,6\n7,8\n");
    let patched = sent(&server, "resource_patch", &token, other);
    let again = server.get(&path(&patched));
    assert_eq!((again.body.as_slice(), again.header("etag") == tag), (b"c,d\n5,6\n7,8\n".as_slice(), false));
    assert_eq!(s3.keys(), [key(&made)]);
    assert_eq!(ask("GET", &[("if-none-match", tag)]).status, 200);

    let empty = sent(&server, "resource_create", &token, upload(b""));
    assert_eq!((server.get(&path(&empty)).status, server.get(&path(&empty)).body.len(), s3.keys().len()), (200, 0, 2));
    drop(server.portal.ok("resource_delete", json!({"id": empty["id"]})));
    assert_eq!(s3.keys(), [key(&made)]);
    drop(server.portal.ok("dataset_purge", json!({"id": "data"})));
    assert_eq!((s3.keys().len(), server.get(&path(&made)).status), (0, 404));
}

#[test]
fn a_large_file_goes_in_parts_and_what_may_not_be_leaves_nothing() {
    let s3 = S3::start();
    // The service would copy five gigabytes; what is larger is carried over, here as well.
    let server = server(&s3, |settings| settings.copy_bytes = 9 * u64::try_from(MIB).unwrap());
    let token = server.token("root", true);
    let large: Vec<u8> = (0..20 * MIB + 5).map(|place| u8::try_from(place % 251).unwrap()).collect();
    let made = sent(&server, "resource_create", &token, upload(&large));
    assert_eq!((s3.keys(), s3.uploads(), notes(&server).len()), (vec![key(&made)], 0, 0));
    assert!(s3.bytes(&key(&made)) == large);
    assert_eq!(s3.asked("PUT /bucket/portal/resources/.incoming/resources/"), 3);
    assert!(server.get(&path(&made)).body == large);
    drop(server.portal.ok("resource_delete", json!({"id": made["id"]})));

    let nobody = server.token("nobody", false);
    drop(server.portal.ok("organization_create", json!({"name": "org1"})));
    drop(server.portal.ok("package_create", json!({"name": "theirs", "owner_org": "org1"})));
    let theirs = |content: &[u8]| Form::default().text("package_id", "theirs").file("upload", ("a.csv", "text/csv"), content);
    for (form, token, status) in [
        (upload(&vec![b'x'; 31 * MIB]), &token, 409),
        (theirs(&large), &nobody, 403),
        (theirs(CSV), &nobody, 403),
        (Form::default().text("package_id", "none").file("upload", ("a.csv", "text/csv"), CSV), &token, 404),
    ] {
        assert_eq!(send(&server, "resource_create", token, form).status, status);
        kit::soon("the upload is gone", || s3.keys().is_empty() && s3.uploads() == 0 && notes(&server).is_empty());
    }
}

#[test]
fn a_client_that_hangs_up_leaves_nothing_in_a_bucket() {
    let s3 = S3::start();
    let server = server(&s3, |_settings| ());
    let token = server.token("root", true);
    let (mut connection, _) = client::begin_upload(server.address, &token, 20 * MIB).unwrap();
    connection.write(&vec![b'x'; 10 * MIB]).unwrap();
    kit::soon("a part arrives", || s3.asked("PUT /bucket/portal/resources/.incoming/resources/") == 1);
    assert_eq!((s3.uploads(), notes(&server).len()), (1, 1));
    drop(connection);
    kit::soon("the upload is gone", || s3.uploads() == 0 && notes(&server).is_empty());
    assert!(s3.keys().is_empty());
}

#[test]
fn a_service_that_is_away_is_told_and_nothing_is_half_done() {
    let s3 = S3::start();
    let server = server(&s3, |_settings| ());
    let token = server.token("root", true);
    let made = sent(&server, "resource_create", &token, upload(CSV));
    s3.away(true);
    let answer = send(&server, "resource_create", &token, upload(b"other"));
    assert_eq!((answer.status, &answer.json()["success"]), (503, &json!(false)), "{}", answer.text());
    assert!(answer.json()["error"]["message"].is_string() && !answer.text().contains("SlowDown"), "{}", answer.text());
    assert_eq!(server.portal.ok("package_show", json!({"id": "data"}))["num_resources"], 1);
    assert_eq!(server.get(&path(&made)).status, 503);
    // What is deleted meanwhile goes when the service is back.
    drop(server.portal.ok("resource_delete", json!({"id": made["id"]})));
    assert_eq!(s3.keys(), [key(&made)]);
    server.portal.app.tend_files().unwrap_err();
    s3.away(false);
    age(&notes(&server));
    server.portal.app.tend_files().unwrap();
    assert_eq!((s3.keys().len(), notes(&server).len()), (0, 0));
}

#[test]
fn what_another_node_left_is_done_or_removed() {
    let s3 = S3::start();
    let server = server(&s3, |_settings| ());
    for (id, seconds) in [("wanted", 0), ("late", 90_000), ("lost", 90_000), ("young", 60)] {
        s3.put(&format!("portal/resources/.incoming/resources/{id}"), id.as_bytes(), seconds);
    }
    let mut connection = server.portal.database.connect();
    for (location, id) in [("abc/def/ghi", "wanted"), ("abc/def/jkl", "late"), ("abc/def/ghi", "placed already")] {
        store::file_work::add(&mut connection, ("resources", location), Some(&format!("{id}@resources"))).unwrap();
    }
    server.portal.app.tend_files().unwrap();
    let expected = ["portal/resources/.incoming/resources/young", "portal/resources/abc/def/ghi", "portal/resources/abc/def/jkl"];
    assert_eq!(s3.keys(), expected);
    assert_eq!(s3.bytes(expected[1]), b"wanted");
    assert!(store::file_work::places(&mut connection, 10).unwrap().is_empty());
}

#[test]
fn files_and_pictures_are_in_buckets_too() {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    let s3 = S3::start();
    let open = StorageSettings { public: true, ..storage(&s3, |settings| settings.prefix = "open".to_owned()) };
    let server = TestServer::with(|settings| {
        settings.files.storages.insert("open".to_owned(), open);
    });
    let token = server.token("root", true);
    let file = |content: &[u8]| Form::default().file("upload", ("Some File.txt", "text/plain"), content);
    let late = send(&server, "file_create", &token, file(b"x").text("storage", "open"));
    assert_eq!((late.status, late.json()["error"]["storage"].is_array()), (409, true), "{}", late.text());
    let begun = Form::default().text("storage", "open").file("upload", ("Some File.txt", "text/plain"), b"hello");
    let made = sent(&server, "file_create", &token, begun.clone());
    assert_eq!((&made["location"], &made["hash"]), (&json!("some-file.txt"), &json!("5d41402abc4b2a76b9719d911017c592")));
    assert_eq!(s3.keys(), ["open/some-file.txt"]);
    let again = send(&server, "file_create", &token, begun);
    assert_eq!(again.json()["error"]["upload"], json!(["File already exists"]));
    assert_eq!(server.get("/file/public-download/open/some-file.txt").body, b"hello");
    s3.put("open/Ürün/a b%.csv", CSV, 0);
    s3.put("open/.incoming/open/x", CSV, 0);
    let adopted = server.portal.ok("file_register", json!({"location": "Ürün/a b%.csv", "storage": "open"}));
    assert_eq!((&adopted["size"], &adopted["content_type"]), (&json!(12), &json!("text/csv")));
    for nowhere in
        [".incoming/open/x", "../open/some-file.txt", "/some-file.txt", "some-file.txt/", "none", "a\nb", &"x".repeat(2_000)]
    {
        let input = json!({"location": nowhere, "storage": "open"});
        let error = server.portal.call(&kit::TestApp::site(), "file_register", input).unwrap_err();
        assert_eq!(error.message(), "file not found at location", "{nowhere}");
    }
    for file in [made, adopted] {
        drop(server.portal.ok("file_delete", json!({"id": file["id"]})));
    }
    kit::soon("only what is not registered stays", || s3.keys() == ["open/.incoming/open/x"]);

    let server = self::server(&s3, |settings| settings.prefix = "all".to_owned());
    let token = server.token("root", true);
    let group = Form::default().text("name", "group1").file("image_upload", ("a.png", "image/png"), PNG);
    let group = sent(&server, "group_create", &token, group);
    let image = group["image_url"].as_str().unwrap();
    assert!(s3.keys().contains(&format!("all/storage/uploads/group/{image}")), "{:?}", s3.keys());
    let shown = server.get(&format!("/uploads/group/{image}"));
    assert_eq!((shown.status, shown.header("content-type"), shown.body.as_slice()), (200, "image/png", PNG));
    assert!(shown.header("content-disposition").starts_with("inline"));
}

#[test]
fn downloads_are_sent_to_the_bucket_where_the_site_says_so() {
    let s3 = S3::start();
    let server = server(&s3, |settings| settings.signed_seconds = 60);
    let token = server.token("root", true);
    let made = sent(&server, "resource_create", &token, upload(CSV));
    let answer = server.get(&path(&made));
    let place = answer.header("location").to_owned();
    assert_eq!((answer.status, answer.header("cache-control")), (302, "private, no-store"));
    assert!(place.starts_with(&format!("http://{}/bucket/{}?", s3.address, key(&made))), "{place}");
    for part in ["X-Amz-Signature=", "X-Amz-Expires=60", "response-content-disposition=attachment", "a.csv"] {
        assert!(place.contains(part), "{part}: {place}");
    }
    assert!(!place.contains("hush"));
    let (_, target) = place.split_once(&s3.address.to_string()).unwrap();
    assert_eq!(client::send(s3.address, ("GET", target), &[], b"").unwrap().body, CSV);
    assert_eq!(server.send("HEAD", &path(&made), &[], b"").status, 200);
    drop(server.portal.ok("resource_delete", json!({"id": made["id"]})));
    assert_eq!(server.get(&path(&made)).status, 404);
}

#[test]
fn a_large_file_for_a_bucket_does_not_grow_the_process_and_a_dead_one_leaves_nothing() {
    const SIZE: usize = 96 * MIB;
    let s3 = S3::start();
    let site = Site::new();
    site.option("ckan.max_resource_size", "100");
    site.option("ckan.files.storage.default.type", "kurak:s3");
    for (name, value) in s3.options() {
        site.option(&format!("ckan.files.storage.default.{name}"), &value);
    }
    site.ok("sysadmin add root --create email=root@example.org password=conformance1");
    let token = site.ok("user token add -q root test").trim().to_owned();
    assert!(!site.ok("config print").contains("hush"));
    assert!(site.run("doctor").stdout.windows(18).any(|words| words == b"the bucket answers"), "doctor looks at buckets");
    let server = Server::start(&site);
    drop(server.post("package_create", &token, "{\"name\": \"data\"}"));
    // What the first upload needs once is not counted.
    let send = |size: usize| {
        let mut most = 0;
        let measure = || most = most.max(server.resident());
        let answer = client::upload(server.address(), &token, size / MIB, measure).unwrap();
        let made = answer.json()["result"].clone();
        assert_eq!((answer.status, &made["size"]), (200, &json!(size)), "{}", answer.text());
        (most, made["url"].as_str().unwrap().strip_prefix("http://portal.example").unwrap().to_owned())
    };
    send(16 * MIB);
    let before = send(16 * MIB).0.max(server.resident());
    let (most, path) = send(SIZE);
    println!("an upload of {SIZE} bytes grew the process by {} bytes", most.saturating_sub(before));
    assert!(most < before + 32 * MIB, "grew from {before} to {most}");

    let mut connection = Connection::open(server.address()).unwrap();
    connection.head("GET", &path, &[("connection", "close")], 0).unwrap();
    let (mut got, mut most, mut buffer) = (0, 0, vec![0; MIB]);
    loop {
        let read = connection.read(&mut buffer).unwrap();
        if read == 0 {
            break;
        }
        got += read;
        most = most.max(server.resident());
    }
    assert!(got > SIZE, "{got}");
    println!("its download by {} bytes", most.saturating_sub(before));
    assert!(most < before + 32 * MIB, "grew from {before} to {most}");

    let (mut connection, _) = client::begin_upload(server.address(), &token, SIZE).unwrap();
    connection.write(&vec![7_u8; 10 * MIB]).unwrap();
    kit::soon("a part arrives", || s3.uploads() == 1);
    let root = site.path().join("storage");
    kit::soon("the upload is noted", || notes_in(&root).first().is_some_and(|note| std::fs::metadata(note).unwrap().len() > 0));
    server.crash();
    drop(server);
    assert_eq!((notes_in(&root).len(), s3.uploads()), (1, 1));
    age(&notes_in(&root));
    let _server = Server::start(&site);
    kit::soon("the broken upload is swept", || s3.uploads() == 0 && notes_in(&root).is_empty());
    assert_eq!(s3.keys().len(), 3);
}
