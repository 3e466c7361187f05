//! The program without its edges: actions on a database and an index of their own.

use std::sync::Arc;

use action::{App, Conditions, Settings, action::Answer, actors::Proof};
use auth::Actor;
use base::{Result, secret::Secret};
use serde_json::{Map, Value};
use store::{Follower, Pools, pool::Sizes};
use tempfile::TempDir;

use crate::TestDb;

/// The parts put together; everything of it is gone at the end of the test.
pub struct TestApp {
    pub app: Arc<App>,
    follower: Follower,
    pub database: TestDb,
    folder: TempDir,
}

impl TestApp {
    /// With the settings of a fresh portal.
    #[must_use]
    pub fn new() -> Self {
        Self::with(|_settings| ())
    }

    /// With other settings.
    #[must_use]
    pub fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let everywhere = "0.0.0.0/0".parse().expect("a network");
        let mut settings = Settings { secret_key: Secret::new("test"), fetch_allow: vec![everywhere], ..Settings::default() };
        let database = TestDb::new();
        let folder = TempDir::new().expect("a folder for index and files");
        settings.files.root = Some(folder.path().join("storage"));
        change(&mut settings);
        let (app, follower) = open(settings, &database, &folder);
        Self { app, follower, database, folder }
    }

    /// Ends it as a crash would, and starts it again on the same database and index.
    #[must_use]
    pub fn restart(self) -> Self {
        self.restart_with(|_settings| ())
    }

    /// As [`TestApp::restart`], with other settings.
    #[must_use]
    pub fn restart_with(self, change: impl FnOnce(&mut Settings)) -> Self {
        let Self { app, follower, database, folder } = self;
        drop(follower);
        let mut settings = app.settings.clone();
        change(&mut settings);
        drop(app);
        let (app, follower) = open(settings, &database, &folder);
        Self { app, follower, database, folder }
    }

    /// Where the index lies.
    #[must_use]
    pub fn index_folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Somebody who may do everything.
    #[must_use]
    pub fn site() -> Actor {
        Actor::site("site", "default")
    }

    /// Runs an action.
    ///
    /// # Errors
    /// What the action says.
    pub fn call(&self, actor: &Actor, name: &str, input: Value) -> Result<Value> {
        let answer = self.answer(actor, name, input, &Conditions::default())?;
        Ok(serde_json::from_str(&answer.result).expect("an answer is JSON"))
    }

    /// Runs an action under conditions.
    ///
    /// # Errors
    /// What the action says.
    pub fn answer(&self, actor: &Actor, name: &str, input: Value, conditions: &Conditions) -> Result<Answer> {
        let row = self.app.row(name).unwrap_or_else(|| panic!("no action {name}"));
        let input: Map<String, Value> = serde_json::from_value(input).expect("the input is an object");
        (row.call)(&self.app, actor, input, conditions)
    }

    /// The user behind a token; anonymous for one that is worth nothing.
    #[must_use]
    pub fn behind(&self, token: &str) -> Actor {
        self.app.actors.resolve(&self.app.pools, &Proof::token(token)).expect("the database answers")
    }

    /// Runs an action that has to succeed, for somebody who may do everything.
    #[must_use]
    pub fn ok(&self, name: &str, input: Value) -> Value {
        self.call(&Self::site(), name, input).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

impl Default for TestApp {
    fn default() -> Self {
        Self::new()
    }
}

fn open(settings: Settings, database: &TestDb, folder: &TempDir) -> (Arc<App>, Follower) {
    let pools = Pools::open(&database.url(), Sizes::default()).expect("pools");
    let index = search::Index::open(&folder.path().join("index")).expect("an index");
    let app = App::new(settings, pools.clone(), index, [catalog::rows(), people::rows(), harvest::rows()].concat())
        .expect("the parts fit");
    let follower = Follower::start(pools, catalog::follower(&app)).expect("a follower");
    app.connect(follower.feed());
    crate::soon("the follower is ready", || follower.feed().is_ready());
    (app, follower)
}
