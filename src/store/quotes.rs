//! What datasets quote from elsewhere: every organization and group, in memory, already as JSON, and the names of the
//! vocabularies that their tags are from. Lists of organizations and groups are copied from here, too.
//!
//! Read whole when one of them changes (a portal has thousands at most), so that a new title shows in all datasets
//! of an organization at once, without touching one of them.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use base::{Error, Result, letters, time::Stamp};
use diesel::{PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper};
use model::{Document, GroupFields, GroupQuote, OrganizationQuote, Translated, document, translated};

use crate::{
    error,
    schema::{groups, vocabulary},
};

/// A row of `groups`.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable)]
#[diesel(table_name = groups)]
pub struct GroupRow {
    pub id: String,
    pub name: String,
    pub title: String,
    pub description: String,
    pub image_url: String,
    pub type_: String,
    pub is_organization: bool,
    pub state: String,
    pub approval_status: String,
    pub created: chrono::NaiveDateTime,
    pub extras: serde_json::Value,
    /// `title` and `description` by language.
    pub translations: serde_json::Value,
    /// What a schema of the site declares, as it is shown.
    pub fields: serde_json::Value,
}

impl GroupRow {
    /// The title, or the name of one without a title.
    #[must_use]
    pub fn display_name(&self) -> &str {
        if self.title.is_empty() { &self.name } else { &self.title }
    }

    /// As `package.organization` shows it.
    #[must_use]
    pub fn organization_quote(&self) -> OrganizationQuote {
        OrganizationQuote {
            id: self.id.clone(),
            name: self.name.clone(),
            title: self.title.clone(),
            r#type: self.type_.clone(),
            description: self.description.clone(),
            image_url: self.image_url.clone(),
            created: Stamp::from_naive(self.created),
            is_organization: self.is_organization,
            approval_status: self.approval_status.clone(),
            state: self.state.clone(),
            title_translated: self.titles(),
        }
    }

    /// As its own answers show it.
    fn fields(&self, picture: impl Fn(&str) -> String) -> GroupFields<'_> {
        GroupFields {
            approval_status: &self.approval_status,
            created: Stamp::from_naive(self.created),
            description: &self.description,
            display_name: self.display_name(),
            id: &self.id,
            image_display_url: picture(&self.image_url),
            image_url: &self.image_url,
            is_organization: self.is_organization,
            name: &self.name,
            state: &self.state,
            title: &self.title,
            title_translated: self.translations.get("title"),
            description_translated: self.translations.get("description"),
            r#type: &self.type_,
        }
    }

    fn titles(&self) -> Translated {
        translated::kept(self.translations.get("title"))
    }

    /// As an item of `package.groups` shows it.
    #[must_use]
    pub fn group_quote(&self, picture: impl Fn(&str) -> String) -> GroupQuote {
        GroupQuote {
            description: self.description.clone(),
            display_name: self.display_name().to_owned(),
            id: self.id.clone(),
            image_display_url: picture(&self.image_url),
            name: self.name.clone(),
            title: self.title.clone(),
            title_translated: self.titles(),
        }
    }
}

/// From `image_url` to the address where a picture is found.
pub type Picture = dyn Fn(&str) -> String + Send + Sync;

/// An organization or group with what is quoted of it.
pub struct Group {
    pub row: GroupRow,
    quote: String,
    /// See [`Quotes::fields`].
    pub fields: String,
    /// Name and title as completion compares them; [`base::letters::folded`].
    folded: String,
}

impl Group {
    /// True where a text, folded as well, stands in the name or the title.
    #[must_use]
    pub fn completes(&self, folded: &str) -> bool {
        self.folded.contains(folded)
    }
}

#[derive(Default)]
struct Table {
    by_id: HashMap<String, Arc<Group>>,
    by_name: HashMap<String, Arc<Group>>,
    /// In the order of titles, then names.
    sorted: Vec<Arc<Group>>,
    vocabularies: Arc<HashMap<String, String>>,
    /// One of them has translations.
    translated: bool,
}

/// All organizations and groups of the portal, deleted ones included.
pub struct Quotes {
    table: RwLock<Arc<Table>>,
    generation: AtomicU64,
    picture: Box<Picture>,
}

impl Quotes {
    /// None yet; how pictures are found.
    #[must_use]
    pub fn new(picture: Box<Picture>) -> Self {
        Self { table: RwLock::default(), generation: AtomicU64::default(), picture }
    }

    /// Reads all of them anew.
    ///
    /// # Errors
    /// What the database says; then the old ones stay.
    pub fn reload(&self, connection: &mut PgConnection) -> Result<()> {
        let rows: Vec<GroupRow> = groups::table.select(GroupRow::as_select()).load(connection).map_err(error::of)?;
        let vocabularies: Vec<(String, String)> = vocabulary::table.load(connection).map_err(error::of)?;
        let mut table = Table { vocabularies: Arc::new(vocabularies.into_iter().collect()), ..Table::default() };
        for row in rows {
            let quote = if row.is_organization {
                serde_json::to_string(&row.organization_quote())
            } else {
                serde_json::to_string(&row.group_quote(&self.picture))
            }
            .map_err(Error::internal)?;
            table.translated |= row.translations.as_object().is_some_and(|texts| !texts.is_empty());
            // The line feed keeps them apart.
            let folded = format!("{}\n{}", row.name, letters::folded(&row.title));
            let group = Arc::new(Group { fields: self.fields(&row)?, row, quote, folded });
            table.sorted.push(Arc::clone(&group));
            table.by_name.insert(group.row.name.clone(), Arc::clone(&group));
            table.by_id.insert(group.row.id.clone(), group);
        }
        table.sorted.sort_by_cached_key(|group| (group.row.title.to_lowercase(), group.row.name.clone()));
        *self.table.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(table);
        self.generation.fetch_add(1, Ordering::AcqRel);
        Ok(())
    }

    /// Counts the reloads: what was spliced in an older generation may be out of date.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    fn table(&self) -> Arc<Table> {
        Arc::clone(&self.table.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// By id, else by name.
    #[must_use]
    pub fn find(&self, id_or_name: &str) -> Option<Arc<Group>> {
        let table = self.table();
        table.by_id.get(id_or_name).or_else(|| table.by_name.get(id_or_name)).cloned()
    }

    /// True when one of them says something in several languages.
    #[must_use]
    pub fn are_translated(&self) -> bool {
        self.table().translated
    }

    /// The vocabularies of tags: id → name.
    #[must_use]
    pub fn vocabularies(&self) -> Arc<HashMap<String, String>> {
        Arc::clone(&self.table().vocabularies)
    }

    /// All that pass the test, in the order of titles, then names.
    #[must_use]
    pub fn filter(&self, test: impl Fn(&Group) -> bool) -> Vec<Arc<Group>> {
        self.table().sorted.iter().filter(|group| test(group)).cloned().collect()
    }

    /// The JSON of what every answer about an organization or group says, without the brace at its end.
    ///
    /// # Errors
    /// Internal, if it cannot be serialised.
    pub fn fields(&self, row: &GroupRow) -> Result<String> {
        let mut text = serde_json::to_string(&row.fields(&self.picture)).map_err(Error::internal)?;
        text.pop();
        Ok(text)
    }

    /// Appends the whole JSON of a dataset, with its organization and groups as they are now.
    pub fn splice(&self, document: &Document, into: &mut String) {
        self.splice_parts(&document.body, document.owner_org.as_deref(), document.groups.iter().map(String::as_str), into);
    }

    /// As [`Quotes::splice`], from the parts.
    pub fn splice_parts<'a>(
        &self,
        body: &str,
        owner_org: Option<&str>,
        groups: impl Iterator<Item = &'a str>,
        into: &mut String,
    ) {
        let table = self.table();
        let organization = owner_org.and_then(|id| table.by_id.get(id)).map_or("null", |group| group.quote.as_str());
        let mut quoted = String::new();
        for group in groups.filter_map(|id| table.by_id.get(id)).filter(|group| group.row.state == "active") {
            if !quoted.is_empty() {
                quoted.push(',');
            }
            quoted.push_str(&group.quote);
        }
        document::splice(body, organization, &quoted, into);
    }

    /// Fills in `organization` and `groups` of a parsed dataset.
    pub fn fill(&self, package: &mut model::Package, groups: &[String]) {
        let table = self.table();
        package.organization =
            package.owner_org.as_ref().and_then(|id| table.by_id.get(id)).map(|group| group.row.organization_quote());
        package.groups = groups
            .iter()
            .filter_map(|id| table.by_id.get(id))
            .filter(|group| group.row.state == "active")
            .map(|group| group.row.group_quote(&self.picture))
            .collect();
    }
}
