//! Bad input, generated from the table of actions: every parameter of every action gets everything that it is not made
//! for, as anonymous, as an editor and as a sysadmin. No panic, no fault of ours, an answer of CKAN's classes; what is
//! `null` is left out; nobody writes anonymously. Beside it a sample over HTTP, for the envelope.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use action::{Conditions, Kind as Way, Row, shape};
use auth::Actor;
use base::{Error, Kind};
use kit::TestApp;
use serde_json::{Map, Value, json};

use crate::people_of::{actor, user};

/// Actions that take things away: last, so that the others find what they ask for.
const REMOVERS: [&str; 9] = ["delete", "purge", "clear", "revoke", "cancel", "abort", "unfollow", "deleted", "reset"];

/// Values on which the rights to write may depend.
const OF_RIGHTS: [&str; 9] =
    ["missing", "null", "list", "object", "nothing known", "NUL", "foreign", "foreign organization", "deleted"];

/// A portal with one thing of each kind, by id.
struct Things {
    portal: TestApp,
    ids: Map<String, Value>,
    roles: [(&'static str, Actor); 3],
}

impl Things {
    fn new() -> Self {
        let portal = TestApp::with(|settings| {
            settings.auth.allow_dataset_collaborators = true;
            settings.mail.server = "127.0.0.1:9".to_owned();
        });
        let id = |action: &str, input: Value| portal.ok(action, input)["id"].clone();
        let mut ids = Map::new();
        let mut keep = |name: &str, id: Value| drop(ids.insert(name.to_owned(), id));
        for name in ["editor", "stranger"] {
            keep(name, user(&portal, name)["id"].clone());
        }
        let users = json!([{"name": "editor", "capacity": "editor"}]);
        keep("organization", id("organization_create", json!({"name": "org-a", "users": users})));
        keep("foreign organization", id("organization_create", json!({"name": "org-b"})));
        keep("group", id("group_create", json!({"name": "group-a"})));
        let dataset = portal.ok("package_create", dataset(None));
        keep("dataset", dataset["id"].clone());
        keep("resource", dataset["resources"][0]["id"].clone());
        keep("foreign dataset", id("package_create", json!({"name": "dataset-b", "owner_org": "org-b", "private": true})));
        keep("deleted", id("package_create", json!({"name": "gone", "owner_org": "org-a"})));
        drop(portal.ok("package_delete", json!({"id": "gone"})));
        let view = json!({"resource_id": dataset["resources"][0]["id"], "view_type": "image_view", "title": "V"});
        keep("view", id("resource_view_create", view));
        keep("vocabulary", id("vocabulary_create", json!({"name": "vocabulary", "tags": [{"name": "kind"}]})));
        keep("tag", json!("tag-a"));
        keep("activity", portal.ok("package_activity_list", json!({"id": "dataset-a"}))[0]["id"].clone());
        let task = json!({"entity_id": dataset["id"], "entity_type": "dataset", "task_type": "x", "key": "k", "value": "v"});
        keep("task", id("task_status_update", task));
        keep(
            "source",
            id(
                "harvest_source_create",
                json!({"name": "source", "url": "http://x.org", "source_type": "ckan", "owner_org": "org-a"}),
            ),
        );
        keep("job", json!("job"));
        let roles = [("anonymous", Actor::anonymous()), ("editor", actor(&portal, "editor")), ("sysadmin", TestApp::site())];
        Self { portal, ids, roles }
    }

    /// What `id` is of, for this action.
    fn of_id(&self, action: &str) -> &Value {
        let kinds = [
            ("resource_view_list", "resource"),
            ("resource_create_default", "resource"),
            ("resource_view", "view"),
            ("activity_list", if action.starts_with("user") { "editor" } else { "dataset" }),
            ("activity_", "activity"),
            ("collaborator_list_for_user", "editor"),
            ("_user", "editor"),
            ("user_", "editor"),
            ("organization_list_for", "editor"),
            ("followee", "editor"),
            ("_group", "group"),
            ("group_", "group"),
            ("member_", "group"),
            ("organization_", "organization"),
            ("harvest_source", "source"),
            ("job", "job"),
            ("task_status", "task"),
            ("vocabulary", "vocabulary"),
            ("tag_", "tag"),
            ("resource_", "resource"),
        ];
        let kind = if action.contains("package") || action.contains("dataset") {
            if action.contains("for_user") { "editor" } else { "dataset" }
        } else {
            kinds.iter().find(|(part, _)| action.contains(part)).map_or("dataset", |(_, kind)| kind)
        };
        &self.ids[kind]
    }

    /// A value that the parameter is made for, where it has to have one.
    fn good(&self, action: &str, field: &str) -> Option<Value> {
        let of = |kind: &str| Some(self.ids[kind].clone());
        match field {
            "id" if action.ends_with("_create") && !action.contains("member") && !action.contains("collaborator") => None,
            "id" => Some(self.of_id(action).clone()),
            "package_id" | "dataset_id" | "entity_id" => of("dataset"),
            "resource_id" => of("resource"),
            "source_id" => of("source"),
            "org_id" | "organization_id" => of("organization"),
            "group_id" => of("organization"),
            "user" | "user_id" | "username" => of("editor"),
            "subject" => of("dataset"),
            "object" if action.contains("relationship") => of("foreign dataset"),
            "object" | "object_id" => of("dataset"),
            "object_type" => Some(json!("package")),
            "owner_id" => of("dataset"),
            "owner_type" => Some(json!("package")),
            "activity_type" => Some(json!("changed package")),
            "jti" => Some(json!("nothing known")),
            "password" => Some(json!("a long pass phrase")),
            "datasets" => Some(json!([self.ids["dataset"]])),
            "order" => Some(json!([])),
            "match" => Some(json!({"id": self.ids["dataset"]})),
            "name" if action.ends_with("_create") => Some(json!("made-by-battery")),
            "name" if action == "help_show" => Some(json!("package_show")),
            "type" if action.contains("relationship") => Some(json!("depends_on")),
            "role" | "capacity" => Some(json!("member")),
            "view_type" => Some(json!("image_view")),
            "source_type" => Some(json!("ckan")),
            "email" if action != "user_list" => Some(json!("battery@example.com")),
            "url" if !action.starts_with("package") => Some(json!("http://x.org/a.csv")),
            "query" if action == "resource_search" => Some(json!("name:a")),
            "q" if action.contains("autocomplete") => Some(json!("a")),
            "key" | "term" | "term_translation" | "lang_code" | "task_type" | "value" | "entity_type" => Some(json!("x")),
            "owner_org" if action == "package_create" || action.starts_with("harvest") => of("organization"),
            "terms" => Some(json!(["x"])),
            "title" if action.contains("view") || action.starts_with("harvest") => Some(json!("T")),
            _ => None,
        }
    }

    fn input(&self, row: &Row, but: &str) -> Map<String, Value> {
        let names = (row.fields)().into_iter().map(|field| field.name).filter(|name| *name != but);
        names.filter_map(|name| Some((name.to_owned(), self.good(row.name, name)?))).collect()
    }

    /// Everything that a parameter is not made for; `None` leaves it out.
    fn values(&self) -> Vec<(&'static str, Option<Value>)> {
        let some = |name, value| (name, Some(value));
        vec![
            ("missing", None),
            some("null", Value::Null),
            some("empty", json!("")),
            some("number", json!(7)),
            some("fraction", json!(1.5)),
            some("truth", json!(true)),
            some("list", json!(["x"])),
            some("list of lists", json!([[]])),
            some("list of objects", json!([{}])),
            some("list of null", json!([null])),
            some("object", json!({"a": {"b": [1]}})),
            some("nothing known", json!("nonsense")),
            some("NUL", json!("a\u{0}b")),
            some("NUL within", json!([{"name": "a\u{0}b", "id": "a\u{0}b", "key": "a\u{0}", "value": "\u{0}", "url": "\u{0}"}])),
            some("beyond i64", json!(1_u64 << 63)),
            some("beyond i64 as text", json!("9223372036854775808")),
            some("beyond f64", json!("1e999")),
            some("negative", json!(-1)),
            some("least", json!(i64::MIN)),
            some("path", json!("../../etc/passwd")),
            some("query", json!("{!x} OR *:* ' \" ; -- %_\\")),
            some("foreign", self.ids["foreign dataset"].clone()),
            some("foreign organization", self.ids["foreign organization"].clone()),
            some("deleted", self.ids["deleted"].clone()),
            some("long", json!("x".repeat(1024 * 1024))),
        ]
    }

    /// Puts back what the writes of an action changed.
    fn restore(&self) {
        let site = TestApp::site();
        let put = |action: &str, input: Value| drop(self.portal.call(&site, action, input));
        put("package_update", dataset(Some(&self.ids)));
        let group = |kind: &str, name: &str| {
            json!({"id": self.ids[kind], "name": name, "state": "active", "title": "", "description": "", "image_url": "",
                "extras": [], "packages": [], "groups": [], "users": [{"name": "editor", "capacity": "editor"}]})
        };
        put("organization_update", group("organization", "org-a"));
        put("group_update", group("group", "group-a"));
        put("resource_view_update", json!({"id": self.ids["view"], "title": "V", "description": ""}));
        put("user_patch", json!({"id": self.ids["editor"], "name": "editor", "state": "active", "email": "editor@example.com"}));
    }
}

fn dataset(ids: Option<&Map<String, Value>>) -> Value {
    let resource = json!({"url": "http://x.org/a.png", "name": "a", "format": "PNG", "id": ids.map(|ids| &ids["resource"])});
    json!({"id": ids.map(|ids| &ids["dataset"]), "name": "dataset-a", "owner_org": "org-a", "state": "active", "private": false,
        "tags": [{"name": "tag-a"}], "resources": [resource]})
}

fn is_remover(row: &Row) -> bool {
    REMOVERS.iter().any(|word| row.name.contains(word))
}

/// What is wrong with an outcome; nothing, as a rule.
fn fault(outcome: &Result<(), Error>) -> Option<String> {
    let Err(error) = outcome else { return None };
    let known = match error.kind() {
        Kind::Validation => !error.dict().is_empty(),
        Kind::NotFound | Kind::Denied | Kind::Integrity | Kind::SearchQuery | Kind::Search => true,
        Kind::BadRequest | Kind::TooLarge => !error.message().is_empty(),
        // Two writers of one name, told as such after some tries; a condition that nobody made does not fail.
        Kind::Conflict => true,
        Kind::Precondition | Kind::TooMany | Kind::Unavailable | Kind::Internal => false,
    };
    (!known).then(|| error.to_string().chars().take(300).collect())
}

/// Calls an action; `None`: it panicked. Writers of one thing may stand in each other's way for longer than they wait.
fn call(things: &Things, row: &Row, who: &Actor, input: &Map<String, Value>) -> Option<Result<(), Error>> {
    let call = || (row.call)(&things.portal.app, who, input.clone(), &Conditions::default()).map(drop);
    let mut outcome = catch_unwind(AssertUnwindSafe(call)).ok()?;
    for _try in 0..5 {
        match &outcome {
            Err(error) if error.log_context().contains("lock timeout") => outcome = catch_unwind(AssertUnwindSafe(call)).ok()?,
            _ => break,
        }
    }
    Some(outcome)
}

/// All values of all parameters of an action, in each role; what is wrong is gathered.
fn attack(things: &Things, row: &Row, values: &[(&'static str, Option<Value>)], faults: &mut Vec<String>) -> usize {
    let mut calls = 0;
    for field in (row.fields)() {
        let base = things.input(row, field.name);
        for (role, who) in &things.roles {
            let mut missing = None;
            for (what, value) in values {
                // What a write stores is the same whoever sends it: others than sysadmins are sent what rights go by.
                if *role != "sysadmin" && (*what == "long" || (row.kind == Way::Write && !OF_RIGHTS.contains(what))) {
                    continue;
                }
                let mut input = base.clone();
                input.extend(value.clone().map(|value| (field.name.to_owned(), value)));
                let outcome = call(things, row, who, &input);
                calls += 1;
                let case = format!("{} as {role}, {} = {what}", row.name, field.name);
                let Some(outcome) = outcome else {
                    faults.push(format!("{case}: a panic"));
                    continue;
                };
                if *role == "sysadmin" && *what == "missing" {
                    let needed = shape::needed(row.name).unwrap().contains(&field.name.to_owned());
                    let misses = matches!(&outcome, Err(error) if error.dict().fields().get(field.name).is_some_and(|told| told.to_string().contains("Missing value")));
                    if (needed && outcome.is_ok()) || (misses && !needed) {
                        faults.push(format!("{case}: said to be needed: {needed}, but {outcome:?}"));
                    }
                }
                if row.kind == Way::Write && *role == "anonymous" && outcome.is_ok() {
                    faults.push(format!("{case}: written"));
                }
                if *what == "long" && row.kind == Way::Write && outcome.is_ok() && !is_remover(row) {
                    things.restore();
                }
                faults.extend(fault(&outcome).map(|fault| format!("{case}: {fault}")));
                let told = outcome.map_err(|error| (error.kind(), error.message().to_owned(), error.dict().clone()));
                match *what {
                    "missing" => missing = Some(told),
                    "null" if row.kind == Way::Read && missing.as_ref() != Some(&told) => {
                        faults.push(format!("{case}: {told:?}, left out: {missing:?}"));
                    }
                    _ => {}
                }
            }
        }
    }
    calls
}

#[test]
fn no_parameter_of_any_action_breaks_it() {
    let things = Things::new();
    let values = things.values();
    let mut rows = kurak::rows_sorted();
    rows.sort_by_key(is_remover);
    let next = AtomicUsize::new(0);
    let calls = AtomicUsize::new(0);
    let faults: Vec<String> = thread::scope(|scope| {
        let work = || {
            let mut faults = Vec::new();
            while let Some(row) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
                let made = attack(&things, row, &values, &mut faults);
                calls.fetch_add(made, Ordering::Relaxed);
                if row.kind == Way::Write && !is_remover(row) {
                    things.restore();
                }
            }
            faults
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    println!("{} calls", calls.load(Ordering::Relaxed));
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// Objects within lists: action, parameter, what an item has.
const NESTED: &[(&str, &str, &[&str])] = &[
    ("group_patch", "groups", &["id", "name", "capacity"]),
    ("group_patch", "packages", &["id", "name", "title"]),
    ("group_patch", "users", &["id", "name", "capacity", "state"]),
    ("organization_patch", "extras", &["key", "value", "state", "id"]),
    ("package_patch", "extras", &["key", "value", "deleted", "id", "state"]),
    ("package_patch", "groups", &["id", "name", "title"]),
    ("package_patch", "tags", &["name", "vocabulary_id", "id", "state", "display_name"]),
    (
        "package_patch",
        "resources",
        &[
            "id",
            "url",
            "name",
            "format",
            "hash",
            "size",
            "position",
            "created",
            "last_modified",
            "cache_last_updated",
            "mimetype",
            "package_id",
            "state",
            "url_type",
            "datastore_active",
            "theme",
            "extras",
            "metadata_modified",
            "upload",
        ],
    ),
    (
        "task_status_update_many",
        "data",
        &["id", "entity_id", "entity_type", "task_type", "key", "value", "state", "last_updated"],
    ),
    ("term_translation_update_many", "data", &["term", "term_translation", "lang_code"]),
    ("vocabulary_update", "tags", &["name", "id", "vocabulary_id", "display_name"]),
];

#[test]
fn nothing_within_a_list_breaks_an_action() {
    let things = Things::new();
    let (values, site) = (things.values(), TestApp::site());
    let mut faults = Vec::new();
    for (action, list, keys) in NESTED {
        let row = things.portal.app.row(action).unwrap();
        let base = things.input(row, list);
        for key in *keys {
            for (what, value) in &values {
                let mut item = json!({"name": "item", "key": "k", "value": "v", "url": "http://x.org", "term": "t",
                    "term_translation": "t", "lang_code": "ky", "entity_id": "e", "task_type": "t", "entity_type": "t"});
                if let Some(item) = item.as_object_mut() {
                    item.shift_remove(*key);
                    item.extend(value.clone().map(|value| ((*key).to_owned(), value)));
                }
                let mut input = base.clone();
                input.insert((*list).to_owned(), json!([item]));
                let case = format!("{action} {list}[].{key} = {what}");
                match call(&things, row, &site, &input) {
                    None => faults.push(format!("{case}: a panic")),
                    Some(outcome) => faults.extend(fault(&outcome).map(|fault| format!("{case}: {fault}"))),
                }
            }
            things.restore();
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// An answer over HTTP is CKAN's envelope, of the class that its status says.
fn envelope_fault(action: &str, answer: &kit::Response) -> Option<String> {
    let body = answer.json();
    let kind = body["error"]["__type"].as_str().unwrap_or_default();
    let good = match answer.status {
        200 => body["success"] == true && body.get("result").is_some(),
        400 if body.is_string() => body.as_str().unwrap_or_default().starts_with("Bad request: "),
        400 => ["Integrity Error", "Bad Request", "Search Query Error"].contains(&kind),
        403 => kind == "Authorization Error",
        404 => kind == "Not Found Error",
        409 => ["Validation Error", "Search Error"].contains(&kind),
        _ => false,
    };
    let help = body.is_string() || body["help"].as_str().unwrap_or_default().ends_with(&format!("help_show?name={action}"));
    let text = answer.text();
    let leaks = ["panicked", "postgresql://", "diesel", "src/", "select "].iter().any(|leak| text.contains(leak));
    let failed = answer.status == 200 || body.is_string() || body["success"] == false;
    let typed = answer.header("content-type") == "application/json;charset=utf-8";
    (!good || !help || leaks || !failed || !typed)
        .then(|| format!("{} {}", answer.status, text.chars().take(300).collect::<String>()))
}

#[test]
fn every_answer_is_an_envelope() {
    let server = kit::TestServer::new();
    let token = server.token("root", true);
    let mut rows = kurak::rows_sorted();
    rows.sort_by_key(is_remover);
    for row in rows {
        let all = |value: Value| -> Value {
            (row.fields)().into_iter().map(|field| (field.name.to_owned(), value.clone())).collect::<Map<_, _>>().into()
        };
        for token in [None, Some(token.as_str()), Some("nonsense")] {
            for input in [json!({}), all(json!("nonsense")), all(json!([{"a": null}])), all(json!({"a": []}))] {
                let answer = server.action(row.name, token, &input);
                let fault = envelope_fault(row.name, &answer);
                assert_eq!(fault, None, "{} {input}", row.name);
            }
        }
    }
}
