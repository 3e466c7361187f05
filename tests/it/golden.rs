//! What a real CKAN answered to 717 requests, one after the other: the same requests here, compared by status, message and
//! shape. Ids and tokens of the recording are replaced by those that stand in the same place of the answers here.
//!
//! Uses `../shared/reference`, which is no part of the repository. `golden-differences.txt` says which cases differ, and
//! why; a case that no longer differs has to leave it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
};

use kit::{Response, TestServer};
use serde_json::{Map, Value, json};

const DIFFERENCES: &str = include_str!("../golden-differences.txt");

/// The replay: what is known of the recording's ids, and who is who.
struct Replay {
    server: TestServer,
    /// Recorded text → text here.
    known: HashMap<String, String>,
    tokens: HashMap<String, String>,
}

impl Replay {
    fn new() -> Self {
        let server = TestServer::with(|settings| {
            settings.auth.allow_dataset_collaborators = true;
            settings.site_url = "http://ckan.test:5000".to_owned();
            settings.plugins = ["activity", "datastore", "image_view", "text_view", "resource_proxy"].map(str::to_owned).to_vec();
        });
        let admin = server.token("admin", true);
        Self { server, known: HashMap::new(), tokens: [("admin".to_owned(), admin)].into_iter().collect() }
    }

    /// A recorded text as it is called here.
    fn here(&self, text: &str) -> String {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        // Ids within addresses and messages.
        let mut text = text.to_owned();
        for (recorded, here) in self.known.iter().filter(|(recorded, _)| recorded.len() >= 20) {
            if text.contains(recorded.as_str()) {
                text = text.replace(recorded.as_str(), here);
            }
        }
        text
    }

    fn translate(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => json!(self.here(text)),
            Value::Array(items) => items.iter().map(|item| self.translate(item)).collect(),
            Value::Object(members) => {
                members.iter().map(|(key, value)| (self.here(key), self.translate(value))).collect::<Map<_, _>>().into()
            }
            other => other.clone(),
        }
    }

    /// Learns which id here stands where the recording has one.
    fn learn(&mut self, recorded: &Value, here: &Value) {
        match (recorded, here) {
            (Value::String(recorded), Value::String(here)) if recorded != here && is_id(recorded) && is_id(here) => {
                self.known.entry(recorded.clone()).or_insert_with(|| here.clone());
            }
            (Value::Object(recorded), Value::Object(here)) => {
                for (key, value) in recorded {
                    here.get(key).into_iter().for_each(|other| self.learn(value, other));
                }
            }
            (Value::Array(recorded), Value::Array(here)) if recorded.len() == here.len() => {
                recorded.iter().zip(here).for_each(|(recorded, here)| self.learn(recorded, here));
            }
            _ => {}
        }
    }

    fn send(&self, case: &Value) -> Option<Response> {
        let request = &case["request"];
        let mut headers: Vec<(String, String)> = Vec::new();
        let body = if let Some(sent) = request.get("json") {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
            self.translate(sent).to_string().into_bytes()
        } else if let Some(form) = request.get("form").and_then(Value::as_object) {
            if form.values().any(|value| value.as_str().is_some_and(|text| text.starts_with("<file"))) {
                return None;
            }
            headers.push(("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
            form_of(&self.translate(&json!(form))).into_bytes()
        } else {
            headers.extend(request["content_type"].as_str().map(|kind| ("content-type".to_owned(), kind.to_owned())));
            let text = request["body"].as_str().unwrap_or_default();
            if text.starts_with("b'") {
                return None;
            }
            text.as_bytes().to_vec()
        };
        for (name, value) in case["headers"].as_object().into_iter().flatten() {
            headers.push((name.clone(), self.here(value.as_str().unwrap_or_default())));
        }
        headers.extend(self.tokens.get(case["as"].as_str()?).map(|token| ("authorization".to_owned(), token.clone())));
        let lines: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Some(self.server.send(case["method"].as_str()?, &encoded(&self.here(case["url"].as_str()?)), &lines, &body))
    }

    /// Sends a case; what differs.
    fn replay(&mut self, case: &Value) -> Option<String> {
        let answer = self.send(case)?;
        let (recorded, here) = (&case["response"], answer.json());
        if case["url"].as_str().is_some_and(|url| url.ends_with("/api_token_create"))
            && let (Some(user), Some(token)) = (case["request"]["json"]["user"].as_str(), here["result"]["token"].as_str())
        {
            self.tokens.entry(user.to_owned()).or_insert_with(|| token.to_owned());
        }
        self.learn(recorded, &here);
        if case["status"] == 500 && answer.status < 500 {
            return None;
        }
        if case["status"] != json!(answer.status) {
            let said = if here.is_null() { answer.text() } else { here["error"].to_string() };
            return Some(format!("{} instead of {}: {said} | {}", answer.status, case["status"], recorded["error"]));
        }
        if !recorded.is_object() || recorded.get("success").is_none() {
            return None;
        }
        if let Some(error) = recorded.get("error") {
            let error = self.translate(error);
            // What Solr said, word for word, is not what is said here.
            if error["__type"] == "Search Error" && error.to_string().contains("SOLR") {
                return (here["error"]["__type"] != "Search Error").then(|| here["error"].to_string());
            }
            let bare = |error: &Value| {
                let mut error = error.clone();
                error.as_object_mut().map(|members| members.shift_remove("data"));
                error
            };
            return (bare(&error) != bare(&here["error"])).then(|| format!("{} instead of {error}", here["error"]));
        }
        let mut faults = BTreeSet::new();
        compare("result", &recorded["result"], &here["result"], &mut faults);
        (!faults.is_empty()).then(|| faults.into_iter().collect::<Vec<_>>().join("; "))
    }
}

/// UUIDs, and what CKAN makes of random bytes.
fn is_id(text: &str) -> bool {
    (20..=400).contains(&text.len()) && !text.contains([' ', '/', ':']) && text.contains(|letter: char| letter.is_ascii_digit())
}

/// An address as clients send it: what is encoded already stays.
fn encoded(address: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/?&=%.-_~:+,*!$'();@".contains(&byte);
    address.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn form_of(fields: &Value) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields.as_object().into_iter().flatten() {
        match value {
            Value::Array(items) => items.iter().for_each(|item| {
                form.append_pair(name, item.as_str().unwrap_or_default());
            }),
            other => {
                form.append_pair(name, other.as_str().unwrap_or_default());
            }
        }
    }
    form.finish()
}

/// Keys and types; `null` fits everything, and so does an empty list.
fn compare(place: &str, recorded: &Value, here: &Value, faults: &mut BTreeSet<String>) {
    match (recorded, here) {
        (Value::Null, _) | (_, Value::Null) => {}
        (Value::Object(recorded), Value::Object(here)) => {
            let keyed = recorded.keys().chain(here.keys()).any(|key| is_id(key));
            // A plugin that the recording had.
            let due = |key: &&String| *key != "tracking_summary" && !keyed;
            for key in recorded.keys().filter(|key| !here.contains_key(*key)).filter(due) {
                faults.insert(format!("{place}.{key} is missing"));
            }
            for key in here.keys().filter(|key| !recorded.contains_key(*key)).filter(due) {
                faults.insert(format!("{place}.{key} is new"));
            }
            for (key, value) in recorded {
                here.get(key).into_iter().for_each(|other| compare(&format!("{place}.{key}"), value, other, faults));
            }
        }
        (Value::Array(recorded), Value::Array(here)) => {
            if let (Some(recorded), Some(here)) = (recorded.first(), here.first()) {
                compare(&format!("{place}[]"), recorded, here, faults);
            }
        }
        (Value::Number(_), Value::Number(_)) | (Value::Bool(_), Value::Bool(_)) | (Value::String(_), Value::String(_)) => {}
        _ => {
            let shown = |value: &Value| value.to_string().chars().take(60).collect::<String>();
            faults.insert(format!("{place}: {} instead of {}", shown(here), shown(recorded)));
        }
    }
}

/// Case → why it differs.
fn differences() -> BTreeMap<usize, &'static str> {
    let lines = DIFFERENCES.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines.filter_map(|line| line.split_once(' ')).map(|(number, reason)| (number.parse().unwrap(), reason)).collect()
}

#[test]
fn a_recorded_ckan_is_answered_as_it_answered() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/ckan-api/golden.jsonl");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: a_recorded_ckan_is_answered_as_it_answered needs ../shared/reference");
        return;
    };
    let known = differences();
    let actions: BTreeSet<&str> = kurak::rows().iter().map(|row| row.name).collect();
    let mut replay = Replay::new();
    let (mut compared, mut faults) = (0, Vec::new());
    for (number, line) in text.lines().enumerate() {
        let case: Value = serde_json::from_str(line).unwrap();
        let url = case["url"].as_str().unwrap();
        let Some((_, rest)) = url.split_once("/action/") else { continue };
        let action = rest.split(['?', '/']).next().unwrap_or_default();
        if !actions.contains(action) {
            continue;
        }
        let fault = replay.replay(&case);
        compared += 1;
        match (fault, known.get(&number)) {
            (Some(fault), None) => {
                let sent = case["request"].to_string();
                faults.push(format!("{number} {} {action} {sent}\n    {fault}", case["as"].as_str().unwrap_or_default()));
            }
            (None, Some(reason)) => faults.push(format!("{number} {action} no longer differs ({reason})")),
            _ => {}
        }
    }
    println!("{compared} of {} recorded cases compared, {} known to differ", text.lines().count(), known.len());
    assert!(faults.is_empty(), "{} cases differ:\n{}", faults.len(), faults.join("\n"));
}
