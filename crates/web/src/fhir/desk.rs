//! One request being answered: who asks, of which store, under what address.

use super::outcome::Wrong;
use super::resource::{Provenance, merged_tags};
use crate::access::machine::{self, Caller, NotSignedIn};
use crate::serving::Site;
use axum::http::{HeaderMap, StatusCode, header};
use care::Care;
use care::access::{self, Act, ListGrant, PersonGrant};
use care::person::SenderView;
use care::person::sent::{self, ItemVersion, Whose};
use exchange::smart::Right;
use record::system::Feed;
use record::{Instant, ItemId, OrgCode, PersonId};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// What every handler works with.
pub struct Desk {
    /// The site.
    pub site: Arc<Site>,
    /// Who asks.
    pub caller: Caller,
    /// Now.
    pub now: Instant,
    /// Where this server's resources stand, without a closing slash: `https://host/fhir`.
    pub base: String,
    feeds: RefCell<HashMap<String, Arc<Feed>>>,
    provenances: RefCell<HashMap<(OrgCode, bool), Arc<Provenance>>>,
    tags: RefCell<HashMap<(OrgCode, bool), KnownTags>>,
}

/// Tags as they were sent, and with ours.
type KnownTags = HashMap<String, Option<Arc<str>>>;

/// What an address needs of the scopes of a token.
pub enum Need {
    /// This, with resources of this type.
    Of(String, Right),
    /// This, with resources of every type: what was sent may hold anything.
    OfAll(Right),
    /// Of each entry what it asks, where it is read.
    OfEach,
}

/// Different lists of tags that are remembered of a sender: nearly all of its resources carry the same.
const TAGS_MAX: usize = 64;

/// Leave to read one person, with what their answers need.
pub struct Reading {
    /// The grant.
    pub grant: PersonGrant,
    /// What each sender says of who they are.
    pub views: Vec<SenderView>,
    /// Whether where they live must be hidden (SAFETY 2).
    pub restricted: bool,
}

/// Leave to read one item: a person's, or nobody's.
pub enum Leave {
    /// Of a person.
    Person(Box<Reading>),
    /// Of a sender's directory.
    Directory(ListGrant),
}

impl Desk {
    /// Knows who calls, and what form of answer they take.
    ///
    /// # Errors
    /// 401 when nobody is known to call, 406 when only another form than JSON is taken.
    pub fn open(site: &Arc<Site>, headers: &HeaderMap) -> Result<Self, Wrong> {
        takes_json(headers)?;
        let caller = machine::caller(site, headers).map_err(|error| match error {
            NotSignedIn::Nobody => Wrong::nobody(),
            NotSignedIn::Db(error) => Wrong::failed(&error),
        })?;
        Ok(Self {
            now: (site.now)(),
            base: base(site, headers),
            site: Arc::clone(site),
            caller,
            feeds: RefCell::default(),
            provenances: RefCell::default(),
            tags: RefCell::default(),
        })
    }

    /// Sees that the token of whoever asks goes so far. What policy says is asked besides, where something is read.
    ///
    /// # Errors
    /// 403, the same whether or not there is such a thing; the audit has its row.
    pub fn needs(&self, need: &Need) -> Result<(), Wrong> {
        let goes = match need {
            Need::Of(kind, right) => self.caller.allows(kind, *right),
            Need::OfAll(right) => self.caller.allows_all(*right),
            Need::OfEach => true,
        };
        if goes {
            return Ok(());
        }
        let why = "beyond the scopes of its token";
        access::machine::refused(self.care(), &self.caller.actor, "FHIR", why, self.now)?;
        Err(Wrong::beyond())
    }

    /// The store.
    pub fn care(&self) -> &Care {
        &self.site.care
    }

    /// The id that this system gives a sender's thing.
    pub fn id_of(&self, sender: &OrgCode, item_type: &str, local: &str) -> ItemId {
        ItemId::of(self.care().id_key(), sender, item_type, local)
    }

    /// Asks to read a person's record; audited before anything is read.
    ///
    /// # Errors
    /// As [`access::person`].
    pub fn person(&self, person: PersonId, act: Act) -> Result<Reading, Wrong> {
        let grant = access::person(self.care(), &self.caller.actor, person, act, self.now)?;
        self.reading(grant)
    }

    /// As [`Desk::person`], for an answer put together whole while the audit row is being made durable.
    ///
    /// # Errors
    /// As [`access::answering`].
    pub fn answering<T>(
        &self,
        person: PersonId,
        act: Act,
        answer: impl FnOnce(Reading) -> Result<T, Wrong>,
    ) -> Result<T, Wrong> {
        let (care, actor) = (self.care(), &self.caller.actor);
        access::answering(care, actor, (person, act), self.now, |grant| {
            answer(self.reading(grant)?)
        })
    }

    fn reading(&self, grant: PersonGrant) -> Result<Reading, Wrong> {
        let (views, restricted) = care::person::views(self.care(), &grant)?;
        Ok(Reading {
            grant,
            views,
            restricted,
        })
    }

    /// The current items of a person, in order of record and arrival. Who is close to a restricted person tells
    /// where they are, so those are left out.
    ///
    /// # Errors
    /// When the store fails.
    pub fn items(&self, reading: &Reading) -> Result<Vec<ItemVersion>, Wrong> {
        let mut items = sent::items(self.care(), &reading.grant)?;
        if reading.restricted {
            items.retain(|item| item.item_type != "RelatedPerson");
        }
        Ok(items)
    }

    /// Asks for leave over no one person.
    ///
    /// # Errors
    /// As [`access::list`].
    pub fn list(&self, act: Act, detail: &str) -> Result<ListGrant, Wrong> {
        Ok(access::list(self.care(), &self.caller.actor, act, detail, self.now)?)
    }

    /// Asks to read the item with this id. Whoever may not read is told so whether or not there is such an
    /// item, and both are audited.
    ///
    /// # Errors
    /// 403 and 404.
    pub fn leave(&self, id: ItemId, act: Act) -> Result<Leave, Wrong> {
        match sent::whose(self.care(), id)? {
            Some(Whose::Person(person)) => Ok(Leave::Person(Box::new(self.person(person, act)?))),
            Some(Whose::Directory) => Ok(Leave::Directory(self.list(act, "a directory item")?)),
            None => {
                self.list(act, "an id that nothing has")?;
                Err(Wrong::unknown())
            }
        }
    }

    /// What is said of where a sender's resources come from, put together once a request.
    pub fn provenance(&self, sender: &OrgCode, restricted: bool) -> Arc<Provenance> {
        let mut known = self.provenances.borrow_mut();
        if let Some(known) = known.get(&(sender.clone(), restricted)) {
            return Arc::clone(known);
        }
        let made = Arc::new(Provenance::of(self.care(), sender, restricted));
        known.insert((sender.clone(), restricted), Arc::clone(&made));
        made
    }

    /// A resource's tags as sent, with those that are said here; put together once a request for all that carry the
    /// same. `None` when what was sent is not a list.
    pub fn tags(&self, sender: &OrgCode, restricted: bool, sent: &str) -> Option<Arc<str>> {
        let mut known = self.tags.borrow_mut();
        let of_sender = known.entry((sender.clone(), restricted)).or_default();
        if let Some(known) = of_sender.get(sent) {
            return known.clone();
        }
        let made: Option<Arc<str>> = merged_tags(self.care(), sender, restricted, sent).map(Arc::from);
        if of_sender.len() < TAGS_MAX {
            of_sender.insert(sent.to_owned(), made.clone());
        }
        made
    }

    /// The feed of this name, looked up once a request.
    pub fn feed(&self, name: &str) -> Result<Arc<Feed>, Wrong> {
        if let Some(feed) = self.feeds.borrow().get(name) {
            return Ok(Arc::clone(feed));
        }
        let feed = care::feeds::feed_named(self.care(), name)?;
        self.feeds.borrow_mut().insert(name.to_owned(), Arc::clone(&feed));
        Ok(feed)
    }

    /// The person whom an id names: a person's own, or that of a sender's Patient. Tells nothing more; the
    /// caller asks for a grant next. `None` when it names nobody.
    ///
    /// # Errors
    /// When the store fails.
    pub fn whom(&self, text: &str) -> Result<Option<PersonId>, Wrong> {
        let Some(item) = ItemId::parse(text) else {
            return Ok(None);
        };
        match sent::whose(self.care(), item)? {
            Some(Whose::Person(person)) => Ok(Some(person)),
            Some(Whose::Directory) => Ok(None),
            None => Ok(PersonId::parse(text)),
        }
    }
}

impl Leave {
    /// Whose it is, if anybody's.
    pub fn reading(&self) -> Option<&Reading> {
        match self {
            Leave::Person(reading) => Some(reading),
            Leave::Directory(_) => None,
        }
    }
}

/// Only JSON is written here.
fn takes_json(headers: &HeaderMap) -> Result<(), Wrong> {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let fits = accepted.is_none_or(|accepted| {
        accepted.trim().is_empty()
            || accepted.contains("json")
            || accepted.contains("*/*")
            || accepted.contains("application/*")
    });
    if fits {
        return Ok(());
    }
    Err(Wrong::new(
        StatusCode::NOT_ACCEPTABLE,
        "not-supported",
        "Answers are application/fhir+json only.",
    ))
}

/// Where this server's resources stand, as the caller calls it.
pub fn base(site: &Site, headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let fits = |host: &&str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']');
        !host.is_empty() && host.len() <= 255 && host.bytes().all(plain)
    };
    let host = host.filter(fits).unwrap_or("localhost");
    let scheme = if site.secure_cookies { "https" } else { "http" };
    format!("{scheme}://{host}/fhir")
}
