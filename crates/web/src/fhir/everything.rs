//! `Patient/{person}/$everything`, streamed: the first bytes leave before the last are fetched.

use super::bundle::{Bundle, MATCH};
use super::compare::{Wanted, moment_fits, wanted};
use super::desk::{Desk, Reading};
use super::outcome::Wrong;
use super::page::{Page, seal, unseal};
use super::param::Kind;
use super::patient::composed;
use super::resource::{answered, fhir_type};
use axum::body::{Body, Bytes, HttpBody};
use care::access::Act;
use care::person::sent::ItemVersion;
use http_body::Frame;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit, mpsc};

/// Answers being streamed at once.
static STREAMS: Semaphore = Semaphore::const_new(16);
/// Items fetched and written at a time.
const CHUNK: usize = 50;
/// Chunks that wait for a slow reader.
const WAITING_MAX: usize = 4;
/// How long a reader may take none of them.
const SLOW: Duration = Duration::from_secs(60);
/// Most items on one page.
const COUNT_MAX: usize = 5_000;

/// What is asked of everything.
#[derive(Default)]
struct Asked {
    count: Option<usize>,
    types: Vec<String>,
    since: Option<Vec<Wanted>>,
    after: Option<(i64, i64)>,
}

/// What an answer will hold, decided before its first byte.
pub struct Everything {
    desk: Desk,
    reading: Reading,
    items: Vec<ItemVersion>,
    all: Vec<ItemVersion>,
    asked: Asked,
    params: Vec<(String, String)>,
    permit: SemaphorePermit<'static>,
}

/// Asks for leave and decides what to send.
///
/// # Errors
/// 400 for an unknown parameter, 403, 404, 503 when too many are being sent.
pub fn open(desk: Desk, text: &str, params: Vec<(String, String)>) -> Result<Everything, Wrong> {
    let (asked, params) = understood(&desk, text, params)?;
    let Some(person) = desk.whom(text)? else {
        desk.list(Act::ReadRecord, "an id that nothing has")?;
        return Err(Wrong::unknown());
    };
    let permit = STREAMS.try_acquire().map_err(|_| Wrong::busy())?;
    let reading = desk.person(person, Act::ReadRecord)?;
    let mut all = desk.items(&reading)?;
    all.sort_by_key(|item| (item.record_no, item.item));
    let mut items: Vec<ItemVersion> = all
        .iter()
        .filter(|item| asked.types.is_empty() || asked.types.iter().any(|kind| kind == fhir_type(&item.item_type)))
        .cloned()
        .collect();
    if let Some(after) = asked.after {
        items.retain(|item| (item.record_no, item.item) > after);
    }
    Ok(Everything {
        desk,
        reading,
        items,
        all,
        asked,
        params,
        permit,
    })
}

fn understood(desk: &Desk, id: &str, params: Vec<(String, String)>) -> Result<(Asked, Vec<(String, String)>), Wrong> {
    let mut asked = Asked::default();
    let mut params = params;
    if let Some((_, token)) = params.iter().find(|(name, _)| name == "_page") {
        let page = unseal(desk, token, &format!("$everything {id}"))?;
        asked.after = Some((page.after.1, page.after.2));
        params = page.asked;
    }
    for (name, value) in &params {
        match name.as_str() {
            "_count" => {
                let count = value.parse::<usize>().ok().filter(|count| *count > 0);
                let count = count.ok_or_else(|| Wrong::request("_count is a whole number above 0."))?;
                asked.count = Some(count.min(COUNT_MAX));
            }
            "_type" => asked.types.extend(value.split(',').map(|kind| kind.trim().to_owned())),
            "_since" => {
                let since = wanted(Kind::Date, &format!("ge{value}"));
                asked.since = Some(vec![since.ok_or_else(|| Wrong::request("_since is an instant."))?]);
            }
            "_format" if value.contains("json") => {}
            _ => {
                return Err(Wrong::unsupported(
                    "A parameter of $everything is not one that this server knows: _count, _type and _since are.",
                ));
            }
        }
    }
    Ok((asked, params))
}

impl Everything {
    /// Streams it. Fetching happens on a thread of its own, a few chunks ahead of the reader.
    pub fn body(self) -> Body {
        let (send, receive) = mpsc::channel(WAITING_MAX);
        let handle = tokio::runtime::Handle::current();
        tokio::task::spawn_blocking(move || {
            let outlet = |chunk: Result<Bytes, Broken>| {
                handle.block_on(async { matches!(tokio::time::timeout(SLOW, send.send(chunk)).await, Ok(Ok(()))) })
            };
            if let Err(wrong) = self.write(&outlet) {
                // Too late for a status: the connection breaks off, and the bundle is not whole.
                tracing::error!(status = %wrong.status, "an answer broke off");
                outlet(Err(Broken));
            }
        });
        Body::new(Chunks(receive))
    }

    fn write(&self, outlet: &dyn Fn(Result<Bytes, Broken>) -> bool) -> Result<(), Wrong> {
        let desk = &self.desk;
        let person = self.reading.grant.person();
        let with_person = self.asked.after.is_none() && (self.asked.types.is_empty() || self.wants("Patient"));
        let whole = self.asked.since.is_none() && self.asked.after.is_none();
        let total = whole.then(|| self.items.len() + usize::from(with_person));
        let mut bundle = Bundle::begin(desk, "searchset", total);
        if with_person {
            let text = composed(desk, &self.reading, &self.all)?;
            bundle.add(&format!("{}/Patient/{person}", desk.base), &text, MATCH);
        }
        let mut left = self.asked.count.unwrap_or(usize::MAX);
        let mut last = None;
        let mut more = false;
        for chunk in self.items.chunks(CHUNK.min(left.max(1))) {
            if left == 0 {
                more = true;
                break;
            }
            for one in answered(desk, Some(&self.reading), chunk)? {
                let fits = self
                    .asked
                    .since
                    .as_ref()
                    .is_none_or(|since| moment_fits(one.received.0, since));
                if !fits {
                    continue;
                }
                if left == 0 {
                    more = true;
                    break;
                }
                left -= 1;
                last = Some(one.key);
                bundle.add(&desk.url(&one), &one.text, MATCH);
            }
            if more {
                break;
            }
            if !outlet(Ok(Bytes::from(bundle.drain()))) {
                return Ok(());
            }
        }
        let mut links = vec![("self", format!("{}/Patient/{person}/$everything", desk.base))];
        if let Some((record_no, item)) = last.filter(|_| more) {
            let next = Page {
                user: desk.caller.actor.user.clone(),
                of: format!("$everything {person}"),
                asked: self.params.clone(),
                after: (String::new(), record_no, item),
            };
            let token = seal(desk, &next)?;
            links.push((
                "next",
                format!("{}/Patient/{person}/$everything?_page={token}", desk.base),
            ));
        }
        outlet(Ok(Bytes::from(bundle.end(&links))));
        let _ = &self.permit;
        Ok(())
    }

    fn wants(&self, kind: &str) -> bool {
        self.asked.types.iter().any(|known| known == kind)
    }
}

/// The answer broke off.
#[derive(Debug, thiserror::Error)]
#[error("the answer broke off")]
struct Broken;

/// A body of chunks from a channel.
struct Chunks(mpsc::Receiver<Result<Bytes, Broken>>);

impl HttpBody for Chunks {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        self.0
            .poll_recv(cx)
            .map(|chunk| chunk.map(|chunk| chunk.map(Frame::data)))
    }
}
