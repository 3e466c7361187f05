//! CKAN portals: `package_search` page by page in the order of ids, or `package_list` and `package_show` where that is
//! refused.

pub mod clean;
pub mod config;
pub mod map;
pub mod wire;

use std::sync::{Arc, Mutex, PoisonError};

use base::secret::Secret;
use fetch::{Answer, Fetcher, Request};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::form_urlencoded::Serializer;

use self::config::Config;
use super::{Fault, Item, Mapped, Page, Place, Protocol, RemoteGroup, Retreat, Severity, State};

/// Datasets asked for at a time: each page is one commit of the database; twice as many at a time cost 50 MB more memory.
const ROWS: u64 = 250;
/// Datasets of a page where each is asked for by itself.
const LIST_ROWS: usize = 50;
/// Bytes of a page.
const PAGE_BYTES: usize = 32 * 1024 * 1024;

/// Where a listing stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "lowercase")]
enum Cursor {
    Search {
        start: u64,
        rows: u64,
        /// What stood before `start`: it is asked for again, to see whether the listing has moved.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last: Option<String>,
    },
    /// The last name that was asked for.
    List { after: String },
}

impl Cursor {
    fn read(place: &Value) -> Self {
        serde_json::from_value(place.clone()).unwrap_or(Self::Search { start: 0, rows: ROWS, last: None })
    }

    fn write(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// A CKAN portal.
pub struct Ckan {
    base: String,
    config: Config,
    key: Option<Secret>,
    fetcher: Arc<Fetcher>,
    names: Mutex<Option<Arc<Vec<String>>>>,
}

impl Ckan {
    /// At this address.
    #[must_use]
    pub fn new(url: &str, config: Config, key: Option<Secret>, fetcher: Arc<Fetcher>) -> Self {
        Self { base: url.trim_end_matches('/').to_owned(), config, key, fetcher, names: Mutex::new(None) }
    }

    fn get(&self, action: &str, params: &[(&str, &str)]) -> Result<Answer, Fault> {
        let query = Serializer::new(String::new()).extend_pairs(params).finish();
        let request = Request {
            url: format!("{}/api/3/action/{action}?{query}", self.base),
            authorization: self.key.clone(),
            user_agent: self.config.user_agent.clone(),
            max_bytes: Some(PAGE_BYTES),
        };
        let answer = self.fetcher.get(&request).map_err(|error| {
            let severity = match error {
                fetch::Error::Timeout | fetch::Error::Broken => Severity::Passing,
                fetch::Error::Connect | fetch::Error::Unresolved => Severity::Away,
                fetch::Error::TooLarge | fetch::Error::Ratio => Severity::Page,
                _ => Severity::Fatal,
            };
            Fault::new(severity, format!("{action}: {error}"))
        })?;
        match answer.status {
            200..300 => Ok(answer),
            429 | 500.. => Err(Fault::new(Severity::Passing, format!("{action}: HTTP status {}", answer.status))),
            status => Err(Fault::new(Severity::Fatal, format!("{action}: HTTP status {status}"))),
        }
    }

    fn search(&self, start: u64, rows: u64, last: Option<&str>) -> Result<Page, Fault> {
        let again = u64::from(last.is_some() && start > 0);
        let (start_text, rows_text) = ((start - again).to_string(), (rows + again).to_string());
        let mut params = vec![("rows", rows_text.as_str()), ("start", &start_text), ("sort", "id asc")];
        let query = self.filter();
        if !query.is_empty() {
            params.push(("fq", &query));
        }
        let answer = self.get("package_search", &params)?;
        let mut page = wire::search(&answer.body)?;
        if again > 0 {
            let is_there = page.items.first().map(|item| item.guid.as_str()) == last;
            page.shifted = !is_there;
            // What came is read in any case; the first one is known already.
            page.items.drain(..usize::from(is_there));
        }
        let met = u64::try_from(page.items.len() + page.faults.len()).unwrap_or(u64::MAX);
        let end = start.saturating_add(met);
        let more = met > 0 && page.total.is_none_or(|total| end < total);
        let rows = rows.saturating_mul(4).min(ROWS);
        let last = page.items.last().map(|item| item.guid.clone()).filter(|_| page.faults.is_empty());
        page.next = more.then(|| Cursor::Search { start: end, rows, last }.write());
        page.incomplete = !page.faults.is_empty() || (!more && page.total.is_some_and(|total| end < total));
        Ok(page)
    }

    /// All filters in one `fq`; alternatives in brackets.
    fn filter(&self) -> String {
        let terms = self.config.filters.iter();
        terms.map(|term| if term.contains(" OR ") { format!("({term})") } else { term.clone() }).collect::<Vec<_>>().join(" AND ")
    }

    fn names(&self) -> Result<Arc<Vec<String>>, Fault> {
        let mut known = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(names) = &*known {
            return Ok(Arc::clone(names));
        }
        let mut names = wire::names(&self.get("package_list", &[])?.body)?;
        names.sort_unstable();
        names.dedup();
        Ok(Arc::clone(known.insert(Arc::new(names))))
    }

    fn list(&self, after: &str) -> Result<Page, Fault> {
        if !self.config.filters.is_empty() {
            return Err(Fault::new(Severity::Fatal, "package_search is refused, and filters need it"));
        }
        let names = self.names()?;
        let from = names.partition_point(|name| name.as_str() <= after);
        let mut page = Page { total: u64::try_from(names.len()).ok(), ..Page::default() };
        for name in names.iter().skip(from).take(LIST_ROWS) {
            match self.get("package_show", &[("id", name)]).and_then(|answer| wire::show(&answer.body)) {
                Ok(item) => page.items.push(item),
                // Gone or closed since the list was made.
                Err(fault) if fault.message.ends_with("404") || fault.message.ends_with("403") => {}
                Err(fault) if fault.message == fetch::Error::Stopped.to_string() => return Err(fault),
                Err(fault) => {
                    page.incomplete = true;
                    page.faults.push(format!("{name}: {}", fault.message));
                }
            }
        }
        let last = names.get(from.saturating_add(LIST_ROWS).min(names.len()).saturating_sub(1));
        let more = names.len() > from.saturating_add(LIST_ROWS);
        page.next = last.filter(|_| more).map(|last| Cursor::List { after: last.clone() }.write());
        Ok(page)
    }
}

impl Protocol for Ckan {
    fn page(&self, place: &Value) -> Result<Page, Fault> {
        match Cursor::read(place) {
            Cursor::List { after } => self.list(&after),
            Cursor::Search { start, rows, last } => match self.search(start, rows, last.as_deref()) {
                Err(fault) if start == 0 && fault.severity == Severity::Fatal && fault.message.contains("package_search: ") => {
                    // An old or closed portal may still list its names.
                    let first = self.list("");
                    first.map_err(|_second| fault)
                }
                outcome => outcome,
            },
        }
    }

    fn retreat(&self, place: &Value) -> Option<Retreat> {
        match Cursor::read(place) {
            Cursor::Search { start, rows, last } if rows > 1 => {
                Some(Retreat::Smaller(Cursor::Search { start, rows: (rows / 5).max(1), last }.write()))
            }
            Cursor::Search { start, .. } => Some(Retreat::Past(Cursor::Search { start: start + 1, rows: 1, last: None }.write())),
            Cursor::List { .. } => None,
        }
    }

    fn is_there(&self, guid: &str) -> Result<bool, Fault> {
        match self.get("package_show", &[("id", guid)]) {
            // An answer that cannot be read says nothing: only a plain 404 says that it is gone.
            Ok(answer) => wire::show(&answer.body).map(|item| item.state != State::Deleted),
            Err(fault) if fault.message.ends_with("404") => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    fn parse(&self, item: &Item) -> Result<Map<String, Value>, String> {
        clean::parse(&item.raw)
    }

    fn map(&self, read: Map<String, Value>, place: Place) -> Result<Mapped, String> {
        Ok(map::map(read, &self.config, place))
    }

    fn group(&self, remote: &RemoteGroup, is_organization: bool) -> Option<Map<String, Value>> {
        let action = if is_organization { "organization_show" } else { "group_show" };
        let leave_out = [("include_datasets", "false"), ("include_users", "false"), ("include_followers", "false")];
        let answer = self.get(action, &[&[("id", remote.name.as_str())][..], &leave_out].concat()).ok()?;
        clean::parse(&wire::object(action, &answer.body).ok()?).ok()
    }

    fn is_forced(&self) -> bool {
        self.config.force_all
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_broken_page_is_asked_for_in_smaller_parts() {
        let fetcher = Arc::new(Fetcher::new(fetch::Options::default()).unwrap());
        let ckan = Ckan::new("http://example.org/", Config::default(), None, fetcher);
        let mut place = Value::Null;
        let mut steps = Vec::new();
        while let Some(Retreat::Smaller(next)) = ckan.retreat(&place) {
            steps.push(next["rows"].as_u64().unwrap());
            place = next;
        }
        assert_eq!(steps, [50, 10, 2, 1]);
        assert_eq!(ckan.retreat(&place), Some(Retreat::Past(json!({"mode": "search", "start": 1, "rows": 1}))));
        assert_eq!(Cursor::read(&json!({"mode": "list", "after": "x"})), Cursor::List { after: "x".to_owned() });
    }

    #[test]
    fn filters_are_one_query() {
        let fetcher = Arc::new(Fetcher::new(fetch::Options::default()).unwrap());
        let config = json!({"organizations_filter_include": ["a", "b"], "groups_filter_exclude": ["c"]});
        let ckan = Ckan::new("http://example.org/", Config::read(config.as_object().unwrap()).unwrap(), None, fetcher);
        assert_eq!(ckan.filter(), "(organization:\"a\" OR organization:\"b\") AND -groups:\"c\"");
    }
}
