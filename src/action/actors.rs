//! From a token to its user, remembered until something about people changes.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use auth::{Actor, Role, actor::User, token};
use base::Result;
use moka::sync::Cache;
use store::{Lane, Pools, credentials};

/// How often `last_access` of one token is written at most.
const TOUCH: Duration = Duration::from_secs(60);

type Key = (u64, [u8; 32]);

/// The users behind the tokens seen lately.
pub struct Actors {
    known: Cache<Key, Actor>,
    touched: Cache<[u8; 32], Instant>,
    generation: AtomicU64,
    /// `ckan.auth.allow_dataset_collaborators`: else what collaborators could do counts for nothing.
    collaborators: bool,
}

impl Actors {
    /// Nobody is known yet; whether the portal has collaborators.
    #[must_use]
    pub fn new(collaborators: bool) -> Self {
        Self {
            known: Cache::builder().max_capacity(20_000).time_to_live(Duration::from_secs(300)).build(),
            touched: Cache::builder().max_capacity(20_000).time_to_live(TOUCH).build(),
            generation: AtomicU64::new(0),
            collaborators,
        }
    }

    /// Forgets all: a user, token, member or group has changed.
    pub fn forget(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
    }

    /// The user behind a token, if he is in memory and nothing needs to be written of his visit.
    #[must_use]
    pub fn recall(&self, text: &str) -> Option<Actor> {
        let hash = token::hash(text);
        let actor = self.known.get(&(self.generation.load(Ordering::Acquire), hash))?;
        (actor.is_anonymous() || self.touched.contains_key(&hash)).then_some(actor)
    }

    /// The user behind a token. Unknown and revoked tokens and those of deleted users are anonymous, never an error
    /// (ckan-api 1.4).
    ///
    /// # Errors
    /// Unavailable, if the database does not answer.
    pub fn resolve(&self, pools: &Pools, text: &str) -> Result<Actor> {
        let hash = token::hash(text);
        let generation = self.generation.load(Ordering::Acquire);
        let actor = match self.known.get(&(generation, hash)) {
            Some(actor) => actor,
            None => {
                let mut connection = pools.get(Lane::Read)?;
                let found = credentials::find_by_token(&mut connection, &hash)?;
                let actor = found.map_or_else(Actor::anonymous, |mut credentials| {
                    if !self.collaborators {
                        credentials.collaborations.clear();
                    }
                    actor_of(credentials)
                });
                self.known.insert((generation, hash), actor.clone());
                actor
            }
        };
        if !actor.is_anonymous() && !self.touched.contains_key(&hash) {
            self.touched.insert(hash, Instant::now());
            let touch = || credentials::touch(&mut *pools.get(Lane::Write)?, &hash);
            if let Err(error) = touch() {
                tracing::debug!(%error, "last_access was not written");
            }
        }
        Ok(actor)
    }
}

/// The actor that stored credentials make.
#[must_use]
pub fn actor_of(credentials: credentials::Credentials) -> Actor {
    if credentials.state != "active" {
        return Actor::anonymous();
    }
    let read = |rows: Vec<(String, String)>| -> HashMap<String, Role> {
        rows.into_iter().filter_map(|(id, capacity)| Some((id, Role::parse(&capacity)?))).collect()
    };
    Actor::user(User {
        id: credentials.user_id,
        name: credentials.name,
        sysadmin: credentials.sysadmin,
        roles: read(credentials.roles),
        collaborations: read(credentials.collaborations),
    })
}
