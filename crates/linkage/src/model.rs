//! What was learnt, in a form that people can read and keep.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::compare::{Comparison, comparisons};
use crate::schema::Schema;
use crate::table::Table;

/// What one level of a comparison is worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LevelWeight {
    /// The level's name.
    pub name: String,
    /// Of pairs of records of one person that both say something, the share at this level.
    pub same: f64,
    /// The same share of pairs of two people who live together.
    pub home: f64,
    /// The same share of pairs of two strangers. For a level at which both hold one value, how common that value is
    /// takes its place.
    pub stranger: f64,
    /// For levels of like but unequal values: the base-2 logarithm of how common the rarer value usually is among
    /// strangers at this level. A rarer one is worth more, a commoner one less.
    #[serde(default, skip_serializing_if = "is_nought")]
    pub usual: f64,
}

fn is_nought(value: &f64) -> bool {
    *value == 0.0
}

/// One comparison's levels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComparisonWeights {
    /// The comparison's name.
    pub name: String,
    /// Its levels, the first of which is "not known".
    pub levels: Vec<LevelWeight>,
}

/// How common the values of one column are.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Frequencies {
    /// The column's name.
    pub column: String,
    /// How common a value is that is not listed.
    pub rest: f64,
    /// The share of records that hold each listed value.
    pub values: BTreeMap<String, f64>,
}

/// How the learning went.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Training {
    /// Candidate pairs learnt from.
    pub pairs: u64,
    /// Pairs drawn at random to see what strangers have in common.
    pub random_pairs: u64,
    /// Rounds of expectation and maximisation.
    pub rounds: u32,
    /// The largest change of any share in the last round.
    pub last_change: f64,
    /// True when that change was small enough to stop.
    pub converged: bool,
    /// Mean base-2 logarithm of the likelihood after each round.
    pub likelihood: Vec<f64>,
}

/// A model: everything needed to weigh a pair of records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// The form of this file.
    pub format: u32,
    /// The columns compared.
    pub schema: Schema,
    /// How many records it was learnt from.
    pub records: u64,
    /// The chance that two records taken at random are one person's.
    pub chance_same: f64,
    /// The chance that they are of two people of one household.
    pub chance_home: f64,
    /// The comparisons.
    pub comparisons: Vec<ComparisonWeights>,
    /// How common values are, a column each.
    pub frequencies: Vec<Frequencies>,
    /// How the learning went.
    pub training: Training,
}

/// Why a model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The text is not a model.
    #[error("this is not a linkage model: {0}")]
    Json(#[from] serde_json::Error),
    /// The model is of a form that this program does not know.
    #[error("this linkage model has form {0}; this program reads form {FORMAT}")]
    Format(u32),
    /// The model does not fit the comparisons of its own columns.
    #[error("this linkage model is damaged: {0}")]
    Shape(String),
}

/// The form of model files.
pub const FORMAT: u32 = 1;

/// The most values that a model lists for one column.
const LISTED: usize = 60_000;

impl Model {
    /// Reads a model from JSON.
    ///
    /// # Errors
    /// [`ModelError`] when it is no model, of another form, or does not fit its own columns.
    pub fn from_json(text: &str) -> Result<Model, ModelError> {
        let model: Model = serde_json::from_str(text)?;
        if model.format != FORMAT {
            return Err(ModelError::Format(model.format));
        }
        let wanted = comparisons(&model.schema);
        if wanted.len() != model.comparisons.len() || model.frequencies.len() != model.schema.columns.len() {
            return Err(ModelError::Shape(
                "it lists other comparisons than its columns allow".into(),
            ));
        }
        for (comparison, weights) in wanted.iter().zip(&model.comparisons) {
            if comparison.levels().len() != weights.levels.len() {
                return Err(ModelError::Shape(format!(
                    "{} has another number of levels",
                    weights.name
                )));
            }
            let shares = weights.levels.iter().flat_map(|l| [l.same, l.home, l.stranger]);
            if !shares.clone().all(|share| share > 0.0 && share <= 1.0) {
                return Err(ModelError::Shape(format!(
                    "{} has a share that is not between 0 and 1",
                    weights.name
                )));
            }
        }
        let chances = [model.chance_same, model.chance_home];
        if !chances.iter().all(|c| *c > 0.0 && *c < 0.5) || model.frequencies.iter().any(|f| f.rest <= 0.0) {
            return Err(ModelError::Shape("a chance is not between 0 and a half".into()));
        }
        Ok(model)
    }

    /// The model as JSON, for people to read.
    ///
    /// # Errors
    /// When a number in it is not one (it then was not made by training).
    pub fn to_json(&self) -> Result<String, ModelError> {
        Ok(serde_json::to_string_pretty(self)?)
    }

    /// The model before anything was learnt but how common values are.
    pub(crate) fn untrained(table: &Table) -> Model {
        let schema = table.schema().clone();
        let records = table.len().max(2) as f64;
        let weights = |comparison: &Comparison| {
            let levels = comparison.levels();
            let level = |l: &crate::compare::Level| LevelWeight {
                name: l.name.into(),
                same: l.same,
                home: l.home,
                stranger: 1.0 / levels.len() as f64,
                usual: 0.0,
            };
            ComparisonWeights {
                name: comparison.name(&schema).into(),
                levels: levels.iter().map(level).collect(),
            }
        };
        Model {
            format: FORMAT,
            records: table.len() as u64,
            chance_same: (1.0 / records).min(0.1),
            chance_home: (1.0 / records).min(0.1),
            comparisons: comparisons(&schema).iter().map(weights).collect(),
            frequencies: (0..schema.columns.len()).map(|at| frequencies(table, at)).collect(),
            training: Training::default(),
            schema,
        }
    }
}

/// How common the values of a column are. Values held at least three times are listed, the commonest first; the rest
/// share what is left.
fn frequencies(table: &Table, at: usize) -> Frequencies {
    let values = &table.column(at).values;
    let mut held: Vec<(u32, u32)> = (1..=values.len() as u32)
        .map(|id| (values.count(id), id))
        .filter(|(count, _)| *count > 2)
        .collect();
    held.sort_unstable_by_key(|(count, id)| (std::cmp::Reverse(*count), *id));
    held.truncate(LISTED);
    let total: u64 = (1..=values.len() as u32).map(|id| u64::from(values.count(id))).sum();
    let listed: u64 = held.iter().map(|(count, _)| u64::from(*count)).sum();
    let total_share = total.max(1) as f64;
    let unlisted = (values.len() - held.len()).max(1) as f64;
    // A value seen once in this table is not known to be rarer than one in as many records.
    let rest = ((total - listed) as f64 / unlisted).max(1.0) / total_share;
    let values = held
        .into_iter()
        .map(|(count, id)| (values.text(id).to_string(), f64::from(count) / total_share))
        .collect();
    Frequencies {
        column: table.schema().columns[at].name.clone(),
        rest,
        values,
    }
}
