//! The real server on a free port.

use std::{net::SocketAddr, sync::Arc};

use action::Settings;
use serde_json::Value;

use crate::{
    TestApp,
    client::{self, Response},
};

/// A portal that is asked over HTTP.
pub struct TestServer {
    pub portal: TestApp,
    pub address: SocketAddr,
    running: Option<web::Running>,
}

impl TestServer {
    /// With the settings of a fresh portal.
    #[must_use]
    pub fn new() -> Self {
        Self::with(|_settings| ())
    }

    /// With other settings.
    #[must_use]
    pub fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::serving(change, web::Options::default())
    }

    /// With other settings of the portal and of the server.
    #[must_use]
    pub fn serving(change: impl FnOnce(&mut Settings), options: web::Options) -> Self {
        let portal = TestApp::with(change);
        let running = web::serve(Arc::clone(&portal.app), options).expect("a server");
        Self { portal, address: running.address(), running: Some(running) }
    }

    /// Sends a request with these header lines.
    #[must_use]
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
        client::send(self.address, (method, path), headers, body).expect("the server listens")
    }

    /// GET.
    #[must_use]
    pub fn get(&self, path: &str) -> Response {
        self.send("GET", path, &[], b"")
    }

    /// POST of JSON to an action, with a token or anonymous.
    #[must_use]
    pub fn action(&self, name: &str, token: Option<&str>, input: &Value) -> Response {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(token.map(|token| ("authorization", token)));
        self.send("POST", &format!("/api/3/action/{name}"), &headers, input.to_string().as_bytes())
    }

    /// A new user's token; a sysadmin's, or one without any rights yet.
    #[must_use]
    pub fn token(&self, name: &str, sysadmin: bool) -> String {
        let user = serde_json::json!({"name": name, "email": format!("{name}@example.org"), "password": "long enough", "sysadmin": sysadmin});
        drop(self.portal.ok("user_create", user));
        let token = self.portal.ok("api_token_create", serde_json::json!({"user": name, "name": "test"}));
        token["token"].as_str().unwrap_or_default().to_owned()
    }
}

impl Default for TestServer {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        drop(self.running.take());
    }
}
