//! Writes under an `Idempotency-Key`: what was done once under a key is not done again, but answered again. The key is
//! written in the transaction of the write, so a write that failed leaves none; who comes while the first is still at
//! work waits for its end.

use base::{Error, Result, secret::Secret, time::Stamp};
use serde_json::Value;
use store::idempotency::{self, Entry};

use crate::{
    Ctx,
    action::{Answer, Input},
    conditions::canonical,
};

/// How long a key counts.
const HOURS: i64 = 24;
/// Old keys that go with each new one: so the table stays as small as a day.
const SWEPT: i64 = 10;
/// Bytes of an answer that is kept.
const ANSWER_BYTES: usize = 256 * 1024;
/// The field of the error dict.
const FIELD: &str = "idempotency_key";

/// Takes the key, or answers what was answered under it.
///
/// # Errors
/// Validation, when the key was used for another request, or its answer was not kept.
pub fn begin(ctx: &mut Ctx, key: &str, action: &str, input: &Input) -> Result<Option<Answer>> {
    let caller = ctx.actor.id().unwrap_or_default().to_owned();
    let request = auth::token::hash(&format!("{action} {}", canonical(&ctx.app.files.told(&Value::Object(input.clone())))));
    let entry = Entry { caller: &caller, key, request: &request, made: Stamp::now().naive() };
    let expired = expired().naive();
    // Once more, should the other's key be swept between the two statements.
    for _try in 0..2 {
        if idempotency::take(ctx.db()?, &entry, expired)? {
            return Ok(None);
        }
        let Some(known) = idempotency::find(ctx.db()?, &caller, key)? else { continue };
        if known.request != request {
            return Err(Error::invalid(FIELD, "This key was used for another request"));
        }
        let answer = known.answer.ok_or_else(|| Error::invalid(FIELD, "This was done; its answer was too large to be kept"))?;
        return unpack(ctx.app.sealer.open(&answer)?.reveal()).map(Some);
    }
    Err(Error::conflict("Another request with this Idempotency-Key is at work. Please try again."))
}

/// Keeps the answer.
///
/// # Errors
/// What the database says.
pub fn end(ctx: &mut Ctx, key: &str, answer: &Answer) -> Result<()> {
    let packed = serde_json::to_string(&(&answer.result, &answer.beside, &answer.version)).map_err(Error::internal)?;
    if packed.len() > ANSWER_BYTES {
        return Ok(());
    }
    let caller = ctx.actor.id().unwrap_or_default().to_owned();
    let sealed = ctx.app.sealer.seal(&Secret::new(packed))?;
    idempotency::keep(ctx.db()?, &caller, key, &sealed)?;
    idempotency::sweep(ctx.db()?, expired().naive(), SWEPT).map(drop)
}

/// Keys from before this count no more.
fn expired() -> Stamp {
    let now = Stamp::now();
    Stamp::from_micros(now.micros() - HOURS * 3_600_000_000).unwrap_or(now)
}

fn unpack(packed: &str) -> Result<Answer> {
    let (result, beside, version) = serde_json::from_str(packed).map_err(Error::internal)?;
    Ok(Answer { result, beside, version, replayed: true, ..Answer::default() })
}
