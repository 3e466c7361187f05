//! `kurak generate`.

use std::{fs, io::Write, os::unix::fs::OpenOptionsExt, path::PathBuf};

use base::{Error, Result};
use clap::Subcommand;

use super::print;

#[derive(Subcommand)]
pub enum Command {
    /// Write a ckan.ini to begin with; it has a secret of its own
    Config {
        /// Where to; nothing is written over
        file: PathBuf,
    },
}

pub fn run(command: &Command) -> Result<()> {
    let Command::Config { file } = command;
    let failed = |error: std::io::Error| Error::bad_request(format!("cannot write {}: {error}", file.display()));
    let mut made = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file).map_err(failed)?;
    made.write_all(template(&auth::token::random_text()?).as_bytes()).map_err(failed)?;
    print::line(format!("Config file written to {}", file.display()))
}

/// The options that a new site is most likely to change, each with what it is for.
fn template(secret: &str) -> String {
    format!(
        "# The configuration of a kurak. All options: openapi/settings.txt, `kurak config describe`.

[DEFAULT]
debug = false

[app:main]
use = egg:ckan

# Signs and seals. Who has it can make himself anybody: keep it, and keep it secret.
SECRET_KEY = {secret}

# A PostgreSQL of your own, 14 or newer; without it kurak brings one up by itself.
#sqlalchemy.url = postgresql://kurak:password@localhost/kurak

# Where people reach the site, without a path.
ckan.site_url = http://127.0.0.1:5000
ckan.site_id = default
ckan.site_title = kurak
#ckan.site_description =
#ckan.root_path = /data/{{{{LANG}}}}

# Data, files and the index.
#ckan.storage_path = /var/lib/ckan
#ckan.max_resource_size = 10
#ckan.max_image_size = 2

# Who may what.
ckan.auth.anon_create_dataset = false
ckan.auth.create_unowned_dataset = false
ckan.auth.create_dataset_if_not_in_organization = true
ckan.auth.user_create_groups = true
ckan.auth.user_create_organizations = true
ckan.auth.create_user_via_api = false
ckan.auth.create_user_via_web = false
ckan.auth.public_user_details = true
ckan.auth.allow_dataset_collaborators = false

# Scripts of other sites in browsers.
#ckan.cors.origin_allow_all = false
#ckan.cors.origin_whitelist =

# Licences of your own, and the language of those who say none.
#licenses_group_url = file:///etc/ckan/licenses.json
ckan.locale_default = en

# Mail: invitations, new passwords, what is new.
#smtp.server = localhost
#smtp.starttls = false
#smtp.user =
#smtp.password =
#smtp.mail_from =
ckan.activity_streams_email_notifications = false
"
    )
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, Options, ini};

    #[test]
    fn what_is_written_is_a_configuration() {
        let folder = tempfile::tempdir().unwrap();
        let options = |text: &str| -> Options {
            let file = folder.path().join("ckan.ini");
            std::fs::write(&file, text).unwrap();
            ini::read(&file).unwrap().options
        };
        let text = super::template("a-secret-of-32-letters-or-more-x");
        let given = options(&text);
        assert_eq!(given["secret_key"], "a-secret-of-32-letters-or-more-x");
        let config = Config::from_options(given).unwrap();
        assert_eq!(config.not_honoured(), []);
        // What is commented out is good, too.
        let all: String = text
            .lines()
            .map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line).to_owned() + "\n")
            .collect();
        let config = Config::from_options(options(&all)).unwrap();
        assert_eq!(config.not_honoured(), []);
        assert_eq!(config.settings.root_path.before, "/data");
    }
}
