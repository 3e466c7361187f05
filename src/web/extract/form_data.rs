//! A form in parts, taken from the network: texts into memory, files to where they arrive, both within bounds.

use std::{borrow::Cow, sync::Arc, time::Duration};

use action::{App, FileField, FileUse, action::Input};
use actix_web::{
    HttpRequest,
    http::header,
    rt::time::timeout,
    web::{self, Payload},
};
use auth::Actor;
use base::{Error, Result, limits};
use files::{Arrival, Arriving, Ticket};
use futures_util::StreamExt;
use tokio::sync::OwnedSemaphorePermit;

use super::{
    Refused, form,
    multipart::{self, Event, Head, Scanner},
};
use crate::lanes::Lanes;

/// How long a client may be silent.
const SILENCE: Duration = Duration::from_secs(30);
/// How long a form may take in all.
const PATIENCE: Duration = Duration::from_secs(3_600);
/// Bytes that are written at a time.
const PIECE: usize = 256 * 1024;
/// Bytes of too large files that are still taken, so that the client reads the answer instead of a broken connection.
const PASSED_OVER: u64 = 256 * 1024 * 1024;
/// The same of somebody whom the site does not know.
const PASSED_OVER_UNKNOWN: u64 = 16 * 1024 * 1024;

/// What a form holds.
#[derive(Default)]
pub struct FormData {
    pub input: Input,
    /// Keeps the files of the input.
    pub tickets: Vec<Ticket>,
    /// The rest of the body was not read: the connection cannot be used further.
    pub broken_off: bool,
}

/// Why a form could not be read.
pub enum Failure {
    Refused(Refused),
    Failed(Error),
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Who sends a form, and for what.
pub struct For<'a> {
    pub app: &'a Arc<App>,
    pub lanes: &'a Lanes,
    /// The files that the action takes.
    pub files: &'static [FileField],
    /// Who sends it.
    pub actor: Actor,
}

/// Reads a form.
///
/// # Errors
/// What the client did wrong; Unavailable, if the disk does not take a file or too many come at once.
pub async fn read(request: &HttpRequest, payload: Payload, purpose: For<'_>) -> Result<FormData, Failure> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut reader = Reader {
        purpose,
        scanner: Scanner::new(kind)?,
        part: Part::None,
        texts: Vec::new(),
        text_bytes: 0,
        passed_over: 0,
        files: Vec::new(),
        place: None,
    };
    // A small piece of it could become any amount of memory.
    if request.headers().get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(multipart::bad("a form in parts cannot be compressed").into());
    }
    let mut pieces = payload.into_inner();
    let all = async {
        loop {
            match timeout(SILENCE, pieces.next()).await.map_err(|_late| late())? {
                None => return reader.end(false).await,
                Some(Ok(bytes)) => {
                    if reader.take(&bytes).await? {
                        return reader.end(true).await;
                    }
                }
                Some(Err(error)) => {
                    return Err(Error::bad_request("The body of the request cannot be read").context(error).into());
                }
            }
        }
    };
    timeout(PATIENCE, all).await.map_err(|_late| late())?
}

fn late() -> Failure {
    Error::bad_request("The body of the request did not come in time").into()
}

struct Reader<'a> {
    purpose: For<'a>,
    scanner: Scanner,
    part: Part,
    texts: Vec<(String, String)>,
    text_bytes: usize,
    /// Bytes of too large and of unwanted files.
    passed_over: u64,
    files: Vec<(String, Arrival)>,
    /// The right to write a file to the disk.
    place: Option<OwnedSemaphorePermit>,
}

/// The part that is being read.
enum Part {
    None,
    Text(String, Vec<u8>),
    File(Box<FilePart>),
    Unwanted,
}

struct FilePart {
    head: Head,
    used: FileUse,
    limit: u64,
    arriving: Option<Arriving>,
    piece: Vec<u8>,
}

impl Reader<'_> {
    /// Takes a piece of the body; true: it is no use to read on.
    async fn take(&mut self, bytes: &[u8]) -> Result<bool, Failure> {
        self.scanner.push(bytes);
        while let Some(event) = self.scanner.next()? {
            match event {
                Event::Part(head) => self.part = self.begin(head)?,
                Event::Content(bytes) => self.content(bytes).await?,
                Event::PartEnd => self.part_end().await?,
            }
        }
        Ok(self.passed_over > if self.purpose.actor.is_anonymous() { PASSED_OVER_UNKNOWN } else { PASSED_OVER })
    }

    fn begin(&mut self, head: Head) -> Result<Part, Failure> {
        if self.texts.len() + self.files.len() > limits::JSON_KEYS {
            return Err(multipart::bad(&format!("more than {} fields", limits::JSON_KEYS)).into());
        }
        if head.filename.is_none() {
            return Ok(Part::Text(head.name, Vec::new()));
        }
        let Some(used) = self.used(&head.name) else { return Ok(Part::Unwanted) };
        if self.files.len() >= limits::FILES {
            return Err(Error::invalid(&head.name, format!("At most {} files at once", limits::FILES)).into());
        }
        Ok(Part::File(Box::new(FilePart { limit: self.limit(used), used, head, arriving: None, piece: Vec::new() })))
    }

    /// What a file of that name is for; `None`: the action takes none.
    fn used(&self, name: &str) -> Option<FileUse> {
        let is_meant = |field: &&FileField| field.name == name || (field.name.starts_with("__") && name.ends_with(field.name));
        self.purpose.files.iter().find(is_meant).map(|field| field.used)
    }

    /// Bytes of the largest file for it. Who is not known has not much to say.
    fn limit(&self, used: FileUse) -> u64 {
        let settings = &self.purpose.app.settings.files;
        let limit = match used {
            FileUse::Resource => settings.resource_bytes(),
            FileUse::GroupPicture | FileUse::UserPicture | FileUse::SitePicture => settings.image_bytes(),
            FileUse::Stored if self.purpose.actor.is_sysadmin() || settings.authenticated_uploads => u64::MAX,
            FileUse::Stored => settings.image_bytes(),
        };
        if self.purpose.actor.is_anonymous() { limit.min(settings.image_bytes()) } else { limit }
    }

    async fn content(&mut self, bytes: Vec<u8>) -> Result<(), Failure> {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        match &mut self.part {
            Part::Text(_, text) => {
                self.text_bytes += bytes.len();
                if self.text_bytes > limits::BODY_BYTES {
                    return Err(Error::too_large(format!("The texts of a form have at most {} bytes", limits::BODY_BYTES)).into());
                }
                text.extend(bytes);
            }
            Part::File(file) => match file.arriving.as_mut().filter(|arriving| arriving.is_too_large()) {
                Some(arriving) => {
                    arriving.pass_over(length);
                    self.passed_over += length;
                }
                None => {
                    file.piece.extend(bytes);
                    if file.piece.len() >= PIECE {
                        self.flush().await?;
                    }
                }
            },
            Part::Unwanted | Part::None => self.passed_over += length,
        }
        Ok(())
    }

    /// Writes what came of a file to the disk.
    async fn flush(&mut self) -> Result<(), Failure> {
        let Part::File(file) = &mut self.part else { return Ok(()) };
        let mut arriving = match file.arriving.take() {
            Some(arriving) => arriving,
            None => {
                let settings = &self.purpose.app.settings.files;
                if !settings.uploads_enabled {
                    return Err(Error::invalid(&file.head.name, "File uploads are disabled").into());
                }
                if self.place.is_none() {
                    let places = Arc::clone(&self.purpose.lanes.uploads);
                    self.place =
                        Some(places.try_acquire_owned().map_err(|_full| Error::unavailable("too many uploads at once"))?);
                }
                let name = file.head.filename.as_deref().unwrap_or_default();
                let named = self.texts.iter().rfind(|(name, _)| name == "storage").map(|(_, text)| text.as_str());
                let storage = file.used.storage(settings, named);
                self.purpose.app.files.begin(storage, (name, &file.head.content_type), file.limit)?
            }
        };
        let piece = std::mem::take(&mut file.piece);
        let write = move || (arriving.write(&piece).map(|()| arriving), piece);
        let (written, mut piece) = web::block(write).await.map_err(Error::internal)?;
        // The same memory takes the next piece.
        piece.clear();
        file.piece = piece;
        file.arriving = Some(written?);
        Ok(())
    }

    async fn part_end(&mut self) -> Result<(), Failure> {
        // A browser sends an empty file without a name where nobody chose one.
        if matches!(&self.part, Part::File(file) if !file.piece.is_empty() || file.head.filename.as_deref() != Some("")) {
            self.flush().await?;
        }
        match std::mem::replace(&mut self.part, Part::None) {
            Part::Text(name, text) => {
                let text = String::from_utf8(text).map_err(|_bytes| multipart::bad("a multipart field is not UTF-8"))?;
                self.texts.push((name, text));
            }
            Part::File(file) => {
                if let Some(arriving) = file.arriving {
                    let arrived = web::block(move || arriving.finish()).await.map_err(Error::internal)??;
                    self.files.push((file.head.name, arrived));
                }
            }
            Part::Unwanted | Part::None => {}
        }
        Ok(())
    }

    async fn end(&mut self, broken_off: bool) -> Result<FormData, Failure> {
        if broken_off {
            self.part_end().await?;
        } else {
            self.scanner.end()?;
        }
        let texts = std::mem::take(&mut self.texts);
        let mut input = form::pairs(texts.into_iter().map(|(name, text)| (Cow::Owned(name), Cow::Owned(text))))?;
        if self.files.is_empty() {
            input = form::single(input)?;
        }
        let mut tickets = Vec::new();
        for (name, arrived) in self.files.drain(..) {
            let ticket = self.purpose.app.files.ticket(arrived);
            input.insert(name, ticket.parameter());
            tickets.push(ticket);
        }
        Ok(FormData { input, tickets, broken_off })
    }
}
