//! One call of an action, from its input to its answer.

use std::sync::Arc;

use auth::Actor;
use base::{Error, ErrorDict, Kind as ErrorKind, Result};

use crate::{
    Action, App, Conditions, Ctx, Kind, Params, Reply,
    action::{Answer, Input},
    conditions::Expected,
    once as under_key, shape,
};

/// How often a write is tried when somebody else was quicker with the same name or row.
const TRIES: usize = 3;

/// Answers from memory what a token without scopes, or with the right ones, asks for; see [`Action::quick`].
pub fn quick<A: Action>(app: &App, actor: &Actor, input: &Input) -> Option<Result<Answer>> {
    let answer = if actor.is_within(A::NAME, A::KIND == Kind::Read) { A::quick(app, actor, input) } else { None };
    answer.map(|answer| answer.and_then(documented::<A>))
}

/// Runs an action in the frame. A write that lost a race (a unique name, a deadlock) runs again from the start, and
/// then finds what the winner wrote.
///
/// # Errors
/// What the action says.
pub fn call<A: Action>(app: &Arc<App>, actor: &Actor, input: Input, conditions: &Conditions) -> Result<Answer> {
    within::<A>(actor)?;
    let mut tries = if A::KIND == Kind::Write { TRIES } else { 1 };
    loop {
        tries -= 1;
        if tries == 0 {
            return once::<A>(app, actor, (input, conditions), End::Commit);
        }
        match once::<A>(app, actor, (input.clone(), conditions), End::Commit) {
            Err(error) if error.kind() == ErrorKind::Conflict => {
                tracing::debug!(%error, action = A::NAME, "lost a race; trying again");
            }
            outcome => return outcome,
        }
    }
}

/// Runs an action in the frame and undoes what it wrote: what would be answered now.
///
/// # Errors
/// What the action says.
pub fn rehearse<A: Action>(app: &Arc<App>, actor: &Actor, input: Input) -> Result<Answer> {
    within::<A>(actor)?;
    once::<A>(app, actor, (input, &Conditions::default()), End::Undo)
}

fn within<A: Action>(actor: &Actor) -> Result<()> {
    if actor.is_within(A::NAME, A::KIND == Kind::Read) {
        return Ok(());
    }
    Err(Error::denied("The token is not good for this action"))
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    Commit,
    Undo,
}

fn once<A: Action>(app: &Arc<App>, actor: &Actor, (mut input, conditions): (Input, &Conditions), end: End) -> Result<Answer> {
    // What reads write on the side is undone as well.
    let mut ctx = Ctx::new(app, actor, if end == End::Undo { Kind::Write } else { A::KIND });
    if end == End::Undo {
        ctx.rehearse()?;
    }
    let key = if A::KIND == Kind::Write { conditions.key()? } else { None };
    if let Some(key) = key
        && let Some(answer) = under_key::begin(&mut ctx, key, A::NAME, &input)?
    {
        return Ok(answer);
    }
    if A::KIND == Kind::Write {
        ctx.expect(Expected::of(conditions, &mut input));
    }
    let mut errors = ErrorDict::default();
    let params = A::Params::read(input, &mut errors);
    let subject = A::allow(&mut ctx, &params)?;
    ctx.all_met(A::NAME)?;
    errors.into_result()?;
    let mut answer = documented::<A>(A::run(&mut ctx, params, subject)?.into_answer()?)?;
    answer.version = ctx.told_version();
    answer.sight = ctx.told_sight();
    if let Some(key) = key {
        under_key::end(&mut ctx, key, &answer)?;
    }
    if end == End::Commit {
        answer.sequence = ctx.end()?;
    }
    Ok(answer)
}

/// The answer, where it is what the API document says; looked at where debug assertions are on only.
fn documented<A: Action>(answer: Answer) -> Result<Answer> {
    if cfg!(debug_assertions)
        && let Some(misfit) = shape::misfit(A::NAME, &answer.result)?
    {
        return Err(Error::internal(format!("{misfit}; src/action/shape has the tables")));
    }
    Ok(answer)
}
