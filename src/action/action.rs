//! What an action is, and the row that the rest of the program knows of it.

use std::sync::Arc;

use auth::Actor;
use base::{Error, Result};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use store::Sight;

use crate::{App, Conditions, Ctx, Params, call};

/// Whether an action changes anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// GET is allowed; at most a read-only transaction.
    Read,
    /// POST only; one transaction.
    Write,
}

/// A documented parameter.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: &'static str,
    pub doc: &'static str,
    /// JSON Schema.
    pub schema: Value,
}

/// A file that an action takes beside its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileField {
    /// Its name; one that begins with `__` is the end of a longer one.
    pub name: &'static str,
    pub doc: &'static str,
    pub used: FileUse,
}

/// What a file is for: how large it may be, and where it goes, follow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileUse {
    /// `ckan.max_resource_size`.
    Resource,
    /// `ckan.max_image_size`, as for the other pictures.
    GroupPicture,
    UserPicture,
    SitePicture,
    /// As the storage says that the parameters name, else the default one.
    Stored,
}

impl FileUse {
    /// Its storage; `named`: the one that the parameters name.
    #[must_use]
    pub fn storage<'a>(self, settings: &'a files::Settings, named: Option<&'a str>) -> &'a str {
        match self {
            Self::Resource => &settings.resource_storage,
            Self::GroupPicture => &settings.group_storage,
            Self::UserPicture => &settings.user_storage,
            Self::SitePicture => &settings.admin_storage,
            Self::Stored => named.filter(|named| !named.is_empty()).unwrap_or(&settings.default_storage),
        }
    }
}

/// The documentation of an action: its doc comment. Made by [`crate::declare!`].
pub trait Documented {
    const DOC: &'static str;
}

/// One action of the API. CKAN's order of checks is kept: needed keys, look-up (404), permission (403), validation
/// (409, all errors at once), write.
pub trait Action: Documented {
    /// CKAN's name, `<noun>_<verb>`.
    const NAME: &'static str;
    const KIND: Kind;
    /// The files that it takes.
    const FILES: &'static [FileField] = &[];
    /// The search index answers: callers may ask how new it has to be (`wait_for`, `min_seq`).
    const SEARCHES: bool = false;
    type Params: Params;
    /// What the permission rule hands over: the thing that may be touched.
    type Subject;
    type Output: Reply;

    /// Looks the subject up and asks whether the caller may.
    ///
    /// # Errors
    /// Validation for a missing key, NotFound, Denied.
    fn allow(ctx: &mut Ctx, params: &Self::Params) -> Result<Self::Subject>;

    /// Does it.
    ///
    /// # Errors
    /// Validation with all faults, and whatever the parts say.
    fn run(ctx: &mut Ctx, params: Self::Params, subject: Self::Subject) -> Result<Self::Output>;

    /// Answers from memory on the calling thread, or `None` when that is not possible now.
    #[must_use]
    fn quick(_app: &App, _actor: &Actor, _input: &Map<String, Value>) -> Option<Result<Answer>> {
        None
    }

    /// Id or name of the dataset that `quick` needs in memory.
    #[must_use]
    fn dataset(_input: &Map<String, Value>) -> Option<&str> {
        None
    }

    /// True for a search that may take long by what it asks: it waits where it holds up no other.
    #[must_use]
    fn costly(_input: &Map<String, Value>) -> bool {
        false
    }
}

/// What an action answers: becomes the JSON text of `result`.
pub trait Reply {
    /// The JSON text, and members that stand in the envelope beside `result`.
    ///
    /// # Errors
    /// Internal, if it cannot be serialised.
    fn into_answer(self) -> Result<Answer>;
}

/// A finished answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// JSON text of `result`.
    pub result: String,
    /// JSON text `,"changed_entities":{…}` or nothing.
    pub beside: String,
    /// The version of the thing that `result` shows, for `ETag`.
    pub version: Option<String>,
    /// True: this was done before, under the same `Idempotency-Key`.
    pub replayed: bool,
    /// What the search index knew that answered.
    pub sight: Option<Sight>,
    /// The number of the write in the change log: the highest, where it changed several things.
    pub sequence: Option<i64>,
    /// Of a write that was to wait for the index: whether searches find it by now.
    pub visible: Option<bool>,
}

/// JSON text that is ready already.
pub struct Raw(pub String);

impl Raw {
    /// The list of these, each written before the next one is made.
    ///
    /// # Errors
    /// Internal, if one cannot be serialised.
    pub fn list<T: Serialize>(items: impl IntoIterator<Item = T>) -> Result<Self> {
        let mut text = Vec::new();
        serde_json::Serializer::new(&mut text).collect_seq(items).map_err(Error::internal)?;
        String::from_utf8(text).map(Self).map_err(Error::internal)
    }
}

impl Reply for Raw {
    fn into_answer(self) -> Result<Answer> {
        Ok(Answer { result: self.0, ..Answer::default() })
    }
}

impl Reply for Answer {
    fn into_answer(self) -> Result<Answer> {
        Ok(self)
    }
}

impl<T: Serialize> Reply for T {
    fn into_answer(self) -> Result<Answer> {
        Ok(Answer { result: serde_json::to_string(&self).map_err(Error::internal)?, ..Answer::default() })
    }
}

/// Parameters of one call.
pub type Input = Map<String, Value>;

/// One line of the table of actions.
#[derive(Clone)]
pub struct Row {
    pub name: &'static str,
    /// The plugin of CKAN's that brings it; it is unknown where `ckan.plugins` leaves that out.
    pub plugin: Option<&'static str>,
    pub kind: Kind,
    /// The files that it takes.
    pub files: &'static [FileField],
    /// See [`Action::SEARCHES`].
    pub searches: bool,
    /// The help text.
    pub doc: &'static str,
    pub fields: fn() -> Vec<Field>,
    /// Runs it in the frame.
    pub call: fn(&Arc<App>, &Actor, Input, &Conditions) -> Result<Answer>,
    /// Runs it and undoes it: what would be answered. The table of rights is made with it.
    pub rehearse: fn(&Arc<App>, &Actor, Input) -> Result<Answer>,
    /// See [`Action::quick`].
    pub quick: fn(&App, &Actor, &Input) -> Option<Result<Answer>>,
    /// See [`Action::dataset`].
    pub dataset: fn(&Input) -> Option<&str>,
    /// See [`Action::costly`].
    pub costly: fn(&Input) -> bool,
}

impl Row {
    /// The row of an action.
    #[must_use]
    pub const fn of<A: Action>() -> Self {
        Self {
            name: A::NAME,
            plugin: None,
            kind: A::KIND,
            files: A::FILES,
            searches: A::SEARCHES,
            doc: A::DOC,
            fields: <A::Params as Params>::fields,
            call: call::call::<A>,
            dataset: A::dataset,
            costly: A::costly,
            rehearse: call::rehearse::<A>,
            quick: call::quick::<A>,
        }
    }

    /// The same as a part of a plugin.
    #[must_use]
    pub const fn of_plugin(self, plugin: &'static str) -> Self {
        Self { plugin: Some(plugin), ..self }
    }
}
