//! Migrations: up, down and up again leave the same database.

use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_types::Text};
use kit::TestDb;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Columns, constraints, indexes and functions, as text; without what belongs to extensions.
fn dump(connection: &mut PgConnection) -> Vec<String> {
    let sql = "
        select format('column %s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) as line
            from information_schema.columns where table_schema = 'public' and table_name <> '__diesel_schema_migrations'
        union all select format('constraint %s on %s: %s', conname, conrelid::regclass, pg_get_constraintdef(oid))
            from pg_constraint where connamespace = 'public'::regnamespace and conrelid::regclass::text not like '%diesel%'
        union all select 'index ' || indexdef from pg_indexes where schemaname = 'public' and tablename not like '%diesel%'
        union all select 'function ' || pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace
            and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')
        order by 1";
    let lines: Vec<Line> = diesel::sql_query(sql).load(connection).unwrap();
    lines.into_iter().map(|line| line.line).collect()
}

#[test]
fn up_down_up_is_the_same() {
    let database = TestDb::empty();
    let mut connection = PgConnection::establish(&database.url()).unwrap();
    assert!(store::migrate::is_behind(&mut connection).unwrap());
    store::migrate::upgrade(&mut connection).unwrap();
    let first = dump(&mut connection);
    assert!(first.len() > 100, "only {} lines", first.len());
    store::migrate::downgrade(&mut connection).unwrap();
    assert_eq!(dump(&mut connection), Vec::<String>::new());
    store::migrate::upgrade(&mut connection).unwrap();
    assert_eq!(dump(&mut connection), first);
    assert!(!store::migrate::is_behind(&mut connection).unwrap());
    store::migrate::upgrade(&mut connection).unwrap();
}

#[test]
fn the_database_compares_names_as_the_program_does() {
    #[derive(QueryableByName)]
    struct Step {
        #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
        text: String,
    }
    let database = TestDb::new();
    let mut connection = PgConnection::establish(&database.url()).unwrap();
    let letters: String = ('!'..='~').chain('\u{400}'..='\u{52f}').collect();
    let folded: Line =
        diesel::sql_query("select folded($1) as line").bind::<Text, _>(&letters).get_result(&mut connection).unwrap();
    assert_eq!(folded.line, base::letters::folded(&letters));
    diesel::sql_query("set enable_seqscan = off").execute(&mut connection).unwrap();
    for (query, index) in [
        ("select id from tag where folded(name) like folded('%копуро%')", "tag_parts_of_name"),
        ("select id from users where folded(name) like '%ulan%' or folded(fullname) like '%улан%'", "users_parts_of_names"),
    ] {
        let plan: Vec<Step> = diesel::sql_query(format!("explain {query}")).load(&mut connection).unwrap();
        assert!(plan.iter().any(|step| step.text.contains(index)), "{query} goes through all names");
    }
}

#[test]
fn a_server_that_runs_for_long_keeps_two_years_of_activities_ahead() {
    let database = TestDb::new();
    let mut connection = PgConnection::establish(&database.url()).unwrap();
    let months = |connection: &mut PgConnection| {
        let sql = "select inhrelid::regclass::text as line from pg_inherits where inhparent = 'activity'::regclass order by 1";
        let lines: Vec<Line> = diesel::sql_query(sql).load(connection).unwrap();
        lines.into_iter().map(|line| line.line).filter(|name| name != "activity_other").collect::<Vec<_>>()
    };
    let made = months(&mut connection);
    assert_eq!(made.len(), 25, "{made:?}");
    // As if the last ones had not come yet when it started.
    for month in made.iter().skip(20) {
        diesel::sql_query(format!("drop table {month}")).execute(&mut connection).unwrap();
    }
    store::migrate::keep_months(&mut connection).unwrap();
    assert_eq!(months(&mut connection), made);
}
