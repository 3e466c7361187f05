//! Waiting for the index, for who asks to: `wait_for=index` and `min_seq`; and the headers that tell how far it is.
//!
//! Waits on no thread: whoever asks for what never comes holds up nobody else.

use std::time::{Duration, Instant};

use action::{
    Kind, Row,
    action::{Answer, Input},
};
use actix_web::{HttpResponseBuilder, web::Data};
use base::{Error, Result, limits, loose::Loose, loose::Natural};
use serde_json::Value;
use store::Feed;

use crate::action_api::Shared;

/// The highest number of the change log that an answer of the index includes.
const SEQUENCE: &str = "kurak-index-sequence";
/// Milliseconds since the moment up to which the index holds everything.
const LAG: &str = "kurak-index-lag";
/// The number of a write in the change log: what `min_seq` takes.
const WRITTEN: &str = "kurak-change-sequence";
/// Of a write that was to wait: whether searches find it by now.
const VISIBLE: &str = "kurak-index-visible";

/// How often a request that waits looks.
const LOOK: Duration = Duration::from_millis(3);

/// What a request wants of the index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Everything that is committed by now.
    level: bool,
    /// The change of this number.
    sequence: Option<i64>,
}

impl Wanted {
    /// Takes the parameters out of the input, where the action knows them: writes only `wait_for=index`, searches both.
    ///
    /// # Errors
    /// Validation for values that they cannot have.
    pub fn of(row: &Row, input: &mut Input) -> Result<Self> {
        let is_index = |value: &Value| value.as_str() == Some("index");
        if row.kind == Kind::Write {
            // Elsewhere it may be a field of the thing that is written.
            let level = input.get("wait_for").is_some_and(is_index);
            if level {
                input.shift_remove("wait_for");
            }
            return Ok(Self { level, sequence: None });
        }
        if !row.searches {
            return Ok(Self::default());
        }
        let level = match input.shift_remove("wait_for") {
            None | Some(Value::Null) => false,
            Some(value) if is_index(&value) => true,
            Some(_) => return Err(Error::invalid("wait_for", "Must be: index")),
        };
        let sequence = match input.shift_remove("min_seq") {
            None | Some(Value::Null) => None,
            Some(value) => {
                let Natural(number) = Natural::read(&value).map_err(|error| Error::invalid("min_seq", error))?;
                Some(i64::try_from(number).map_err(|_too_large| Error::invalid("min_seq", "There are no such numbers"))?)
            }
        };
        Ok(Self { level, sequence })
    }

    fn is_nothing(self) -> bool {
        self == Self::default()
    }

    /// Waits before a search.
    ///
    /// # Errors
    /// Unavailable, when the index does not come so far in time.
    pub async fn before_search(self, shared: &Data<Shared>) -> Result<()> {
        let Some(feed) = shared.app.feed().filter(|_| !self.is_nothing()) else { return Ok(()) };
        if self.arrives(shared, feed, limits::SETTLE_MILLIS).await? {
            return Ok(());
        }
        let now = feed.sight();
        let (at, lag) = (now.sequence, now.lag.as_millis());
        Err(Error::not_now(match self.sequence {
            Some(wanted) if wanted > at => {
                format!("The search index has not seen change {wanted} yet: it is at {at}. Please try again in a moment.")
            }
            _ => format!("The search index is {lag} ms behind the database. Please try again in a moment."),
        }))
    }

    /// Waits after a write, which is done whatever comes of it; `None` when nobody asked.
    pub async fn after_write(self, shared: &Data<Shared>) -> Option<bool> {
        let feed = shared.app.feed().filter(|_| self.level)?;
        Some(self.arrives(shared, feed, limits::VISIBLE_MILLIS).await.unwrap_or(false))
    }

    async fn arrives(self, shared: &Data<Shared>, feed: &Feed, millis: u64) -> Result<bool> {
        let _place = shared.lanes.waiters.try_acquire().map_err(|_full| Error::unavailable("too many requests wait"))?;
        let begun = Instant::now();
        let end = begun + Duration::from_millis(millis);
        feed.hurry();
        while !feed.sees(begun, self.sequence.unwrap_or_default()) {
            if Instant::now() > end {
                return Ok(false);
            }
            actix_web::rt::time::sleep(LOOK).await;
        }
        Ok(true)
    }
}

/// Tells in the headers how far the index sees, and which number a write got.
pub fn tell(answer: &Answer, response: &mut HttpResponseBuilder) {
    if let Some(sight) = answer.sight {
        response.insert_header((SEQUENCE, sight.sequence.to_string()));
        response.insert_header((LAG, sight.lag.as_millis().to_string()));
    }
    if let Some(sequence) = answer.sequence {
        response.insert_header((WRITTEN, sequence.to_string()));
    }
    if let Some(visible) = answer.visible {
        response.insert_header((VISIBLE, visible.to_string()));
    }
}
