//! Plugins of CKAN and of its extensions by name, as `ckan.plugins` lists them: which of them kurak stands in for.

use Stand::{Here, Missing, Pages};

/// What becomes of a plugin here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// What it does for clients is done.
    Here,
    /// It has nothing but pages, which front ends bring.
    Pages,
    /// What it does is not done; what that means.
    Missing(&'static str),
}

const NO_DATASTORE: Stand = Missing("there is no DataStore: tables in files are not loaded, datastore_* are unknown actions");
const NO_PROTOCOL: Stand = Missing("CKANs alone are harvested");

/// Sorted by name.
const PLUGINS: &[(&str, Stand)] = &[
    ("activity", Here),
    ("audio_view", Here),
    ("ckan_harvester", Here),
    ("datapusher", NO_DATASTORE),
    ("datastore", NO_DATASTORE),
    ("datatables_view", Here),
    ("dcat", Here),
    ("dcat_json_harvester", NO_PROTOCOL),
    ("dcat_json_interface", Here),
    ("dcat_rdf_harvester", NO_PROTOCOL),
    ("envvars", Here),
    ("expire_api_token", Here),
    ("fluent", Here),
    ("harvest", Here),
    ("image_view", Here),
    ("resource_proxy", Missing("nothing is fetched for views")),
    ("scheming_datasets", Here),
    ("scheming_groups", Here),
    ("scheming_organizations", Here),
    ("stats", Pages),
    ("structured_data", Here),
    ("tabledesigner", NO_DATASTORE),
    ("text_view", Here),
    ("tracking", Missing("visits are not counted")),
    ("video_view", Here),
    ("webpage_view", Here),
    ("xloader", NO_DATASTORE),
];

/// What becomes of the plugin of that name.
#[must_use]
pub fn stand(name: &str) -> Stand {
    let place = PLUGINS.binary_search_by(|(known, _)| (*known).cmp(name)).ok();
    let known = place.and_then(|place| PLUGINS.get(place)).map(|(_, stand)| *stand);
    known.unwrap_or(Missing("kurak does not know it: its actions, fields and pages are not there"))
}

/// Those that do here what they do in CKAN.
pub fn here() -> impl Iterator<Item = &'static str> {
    PLUGINS.iter().filter(|(_, stand)| *stand == Here).map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found() {
        assert!(PLUGINS.is_sorted_by(|(one, _), (other, _)| one < other), "the table is sorted");
        assert_eq!((stand("activity"), stand("stats"), stand("xloader")), (Here, Pages, NO_DATASTORE));
        assert!(matches!(stand("no_such"), Missing(_)) && here().all(|name| stand(name) == Here));
    }
}
