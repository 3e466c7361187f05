//! What is kept of harvests, and how it is cleared.

use base::Kind;
use diesel::RunQueryDsl;
use kit::TestApp;
use serde_json::{Value, json};

use crate::people_of::{actor, faults, user};

fn portal() -> TestApp {
    let portal = TestApp::new();
    user(&portal, "editor");
    let users = json!([{"name": "editor", "capacity": "editor"}]);
    drop(portal.ok("organization_create", json!({"name": "org1", "users": users})));
    for (name, frequency) in [("daily", "DAILY"), ("manual", "MANUAL")] {
        let url = format!("http://203.0.113.1/{name}");
        drop(portal.ok(
            "harvest_source_create",
            json!({"name": name, "title": name, "url": url, "source_type": "ckan", "owner_org": "org1", "frequency": frequency}),
        ));
    }
    portal
}

fn sql(portal: &TestApp, text: &str) {
    diesel::sql_query(text).execute(&mut portal.database.connect()).unwrap();
}

#[test]
fn a_source_is_changed_in_parts() {
    let portal = portal();
    let editor = actor(&portal, "editor");
    let before = portal.ok("harvest_source_show", json!({"id": "daily"}));
    let patched = portal.call(&editor, "harvest_source_patch", json!({"id": "daily", "title": "New"})).unwrap();
    assert_eq!((&patched["title"], &patched["url"], &patched["frequency"]), (&json!("New"), &before["url"], &json!("DAILY")));
    let error = portal.call(&editor, "harvest_source_patch", json!({"id": "daily", "source_type": "unknown"}));
    assert!(faults(error)["source_type"][0].as_str().unwrap().starts_with("Unknown harvester type: unknown"));
    assert_eq!(faults(portal.call(&editor, "harvest_source_patch", json!({"title": "x"}))), json!({"id": ["Missing value"]}));
    user(&portal, "other");
    let denied = portal.call(&actor(&portal, "other"), "harvest_source_patch", json!({"id": "daily"})).unwrap_err();
    assert_eq!(denied.kind(), Kind::Denied);
}

#[test]
fn jobs_that_are_over_are_forgotten() {
    let portal = portal();
    let site = TestApp::site();
    let run = |source: &str| portal.ok("harvest_job_create", json!({"source_id": source}))["id"].as_str().unwrap().to_owned();
    let known = |job: &str| portal.call(&site, "harvest_job_show", json!({"id": job})).is_ok();
    let (first, other) = (run("daily"), run("manual"));
    sql(&portal, "update harvest_job set status = 'Finished'");
    let waiting = run("daily");
    let id = portal.ok("harvest_source_show", json!({"id": "daily"}))["id"].clone();
    let editor = actor(&portal, "editor");
    let cleared = portal.call(&editor, "harvest_source_job_history_clear", json!({"id": "daily"})).unwrap();
    assert_eq!(cleared, json!({"id": id}));
    assert_eq!((known(&first), known(&waiting), known(&other)), (false, true, true));
    let denied = portal.call(&editor, "harvest_sources_job_history_clear", json!({})).unwrap_err();
    assert_eq!((denied.kind(), denied.message()), (Kind::Denied, "Only sysadmins can clear history for all harvest jobs"));
    sql(
        &portal,
        &format!(
            "insert into harvest_object (id, source_id, guid, outcome, state, job_id, gathered)
             select 'object', source_id, 'guid', 'added', 'COMPLETE', id, created from harvest_job where id = '{other}'"
        ),
    );
    let all = portal.ok("harvest_sources_job_history_clear", json!({"keep_current": true}));
    assert_eq!((all.as_array().unwrap().len(), known(&other)), (2, true));
    drop(portal.ok("harvest_sources_job_history_clear", json!({})));
    assert!(!known(&other) && known(&waiting));
    assert_eq!(portal.ok("harvest_object_list", json!({"source_id": "manual"})), json!(["object"]), "what is there stays known");
}

#[test]
fn jobs_that_run_too_long_are_ended() {
    let portal = portal();
    let abort = |input: Value| portal.ok("harvest_abort_failed_jobs", input);
    let ids = ["daily", "manual"].map(|name| portal.ok("harvest_source_show", json!({"id": name}))["id"].clone());
    let jobs = ["daily", "manual"].map(|name| portal.ok("harvest_job_create", json!({"source_id": name}))["id"].clone());
    assert_eq!(abort(json!({"life_span": 3})), "There is no jobs to abort");
    sql(&portal, "update harvest_job set status = 'Running', created = created - interval '3 days'");
    assert_eq!(abort(json!({"exclude": ids[0]})), "Done. Aborted jobs: 0");
    assert_eq!(abort(json!({"include": "nope"})), "There is no jobs to abort");
    assert_eq!(abort(json!({"life_span": "nonsense"})), "Done. Aborted jobs: 1", "a day has passed, a week has not");
    assert_eq!(abort(json!({"life_span": i64::MAX})), "Done. Aborted jobs: 0");
    assert_eq!(abort(json!({"life_span": 2, "include": ids[1], "exclude": ids[1]})), "Done. Aborted jobs: 1");
    for job in jobs {
        assert_eq!(portal.ok("harvest_job_show", json!({"id": job}))["status"], "Aborted");
    }
    let denied = portal.call(&actor(&portal, "editor"), "harvest_abort_failed_jobs", json!({})).unwrap_err();
    assert_eq!(denied.kind(), Kind::Denied);
}
