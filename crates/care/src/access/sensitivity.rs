//! Which entries a grant leaves out: how sensitive each is, by the care system's rules and by what was decided.
//!
//! An item is hidden whole: if one of its entries is not to be seen, none is, and neither is what was sent.

use super::question::{Act, Part, Sensitivity, Show};
use super::{EntryFacts, PersonGrant, store};
use crate::Care;
use crate::db::{Conn, DbError};
use crate::intake::{concept_of, value_of};
use crate::person::Line;
use record::system::{OrganisationKind, Sensitive, SensitiveKind, Told};
use record::{Kind, OrgCode};
use std::collections::{BTreeSet, HashMap, HashSet};
pub(crate) use store::Coded;

/// How sensitive an entry of each kind is, and to whom on the person's side it is shown, unless somebody
/// decided otherwise (SAFETY 9).
pub(crate) const fn by_rule(kind: Option<SensitiveKind>) -> (Sensitivity, Show) {
    match kind {
        None => (Sensitivity::Ordinary, Show::PersonAndProxies),
        Some(
            SensitiveKind::MentalHealth
            | SensitiveKind::SubstanceUse
            | SensitiveKind::Justice
            | SensitiveKind::GenderIdentity
            | SensitiveKind::SexualHealth,
        ) => (Sensitivity::Sensitive, Show::PersonAndProxies),
        Some(SensitiveKind::ThirdParty) => (Sensitivity::ThirdParty, Show::Neither),
        Some(SensitiveKind::SeriousHarm) => (Sensitivity::Ordinary, Show::Neither),
        Some(SensitiveKind::Safeguarding) => (Sensitivity::Safeguarding, Show::Neither),
    }
}

/// How an item stands, by the care system's rules and by what was decided: the strictest of its entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stands {
    /// How sensitive.
    pub sensitivity: Sensitivity,
    /// To whom on the person's side it is shown.
    pub show: Show,
}

/// How an item of a record stands.
pub(crate) fn of_item(
    care: &Care,
    conn: &mut Conn,
    grant: &PersonGrant,
    record_no: i64,
    item: i64,
) -> Result<Stands, DbError> {
    let mut stands = Stands {
        sensitivity: Sensitivity::Ordinary,
        show: Show::PersonAndProxies,
    };
    for (of, kind) in kinds_of(care, conn, record_no)? {
        if of == item {
            let (sensitivity, show) = by_rule(kind);
            stands.sensitivity = stands.sensitivity.max(sensitivity);
            stands.show = stands.show.max(show);
        }
    }
    let decided = grant.facts().decided.get(&item).copied().unwrap_or_default();
    stands.sensitivity = decided.0.unwrap_or(stands.sensitivity);
    stands.show = decided.1.unwrap_or(stands.show);
    Ok(stands)
}

/// Leaves out the lines of a person that are not to be seen; answers whether something is sealed that the reader
/// could see otherwise.
pub(crate) fn sift(care: &Care, grant: &PersonGrant, lines: &mut Vec<Line>) -> bool {
    let mut sieves: HashMap<OrgCode, Option<Sieve<'_>>> = HashMap::new();
    for line in lines.iter() {
        // Found without a clone for all lines of a sender but the first.
        if !sieves.contains_key(&line.sender) {
            let mut sieve = Sieve::new(care, grant, &line.sender);
            let all = sieve.lets_all_through();
            sieves.insert(line.sender.clone(), (!all).then_some(sieve));
        }
        if let Some(Some(sieve)) = sieves.get_mut(&line.sender) {
            let rules = &care.system().sensitive;
            sieve.see(line.item, rules.kind_of(&Told::of(&line.entry)));
        }
    }
    let mut sealed = false;
    let mut hidden: HashSet<i64> = HashSet::new();
    for sieve in sieves.into_values().flatten() {
        sealed |= sieve.sealed;
        hidden.extend(sieve.hidden);
    }
    if !hidden.is_empty() {
        lines.retain(|line| !hidden.contains(&line.item));
    }
    sealed
}

/// What of one record's items a grant covers.
pub(crate) struct Sieve<'a> {
    care: &'a Care,
    grant: &'a PersonGrant,
    own: bool,
    gp: bool,
    answers: HashMap<EntryFacts, bool>,
    /// Items that are hidden.
    pub hidden: HashSet<i64>,
    /// Whether something is sealed that the reader could see otherwise, and may therefore be told of.
    pub sealed: bool,
}

impl<'a> Sieve<'a> {
    /// For the record of one sender.
    pub fn new(care: &'a Care, grant: &'a PersonGrant, sender: &OrgCode) -> Self {
        let of_practice = |org: &record::system::Organisation| org.kind == OrganisationKind::Practice;
        Self {
            care,
            grant,
            own: grant.actor().works_for.as_ref() == Some(sender),
            gp: care.system().organisation(sender).is_some_and(of_practice),
            answers: HashMap::new(),
            hidden: HashSet::new(),
            sealed: false,
        }
    }

    /// Whether nothing of this record can be hidden from the reader, so that no entry has to be looked at.
    pub fn lets_all_through(&mut self) -> bool {
        let mut kinds = std::iter::once(None).chain(SensitiveKind::ALL.map(Some));
        self.grant.facts().decided.is_empty() && kinds.all(|kind| self.covers(by_rule(kind)))
    }

    /// Takes note of one entry of an item.
    pub fn see(&mut self, item: i64, kind: Option<SensitiveKind>) {
        let (by_rule, shown_by_rule) = by_rule(kind);
        let decided = self.grant.facts().decided.get(&item).copied().unwrap_or_default();
        let (sensitivity, show) = (decided.0.unwrap_or(by_rule), decided.1.unwrap_or(shown_by_rule));
        if self.covers((sensitivity, show)) {
            return;
        }
        self.hidden.insert(item);
        self.sealed |= sensitivity == Sensitivity::Sealed && self.covers((Sensitivity::Ordinary, show));
    }

    fn covers(&mut self, (sensitivity, show): (Sensitivity, Show)) -> bool {
        let entry = EntryFacts {
            sensitivity,
            show,
            own: self.own,
            gp: self.gp,
        };
        let grant = self.grant;
        *self.answers.entry(entry).or_insert_with(|| grant.covers(entry))
    }

    /// The items of a record that are not to be seen, found in the store.
    ///
    /// # Errors
    /// When the store fails.
    pub fn of_record(mut self, conn: &mut Conn, record_no: i64) -> Result<HashSet<i64>, DbError> {
        if self.lets_all_through() {
            return Ok(self.hidden);
        }
        for (item, kind) in kinds_of(self.care, conn, record_no)? {
            self.see(item, kind);
        }
        // What was decided of an item holds for one that adds no entries too.
        let decided: Vec<i64> = self.grant.facts().decided.keys().copied().collect();
        decided.into_iter().for_each(|item| self.see(item, None));
        Ok(self.hidden)
    }
}

/// What the care system's rules say each entry of a record is, with its item.
fn kinds_of(care: &Care, conn: &mut Conn, record_no: i64) -> Result<Vec<(i64, Option<SensitiveKind>)>, DbError> {
    let coded = store::coded(conn, record_no)?;
    let texts = care.terms.texts(conn, &terms(&coded))?;
    let text = |number: Option<i64>| number.and_then(|n| texts.get(&n)).map_or("", |text| &**text);
    let mut kinds = Kinds::by_rules_of(care);
    Ok(coded.iter().map(|one| (one.item, kinds.of(one, text))).collect())
}

/// The numbers of the texts by which entries say what they are about.
pub(crate) fn terms<'a>(coded: impl IntoIterator<Item = &'a Coded>) -> BTreeSet<i64> {
    let of = |one: &Coded| [Some(one.what), one.also, one.category, one.place];
    coded.into_iter().flat_map(of).flatten().collect()
}

/// Kind, and the numbers of the texts by which an entry says what it is about.
type Terms = (i64, i64, Option<i64>, Option<i64>, Option<i64>);

/// What the care system's rules say of entries; what many say alike is looked at once.
pub(crate) struct Kinds<'a> {
    rules: &'a Sensitive,
    known: HashMap<Terms, Option<SensitiveKind>>,
}

impl<'a> Kinds<'a> {
    /// By the rules of a store's care system, none known yet.
    pub fn by_rules_of(care: &'a Care) -> Self {
        Self {
            rules: &care.system().sensitive,
            known: HashMap::new(),
        }
    }

    /// What they say of one entry. `text`: a shared text by its number, empty when there is none.
    pub fn of<'t>(&mut self, one: &Coded, text: impl Fn(Option<i64>) -> &'t str) -> Option<SensitiveKind> {
        let of_kind = Kind::from_number(one.kind).unwrap_or(Kind::Other);
        let alike = (one.kind, one.what, one.also, one.category, one.place);
        let rules = self.rules;
        let by_terms = *self.known.entry(alike).or_insert_with(|| {
            let also: Vec<_> = text(one.also)
                .split('\u{1e}')
                .filter(|text| !text.is_empty())
                .map(concept_of)
                .collect();
            rules.kind_of(&Told {
                also: &also,
                grouping: text(one.category),
                place: text(one.place),
                ..Told::about(of_kind, &concept_of(text(Some(one.what))))
            })
        });
        let value = one.value.as_deref().and_then(value_of);
        let by_answer = rules.kind_of_answer(of_kind, value.as_ref(), one.detail.as_deref().unwrap_or_default());
        by_terms.max(by_answer)
    }
}

impl PersonGrant {
    /// Whether the grant is for the person, or for someone who acts for them: they are shown what was read and
    /// judged, nothing that waits in quarantine, and no guess at who may be the same.
    pub fn is_own_use(&self) -> bool {
        self.facts().is_own_use()
    }

    /// Whether it covers another part of what is held, for the act that was asked for.
    pub fn covers_part(&self, act: Act, part: Part) -> bool {
        self.facts().of_part(act, part).is_permit()
    }
}
