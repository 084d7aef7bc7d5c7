//! What happened to an account is told to its owner when they next sign in, until they say whether it was them.

use crate::accounts::{Owner, PASSWORD, Tried, enrolled, from, home, kept, key, later, outcomes, try_in};
use crate::app::{App, actor, on_both};
use care::access::account::happened::{self, Happened, What};
use care::access::account::{self, Again, Begun, Compared, Source};
use care::access::{self, Act, Actor};
use care::audit::unusual;
use record::Instant;

/// Signs in at a place; the session's token is `token`.
fn signs_in(app: &App, owner: &Owner, source: &Source, (token, minute): (&str, i64)) -> Instant {
    let at = later(app, minute);
    let code = owner.code(at);
    let right = (owner.user.as_str(), PASSWORD, code.as_str());
    assert_eq!(try_in(app, right, source, (token, at)), Tried::In);
    at
}

/// A try that is wrong.
fn tries(app: &App, owner: &Owner, source: &Source, (password, minute): (&str, i64)) {
    let shown = (owner.user.as_str(), password, "000000");
    assert_eq!(try_in(app, shown, source, ("none", later(app, minute))), Tried::Wrong);
}

fn as_actor(owner: &Owner) -> Actor {
    Actor {
        user: owner.user.clone(),
        ..actor("nurse")
    }
}

fn looks(app: &App, owner: &Owner, source: &Source, token: &str) -> Vec<Happened> {
    let waits = happened::waits(&app.care, &key(), &owner.user, (token, source)).unwrap();
    let found = happened::look(&app.care, &key(), &as_actor(owner), (token, source), app.now()).unwrap();
    assert_eq!(waits, !found.is_empty(), "what leads there and what stands there agree");
    found
}

/// What is shown, and how often each had happened.
fn shown(app: &App, owner: &Owner, source: &Source, token: &str) -> Vec<(What, i64)> {
    let found = looks(app, owner, source, token);
    found.iter().map(|one| (one.what, one.times)).collect()
}

fn says(
    app: &App,
    owner: &Owner,
    (source, token): (&Source, &str),
    mine: bool,
    seen: &[Happened],
    at: Instant,
) -> usize {
    let seen: Vec<(i64, i64)> = seen.iter().map(|one| (one.number, one.times)).collect();
    let who = as_actor(owner);
    happened::say(&app.care, &key(), &who, (token, source), (mine, &seen), at).unwrap()
}

fn stranger() -> Source {
    from("198.51.100.4", "a stranger's")
}

#[test]
fn nothing_odd_is_told_of_nothing() {
    on_both(|app| {
        let nia = enrolled(app, "Nia Marlow", 10);
        for (token, minute) in [("one", 2), ("two", 4), ("three", 6)] {
            // A slip of her own at her own browser, and then she is in.
            tries(app, &nia, &home(), ("otter", minute));
            tries(app, &nia, &home(), (PASSWORD, minute));
            signs_in(app, &nia, &home(), (token, minute));
            assert_eq!(shown(app, &nia, &home(), token), [], "{token}");
        }
        assert_eq!(app.count("account_event"), 0);
    });
}

#[test]
fn wrong_tries_by_strangers_are_told_with_where_from_and_what_was_right() {
    on_both(|app| {
        let nia = enrolled(app, "Nia Marlow", 10);
        let tom = enrolled(app, "Tom Budden", 40);
        for minute in [2, 3] {
            tries(app, &nia, &stranger(), ("a guess", minute));
        }
        tries(app, &nia, &stranger(), (PASSWORD, 4));
        signs_in(app, &nia, &home(), ("one", 6));
        let found = looks(app, &nia, &home(), "one");
        let told: Vec<(What, i64, bool)> = found.iter().map(|one| (one.what, one.times, one.known)).collect();
        assert_eq!(told, [(What::WrongCode, 1, false), (What::WrongPassword, 2, false)]);
        assert_eq!(found[0].agent, "Firefox on Windows");
        assert!(found[1].first.0 < found[1].last.0, "since when, and until when");
        signs_in(app, &tom, &home(), ("tom", 6));
        assert_eq!(shown(app, &tom, &home(), "tom"), [], "nobody else is");
        // Three at a browser of her own are no slip any more.
        for minute in [7, 8, 9] {
            tries(app, &nia, &home(), ("otter", minute));
        }
        signs_in(app, &nia, &home(), ("two", 10));
        assert!(shown(app, &nia, &home(), "two").contains(&(What::WrongPassword, 3)));
        assert_eq!(
            says(
                app,
                &nia,
                (&home(), "two"),
                true,
                &looks(app, &nia, &home(), "two"),
                later(app, 10)
            ),
            3
        );
        assert_eq!(shown(app, &nia, &home(), "two"), []);
        assert_eq!(outcomes(app, "say that it was them"), ["granted"]);
        assert!(outcomes(app, "see what happened to own account").len() > 3);
        // A name that is nobody's is counted alike: the same work for whoever listens to how long it takes.
        let nobody = ("no.such.name", PASSWORD, "000000");
        assert_eq!(try_in(app, nobody, &stranger(), ("x", later(app, 11))), Tried::Wrong);
        let kept = "SELECT COUNT(*) FROM account_event WHERE user_name = ''";
        assert_eq!(app.ask(kept, &[]), Some(1));
    });
}

/// Whoever has her password and a code can say “This was me” too: it does not count for her.
#[test]
fn nobody_settles_what_they_did_as_somebody_else() {
    on_both(|app| {
        let nia = enrolled(app, "Nia Marlow", 10);
        tries(app, &nia, &stranger(), (PASSWORD, 2));
        let at = signs_in(app, &nia, &stranger(), ("theirs", 4));
        assert_eq!(
            shown(app, &nia, &stranger(), "theirs"),
            [(What::WrongCode, 1)],
            "a session is not told of itself"
        );
        let own = [(1, 1), (2, 1), (3, 1)];
        let who = as_actor(&nia);
        let said = happened::say(&app.care, &key(), &who, ("theirs", &stranger()), (true, &own), at);
        assert_eq!(said.unwrap(), 1, "nor settles it, whatever it sends");
        let again = signs_in(app, &nia, &stranger(), ("theirs again", 6));
        let seen = looks(app, &nia, &stranger(), "theirs again");
        assert_eq!(seen.iter().map(|one| one.what).collect::<Vec<_>>(), [What::NewBrowser]);
        assert_eq!(says(app, &nia, (&stranger(), "theirs again"), true, &seen, again), 1);
        let at = signs_in(app, &nia, &home(), ("hers", 8));
        let found = looks(app, &nia, &home(), "hers");
        let told: Vec<(What, bool)> = found
            .iter()
            .map(|one| (one.what, one.said_elsewhere.is_some()))
            .collect();
        assert_eq!(told, [(What::NewBrowser, true), (What::WrongCode, true)]);
        assert_eq!(says(app, &nia, (&home(), "hers"), true, &found, at), 2);
        signs_in(app, &nia, &home(), ("hers again", 10));
        assert_eq!(
            shown(app, &nia, &home(), "hers again"),
            [],
            "her own browser is older than all of it"
        );
    });
}

#[test]
fn whoever_says_that_it_was_not_them_shuts_everyone_else_out_and_the_privacy_officer_sees_it() {
    on_both(|app| {
        let nia = enrolled(app, "Nia Marlow", 10);
        tries(app, &nia, &stranger(), ("a guess", 2));
        signs_in(app, &nia, &stranger(), ("theirs", 4));
        let at = signs_in(app, &nia, &home(), ("hers", 6));
        let found = looks(app, &nia, &home(), "hers");
        assert_eq!(says(app, &nia, (&home(), "hers"), false, &found, at), 2);
        let known = |token: &str| access::session::of_token(&app.care, token, at).unwrap().signed_in();
        assert!(known("theirs").is_none() && known("the first session of Nia Marlow").is_none());
        assert!(known("hers").is_some());
        let places = "SELECT COUNT(*) FROM account_place WHERE user_name = 'nia.marlow'";
        assert_eq!(app.ask(places, &[]), Some(2), "this browser, and this network");
        let grant = access::list(&app.care, &actor("privacy"), Act::ReadAudit, "test", app.now()).unwrap();
        let flags = unusual(&app.care, &grant).unwrap();
        let words: Vec<(&str, &str)> = flags
            .iter()
            .map(|one| (one.actor.as_str(), one.words.as_str()))
            .collect();
        let [(user, words)] = words.as_slice() else {
            panic!("{words:?}")
        };
        assert_eq!(*user, "nia.marlow");
        let starts = "Said that this was not them: a wrong password, a sign-in at a browser not used before. Ask them";
        assert!(words.starts_with(starts), "{words}");
        assert_eq!(outcomes(app, "say that it was not them"), ["granted"]);
        // They come back, and cannot take her word back.
        signs_in(app, &nia, &stranger(), ("theirs again", 8));
        let seen = found;
        assert_eq!(
            says(app, &nia, (&stranger(), "theirs again"), true, &seen, later(app, 8)),
            0
        );
        assert_eq!(unusual(&app.care, &grant).unwrap().len(), 1);
        signs_in(app, &nia, &home(), ("hers again", 10));
        assert_eq!(
            shown(app, &nia, &home(), "hers again"),
            [(What::NewBrowser, 1)],
            "their browser is strange to her account again"
        );
    });
}

#[test]
fn what_happened_since_it_was_looked_at_is_not_settled_with_it() {
    on_both(|app| {
        let nia = enrolled(app, "Nia Marlow", 10);
        tries(app, &nia, &stranger(), ("a guess", 2));
        let at = signs_in(app, &nia, &home(), ("hers", 4));
        let seen = looks(app, &nia, &home(), "hers");
        tries(app, &nia, &stranger(), ("another guess", 5));
        assert_eq!(says(app, &nia, (&home(), "hers"), true, &seen, at), 0);
        assert_eq!(shown(app, &nia, &home(), "hers"), [(What::WrongPassword, 2)]);
        let tom = enrolled(app, "Tom Budden", 40);
        let seen = looks(app, &nia, &home(), "hers");
        assert_eq!(
            says(app, &tom, (&home(), "tom's"), true, &seen, at),
            0,
            "nor by another"
        );
    });
}

#[test]
fn changes_of_what_one_signs_in_with_and_what_others_did_to_the_account_are_told() {
    on_both(|app| {
        let nia = enrolled(app, "Nia Marlow", 10);
        let who = as_actor(&nia);
        let at = later(app, 2);
        let random = ([9; 32], at);
        account::new_recovery_codes(
            &app.care,
            &key(),
            &who,
            ("the first session of Nia Marlow", &home()),
            random,
        )
        .unwrap();
        let Begun::Go(going) = account::begin(&app.care, &key(), "nia.marlow", &home(), at).unwrap() else {
            panic!("held back")
        };
        let factors = (&*going, Compared(true), nia.code(at));
        let factors = (factors.0, factors.1, factors.2.as_str());
        let changed = (&kept(PASSWORD), "the first session of Nia Marlow");
        assert!(account::change_password(&app.care, &key(), factors, changed, at).unwrap());
        for suspended in [true, false] {
            account::suspend(&app.care, "nia.marlow", suspended, "system:test", later(app, 3)).unwrap();
        }
        signs_in(app, &nia, &home(), ("one", 4));
        let found = looks(app, &nia, &home(), "one");
        let told: Vec<(What, &str)> = found.iter().map(|one| (one.what, one.by.as_str())).collect();
        assert_eq!(
            told,
            [
                (What::Resumed, "system:test"),
                (What::Suspended, "system:test"),
                (What::PasswordChanged, ""),
                (What::RecoveryMade, ""),
            ]
        );
        says(app, &nia, (&home(), "one"), true, &found, later(app, 4));
        let random = [[50; 32], [51; 32], [52; 32]];
        let one = account::reset(&app.care, &key(), "nia.marlow", "system:test", (random, later(app, 5))).unwrap();
        let again = crate::accounts::set_up(app, &one, 60, later(app, 6));
        assert_eq!(
            shown(app, &again, &home(), &format!("the first session of {}", one.user)),
            [(What::Reset, 1)],
            "and not of what this session did"
        );
        signs_in(app, &again, &home(), ("two", 8));
        assert_eq!(
            shown(app, &again, &home(), "two"),
            [(What::SetUpAnew, 1), (What::Reset, 1)]
        );
        let recovery = again.recovery[0].clone();
        let shown_then = (again.user.as_str(), PASSWORD, recovery.as_str());
        assert_eq!(try_in(app, shown_then, &home(), ("three", later(app, 9))), Tried::In);
        assert!(!shown(app, &again, &home(), "three").contains(&(What::RecoveryUsed, 1)));
        assert!(shown(app, &again, &home(), "two").contains(&(What::RecoveryUsed, 1)));
    });
}

#[test]
fn that_tries_were_held_back_is_told() {
    on_both(|app| {
        let nia = enrolled(app, "Nia Marlow", 10);
        for _ in 0..5 {
            tries(app, &nia, &stranger(), ("a guess", 2));
        }
        signs_in(app, &nia, &home(), ("one", 4));
        let told = shown(app, &nia, &home(), "one");
        assert_eq!(told, [(What::HeldBack, 1), (What::WrongPassword, 5)]);
    });
}

/// Whoever sits where the owner is signed in, or has a copy of their session, and guesses codes.
#[test]
fn wrong_codes_of_somebody_signed_in_are_told_and_not_settled_by_whoever_gave_them() {
    on_both(|app| {
        let nia = enrolled(app, "Nia Marlow", 10);
        let who = as_actor(&nia);
        let shows = |token: &str, source: &Source, code: &str, minute: i64| {
            let at = (source, later(app, minute));
            account::show_again(&app.care, &key(), (&who, token), code, at).unwrap()
        };
        signs_in(app, &nia, &home(), ("hers", 2));
        for _ in 0..2 {
            assert_eq!(shows("hers", &home(), "000000", 3), Again::No);
        }
        assert_eq!(shows("hers", &home(), &nia.code(later(app, 3)), 3), Again::Yes);
        assert_eq!(app.count("account_event"), 0, "slips of her own, and then it was her");
        // A copy of her session, at a browser of somebody else's.
        for _ in 0..2 {
            assert_eq!(shows("hers", &stranger(), "000000", 4), Again::No);
        }
        assert_eq!(shown(app, &nia, &home(), "hers"), [], "a session is not told of itself");
        let at = signs_in(app, &nia, &home(), ("hers again", 6));
        let found = looks(app, &nia, &home(), "hers again");
        let told: Vec<(What, i64, bool)> = found.iter().map(|one| (one.what, one.times, one.known)).collect();
        assert_eq!(told, [(What::WrongInside, 2, false)]);
        assert_eq!(
            says(app, &nia, (&home(), "hers"), true, &found, at),
            0,
            "nor settles it"
        );
        assert_eq!(says(app, &nia, (&home(), "hers again"), false, &found, at), 1);
        let copied = access::session::of_token(&app.care, "hers", at).unwrap().signed_in();
        assert!(copied.is_none(), "and the copy is good no longer");
        // Three at a browser of her own are no slip any more, and neither is her old password guessed there.
        for _ in 0..2 {
            assert_eq!(shows("hers again", &home(), "000000", 8), Again::No);
        }
        let Begun::Go(going) = account::begin(&app.care, &key(), "nia.marlow", &home(), later(app, 8)).unwrap() else {
            panic!("held back")
        };
        let (code, wanted) = (nia.code(later(app, 8)), kept("another otter ladder"));
        let factors = (&*going, Compared(false), code.as_str());
        let changed = account::change_password(&app.care, &key(), factors, (&wanted, "hers again"), later(app, 8));
        assert!(!changed.unwrap());
        signs_in(app, &nia, &home(), ("next", 10));
        let told = shown(app, &nia, &home(), "next");
        assert_eq!(told, [(What::WrongInside, 3)]);
        assert_eq!(
            outcomes(app, "show second factor again").len(),
            7,
            "each is in the audit too"
        );
    });
}

/// Else one slip of the owner's, in a session of theirs, would hide in it what somebody does in a copy of another.
#[test]
fn wrong_codes_are_counted_for_each_session_that_gave_them() {
    on_both(|app| {
        let nia = enrolled(app, "Nia Marlow", 10);
        let (who, other) = (as_actor(&nia), stranger());
        for (token, minute) in [("one", 2), ("two", 4)] {
            signs_in(app, &nia, &home(), (token, minute));
        }
        for token in ["one", "two"] {
            let at = (&other, later(app, 5));
            let shown = account::show_again(&app.care, &key(), (&who, token), "000000", at);
            assert_eq!(shown.unwrap(), Again::No);
        }
        for token in ["one", "two"] {
            let told = shown(app, &nia, &home(), token);
            assert_eq!(
                told,
                [(What::WrongInside, 1)],
                "{token}: of the other, and not of itself"
            );
        }
    });
}
