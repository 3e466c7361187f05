//! Which part of a catalog a document holds, and where the others are.

use std::fmt::Write as _;

use crate::value::push_encoded;

/// One page of a catalog. Links repeat the request's parameters, encoded, with another `page`.
#[derive(Clone, Debug)]
pub struct Page {
    /// Datasets in all pages.
    pub total: u64,
    pub per_page: u64,
    /// From 1.
    pub number: u64,
    stem: String,
    /// Of pages that are found by their place: the place behind this one.
    behind: Option<String>,
}

impl Page {
    /// `address` is the public URL of the catalog without a query (`https://portal/catalog.ttl`); `query` holds the
    /// request's decoded parameters, in which `page` is replaced. Zeroes become ones.
    #[must_use]
    pub fn new(address: &str, query: &[(String, String)], total: u64, (per_page, number): (u64, u64)) -> Self {
        let address =
            crate::value::iri(address).map_or_else(|| "http://localhost/catalog".to_owned(), std::borrow::Cow::into_owned);
        let mut stem = address.split(['?', '#']).next().unwrap_or_default().to_owned();
        stem.push('?');
        for (name, value) in query.iter().filter(|(name, _)| name != "page") {
            push_encoded(&mut stem, name);
            stem.push('=');
            push_encoded(&mut stem, value);
            stem.push('&');
        }
        Self { total, per_page: per_page.max(1), number: number.max(1), stem, behind: None }
    }

    /// Pages that are found by the place behind the one before (`cursorMark`) and not by their number: each links only to the
    /// first one and to the next.
    #[must_use]
    pub fn by_place(mut self, behind: String) -> Self {
        self.behind = Some(behind);
        self
    }

    /// The number of the last page; an empty catalog has one.
    #[must_use]
    pub fn last_number(&self) -> u64 {
        self.total.div_ceil(self.per_page).max(1)
    }

    /// The address of a page.
    #[must_use]
    pub fn link(&self, number: u64) -> String {
        format!("{}page={number}", self.stem)
    }

    #[must_use]
    pub fn first(&self) -> String {
        self.link(1)
    }

    /// `None` where pages have no numbers.
    #[must_use]
    pub fn last(&self) -> Option<String> {
        self.behind.is_none().then(|| self.link(self.last_number()))
    }

    /// `None` on the first page and where pages have no numbers; beyond the end the last page that has datasets.
    #[must_use]
    pub fn previous(&self) -> Option<String> {
        (self.number > 1 && self.behind.is_none()).then(|| self.link((self.number - 1).min(self.last_number())))
    }

    /// `None` on the last page and beyond it.
    #[must_use]
    pub fn next(&self) -> Option<String> {
        let next = (self.number < self.last_number()).then(|| self.link(self.number + 1));
        let Some(behind) = &self.behind else { return next };
        next.map(|mut next| {
            next.push_str("&cursorMark=");
            push_encoded(&mut next, behind);
            next
        })
    }

    /// The value of the `Link` header (RFC 8288): first, prev, next, last.
    #[must_use]
    pub fn link_header(&self) -> String {
        let mut header = format!("<{}>; rel=\"first\"", self.first());
        for (relation, link) in [("prev", self.previous()), ("next", self.next()), ("last", self.last())] {
            if let Some(link) = link {
                let _ = write!(header, ", <{link}>; rel=\"{relation}\"");
            }
        }
        header
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_keep_the_query_encoded_and_end_at_the_ends() {
        let query = [("q".to_owned(), "a b&c=\u{43a}".to_owned()), ("page".to_owned(), "2".to_owned())];
        let page = Page::new("https://x.kg/catalog.ttl", &query, 250, (100, 2));
        assert_eq!(page.next().unwrap(), "https://x.kg/catalog.ttl?q=a%20b%26c%3D%D0%BA&page=3");
        assert_eq!(page.previous().unwrap(), page.first());
        assert_eq!(page.last(), page.next());
        assert!(page.link_header().contains("page=3>; rel=\"next\""));
        let beyond = Page::new("https://x.kg/catalog.ttl", &[], 250, (100, 9));
        assert_eq!(beyond.next(), None);
        assert_eq!(beyond.previous().unwrap(), "https://x.kg/catalog.ttl?page=3");
        assert_eq!(Page::new("https://x.kg/c", &[], 0, (0, 0)).last().unwrap(), "https://x.kg/c?page=1");
    }

    #[test]
    fn pages_found_by_their_place_link_forwards() {
        let page = Page::new("https://x.kg/c", &[], 250, (100, 2)).by_place("a=b".to_owned());
        assert_eq!(page.next().unwrap(), "https://x.kg/c?page=3&cursorMark=a%3Db");
        assert_eq!((page.previous(), page.last(), page.first().as_str()), (None, None, "https://x.kg/c?page=1"));
        assert_eq!(Page::new("https://x.kg/c", &[], 250, (100, 3)).by_place("a".to_owned()).next(), None);
    }
}
