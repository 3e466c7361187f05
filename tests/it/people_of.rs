//! People for the tests: made through the API, acting with the rights that the database gives them.

use auth::Actor;
use base::{Error, Kind};
use kit::TestApp;
use serde_json::{Value, json};

/// Of "correct horse", made by the library that CKAN uses.
pub const HASH: &str = "$pbkdf2-sha512$25000$PIdQKiXkHCPEOCekFEJozQ$1Lrx3afVKVqThCHvJVPb4W2vSYizZ.FdQZQ3K8FzgbQzEQdx8LSm8tco9VZwL4TO0QJTvKj.aLXyoPQxOJuNIA";

/// Makes a user of that name.
pub fn user(portal: &TestApp, name: &str) -> Value {
    portal.ok("user_create", json!({"name": name, "email": format!("{name}@example.com"), "password_hash": HASH}))
}

/// The user as the program sees him when he calls now.
pub fn actor(portal: &TestApp, name: &str) -> Actor {
    let id = portal.ok("user_show", json!({"id": name}))["id"].as_str().unwrap().to_owned();
    let mut connection = portal.database.connect();
    portal.app.actors.of_user(&mut connection, &id).unwrap().unwrap_or_else(Actor::anonymous)
}

/// The error dict of a failed validation.
pub fn faults(outcome: Result<Value, Error>) -> Value {
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), Kind::Validation, "{error}");
    Value::Object(error.dict().fields().clone())
}
