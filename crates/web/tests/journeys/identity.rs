//! A data steward's work: pairs that may be one person, what was decided, how good it is, and a person parted again.

use super::*;
use care::person::matching;

const WHY: (&str, &str) = ("why", "Twins, or brothers and sisters");

/// All that arrived was weighed and counted.
fn given_all_was_weighed(world: &World) {
    matching::drain(&world.care, 1, store::now(), |_| true).unwrap();
    matching::count(&world.care, store::now()).unwrap();
}

/// Where the form of a page's pair is sent.
fn form(page: &Answer, area: &str) -> String {
    let start = format!("action=\"{area}/");
    let rest = page
        .text
        .split(&start)
        .nth(1)
        .unwrap_or_else(|| panic!("no pair: {}", page.words()));
    format!("{area}/{}", rest.split('"').next().unwrap())
}

fn to_review(page: &Answer) -> usize {
    let words = page.words();
    let before = words.split(" to look at").next().unwrap().trim_end_matches('s');
    let count = before.trim_end_matches("pair").trim().rsplit(' ').next().unwrap();
    count.parse().unwrap_or_else(|_| panic!("{words}"))
}

#[tokio::test]
async fn a_steward_keeps_apart_joins_undoes_and_checks() {
    let world = given_the_partners_have_sent();
    given_all_was_weighed(&world);
    let mut steward = Browser::of(&world.router, "steward").await;
    let queue = steward.see("/identity").await;
    let waiting = to_review(&queue);
    assert!(waiting > 0, "{}", queue.words());
    for words in [
        "Why it is asked",
        "Why they are not joined",
        "The chance that they are one person",
        "Keep apart: two people",
    ] {
        assert!(queue.words().contains(words), "{words}: {}", queue.words());
    }
    let pair = form(&queue, "/identity/pairs");

    // Nothing is kept of an answer without an answer, or without a reason.
    for fields in [&[WHY][..], &[("answer", "two"), ("why", "")][..]] {
        let said = steward.send(&pair, fields).await;
        assert!(said.words().contains("Say "), "{}", said.words());
    }
    assert_eq!(to_review(&steward.see("/identity").await), waiting);

    // Kept apart, undone, joined, undone.
    for (answer, done) in [("two", "They are kept apart"), ("one", "They are one person now")] {
        let leads_to = steward.send(&pair, &[("answer", answer), WHY]).await.leads_to;
        let after = steward.see(&leads_to).await;
        assert!(after.words().contains(done), "{}", after.words());
        assert_eq!(to_review(&after), waiting - 1, "not asked again, and nothing else is");
        let listed = steward.see("/identity/decisions").await;
        let words = listed.words();
        assert!(words.contains("Ruth Abbotsbury") && words.contains(WHY.1), "{words}");
        let undo = form(&listed, "/identity/decisions");
        assert_eq!(
            steward.send(&undo, &[("why", "a mistake")]).await.leads_to,
            "/identity/decisions"
        );
        assert!(steward.see("/identity/decisions").await.words().contains("undone"));
        let again = steward.see("/identity").await;
        assert_eq!(
            (to_review(&again), form(&again, "/identity/pairs")),
            (waiting, pair.clone())
        );
        assert_eq!(
            steward.send(&undo, &[("why", "twice")]).await.status,
            StatusCode::NOT_FOUND
        );
    }

    // What nobody answered for is said to be unknown; what is checked counts.
    let quality = steward.see("/identity/quality").await.words();
    assert!(quality.contains("not known yet"), "{quality}");
    assert!(quality.contains("Records by ethnic group"), "{quality}");
    let mut answered = 0;
    loop {
        let check = steward.see("/identity/check").await;
        if check.words().contains("Every pair drawn was answered") {
            break;
        }
        let pair = form(&check, "/identity/check");
        let one = check.words().contains("They are one person here now");
        let answer = if one { "one" } else { "cannot" };
        let leads_to = steward.send(&pair, &[("answer", answer), WHY]).await.leads_to;
        assert!(leads_to.starts_with("/identity/check?"), "{leads_to}");
        answered += 1;
        assert!(answered < 1_000, "it never ends");
    }
    let quality = steward.see("/identity/quality").await.words();
    assert!(quality.contains("Joined rightly 100.00%"), "{quality}");
}

#[tokio::test]
async fn a_steward_parts_a_person_into_records() {
    let world = given_the_partners_have_sent();
    given_all_was_weighed(&world);
    let mut steward = Browser::of(&world.router, "steward").await;
    let (path, record) = when_they_open_the_record_of(&mut steward, world.named("Margaret", "Loveless")).await;
    let part = path.replace("/people/", "/identity/people/");
    assert!(record.links(&part).contains(&part), "the record leads there");
    let page = steward.see(&part).await;
    let numbers: Vec<&str> = page
        .text
        .split("name=\"leave\" type=\"checkbox\" value=\"")
        .skip(1)
        .collect();
    let numbers: Vec<&str> = numbers.iter().filter_map(|rest| rest.split('"').next()).collect();
    assert!(numbers.len() > 1, "{}", page.words());
    let none = steward.send(&part, &[WHY]).await.words();
    assert!(none.contains("Choose the records that are somebody else"), "{none}");
    let all: Vec<(&str, &str)> = numbers.iter().map(|n| ("leave", *n)).chain([WHY]).collect();
    let words = steward.send(&part, &all).await.words();
    assert!(words.contains("Leave at least one record"), "{words}");
    let last = numbers[numbers.len() - 1];
    let parted = steward.send(&part, &[("leave", last), WHY]).await;
    assert_eq!(parted.leads_to, "/identity/decisions", "{}", parted.words());
    let left = steward.see(&part).await;
    assert!(!left.text.contains(&format!("id=\"leave-{last}\"")), "{}", left.words());
}
