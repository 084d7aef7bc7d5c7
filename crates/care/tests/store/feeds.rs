//! Which feeds are late, and which have had nothing to bring yet.

use crate::app::{App, NOW, actor, feed, on_both, opening};
use crate::says::{With, patient};
use care::access::{self, Act};
use care::feeds::{self, FeedState};
use care::{Care, Stamp};
use record::Instant;

const DAY_MICROS: i64 = 24 * 3_600_000_000;

fn given_something_came_today(app: &App) {
    let ada = patient("p1", "9990000026", "Hardy", "Ada", "1945-05-04", "female").line();
    app.send(&feed("R0D", true), ada);
}

/// How a feed stands so many days after the store was filled.
fn stands(care: &Care, name: &str, days: i64) -> FeedState {
    let now = Instant(NOW.0 + days * DAY_MICROS);
    let grant = access::list(care, &actor("engineer"), Act::ReadFeeds, "test", now).unwrap();
    let states = feeds::states(care, &grant).unwrap();
    states.into_iter().find(|state| state.feed.name == name).unwrap()
}

#[test]
fn a_feed_that_comes_round_more_seldom_than_the_demo_is_old_is_not_late() {
    on_both(|app| {
        given_something_came_today(app);
        for (name, days, late) in [
            ("ods-scotland", 0, false),
            ("ods-scotland", 20, false),
            ("ods-scotland", 40, true),
            ("national-opt-out", 0, false),
            ("national-opt-out", 1, true),
            // A quarter of an hour goes by in any demo.
            ("gp42-fhir", 0, true),
        ] {
            let state = stands(&app.care, name, days);
            assert_eq!(
                (state.late, state.not_due, state.last_received),
                (late, !late, None),
                "{name} after {days} days"
            );
        }
    });
}

/// A sender of whom nothing was ever heard is never called on time where people are real.
#[test]
fn a_live_feed_that_brought_nothing_is_late_from_the_start() {
    on_both(|app| {
        let folder = tempfile::tempdir().unwrap();
        let live = care::Opening {
            stamp: Some(Stamp::Live),
            ..opening(app.another_place("live"), folder.path(), [8; 32])
        };
        let care = Care::open(live).unwrap();
        let source = care.source(&feed("R0D", true)).unwrap();
        let ada = patient("p1", "9990000026", "Hardy", "Ada", "1945-05-04", "female").line();
        let pieces = crate::app::cut(&feed("R0D", true), ada.as_bytes());
        care.take(&pieces, &source, NOW).unwrap();
        let grant = access::list(&care, &actor("engineer"), Act::ReadFeeds, "test", NOW);
        let states = feeds::states(&care, &grant.unwrap()).unwrap();
        let state = states
            .into_iter()
            .find(|state| state.feed.name == "ods-scotland")
            .unwrap();
        assert!(state.late && !state.not_due);
    });
}
