//! From a token or a session to its user, remembered until something about people changes or its time is over.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use auth::{Actor, Role, actor::User, jwt, token};
use base::{Result, secret::Secret, time::Stamp};
use diesel::PgConnection;
use moka::sync::Cache;
use store::{Lane, Pools, credentials};

use crate::settings::Settings;

/// How often `last_access` of one token is written at most.
const TOUCH: Duration = Duration::from_secs(60);

/// What a request came with to prove who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// An API token, ours or one that CKAN gave out.
    Token(Secret),
    /// What the cookie of a session holds.
    Session(Secret),
}

impl Proof {
    /// A token.
    #[must_use]
    pub fn token(text: &str) -> Self {
        Self::Token(Secret::new(text))
    }

    fn key(&self) -> (bool, [u8; 32]) {
        match self {
            Self::Token(text) => (false, token::hash(text.reveal())),
            Self::Session(text) => (true, token::hash(text.reveal())),
        }
    }
}

type Key = (bool, [u8; 32]);

/// Who it was, and until when he is.
#[derive(Clone)]
struct Known {
    actor: Actor,
    token: Option<Arc<str>>,
    expires: Option<Stamp>,
}

impl Known {
    fn is_over(&self) -> bool {
        self.expires.is_some_and(|expires| expires <= Stamp::now())
    }
}

/// The users behind the tokens and sessions seen lately.
pub struct Actors {
    known: Cache<(u64, Key), Known>,
    touched: Cache<Key, Instant>,
    generation: AtomicU64,
    /// `ckan.auth.allow_dataset_collaborators`: else what collaborators could do counts for nothing.
    collaborators: bool,
    /// `ckan.auth.roles_that_cascade_to_sub_groups`.
    cascading: Vec<String>,
    /// `api_token.jwt.*`: how tokens of CKAN are signed, if any are known.
    jwt: Option<(Secret, jwt::Algorithm)>,
}

impl Actors {
    /// Nobody is known yet.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self {
            known: Cache::builder().max_capacity(20_000).time_to_live(Duration::from_secs(300)).build(),
            touched: Cache::builder().max_capacity(20_000).time_to_live(TOUCH).build(),
            generation: AtomicU64::new(0),
            collaborators: settings.auth.allow_dataset_collaborators,
            cascading: settings.auth.roles_that_cascade_to_sub_groups.clone(),
            jwt: settings.tokens.jwt_secret.clone().map(|secret| (secret, settings.tokens.jwt_algorithm)),
        }
    }

    /// Forgets all: a user, token, session, member or group has changed.
    pub fn forget(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
    }

    /// The user behind a proof, if he is in memory and nothing needs to be written of his visit.
    #[must_use]
    pub fn recall(&self, proof: &Proof) -> Option<Actor> {
        let key = proof.key();
        let known = self.known.get(&(self.generation.load(Ordering::Acquire), key)).filter(|known| !known.is_over())?;
        (known.actor.is_anonymous() || self.touched.contains_key(&key)).then_some(known.actor)
    }

    /// The user behind a proof. Unknown, revoked and expired ones and those of deleted users are anonymous, never an error
    /// (ckan-api 1.4).
    ///
    /// # Errors
    /// Unavailable, if the database does not answer.
    pub fn resolve(&self, pools: &Pools, proof: &Proof) -> Result<Actor> {
        let key = proof.key();
        let generation = self.generation.load(Ordering::Acquire);
        let known = match self.known.get(&(generation, key)).filter(|known| !known.is_over()) {
            Some(known) => known,
            None => {
                let known = self.find(&mut *pools.get(Lane::Read)?, proof, &key.1)?;
                self.known.insert((generation, key), known.clone());
                known
            }
        };
        if let Some(user) = known.actor.id()
            && !self.touched.contains_key(&key)
        {
            self.touched.insert(key, Instant::now());
            let touch = || credentials::touch(&mut *pools.get(Lane::Write)?, user, known.token.as_deref());
            if let Err(error) = touch() {
                tracing::debug!(%error, "last_access was not written");
            }
        }
        Ok(known.actor)
    }

    /// A user with all his rights; anonymous when he is not active, nothing when there is none of that id.
    ///
    /// # Errors
    /// What the database says.
    pub fn of_user(&self, connection: &mut PgConnection, id: &str) -> Result<Option<Actor>> {
        let Some(mut credentials) = credentials::find_by_user(connection, id)? else { return Ok(None) };
        if !self.collaborators {
            credentials.collaborations.clear();
        }
        if credentials.roles.iter().any(|(_, capacity)| self.cascading.contains(capacity)) {
            credentials.roles.extend(credentials::inherited(connection, id, &self.cascading)?);
        }
        Ok(Some(actor_of(credentials)))
    }

    fn find(&self, connection: &mut PgConnection, proof: &Proof, hash: &[u8]) -> Result<Known> {
        let nobody = Known { actor: Actor::anonymous(), token: None, expires: None };
        let found = match proof {
            Proof::Session(_) => credentials::session_by_hash(connection, hash)?,
            Proof::Token(text) => match credentials::token_by_hash(connection, hash)? {
                None => self.of_ckan(connection, text.reveal())?,
                found => found,
            },
        };
        let Some(found) = found.filter(|found| found.expires.is_none_or(|expires| expires > Stamp::now())) else {
            return Ok(nobody);
        };
        let Some(actor) = self.of_user(connection, &found.user_id)? else { return Ok(nobody) };
        Ok(Known { actor: actor.within(found.scopes), token: found.token.map(Arc::from), expires: found.expires })
    }

    /// The row of a token that CKAN gave out, if the token is good.
    fn of_ckan(&self, connection: &mut PgConnection, text: &str) -> Result<Option<credentials::Proof>> {
        let Some((secret, algorithm)) = &self.jwt else { return Ok(None) };
        let Some(claims) = jwt::read(text, secret, *algorithm) else { return Ok(None) };
        let Some(mut found) = credentials::token_by_id(connection, &claims.id)? else { return Ok(None) };
        let ends = claims.expires.and_then(|seconds| Stamp::from_micros(seconds.checked_mul(1_000_000)?));
        found.expires = [found.expires, ends].into_iter().flatten().min();
        Ok(Some(found))
    }
}

/// The actor that stored credentials make.
fn actor_of(credentials: credentials::Credentials) -> Actor {
    if credentials.state != "active" {
        return Actor::anonymous();
    }
    let read = |rows: Vec<(String, String)>| -> HashMap<String, Role> {
        let mut roles = HashMap::new();
        for (id, role) in rows.into_iter().filter_map(|(id, capacity)| Some((id, Role::parse(&capacity)?))) {
            // Of two roles in one place the stronger one counts.
            let known = roles.entry(id).or_insert(role);
            *known = role.max(*known);
        }
        roles
    };
    Actor::user(User {
        id: credentials.user_id,
        name: credentials.name,
        sysadmin: credentials.sysadmin,
        roles: read(credentials.roles),
        collaborations: read(credentials.collaborations),
        scopes: Vec::new(),
    })
}
