//! Files that stand for themselves: CKAN 2.12's file subsystem. A file lies in a storage and belongs to somebody or
//! something; who may do something with its owner may do it with the file.

pub mod allow;
pub mod create;
pub mod db;
pub mod delete;
pub mod owner_scan;
pub mod ownership_transfer;
pub mod pin;
pub mod register;
pub mod rename;
pub mod show;
pub mod trusted;
pub mod unpin;
pub mod view;

use action::Row;

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![
        Row::of::<create::Create>(),
        Row::of::<delete::Delete>(),
        Row::of::<owner_scan::OwnerScan>(),
        Row::of::<ownership_transfer::OwnershipTransfer>(),
        Row::of::<pin::Pin>(),
        Row::of::<register::Register>(),
        Row::of::<rename::Rename>(),
        Row::of::<show::Show>(),
        Row::of::<unpin::Unpin>(),
    ]
}
