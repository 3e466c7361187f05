//! Published holes of catalogs, and that they are not here (reliability.md, T5–T26). Those that are tested elsewhere:
//!
//! - T6 `invite::without_a_mail_nobody_is_made` (mail is not sent where STARTTLS is asked for, which kurak cannot do yet)
//! - T10 `fetch::client::tests`, `fetch::guard` (addresses that are not public, redirects, rebinding)
//! - T11 `durability::a_stopped_database_is_said_so_and_reads_go_on`, `battery::every_answer_is_an_envelope`
//! - T13 `program::the_log_stays_one_object_a_line`
//! - T15 `mass_assignment::a_resource_stays_in_its_dataset`, and here
//! - T19 `token`, `conditions::a_key_keeps_no_token_in_plain_text`, and here
//! - T22 `activity::what_was_private_stays_so`
//! - T23 `rights`, `leak::asked_for_directly_they_are_refused_without_a_word`
//!
//! T1–T4 and T12 are the DataStore's, T7 and T21's login that of sessions, T9 and T20 that of uploads.

use std::{
    thread,
    time::{Duration, Instant},
};

use action::Kind;
use diesel::{QueryableByName, RunQueryDsl, sql_types::Text};
use kit::{Connection, TestServer, client};
use serde_json::{Map, Value, json};

fn portal() -> TestServer {
    TestServer::with(|settings| settings.auth.create_unowned_dataset = true)
}

/// T5: who asks is a matter of each request, also on one connection.
#[test]
fn a_connection_remembers_nobody() {
    let server = portal();
    let tokens = [("one", server.token("one", false)), ("two", server.token("two", true))];
    thread::scope(|scope| {
        for _connection in 0..4 {
            drop(scope.spawn(|| {
                let mut connection = Connection::open(server.address).unwrap();
                for number in 0..300 {
                    let who = tokens.get(number % 4);
                    let header = match number % 4 {
                        2 => ("authorization", "nonsense"),
                        3 => ("cookie", "ckan=x; auth_tkt=one"),
                        _ => who.map(|(_, token)| ("authorization", token.as_str())).unwrap(),
                    };
                    connection.head("GET", "/api/3/action/user_show", &[header], 0).unwrap();
                    let answer = connection.answer().unwrap().json();
                    let name = answer["result"]["name"].as_str();
                    assert_eq!(name, who.map(|(name, _)| *name), "{number}: {answer}");
                }
            }));
        }
    });
}

/// Scripts in every spelling, each where a text, a tag or an attribute ends.
fn scripts() -> Vec<String> {
    let cores = [
        "<script>alert(1)</script>",
        "<ScRiPt src=//x.example></ScRiPt>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<iframe srcdoc='<script>alert(1)</script>'>",
        "<a href=javascript:alert(1)>x</a>",
        "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
        "<body onload=alert(1)>",
        "<math><mi xlink:href=javascript:alert(1)>",
        "[x](javascript:alert(1))",
        "![x](x\"onerror=alert(1))",
        "<details open ontoggle=alert(1)>",
        "<style>@import'javascript:1'</style>",
        "<meta http-equiv=refresh content='0;javascript:alert(1)'>",
        "<form action=javascript:alert(1)><input type=submit>",
        "<video><source onerror=alert(1)>",
        "<object data=javascript:alert(1)>",
        "<embed src=javascript:alert(1)>",
        "<base href=javascript:/>",
        "<?xml-stylesheet href='javascript:alert(1)'?>",
        "<!ENTITY x SYSTEM 'file:///etc/passwd'>",
        "%3Cscript%3Ealert(1)%3C/script%3E",
    ];
    let frames = ["{}", "\">{}", "'>{}", "]]>{}", "-->{}<!--", "</title>{}", "</summary>{}", "\u{0b}{}", "<<{}>>", "<!--{}"];
    cores.iter().flat_map(|core| frames.iter().map(|frame| frame.replace("{}", core))).collect()
}

/// T8, T17: what publishers write is text wherever it goes.
#[test]
fn scripts_stay_text() {
    let server = portal();
    let scripts = scripts();
    assert!(scripts.len() >= 200);
    let all = scripts.join(" ");
    drop(server.portal.ok(
        "organization_create",
        json!({"name": "ministry", "title": all, "description": all, "image_url": "http://x/\" onerror=alert(1)"}),
    ));
    drop(server.portal.ok("group_create", json!({"name": "topic", "title": all, "description": all})));
    for (number, chunk) in scripts.chunks(20).enumerate() {
        let text = chunk.join(" ");
        let resource = json!({"url": "http://x/\" onerror=alert(1)", "name": text, "description": text, "format": chunk[0]});
        let sent = json!({"name": format!("evil-{number}"), "title": text, "notes": text, "author": text, "owner_org": "ministry",
            "url": "javascript:alert(1)", "extras": [{"key": text, "value": text}], "resources": [resource], "groups": [{"name": "topic"}]});
        drop(server.portal.ok("package_create", sent));
    }
    drop(server.portal.ok("package_patch", json!({"id": "evil-0", "notes": all})));
    let id = server.portal.ok("package_activity_list", json!({"id": "evil-0"}))[0]["id"].clone();
    let diff = server.portal.ok("activity_diff", json!({"id": id, "object_type": "package", "diff_type": "html"}));
    let mut pages: Vec<(String, String)> =
        vec![("activity_diff".to_owned(), diff["diff"].as_str().unwrap_or_default().to_owned())];
    for path in [
        "/feeds/dataset.atom",
        "/feeds/organization/ministry.atom",
        "/feeds/group/topic.atom",
        "/feeds/custom.atom?q=<script>alert(1)</script>",
        "/feeds/tag/<script>alert(1)<script>.atom",
        "/catalog.rdf",
        "/dataset/evil-0.rdf",
        "/<script>alert(1)</script>",
        "/api/3/action/<script>alert(1)</script>",
        "/api/3/action/package_list?callback=<script>alert(1)</script>",
    ] {
        let path = path.replace('<', "%3C").replace('>', "%3E").replace(' ', "%20");
        let answer = server.get(&path);
        let kind = answer.header("content-type").to_owned();
        if !kind.starts_with("application/json") {
            pages.push((path.clone(), answer.text()));
        }
        assert!(
            kind.is_empty() || answer.header("x-content-type-options") == "nosniff" || kind.contains("xml"),
            "{path}: {kind}"
        );
    }
    for (path, page) in pages {
        // Elements of ours have no such names; everything else is escaped.
        let page = page.to_lowercase();
        for tag in [
            "<script",
            "<img",
            "<svg",
            "<iframe",
            "<body onload",
            "<math",
            "<a href=javascript",
            "<details",
            "<meta http-equiv",
            "<object",
            "<embed",
            "<base ",
            "<?xml-stylesheet",
            "<!entity",
        ] {
            assert!(!page.contains(tag), "{path} has {tag}");
        }
        for attribute in
            ["href=\"javascript:", "rdf:resource=\"javascript:", "src=\"javascript:", "\" onerror", "href=\"data:text/html"]
        {
            assert!(!page.contains(attribute), "{path} has {attribute}");
        }
    }
    let shown = server.get("/api/3/action/package_show?id=evil-0");
    assert_eq!(
        (shown.header("content-type"), shown.header("x-content-type-options")),
        ("application/json;charset=utf-8", "nosniff")
    );
    assert_eq!(shown.json()["result"]["notes"], all, "data stays as it was sent");
}

/// T14: a place in a list far beyond its end costs nothing.
#[test]
fn far_places_cost_nothing() {
    let server = portal();
    let token = server.token("root", true);
    drop(server.portal.ok("package_create", json!({"name": "data", "resources": [{"url": "http://x.org"}]})));
    let begin = Instant::now();
    for key in [
        "update__extras__999999999__key",
        "update__resources__99999999999__url",
        "match__resources__99999999999__id",
        "update__resources__18446744073709551616",
    ] {
        let answer = server.action("package_revise", Some(&token), &json!({"match__name": "data", key: "x"}));
        assert!([400, 409].contains(&answer.status), "{key}: {} {}", answer.status, answer.text());
    }
    let form = [("authorization", token.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    let sent =
        server.send("POST", "/api/3/action/package_patch", &form, b"id=data&extras__999999999__key=a&extras__999999999__value=b");
    assert!([200, 400, 409].contains(&sent.status), "{}", sent.text());
    assert_eq!(server.portal.ok("package_show", json!({"id": "data"}))["extras"], json!([]));
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
}

/// T15, T16: an id that somebody has is nobody else's.
#[test]
fn ids_of_others_cannot_be_taken() {
    let server = portal();
    let (root, user) = (server.token("root", true), server.token("user", false));
    let ids = |action: &str, key: &str| server.portal.ok(action, json!({"id": key}))["id"].clone();
    drop(server.portal.ok("organization_create", json!({"name": "org"})));
    drop(server.portal.ok("group_create", json!({"name": "group"})));
    drop(server.portal.ok("package_create", json!({"name": "data", "resources": [{"url": "http://x.org"}]})));
    drop(server.portal.ok("vocabulary_create", json!({"name": "vocabulary", "tags": []})));
    let shown = || {
        ["root", "user"].map(|name| {
            let mut shown = server.portal.ok("user_show", json!({"id": name, "include_password_hash": true}));
            shown.as_object_mut().unwrap().shift_remove("last_active");
            shown
        })
    };
    let before = (
        shown(),
        server.portal.ok("package_show", json!({"id": "data"})),
        server.portal.ok("group_show", json!({"id": "group"})),
    );
    let resource = before.1["resources"][0]["id"].clone();
    let attempts = [
        (
            "user_create",
            json!({"id": ids("user_show", "root"), "name": "thief", "email": "t@example.org", "password": "long enough"}),
        ),
        ("user_create", json!({"name": "root", "email": "t@example.org", "password": "long enough"})),
        ("package_create", json!({"id": ids("package_show", "data"), "name": "thief"})),
        ("package_create", json!({"name": "data"})),
        ("package_create", json!({"name": "thief", "resources": [{"id": resource, "url": "http://thief.org"}]})),
        ("resource_create", json!({"package_id": "data", "id": resource, "url": "http://thief.org"})),
        ("resource_create", json!({"package_id": "data", "id": "../../x", "url": "http://thief.org"})),
        ("resource_create", json!({"package_id": "data", "id": "..%2f..%2fx", "url": "http://thief.org"})),
        ("organization_create", json!({"id": ids("organization_show", "org"), "name": "thief"})),
        ("organization_create", json!({"name": "group"})),
        ("group_create", json!({"id": ids("group_show", "group"), "name": "thief"})),
        ("group_create", json!({"name": "group"})),
        ("vocabulary_create", json!({"name": "vocabulary", "tags": []})),
    ];
    for (action, input) in attempts {
        for token in [None, Some(user.as_str()), Some(root.as_str())] {
            let answer = server.action(action, token, &input);
            let made = answer.json()["result"].clone();
            assert!([403, 409].contains(&answer.status) || made["id"] != input["id"], "{action} {input}: {}", answer.text());
            assert!(
                answer.status != 200 || action == "user_create" && made["name"] != "root",
                "{action} {input}: {}",
                answer.text()
            );
        }
    }
    let after = (
        shown(),
        server.portal.ok("package_show", json!({"id": "data"})),
        server.portal.ok("group_show", json!({"id": "group"})),
    );
    assert_eq!(after, before);
}

/// T18: what we are called is not for the caller to say.
#[test]
fn addresses_are_those_of_the_configuration() {
    let server = TestServer::with(|settings| {
        settings.site_url = "https://data.example.kg".to_owned();
        settings.auth.create_unowned_dataset = true;
    });
    drop(server.portal.ok("package_create", json!({"name": "data", "resources": [{"url": "http://x.org"}]})));
    let evil = [
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example"),
        ("x-forwarded-server", "evil.example"),
        ("x-original-url", "/evil.example"),
    ];
    for path in [
        "/api/3/action/package_show?id=data",
        "/api/3/action/nope",
        "/feeds/dataset.atom",
        "/catalog.ttl",
        "/catalog.rdf",
        "/dataset/data.ttl",
        "/docs",
        "/robots.txt",
        "/",
    ] {
        let answer = server.send("GET", path, &evil, b"");
        let from = client::send(server.address, ("GET", path), &[("host", "evil.example")], b"").unwrap();
        for answer in [answer, from] {
            let heads: String = answer.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
            let text = heads + &answer.text();
            assert!(!text.contains("evil.example"), "{path}: {text}");
        }
    }
    assert!(server.get("/catalog.ttl").text().contains("https://data.example.kg/dataset/"));
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// T19: who reads the database has no token and no password.
#[test]
fn the_database_holds_nothing_to_log_in_with() {
    let server = portal();
    let token = server.token("root", true);
    let made = server.action(
        "user_create",
        Some(&token),
        &json!({"name": "fresh", "email": "n@example.org", "password": "secret words", "with_apitoken": true}),
    );
    let second = made.json()["result"]["token"].as_str().unwrap().to_owned();
    let mut connection = server.portal.database.connect();
    let tables = "select table_name::text as line from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'";
    let tables: Vec<Line> = diesel::sql_query(tables).load(&mut connection).unwrap();
    for secret in [token.as_str(), second.as_str(), "secret words", "long enough"] {
        for Line { line: table } in &tables {
            let rows: Vec<Line> =
                diesel::sql_query(format!("select t::text as line from {table} t")).load(&mut connection).unwrap();
            assert!(!rows.iter().any(|row| row.line.contains(secret)), "{table}");
        }
    }
    let listed = server.action("api_token_list", Some(&token), &json!({"user_id": "fresh"})).text();
    assert!(!listed.contains(&second) && listed.contains("\"success\": true"), "{listed}");
}

/// T21, T24: a portal that hides its users hides them everywhere.
#[test]
fn hidden_users_are_nowhere() {
    let server = TestServer::with(|settings| {
        settings.auth.public_user_details = false;
        settings.auth.create_unowned_dataset = true;
    });
    let hidden = json!({"name": "qzxname", "fullname": "Qzxfull", "email": "qzxmail@example.org", "password": "long enough", "about": "qzxabout"});
    drop(server.portal.ok("user_create", hidden));
    let users = json!([{"name": "qzxname", "capacity": "editor"}]);
    drop(server.portal.ok("organization_create", json!({"name": "org", "users": users})));
    drop(server.portal.ok("group_create", json!({"name": "group", "users": users})));
    let made = server.portal.ok("api_token_create", json!({"user": "qzxname", "name": "t"}));
    let own = made["token"].as_str().unwrap();
    let data = server.action("package_create", Some(own), &json!({"name": "data", "owner_org": "org"}));
    assert_eq!(data.status, 200, "{}", data.text());
    assert_eq!(server.action("follow_dataset", Some(own), &json!({"id": "data"})).status, 200);
    let id = server.portal.ok("user_show", json!({"id": "qzxname"}))["id"].clone();
    for row in kurak::rows_sorted().iter().filter(|row| row.kind == Kind::Read) {
        let fields: Vec<&str> = (row.fields)().iter().map(|field| field.name).collect();
        for (key, value) in [
            ("id", json!("org")),
            ("id", json!("group")),
            ("id", json!("data")),
            ("id", id.clone()),
            ("q", json!("qzx")),
            ("none", json!(1)),
        ] {
            let mut input: Map<String, Value> = Map::new();
            if fields.contains(&key) {
                input.insert(key.to_owned(), value);
            }
            for flag in fields.iter().filter(|field| field.starts_with("include_") || **field == "all_fields") {
                input.insert((*flag).to_owned(), json!(true));
            }
            let text = server.action(row.name, None, &Value::Object(input.clone())).text().to_lowercase();
            for part in ["qzxname", "qzxfull", "qzxmail", "qzxabout"] {
                assert!(!text.contains(part), "{} {input:?} tells {part}: {text}", row.name);
            }
        }
    }
    let asked = |name: &str| {
        let answer = server.action("user_show", None, &json!({"id": name}));
        (answer.status, answer.text())
    };
    assert_eq!(asked("qzxname"), asked("nobody-of-that-name"));
}

/// T25: people are not sorted by what nobody may read.
#[test]
fn nobody_is_sorted_by_a_secret() {
    let server = portal();
    for (name, email) in [("aa", "z@example.org"), ("bb", "a@example.org")] {
        drop(server.portal.ok("user_create", json!({"name": name, "email": email, "password": "long enough"})));
    }
    let names =
        |order: &str| server.action("user_list", None, &json!({"order_by": order, "all_fields": false})).json()["result"].clone();
    let plain = names("name");
    assert!(plain.as_array().is_some_and(|names| names.len() >= 2), "{plain}");
    for order in ["email", "password", "password_hash", "reset_key", "apikey", "plugin_extras", "name; drop table users", "1"] {
        let sorted = names(order);
        assert!(sorted.is_null() || sorted == plain, "{order}: {sorted}");
    }
}

/// T26: a callback is anonymous.
#[test]
fn a_callback_logs_nobody_in() {
    let server = portal();
    let token = server.token("root", true);
    drop(server.portal.ok("organization_create", json!({"name": "org"})));
    drop(server.portal.ok("package_create", json!({"name": "hidden", "owner_org": "org", "private": true})));
    let headers = [("authorization", token.as_str())];
    let with = server.send("GET", "/api/3/action/package_show?id=hidden&callback=f", &headers, b"");
    assert_eq!(with.status, 403, "{}", with.text());
    assert_eq!(server.send("GET", "/api/3/action/package_show?id=hidden", &headers, b"").status, 200);
    let listed = server.get("/api/3/action/package_list?callback=f");
    assert_eq!((listed.header("x-content-type-options"), listed.header("etag")), ("nosniff", ""));
    let posted = server.send("POST", "/api/3/action/package_list?callback=f", &[("content-type", "application/json")], b"{}");
    assert!(posted.text().starts_with('{'), "{}", posted.text());
}
