//! Vocabularies: lists of tags beside the free ones. Their names are in memory (`store::quotes`), for the datasets that
//! carry their tags.

pub mod allow;
pub mod check;
pub mod create;
pub mod db;
pub mod delete;
pub mod list;
pub mod show;
pub mod update;
pub mod view;

use action::{App, Ctx, Row};

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![
        Row::of::<create::Create>(),
        Row::of::<delete::Delete>(),
        Row::of::<list::List>(),
        Row::of::<show::Show>(),
        Row::of::<update::Update>(),
    ]
}

/// Id and name of a vocabulary by one of them.
#[must_use]
pub fn find(app: &App, id_or_name: &str) -> Option<(String, String)> {
    let known = app.quotes.vocabularies();
    let by_id = known.get_key_value(id_or_name);
    by_id.or_else(|| known.iter().find(|(_, name)| *name == id_or_name)).map(|(id, name)| (id.clone(), name.clone()))
}

/// The vocabulary that a `vocabulary_id` beside a tag's id means: `None` if there is no such vocabulary, `Some(None)` for
/// free tags, when it was left out or is empty.
#[must_use]
pub fn of_tag(ctx: &Ctx, id_or_name: Option<&str>) -> Option<Option<String>> {
    match id_or_name.filter(|key| !key.is_empty()) {
        None => Some(None),
        Some(key) => find(&ctx.app, key).map(|(id, _)| Some(id)),
    }
}
