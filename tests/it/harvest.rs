//! Harvests of a whole portal, from the first page to the last deletion.

use std::{
    net::TcpListener,
    path::Path,
    time::{Duration, Instant},
};

use auth::Actor;
use base::Kind;
use diesel::{QueryableByName, RunQueryDsl, sql_types::BigInt};
use fixture::{Fault, Portal, Running};
use harvest::{Options, Progress, Worker, progress};
use kit::TestApp;
use serde_json::{Value, json};

pub fn serve(portal: Portal) -> Running {
    fixture::serve(portal, TcpListener::bind("127.0.0.1:0").unwrap(), fixture::Options::default()).unwrap()
}

fn sample() -> Running {
    serve(Portal::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/portals/sample")).unwrap())
}

/// A portal of so many small datasets.
pub fn small(count: usize) -> Running {
    let dataset = |number: usize| {
        let id = format!("00000001-0000-4000-8000-{number:012}");
        json!({"id": id, "name": format!("dataset-{number}"), "title": format!("Dataset {number}"),
            "organization": {"id": "11111111-1111-4111-8111-111111111111", "name": "body", "title": "Body"},
            "resources": [{"id": id.replace("-8000-", "-9000-"), "url": format!("http://example.org/{number}.csv")}]})
    };
    serve(Portal::from_packages((0..count).map(dataset).collect()))
}

fn options() -> Options {
    Options {
        allow: vec!["127.0.0.0/8".parse().unwrap()],
        pauses: vec![Duration::from_millis(10), Duration::from_millis(10)],
        fetch: fetch::Options { backoff: Duration::from_millis(5), ..fetch::Options::default() },
        ..Options::default()
    }
}

pub fn start(portal: &TestApp) -> Worker {
    Worker::start(portal.app.clone(), options()).unwrap()
}

pub fn source(portal: &TestApp, remote: &Running, config: Value) -> String {
    let made = portal.ok(
        "harvest_source_create",
        json!({"name": "remote", "title": "Remote", "url": remote.base_url(), "source_type": "ckan", "config": config.to_string()}),
    );
    made["id"].as_str().unwrap().to_owned()
}

pub fn job(portal: &TestApp, source: &str, force: bool) -> String {
    portal.ok("harvest_job_create", json!({"source_id": source, "force": force}))["id"].as_str().unwrap().to_owned()
}

pub fn wait(portal: &TestApp, job: &str) -> Progress {
    let start = Instant::now();
    loop {
        let progress = progress(&portal.app, job).unwrap();
        if progress.is_over() {
            searchable(portal);
            return progress;
        }
        assert!(start.elapsed() < Duration::from_secs(120), "{progress:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A large page on a busy machine may be searchable a little after its commit.
fn searchable(portal: &TestApp) {
    let query = "select coalesce(max(seq), 0) as number from change_log";
    let last = diesel::sql_query(query).get_result::<Number>(&mut portal.database.connect()).unwrap().number;
    kit::soon("the page is searchable", || portal.app.feed().unwrap().sight().sequence >= last);
}

pub fn harvest(portal: &TestApp, source: &str) -> Progress {
    wait(portal, &job(portal, source, false))
}

pub fn count(portal: &TestApp, query: Value) -> i64 {
    portal.ok("package_search", query)["count"].as_i64().unwrap()
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn rows_of(portal: &TestApp, table: &str) -> i64 {
    let query = format!("select count(*) as number from {table}");
    diesel::sql_query(query).get_result::<Number>(&mut portal.database.connect()).unwrap().number
}

pub const CREATE: &str = r#"{"remote_orgs": "create", "remote_groups": "create"}"#;

pub fn create() -> Value {
    serde_json::from_str(CREATE).unwrap()
}

#[test]
fn a_whole_portal_is_harvested_and_found() {
    let (portal, remote) = (TestApp::new(), sample());
    let _worker = start(&portal);
    let source = source(&portal, &remote, create());
    let all = i64::try_from(remote.portal().datasets()).unwrap();
    let id = job(&portal, &source, false);
    let first = wait(&portal, &id);
    let report = portal.ok("harvest_job_report", json!({"id": id}));
    assert_eq!((first.status.as_str(), first.errored), ("Finished", 0), "{report}");
    assert_eq!(i64::try_from(first.added).unwrap(), all);
    assert_eq!(i64::try_from(first.seen).unwrap(), all);
    assert_eq!(count(&portal, json!({})), all);
    assert!(count(&portal, json!({"q": "бюджет"})) > 0);
    assert_eq!(count(&portal, json!({"fq": format!("harvest_source_id:{source}")})), all);

    let original = remote.portal().package("budget-spending-2023").unwrap();
    let kept = portal.ok("package_show", json!({"id": "budget-spending-2023"}));
    // In the language of this portal.
    assert_eq!(kept["title"], original["title_translated"]["en"]);
    for key in ["id", "name", "title_translated", "notes_translated", "owner_org", "version", "maintainer_email"] {
        assert_eq!(kept[key], original[key], "{key}");
    }
    assert_eq!(kept["organization"]["title"], "Ministry of Finance");
    let organization = portal.ok("organization_show", json!({"id": "minfin"}));
    assert_eq!(organization["title_translated"]["en"], "Ministry of Finance", "{organization}");
    assert_eq!(kept["resources"].as_array().unwrap().len(), original["resources"].as_array().unwrap().len());
    let object = portal.ok("harvest_object_show", json!({"dataset_id": kept["id"]}));
    assert_eq!((&object["guid"], &object["report_status"]), (&original["id"], &json!("added")));
    let flawed = portal.ok("package_show", json!({"id": "medicine-register"}));
    assert!(
        flawed["resources"].as_array().unwrap().iter().any(|file| file["last_modified"] == "2020-12-31T00:00:00"),
        "{flawed}"
    );

    let shown = portal.ok("harvest_job_show", json!({"id": id}));
    assert_eq!(shown["stats"], json!({"added": all, "updated": 0, "not modified": 0, "errored": 0, "deleted": 0}));
    let status = &portal.ok("harvest_source_show", json!({"id": "remote"}))["status"];
    assert_eq!((&status["total_datasets"], &status["job_count"]), (&json!(all), &json!(1)));
}

#[test]
fn an_unchanged_portal_writes_nothing_and_a_changed_dataset_one_row() {
    let (portal, remote) = (TestApp::new(), sample());
    let _worker = start(&portal);
    let source = source(&portal, &remote, create());
    let all = u64::try_from(remote.portal().datasets()).unwrap();
    assert_eq!(harvest(&portal, &source).added, all);
    let before = rows_of(&portal, "change_log");
    let second = harvest(&portal, &source);
    assert_eq!((second.unchanged, second.added, second.updated), (all, 0, 0));
    assert_eq!(rows_of(&portal, "change_log"), before);

    let mut changed = remote.portal().package("markets-osh").unwrap();
    changed["title"] = json!("Changed");
    changed["tracking_summary"] = json!({"total": 7});
    remote.portal().replace(changed).unwrap();
    let third = harvest(&portal, &source);
    assert_eq!((third.unchanged, third.updated), (all - 1, 1));
    assert_eq!(rows_of(&portal, "change_log"), before + 1);
    assert_eq!(portal.ok("package_show", json!({"id": "markets-osh"}))["title"], "Changed");
    let mut counted = remote.portal().package("markets-osh").unwrap();
    counted["tracking_summary"] = json!({"total": 8});
    remote.portal().replace(counted).unwrap();
    assert_eq!(harvest(&portal, &source).unchanged, all);
}

#[test]
fn what_vanishes_is_deleted_and_comes_back() {
    let (portal, remote) = (TestApp::new(), sample());
    let _worker = start(&portal);
    let source = source(&portal, &remote, create());
    let all = count_after(&portal, &source);
    let one = remote.portal().package("markets-osh").unwrap();
    assert_eq!(remote.portal().remove(&["markets-osh"]), 1);
    let progress = harvest(&portal, &source);
    assert_eq!((progress.deleted, progress.status.as_str()), (1, "Finished"));
    assert_eq!(count(&portal, json!({})), all - 1);
    assert_eq!(portal.call(&Actor::anonymous(), "package_show", json!({"id": one["id"]})).unwrap_err().kind(), Kind::Denied);
    remote.portal().replace(one).unwrap();
    assert_eq!(harvest(&portal, &source).updated, 1);
    assert_eq!(count(&portal, json!({})), all);
}

fn count_after(portal: &TestApp, source: &str) -> i64 {
    assert_eq!(harvest(portal, source).status, "Finished");
    count(portal, json!({}))
}

#[test]
fn much_at_once_is_held_until_it_is_forced() {
    let (portal, remote) = (TestApp::new(), sample());
    let _worker = start(&portal);
    let source = source(&portal, &remote, create());
    let all = count_after(&portal, &source);
    let gone = remote.portal().remove_share(60).len();
    let held = harvest(&portal, &source);
    assert_eq!((held.status.as_str(), held.deleted), ("Held", 0));
    assert!(held.note.unwrap().contains(&format!("{gone} of {all}")));
    assert_eq!(count(&portal, json!({})), all);
    let forced = wait(&portal, &job(&portal, &source, true));
    assert_eq!((forced.status.as_str(), forced.deleted), ("Finished", u64::try_from(gone).unwrap()));
    let left = count(&portal, json!({}));
    assert_eq!(left, all - i64::try_from(gone).unwrap());
    remote.portal().remove_share(100);
    assert_eq!(harvest(&portal, &source).status, "Held");
    assert_eq!(count(&portal, json!({})), left);
}

#[test]
fn a_page_that_fails_for_a_while_comes_at_last() {
    for fault in [Fault::Status(500), Fault::Cut, Fault::Html] {
        let (portal, remote) = (TestApp::new(), small(700));
        let _worker = start(&portal);
        let source = source(&portal, &remote, create());
        let times = if fault == Fault::Html { 2 } else { 4 };
        remote.portal().fail(fault, 1, times);
        let progress = harvest(&portal, &source);
        assert_eq!((progress.added, progress.status.as_str(), progress.note), (700, "Finished", None), "{fault:?}");
    }
}

#[test]
fn a_portal_that_stays_away_deletes_nothing() {
    let (portal, remote) = (TestApp::new(), small(30));
    let _worker = start(&portal);
    let source = source(&portal, &remote, create());
    assert_eq!(harvest(&portal, &source).added, 30);
    remote.stop();
    let id = job(&portal, &source, false);
    let progress = wait(&portal, &id);
    assert_eq!((progress.status.as_str(), progress.deleted), ("Finished", 0));
    let shown = portal.ok("harvest_job_show", json!({"id": id}));
    assert_eq!(shown["gather_error_summary"].as_array().unwrap().len(), 1, "{shown}");
    assert_eq!(count(&portal, json!({})), 30);
}

#[test]
fn a_stopped_worker_goes_on_at_its_page() {
    let (portal, remote) = (TestApp::new(), small(900));
    let source = source(&portal, &remote, create());
    remote.portal().set_delay(Duration::from_millis(300));
    let worker = start(&portal);
    let id = job(&portal, &source, false);
    kit::soon("a page is in", || progress(&portal.app, &id).unwrap().seen > 0);
    drop(worker);
    let stopped = progress(&portal.app, &id).unwrap();
    assert!(stopped.status == "Running" && stopped.seen < 900, "{stopped:?}");
    // A lease that a killed process left behind, not yet over.
    diesel::sql_query("update harvest_job set lease_until = '2999-01-01', lease_owner = (select lease_owner from harvest_job)")
        .execute(&mut portal.database.connect())
        .unwrap();
    remote.portal().set_delay(Duration::ZERO);
    remote.portal().forget();
    let _worker = start(&portal);
    let done = wait(&portal, &id);
    assert_eq!((done.seen, done.added, done.status.as_str(), done.note), (900, 900, "Finished", None));
    assert!(remote.portal().requests() < 5, "it began again from the first page");
}

#[test]
fn an_aborted_job_ends_behind_its_page() {
    let (portal, remote) = (TestApp::new(), small(900));
    let _worker = start(&portal);
    let source = source(&portal, &remote, create());
    remote.portal().set_delay(Duration::from_millis(200));
    let id = job(&portal, &source, false);
    kit::soon("a page is in", || progress(&portal.app, &id).unwrap().seen > 0);
    drop(portal.ok("harvest_job_abort", json!({"id": id})));
    let progress = wait(&portal, &id);
    assert!(progress.status == "Aborted" && progress.seen < 900, "{progress:?}");
    assert_eq!(count(&portal, json!({})), i64::try_from(progress.added).unwrap());
    remote.portal().set_delay(Duration::ZERO);
    assert_eq!(harvest(&portal, &source).status, "Finished");
    assert_eq!(count(&portal, json!({})), 900);
}

#[test]
fn one_bad_dataset_spoils_no_other() {
    let portal = TestApp::new();
    let dataset = |name: &str| json!({"name": name, "id": base::id::new(), "title": name, "organization": {"name": "body"}});
    let with = |name: &str, key: &str, value: Value| {
        let mut dataset = dataset(name);
        dataset[key] = value;
        dataset
    };
    let remote = serve(Portal::from_packages(vec![
        dataset("good"),
        with("nul", "notes", json!("a\u{0}b")),
        with("huge", "notes", json!("x".repeat(3_000_000))),
        with("lists", "resources", json!([1, null, {"url": 7, "size": "big", "created": "31/12/2020", "last_modified": "soon"}])),
        with("Not A Name", "tags", json!([{"name": "a,b (c)"}, {"name": "!"}, 7])),
        with(
            "extras",
            "extras",
            json!([{"key": "title", "value": "x"}, {"key": "k", "value": {"a": 1}}, {"key": "k", "value": "2"}]),
        ),
        with("mail", "author_email", json!("nobody")),
        with("odd-id", "id", json!("not-a-uuid/../x")),
        with("custom", "theme_codes", json!(["a", "b"])),
        with("deep", "extras", json!("text")),
    ]));
    let _worker = start(&portal);
    let source = source(&portal, &remote, create());
    let id = job(&portal, &source, false);
    let progress = wait(&portal, &id);
    let report = portal.ok("harvest_job_report", json!({"id": id}));
    assert_eq!((progress.added, progress.errored), (9, 1), "{report}");
    assert_eq!(portal.ok("package_show", json!({"id": "nul"}))["notes"], "ab");
    let lists = portal.ok("package_show", json!({"id": "lists"}));
    assert_eq!(lists["resources"][0]["created"], "2020-12-31T00:00:00");
    assert_eq!(lists["resources"][0]["last_modified"], Value::Null);
    assert_eq!(portal.ok("package_show", json!({"id": "not-a-name"}))["tags"][0]["name"], "a b c");
    let custom = portal.ok("package_show", json!({"id": "custom"}));
    assert!(custom["extras"].as_array().unwrap().contains(&json!({"key": "theme_codes", "value": "[\"a\",\"b\"]"})), "{custom}");
    assert_eq!(harvest(&portal, &source).unchanged, 9);
}

#[test]
fn a_key_is_used_and_never_shown() {
    let (portal, remote) = (TestApp::new(), small(3));
    let _worker = start(&portal);
    let mut config = create();
    config["api_key"] = json!("secret-key");
    config["user_agent"] = json!("me/1");
    let source = source(&portal, &remote, config);
    assert_eq!(harvest(&portal, &source).added, 3);
    assert_eq!(remote.portal().last_authorization().as_deref(), Some("secret-key"));
    assert_eq!(remote.portal().seen().user_agent.as_deref(), Some("me/1"));
    let shown = portal.ok("harvest_source_show", json!({"id": source}));
    assert!(!shown.to_string().contains("secret-key"));
    let config: Value = serde_json::from_str(shown["config"].as_str().unwrap()).unwrap();
    assert_eq!(config["api_key"], "***");
    assert!(!portal.ok("harvest_source_list", json!({})).to_string().contains("secret-key"));
    drop(portal.ok("harvest_source_patch", json!({"id": source, "title": "Other", "config": config.to_string()})));
    remote.portal().forget();
    assert_eq!(harvest(&portal, &source).updated, 3);
    assert_eq!(remote.portal().last_authorization().as_deref(), Some("secret-key"));
    assert_eq!(portal.ok("package_show", json!({"id": "dataset-1"}))["extras"][1]["value"], "Other");
}

#[test]
fn private_addresses_are_refused() {
    let (portal, remote) = (TestApp::new(), small(3));
    let _worker = Worker::start(portal.app.clone(), Options { allow: Vec::new(), ..options() }).unwrap();
    let source = source(&portal, &remote, create());
    let id = job(&portal, &source, false);
    assert_eq!(wait(&portal, &id).added, 0);
    let report = portal.ok("harvest_job_report", json!({"id": id}));
    let message = report["gather_errors"][0]["message"].as_str().unwrap();
    assert!(message.ends_with("address not allowed"), "{message}");
    assert_eq!(remote.portal().requests(), 0);
}

#[test]
fn sources_are_checked_as_ckanext_harvest_does() {
    let portal = TestApp::new();
    let fault = |input: Value| {
        let error = portal.call(&TestApp::site(), "harvest_source_create", input).unwrap_err();
        Value::Object(error.dict().fields().clone())
    };
    let good = json!({"name": "one", "url": "http://example.org/", "source_type": "ckan"});
    let made = portal.ok("harvest_source_create", good.clone());
    assert_eq!(
        (&made["url"], &made["frequency"], &made["type"]),
        (&json!("http://example.org"), &json!("MANUAL"), &json!("harvest"))
    );
    assert_eq!(
        fault(good),
        json!({"url": ["There already is a Harvest Source for this URL: http://example.org"], "name": ["That URL is already in use."]})
    );
    assert_eq!(fault(json!({})), json!({"url": ["Missing value"], "name": ["Missing value"], "source_type": ["Missing value"]}));
    let bad = fault(json!({"name": "two", "url": "file:///x", "source_type": "waf", "frequency": "HOURLY", "config": "{"}));
    assert_eq!(bad["url"], json!(["Please provide a valid URL"]));
    assert_eq!(bad["source_type"], json!(["Unknown harvester type: waf. Registered types: ['ckan']"]));
    assert_eq!(bad["frequency"], json!(["Frequency HOURLY not recognised"]));
    assert!(bad["config"][0].as_str().unwrap().starts_with("Error parsing the configuration options: "), "{bad}");
    let wrong = fault(json!({"name": "two", "url": "http://x.org", "source_type": "ckan", "config": "{\"force_all\": 1}"}));
    assert_eq!(wrong["config"], json!(["Error parsing the configuration options: force_all must be boolean"]));
    let stranger = portal.call(&Actor::anonymous(), "harvest_source_create", json!({})).unwrap_err();
    assert_eq!(stranger.kind(), Kind::Denied);
    // One remote may be harvested in parts.
    let parts = json!({"name": "part", "url": "http://example.org", "source_type": "ckan", "config": "{\"force_all\": true}"});
    drop(portal.ok("harvest_source_create", parts.clone()));
    let mut again = parts;
    again["name"] = json!("part2");
    again["config"] = json!("{ \"force_all\":true }");
    assert_eq!(fault(again), json!({"url": ["There already is a Harvest Source for this URL: http://example.org"]}));
    let unrun = json!({"source_id": "one", "run": false});
    assert_eq!(portal.ok("harvest_job_create", unrun.clone())["status"], "New");
    let twice = portal.call(&TestApp::site(), "harvest_job_create", unrun).unwrap_err();
    assert_eq!(twice.dict().fields()["message"], "There already is an unrun job for this source");
    let list = portal.call(&Actor::anonymous(), "harvest_job_list", json!({"source_id": "one"})).unwrap_err();
    assert_eq!(list.kind(), Kind::Denied);
    assert_eq!(portal.ok("harvest_job_abort", json!({"id": "one"}))["status"], "Aborted");
    assert_eq!(portal.ok("harvest_source_delete", json!({"id": "one"})), Value::Null);
    let gone = portal.call(&TestApp::site(), "harvest_source_show", json!({"id": "one"})).unwrap_err();
    assert_eq!(gone.kind(), Kind::NotFound);
}

#[test]
fn a_due_source_is_harvested_by_itself() {
    let (portal, remote) = (TestApp::new(), small(3));
    let _worker = start(&portal);
    let input = json!({"name": "daily", "url": remote.base_url(), "source_type": "ckan", "config": CREATE, "frequency": "daily"});
    drop(portal.ok("harvest_source_create", input));
    kit::soon("it is harvested", || count(&portal, json!({})) == 3);
    assert_eq!(portal.ok("harvest_job_list", json!({})).as_array().unwrap().len(), 1);
}

#[test]
fn a_portal_without_search_is_harvested_by_its_list() {
    let (portal, remote) = (TestApp::new(), small(120));
    let _worker = start(&portal);
    let source = source(&portal, &remote, create());
    remote.portal().fail(Fault::Status(403), 0, 1);
    let progress = harvest(&portal, &source);
    assert_eq!((progress.added, progress.seen, progress.note), (120, 120, None));
    assert_eq!(remote.portal().seen().by_action["package_show"], 120);
    remote.portal().fail(Fault::Status(403), 0, 1);
    assert_eq!(remote.portal().remove(&["dataset-7"]), 1);
    let again = harvest(&portal, &source);
    assert_eq!((again.unchanged, again.deleted), (119, 1));
}

#[test]
fn a_listing_that_repeats_itself_ends() {
    use std::io::{Read, Write};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let body = json!({"success": true, "result": {"count": 1_000_000, "results": [
        {"id": base::id::new(), "name": "one", "organization": {"name": "body"}}, {"id": base::id::new(), "name": "two"}]}})
    .to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            drop(stream.read(&mut [0; 4096]));
            drop(write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len()));
        }
    });
    let portal = TestApp::new();
    let _worker = start(&portal);
    drop(portal.ok("harvest_source_create", json!({"name": "loop", "url": url, "source_type": "ckan", "config": CREATE})));
    let id = job(&portal, "loop", false);
    let progress = wait(&portal, &id);
    assert_eq!((progress.seen, progress.status.as_str()), (2, "Finished"));
    let report = portal.ok("harvest_job_report", json!({"id": id}));
    assert!(report["gather_errors"][0]["message"].as_str().unwrap().contains("repeats itself"), "{report}");
}

#[test]
fn only_what_the_configuration_asks_for_is_taken() {
    let (portal, remote) = (TestApp::new(), sample());
    let _worker = start(&portal);
    let mut config = create();
    config["organizations_filter_include"] = json!(["minfin"]);
    config["default_tags"] = json!([{"name": "harvested here"}]);
    config["default_extras"] = json!({"origin": "{harvest_source_url}/dataset/{dataset_id}", "access_rights": "mine"});
    config["override_extras"] = json!(true);
    let source = source(&portal, &remote, config);
    let taken = harvest(&portal, &source).added;
    assert!(taken > 1 && taken < 50, "{taken}");
    assert_eq!(count(&portal, json!({"fq": "organization:minfin"})), i64::try_from(taken).unwrap());
    assert_eq!(count(&portal, json!({"fq": "tags:\"harvested here\""})), i64::try_from(taken).unwrap());
    let dataset = portal.ok("package_show", json!({"id": "budget-spending-2023"}));
    let extra = |key: &str| {
        let extras = dataset["extras"].as_array().unwrap();
        extras.iter().find(|extra| extra["key"] == key).map(|extra| extra["value"].clone())
    };
    assert_eq!(extra("origin"), Some(json!(format!("{}/dataset/{}", remote.base_url(), dataset["id"].as_str().unwrap()))));
    assert_eq!(extra("access_rights"), Some(json!("mine")));
    assert_eq!(portal.app.quotes.filter(|group| group.row.is_organization).len(), 1);
}

#[test]
fn remote_organizations_are_left_alone_unless_asked_for() {
    let (portal, remote) = (TestApp::new(), small(3));
    let _worker = start(&portal);
    let first = source(&portal, &remote, json!({}));
    let id = job(&portal, &first, false);
    assert_eq!(wait(&portal, &id).errored, 3);
    let report = portal.ok("harvest_job_report", json!({"id": id})).to_string();
    assert!(report.contains("An organization must be provided"), "{report}");
    assert_eq!(portal.app.quotes.filter(|_| true).len(), 0);
    drop(portal.ok("harvest_source_patch", json!({"id": first, "config": CREATE})));
    assert_eq!(harvest(&portal, &first).added, 3);
    let dataset = portal.ok("package_show", json!({"id": "dataset-1"}));
    assert_eq!(
        (&dataset["organization"]["name"], &dataset["owner_org"]),
        (&json!("body"), &json!("11111111-1111-4111-8111-111111111111"))
    );
}

#[test]
fn a_worker_that_lost_its_lease_writes_nothing() {
    let (portal, remote) = (TestApp::new(), small(900));
    let _worker = start(&portal);
    let source = source(&portal, &remote, create());
    remote.portal().set_delay(Duration::from_millis(200));
    let id = job(&portal, &source, false);
    kit::soon("a page is in", || progress(&portal.app, &id).unwrap().seen > 0);
    let mut connection = portal.database.connect();
    let taken = "update harvest_job set fence = fence + 1, lease_owner = 'elsewhere', lease_until = '2999-01-01'";
    diesel::sql_query(taken).execute(&mut connection).unwrap();
    let stolen = progress(&portal.app, &id).unwrap();
    std::thread::sleep(Duration::from_millis(1_000));
    assert_eq!(progress(&portal.app, &id).unwrap(), stolen);
    remote.portal().set_delay(Duration::ZERO);
    diesel::sql_query("update harvest_job set lease_until = '2000-01-01'").execute(&mut connection).unwrap();
    let done = wait(&portal, &id);
    assert_eq!((done.seen, done.added, done.status.as_str()), (900, 900, "Finished"));
    assert_eq!(count(&portal, json!({})), 900);
}

#[test]
fn datasets_that_share_a_resource_are_all_kept() {
    let portal = TestApp::new();
    let shared = base::id::new();
    let dataset = |name: &str| {
        json!({"name": name, "id": base::id::new(), "organization": {"name": "body"},
            "resources": [{"id": shared, "url": "http://example.org/a.csv"}]})
    };
    let remote = serve(Portal::from_packages(vec![dataset("one"), dataset("two")]));
    let _worker = start(&portal);
    let source = source(&portal, &remote, create());
    assert_eq!(harvest(&portal, &source).added, 2);
    let mut changed = remote.portal().package("two").unwrap();
    changed["title"] = json!("Two");
    let before = portal.ok("package_show", json!({"id": "two"}))["resources"][0]["id"].clone();
    remote.portal().replace(changed).unwrap();
    assert_eq!(harvest(&portal, &source).updated, 1);
    assert_eq!(portal.ok("package_show", json!({"id": "two"}))["resources"][0]["id"], before);
}

/// Uses `../shared/corpus`, which is no part of the repository.
#[test]
fn packages_of_real_portals_are_all_kept() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/ckan/_packages");
    if !folder.is_dir() {
        eprintln!("SKIPPED: packages_of_real_portals_are_all_kept needs ../shared/corpus");
        return;
    }
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        let remote = serve(Portal::load(&file).unwrap());
        let portal = TestApp::with(|settings| settings.auth.create_unowned_dataset = true);
        let _worker = start(&portal);
        let source = source(&portal, &remote, create());
        let all = u64::try_from(remote.portal().datasets()).unwrap();
        let id = job(&portal, &source, false);
        let first = wait(&portal, &id);
        let report = portal.ok("harvest_job_report", json!({"id": id}));
        assert_eq!((first.added, first.errored), (all, 0), "{}: {report}", file.display());
        assert_eq!(harvest(&portal, &source).unchanged, all, "{}", file.display());
        assert_eq!(u64::try_from(count(&portal, json!({}))).unwrap(), all);
    }
}
