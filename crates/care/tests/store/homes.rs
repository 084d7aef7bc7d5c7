//! Where items stand that came in bulk: in runs, on the way to the others, among them.

use crate::app::{App, on_both, opening};
use crate::order::{Arrival, Dice, arrivals, shuffle, take, take_into};
use care::Care;

/// What stands somewhere and is not known to, and what is thought to stand where it does not.
fn wrong(app: &App) -> (i64, i64) {
    let ask = |sql: &str| app.ask(sql, &[]).unwrap_or(-1);
    (
        ask(
            "SELECT COUNT(*) FROM (SELECT DISTINCT item, record_no FROM item EXCEPT SELECT item, record_no FROM item_homes) a",
        ),
        ask("SELECT COUNT(*) FROM (SELECT item, record_no FROM item_homes EXCEPT SELECT item, record_no FROM item) a"),
    )
}

fn some(seed: u64) -> Vec<Arrival> {
    let mut all = arrivals(6);
    shuffle(&mut all, seed);
    all
}

#[test]
fn what_comes_in_bulk_is_put_among_the_others_and_always_found() {
    on_both(|app| {
        let all = some(3);
        app.care.homes().hold_at_most(150);
        let (mut most, mut moved) = (0, 0);
        for part in all.chunks(60) {
            take(app, part, 1);
            assert_eq!(wrong(app), (0, 0));
            most = most.max(app.count("item_home_recent"));
            moved = app.count("item_home");
        }
        assert!(moved > 300, "only {moved} were put among the others");
        assert!(most < 1_500, "{most} stood in runs");
        // All of it again: what is found is not filed twice.
        let before = (app.count("item"), app.count("entry"));
        take(app, &all, 9);
        assert_eq!((app.count("item"), app.count("entry")), before);
        assert_eq!(wrong(app), (0, 0));
    });
}

#[test]
fn an_item_that_stands_in_two_records_stands_among_the_others_in_both() {
    on_both(|app| {
        app.care.homes().hold_at_most(100_000);
        take(app, &some(4), 2);
        assert!(app.count("item_home_recent") > 500, "most stand in runs");
        let several = "SELECT COUNT(*) FROM (SELECT item FROM item_homes GROUP BY item HAVING COUNT(*) > 1) a";
        assert!(
            app.ask(several, &[]).unwrap() > 3,
            "some were corrected to be about someone else"
        );
        let missing = "SELECT COUNT(*) FROM (SELECT item, record_no FROM item_elsewhere
                       EXCEPT SELECT item, record_no FROM item_home) a";
        assert_eq!(app.ask(missing, &[]), Some(0));
    });
}

#[test]
fn two_processes_that_file_in_turn_know_of_each_others_items() {
    on_both(|app| {
        let all = some(5);
        let second = |hold: usize| {
            let care = Care::open(opening(app.place.clone(), app.folder.path(), [7; 32])).unwrap();
            care.homes().hold_at_most(hold);
            care
        };
        app.care.homes().hold_at_most(90);
        let mut other = second(70);
        let mut dice = Dice(11);
        for part in all.chunks(90) {
            match dice.below(3) {
                0 => take(app, part, 2),
                1 => take_into(&other, part, 3),
                _ => {
                    drop(other);
                    other = second(70);
                    take_into(&other, part, 4);
                }
            }
            assert_eq!(wrong(app), (0, 0));
        }
        let before = (app.count("item"), app.count("entry"));
        take(app, &all, 5);
        assert_eq!(
            (app.count("item"), app.count("entry")),
            before,
            "nothing is filed twice"
        );
    });
}

#[test]
fn what_somebody_waited_for_is_known_to_what_comes_in_bulk_after() {
    on_both(|app| {
        let all = some(6);
        let (some, rest) = all.split_at(all.len() / 2);
        take(app, some, 1);
        // By the way of whoever waits, into the same process and by another.
        let other = Care::open(opening(app.place.clone(), app.folder.path(), [7; 32])).unwrap();
        for (n, arrival) in rest.iter().enumerate() {
            let care = if n % 2 == 0 { &app.care } else { &other };
            let source = care.source(&arrival.feed).unwrap();
            care.take(std::slice::from_ref(&arrival.piece), &source, arrival.received)
                .unwrap();
        }
        let before = (app.count("item"), app.count("entry"));
        take(app, rest, 2);
        assert_eq!(
            (app.count("item"), app.count("entry")),
            before,
            "nothing is filed twice"
        );
        assert_eq!(wrong(app), (0, 0));
    });
}
