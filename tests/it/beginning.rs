//! What a first start meets: files that cannot be read, databases that are somebody else's, folders without data.

use std::process::Command;

use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_types::BigInt};
use kit::TestDb;
use serde_json::Value;

use super::program::Site;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn tables(database: &TestDb) -> i64 {
    let sql = "select count(*) as count from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')";
    diesel::sql_query(sql).get_result::<Count>(&mut database.connect()).unwrap().count
}

/// Standard error of a command that must fail.
fn refused(site: &Site, line: &str) -> String {
    let output = site.run(line);
    assert_eq!(output.status.code(), Some(1), "{line}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_ckans_own_database_is_left_alone() {
    let database = TestDb::empty();
    database.connect().batch_execute("create table alembic_version (version_num text); create table package (id text)").unwrap();
    let site = Site::on(None, &database.url());
    for line in ["run --port 0", "db upgrade", "db init", "db version", "db pending-migrations", "db clean --yes", "user list"] {
        assert!(refused(&site, line).contains("sqlalchemy.url"), "{line}");
    }
    let checks: Value = serde_json::from_slice(&site.run("doctor --json").stdout).unwrap();
    let found = checks.as_array().unwrap().iter().find(|check| check["check"] == "tables").unwrap();
    assert!(found["verdict"] == "fail" && found["text"].as_str().unwrap().contains("alembic_version"), "{found}");
    assert_eq!(tables(&database), 2, "nothing is written");
}

#[test]
fn a_database_that_is_not_utf8_is_refused_before_it_is_written_to() {
    for encoding in ["SQL_ASCII", "LATIN1"] {
        let database = TestDb::encoded(encoding);
        let site = Site::on(None, &database.url());
        for line in ["run --port 0", "db upgrade", "db init"] {
            let told = refused(&site, line);
            assert!(told.contains(encoding) && told.contains("UTF8"), "{told}");
        }
        assert_eq!(site.code("doctor"), Some(1));
        assert_eq!(tables(&database), 0);
    }
}

#[test]
fn a_file_that_cannot_be_read_begins_nothing() {
    let site = Site::new();
    let ini = site.path().join("ckan.ini");
    let text = std::fs::read_to_string(&ini).unwrap();
    for (from, to, told) in [
        ("[app:main]", "[app:main", "line 4"),
        ("[app:main]", "", "no section [app:main]"),
        ("debug = false", "debug", "line 2"),
        ("%(here)s", "%(nope)s", "%(nope)s"),
        ("= postgresql:", "= mysql:", "another kind of database"),
    ] {
        std::fs::write(&ini, text.replace(from, to)).unwrap();
        for line in ["config validate", "run --port 0"] {
            let output = site.run(line);
            let error = String::from_utf8(output.stderr).unwrap();
            assert!(output.status.code() == Some(2) && error.contains(told), "{line}: {error}");
        }
    }
}

#[test]
fn a_command_that_looks_makes_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let run = |line: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kurak"));
        command.current_dir(folder.path()).env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("KURAK_DATA", &data);
        command.args(line.split(' ')).output().unwrap()
    };
    for line in
        ["user list", "dataset list", "sysadmin list", "search-index check", "harvester run x", "db version", "db clean --yes"]
    {
        let output = run(line);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && error.contains(data.to_str().unwrap()), "{line}: {error}");
        assert!(!data.exists(), "{line}");
    }
    let output = run("doctor");
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && told.contains("the first start makes it") && !data.exists(), "{told}");
}
