//! Accounts: setting up, signing in, guessing, replaying, and staying signed in, on both databases.

use crate::app::{App, on_both};
use care::access::account::{
    self, AccountKey, Begun, Compared, Ended, Enrolled, Enrolling, Hasher, Kept, NewAccount, OneTime, Password, Source,
    authenticator,
};
use care::access::session::{self, Known};
use record::Instant;
use std::sync::{OnceLock, mpsc};

pub const PASSWORD: &str = "otter ladder cobalt";
const MINUTE: i64 = 60_000_000;

pub fn key() -> AccountKey {
    AccountKey::new([3; 32])
}

fn hasher() -> &'static Hasher {
    static HASHER: OnceLock<Hasher> = OnceLock::new();
    HASHER.get_or_init(|| Hasher::start(&key()).unwrap())
}

pub fn kept(password: &str) -> Kept {
    let (tell, told) = mpsc::channel();
    hasher()
        .make(Password::new(password), [5; 16], move |kept| tell.send(kept).unwrap())
        .unwrap();
    told.recv().unwrap().unwrap()
}

fn same(password: &str, kept: Option<Kept>) -> bool {
    let (tell, told) = mpsc::channel();
    hasher()
        .compare(Password::new(password), kept, move |same| tell.send(same).unwrap())
        .unwrap();
    told.recv().unwrap()
}

pub fn from(network: &str, browser: &str) -> Source {
    Source {
        network: network.to_owned(),
        browser: browser.to_owned(),
        agent: "Firefox on Windows".to_owned(),
    }
}

pub fn home() -> Source {
    from("192.0.2.1", "her own")
}

/// Someone with an account, and the telephone that goes with it.
pub struct Owner {
    pub user: String,
    pub app: Vec<u8>,
    pub recovery: Vec<String>,
}

fn made(app: &App, name: &str, seed: u8) -> OneTime {
    made_as(app, name, "clinician", "RDY", seed)
}

pub fn made_as(app: &App, name: &str, role: &str, organisation: &str, seed: u8) -> OneTime {
    let new = NewAccount {
        user: String::new(),
        name: name.to_owned(),
        role: role.to_owned(),
        organisation: organisation.to_owned(),
    };
    let random = [[seed; 32], [seed + 1; 32], [seed + 2; 32]];
    account::add(&app.care, &key(), &new, "system:test", (random, app.now())).unwrap()
}

pub fn enrolled(app: &App, name: &str, seed: u8) -> Owner {
    let one = made(app, name, seed);
    let owner = set_up_as(app, &one, name, seed + 3, app.now());
    assert_eq!(account::name_of(&app.care, &owner.user).unwrap(), name);
    owner
}

/// Sets an account up by its code; its first session's token names its user.
pub fn set_up(app: &App, one: &OneTime, seed: u8, now: Instant) -> Owner {
    set_up_as(app, one, &one.user, seed, now)
}

fn set_up_as(app: &App, one: &OneTime, called: &str, seed: u8, now: Instant) -> Owner {
    let shown = (one.user.as_str(), one.code.as_str());
    let opened = account::begin_enrolling(&app.care, &key(), shown, &home(), now).unwrap();
    let Enrolling::Open { key: telephone, .. } = opened else {
        panic!("{opened:?}")
    };
    let code = authenticator::shown(&telephone, now).unwrap();
    let done = account::finish_enrolling(
        &app.care,
        &key(),
        shown,
        (&kept(PASSWORD), &code),
        (&format!("the first session of {called}"), [seed; 32]),
        (&home(), now),
    );
    match done.unwrap() {
        Enrolled::In(actor, recovery) => {
            assert_eq!(actor.user, one.user);
            Owner {
                user: actor.user,
                app: telephone,
                recovery,
            }
        }
        other => panic!("{other:?}"),
    }
}

/// What came of a try.
#[derive(Debug, PartialEq, Eq)]
pub enum Tried {
    In,
    Wrong,
    Wait(i64),
}

pub fn try_in(app: &App, (user, password, code): (&str, &str, &str), source: &Source, at: (&str, Instant)) -> Tried {
    let going = match account::begin(&app.care, &key(), user, source, at.1).unwrap() {
        Begun::Wait(seconds) => return Tried::Wait(seconds),
        Begun::Go(going) => going,
    };
    let compared = Compared(same(password, going.kept()));
    match account::finish(&app.care, &key(), *going, compared, (code, at.0), at.1).unwrap() {
        Ended::In(..) => Tried::In,
        Ended::Wrong => Tried::Wrong,
    }
}

impl Owner {
    pub fn code(&self, at: Instant) -> String {
        authenticator::shown(&self.app, at).unwrap()
    }
}

pub fn later(app: &App, minutes: i64) -> Instant {
    Instant(app.now().0 + minutes * MINUTE)
}

pub fn outcomes(app: &App, act: &str) -> Vec<String> {
    let rows = app.care.audit().latest(2_000).unwrap();
    rows.into_iter()
        .filter(|row| row.act == act)
        .map(|row| row.outcome)
        .collect()
}

#[test]
fn an_account_is_set_up_once_by_its_code_and_signs_in_with_all_three() {
    on_both(|app| {
        let nia = enrolled(app, "Nia Marlow", 10);
        assert_eq!(nia.user, "nia.marlow");
        assert_eq!(nia.recovery.len(), account::RECOVERY_CODES);
        let at = later(app, 2);
        let code = nia.code(at);
        for wrong in [
            ("nia.marlow", PASSWORD, "000000"),
            ("nia.marlow", "otter ladder cobble", code.as_str()),
            ("nia.marlowe", PASSWORD, code.as_str()),
        ] {
            assert_eq!(
                try_in(app, wrong, &home(), ("no session", at)),
                Tried::Wrong,
                "{wrong:?}"
            );
        }
        assert_eq!(session::of_token(&app.care, "no session", at).unwrap(), Known::Nobody);
        let right = (" Nia.Marlow ", PASSWORD, code.as_str());
        assert_eq!(try_in(app, right, &home(), ("a session", at)), Tried::In);
        let Known::In(session) = session::of_token(&app.care, "a session", at).unwrap() else {
            panic!("not signed in")
        };
        assert_eq!(session.actor.works_for.unwrap().as_str(), "RDY");
        let said = outcomes(app, "sign in");
        assert_eq!(
            said,
            ["granted", "nobody has this name", "wrong password", "wrong code"]
        );
        let rows = app.care.audit().latest(100).unwrap();
        assert!(
            rows.iter()
                .all(|row| !row.detail.contains("marlowe") && row.actor != "nia.marlowe")
        );
        // Nothing that lets anyone in stands in the database as it is.
        let secret = "SELECT COUNT(*) FROM account WHERE password LIKE '%otter%' OR password NOT LIKE '$argon2id$%'";
        assert_eq!(app.ask(secret, &[]), Some(0));
        let plain = "SELECT COUNT(*) FROM account WHERE authenticator = ?1";
        assert_eq!(app.ask(plain, &[nia.app.as_slice().into()]), Some(0));
    });
}

#[test]
fn an_enrolment_code_is_good_once_for_its_owner_and_not_for_ever() {
    on_both(|app| {
        let one = made(app, "Tom Budden", 20);
        let two = made(app, "Ines Marsh", 30);
        let open = |user: &str, code: &str, at: Instant| {
            let source = from("192.0.2.7", "");
            matches!(
                account::begin_enrolling(&app.care, &key(), (user, code), &source, at).unwrap(),
                Enrolling::Open { .. }
            )
        };
        assert!(open(&one.user, &one.code.to_uppercase(), app.now()));
        assert!(!open(&two.user, &one.code, app.now()), "somebody else's");
        assert!(!open(&two.user, &two.code, Instant(two.ends.0 + 1)), "too late");
        let tom = enrolled(app, "Nia Marlow", 40);
        let again = account::begin_enrolling(
            &app.care,
            &key(),
            (&tom.user, "7kq2m-x9f4w-0p8tz-3bnhc-r5vjd"),
            &home(),
            app.now(),
        );
        assert!(matches!(again.unwrap(), Enrolling::Wrong), "used up");
        account::suspend(&app.care, &one.user, true, "system:test", app.now()).unwrap();
        assert!(!open(&one.user, &one.code, app.now()), "suspended");
    });
}

#[test]
fn a_code_is_good_once_even_in_two_tries_at_the_same_moment() {
    on_both(|app| {
        let nia = enrolled(app, "Nia Marlow", 10);
        let at = later(app, 2);
        let code = nia.code(at);
        let right = ("nia.marlow", PASSWORD, code.as_str());
        let begun = |_| match account::begin(&app.care, &key(), "nia.marlow", &home(), at).unwrap() {
            Begun::Go(going) => going,
            Begun::Wait(_) => panic!("too early"),
        };
        let both: Vec<_> = (0..2).map(begun).collect();
        let ended: Vec<bool> = both
            .into_iter()
            .map(|going| {
                let ended = account::finish(&app.care, &key(), *going, Compared(true), (&code, "s"), at);
                matches!(ended.unwrap(), Ended::In(..))
            })
            .collect();
        assert_eq!(ended, [true, false], "overlapping");
        assert_eq!(try_in(app, right, &home(), ("again", at)), Tried::Wrong, "replayed");
        // The code of the step before is on the telephone no longer, and no good now that a later one was used.
        let before = nia.code(Instant(at.0 - 30_000_000));
        let late = ("nia.marlow", PASSWORD, before.as_str());
        assert_eq!(try_in(app, late, &home(), ("again", at)), Tried::Wrong);
        let next = Instant(at.0 + 30_000_000);
        let fresh = nia.code(next);
        assert_eq!(
            try_in(app, ("nia.marlow", PASSWORD, &fresh), &home(), ("next", next)),
            Tried::In
        );
        assert!(outcomes(app, "sign in").contains(&"the code was used before".to_owned()));
    });
}

#[test]
fn a_recovery_code_stands_in_for_the_telephone_once() {
    on_both(|app| {
        let nia = enrolled(app, "Nia Marlow", 10);
        let at = later(app, 2);
        let recovery = nia.recovery[3].as_str();
        let by = |password: &str, token: &str| try_in(app, ("nia.marlow", password, recovery), &home(), (token, at));
        assert_eq!(by("not the password", "a"), Tried::Wrong, "and not for the password");
        assert_eq!(by(PASSWORD, "b"), Tried::In);
        assert_eq!(by(PASSWORD, "c"), Tried::Wrong);
        let left = app.ask("SELECT COUNT(*) FROM account_recovery WHERE used IS NULL", &[]);
        assert_eq!(left, Some(9));
    });
}

/// A brute force from one place and from a hundred fails, and the owner still gets in: at their own browser, and at
/// a new browser on a network that they have used.
#[test]
fn guessing_is_slowed_down_and_no_stranger_locks_the_owner_out() {
    on_both(|app| {
        let nia = enrolled(app, "Nia Marlow", 10);
        let at = later(app, 2);
        let guess = |n: usize, source: &Source, at: Instant| {
            let guessed = format!("a guess {n}");
            try_in(app, ("nia.marlow", &guessed, "123456"), source, ("guess", at))
        };
        let one = from("198.51.100.1", "");
        let tried: Vec<Tried> = (0..50).map(|n| guess(n, &one, at)).collect();
        assert!(tried[..5].iter().all(|tried| *tried == Tried::Wrong));
        assert!(tried[5..].iter().all(|tried| *tried == Tried::Wait(601)), "{tried:?}");
        assert_eq!(
            guess(50, &one, Instant(at.0 + 11 * MINUTE)),
            Tried::Wrong,
            "one more after ten minutes"
        );
        assert!(matches!(guess(51, &one, Instant(at.0 + 11 * MINUTE)), Tried::Wait(_)));
        let mut made = 0;
        for network in 2..102 {
            let from = from(&format!("198.51.100.{network}"), "made up");
            made += usize::from(guess(network, &from, at) == Tried::Wrong);
        }
        assert!(made <= 15, "{made} guesses were looked at from a hundred networks");
        assert!(outcomes(app, "hold sign-ins back").len() >= 2, "the audit says so");
        // The owner, while all that goes on.
        let code = nia.code(at);
        let right = ("nia.marlow", PASSWORD, code.as_str());
        assert_eq!(try_in(app, right, &home(), ("her own browser", at)), Tried::In);
        let next = Instant(at.0 + MINUTE);
        let code = nia.code(next);
        let right = ("nia.marlow", PASSWORD, code.as_str());
        let ward = from("192.0.2.1", "a browser on the ward");
        assert_eq!(try_in(app, right, &ward, ("on the ward", next)), Tried::In);
        // A stranger in the same building holds back browsers that are new to her, and not her own.
        for n in 0..6 {
            guess(n, &from("192.0.2.1", ""), next);
        }
        let last = Instant(at.0 + 2 * MINUTE);
        let code = nia.code(last);
        let right = ("nia.marlow", PASSWORD, code.as_str());
        assert!(matches!(
            try_in(app, right, &from("192.0.2.1", "new"), ("x", last)),
            Tried::Wait(_)
        ));
        assert_eq!(try_in(app, right, &home(), ("her own again", last)), Tried::In);
        // What is held back for one is not for another: nor does the right password there tell of itself.
        assert!(matches!(try_in(app, right, &one, ("x", last)), Tried::Wait(_)));
        assert_eq!(
            try_in(app, ("tom.budden", "x", "1"), &from("192.0.2.8", ""), ("x", last)),
            Tried::Wrong
        );
    });
}

/// The same answer after the same work: one hash of the same cost, one row in the audit, for a name that is nobody's,
/// a wrong password and a wrong code.
#[test]
fn a_name_that_is_nobodys_costs_what_a_wrong_password_costs() {
    let own = Hasher::start(&key()).unwrap();
    on_both(|app| {
        let nia = enrolled(app, "Nia Marlow", 10);
        for (user, kind) in [("nia.marlow", "somebody"), ("no.such.name", "nobody")] {
            let mut times = Vec::new();
            for n in 0..5 {
                let at = later(app, 60 * (n + 1));
                let (hashes, rows) = (own.made(), app.care.audit().latest(10_000).unwrap().len());
                let begun = std::time::Instant::now();
                let Begun::Go(going) = account::begin(&app.care, &key(), user, &home(), at).unwrap() else {
                    panic!("held back")
                };
                let (tell, told) = mpsc::channel();
                own.compare(Password::new("wrong"), going.kept(), move |same| {
                    tell.send(same).unwrap()
                })
                .unwrap();
                let compared = Compared(told.recv().unwrap());
                let ended = account::finish(&app.care, &key(), *going, compared, (&nia.code(at), "s"), at).unwrap();
                times.push(begun.elapsed());
                assert!(matches!(ended, Ended::Wrong));
                assert_eq!(own.made(), hashes + 1, "{kind}");
                assert_eq!(app.care.audit().latest(10_000).unwrap().len(), rows + 1, "{kind}");
            }
            times.sort();
            eprintln!(
                "{}: a wrong try of {kind}: fastest {:?}, median {:?}",
                app.name(),
                times[0],
                times[2]
            );
        }
    });
}

#[test]
fn an_account_suspended_or_reset_is_shut_at_once_and_says_who_did_it() {
    on_both(|app| {
        let nia = enrolled(app, "Nia Marlow", 10);
        let at = app.now();
        let known = |token: &str| session::of_token(&app.care, token, at).unwrap();
        assert!(matches!(known("the first session of Nia Marlow"), Known::In(_)));
        account::suspend(&app.care, "nia.marlow", true, "system:test", at).unwrap();
        assert_eq!(known("the first session of Nia Marlow"), Known::Nobody);
        let next = later(app, 1);
        let code = nia.code(next);
        let right = ("nia.marlow", PASSWORD, code.as_str());
        assert_eq!(try_in(app, right, &home(), ("shut", next)), Tried::Wrong);
        account::suspend(&app.care, "nia.marlow", false, "system:test", at).unwrap();
        assert_eq!(
            known("the first session of Nia Marlow"),
            Known::Nobody,
            "it does not come back"
        );
        assert_eq!(try_in(app, right, &home(), ("open", next)), Tried::In);
        let random = [[50; 32], [51; 32], [52; 32]];
        let one = account::reset(&app.care, &key(), "nia.marlow", "system:test", (random, next)).unwrap();
        assert_eq!(session::of_token(&app.care, "open", next).unwrap(), Known::Nobody);
        let then = later(app, 3);
        for code in [nia.code(then), nia.recovery[0].clone()] {
            assert_eq!(
                try_in(app, ("nia.marlow", PASSWORD, &code), &home(), ("x", then)),
                Tried::Wrong
            );
        }
        let shown = (one.user.as_str(), one.code.as_str());
        let opened = account::begin_enrolling(&app.care, &key(), shown, &home(), app.now()).unwrap();
        assert!(matches!(opened, Enrolling::Open { key, .. } if key != nia.app));
        for act in [
            "add account",
            "enrol",
            "suspend account",
            "resume account",
            "reset account",
        ] {
            assert_eq!(outcomes(app, act), ["granted"], "{act}");
        }
    });
}

#[test]
fn an_account_is_for_a_person_of_an_organisation_that_is_known() {
    on_both(|app| {
        let refused = |name: &str, user: &str, role: &str, organisation: &str| {
            let new = NewAccount {
                user: user.to_owned(),
                name: name.to_owned(),
                role: role.to_owned(),
                organisation: organisation.to_owned(),
            };
            let random = [[60; 32]; 3];
            match account::add(&app.care, &key(), &new, "system:test", (random, app.now())) {
                Ok(one) => panic!("{one:?}"),
                Err(error) => error.to_string(),
            }
        };
        made(app, "Nia Marlow", 10);
        for (name, user, role, organisation, says) in [
            ("Nia Marlow", "", "clinician", "RDY", "already"),
            ("Zoë", "", "clinician", "RDY", "--user"),
            ("Nurse", "", "clinician", "RDY", "demonstrations"),
            ("Tom", "", "wizard", "RDY", "social worker"),
            ("Tom", "", "sending system", "RDY", "a system"),
            ("Tom", "", "clinician", "XXXXX", "no organisation"),
            ("Tom", "", "clinician", "", "no organisation"),
            ("Tom", "", "resident", "RDY", "no organisation"),
            (" ", "tom", "clinician", "RDY", "a name"),
        ] {
            let words = refused(name, user, role, organisation);
            assert!(words.contains(says), "{name} {role} {organisation}: {words}");
        }
        assert_eq!(app.count("account"), 1);
    });
}

#[test]
fn a_session_ends_when_left_alone_when_old_and_everywhere_when_asked() {
    on_both(|app| {
        let nia = enrolled(app, "Nia Marlow", 10);
        let at = later(app, 2);
        let sign_in = |token: &str, at: Instant| {
            let code = nia.code(at);
            let right = ("nia.marlow", PASSWORD, code.as_str());
            assert_eq!(try_in(app, right, &home(), (token, at)), Tried::In);
        };
        let known = |token: &str, at: i64| session::of_token(&app.care, token, Instant(at)).unwrap();
        sign_in("one", at);
        assert!(matches!(known("one", at.0 + 30 * MINUTE), Known::In(_)));
        assert_eq!(known("one", at.0 + 61 * MINUTE), Known::TimedOut("nia.marlow".into()));
        let noon = Instant(at.0 + 120 * MINUTE);
        sign_in("two", noon);
        for minutes in (20..=720).step_by(20) {
            assert!(
                matches!(known("two", noon.0 + minutes * MINUTE), Known::In(_)),
                "{minutes}"
            );
        }
        let end = noon.0 + 721 * MINUTE;
        assert_eq!(
            known("two", end),
            Known::TimedOut("nia.marlow".into()),
            "however much it is used"
        );
        let next = Instant(end + MINUTE);
        sign_in("three", next);
        sign_in("four", Instant(next.0 + MINUTE));
        let now = next.0 + 2 * MINUTE;
        let Known::In(four) = known("four", now) else { panic!() };
        let mine = session::list(&app.care, &four.actor, "four", Instant(now)).unwrap();
        assert_eq!(mine.len(), 2);
        assert_eq!(mine.iter().filter(|one| one.this).count(), 1);
        let other = mine.iter().find(|one| !one.this).unwrap();
        let mut stranger = four.actor.clone();
        stranger.user = "tom".into();
        assert!(!session::end_one(&app.care, &stranger, &other.number, Instant(now)).unwrap());
        assert!(session::end_one(&app.care, &four.actor, &other.number, Instant(now)).unwrap());
        assert_eq!(known("three", now), Known::Nobody);
        assert!(matches!(known("four", now), Known::In(_)));
        assert!(session::end_everywhere(&app.care, &four.actor, Instant(now)).unwrap() > 0);
        assert_eq!(known("four", now), Known::Nobody);
        assert_eq!(outcomes(app, "sign out").len(), 2);
    });
}
