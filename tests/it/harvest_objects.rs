//! What is known of a remote's datasets: told by hand, shown, cleared; and what a moving listing does to it.

use std::time::Duration;

use base::Kind;
use kit::TestApp;
use serde_json::{Value, json};

use crate::{
    harvest::{create, harvest, job, small, source, start, wait},
    people_of::{actor, faults, user},
};

/// A source of an organization, and a job of it that waits.
fn portal() -> (TestApp, Value, Value) {
    let portal = TestApp::with(|settings| settings.auth.create_unowned_dataset = true);
    for name in ["editor", "other"] {
        user(&portal, name);
    }
    let users = json!([{"name": "editor", "capacity": "editor"}]);
    drop(portal.ok("organization_create", json!({"name": "org1", "users": users})));
    let input = json!({"name": "pushed", "url": "http://203.0.113.1", "source_type": "ckan", "owner_org": "org1"});
    let source = portal.ok("harvest_source_create", input);
    let job = portal.ok("harvest_job_create", json!({"source_id": "pushed", "run": false}));
    (portal, source, job)
}

#[test]
fn jobs_have_the_status_that_ckanext_harvest_tells() {
    let (portal, source, job) = portal();
    assert_eq!(job["status"], "New");
    let list = |status: &str| portal.ok("harvest_job_list", json!({"source_id": "pushed", "status": status}));
    assert_eq!((list("New").as_array().unwrap().len(), list("Running")), (1, json!([])));
    drop(portal.ok("harvest_job_abort", json!({"id": job["id"]})));
    let ready = portal.ok("harvest_job_create", json!({"source_id": source["id"]}));
    assert_eq!(ready["status"], "Running");
    assert_eq!(list("New"), json!([]));
    assert_eq!(list("Running")[0]["id"], ready["id"]);
}

#[test]
fn an_object_is_told_by_hand_and_shown_to_who_may_see_it() {
    let (portal, source, job) = portal();
    let dataset = portal.ok("package_create", json!({"name": "secret", "owner_org": "org1", "private": true}));
    let sent = json!({"guid": "g1", "content": "<xml/>", "job_id": job["id"], "package_id": "secret", "extras": {"a": "b"}});
    let denied = portal.call(&actor(&portal, "editor"), "harvest_object_create", sent.clone()).unwrap_err();
    assert_eq!(denied.kind(), Kind::Denied);
    let made = portal.ok("harvest_object_create", sent.clone());
    for (key, value) in [
        ("guid", json!("g1")),
        ("content", json!("<xml/>")),
        ("extras", json!({"a": "b"})),
        ("package_id", dataset["id"].clone()),
        ("harvest_source_id", source["id"].clone()),
        ("state", json!("WAITING")),
        ("report_status", Value::Null),
        ("current", json!(false)),
    ] {
        assert_eq!(made[key], value, "{key}");
    }
    let show = |who: &str| portal.call(&actor(&portal, who), "harvest_object_show", json!({"id": made["id"]})).unwrap();
    assert_eq!((&show("editor")["content"], &show("other")["content"]), (&json!("<xml/>"), &Value::Null));
    assert_eq!(show("other")["extras"], json!({}));
    let again = portal.ok("harvest_object_create", json!({"guid": "g1", "job_id": job["id"]}));
    assert_eq!((&again["id"], &again["content"]), (&made["id"], &Value::Null));
    let site = TestApp::site();
    let wrong = faults(portal.call(&site, "harvest_object_create", json!({"package_id": "none", "extras": 1})));
    assert_eq!(
        wrong,
        json!({"job_id": ["Missing value"], "package_id": ["Dataset was not found"], "extras": ["Must be an object of texts"]})
    );
    let wrong = faults(portal.call(&site, "harvest_object_create", json!({"job_id": "x", "source_id": "y", "guid": "a\0b"})));
    assert_eq!(wrong["job_id"], json!(["Harvest Job with id \"x\" does not exist"]));
    assert!(wrong["guid"].is_array(), "{wrong}");
}

#[test]
fn a_cleared_source_stays_without_what_it_brought() {
    let (portal, source, job) = portal();
    for number in 0..60 {
        let dataset = portal.ok("package_create", json!({"name": format!("dataset-{number}"), "owner_org": "org1"}));
        let object = json!({"guid": number.to_string(), "job_id": job["id"], "package_id": dataset["id"]});
        drop(portal.ok("harvest_object_create", object));
    }
    drop(portal.ok("package_create", json!({"name": "own", "owner_org": "org1"})));
    let call = |who: &str| portal.call(&actor(&portal, who), "harvest_source_clear", json!({"id": "pushed"}));
    assert_eq!(call("other").unwrap_err().kind(), Kind::Denied);
    let input = json!({"id": "pushed"}).as_object().unwrap().clone();
    drop((portal.app.row("harvest_source_clear").unwrap().rehearse)(&portal.app, &actor(&portal, "editor"), input).unwrap());
    assert_eq!(portal.ok("package_search", json!({"rows": 0}))["count"], 61);
    assert_eq!(portal.ok("package_show", json!({"id": "dataset-1"}))["name"], "dataset-1");
    assert_eq!(portal.ok("harvest_job_show", json!({"id": job["id"]}))["status"], "New");
    assert_eq!(call("editor").unwrap(), json!({"id": source["id"]}));
    assert_eq!(portal.ok("package_search", json!({}))["count"], 1);
    let gone = portal.call(&TestApp::site(), "package_show", json!({"id": "dataset-1"})).unwrap_err();
    assert_eq!(gone.kind(), Kind::NotFound);
    assert_eq!(portal.ok("harvest_object_list", json!({"source_id": "pushed", "only_current": false})), json!([]));
    assert!(portal.call(&TestApp::site(), "harvest_job_show", json!({"id": job["id"]})).is_err());
    assert_eq!(portal.ok("harvest_source_show", json!({"id": "pushed"}))["status"]["job_count"], 0);
    assert_eq!(portal.ok("harvest_job_create", json!({"source_id": "pushed"}))["status"], "Running");
}

#[test]
fn editors_harvest_into_their_own_organization() {
    let (portal, source, _job) = portal();
    let change = |who: &auth::Actor, url: &str, config: &str| {
        let input = json!({"id": source["id"], "url": url, "config": config});
        portal.call(who, "harvest_source_patch", input).map(drop)
    };
    let (editor, here, there) = (actor(&portal, "editor"), "http://203.0.113.1", "http://203.0.113.2");
    let orgs = r#"{"remote_orgs": "only_local"}"#;
    let told = faults(change(&editor, here, orgs).map(|()| Value::Null));
    assert!(told["config"][0].as_str().unwrap().starts_with("remote_orgs is for sysadmins"), "{told}");
    assert!(change(&editor, here, r#"{"remote_groups": "create"}"#).is_err());
    assert!(change(&editor, here, r#"{"remote_orgs": "", "force_all": true}"#).is_ok());
    change(&TestApp::site(), here, orgs).unwrap();
    // What a sysadmin allowed this remote is allowed no other one.
    assert!(change(&editor, here, orgs).is_ok());
    assert!(change(&editor, there, orgs).is_err());
    assert!(change(&editor, there, "{}").is_ok());
}

#[test]
fn errors_that_are_too_many_are_counted() {
    let (portal, remote) = (TestApp::with(|settings| settings.auth.create_unowned_dataset = true), small(5));
    for number in 0..5 {
        let id = format!("00000001-0000-4000-8000-{number:012}");
        drop(portal.ok("package_create", json!({"id": id, "name": format!("own-{number}")})));
    }
    let source = source(&portal, &remote, create());
    let job = job(&portal, &source, false);
    // All but one of those that are kept.
    let sql = format!(
        "insert into harvest_error (job_id, stage, message, created)
         select '{job}', 'Import', 'x', timestamp '2026-01-01' from generate_series(1, 4999)"
    );
    diesel::RunQueryDsl::execute(diesel::sql_query(sql), &mut portal.database.connect()).unwrap();
    let _worker = start(&portal);
    let progress = wait(&portal, &job);
    assert_eq!((progress.errored, progress.status.as_str()), (5, "Finished"));
    assert_eq!(progress.note.as_deref(), Some("4 more errors were not kept"));
}

#[test]
fn what_a_moving_listing_passes_over_is_not_gone() {
    let (portal, remote) = (TestApp::new(), small(600));
    let _worker = start(&portal);
    let source = source(&portal, &remote, create());
    assert_eq!(harvest(&portal, &source).added, 600);
    let object = portal.ok("harvest_object_list", json!({"source_id": source, "limit": 1}));
    let object = portal.ok("harvest_object_show", json!({"id": object[0]}));
    assert!(object["content"].as_str().unwrap().contains("\"title\""), "{object}");

    // Between the first page and the second a dataset of the first one goes and one comes at the end: as many as before.
    let mut last = remote.portal().package("dataset-599").unwrap();
    last["id"] = json!("00000001-0000-4000-8000-000000000999");
    last["name"] = json!("late");
    last["resources"] = json!([]);
    remote.portal().forget();
    remote.portal().set_delay(Duration::from_millis(300));
    let running = job(&portal, &source, false);
    let asked = || remote.portal().seen().by_action.get("package_search").copied().unwrap_or_default();
    kit::soon("the second page is asked for", || asked() == 2);
    assert_eq!(remote.portal().remove(&["dataset-1"]), 1);
    remote.portal().replace(last).unwrap();
    let progress = wait(&portal, &running);
    assert_eq!((progress.status.as_str(), progress.deleted, progress.added), ("Finished", 0, 1), "{progress:?}");
    // The next look at it is calm.
    remote.portal().set_delay(Duration::ZERO);
    assert_eq!(harvest(&portal, &source).deleted, 1);
}
