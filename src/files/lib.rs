//! Bytes on the disk or in S3: what arrives with a request, and the storages where it stays.
//!
//! A file arrives beside the storages (`.incoming`), under a lock of the process that takes it, and is put into its place
//! by a rename once the write that speaks of it is committed. What a dead process left is told by its missing lock.
//! Must never decide who may do what, and never know a table.

pub mod arrival;
mod disk;
pub mod name;
pub mod room;
mod s3;
pub mod sniff;
pub mod storage;

pub use arrival::{Arrival, Arriving};
pub use room::{Files, Settings, Ticket, is_file};
pub use s3::S3Settings;
pub use storage::{Opened, Storage, StorageSettings};
