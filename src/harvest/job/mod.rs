//! Jobs: one run over a source each.

pub mod abort;
pub mod abort_failed;
pub mod allow;
pub mod create;
pub mod db;
pub mod history;
pub mod list;
pub mod report;
pub mod run;
pub mod show;
pub mod view;

use action::Row;

pub use db::Job;

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![
        Row::of::<create::Create>(),
        Row::of::<show::Show>(),
        Row::of::<list::List>(),
        Row::of::<report::Report>(),
        Row::of::<abort::Abort>(),
        Row::of::<abort_failed::AbortFailed>(),
        Row::of::<history::Clear>(),
        Row::of::<history::ClearAll>(),
        Row::of::<run::Run>(),
    ]
}
