//! The index built anew while the portal is used.

use std::sync::atomic::{AtomicBool, Ordering};

use kit::TestApp;
use serde_json::{Value, json};

fn portal() -> TestApp {
    TestApp::with(|settings| settings.auth.create_unowned_dataset = true)
}

fn count(portal: &TestApp, input: Value) -> u64 {
    portal.ok("package_search", input)["count"].as_u64().unwrap()
}

/// Tells the writer to stop, however it ends.
struct Ended<'a>(&'a AtomicBool);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// The folder of the index in use.
fn inside(portal: &TestApp) -> std::path::PathBuf {
    let folders = std::fs::read_dir(portal.index_folder().join("index")).unwrap().flatten().map(|entry| entry.path());
    folders.filter(|path| path.is_dir()).max().unwrap()
}

#[test]
fn nothing_is_missed_while_the_index_is_built_anew() {
    let portal = portal();
    drop(portal.ok("organization_create", json!({"name": "ministry"})));
    for number in 0..30 {
        drop(portal.ok("package_create", json!({"name": format!("old-{number:02}"), "owner_org": "ministry"})));
    }
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut written = 0_u64;
            while !done.load(Ordering::Acquire) {
                drop(portal.ok("package_create", json!({"name": format!("new-{written}")})));
                written += 1;
                assert_eq!(count(&portal, json!({"fq": "name:new-*", "rows": 0})), written);
                assert_eq!(count(&portal, json!({"fq": "name:old-*", "rows": 0})), 30);
            }
            written
        });
        // Also when one of the rounds fails: nobody waits for a writer that never ends.
        let ended = Ended(&done);
        for round in 0..5 {
            let rebuilt = portal.app.feed().unwrap().request_rebuild();
            // What a dataset quotes is called otherwise meanwhile.
            drop(portal.ok("organization_patch", json!({"id": "ministry", "name": format!("ministry-{round}")})));
            rebuilt.recv_timeout(std::time::Duration::from_secs(30)).unwrap().unwrap();
            let named = json!({"fq": format!("organization:ministry-{round}"), "rows": 0});
            kit::soon("the new name is found", || count(&portal, named.clone()) == 30);
            drop(portal.ok("organization_patch", json!({"id": format!("ministry-{round}"), "name": "ministry"})));
        }
        drop(ended);
        assert!(writer.join().unwrap() > 0);
    });
    kit::soon("what was on its way is there", || count(&portal, json!({"fq": "organization:ministry"})) == 30);
    assert_eq!(kurak::comparison::whole(&portal.app, &mut |_| ()).unwrap(), kurak::comparison::Differences::default());
}

#[test]
fn a_folder_that_is_gone_is_built_anew_and_nobody_notices() {
    let portal = portal();
    for number in 0..10 {
        drop(portal.ok("package_create", json!({"name": format!("dataset-{number}")})));
    }
    assert_eq!(count(&portal, json!({})), 10);
    let (folder, before) = (inside(&portal), portal.app.feed().unwrap().rebuilds());
    std::fs::remove_dir_all(&folder).unwrap();
    kit::within(std::time::Duration::from_secs(5), "it is built anew", || {
        assert!(count(&portal, json!({})) >= 10);
        portal.app.feed().unwrap().rebuilds() > before
    });
    drop(portal.ok("package_create", json!({"name": "later"})));
    assert_eq!(count(&portal, json!({})), 11);
    assert_ne!(inside(&portal), folder);
    let portal = portal.restart();
    assert_eq!(count(&portal, json!({})), 11);
}

#[test]
fn the_index_of_an_older_program_answers_until_the_new_one_is_built() {
    let portal = portal();
    for number in 0..10 {
        drop(portal.ok("package_create", json!({"name": format!("dataset-{number}")})));
    }
    assert_eq!(count(&portal, json!({})), 10);
    let folder = inside(&portal);
    let meta = folder.join("meta.json");
    // What the last commit said of itself, as another program would have said it.
    let mut told = String::new();
    kit::soon("the index is saved", || {
        told = std::fs::read_to_string(&meta).unwrap_or_default();
        portal.app.index.segments() > 0 && told.contains("\\\"schema\\\":\\\"") && told.contains("\"max_doc\"")
    });
    std::thread::sleep(std::time::Duration::from_millis(1_300));
    let portal = portal.restart_with(|_settings| {
        let told = std::fs::read_to_string(&meta).unwrap();
        let at = told.find("\\\"schema\\\":\\\"").unwrap() + "\\\"schema\\\":\\\"".len();
        let old = told.get(at..at + 16).unwrap().to_owned();
        std::fs::write(&meta, told.replace(&old, "0123456789abcdef")).unwrap();
    });
    kit::within(std::time::Duration::from_secs(10), "it is built anew", || {
        assert_eq!(count(&portal, json!({})), 10);
        portal.app.feed().unwrap().rebuilds() > 0 && !portal.app.index.is_worn()
    });
    assert_ne!(inside(&portal), folder);
    drop(portal.ok("package_create", json!({"name": "later"})));
    assert_eq!(count(&portal, json!({})), 11);
}
