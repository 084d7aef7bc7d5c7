//! The tables of projects, their lists, and who is on them.

use super::lists::{List, Member};
use super::{Project, Said, Salt};
use crate::counts::Shown;
use crate::db::{Cell, Conn, DbError, Param, Row, Table, fetch_by_keys, insert_rows};
use record::{Instant, PersonId, Pseudonym, RecordId};
use std::collections::{HashMap, HashSet};

const COLUMNS: &str =
    "p.project_no, p.name, p.question, p.step, p.owner, p.organisation, p.proposed, p.proposed_by, p.until,
    p.agreed, p.answered, p.answered_by, p.answered_words, p.ended, p.ended_by, p.ended_words";
const LIST: &str = "l.list_no, l.project_no, l.name, l.made, l.made_by, l.taken, l.people";
/// What makes a project run, at a moment that stands as the first parameter.
const RUNS: &str = "p.salt IS NOT NULL AND p.ended IS NULL AND p.until > ?1";
const LISTED: Table = Table {
    name: "project_listed",
    columns: &["list_no", "pseudonym", "practice"],
};
const PERSON: Table = Table {
    name: "project_person",
    columns: &["pseudonym", "project_no", "sealed"],
};

fn project_of(row: &Row<'_>) -> Result<Project, DbError> {
    let said = |at: usize| -> Result<Option<Said>, DbError> {
        Ok(match row.opt_int(at)? {
            Some(when) => Some((
                Instant(when),
                row.opt_text(at + 1)?.unwrap_or_default(),
                row.opt_text(at + 2)?.unwrap_or_default(),
            )),
            None => None,
        })
    };
    let agreed = row.opt_int(9)? == Some(1);
    Ok(Project {
        number: row.int(0)?,
        name: row.text(1)?,
        question: row.text(2)?,
        step: row.text(3)?,
        owner: row.text(4)?,
        organisation: row.text(5)?,
        proposed: Instant(row.int(6)?),
        proposed_by: row.text(7)?,
        until: Instant(row.int(8)?),
        answered: said(10)?.map(|said| (agreed, said)),
        ended: said(13)?,
    })
}

fn list_of(row: &Row<'_>, from: usize) -> Result<List, DbError> {
    let people = row.int(from + 6)?;
    Ok(List {
        number: row.int(from)?,
        project: row.int(from + 1)?,
        name: row.text(from + 2)?,
        made: Instant(row.int(from + 3)?),
        made_by: row.text(from + 4)?,
        taken: Instant(row.int(from + 5)?),
        people: u32::try_from(people).map_or(Shown::Few, Shown::About),
    })
}

pub(super) fn latest(conn: &mut Conn, limit: i64) -> Result<Vec<Project>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM project p ORDER BY p.project_no DESC LIMIT ?1");
    conn.query(&sql, &[limit.into()], project_of)
}

pub(super) fn numbered(conn: &mut Conn, number: i64) -> Result<Option<Project>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM project p WHERE p.project_no = ?1");
    conn.first(&sql, &[number.into()], project_of)
}

pub(super) fn insert(conn: &mut Conn, kept: &Project) -> Result<i64, DbError> {
    let number = conn.take_numbers("project", 1)?;
    conn.execute(
        "INSERT INTO project (project_no, name, question, step, owner, organisation, proposed, proposed_by, until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        &[
            number.into(),
            (&kept.name).into(),
            (&kept.question).into(),
            (&kept.step).into(),
            (&kept.owner).into(),
            (&kept.organisation).into(),
            kept.proposed.0.into(),
            (&kept.proposed_by).into(),
            kept.until.0.into(),
        ],
    )?;
    Ok(number)
}

/// Keeps an answer; answers whether one was still to be given. `agreed`: the salt of what was agreed to.
pub(super) fn answer(
    conn: &mut Conn,
    number: i64,
    (at, by, words): (Instant, &str, &str),
    agreed: Option<&Salt>,
) -> Result<bool, DbError> {
    let sql = "UPDATE project SET agreed = ?2, answered = ?3, answered_by = ?4, answered_words = ?5, salt = ?6
               WHERE project_no = ?1 AND answered IS NULL AND ended IS NULL";
    let kept = conn.execute(
        sql,
        &[
            number.into(),
            i64::from(agreed.is_some()).into(),
            at.0.into(),
            by.into(),
            words.into(),
            agreed.map_or(Param::Null, |salt| salt.as_slice().into()),
        ],
    )?;
    Ok(kept > 0)
}

/// Ends a project; answers whether it was still open.
pub(super) fn end(conn: &mut Conn, number: i64, (at, by, words): (Instant, &str, &str)) -> Result<bool, DbError> {
    let sql = "UPDATE project SET ended = ?2, ended_by = ?3, ended_words = ?4 WHERE project_no = ?1 AND ended IS NULL";
    let ended = conn.execute(sql, &[number.into(), at.0.into(), by.into(), words.into()])? > 0;
    if ended {
        forget(conn, number)?;
    }
    Ok(ended)
}

/// Lets a project's salt, lists' people and pseudonyms go. What its lists were stays.
pub(super) fn forget(conn: &mut Conn, number: i64) -> Result<(), DbError> {
    conn.execute("UPDATE project SET salt = NULL WHERE project_no = ?1", &[number.into()])?;
    let lists = conn.query(
        "SELECT list_no FROM project_list WHERE project_no = ?1",
        &[number.into()],
        |row| row.int(0),
    )?;
    for list in lists {
        conn.execute("DELETE FROM project_listed WHERE list_no = ?1", &[list.into()])?;
    }
    conn.execute("DELETE FROM project_person WHERE project_no = ?1", &[number.into()])?;
    Ok(())
}

/// Projects whose time is over and that still have a salt.
pub(super) fn over(conn: &mut Conn, now: Instant) -> Result<Vec<i64>, DbError> {
    let sql = "SELECT project_no FROM project WHERE salt IS NOT NULL AND until <= ?1";
    conn.query(sql, &[now.0.into()], |row| row.int(0))
}

pub(super) fn salt(conn: &mut Conn, project: i64) -> Result<Option<Vec<u8>>, DbError> {
    let sql = "SELECT salt FROM project WHERE project_no = ?1";
    Ok(conn.first(sql, &[project.into()], |row| row.opt_bytes(0))?.flatten())
}

/// The ids of persons by their numbers.
pub(super) fn ids(conn: &mut Conn, persons: &[i64]) -> Result<HashMap<i64, PersonId>, DbError> {
    let sql = "SELECT record_no, record_id FROM record WHERE record_no = ?1";
    let found = fetch_by_keys(conn, sql, persons, |row| {
        Ok((row.int(0)?, PersonId::minted_with(RecordId::from_bytes(row.id16(1)?))))
    })?;
    Ok(found.into_iter().collect())
}

/// The ids that these persons may have had: those of each of their records.
pub(super) fn ids_of(conn: &mut Conn, persons: &[i64]) -> Result<Vec<(i64, PersonId)>, DbError> {
    let sql = "SELECT rp.person_no, r.record_id FROM record_person rp JOIN record r ON r.record_no = rp.record_no
               WHERE rp.person_no = ?1";
    fetch_by_keys(conn, sql, persons, |row| {
        Ok((row.int(0)?, PersonId::minted_with(RecordId::from_bytes(row.id16(1)?))))
    })
}

/// Keeps a list and who is on it; answers its number, `None` when its project ended meanwhile.
pub(super) fn keep_list(conn: &mut Conn, list: &List, members: &[Member]) -> Result<Option<i64>, DbError> {
    if salt(conn, list.project)?.is_none() {
        return Ok(None);
    }
    let number = conn.take_numbers("project_list", 1)?;
    let people = match list.people {
        Shown::Few => -1,
        Shown::About(people) => i64::from(people),
    };
    conn.execute(
        "INSERT INTO project_list (list_no, project_no, name, made, made_by, taken, people)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        &[
            number.into(),
            list.project.into(),
            (&list.name).into(),
            list.made.0.into(),
            (&list.made_by).into(),
            list.taken.0.into(),
            people.into(),
        ],
    )?;
    let pseudonyms: Vec<i64> = members.iter().map(|one| one.pseudonym.number()).collect();
    let sql = "SELECT pseudonym, project_no FROM project_person WHERE pseudonym = ?1";
    let known: HashSet<i64> = fetch_by_keys(conn, sql, &pseudonyms, |row| Ok((row.int(0)?, row.int(1)?)))?
        .into_iter()
        .filter(|(_, project)| *project == list.project)
        .map(|(pseudonym, _)| pseudonym)
        .collect();
    let listed = members.iter().map(|one| {
        let practice = Cell::Text(one.practice.clone());
        vec![Cell::Int(number), Cell::Int(one.pseudonym.number()), practice]
    });
    insert_rows(conn, &LISTED, &listed.collect::<Vec<_>>())?;
    let new = members
        .iter()
        .filter(|one| !known.contains(&one.pseudonym.number()))
        .map(|one| {
            let sealed = Cell::Bytes(one.sealed.clone());
            vec![Cell::Int(one.pseudonym.number()), Cell::Int(list.project), sealed]
        });
    insert_rows(conn, &PERSON, &new.collect::<Vec<_>>())?;
    Ok(Some(number))
}

pub(super) fn lists_of(conn: &mut Conn, project: i64, limit: i64) -> Result<Vec<List>, DbError> {
    let sql = format!("SELECT {LIST} FROM project_list l WHERE l.project_no = ?1 ORDER BY l.list_no DESC LIMIT ?2");
    conn.query(&sql, &[project.into(), limit.into()], |row| list_of(row, 0))
}

/// The lists of projects that run, the latest first.
pub(super) fn running(conn: &mut Conn, now: Instant, limit: i64) -> Result<Vec<(Project, List)>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS}, {LIST} FROM project_list l JOIN project p ON p.project_no = l.project_no
         WHERE {RUNS} ORDER BY l.list_no DESC LIMIT ?2"
    );
    conn.query(&sql, &[now.0.into(), limit.into()], |row| {
        Ok((project_of(row)?, list_of(row, 16)?))
    })
}

/// A list of a project that runs, with the project's salt.
pub(super) fn list(conn: &mut Conn, number: i64, now: Instant) -> Result<Option<(Project, List, Vec<u8>)>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS}, {LIST}, p.salt FROM project_list l JOIN project p ON p.project_no = l.project_no
         WHERE {RUNS} AND l.list_no = ?2"
    );
    conn.first(&sql, &[now.0.into(), number.into()], |row| {
        Ok((project_of(row)?, list_of(row, 16)?, row.bytes(23)?))
    })
}

/// Those of these pseudonyms that are on a list.
pub(super) fn those_on(conn: &mut Conn, list: i64, asked: &[Pseudonym]) -> Result<Vec<Pseudonym>, DbError> {
    let keys: Vec<i64> = asked.iter().map(|one| one.number()).collect();
    let sql = "SELECT pseudonym, list_no FROM project_listed WHERE pseudonym = ?1";
    let found = fetch_by_keys(conn, sql, &keys, |row| Ok((row.int(0)?, row.int(1)?)))?;
    let of_list = found.into_iter().filter(|(_, one)| *one == list);
    Ok(of_list.map(|(pseudonym, _)| Pseudonym::of_number(pseudonym)).collect())
}

/// Those on a list whom a practice is to find, with who they are, sealed.
pub(super) fn of_practice(
    conn: &mut Conn,
    list: i64,
    practice: &str,
    limit: i64,
) -> Result<Vec<(Pseudonym, Vec<u8>)>, DbError> {
    let sql = "SELECT m.pseudonym, s.sealed FROM project_listed m JOIN project_list l ON l.list_no = m.list_no
               JOIN project_person s ON s.pseudonym = m.pseudonym AND s.project_no = l.project_no
               WHERE m.list_no = ?1 AND m.practice = ?2 ORDER BY m.pseudonym LIMIT ?3";
    conn.query(sql, &[list.into(), practice.into(), limit.into()], |row| {
        Ok((Pseudonym::of_number(row.int(0)?), row.bytes(1)?))
    })
}

/// Who stands behind a pseudonym in a project, sealed, and the project's salt.
pub(super) struct Behind {
    pub salt: Vec<u8>,
    pub sealed: Vec<u8>,
}

/// Who stands behind a pseudonym in projects that run.
pub(super) fn behind(conn: &mut Conn, pseudonym: Pseudonym, now: Instant) -> Result<Vec<Behind>, DbError> {
    let sql = format!(
        "SELECT p.salt, s.sealed FROM project_person s JOIN project p ON p.project_no = s.project_no
         WHERE {RUNS} AND s.pseudonym = ?2"
    );
    conn.query(&sql, &[now.0.into(), pseudonym.number().into()], |row| {
        Ok(Behind {
            salt: row.bytes(0)?,
            sealed: row.bytes(1)?,
        })
    })
}
