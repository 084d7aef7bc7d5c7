//! Models: the one the program holds, and those learnt here, frozen and numbered. A new one proposes; it takes effect
//! when a steward puts it in force, and changes nothing that a person decided.

use super::rows::{self, Cells};
use super::store;
use crate::Care;
use crate::access::ListGrant;
use crate::db::{Conn, DbError, Urgency};
use crate::person::demographics;
use linkage::care::Bars;
use linkage::{Candidates, Model, Rows, Table, Weights, block, train};
use record::Instant;
use std::sync::{Arc, PoisonError};

/// A model as the steward sees it.
#[derive(Clone, Debug)]
pub struct ModelRow {
    /// Its number; 0 is the one that the program holds.
    pub number: i64,
    /// When it was learnt.
    pub made: Instant,
    /// Who had it learnt.
    pub actor: String,
    /// Why.
    pub why: String,
    /// Whether it is in force.
    pub in_force: bool,
}

/// The model that the program holds: shares learnt from 100,000 invented records of seven kinds of sender, with how
/// common names are in England and Wales in rounded figures.
///
/// # Errors
/// Never, as a test reads it.
pub(super) fn built_in() -> Result<Model, DbError> {
    read(include_str!("model-1.json"))
}

fn read(text: &str) -> Result<Model, DbError> {
    Model::from_json(text).map_err(|error| DbError::state(error.to_string()))
}

/// The model in force, with its number.
pub(super) fn in_force(conn: &mut Conn) -> Result<(i64, Model), DbError> {
    match store::model_in_force(conn)? {
        Some((number, body)) => Ok((number, read(&body)?)),
        None => Ok((0, built_in()?)),
    }
}

/// The bars for pairs that a model weighed. The model that the program holds knows how common names are in England and
/// Wales, not here: where some are far more common, people who share names and birth date are no longer few. So by names
/// and birth date alone nothing joins before a model was learnt from the records that are here.
pub fn bars(model_no: i64) -> Bars {
    let usual = Bars::default();
    Bars {
        alone: if model_no == 0 { f32::INFINITY } else { usual.alone },
        ..usual
    }
}

/// The weights of the model in force, read once and kept.
pub(super) fn weights_in_force(care: &Care, conn: &mut Conn) -> Result<Arc<Weights>, DbError> {
    let number = store::model_number(conn)?;
    let mut kept = care.weights.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, weights)) = kept.as_ref().filter(|(of, _)| *of == number) {
        return Ok(Arc::clone(weights));
    }
    let (number, model) = in_force(conn)?;
    let weights = Arc::new(Weights::new(&model));
    *kept = Some((number, Arc::clone(&weights)));
    Ok(weights)
}

/// All models learnt here, the latest first, then the one that the program holds.
pub fn all(care: &Care, _grant: &ListGrant) -> Result<Vec<ModelRow>, DbError> {
    let kept = care.readers().read(store::models)?;
    let any_in_force = kept.iter().any(|(.., state)| *state == 2);
    let mut rows: Vec<ModelRow> = kept
        .into_iter()
        .map(|(number, made, actor, why, state)| ModelRow {
            number,
            made: Instant(made),
            actor,
            why,
            in_force: state == 2,
        })
        .collect();
    rows.push(ModelRow {
        number: 0,
        made: Instant(0),
        actor: "Chesil".into(),
        why: "the model that the program holds".into(),
        in_force: !any_in_force,
    });
    Ok(rows)
}

/// The most records that a model is learnt from: beyond, more tell nothing new.
const LEARNT_FROM: usize = 1_000_000;
const PAGE: i64 = 5_000;

/// Learns a model from the records that are here; answers its number. It is proposed, not in force.
///
/// # Errors
/// When the store fails, or too few records say who they are about to learn from.
pub fn learn(care: &Care, grant: &ListGrant, why: &str) -> Result<i64, DbError> {
    let built_in = built_in()?;
    let mut table = Table::new(built_in.schema.clone());
    let mut after = 0;
    loop {
        let page = care.readers().read(|conn| store::page(conn, after, PAGE))?;
        let Some((last, ..)) = page.last() else { break };
        after = *last;
        let mut cells = Rows::new(built_in.schema.columns.len());
        for (.., said) in &page {
            let person = demographics::of_text(said)?;
            let row: Cells = rows::cells(&person, person.restricted);
            cells.push(row.iter().map(String::as_str));
        }
        table.extend(&cells, []);
        if table.len() >= LEARNT_FROM {
            break;
        }
    }
    const FEWEST: usize = 1_000;
    if table.len() < FEWEST {
        return Err(DbError::state(format!(
            "only {} records say who they are about; a model is learnt from {FEWEST} or more",
            table.len()
        )));
    }
    let candidates = Candidates::new(&table, &block::rules(table.schema()), false);
    let model = train::train(&table, &candidates, train::Settings::default());
    let body = model.to_json().map_err(|error| DbError::state(error.to_string()))?;
    let (actor, why, now) = (grant.actor().user.clone(), why.to_owned(), grant.now());
    care.writer().write(Urgency::Waiting, move |conn| {
        store::keep_model(conn, &body, &actor, &why, now)
    })
}

/// Puts a model in force and has every record weighed again by it; answers whether there is such a model.
///
/// # Errors
/// When the store fails.
pub fn put_in_force(care: &Care, grant: &ListGrant, number: i64) -> Result<bool, DbError> {
    let now = grant.now();
    care.writer().write(Urgency::Waiting, move |conn| {
        if !store::models(conn)?.iter().any(|(known, ..)| *known == number) && number != 0 {
            return Ok(false);
        }
        store::put_in_force(conn, number)?;
        store::enqueue_all(conn, now)?;
        Ok(true)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_model_that_the_program_holds_can_be_read() {
        let model = super::built_in().unwrap();
        assert_eq!(model.schema.columns.len(), 8);
        assert_eq!(model.comparisons.len(), 7);
    }
}
