//! What a search asks, understood or refused: an unknown parameter never gives unfiltered data.

use super::compare::{Wanted, wanted};
use super::outcome::Wrong;
use super::param::{INCLUDES, Kind, Param, RESULT, TRAITS, param_of};

/// Resources on a page when nothing is said.
const COUNT: usize = 50;
/// Most resources on a page.
const COUNT_MAX: usize = 500;
/// Most parameters of one search, and values of one parameter.
const PARAMS_MAX: usize = 50;

/// A search of one type.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// The person, as written: an id.
    pub patient: Option<String>,
    /// Only these ids.
    pub ids: Vec<String>,
    /// Each must be answered by at least one of its values.
    pub filters: Vec<(&'static Param, Vec<Wanted>)>,
    /// When it arrived; each must be answered.
    pub updated: Vec<Vec<Wanted>>,
    /// Traits of a person, for a Patient search.
    pub traits: Vec<(String, String)>,
    /// Resources on a page.
    pub count: usize,
    /// By what to sort, and whether backwards.
    pub sort: Option<(Sort, bool)>,
    /// Reference parameters to follow.
    pub include: Vec<&'static [&'static str]>,
    /// Types whose reference parameters lead to what was found.
    pub revinclude: Vec<(String, &'static [&'static str])>,
    /// How much of each resource.
    pub summary: Summary,
    /// Whether to say how many there are in all.
    pub total: bool,
    /// The rest of an earlier search.
    pub page: Option<String>,
}

/// By what a search is sorted.
#[derive(Clone, Copy, Debug)]
pub enum Sort {
    /// When it arrived.
    Updated,
    /// A date of the resource.
    Date(&'static Param),
    /// Its id.
    Id,
}

/// How much of each resource is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Summary {
    /// All of it.
    #[default]
    Whole,
    /// Without what is long.
    True,
    /// The narrative and what names the resource.
    Text,
    /// All but the narrative.
    Data,
    /// Only how many there are.
    Count,
}

const POST: &str = "Names, numbers and other traits never stand in an address: ask by POST to _search.";

/// Understands a search of `kind`. `by_post` says whether it came in a body; `sealed` whether this server
/// itself wrote it.
///
/// # Errors
/// 400 naming the parameter that is unknown, not allowed here, or not readable.
pub fn parse(kind: &str, asked: &[(String, String)], by_post: bool) -> Result<Query, Wrong> {
    if asked.len() > PARAMS_MAX {
        return Err(Wrong::request("More parameters than one search takes (50)."));
    }
    let mut query = Query {
        count: COUNT,
        total: true,
        ..Query::default()
    };
    for (name, value) in asked {
        if let Some(name) = RESULT.iter().find(|known| *known == name) {
            result(kind, name, value, &mut query)?;
        } else {
            filter(kind, name, value, by_post, &mut query)?;
        }
    }
    Ok(query)
}

fn filter(kind: &str, name: &str, value: &str, by_post: bool, query: &mut Query) -> Result<(), Wrong> {
    let is_trait = TRAITS.iter().any(|(known, _)| *known == name);
    if !by_post && ((is_trait && kind == "Patient") || name == "identifier") {
        return Err(Wrong::request(POST));
    }
    match name {
        "_id" => {
            query.ids = value
                .split(',')
                .take(PARAMS_MAX)
                .map(|id| id.trim().to_owned())
                .collect();
            Ok(())
        }
        "_lastUpdated" => {
            query.updated.push(values(Kind::Date, "_lastUpdated", value)?);
            Ok(())
        }
        _ if is_trait && kind == "Patient" => {
            query.traits.push((name.to_owned(), value.trim().to_owned()));
            Ok(())
        }
        "patient" | "subject" if kind != "Patient" => {
            let id = value.trim();
            query.patient = Some(id.rsplit_once("Patient/").map_or(id, |(_, id)| id).to_owned());
            Ok(())
        }
        _ => match param_of(kind, name).filter(|_| kind != "Patient") {
            Some(param) => {
                query.filters.push((param, values(param.kind, param.name, value)?));
                Ok(())
            }
            None => Err(unknown(kind)),
        },
    }
}

/// The name asked for is not repeated: it may be anything a caller put there.
fn unknown(kind: &str) -> Wrong {
    Wrong::unsupported(format!(
        "A parameter of this search of {kind} is not one that this server knows, so nothing is shown. See /fhir/metadata."
    ))
}

fn values(kind: Kind, name: &str, text: &str) -> Result<Vec<Wanted>, Wrong> {
    let values: Option<Vec<Wanted>> = text.split(',').take(PARAMS_MAX).map(|one| wanted(kind, one)).collect();
    values.ok_or_else(|| Wrong::request(format!("The value of {name} cannot be read.")))
}

fn result(kind: &str, name: &str, value: &str, query: &mut Query) -> Result<(), Wrong> {
    let unreadable = || Wrong::request(format!("The value of {name} is not one that this server knows."));
    match name {
        "_count" => query.count = value.parse::<usize>().map_err(|_| unreadable())?.min(COUNT_MAX),
        "_sort" => query.sort = Some(sort(kind, value).ok_or_else(unreadable)?),
        "_include" => {
            let (of, paths) = follow(value).ok_or_else(unreadable)?;
            if of != kind {
                return Err(unreadable());
            }
            query.include.push(paths);
        }
        "_revinclude" => query.revinclude.push(follow(value).ok_or_else(unreadable)?),
        "_summary" => {
            query.summary = match value {
                "true" => Summary::True,
                "text" => Summary::Text,
                "data" => Summary::Data,
                "count" => Summary::Count,
                "false" => Summary::Whole,
                _ => return Err(unreadable()),
            }
        }
        "_total" => {
            query.total = match value {
                "none" => false,
                "accurate" | "estimate" => true,
                _ => return Err(unreadable()),
            }
        }
        "_page" => query.page = Some(value.to_owned()),
        // `_format` and `_pretty`: JSON is the only form, written one way.
        "_format" if !value.contains("json") => {
            return Err(Wrong::new(
                axum::http::StatusCode::NOT_ACCEPTABLE,
                "not-supported",
                "Answers are application/fhir+json only.",
            ));
        }
        _ => {}
    }
    if query.count == 0 {
        query.summary = Summary::Count;
    }
    Ok(())
}

fn sort(kind: &str, value: &str) -> Option<(Sort, bool)> {
    let (name, backwards) = value.strip_prefix('-').map_or((value, false), |name| (name, true));
    let by = match name {
        "_lastUpdated" => Sort::Updated,
        "_id" => Sort::Id,
        _ => Sort::Date(param_of(kind, name).filter(|param| param.kind == Kind::Date)?),
    };
    Some((by, backwards))
}

/// `Observation:encounter` as the type and the members that hold the reference.
fn follow(value: &str) -> Option<(String, &'static [&'static str])> {
    let mut parts = value.split(':');
    let (of, name) = (parts.next()?, parts.next()?);
    let (_, paths) = INCLUDES.iter().find(|(known, _)| *known == name)?;
    parts.next().is_none().then(|| (of.to_owned(), *paths))
}
