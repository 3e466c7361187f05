//! `package_activity_list`, and what the lists about groups and organizations share with it.

use action::{Action, Ctx, Kind};
use base::{ErrorDict, Result, loose};
use serde_json::Value;

use super::{
    allow,
    db::{self, Scope, Wanted},
    view::{self, View},
    window::{self, Moment, Number, Texts, Window},
};
use crate::package;

action::declare! {
    /// Returns the activities of a dataset, newest first, to whoever may see it.
    ///
    /// Each holds the whole dataset as it was then. Versions that were private are shown to members alone.
    pub struct OfPackage;
    /// Of what, and which.
    pub struct ListParams {
        /// Id or name.
        id: String,
        /// How many to pass over.
        offset: Number,
        /// How many at most; 31 when left out, 100 at most, unless the site says otherwise.
        limit: Number,
        /// Only later ones: seconds since 1970.
        after: Moment,
        /// Only earlier ones: seconds since 1970.
        before: Moment,
        /// True: those of the site itself and of hidden users too; sysadmins only.
        include_hidden_activity: Value,
        /// Only these types, such as "new package".
        activity_types: Texts,
        /// All but these types; of a dataset.
        exclude_activity_types: Texts,
    }
}

impl Action for OfPackage {
    const NAME: &'static str = "package_activity_list";
    const KIND: Kind = Kind::Read;
    type Params = ListParams;
    type Subject = Wanted;
    type Output = Vec<View>;

    fn allow(ctx: &mut Ctx, params: &ListParams) -> Result<Wanted> {
        let mut errors = ErrorDict::default();
        let (id, mut wanted) = wanted(ctx, params, &mut errors);
        let without = window::texts(params.exclude_activity_types.as_ref(), "exclude_activity_types", &mut errors);
        std::mem::take(&mut errors).into_result()?;
        if let Some(without) = without {
            if params.activity_types.is_some() {
                errors.add("activity_types", "Cannot be used together with `exclude_activity_types");
            }
            errors.into_result()?;
            wanted.types = Some((without, false)).filter(|(types, _)| !types.is_empty());
        }
        let document = package::allow::find(ctx, &id, "")?;
        package::allow::may_read(&ctx.actor, &document)?;
        Ok(Wanted { scope: Scope::Package(document.id.clone()), ..wanted })
    }

    fn run(ctx: &mut Ctx, _params: ListParams, wanted: Wanted) -> Result<Vec<View>> {
        run(ctx, &wanted)
    }
}

/// The key and what is asked for; the scope is still to be set.
pub fn wanted(ctx: &Ctx, params: &ListParams, errors: &mut ErrorDict) -> (String, Wanted) {
    let id = params.id.clone();
    if id.is_none() {
        errors.add("id", "Missing value");
    }
    let settings = &ctx.app.settings.activity;
    let edges = (params.after.as_ref(), params.before.as_ref());
    let window = Window::read(settings, (params.limit.as_ref(), params.offset.as_ref()), edges, errors);
    let types = window::texts(params.activity_types.as_ref(), "activity_types", errors);
    let all = ctx.actor.is_sysadmin() && params.include_hidden_activity.as_ref().and_then(loose::bool_of).unwrap_or(false);
    let wanted = Wanted {
        scope: Scope::Packages,
        labels: ctx.actor.labels(),
        hidden: if all { Vec::new() } else { allow::hidden(ctx) },
        types: types.filter(|types| !types.is_empty()).map(|types| (types, true)),
        after: window.after,
        before: window.before,
        limit: window.limit,
        offset: window.offset,
    };
    (id.unwrap_or_default(), wanted)
}

/// The list.
///
/// # Errors
/// What the database says.
pub fn run(ctx: &mut Ctx, wanted: &Wanted) -> Result<Vec<View>> {
    let rows = db::list(ctx.db()?, wanted)?;
    view::all(ctx, rows)
}
