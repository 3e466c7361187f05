//! What every action can reach: settings, pools, what is kept in memory, the index, the feed.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use auth::Sealer;
use base::{Error, Result};
use diesel::PgConnection;
use files::Files;
use store::{Documents, Feed, GroupCommit, Pools, Quotes, system_info};

use crate::{
    action::Row,
    actors::Actors,
    settings::Settings,
    site::{self, Site},
};

/// The running program, without its edges.
pub struct App {
    pub settings: Settings,
    pub pools: Pools,
    pub documents: Documents,
    /// New datasets, each the only thing that its call writes: row and body, and the number in the change log.
    pub creates: GroupCommit<(String, Arc<str>), i64>,
    pub quotes: Quotes,
    pub actors: Actors,
    pub index: search::Index,
    pub sealer: Sealer,
    pub files: Files,
    /// Every action, sorted by name.
    pub rows: Vec<Row>,
    feed: OnceLock<Feed>,
    site: Arc<site::Place>,
}

impl App {
    /// Puts the parts together; actions of plugins that `ckan.plugins` leaves out are left out. The feed comes later, because
    /// its follower needs the parts.
    ///
    /// # Errors
    /// Internal, if two actions have one name or a secret cannot be used; BadRequest, for a storage that cannot be.
    pub fn new(mut settings: Settings, pools: Pools, index: search::Index, mut rows: Vec<Row>) -> Result<Arc<Self>> {
        settings.activity.enabled &= settings.has_plugin("activity");
        rows.retain(|row| row.plugin.is_none_or(|plugin| settings.has_plugin(plugin)));
        rows.sort_by_key(|row| row.name);
        if let Some(pair) = rows.array_windows().find(|[one, other]| one.name == other.name) {
            return Err(Error::internal(format!("two actions are called {}", pair[0].name)));
        }
        let site = Arc::new(site::Place::new(Site::new(&settings, BTreeMap::new())));
        let place = Arc::clone(&site);
        let picture = move |image: &str| files::name::picture_address(&place.get().url, "group", image);
        Ok(Arc::new(Self {
            sealer: Sealer::new(&settings.secret_key)?,
            site,
            files: Files::new(&settings.files)?,
            pools,
            documents: Documents::default(),
            creates: GroupCommit::default(),
            quotes: Quotes::new(Box::new(picture)),
            actors: Actors::new(&settings),
            settings,
            index,
            rows,
            feed: OnceLock::new(),
        }))
    }

    /// Connects the follower's feed; only the first call counts.
    pub fn connect(&self, feed: Feed) {
        drop(self.feed.set(feed));
    }

    /// The follower's feed, once it is connected.
    #[must_use]
    pub fn feed(&self) -> Option<&Feed> {
        self.feed.get()
    }

    /// The index, with every change that was answered before the call.
    #[must_use]
    pub fn current_index(&self) -> &search::Index {
        self.feed.get().into_iter().for_each(Feed::settle);
        &self.index
    }

    /// The site as it is called now.
    #[must_use]
    pub fn site(&self) -> Arc<Site> {
        self.site.get()
    }

    /// Reads anew what sysadmins changed of the site.
    ///
    /// # Errors
    /// What the database says; then the site stays as it is.
    pub fn reload_site(&self, connection: &mut PgConnection) -> Result<()> {
        self.site.set(Site::new(&self.settings, system_info::list(connection)?));
        Ok(())
    }

    /// The action of that name.
    #[must_use]
    pub fn row(&self, name: &str) -> Option<&Row> {
        let place = self.rows.binary_search_by(|row| row.name.cmp(name)).ok()?;
        self.rows.get(place)
    }
}
