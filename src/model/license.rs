//! The licences that a catalog knows without configuration (CKAN 2.12's built-in list; its booleans are texts).

use serde::Serialize;

/// A licence as `license_list` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct License {
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

/// The licence of that id.
#[must_use]
pub fn find(id: &str) -> Option<&'static License> {
    LICENSES.iter().find(|license| license.id == id)
}

impl License {
    /// `isopen` of a dataset under it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.od_conformance == "approved" || self.osd_conformance == "approved"
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
pub const LICENSES: &[License] = &[
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
    fn open_licences_are_open() {
        assert_eq!(LICENSES.len(), 15);
        assert!(find("cc-by").unwrap().is_open());
        assert!(!find("cc-nc").unwrap().is_open());
        assert_eq!(find("made-up"), None);
    }
}
