//! The follower: sees what other processes write, and what was written while it was away.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use base::{Error, Result};
use diesel::{PgConnection, RunQueryDsl, connection::SimpleConnection, sql_query};
use kit::{TestApp, TestDb};
use serde_json::json;
use store::{Apply, Change, Follower, Pools, feed::Builder, pool::Sizes};

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

/// Follows, and panics when it is told of something for the first time.
struct Nervous(Arc<AtomicUsize>);

impl Apply for Nervous {
    fn prepare(&mut self, _connection: &mut PgConnection) -> Result<()> {
        Ok(())
    }

    fn watermark(&self) -> Option<u64> {
        Some(0)
    }

    fn take(&mut self, _pools: &Pools, changes: &[Change]) -> Result<()> {
        assert!(self.0.fetch_add(changes.len(), Ordering::SeqCst) > 0, "something happened");
        Ok(())
    }

    fn commit(&mut self, _watermark: u64) -> Result<()> {
        Ok(())
    }

    fn rest(&mut self) -> Result<()> {
        Ok(())
    }

    fn is_worn(&self) -> bool {
        false
    }

    fn builder(&self) -> Builder {
        Box::new(|_pools, _watermark| Err(Error::internal("there is nothing to build")))
    }
}

#[test]
fn a_panic_does_not_end_the_follower_and_loses_nothing() {
    let (database, told) = (TestDb::new(), Arc::new(AtomicUsize::default()));
    let pools = Pools::open(&database.url(), Sizes::default()).unwrap();
    let follower = Follower::start(pools, Box::new(Nervous(Arc::clone(&told)))).unwrap();
    kit::soon("it is ready", || follower.feed().is_ready());
    let write = "insert into change_log (entity, id, kind) values ('package', 'a', 'create'), ('package', 'b', 'create')";
    database.connect().batch_execute(write).unwrap();
    kit::soon("both are told again", || told.load(Ordering::SeqCst) >= 4);
    let feed = follower.feed();
    kit::soon("and seen", || feed.sight().sequence >= 2);
}
