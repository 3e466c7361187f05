//! The file subsystem: files in storages, their owners, and what follows from those.

use std::path::PathBuf;

use auth::Actor;
use base::Kind;
use files::StorageSettings;
use kit::{Form, Response, TestServer};
use serde_json::{Value, json};

use crate::people_of::{actor, faults};

fn server() -> TestServer {
    server_with(|_settings| ())
}

fn server_with(change: impl FnOnce(&mut files::Settings)) -> TestServer {
    TestServer::with(|settings| change(&mut settings.files))
}

fn upload(server: &TestServer, token: Option<&str>, form: Form) -> Response {
    let mut headers = vec![("content-type", Form::TYPE)];
    headers.extend(token.map(|token| ("authorization", token)));
    server.send("POST", "/api/3/action/file_create", &headers, &form.body())
}

fn text(name: &str, content: &str) -> Form {
    Form::default().file("upload", (name, "application/x"), content.as_bytes())
}

/// A file that has to be stored.
fn stored(server: &TestServer, token: &str, form: Form) -> Value {
    let answer = upload(server, Some(token), form);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["result"].clone()
}

fn fault(answer: &Response) -> Value {
    let mut error = answer.json()["error"].clone();
    error.as_object_mut().unwrap().remove("__type");
    error
}

/// Where the default storage lies.
fn folder(server: &TestServer) -> PathBuf {
    server.portal.app.settings.files.root.clone().unwrap().join("files")
}

#[test]
fn a_file_is_stored_shown_renamed_and_deleted() {
    let server = server();
    let token = server.token("root", true);
    let owner = server.portal.ok("user_show", json!({"id": "root"}))["id"].clone();
    let mut made = stored(&server, &token, text("Some File.TXT", "hello").text("name", "My Doc.txt"));
    assert!(made["created"].as_str().unwrap().ends_with("+00:00"));
    let id = made["id"].clone();
    made.as_object_mut().unwrap().retain(|key, _| !matches!(key.as_str(), "created" | "id"));
    let expected = json!({
        "name": "my-doc.txt", "location": "my-doc.txt", "storage": "default", "content_type": "text/plain", "size": 5,
        "hash": "5d41402abc4b2a76b9719d911017c592", "algorithm": "md5", "storage_data": {},
        "owner_type": "user", "owner_id": owner, "pinned": false,
    });
    assert_eq!(made, expected);
    let again = upload(&server, Some(&token), text("my-doc.txt", "other"));
    assert_eq!(fault(&again), json!({"upload": ["File already exists"]}));
    assert_eq!(std::fs::read(folder(&server).join("my-doc.txt")).unwrap(), b"hello");

    let renamed = server.portal.ok("file_rename", json!({"id": id, "name": "/tmp/other name.txt"}));
    assert_eq!((&renamed["name"], &renamed["location"]), (&json!("other-name.txt"), &json!("my-doc.txt")));
    assert_eq!(server.portal.ok("file_show", json!({"id": id})), renamed);

    let path = format!("/file/download/{}", id.as_str().unwrap());
    assert_eq!(server.get(&path).status, 404);
    let got = server.send("GET", &path, &[("authorization", &token), ("range", "bytes=1-2")], b"");
    assert_eq!((got.status, got.text().as_str()), (206, "el"));
    assert_eq!(got.header("content-disposition"), "attachment; filename=\"other-name.txt\"");

    let deleted = server.portal.ok("file_delete", json!({"id": id}));
    assert_eq!(deleted, renamed);
    assert!(!folder(&server).join("my-doc.txt").exists());
    let site = kit::TestApp::site();
    for (action, message) in [("file_delete", "file id not found"), ("file_show", "file"), ("file_pin", "file")] {
        let gone = server.portal.call(&site, action, json!({"id": id})).unwrap_err();
        assert_eq!((gone.kind(), gone.message()), (Kind::NotFound, message), "{action}");
    }
}

#[test]
fn faults_are_told_in_ckans_words() {
    let server = server_with(|files| {
        let settings = |path: &str| StorageSettings { path: std::env::temp_dir().join(path), ..StorageSettings::default() };
        let disabled = vec!["CREATE".to_owned(), "ANALYZE".to_owned()];
        files.storages.insert("closed".to_owned(), StorageSettings { disabled, ..settings("kurak-none") });
        files.storages.insert("small".to_owned(), StorageSettings { max_size: Some(3), ..settings("kurak-none") });
    });
    let token = server.token("root", true);
    for (form, expected) in [
        (Form::default().text("name", "a").text("storage", "x"), json!({"upload": ["Missing value"]})),
        (text("a.txt", "a").text("storage", "x"), json!({"storage": ["Storage x is not configured"]})),
        (text("a.txt", "a").text("storage", "closed"), json!({"storage": ["Operation is not supported"]})),
        (text("", "a"), json!({"upload": ["Name is missing and cannot be deduced from upload"]})),
        (text("a.txt", "1234").text("storage", "small"), json!({"upload": ["Upload size 4 surpasses max allowed size 3"]})),
        (text("a.png", "<svg>").text("storage", "groups"), json!({"upload": ["Type image/svg+xml is not supported by storage"]})),
    ] {
        let answer = upload(&server, Some(&token), form);
        assert_eq!((answer.status, fault(&answer)), (409, expected));
    }
    let site = kit::TestApp::site();
    for (action, input, expected) in [
        ("file_register", json!({}), json!({"location": ["Missing value"]})),
        ("file_register", json!({"location": "a", "storage": "x"}), json!({"storage": ["Storage x is not configured"]})),
        ("file_register", json!({"location": "a", "storage": "closed"}), json!({"storage": ["Operation is not supported"]})),
        ("file_rename", json!({}), json!({"id": ["Missing value"], "name": ["Missing value"]})),
        ("file_owner_scan", json!({"owner_id": "x", "sort": "zz"}), json!({"sort": ["Invalid sort field: zz"]})),
        ("file_owner_scan", json!({"owner_id": "x", "sort": [["name", "up"]]}), json!({"sort": ["Invalid sort direction: up"]})),
        ("file_owner_scan", json!({"owner_id": "x", "rows": "many"}), json!({"rows": ["Invalid integer"]})),
        ("file_ownership_transfer", json!({"id": "x"}), json!({"owner_id": ["Missing value"], "owner_type": ["Missing value"]})),
    ] {
        assert_eq!(faults(server.portal.call(&site, action, input)), expected, "{action}");
    }
}

#[test]
fn a_file_that_lies_there_is_adopted_and_never_written_over() {
    let server = server();
    let token = server.token("root", true);
    std::fs::create_dir_all(folder(&server).join("a")).unwrap();
    std::fs::write(folder(&server).join("a/Old.csv"), "a,b\n1,2\n").unwrap();
    std::fs::write(folder(&server).join("there.txt"), "mine").unwrap();
    let adopted = server.portal.ok("file_register", json!({"location": "a/Old.csv"}));
    assert_eq!(
        (&adopted["name"], &adopted["location"], &adopted["size"], &adopted["content_type"]),
        (&json!("old.csv"), &json!("a/Old.csv"), &json!(8), &json!("text/csv"))
    );
    let site = kit::TestApp::site();
    let again = server.portal.call(&site, "file_register", json!({"location": "a/Old.csv"}));
    assert_eq!(faults(again), json!({"location": ["File is already registered"]}));
    for nowhere in ["none", "../storage", "/etc/passwd", "a"] {
        let error = server.portal.call(&site, "file_register", json!({"location": nowhere})).unwrap_err();
        assert_eq!(error.message(), "file not found at location", "{nowhere}");
    }
    let over = upload(&server, Some(&token), text("there.txt", "yours"));
    assert_eq!(fault(&over), json!({"upload": ["File already exists"]}));
    assert_eq!(std::fs::read(folder(&server).join("there.txt")).unwrap(), b"mine");
}

#[test]
fn who_may_do_it_with_the_owner_may_do_it_with_the_file() {
    let server = server();
    let root = server.token("root", true);
    for name in ["editor", "member", "other"] {
        drop(server.token(name, false));
    }
    let users = json!([{"name": "editor", "capacity": "editor"}, {"name": "member", "capacity": "member"}]);
    drop(server.portal.ok("organization_create", json!({"name": "org1", "users": users})));
    let dataset = server.portal.ok("package_create", json!({"name": "data", "owner_org": "org1", "private": true}));
    let file = stored(&server, &root, text("a.txt", "a"));
    let id = &file["id"];
    let portal = &server.portal;
    let may = |name: &str, action: &str, input: Value| {
        let who = if name == "anonymous" { Actor::anonymous() } else { actor(portal, name) };
        portal.call(&who, action, input).map_err(|error| (error.kind(), error.message().to_owned()))
    };
    let denied = |message: &str| (Kind::Denied, message.to_owned());
    assert_eq!(may("editor", "file_show", json!({"id": id})).unwrap_err(), denied("Not allowed to read file"));
    assert_eq!(may("editor", "file_show", json!({"id": "none"})).unwrap_err(), denied("Not allowed to read file"));
    assert_eq!(
        may("editor", "file_ownership_transfer", json!({"id": "none", "owner_type": "user", "owner_id": "x"})).unwrap_err(),
        denied("File is pinned")
    );
    let give = |pin: bool| json!({"id": id, "owner_type": "package", "owner_id": dataset["id"], "pin": pin});
    assert_eq!(may("editor", "file_ownership_transfer", give(false)).unwrap_err(), denied("Not allowed to transfer ownership"));
    let given = portal.ok("file_ownership_transfer", give(true));
    assert_eq!((&given["owner_type"], &given["owner_id"], &given["pinned"]), (&json!("package"), &dataset["id"], &json!(true)));

    for (name, show, edit) in [("editor", true, true), ("member", true, false), ("other", false, false)] {
        assert_eq!(may(name, "file_show", json!({"id": id})).is_ok(), show, "{name}");
        let renamed = may(name, "file_rename", json!({"id": id, "name": "b.txt"}));
        assert_eq!(renamed.as_ref().err(), (!edit).then(|| denied("Not allowed to edit file")).as_ref(), "{name}");
        let scanned = may(name, "file_owner_scan", json!({"owner_type": "package", "owner_id": dataset["id"]}));
        assert_eq!(scanned.as_ref().err(), (!edit).then(|| denied("Not allowed to list files")).as_ref(), "{name}");
        if let Ok(scanned) = scanned {
            assert_eq!((&scanned["count"], &scanned["results"][0]["id"]), (&json!(1), id));
        }
    }
    assert_eq!(may("anonymous", "file_show", json!({"id": id})).unwrap_err(), denied("Not allowed to read file"));
    assert_eq!(
        may("anonymous", "file_delete", json!({"id": id})).unwrap_err(),
        denied("Action file_delete requires an authenticated user")
    );
    drop(portal.ok("package_patch", json!({"id": "data", "private": false})));
    assert!(may("anonymous", "file_show", json!({"id": id})).is_ok());
    assert_eq!(server.get(&format!("/file/download/{}", id.as_str().unwrap())).text(), "a");

    let away = json!({"id": id, "owner_type": "user", "owner_id": portal.ok("user_show", json!({"id": "editor"}))["id"]});
    assert_eq!(may("editor", "file_ownership_transfer", away.clone()).unwrap_err(), denied("File is pinned"));
    assert_eq!(
        faults(portal.call(&kit::TestApp::site(), "file_ownership_transfer", away.clone())),
        json!({"force": ["Must be enabled to transfer pinned files"]})
    );
    assert_eq!(may("editor", "file_unpin", json!({"id": id})).unwrap()["pinned"], false);
    assert!(may("editor", "file_ownership_transfer", away).is_ok());
    assert_eq!(may("editor", "file_owner_scan", json!({})).unwrap()["count"], 1);
    assert_eq!(may("member", "file_delete", json!({"id": id})).unwrap_err(), denied("Not allowed to delete file"));
    assert!(may("editor", "file_delete", json!({"id": id})).is_ok());
}

#[test]
fn what_is_purged_leaves_its_files_to_nobody() {
    let server = server();
    let (token, portal) = (server.token("root", true), &server.portal);
    let organization = portal.ok("organization_create", json!({"name": "org1"}));
    let resources = json!([{"url": "http://x.org/a"}]);
    let dataset = portal.ok("package_create", json!({"name": "data", "owner_org": "org1", "resources": resources}));
    let given = |owner_type: &str, owner: &Value, name: &str| {
        let id = stored(&server, &token, text(name, name))["id"].clone();
        drop(portal.ok("file_ownership_transfer", json!({"id": id, "owner_type": owner_type, "owner_id": owner})));
        id
    };
    let of_resource = given("resource", &dataset["resources"][0]["id"], "a.txt");
    let of_dataset = given("package", &dataset["id"], "b.txt");
    let of_organization = given("organization", &organization["id"], "c.txt");
    let owner = |id: &Value| portal.ok("file_show", json!({"id": id}))["owner_type"].clone();
    drop(portal.ok("dataset_purge", json!({"id": "data"})));
    assert_eq!(
        (owner(&of_dataset), owner(&of_resource), owner(&of_organization)),
        (json!(null), json!(null), json!("organization"))
    );
    drop(portal.ok("organization_purge", json!({"id": "org1"})));
    assert_eq!(owner(&of_organization), Value::Null);
}

#[test]
fn users_upload_where_the_site_lets_them() {
    let server = server_with(|files| {
        files.authenticated_uploads = true;
        files.authenticated_storages = vec!["default".to_owned()];
    });
    let token = server.token("person", false);
    let (a, b) = (stored(&server, &token, text("a.txt", "aa")), stored(&server, &token, text("b.txt", "b")));
    let elsewhere = upload(&server, Some(&token), text("a.txt", "a").text("storage", "resources"));
    assert_eq!(
        (elsewhere.status, fault(&elsewhere)["message"].clone()),
        (403, json!("Access denied: Not allowed to manage files"))
    );
    let nobody = upload(&server, None, text("c.txt", "c"));
    assert_eq!(fault(&nobody)["message"], "Access denied: Action file_create requires an authenticated user");
    let person = actor(&server.portal, "person");
    let ids = |input: Value| -> Vec<Value> {
        let found = server.portal.call(&person, "file_owner_scan", input).unwrap();
        assert_eq!(found["count"], 2);
        found["results"].as_array().unwrap().iter().map(|file| file["id"].clone()).collect()
    };
    assert_eq!(ids(json!({})), [a["id"].clone(), b["id"].clone()]);
    assert_eq!(ids(json!({"sort": "size"})), [b["id"].clone(), a["id"].clone()]);
    assert_eq!(ids(json!({"sort": ["owner_id", ["size", "desc"]]})), [a["id"].clone(), b["id"].clone()]);
    assert_eq!(ids(json!({"start": 1, "rows": "1"})), [b["id"].clone()]);
}

#[test]
fn public_storages_are_read_by_everybody_and_no_others() {
    let server = server_with(|files| {
        let path = files.root.clone().unwrap().join("open");
        files.storages.insert("open".to_owned(), StorageSettings { path, public: true, ..StorageSettings::default() });
    });
    let token = server.token("root", true);
    drop(stored(&server, &token, text("a.txt", "for all").text("storage", "open")));
    drop(stored(&server, &token, text("b.txt", "not for all")));
    for (path, status) in [
        ("/file/public-download/open/a.txt", 200),
        ("/file/public-download/open/none.txt", 404),
        ("/file/public-download/open/../files/b.txt", 404),
        ("/file/public-download/open/..%2ffiles%2fb.txt", 404),
        ("/file/public-download/default/b.txt", 403),
        ("/file/public-download/none/b.txt", 404),
    ] {
        assert_eq!(server.get(path).status, status, "{path}");
    }
}

#[test]
fn a_service_that_shares_the_secret_lets_a_file_be_read() {
    // Signed as CKAN's library does: storage default, location some-file.txt; another location; ended in 1970.
    let [good, other, ended] = [
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdG9yYWdlIjoiZGVmYXVsdCIsImxvY2F0aW9uIjoic29tZS1maWxlLnR4dCIsImF1ZCI6InRydXN0ZWRfZG93bmxvYWQifQ.5MaBTRXNH6RldWC_EHC7973MyXZDmOnHKuA1V5FMdWo",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdG9yYWdlIjoiZGVmYXVsdCIsImxvY2F0aW9uIjoibm9uZS50eHQiLCJhdWQiOiJ0cnVzdGVkX2Rvd25sb2FkIn0.OTpxtTnSJyKJn9kOSVJebo4nMPjTu-FJ0D3T5Uo9vGI",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdG9yYWdlIjoiZGVmYXVsdCIsImxvY2F0aW9uIjoic29tZS1maWxlLnR4dCIsImF1ZCI6InRydXN0ZWRfZG93bmxvYWQiLCJleHAiOjF9.ZO2tdaxt7dM0ZcLf-5KCoFptjH1M98iUqP9u1o9dLlg",
    ];
    let with_secret = |secret: Option<&str>| {
        let server = TestServer::with(|settings| settings.tokens.jwt_secret = secret.map(base::secret::Secret::new));
        let token = server.token("root", true);
        drop(stored(&server, &token, text("Some File.TXT", "hello")));
        server
    };
    let server = with_secret(Some("shared by services"));
    let answer = server.get(&format!("/file/trusted-download/{good}"));
    assert_eq!((answer.status, answer.text().as_str()), (200, "hello"));
    assert_eq!(answer.header("cache-control"), "private, no-store");
    assert!(answer.header("content-disposition").starts_with("attachment"));
    for bad in [other, ended, "x", "a.b.c", &format!("{good}x")] {
        assert_eq!(server.get(&format!("/file/trusted-download/{bad}")).status, 404, "{bad}");
    }
    for secret in [None, Some("another")] {
        assert_eq!(with_secret(secret).get(&format!("/file/trusted-download/{good}")).status, 404);
    }
}
