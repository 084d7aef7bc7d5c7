//! The people in a reader's care by recorded relationships: a list is filtered by the same facts and the same
//! policy as each record is.

use super::acts::What;
use super::question::{Act, Relationship};
use super::{Actor, facts, open, store};
use crate::Care;
use crate::db::{Conn, DbError};
use crate::person::store as person_store;
use record::{Instant, PersonId};
use std::collections::BTreeMap;

/// People listed at most.
pub const LISTED_MAX: usize = 1_000;

/// The relationships that stand in somebody's books. Who turns up today, and who is registered with a practice,
/// is no list that anybody reads from top to bottom.
const LISTED: [Relationship; 4] = [
    Relationship::Caseload,
    Relationship::Team,
    Relationship::Referred,
    Relationship::Ward,
];

/// The people in a reader's care whose record policy opens to them, with their numbers; at most [`LISTED_MAX`].
pub(crate) fn in_care_of(
    care: &Care,
    conn: &mut Conn,
    actor: &Actor,
    now: Instant,
) -> Result<Vec<(PersonId, i64)>, DbError> {
    let any = What::Relationship(Relationship::Caseload);
    let mut acts = store::of_holder(conn, &actor.user, any)?;
    if let Some(organisation) = &actor.works_for {
        acts.extend(store::of_holder(conn, organisation.as_str(), any)?);
    }
    let listed = |what: What| LISTED.iter().any(|one| what == What::Relationship(*one));
    let mut found = BTreeMap::new();
    for act in acts.iter().filter(|act| act.holds(now) && listed(act.what)) {
        if found.len() == LISTED_MAX {
            break;
        }
        let Some((person, number)) = person_store::person_by_id(conn, act.person)? else {
            continue;
        };
        if found.contains_key(&number) {
            continue;
        }
        let facts = facts::gather(care, conn, actor, number, now)?;
        if open(&facts, Act::ReadRecord).is_permit() {
            found.insert(number, person);
        }
    }
    Ok(found.into_iter().map(|(number, person)| (person, number)).collect())
}
