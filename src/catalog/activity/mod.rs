//! Activities: who changed what, and how a dataset looked then. Each is a row that is written in the transaction of the
//! change; a dataset's by `store_packages`, everything else's by `write`.

pub mod allow;
pub mod compare;
pub mod create;
pub mod dashboard;
pub mod dashboard_count;
pub mod dashboard_seen;
pub mod data_show;
pub mod db;
pub mod delete;
pub mod delete_all;
pub mod delete_counts;
pub mod diff;
pub mod of_group;
pub mod of_organization;
pub mod of_package;
pub mod of_user;
pub mod pretty;
pub mod recent;
pub mod show;
pub mod view;
pub mod window;
pub mod write;

use action::Row;

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    [
        Row::of::<create::Create>(),
        Row::of::<dashboard::List>(),
        Row::of::<dashboard_count::Count>(),
        Row::of::<dashboard_seen::MarkOld>(),
        Row::of::<data_show::DataShow>(),
        Row::of::<delete::Delete>(),
        Row::of::<delete_all::DeleteAll>(),
        Row::of::<delete_counts::DeleteCounts>(),
        Row::of::<diff::Diff>(),
        Row::of::<of_group::OfGroup>(),
        Row::of::<of_organization::OfOrganization>(),
        Row::of::<of_package::OfPackage>(),
        Row::of::<of_user::OfUser>(),
        Row::of::<recent::Recent>(),
        Row::of::<show::Show>(),
    ]
    .map(|row| row.of_plugin("activity"))
    .to_vec()
}
