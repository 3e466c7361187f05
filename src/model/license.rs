//! The licences that a catalog knows without configuration (CKAN 2.12's built-in list; its booleans are texts).

use std::collections::HashMap;

use base::{Error, Result, loose};
use serde::Serialize;
use serde_json::Value;

/// More licences than these no site has.
const MOST: usize = 2_000;

/// A licence as `license_list` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct License {
    pub domain_content: &'static str,
    pub id: &'static str,
    pub domain_data: &'static str,
    pub domain_software: &'static str,
    pub family: &'static str,
    pub is_generic: &'static str,
    pub od_conformance: &'static str,
    pub osd_conformance: &'static str,
    pub maintainer: &'static str,
    pub status: &'static str,
    pub url: &'static str,
    pub title: &'static str,
}

/// The licences that a site has, by id.
#[derive(Clone, Debug)]
pub struct Register {
    known: HashMap<String, Known>,
    /// What `license_list` answers.
    pub json: String,
}

/// What datasets tell of their licence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub title: String,
    /// Nothing where there is none.
    pub url: String,
    /// `isopen` of a dataset under it.
    pub is_open: bool,
}

impl Register {
    /// The licence of that id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Known> {
        self.known.get(id)
    }

    /// Reads what `licenses_group_url` names: a list of licences, or an object of them, each with an `id` and a `title`.
    /// All that they say is kept for `license_list`; `is_okd_compliant` and `is_osi_compliant`, which old files have, count
    /// as conformance.
    ///
    /// # Errors
    /// BadRequest, saying what is wrong with it.
    pub fn parse(text: &str) -> Result<Self> {
        let list = match serde_json::from_str(text).map_err(|error| Error::bad_request(error.to_string()))? {
            Value::Array(list) => list,
            Value::Object(object) => object.into_iter().map(|(_, license)| license).collect(),
            _ => return Err(Error::bad_request("expected a list of licences")),
        };
        if list.len() > MOST {
            return Err(Error::bad_request(format!("more than {MOST} licences")));
        }
        let mut known = HashMap::new();
        for license in &list {
            let text = |name: &str| license.get(name).and_then(Value::as_str).unwrap_or_default();
            let conforms = |now: &str, before: &str| {
                text(now) == "approved" || license.get(before).and_then(loose::bool_of).unwrap_or_default()
            };
            let is_open = conforms("od_conformance", "is_okd_compliant") || conforms("osd_conformance", "is_osi_compliant");
            if text("id").is_empty() || text("title").is_empty() {
                return Err(Error::bad_request("a licence has no id or no title"));
            }
            let entry = Known { title: text("title").to_owned(), url: text("url").to_owned(), is_open };
            known.insert(text("id").to_owned(), entry);
        }
        Ok(Self { known, json: serde_json::to_string(&list).map_err(Error::internal)? })
    }
}

impl Default for Register {
    /// CKAN's own.
    fn default() -> Self {
        let known = |license: &License| {
            let is_open = license.od_conformance == "approved" || license.osd_conformance == "approved";
            (license.id.to_owned(), Known { title: license.title.to_owned(), url: license.url.to_owned(), is_open })
        };
        Self { known: LICENSES.iter().map(known).collect(), json: serde_json::to_string(LICENSES).unwrap_or_default() }
    }
}

/// Which of the three flags are "True": content, data, generic. No built-in licence is for software.
type Flags = (bool, bool, bool);

const fn text(flag: bool) -> &'static str {
    if flag { "True" } else { "False" }
}

const fn license(
    id: &'static str,
    title: &'static str,
    url: &'static str,
    (content, data, generic): Flags,
    open: bool,
) -> License {
    License {
        domain_content: text(content),
        id,
        domain_data: text(data),
        domain_software: "False",
        family: "",
        is_generic: text(generic),
        od_conformance: if open { "approved" } else { "not reviewed" },
        osd_conformance: "not reviewed",
        maintainer: "",
        status: "active",
        url,
        title,
    }
}

/// All of them, in CKAN's order.
const LICENSES: &[License] = &[
    license("notspecified", "License not specified", "", (false, false, true), false),
    license(
        "odc-pddl",
        "Open Data Commons Public Domain Dedication and License (PDDL)",
        "http://www.opendefinition.org/licenses/odc-pddl",
        (false, true, false),
        true,
    ),
    license(
        "odc-odbl",
        "Open Data Commons Open Database License (ODbL)",
        "http://www.opendefinition.org/licenses/odc-odbl",
        (false, true, false),
        true,
    ),
    license(
        "odc-by",
        "Open Data Commons Attribution License",
        "http://www.opendefinition.org/licenses/odc-by",
        (false, true, false),
        true,
    ),
    license("cc-zero", "Creative Commons CCZero", "http://www.opendefinition.org/licenses/cc-zero", (true, true, false), true),
    license("cc-by", "Creative Commons Attribution", "http://www.opendefinition.org/licenses/cc-by", (false, false, false), true),
    license(
        "cc-by-sa",
        "Creative Commons Attribution Share-Alike",
        "http://www.opendefinition.org/licenses/cc-by-sa",
        (true, false, false),
        true,
    ),
    license("gfdl", "GNU Free Documentation License", "http://www.opendefinition.org/licenses/gfdl", (true, false, false), true),
    license("other-open", "Other (Open)", "", (true, false, true), true),
    license("other-pd", "Other (Public Domain)", "", (true, false, true), true),
    license("other-at", "Other (Attribution)", "", (true, false, true), true),
    license(
        "uk-ogl",
        "UK Open Government Licence (OGL)",
        "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        (true, false, false),
        true,
    ),
    license(
        "cc-nc",
        "Creative Commons Non-Commercial (Any)",
        "http://creativecommons.org/licenses/by-nc/2.0/",
        (false, false, false),
        false,
    ),
    license("other-nc", "Other (Non-Commercial)", "", (false, false, true), false),
    license("other-closed", "Other (Not Open)", "", (false, false, true), false),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_may_have_licences_of_its_own() {
        let own = r#"[{"id": "kg-open", "title": "Ачык лицензия", "url": "https://x.kg/l", "od_conformance": "approved", "more": 1},
                      {"id": "old", "title": "Old", "is_okd_compliant": true}, {"id": "closed", "title": "Closed"}]"#;
        let register = Register::parse(own).unwrap();
        let kg = register.find("kg-open").unwrap();
        assert_eq!((kg.title.as_str(), kg.url.as_str(), kg.is_open), ("Ачык лицензия", "https://x.kg/l", true));
        assert!(register.find("old").unwrap().is_open && !register.find("closed").unwrap().is_open);
        assert!(register.find("cc-by").is_none() && register.json.contains("\"more\":1"));
        let object = Register::parse(r#"{"a": {"id": "a", "title": "A"}, "b": {"id": "b", "title": "B"}}"#).unwrap();
        assert!(object.find("b").is_some() && object.json.starts_with("[{"));
        for wrong in ["", "1", "[1]", r#"[{"id": "a"}]"#, r#"[{"title": "a"}]"#, "<html>"] {
            assert!(Register::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn open_licences_are_open() {
        assert_eq!(LICENSES.len(), 15);
        let register = Register::default();
        assert!(register.find("cc-by").unwrap().is_open);
        assert!(!register.find("cc-nc").unwrap().is_open);
        assert_eq!(register.find("made-up"), None);
    }
}
