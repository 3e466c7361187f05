//! Members: users in organizations and groups, with their role; datasets in groups; groups above groups.

pub mod allow;
pub mod create;
pub mod db;
pub mod delete;
pub mod group_create;
pub mod group_delete;
pub mod list;
pub mod organization_create;
pub mod organization_delete;
pub mod roles_list;
pub mod view;
pub mod write;

use action::Row;

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![
        Row::of::<create::Create>(),
        Row::of::<delete::Delete>(),
        Row::of::<group_create::GroupCreate>(),
        Row::of::<group_delete::GroupDelete>(),
        Row::of::<list::List>(),
        Row::of::<organization_create::OrganizationCreate>(),
        Row::of::<organization_delete::OrganizationDelete>(),
        Row::of::<roles_list::RolesList>(),
    ]
}
