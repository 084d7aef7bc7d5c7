//! What is asked for twice: before something that opens much, or is hard to undo, whoever signed in a while ago shows
//! their second factor again. What they typed goes along, so that nothing has to be typed twice.

use super::account::view::ConfirmPage;
use super::account::{password::with_wait, wait_words};
use super::visit::{Visit, keep_for};
use crate::site::answer::{PageError, failed, page_with};
use crate::site::form::Problem;
use axum::http::StatusCode;
use axum::response::Response;
use care::access::account::{Again, show_again};
use care::access::session::{Method, Session};

/// Something risky.
pub struct Risky {
    /// The path that its form is sent to; a part in braces stands for any.
    pub path: &'static str,
    /// What is about to be done, in words.
    pub what: &'static str,
    /// How many minutes ago the second factor may have been shown.
    pub minutes: i64,
}

/// Everything that is asked for twice. Who asks for more adds a line.
pub const RISKY: [Risky; 11] = [
    Risky {
        path: "/people/{id}/emergency",
        what: "open a record in an emergency",
        minutes: 15,
    },
    Risky {
        path: "/people/{id}/sharing/{number}",
        what: "end a seal, an objection or a suspension",
        minutes: 15,
    },
    Risky {
        path: "/suspensions/{number}/lift",
        what: "give online access back",
        minutes: 15,
    },
    Risky {
        path: "/ties",
        what: "say which person a member of staff is",
        minutes: 15,
    },
    Risky {
        path: "/ties/undo",
        what: "take back which person a member of staff is",
        minutes: 15,
    },
    Risky {
        path: "/removals/{number}",
        what: "have an entry destroyed, or refuse it",
        minutes: 15,
    },
    Risky {
        path: "/identity/pairs/{a}/{b}",
        what: "join people, or keep them apart",
        minutes: 60,
    },
    Risky {
        path: "/identity/people/{id}",
        what: "join people, or keep them apart",
        minutes: 60,
    },
    Risky {
        path: "/identity/decisions/{number}/undo",
        what: "undo a decision about who is who",
        minutes: 60,
    },
    Risky {
        path: "/identity/models/{number}",
        what: "change how records are weighed",
        minutes: 15,
    },
    Risky {
        path: "/account/recovery",
        what: "make new recovery codes",
        minutes: 5,
    },
];

/// The field that a code is shown again in.
const FIELD: &str = "confirm-code";

fn risky(path: &str) -> Option<&'static Risky> {
    RISKY.iter().find(|one| {
        let (mut wanted, mut asked) = (one.path.split('/'), path.trim_end_matches('/').split('/'));
        loop {
            match (wanted.next(), asked.next()) {
                (None, None) => return true,
                (Some(part), Some(here)) if part == here || part.starts_with('{') => {}
                _ => return false,
            }
        }
    })
}

/// What stands before the answer to a form: nothing, or the page that asks for the second factor again. A
/// demonstration has no second factor and asks for none.
pub(super) fn first(visit: &Visit) -> Option<Response> {
    let (risky, session) = (risky(&visit.path)?, visit.session.as_ref()?);
    let fresh = visit.now.0 - session.strong.0 <= risky.minutes * 60_000_000;
    if session.method == Method::Demo || fresh {
        return None;
    }
    settle(visit, risky, session).unwrap_or_else(|error| Some(failed(visit, error)))
}

fn settle(visit: &Visit, risky: &Risky, session: &Session) -> Result<Option<Response>, PageError> {
    if session.method == Method::Provider {
        // The form is given back once they come again from there.
        keep_for(visit, &visit.actor.user)?;
        return asking(visit, risky, session, StatusCode::FORBIDDEN, Vec::new()).map(Some);
    }
    let (code, token) = (visit.form.get(FIELD), visit.token.as_ref());
    let Some(token) = token.filter(|_| !code.is_empty()) else {
        return asking(visit, risky, session, StatusCode::FORBIDDEN, Vec::new()).map(Some);
    };
    let who = (&visit.actor, token.as_str());
    let key = &visit.site.sign_in.key;
    match show_again(visit.care(), key, who, code, (&visit.source, visit.now))? {
        Again::Yes => Ok(None),
        Again::No => {
            let words = "This code is not right, or was used already: wait for the app's next one";
            let problems = vec![Problem::new(FIELD, words)];
            asking(visit, risky, session, StatusCode::FORBIDDEN, problems).map(Some)
        }
        Again::Wait(seconds) => {
            let words = format!("Too many codes were wrong. Wait {}", wait_words(seconds));
            let problems = vec![Problem::new(FIELD, words)];
            let shown = asking(visit, risky, session, StatusCode::TOO_MANY_REQUESTS, problems)?;
            Ok(Some(with_wait(shown, seconds)))
        }
    }
}

fn asking(
    visit: &Visit,
    risky: &Risky,
    session: &Session,
    status: StatusCode,
    problems: Vec<Problem>,
) -> Result<Response, PageError> {
    let ours = |name: &str| name == FIELD || name == super::csrf::FIELD;
    let fields = visit.form.each().filter(|(name, _)| !ours(name));
    page_with(
        status,
        &ConfirmPage {
            frame: visit.frame("Show that it is still you"),
            what: risky.what.to_owned(),
            action: visit.path.clone(),
            fields: fields
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            provider: session.method == Method::Provider,
            problems,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn risky_paths_are_known_whatever_their_ids_are() {
        for path in [
            "/people/0f1e/emergency",
            "/people/0f1e/emergency/",
            "/identity/pairs/1/2",
            "/account/recovery",
        ] {
            assert!(risky(path).is_some(), "{path}");
        }
        for path in [
            "/people",
            "/people/0f1e",
            "/wrong",
            "/identity",
            "/identity/pairs/1/2/3",
        ] {
            assert!(risky(path).is_none(), "{path}");
        }
    }
}
