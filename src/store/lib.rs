//! The way to PostgreSQL: pools, transactions, migrations and the change log.
//!
//! Knows tables, but not what they mean; must never decide who may do what.

pub mod changes;
pub mod credentials;
pub mod documents;
pub mod error;
pub mod feed;
pub mod file_work;
pub mod follower;
pub mod group_commit;
pub mod idempotency;
pub mod migrate;
pub mod pool;
pub mod quotes;
pub mod schema;
pub mod system_info;
pub mod tx;

pub use changes::Change;
pub use documents::Documents;
pub use feed::{Apply, Feed, Sight};
pub use follower::Follower;
pub use group_commit::GroupCommit;
pub use pool::{Connection, Lane, Pools};
pub use quotes::Quotes;
pub use tx::Tx;
