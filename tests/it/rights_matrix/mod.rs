//! Every action for everybody: who may, compared with the rules of CKAN (`table`), and committed as openapi/rights.txt.
//! `UPDATE_RIGHTS=1` writes that anew.

mod table;

use std::{collections::BTreeMap, fmt::Write as _, path::Path, sync::mpsc::Receiver};

use auth::Actor;
use base::Kind;
use diesel::RunQueryDsl;
use kit::TestApp;
use serde_json::{Value, json};

use crate::{people_of::user, post_office::post_office};

/// Who asks: nobody; somebody with no role; the roles in org1 and group1; the collaborators of `hidden`; a sysadmin; and
/// three who were sysadmins once: one deleted, one whose token ended, one whose token was revoked.
const ROLES: [&str; 12] = [
    "anonymous",
    "other",
    "member",
    "editor",
    "admin",
    "c_member",
    "c_editor",
    "c_admin",
    "sysadmin",
    "deleted",
    "expired",
    "revoked",
];

/// The rules by name: a letter a role, in the order of [`ROLES`].
const RULES: &[(&str, &str)] = &[
    ("EVERYBODY", "++++++++++++"),
    ("USERS", "-++++++++---"),
    ("SELF", "-+------+---"),
    ("SYSADMIN", "--------+---"),
    // No file comes along here: tests/it/file.rs tells who may send one.
    ("NO_FILE", "999999999999"),
    ("SYSADMIN_NOWHERE", "--------4---"),
    ("ADMINS", "----+---+---"),
    ("MEMBERS", "--+++---+---"),
    ("EDITORS_OPEN", "---++---+---"),
    ("EDITORS", "---++-+++---"),
    ("READERS", "--+++++++---"),
    ("MANAGERS", "----+--++---"),
];

struct Matrix {
    portal: TestApp,
    ids: BTreeMap<&'static str, String>,
    tokens: BTreeMap<&'static str, String>,
    /// Somebody has to take the invitations.
    _mails: Receiver<String>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn token(portal: &TestApp, user: &str) -> (String, String) {
    let made = portal.ok("api_token_create", json!({"user": user, "name": "t"}));
    (text(&made["id"]), text(&made["token"]))
}

impl Matrix {
    fn new() -> Self {
        let (server, mails) = post_office();
        let portal = TestApp::with(|settings| {
            settings.auth.allow_dataset_collaborators = true;
            settings.auth.allow_admin_collaborators = true;
            settings.auth.create_unowned_dataset = true;
            settings.auth.create_dataset_if_not_in_organization = false;
            settings.activity.email = true;
            settings.mail.server = server;
            settings.mail.mail_from = Some("portal@example.org".to_owned());
        });
        let mut matrix = Self { portal, ids: BTreeMap::new(), tokens: BTreeMap::new(), _mails: mails };
        matrix.people();
        matrix.catalog();
        matrix.rest();
        matrix
    }

    fn keep(&mut self, name: &'static str, value: &Value) {
        self.ids.insert(name, text(value));
    }

    fn people(&mut self) {
        user(&self.portal, "target");
        for role in ROLES.iter().skip(1) {
            user(&self.portal, role);
            if ["sysadmin", "deleted", "expired", "revoked"].contains(role) {
                drop(self.portal.ok("user_patch", json!({"id": role, "sysadmin": true})));
            }
            let (id, token) = token(&self.portal, role);
            self.tokens.insert(role, token);
            if *role == "revoked" {
                drop(self.portal.ok("api_token_revoke", json!({"jti": id})));
            }
            if *role == "expired" {
                let over = format!("update api_token set expires_at = created_at - interval '1 hour' where id = '{id}'");
                diesel::sql_query(over).execute(&mut self.portal.database.connect()).unwrap();
            }
        }
        drop(self.portal.ok("user_delete", json!({"id": "deleted"})));
        let (id, _token) = token(&self.portal, "other");
        self.ids.insert("other_token", id);
    }

    fn catalog(&mut self) {
        let users = ["member", "editor", "admin"].map(|name| json!({"name": name, "capacity": name}));
        for (action, name) in [
            ("organization_create", "org1"),
            ("organization_create", "empty"),
            ("group_create", "group1"),
            ("group_create", "gone"),
        ] {
            let made = self.portal.ok(action, json!({"name": name, "users": users}));
            if name == "org1" {
                self.keep("org1", &made["id"]);
            }
        }
        drop(self.portal.ok("group_delete", json!({"id": "gone"})));
        for (name, private, state) in [
            ("open", false, "active"),
            ("hidden", true, "active"),
            ("draft", false, "draft"),
            ("deleted", false, "active"),
            ("grouped", false, "active"),
            ("twin", false, "active"),
        ] {
            let resources = json!([{"url": "http://x.kg/a.png", "name": "a", "format": "PNG"}]);
            let sent = json!({"name": name, "owner_org": "org1", "private": private, "state": state, "resources": resources, "tags": [{"name": "roads"}]});
            let made = self.portal.ok("package_create", sent);
            match name {
                "open" => {
                    self.keep("open", &made["id"]);
                    self.keep("open_resource", &made["resources"][0]["id"]);
                }
                "hidden" => {
                    self.keep("hidden_resource", &made["resources"][0]["id"]);
                    let view = json!({"resource_id": made["resources"][0]["id"], "view_type": "image_view", "title": "View"});
                    let view = self.portal.ok("resource_view_create", view);
                    self.keep("hidden_view", &view["id"]);
                }
                "deleted" => {
                    self.keep("deleted", &made["id"]);
                    drop(self.portal.ok("package_delete", json!({"id": "deleted"})));
                }
                _ => {}
            }
        }
        drop(
            self.portal.ok(
                "member_create",
                json!({"id": "group1", "object": "grouped", "object_type": "package", "capacity": "public"}),
            ),
        );
        for capacity in ["member", "editor", "admin"] {
            let sent = json!({"id": "hidden", "user_id": format!("c_{capacity}"), "capacity": capacity});
            drop(self.portal.ok("package_collaborator_create", sent));
        }
        drop(self.portal.ok("package_relationship_create", json!({"subject": "open", "object": "twin", "type": "links_to"})));
    }

    fn rest(&mut self) {
        let other = self.actor("other");
        drop(self.portal.ok("package_create", json!({"name": "unowned"})));
        for (action, key) in [("follow_dataset", "open"), ("follow_group", "group1"), ("follow_user", "target")] {
            drop(self.portal.call(&other, action, json!({"id": key})).unwrap());
        }
        drop(self.portal.ok("package_patch", json!({"id": "open", "notes": "second"})));
        for (name, newest, oldest) in
            [("open", "open_activity_2", "open_activity"), ("hidden", "hidden_activity_2", "hidden_activity")]
        {
            let listed = self
                .portal
                .ok("package_activity_list", json!({"id": name, "activity_types": ["new package", "changed package"]}));
            let listed = listed.as_array().unwrap();
            self.keep(newest, &listed[0]["id"]);
            self.keep(oldest, &listed[listed.len() - 1]["id"]);
        }
        let vocabulary = self.portal.ok("vocabulary_create", json!({"name": "terms", "tags": [{"name": "termed"}]}));
        self.keep("vocabulary", &vocabulary["id"]);
        let task = json!({"entity_id": self.ids["open_resource"], "entity_type": "resource", "task_type": "t", "key": "k", "value": "v"});
        let task = self.portal.ok("task_status_update", task);
        self.keep("task", &task["id"]);
        for (name, number) in [("source", 1), ("source2", 2)] {
            let sent = json!({"name": name, "url": format!("http://remote.example/{number}"), "source_type": "ckan", "title": "S", "owner_org": "org1"});
            let made = self.portal.ok("harvest_source_create", sent);
            self.keep(name, &made["id"]);
        }
        let job = self.portal.ok("harvest_job_create", json!({"source_id": self.ids["source"], "run": false}));
        self.keep("job", &job["id"]);
        let object = format!(
            "insert into harvest_object (id, source_id, guid, outcome, state, job_id, gathered) values ('object', '{}', 'g', 'new', 'COMPLETE', '{}', now())",
            self.ids["source"], self.ids["job"]
        );
        diesel::sql_query(object).execute(&mut self.portal.database.connect()).unwrap();
        self.ids.insert("object", "object".to_owned());
        self.file();
    }

    /// A file of `other`'s, though nothing lies in its place.
    fn file(&mut self) {
        let other = self.actor("other").id().unwrap().to_owned();
        let mut connection = self.portal.database.connect();
        for text in [
            "insert into file (id, name, storage, location, content_type, size, hash, algorithm, created) \
             values ('file', 'file', 'default', 'nowhere', 'text/plain', 1, '', 'md5', now())"
                .to_owned(),
            format!("insert into file_owner (file_id, owner_id, owner_type) values ('file', '{other}', 'user')"),
        ] {
            diesel::sql_query(text).execute(&mut connection).unwrap();
        }
        self.ids.insert("other_id", other);
    }

    fn actor(&self, role: &str) -> Actor {
        self.tokens.get(role).map_or_else(Actor::anonymous, |token| self.portal.behind(token))
    }

    /// What somebody is told: `+` done, `-` denied, else the last digit of the class.
    fn outcome(&self, role: &str, action: &str, sent: &str) -> (char, String) {
        let mut sent = sent.to_owned();
        // Longer names first: one may begin with another.
        for (name, id) in self.ids.iter().rev() {
            sent = sent.replace(&format!("${name}"), id);
        }
        let row = self.portal.app.row(action).unwrap_or_else(|| panic!("no action {action}"));
        let input = serde_json::from_str(&sent).unwrap_or_else(|error| panic!("{action}: {error}: {sent}"));
        match (row.rehearse)(&self.portal.app, &self.actor(role), input) {
            Ok(_) => ('+', String::new()),
            Err(error) => {
                let letter = match error.kind() {
                    Kind::Denied => '-',
                    Kind::NotFound => '4',
                    Kind::Validation => '9',
                    _ => '!',
                };
                (letter, format!("{error} {:?}", error.dict().fields()))
            }
        }
    }
}

#[test]
fn everybody_may_what_ckan_lets_him() {
    let matrix = Matrix::new();
    let rules: BTreeMap<&str, &str> = RULES.iter().copied().collect();
    let mut whole = String::from(
        "Who may do what: `+` done, `-` denied, 4 not found, 9 refused for what was sent. Made by tests/it/rights_matrix.\n\n",
    );
    let _written = writeln!(whole, "{:<42} {:<20} {}", "action", "about", ROLES.join(" "));
    let (mut wrong, mut asked) = (Vec::new(), Vec::new());
    for line in table::TABLE.lines().filter(|line| !line.is_empty()) {
        let parts: Vec<&str> = line.splitn(4, " | ").collect();
        let [action, about, rule, sent] = parts[..] else { panic!("not a row: {line}") };
        asked.push(action);
        let outcomes = ROLES.map(|role| matrix.outcome(role, action, sent));
        let shown: String = outcomes.iter().map(|(letter, _)| *letter).collect();
        if shown != rules[rule] {
            let told: Vec<_> = ROLES.iter().zip(&outcomes).filter(|(_, (letter, _))| !"+-".contains(*letter)).collect();
            wrong.push(format!("{action} ({about}): {shown}, expected {} ({rule}) {told:?}", rules[rule]));
        }
        let cells: String =
            ROLES.iter().zip(shown.chars()).map(|(role, letter)| format!(" {letter:<width$}", width = role.len())).collect();
        let _written = writeln!(whole, "{action:<42} {about:<20}{}", cells.trim_end());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let left: Vec<&str> = kurak::rows_sorted().iter().map(|row| row.name).filter(|name| !asked.contains(name)).collect();
    assert!(left.is_empty(), "give these actions a line in tests/it/rights_matrix/table.rs: {left:?}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi/rights.txt");
    if std::env::var_os("UPDATE_RIGHTS").is_some() {
        std::fs::write(&path, &whole).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == whole,
        "openapi/rights.txt is out of date: run UPDATE_RIGHTS=1 cargo test -p kurak --test it rights_matrix"
    );
}
