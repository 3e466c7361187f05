//! No leak: what private, draft and deleted datasets hold is nowhere for those who may not see them. Rows L1–L9 of the
//! battery: L1–L5 queries that try to break out, L6 every reading action and page before and after such datasets are
//! there, L7 the datasets asked for directly, L8 the headers, L9 what is left after a purge. (L2–L4 are also in
//! `hostile::searches_that_are_none`, activities of a private time in `activity::what_was_private_stays_so`.)

use action::Kind;
use diesel::{QueryableByName, RunQueryDsl, sql_types::Text};
use kit::TestServer;
use serde_json::{Map, Value, json};

/// In every text of the hidden datasets, and nowhere else.
const TOKEN: &str = "qzxtoken";

struct Portal {
    server: TestServer,
    maker: String,
    stranger: String,
}

fn portal() -> Portal {
    let server = TestServer::with(|settings| settings.auth.allow_dataset_collaborators = true);
    let (maker, stranger) = (server.token("maker", true), server.token("stranger", false));
    let make = |action: &str, input: Value| {
        let answer = server.action(action, Some(&maker), &input);
        assert_eq!(answer.status, 200, "{action}: {}", answer.text());
    };
    make("organization_create", json!({"name": "ministry", "title": "Ministry"}));
    make("organization_create", json!({"name": "strangers", "users": [{"name": "stranger", "capacity": "admin"}]}));
    make("group_create", json!({"name": "topic"}));
    make("vocabulary_create", json!({"name": "kinds", "tags": [{"name": "survey"}]}));
    make("package_create", dataset("open", "open", "plain"));
    Portal { server, maker, stranger }
}

fn dataset(name: &str, state: &str, token: &str) -> Value {
    let resource = json!({"url": format!("http://x.org/{token}.csv"), "name": token, "hash": token, "format": token,
        "description": token, "mimetype": format!("text/{token}")});
    json!({"name": name, "title": format!("{token} title"), "notes": token, "owner_org": "ministry", "author": token,
        "private": state == "private", "state": if state == "draft" { "draft" } else { "active" }, "url": format!("http://{token}.org"),
        "tags": [{"name": token}, {"name": "shared"}], "extras": [{"key": token, "value": token}], "resources": [resource],
        "groups": [{"name": "topic"}], "maintainer": token, "license_id": token, "version": token})
}

/// A private, a draft and a deleted dataset, with everything around them; ids of datasets, resources, views.
fn hide(portal: &Portal) -> Vec<Value> {
    let call = |action: &str, input: Value| {
        let answer = portal.server.action(action, Some(&portal.maker), &input);
        assert_eq!(answer.status, 200, "{action}: {}", answer.text());
        answer.json()["result"].clone()
    };
    let mut ids = Vec::new();
    for (name, state) in [("qzxtoken-private", "private"), ("qzxtoken-draft", "draft"), ("qzxtoken-deleted", "private")] {
        let made = call("package_create", dataset(name, state, TOKEN));
        let resource = &made["resources"][0]["id"];
        let view = call("resource_view_create", json!({"resource_id": resource, "view_type": "image_view", "title": TOKEN}));
        call("package_relationship_create", json!({"subject": name, "object": "open", "type": "depends_on", "comment": TOKEN}));
        call("package_collaborator_create", json!({"id": name, "user_id": "maker", "capacity": "editor"}));
        call("follow_dataset", json!({"id": name}));
        ids.extend([made["id"].clone(), resource.clone(), view["id"].clone()]);
    }
    call("package_delete", json!({"id": "qzxtoken-deleted"}));
    ids
}

/// What `token` reads of everything: each reading action with each of some inputs, and every page.
fn read_all(server: &TestServer, token: Option<&str>) -> Vec<(String, String)> {
    let names = ["open", "ministry", "topic", "maker", "plain", "shared", "kinds"];
    let texts = ["", "qzx", "plain", "name:qzx", "hash:q", "name:", "*:*"];
    let mut answers = Vec::new();
    for row in kurak::rows_sorted().iter().filter(|row| row.kind == Kind::Read) {
        let fields: Vec<&str> = (row.fields)().iter().map(|field| field.name).collect();
        let with = |values: &[&str], candidates: &[&str]| -> Vec<Value> {
            let field = candidates.iter().find(|field| fields.contains(*field));
            field.into_iter().flat_map(|field| values.iter().map(|value| json!({*field: value}))).collect()
        };
        let mut inputs = vec![json!({})];
        inputs.extend(with(&names, &["id", "name_or_id"]));
        inputs.extend(with(&texts, &["q", "query"]));
        for input in inputs {
            let mut input: Map<String, Value> = input.as_object().cloned().unwrap_or_default();
            for flag in fields.iter().filter(|field| field.starts_with("include_") || **field == "all_fields") {
                input.insert((*flag).to_owned(), json!(true));
            }
            if row.name == "package_search" {
                input.insert(
                    "facet.field".to_owned(),
                    json!([
                        "tags",
                        "groups",
                        "organization",
                        "res_format",
                        "license_id",
                        "title_string",
                        TOKEN,
                        "capacity",
                        "state"
                    ]),
                );
                input.insert("facet.mincount".to_owned(), json!(0));
            }
            let answer = server.action(row.name, token, &Value::Object(input.clone()));
            assert!(row.name != "package_search" || input.contains_key("q") || answer.status == 200, "{}", answer.text());
            answers.push((format!("{} {}", row.name, Value::Object(input)), timeless(&answer.text())));
        }
    }
    for page in [
        "/catalog.ttl",
        "/catalog.rdf",
        "/catalog.jsonld",
        "/data.json",
        "/feeds/dataset.atom",
        "/feeds/organization/ministry.atom",
        "/feeds/group/topic.atom",
        "/feeds/tag/shared.atom",
        "/feeds/tag/qzxtoken.atom",
        "/feeds/custom.atom?q=qzxtoken",
        "/api/util/dataset/autocomplete?incomplete=qzx",
        "/api/util/tag/autocomplete?incomplete=qzx",
        "/api/util/resource/format_autocomplete?incomplete=qzx",
        "/catalog.ttl?q=qzxtoken",
        "/openapi.json",
        "/robots.txt",
    ] {
        let headers: Vec<(&str, &str)> = token.map(|token| ("authorization", token)).into_iter().collect();
        let text = server.send("GET", page, &headers, b"").text();
        // Feeds say when they were made.
        answers.push((page.to_owned(), text.lines().filter(|line| !line.contains("<updated>")).collect()));
    }
    answers
}

/// Without the times at which somebody was here last: reading changes them.
fn timeless(text: &str) -> String {
    let mut parts = text.split("\"last_active\":");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |whole, part| whole + part.split_once(',').map_or(part, |(_, rest)| rest))
}

#[test]
fn everything_reads_as_if_hidden_datasets_were_not_there() {
    let portal = portal();
    let readers = [None, Some(portal.stranger.as_str())];
    let before = readers.map(|token| read_all(&portal.server, token));
    drop(hide(&portal));
    for (token, before) in readers.iter().zip(before) {
        for ((asked, first), (_, second)) in before.into_iter().zip(read_all(&portal.server, *token)) {
            // Actions that repeat what they were asked.
            assert!(!second.contains(TOKEN) || first.contains(TOKEN), "{asked}: {second}");
            assert!(first == second, "{asked}:\n{first}\n{second}");
        }
    }
}

#[test]
fn no_query_text_breaks_out() {
    let portal = portal();
    drop(hide(&portal));
    let local = |text: &str| text.to_owned();
    let queries = [
        json!({"include_private": true, "include_drafts": true, "include_deleted": true}),
        json!({"fq": "capacity:private", "include_private": true}),
        json!({"fq": "+state:deleted"}),
        json!({"fq": "+state:(draft OR deleted)", "include_drafts": true}),
        json!({"fq": "title:\"+state\""}),
        json!({"fq_list": ["+state:draft"], "include_drafts": true}),
        json!({"q": "*:* OR capacity:private", "include_private": true}),
        json!({"q": "-capacity:public", "include_private": true}),
        json!({"fq": "*) OR (capacity:private"}),
        json!({"fq": "*:*) OR (*:*"}),
        json!({"q": "qzxtoken) OR (qzxtoken", "include_private": true}),
        json!({"q": "\"qzxtoken"}),
        json!({"q": local("{!xmlparser v='<!DOCTYPE a SYSTEM \"http://c/\">'}")}),
        json!({"q": " \t{!join from=id to=id}qzxtoken"}),
        json!({"q": "\u{feff}{!knn f=v}[1]"}),
        json!({"q": "_query_:\"{!term f=capacity}private\""}),
        json!({"fq": "{!tag=x}capacity:private"}),
        json!({"sort": "{!func}title asc"}),
        json!({"qf": "{!x}title", "q": "qzxtoken"}),
        json!({"bf": "{!x}", "q": "qzxtoken"}),
        json!({"fl": "{!x}data_dict"}),
        json!({"fl": "data_dict,permission_labels,validated_data_dict"}),
        json!({"facet.field": ["permission_labels"]}),
        json!({"facet.field": ["data_dict"]}),
        json!({"facet.field": ["validated_data_dict", "capacity", "state", "owner_org"]}),
        json!({"sort": "permission_labels asc"}),
        json!({"q": "permission_labels:member*"}),
        json!({"q": "name:qzx* OR title:qzx* OR text:qzx* OR tags:qzx* OR extras_qzxtoken:*"}),
        json!({"q": "id:[* TO *]", "include_private": true, "include_drafts": true}),
        json!({"q": "qzxtokan~2"}),
    ];
    for token in [None, Some(portal.stranger.as_str())] {
        for query in &queries {
            let answer = portal.server.action("package_search", token, query);
            assert!([200, 400, 409].contains(&answer.status), "{query}: {}", answer.text());
            // What was asked may stand in a refusal, what was found may not.
            let told = answer.json()["result"].to_string();
            assert!(!told.contains(TOKEN) && !told.contains("permission_labels"), "{query}: {told}");
            assert!(answer.status != 200 || answer.json()["result"]["count"].as_i64() <= Some(1), "{query}: {told}");
        }
        for refused in ["{!xmlparser v='x'}", " {!join}x", "\t{!term f=name}x"] {
            let answer = portal.server.action("package_search", token, &json!({"q": refused}));
            assert!([400, 409].contains(&answer.status), "{refused}: {}", answer.text());
        }
    }
}

#[test]
fn asked_for_directly_they_are_refused_without_a_word() {
    let portal = portal();
    let ids = hide(&portal);
    for token in [None, Some(portal.stranger.as_str())] {
        for row in kurak::rows_sorted() {
            let fields: Vec<&str> = (row.fields)().iter().map(|field| field.name).collect();
            for id in &ids {
                let fields = fields
                    .iter()
                    .filter(|field| ["id", "resource_id", "package_id", "object", "subject", "id2"].contains(*field));
                let input: Map<String, Value> = fields.map(|field| ((*field).to_owned(), id.clone())).collect();
                if input.is_empty() {
                    continue;
                }
                let answer = portal.server.action(row.name, token, &Value::Object(input));
                assert!(!answer.text().contains(TOKEN), "{} {id}: {}", row.name, answer.text());
            }
        }
        for (action, id) in [("package_show", &ids[0]), ("resource_show", &ids[1]), ("resource_view_show", &ids[2])] {
            let answer = portal.server.action(action, token, &json!({"id": id}));
            assert!([403, 404].contains(&answer.status), "{action}: {}", answer.text());
        }
    }
    let follows = |path: &str| portal.server.get(path).status;
    let path = format!("/api/3/action/resource_show?id={}", ids[1].as_str().unwrap());
    for (private, status) in [(true, 403), (false, 200), (true, 403)] {
        let patched = portal.server.action("package_patch", Some(&portal.maker), &json!({"id": ids[0], "private": private}));
        assert_eq!((patched.status, follows(&path)), (200, status), "private: {private}");
    }
}

#[test]
fn no_cache_keeps_what_is_for_one_alone() {
    let portal = portal();
    drop(hide(&portal));
    for path in ["/api/3/action/package_show?id=open", "/api/3/action/package_show?id=qzxtoken-private"] {
        let own = portal.server.send("GET", path, &[("authorization", &portal.maker)], b"");
        assert_eq!((own.status, own.header("cache-control")), (200, "private, no-store"), "{path}");
        assert!(own.header("vary").contains("Authorization"), "{}", own.header("vary"));
        let tag = own.header("etag").to_owned();
        let stolen = portal.server.send("GET", path, &[("if-none-match", &tag)], b"");
        assert!(stolen.status != 304 && (path.ends_with("open") || stolen.status == 403), "{path}: {}", stolen.status);
    }
    let catalog = portal.server.send("GET", "/dataset/qzxtoken-private.ttl", &[("authorization", &portal.maker)], b"");
    assert!(
        catalog.status != 200 || catalog.header("cache-control") == "private, no-store",
        "{}",
        catalog.header("cache-control")
    );
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[test]
fn after_a_purge_nothing_is_left() {
    let portal = portal();
    let ids = hide(&portal);
    for name in ["qzxtoken-private", "qzxtoken-draft", "qzxtoken-deleted"] {
        let id = portal.server.portal.ok("package_show", json!({"id": name}))["id"].clone();
        drop(portal.server.portal.ok("dataset_purge", json!({"id": id})));
    }
    for id in ids {
        assert_eq!(portal.server.action("package_show", Some(&portal.maker), &json!({"id": id})).status, 404);
    }
    let mut connection = portal.server.portal.database.connect();
    let tables: Vec<Name> = diesel::sql_query(
        "select table_name::text as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
    )
    .load(&mut connection)
    .unwrap();
    // Tags are names that datasets share; the log and the list of what was done keep ids alone.
    for Name { name } in tables.iter().filter(|table| table.name != "tag") {
        let found: Vec<Name> = diesel::sql_query(format!("select t::text as name from {name} t where t::text like '%{TOKEN}%'"))
            .load(&mut connection)
            .unwrap();
        assert!(found.is_empty(), "{name}: {}", found[0].name);
    }
    kurak::comparison::whole(&portal.server.portal.app, &mut |_| ()).unwrap();
    portal.server.portal.app.feed().unwrap().request_rebuild().recv_timeout(std::time::Duration::from_secs(60)).unwrap().unwrap();
    kit::soon("the index has forgotten it", || {
        let mut files = Vec::new();
        gather(portal.server.portal.index_folder(), &mut files);
        files.iter().all(|bytes| !bytes.windows(TOKEN.len()).any(|part| part == TOKEN.as_bytes()))
    });
}

fn gather(folder: &std::path::Path, into: &mut Vec<Vec<u8>>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            gather(&entry.path(), into);
        } else {
            into.extend(std::fs::read(entry.path()));
        }
    }
}
