//! The frame around every action: it reads parameters, asks for permission, owns the transaction, and performs what
//! must follow. Knows no noun of the catalog.

pub mod action;
pub mod actors;
pub mod app;
pub mod call;
pub mod conditions;
pub mod ctx;
pub mod declare;
mod files;
pub mod once;
pub mod openapi;
pub mod params;
pub mod plugins;
pub mod settings;
pub mod shape;
pub mod site;

pub use action::{Action, Documented, Field, FileField, FileUse, Kind, Raw, Reply, Row};
pub use app::App;
pub use conditions::Conditions;
pub use ctx::Ctx;
pub use params::{Dict, Params};
pub use settings::Settings;

/// For the macro alone.
#[doc(hidden)]
pub mod reexport {
    pub use base;
    pub use serde_json;
}
