//! What was acknowledged stays, whoever is killed; what cannot be done now is said so.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use cluster::{Cluster, Options};

use crate::program::{Server, Site};

const CLIENTS: usize = 64;
const ROUNDS: usize = 5;

fn token(site: &Site) -> String {
    site.ok("sysadmin add root --create email=root@example.org password=conformance1");
    site.ok("user token add -q root test").trim().to_owned()
}

#[test]
fn five_crashes_under_sixty_four_writers_lose_nothing() {
    let site = Site::new();
    let token = token(&site);
    let acknowledged = Mutex::new(Vec::new());
    for round in 0..ROUNDS {
        let server = Server::start(&site);
        let stopping = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for client in 0..CLIENTS {
                let (server, token, stopping, acknowledged) = (&server, &token, &stopping, &acknowledged);
                scope.spawn(move || {
                    for number in 0.. {
                        let name = format!("round-{round}-client-{client}-{number}");
                        let body =
                            format!("{{\"name\": \"{name}\", \"resources\": [{{\"url\": \"http://x.org/{number}.csv\"}}]}}");
                        match server.ask("package_create", token, &body) {
                            Ok(answer) if answer.status == 200 => acknowledged.lock().unwrap().push(name),
                            _ if stopping.load(Ordering::Relaxed) => return,
                            Ok(answer) => assert!(matches!(answer.status, 0 | 503), "{}", answer.text()),
                            Err(_) => {}
                        }
                    }
                });
            }
            std::thread::sleep(Duration::from_millis(700));
            stopping.store(true, Ordering::Relaxed);
            server.crash();
        });
        drop(server);
        let server = Server::start(&site);
        let expected = acknowledged.lock().unwrap().clone();
        assert!(expected.len() > round, "nothing was written in round {round}");
        kit::within(Duration::from_secs(5), "every acknowledged dataset is found", || {
            let found = server.post("package_search", "", "{\"rows\": 0}");
            found["result"]["count"].as_u64().unwrap_or(0) >= u64::try_from(expected.len()).unwrap()
        });
        for name in expected.iter().rev().take(200) {
            assert_eq!(server.post("package_show", "", &format!("{{\"id\": \"{name}\"}}"))["success"], true, "{name}");
        }
        assert_eq!(server.stop(), Some(0));
    }
    let listed = site.ok("search-index check");
    assert!(listed.starts_with("the index equals the database"), "{listed}");
}

#[test]
fn a_stopped_database_is_said_so_and_reads_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let cluster = Cluster::start(&Options { fsync: false, ..Options::new(folder.path().join("pg")) }).unwrap();
    let site = Site::on(None, &cluster.url(cluster::DATABASE));
    let token = token(&site);
    let server = Server::start(&site);
    assert_eq!(server.post("package_create", &token, "{\"name\": \"kept\", \"title\": \"Kept\"}")["success"], true);
    assert_eq!(server.stop(), Some(0));
    // The memory of this one is empty: what it shows is from the index.
    let server = Server::start(&site);

    cluster.suspend().unwrap();
    let refused = server.ask("package_create", &token, "{\"name\": \"lost\"}").unwrap();
    assert!(refused.status == 503 && !refused.header("retry-after").is_empty(), "{}", refused.text());
    assert!(!refused.text().contains("postgresql"), "{}", refused.text());
    assert_eq!(server.post("package_show", "", "{\"id\": \"kept\"}")["success"], true);
    assert_eq!(server.post("package_search", "", "{\"q\": \"kept\"}")["result"]["count"], 1);

    cluster.resume().unwrap();
    kit::within(Duration::from_secs(3), "a write", || {
        server
            .ask("package_create", &token, "{\"name\": \"after\"}")
            .is_ok_and(|answer| answer.status == 200 || answer.text().contains("already in use"))
    });
    assert_eq!(server.post("package_search", "", "{}")["result"]["count"], 2);
    assert_eq!(server.stop(), Some(0));
}
