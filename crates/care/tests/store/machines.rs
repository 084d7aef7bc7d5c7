//! Tokens of other systems and links that lead to a record, on both databases.

use crate::app::{App, actor, on_both};
use care::access::account::AccountKey;
use care::access::launch::{self, Launch, Whom};
use care::access::machine::{self, Assertion};
use record::Instant;

fn later(now: Instant, seconds: i64) -> Instant {
    Instant(now.0 + seconds * 1_000_000)
}

fn begin(app: &App, client: &str, number: &str, token: &str, now: Instant) -> bool {
    let assertion = Assertion {
        number: number.to_owned(),
        ends: Instant(now.0 + 600_000_000),
    };
    machine::begin(
        &app.care,
        (&actor("nurse"), client),
        &assertion,
        (token, "system/*.rs"),
        now,
    )
    .unwrap()
}

#[test]
fn an_assertion_is_taken_once_and_its_token_ends() {
    on_both(|app| {
        let now = app.now();
        assert!(begin(app, "pas", "1", "first", now));
        assert!(!begin(app, "pas", "1", "second", now), "the same again");
        assert!(
            begin(app, "ward", "1", "third", now),
            "another system may use the same number"
        );
        assert!(begin(app, "pas", "2", "fourth", now));
        let held = machine::of_token(&app.care, "first", now).unwrap().unwrap();
        assert_eq!((held.client.as_str(), held.scopes.as_str()), ("pas", "system/*.rs"));
        assert_eq!(machine::of_token(&app.care, "second", now).unwrap(), None);
        assert!(
            machine::of_token(&app.care, "first", later(now, 299))
                .unwrap()
                .is_some()
        );
        assert_eq!(machine::of_token(&app.care, "first", later(now, 300)).unwrap(), None);
        // What is forgotten is forgotten only when it is too old to be taken.
        assert!(!begin(app, "pas", "1", "fifth", later(now, 599)));
        assert!(begin(app, "pas", "1", "sixth", later(now, 600)));
    });
}

#[test]
fn a_link_is_claimed_once_and_spent_once() {
    on_both(|app| {
        let key = AccountKey::new([3; 32]);
        let made = Launch {
            client: "pas".to_owned(),
            user: "nia.marlow".to_owned(),
            role: "clinician".to_owned(),
            organisation: "RDY".to_owned(),
            whom: Whom::Number("9990000026".to_owned()),
        };
        let now = app.now();
        let ask = |token: &str| launch::ask(&app.care, &key, (&actor("nurse"), &made), token, ([5; 32], now)).unwrap();
        ask("link");
        assert_eq!(
            launch::claimed(&app.care, &key, "link", now).unwrap(),
            None,
            "a link is no claim"
        );
        assert!(launch::claim(&app.care, "link", "mine", later(now, 59)).unwrap());
        assert!(!launch::claim(&app.care, "link", "theirs", later(now, 59)).unwrap());
        assert_eq!(launch::claimed(&app.care, &key, "theirs", now).unwrap(), None);
        let opened = launch::claimed(&app.care, &key, "mine", later(now, 600)).unwrap();
        assert_eq!(opened.as_ref(), Some(&made));
        assert_eq!(launch::claimed(&app.care, &key, "mine", later(now, 659)).unwrap(), None);
        let other = AccountKey::new([4; 32]);
        assert_eq!(launch::claimed(&app.care, &other, "mine", now).unwrap(), None, "sealed");
        assert!(launch::spend(&app.care, "mine", now).unwrap());
        assert!(!launch::spend(&app.care, "mine", now).unwrap());
        ask("late");
        assert!(!launch::claim(&app.care, "late", "mine", later(now, 60)).unwrap());
        assert!(!launch::claim(&app.care, "never", "mine", now).unwrap());
    });
}
