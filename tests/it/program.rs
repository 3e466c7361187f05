//! The program as scripts run it: commands, their exit codes, a server that is started, asked and stopped.

use std::{
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};

use kit::{Response, TestDb, client};
use serde_json::Value;
use tempfile::TempDir;

/// A ckan.ini, a database and a data folder.
pub struct Site {
    _database: Option<TestDb>,
    folder: TempDir,
}

impl Site {
    pub fn new() -> Self {
        let database = TestDb::empty();
        let url = database.url();
        Self::on(Some(database), &url)
    }

    /// On a database that somebody else keeps.
    pub fn on(database: Option<TestDb>, url: &str) -> Self {
        let site = Self { _database: database, folder: TempDir::new().unwrap() };
        let options = [
            ("use", "egg:ckan"),
            ("sqlalchemy.url", &url.replace('%', "%%")),
            ("ckan.storage_path", "%(here)s/storage"),
            ("ckan.site_url", "http://portal.example"),
            ("ckan.site_id", "portal.example"),
            ("ckan.auth.create_unowned_dataset", "true"),
            ("error_email_from", "errors@portal.example"),
        ];
        let lines: Vec<String> = options.iter().map(|(name, value)| format!("{name} = {value}\n")).collect();
        std::fs::write(site.ini(), format!("[DEFAULT]\ndebug = false\n\n[app:main]\n{}", lines.concat())).unwrap();
        site
    }

    /// Its folder.
    pub fn path(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }

    /// Adds an option to its configuration.
    pub fn option(&self, name: &str, value: &str) {
        let text = std::fs::read_to_string(self.ini()).unwrap();
        std::fs::write(self.ini(), format!("{text}{name} = {value}\n")).unwrap();
    }

    fn ini(&self) -> PathBuf {
        self.folder.path().join("ckan.ini")
    }

    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kurak"));
        command.arg("-c").arg(self.ini()).args(line.split(' '));
        // What the tester's own shell says must not matter.
        for (name, _) in std::env::vars_os().filter(|(name, _)| {
            name.to_str().is_some_and(|name| name.starts_with("CKAN") || name.starts_with("KURAK") || name == "DATABASE_URL")
        }) {
            command.env_remove(name);
        }
        command
    }

    pub fn run(&self, line: &str) -> Output {
        self.command(line).output().unwrap()
    }

    pub fn ok(&self, line: &str) -> String {
        let output = self.run(line);
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn code(&self, line: &str) -> Option<i32> {
        self.run(line).status.code()
    }
}

/// A running server.
pub struct Server {
    child: Child,
    address: String,
}

impl Server {
    pub fn start(site: &Site) -> Self {
        let mut child = site.command("run --host 127.0.0.1 --port 0").stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = loop {
            let line = log.next().unwrap().unwrap();
            let line: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no line of JSON: {line}"));
            if line["message"] == "serving" {
                break line["address"].as_str().unwrap().to_owned();
            }
        };
        // The log has to go somewhere.
        std::thread::spawn(move || log.for_each(drop));
        Self { child, address }
    }

    pub fn post(&self, action: &str, token: &str, body: &str) -> Value {
        self.ask(action, token, body).unwrap().json()
    }

    /// The whole answer; an error when the server is gone.
    pub fn ask(&self, action: &str, token: &str, body: &str) -> std::io::Result<Response> {
        let headers = [("authorization", token), ("content-type", "application/json")];
        client::send(&self.address, ("POST", &format!("/api/3/action/{action}")), &headers, body.as_bytes())
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    /// Bytes of memory that it holds.
    pub fn resident(&self) -> usize {
        let text = std::fs::read_to_string(format!("/proc/{}/statm", self.child.id())).unwrap();
        text.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
    }

    /// Ends it as a crash would.
    pub fn crash(&self) {
        assert!(Command::new("kill").args(["-9", &self.child.id().to_string()]).status().unwrap().success());
    }

    pub fn stop(mut self) -> Option<i32> {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn a_site_is_set_up_served_and_stopped() {
    let site = Site::new();
    assert!(site.ok("db version").starts_with("none"));
    assert!(site.ok("db init").contains("SUCCESS"));
    site.ok("sysadmin add --create confadmin email=confadmin@example.com password=conformance1");
    let token = site.ok("user token add -q confadmin conformance");
    assert_eq!(token.trim().len(), token.len() - 1, "the token stands alone: {token}");
    let users: Value = serde_json::from_str(&site.ok("user list --json")).unwrap();
    assert!(users.as_array().unwrap().iter().any(|user| user["name"] == "confadmin" && user["sysadmin"] == true));

    let server = Server::start(&site);
    let made = server.post("package_create", token.trim(), r#"{"name": "from-outside"}"#);
    assert_eq!(made["success"], true, "{made}");
    assert_eq!(server.post("status_show", "", "{}")["result"]["site_url"], "http://portal.example");
    // Beside a running server: one owner of the index, and a user who is known at once.
    assert_eq!(site.code("run --port 0"), Some(1));
    assert_eq!(site.code("search-index clear"), Some(1));
    assert_eq!(site.ok("search-index check"), "the index equals the database: 1 datasets\n");
    assert!(site.ok("search-index show from-outside").contains("\"name\": \"from-outside\""));
    assert_eq!(site.ok("search-index rebuild"), "1 datasets are in the index\n");
    assert_eq!(site.ok("search-index rebuild -q"), "");
    assert_eq!(server.stop(), Some(0));

    let found: Value = serde_json::from_str(&site.ok("search-index check --json")).unwrap();
    assert_eq!(found["count"], 1);
    let shown: Value = serde_json::from_str(&site.ok("search-index show from-outside")).unwrap();
    assert_eq!((&shown["name"], &shown["id"]), (&"from-outside".into(), &made["result"]["id"]));
    assert_eq!(site.code("search-index show nothing"), Some(1));
    assert_eq!(site.code("search-index clear from-outside"), Some(2));
    site.ok("search-index clear");
    let server = Server::start(&site);
    // 503 until it is built.
    kit::soon("the index is built anew", || server.post("package_search", "", "{}")["result"]["count"] == 1);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn exit_codes_tell_failures_from_wrong_calls() {
    let site = Site::new();
    site.ok("db init");
    for (line, code) in [
        ("user add anna email=anna@example.org password=long-enough", 0),
        ("user add anna email=anna2@example.org password=long-enough", 1),
        ("user add bea nonsense", 2),
        ("user remove nobody-of-that-name", 1),
        ("sysadmin add nobody-of-that-name", 1),
        ("sysadmin add anna", 0),
        ("sysadmin remove anna", 0),
        ("user remove anna", 0),
        ("user token add anna", 2),
        ("user token revoke nosuchtoken", 1),
        ("run --host nonsense", 2),
        ("db clean", 2),
        ("dance", 2),
        ("jobs list --json", 0),
        ("jobs list -i -l 1", 0),
        ("jobs show nothing", 1),
        ("user show anna", 0),
        ("user show nobody-of-that-name", 1),
        ("dataset list --json", 0),
        ("dataset purge nothing", 1),
        ("clean activities --offset-days 1", 2),
        ("clean activities --offset-days 1 -f", 0),
        ("views create", 0),
        ("views create image_view text_view -y", 0),
        ("views create no_view", 2),
        ("views create -d nothing", 1),
        ("views clear", 2),
        ("views clear -y", 0),
        ("config validate", 0),
        ("config describe", 0),
        ("config declaration activity --core --enabled -d", 0),
        ("config search ckan.site* --with-default --custom-only", 0),
        ("notify replay", 0),
        ("db pending-migrations", 0),
        ("db upgrade -p harvest", 0),
        ("search-index list-orphans", 0),
        ("harvester source clear nothing", 1),
        ("harvester sources all", 0),
        ("harvester abort-failed-jobs", 0),
        ("harvester source list", 0),
        ("harvester source run nothing", 1),
        ("doctor", 0),
    ] {
        assert_eq!(site.code(line), Some(code), "{line}");
    }
    let missing = Command::new(env!("CARGO_BIN_EXE_kurak")).args(["-c", "/there/is/none.ini", "db", "init"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("/there/is/none.ini"));
}

#[test]
fn a_configuration_is_made_and_changed() {
    let site = Site::new();
    let made = site.path().join("made.ini");
    let line = format!("generate config {}", made.display());
    assert!(site.ok(&line).contains("made.ini"));
    assert_eq!(site.code(&line), Some(2), "nothing is written over");
    site.ok(&format!("config-tool {} ckan.site_title=Портал -s app:main", made.display()));
    assert_eq!(site.code(&format!("config-tool {} -e nonsense=1", made.display())), Some(2));
    let output =
        Command::new(env!("CARGO_BIN_EXE_kurak")).arg("-c").arg(&made).args(["config", "search", "ckan.site_t*"]).output();
    assert_eq!(String::from_utf8(output.unwrap().stdout).unwrap(), "ckan.site_title: Портал\n");
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(&made).unwrap().permissions().mode() & 0o777, 0o600, "it has a secret in it");
}

#[test]
fn datasets_are_looked_after_from_the_command_line() {
    let site = Site::new();
    site.ok("db init");
    site.ok("sysadmin add --create admin email=admin@example.com password=conformance1");
    let token = site.ok("user token add -q admin first");
    let server = Server::start(&site);
    for name in ["first", "second"] {
        let made = server.post("package_create", token.trim(), &format!(r#"{{"name": "{name}"}}"#));
        assert_eq!(made["success"], true, "{made}");
    }
    assert!(site.ok("dataset delete first").contains("first active -> deleted"));
    assert_eq!(site.ok("dataset purge second"), "second purged\n");
    let list = site.ok("dataset list");
    assert!(list.starts_with("count = 1\n") && list.contains("deleted"), "{list}");
    let shown: Value = serde_json::from_str(&site.ok("dataset show first")).unwrap();
    assert_eq!(shown["state"], "deleted");
    assert_eq!(site.ok("search-index list-orphans"), "");
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn what_does_nothing_is_told_and_secrets_are_not() {
    let site = Site::new();
    let options: Value = serde_json::from_str(&site.ok("config print --json")).unwrap();
    assert_eq!(options["ckan.site_id"]["value"], "portal.example");
    assert!(options["ckan.site_id"]["source"].as_str().unwrap().ends_with("ckan.ini:9"), "{options}");
    assert!(options["kurak.data"]["value"].as_str().unwrap().ends_with("/storage/kurak"));
    assert_eq!(options["ckan.search.rows_max"], serde_json::json!({"value": "1000", "source": "default"}));
    let table = site.ok("config print");
    let line = table.lines().find(|line| line.starts_with("error_email_from")).unwrap();
    assert!(line.ends_with("does nothing: nobody is mailed of faults; the log tells of them"), "{line}");
    let misspelt = site.command("config validate").env("KURAK_NONSENSE", "abc").output().unwrap();
    assert!(String::from_utf8_lossy(&misspelt.stdout).contains("kurak.nonsense (KURAK_NONSENSE) does nothing"));
    let checks: Value = serde_json::from_str(&site.ok("doctor --json")).unwrap();
    assert!(
        checks.as_array().unwrap().iter().any(|check| check["check"] == "PostgreSQL" && check["verdict"] == "ok"),
        "{checks}"
    );
}

#[test]
fn a_wrong_schema_is_refused_with_its_place() {
    let site = Site::new();
    site.option("scheming.dataset_schemas", "soil.yaml");
    std::fs::write(
        site.path().join("soil.yaml"),
        "dataset_type: soil\ndataset_fields:\n- {field_name: depth, validators: deep}\n",
    )
    .unwrap();
    let doctor = site.run("doctor --json");
    let checks: Value = serde_json::from_slice(&doctor.stdout).unwrap();
    let found = checks.as_array().unwrap().iter().find(|check| check["check"] == "schemas").unwrap();
    assert_eq!(found["verdict"], "fail");
    for part in ["scheming.dataset_schemas", "soil.yaml", "dataset_fields[0] (depth)", "\"deep\"", "isodate"] {
        assert!(found["text"].as_str().unwrap().contains(part), "{part} is not in {found}");
    }
    let start = site.run("run --port 0");
    assert_eq!(start.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&start.stderr).contains("dataset_fields[0] (depth)"));
    // Found from the folder of ckan.ini, and by its module.
    site.option("scheming.group_schemas", "ckanext.kg:theme.json");
    site.option("kurak.schema_folders", "extensions");
    std::fs::create_dir_all(site.path().join("extensions/ckanext/kg")).unwrap();
    std::fs::write(site.path().join("extensions/ckanext/kg/theme.json"), "{\"group_type\": \"theme\", \"fields\": []}").unwrap();
    std::fs::write(site.path().join("soil.yaml"), "dataset_type: soil\ndataset_fields:\n- {field_name: depth}\n").unwrap();
    let checks: Value = serde_json::from_slice(&site.run("doctor --json").stdout).unwrap();
    let found = checks.as_array().unwrap().iter().find(|check| check["check"] == "schemas").unwrap();
    assert_eq!((&found["verdict"], &found["text"]), (&"ok".into(), &"2 of this site".into()));
}

#[test]
fn a_password_is_read_and_not_an_argument() {
    let site = Site::new();
    site.ok("db init");
    site.ok("user add anna email=a@example.org password=correct-horse");
    let set = |password: &str| {
        let mut child = site
            .command("user setpass anna")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
    };
    assert_eq!(set("battery staple\n"), (Some(0), "Password updated for user: anna\n".to_owned()));
    assert_eq!(set("\n").0, Some(2));
    let (code, told) = set("short\n");
    assert!(code == Some(1) && told.contains("8 characters"), "{told}");
}

/// Published hole T13: what a caller calls things must not forge lines of the log.
#[test]
fn the_log_stays_one_object_a_line() {
    let site = Site::new();
    site.ok("db init");
    let mut command = site.command("run --host 127.0.0.1 --port 0");
    let mut child = command.env("KURAK_LOG", "debug").stderr(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut lines: Vec<Value> = Vec::new();
    let address = loop {
        let line: Value = serde_json::from_str(&log.next().unwrap().unwrap()).unwrap();
        if line["message"] == "serving" {
            break line["address"].as_str().unwrap().to_owned();
        }
    };
    let rest = std::thread::spawn(move || log.map_while(Result::ok).collect::<Vec<String>>());
    let server = Server { child, address };
    for evil in
        [r"x\n2026-01-01 INFO forged", r"x\r\nforged", r"\u001b[31mforged", r"x\u2028forged", r#"\"}\n{\"message\":\"forged\"}"#]
    {
        for action in ["user_show", "package_show", "package_search", "organization_show"] {
            let answer = server.ask(action, evil.trim(), &format!("{{\"id\": \"{evil}\", \"q\": \"{evil}\"}}"));
            assert!(answer.is_ok(), "{action} {evil}");
        }
    }
    let raw = format!("GET /api/3/action/package_search?q=\"{}\" HTTP/1.1\r\nHost: x\r\n\r\n", "суу");
    let mut connection = client::Connection::open(server.address()).unwrap();
    connection.write(raw.as_bytes()).unwrap();
    assert_eq!(connection.last_answer().unwrap().status, 400);
    assert_eq!(server.stop(), Some(0));
    lines.extend(
        rest.join().unwrap().iter().map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("{line:?}"))),
    );
    assert!(lines.iter().any(|line| line.to_string().contains("user_show")), "the calls are in the log");
    assert!(lines.iter().all(|line| line["message"] != "forged" && line["fields"]["message"] != "forged"));
    let filled = lines.iter().find(|line| line["message"].as_str().is_some_and(|text| text.contains("invalid uri")));
    assert_eq!(filled, None, "what is no HTTP fills no log");
}
