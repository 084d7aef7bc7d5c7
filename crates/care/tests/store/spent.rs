//! What lets somebody in is spent by whatever it was shown for, and by nothing that came too late.

use crate::accounts::{PASSWORD, Tried, enrolled, home, kept, key, later, made_as, outcomes, try_in};
use crate::app::{actor, on_both};
use care::access::Actor;
use care::access::account::{self, Again, Begun, Compared, Ended, Enrolled, Enrolling, authenticator};
use care::access::session::{self, Known};
use care::db::Place;
use record::Instant;
use std::time::Duration;

#[test]
fn a_recovery_code_is_good_once_even_in_two_tries_at_the_same_moment() {
    on_both(|app| {
        let nia = enrolled(app, "Nia Marlow", 10);
        let at = later(app, 2);
        let begun = |_| match account::begin(&app.care, &key(), "nia.marlow", &home(), at).unwrap() {
            Begun::Go(going) => going,
            Begun::Wait(_) => panic!("too early"),
        };
        let both: Vec<_> = (0..2).map(begun).collect();
        let (care, code) = (&app.care, nia.recovery[3].as_str());
        // Nothing can be written until both have been looked at, so that each was still good then.
        let mut held = app.place.connect(false).unwrap();
        match app.place {
            Place::Lite(_) => held.batch("BEGIN IMMEDIATE").unwrap(),
            Place::Pg(_) => held
                .batch("BEGIN; LOCK TABLE account_recovery IN EXCLUSIVE MODE")
                .unwrap(),
        }
        let ended: Vec<bool> = std::thread::scope(|two| {
            let ends = |(going, token): (Box<account::Going>, &'static str)| {
                two.spawn(move || {
                    let ended = account::finish(care, &key(), *going, Compared(true), (code, token), at);
                    matches!(ended.unwrap(), Ended::In(..))
                })
            };
            let threads: Vec<_> = both.into_iter().zip(["one", "two"]).map(ends).collect();
            std::thread::sleep(Duration::from_millis(500));
            held.batch("ROLLBACK").unwrap();
            threads.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(ended.iter().filter(|inside| **inside).count(), 1, "{ended:?}");
        assert_eq!(app.count("session"), 2, "the one that it was set up in, and one more");
    });
}

/// Whoever looks over somebody's shoulder while they show their code again has nothing.
#[test]
fn a_code_that_was_shown_again_lets_nobody_in_and_too_many_wrong_ones_wait() {
    on_both(|app| {
        let nia = enrolled(app, "Nia Marlow", 10);
        let who = Actor {
            user: nia.user.clone(),
            ..actor("nurse")
        };
        let again = |code: &str, at: Instant| {
            let session = (&who, "the first session of Nia Marlow");
            account::show_again(&app.care, &key(), session, code, (&home(), at)).unwrap()
        };
        let at = later(app, 2);
        for code in [nia.code(at), nia.recovery[4].clone()] {
            assert_eq!(again(&code, at), Again::Yes);
            assert_eq!(again(&code, at), Again::No, "twice");
            let seen = ("nia.marlow", PASSWORD, code.as_str());
            assert_eq!(try_in(app, seen, &home(), ("over the shoulder", at)), Tried::Wrong);
        }
        let next = later(app, 180);
        for n in 0..10 {
            assert_eq!(again("000000", next), Again::No, "{n}");
        }
        let held = again(&nia.code(next), next);
        assert!(matches!(held, Again::Wait(seconds) if seconds > 0), "{held:?}");
        let drained = Instant(next.0 + 10 * 60_000_000);
        assert_eq!(again(&nia.code(drained), drained), Again::Yes, "and not for ever");
    });
}

#[test]
fn an_account_whose_code_ran_out_or_that_was_shut_meanwhile_is_not_set_up() {
    on_both(|app| {
        let late = made_as(app, "Tom Budden", "clinician", "RDY", 20);
        let shut = made_as(app, "Ines Marsh", "clinician", "RDY", 30);
        let sets_up = |one: &account::OneTime, shut: bool, at: Instant| {
            let shown = (one.user.as_str(), one.code.as_str());
            let opened = account::begin_enrolling(&app.care, &key(), shown, &home(), app.now()).unwrap();
            let Enrolling::Open { key: telephone, .. } = opened else {
                panic!("{opened:?}")
            };
            if shut {
                account::suspend(&app.care, &one.user, true, "system:test", app.now()).unwrap();
            }
            let code = authenticator::shown(&telephone, at).unwrap();
            let token = format!("a session of {}", one.user);
            let factors = (&kept(PASSWORD), code.as_str());
            account::finish_enrolling(&app.care, &key(), shown, factors, (&token, [7; 32]), (&home(), at)).unwrap()
        };
        let ended = sets_up(&late, false, Instant(late.ends.0 + 1));
        assert!(matches!(ended, Enrolled::Gone), "{ended:?}");
        let ended = sets_up(&shut, true, app.now());
        assert!(matches!(ended, Enrolled::Gone), "{ended:?}");
        assert_eq!(app.count("session"), 0);
        assert_eq!(app.count("account_recovery"), 0);
        assert_eq!(outcomes(app, "enrol"), Vec::<String>::new());
    });
}

#[test]
fn whoever_was_signing_in_when_their_account_was_shut_is_not_in() {
    on_both(|app| {
        let nia = enrolled(app, "Nia Marlow", 10);
        let at = later(app, 2);
        let Begun::Go(going) = account::begin(&app.care, &key(), "nia.marlow", &home(), at).unwrap() else {
            panic!("held back")
        };
        account::suspend(&app.care, "nia.marlow", true, "system:test", at).unwrap();
        let shown = (nia.code(at), "a session");
        let shown = (shown.0.as_str(), shown.1);
        account::finish(&app.care, &key(), *going, Compared(true), shown, at).unwrap();
        let known = session::of_token(&app.care, "a session", at).unwrap();
        assert_eq!(known, Known::Nobody);
    });
}
