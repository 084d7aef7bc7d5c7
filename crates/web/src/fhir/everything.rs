//! `Patient/{person}/$everything`, streamed: the first bytes leave before the last are fetched.

use super::bundle::{Bundle, MATCH};
use super::compare::{Wanted, moment_fits, wanted};
use super::desk::{Desk, Reading};
use super::outcome::Wrong;
use super::page::{Page, seal, unseal};
use super::param::Kind;
use super::patient::composed;
use super::resource::{Answered, answered, fhir_type};
use axum::body::{Body, Bytes, HttpBody};
use care::access::Act;
use care::person::sent::{self, ItemVersion};
use exchange::smart::Right;
use http_body::Frame;
use std::collections::HashMap;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit, mpsc};

/// Answers being streamed at once.
static STREAMS: Semaphore = Semaphore::const_new(16);
/// Items fetched and written at a time.
const CHUNK: usize = 100;
/// Items of a page that is put together whole before it leaves.
const PAGE_MAX: usize = 250;
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
    after: Option<Place>,
}

/// Where an item stands among a person's: record, arrival, item.
type Place = (i64, i64, i64);

/// What is given: a page whole, or all of it as it is put together.
pub enum Given {
    /// A page.
    Page(String),
    /// A stream.
    Stream(Body),
}

/// Asks for leave, and answers.
///
/// # Errors
/// 400 for an unknown parameter, 403, 404, 503 when too many are being sent.
pub fn open(desk: Desk, text: &str, params: Vec<(String, String)>) -> Result<Given, Wrong> {
    let (asked, params) = understood(&desk, text, params)?;
    let Some(person) = desk.whom(text)? else {
        desk.list(Act::ReadRecord, "an id that nothing has")?;
        return Err(Wrong::unknown());
    };
    if asked.count.is_some_and(|count| count <= PAGE_MAX) {
        let page = desk.answering(person, Act::ReadRecord, |reading| {
            let everything = Everything {
                desk: &desk,
                reading,
                asked,
                params,
            };
            let mut page = String::new();
            everything.write(&mut |text| {
                page.push_str(&text);
                true
            })?;
            Ok(page)
        })?;
        return Ok(Given::Page(page));
    }
    let permit = STREAMS.try_acquire().map_err(|_| Wrong::busy())?;
    let reading = desk.person(person, Act::ReadRecord)?;
    let stream = Stream {
        desk,
        reading,
        asked,
        params,
        permit,
    };
    Ok(Given::Stream(stream.body()))
}

fn understood(desk: &Desk, id: &str, params: Vec<(String, String)>) -> Result<(Asked, Vec<(String, String)>), Wrong> {
    let mut asked = Asked::default();
    let mut params = params;
    if let Some((_, token)) = params.iter().find(|(name, _)| name == "_page") {
        let page = unseal(desk, token, &format!("$everything {id}"))?;
        let arrival = page.after.0.parse().map_err(|error| Wrong::failed(&error))?;
        asked.after = Some((page.after.1, arrival, page.after.2));
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

/// An answer to be streamed.
struct Stream {
    desk: Desk,
    reading: Reading,
    asked: Asked,
    params: Vec<(String, String)>,
    permit: SemaphorePermit<'static>,
}

impl Stream {
    /// Streams it. Fetching happens on a thread of its own, a few chunks ahead of the reader.
    fn body(self) -> Body {
        let (send, receive) = mpsc::channel(WAITING_MAX);
        let handle = tokio::runtime::Handle::current();
        tokio::task::spawn_blocking(move || {
            let outlet = |chunk: Result<Bytes, Broken>| {
                handle.block_on(async { matches!(tokio::time::timeout(SLOW, send.send(chunk)).await, Ok(Ok(()))) })
            };
            let everything = Everything {
                desk: &self.desk,
                reading: self.reading,
                asked: self.asked,
                params: self.params,
            };
            if let Err(wrong) = everything.write(&mut |text| outlet(Ok(Bytes::from(text)))) {
                // Too late for a status: the connection breaks off, and the bundle is not whole.
                tracing::error!(status = %wrong.status, "an answer broke off");
                outlet(Err(Broken));
            }
            drop(self.permit);
        });
        Body::new(Chunks(receive))
    }
}

/// An answer being written.
struct Everything<'a> {
    desk: &'a Desk,
    reading: Reading,
    asked: Asked,
    params: Vec<(String, String)>,
}

impl Everything<'_> {
    /// Writes it in pieces, until `outlet` takes no more.
    fn write(&self, outlet: &mut dyn FnMut(String) -> bool) -> Result<(), Wrong> {
        let desk = self.desk;
        let person = self.reading.grant.person();
        let with_person = self.asked.after.is_none() && (self.asked.types.is_empty() || self.wants("Patient"));
        let whole = self.asked.since.is_none() && self.asked.after.is_none();
        let mut bundle = Bundle::begin(desk, "searchset", None);
        // A page is looked up at once; of a stream the first bytes leave before the items are looked up.
        let is_page = self.asked.count.is_some_and(|count| count <= PAGE_MAX);
        let mut all = if is_page {
            Some(desk.items(&self.reading)?)
        } else {
            None
        };
        if with_person {
            let patients = match &all {
                Some(all) => all.iter().filter(|item| item.item_type == "Patient").cloned().collect(),
                None => sent::items_of_type(desk.care(), &self.reading.grant, "Patient")?,
            };
            let text = composed(desk, &self.reading, &patients)?;
            bundle.add(&format!("{}/Patient/{person}", desk.base), &text, MATCH);
            if !is_page && !outlet(bundle.drain()) {
                return Ok(());
            }
        }
        let all = all.take().map_or_else(|| desk.items(&self.reading), Ok)?;
        let items = self.wanted(all);
        let mut left = self.asked.count.unwrap_or(usize::MAX);
        let mut last = None;
        let mut more = false;
        for chunk in items.chunks(CHUNK.min(left.max(1))) {
            if left == 0 {
                more = true;
                break;
            }
            let fitting = self.fitting(chunk)?;
            for (one, place) in &fitting {
                if left == 0 {
                    more = true;
                    break;
                }
                left -= 1;
                last = Some(*place);
                bundle.add(&desk.url(one), &one.text, MATCH);
            }
            if more {
                break;
            }
            if !outlet(bundle.drain()) {
                return Ok(());
            }
        }
        let mut links = vec![("self", format!("{}/Patient/{person}/$everything", desk.base))];
        if let Some(place) = last.filter(|_| more) {
            links.push(("next", self.next(place)?));
        }
        let total = whole.then(|| items.len() + usize::from(with_person));
        outlet(bundle.end_with_total(&links, total));
        Ok(())
    }

    /// Those of the items that are to be written, in order.
    fn wanted(&self, mut items: Vec<ItemVersion>) -> Vec<ItemVersion> {
        let caller = &self.desk.caller;
        if caller.scopes.is_some() {
            items.retain(|item| caller.allows(fhir_type(&item.item_type), Right::Read));
        }
        if !self.asked.types.is_empty() {
            items.retain(|item| self.wants(fhir_type(&item.item_type)));
        }
        if let Some(after) = self.asked.after {
            items.retain(|item| item.place() > after);
        }
        items
    }

    /// Those of a chunk that are new enough, written, each with its place.
    fn fitting(&self, chunk: &[ItemVersion]) -> Result<Vec<(Answered, Place)>, Wrong> {
        let mut places = HashMap::with_capacity(chunk.len());
        places.extend(chunk.iter().map(|item| ((item.record_no, item.item), item.place())));
        let answered = answered(self.desk, Some(&self.reading), chunk)?.into_iter();
        let fits = |one: &Answered| {
            let since = self.asked.since.as_ref();
            since.is_none_or(|since| moment_fits(one.received.0, since))
        };
        Ok(answered
            .filter(fits)
            .filter_map(|one| places.get(&one.key).map(|place| (one, *place)))
            .collect())
    }

    /// The address of the page after the item of this place.
    fn next(&self, (record_no, arrival, item): Place) -> Result<String, Wrong> {
        let desk = self.desk;
        let person = self.reading.grant.person();
        let next = Page {
            user: desk.caller.actor.user.clone(),
            of: format!("$everything {person}"),
            asked: self.params.clone(),
            after: (arrival.to_string(), record_no, item),
        };
        let token = seal(desk, &next)?;
        Ok(format!("{}/Patient/{person}/$everything?_page={token}", desk.base))
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
