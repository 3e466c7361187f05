//! The follower: sees what other processes write, and what was written while it was away.

use diesel::{RunQueryDsl, connection::SimpleConnection, sql_query};
use kit::TestApp;
use serde_json::json;

fn count(portal: &TestApp) -> i64 {
    portal.ok("package_search", json!({}))["count"].as_i64().unwrap()
}

#[test]
fn changes_of_other_nodes_arrive() {
    let portal = TestApp::with(|settings| settings.auth.create_unowned_dataset = true);
    drop(portal.ok("package_create", json!({"name": "here"})));
    let mut other = portal.database.connect();
    // Another node deletes it: row, document and log in one transaction.
    other
        .batch_execute(
            "begin; update package set state = 'deleted'; update package_document set state = 'deleted', labels = '{}', version = 2; \
             insert into change_log (entity, id, kind, version) select 'package', id, 'delete', 2 from package; commit",
        )
        .unwrap();
    kit::soon("the change arrives", || count(&portal) == 0);
    let shown = portal.call(&auth::Actor::anonymous(), "package_show", json!({"id": "here"}));
    assert_eq!(shown.unwrap_err().kind(), base::Kind::Denied);
}

#[test]
fn a_late_commit_with_a_low_number_is_not_passed_over() {
    let portal = TestApp::with(|settings| settings.auth.create_unowned_dataset = true);
    drop(portal.ok("package_create", json!({"name": "slow"})));
    let mut slow = portal.database.connect();
    slow.batch_execute(
        "begin; update package_document set state = 'deleted', version = 2 where name = 'slow'; \
         insert into change_log (entity, id, kind) select 'package', id, 'delete' from package where name = 'slow'",
    )
    .unwrap();
    // Many later numbers are committed, applied and saved before the early one commits.
    for number in 0..5 {
        drop(portal.ok("package_create", json!({"name": format!("quick-{number}")})));
    }
    std::thread::sleep(std::time::Duration::from_millis(250));
    assert_eq!(count(&portal), 6);
    let portal = portal.restart();
    sql_query("commit").execute(&mut slow).unwrap();
    kit::soon("the late commit arrives", || count(&portal) == 5);
}
