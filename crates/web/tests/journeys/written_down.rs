//! What must not be seen, must be seen to, and is written down.

use super::*;

#[tokio::test]
async fn restricted_whereabouts_are_nowhere() {
    let world = given_the_partners_have_sent();
    let mut nurse = Browser::of(&world.router, "nurse").await;
    for person in ["Emma", "Freya"].map(|given| world.named(given, "Bartlett")) {
        let found = when_they_look_for(&mut nurse, &person.nhs_number.digits()).await;
        let mut pages = vec![found];
        let paths: Vec<String> = pages[0].links("/people/").into_iter().collect();
        assert!(!paths.is_empty());
        for path in paths {
            let record = nurse.see(&format!("{path}?years=all")).await;
            let entries = record.links(&format!("{path}/entries/"));
            for entry in entries.iter().take(40) {
                pages.push(nurse.see(entry).await);
            }
            pages.push(nurse.see(&format!("{path}/summary")).await);
            pages.push(record);
        }
        let practice = record::OrgCode::parse(person.practice).unwrap();
        let system = world.care.system();
        let practice = &system.organisation(&practice).unwrap().name;
        let squeezed = person.postcode.replace(' ', "");
        for page in pages {
            for tells in [
                person.postcode.as_str(),
                &squeezed,
                practice.as_str(),
                person.practice,
                "01632",
                "07700",
            ] {
                let main = page.text.split("<main").nth(1).unwrap_or("");
                assert!(!main.contains(tells), "{tells} is shown: {}", page.words());
            }
        }
    }
    let emma = world.named("Emma", "Bartlett");
    let by_postcode = when_they_look_for(&mut nurse, &format!("{} bar", emma.postcode)).await;
    assert!(by_postcode.words().contains("Nobody fits"), "{}", by_postcode.words());
}

/// SAFETY 2: where a restricted person lives may stand anywhere in what was sent, so none of it is shown: not of an
/// entry, not of one of its versions, not of an item in quarantine, to whoever may see what is sent of others.
#[tokio::test]
async fn safety_2_nothing_of_a_restricted_person_is_shown_as_it_was_sent() {
    let folder = tempfile::tempdir().unwrap();
    let care = store::empty(folder.path());
    let sent = [
        r#"{"resourceType":"Patient","id":"p1","meta":{"security":[{"code":"R"}]},"identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000026"}],"name":[{"family":"Marsh","given":["Ann"]}],"birthDate":"1950-04-03","gender":"female","address":[{"line":["1 Secret Row"]}]}"#,
        r#"{"resourceType":"Condition","id":"c1","code":{"text":"Asthma"},"subject":{"reference":"Patient/p1"},"note":[{"text":"Seen at 1 Secret Row"}]}"#,
        r#"{"resourceType":"AllergyIntolerance","id":"a1","patient":{"reference":"Patient/p1"},"note":[{"text":"Seen at 1 Secret Row"}]}"#,
    ];
    store::send(&care, "gp01-fhir", sent.join("\n").as_bytes(), store::now());
    let router = serving(&care);
    let mut nurse = Browser::of(&router, "nurse").await;
    let found = when_they_look_for(&mut nurse, "9990000026").await;
    let path = found.links("/people/")[0].clone();
    let record = nurse.see(&path).await;
    let entry = record.links(&format!("{path}/entries/"))[0].clone();
    let held = "/feeds/quarantine/1";
    let mut steward = Browser::of(&router, "steward").await;
    for browser in [&mut nurse, &mut steward] {
        let mut shown = 0;
        for place in [
            path.clone(),
            entry.clone(),
            format!("{entry}/as-sent"),
            format!("{entry}/versions/1"),
            format!("{entry}/versions/1/as-sent"),
            format!("{path}/held/1"),
            format!("{path}/summary"),
            "/feeds/quarantine".to_owned(),
            "/feeds/quarantine.csv".to_owned(),
            held.to_owned(),
            format!("{held}/as-sent"),
        ] {
            let answer = browser.open(&place).await;
            assert!(!answer.text.contains("Secret"), "{place}: {}", answer.text);
            assert!(
                !place.ends_with("as-sent") || answer.status == StatusCode::FORBIDDEN,
                "{place}: {}",
                answer.status
            );
            shown += u32::from(answer.status == StatusCode::OK);
        }
        assert!(shown >= 4, "{shown} pages were shown at all");
    }
    // Of someone whose whereabouts are no secret all of it is, so that it is the restriction that hides it.
    let open = sent.map(|line| line.replace(r#""meta":{"security":[{"code":"R"}]},"#, ""));
    let folder = tempfile::tempdir().unwrap();
    let care = store::empty(folder.path());
    store::send(&care, "gp01-fhir", open.join("\n").as_bytes(), store::now());
    let mut steward = Browser::of(&serving(&care), "steward").await;
    assert!(steward.see(held).await.text.contains("Secret"));
    assert!(steward.see(&format!("{held}/as-sent")).await.text.contains("Secret"));
}

#[tokio::test]
async fn entered_in_error_leaves_the_page_and_not_the_history() {
    let world = given_the_partners_have_sent();
    let margaret = world.named("Margaret", "Loveless");
    let id = &margaret
        .records
        .iter()
        .find(|record| record.sender == "DEMO-GP01")
        .unwrap()
        .local_id;
    let condition = |status: &str, at: &str| {
        format!(
            r#"{{"resourceType":"Condition","id":"wrong-1","meta":{{"lastUpdated":"{at}"}},"verificationStatus":{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"{status}"}}]}},"code":{{"text":"Gout of the left thumb"}},"subject":{{"reference":"Patient/{id}"}},"onsetDateTime":"2026-10-20"}}"#
        )
    };
    store::send(
        &world.care,
        "gp01-fhir",
        condition("confirmed", "2026-10-20T10:00:00Z").as_bytes(),
        store::now(),
    );
    let mut nurse = Browser::of(&world.router, "nurse").await;
    let (path, record) = when_they_open_the_record_of(&mut nurse, margaret).await;
    let before = record.text.find("Gout of the left thumb").unwrap();
    let entry = record.text[..before]
        .rsplit("href=\"")
        .next()
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    store::send(
        &world.care,
        "gp01-fhir",
        condition("entered-in-error", "2026-10-21T10:00:00Z").as_bytes(),
        store::now(),
    );
    assert!(
        !nurse
            .see(&format!("{path}?years=all"))
            .await
            .text
            .contains("Gout of the left thumb")
    );
    let history = nurse.see(&entry).await.words();
    assert!(
        history.contains("No longer on the record") && history.contains("Versions 2"),
        "{history}"
    );
}

#[tokio::test]
async fn something_is_wrong_reaches_a_queue_that_is_owned_and_closed() {
    let world = given_the_partners_have_sent();
    let mut nurse = Browser::of(&world.router, "nurse").await;
    let (path, record) = when_they_open_the_record_of(&mut nurse, world.named("Margaret", "Loveless")).await;
    let form = record.links("/wrong/new?about=")[0].clone();
    nurse.see(&form).await;
    let unsaid = nurse.send("/wrong", &[("about", &path)]).await;
    assert!(unsaid.words().contains("Choose what kind of thing is wrong"));
    let sent = nurse
        .send(
            "/wrong",
            &[
                ("about", &path),
                ("wrong", "fact"),
                ("said", "She had the left hip done"),
            ],
        )
        .await;
    assert!(sent.words().contains("Your report is number 1"), "{}", sent.words());
    assert_eq!(
        nurse.open("/wrong").await.status,
        StatusCode::FORBIDDEN,
        "the queue is the stewards'"
    );
    let mut steward = Browser::of(&world.router, "steward").await;
    let queue = steward.see("/wrong").await;
    assert!(queue.words().contains("She had the left hip done") && queue.words().contains("Nia Marlow"));
    let report = queue.links("/wrong/1")[0].clone();
    steward.see(&report).await;
    steward.send(&format!("{report}/owner"), &[]).await;
    assert!(steward.see(&report).await.words().contains("Owner Ruth Abbotsbury"));
    steward
        .send(
            &format!("{report}/closure"),
            &[("outcome", "The hospital corrected it")],
        )
        .await;
    assert!(
        steward
            .see("/wrong?state=closed")
            .await
            .words()
            .contains("The hospital corrected it (Ruth Abbotsbury")
    );
    assert!(!steward.see("/wrong").await.words().contains("left hip"));
}

#[tokio::test]
async fn every_page_answered_has_its_row_in_the_audit() {
    let world = given_the_partners_have_sent();
    let mut nurse = Browser::of(&world.router, "nurse").await;
    let (path, record) = when_they_open_the_record_of(&mut nurse, world.named("Margaret", "Loveless")).await;
    let entry = record.links(&format!("{path}/entries/"))[0].clone();
    for (page, act) in [
        (path.clone(), "read record"),
        (entry, "read as sent"),
        (format!("{path}/summary"), "print summary"),
        (format!("{path}/looked"), "read who looked"),
        ("/feeds".to_owned(), "read feeds"),
    ] {
        let before = world.audited().len();
        nurse.see(&page).await;
        let rows = world.audited();
        assert_eq!((rows.len(), rows[0].act.as_str()), (before + 1, act), "{page}");
    }
    let before = world.audited().len();
    let found = when_they_look_for(&mut nurse, "9990000026").await;
    let shown = found.links("/people/").len();
    assert_eq!(
        world.audited().len(),
        before + 1 + shown,
        "the search, and each person it showed"
    );
    assert_eq!(
        world
            .care
            .audit()
            .verify()
            .unwrap()
            .map_err(|what| panic!("{what}"))
            .unwrap() as usize,
        before + 1 + shown
    );
}

#[tokio::test]
async fn safety_12_nothing_personal_stands_in_an_address_or_a_title() {
    let world = given_the_partners_have_sent();
    given_something_unreadable_came(&world);
    let mut nurse = Browser::of(&world.router, "nurse").await;
    let (path, record) = when_they_open_the_record_of(&mut nurse, world.named("Margaret", "Loveless")).await;
    let mut pages = vec![
        nurse.see(&format!("{path}/summary")).await,
        nurse.see(&format!("{path}/looked")).await,
    ];
    pages.push(nurse.see(&record.links(&format!("{path}/entries/"))[0]).await);
    pages.push(record);
    pages.push(when_they_look_for(&mut nurse, "9990000026").await);
    for page in pages {
        let title = page
            .text
            .split("<title>")
            .nth(1)
            .unwrap()
            .split("</title>")
            .next()
            .unwrap()
            .to_lowercase();
        assert!(!title.contains("loveless") && !title.contains("999"), "{title}");
        for link in page.links("") {
            let link = link.to_lowercase();
            assert!(
                !link.contains("loveless") && !link.contains("margaret") && !link.contains("999000"),
                "{link}"
            );
        }
    }
    assert!(
        nurse.asked.iter().all(|path| !path.to_lowercase().contains("lov")),
        "{:?}",
        nurse.asked
    );
    for row in world.audited() {
        let row = format!("{row:?}").to_lowercase();
        assert!(!row.contains("loveless") && !row.contains("9990000026"), "{row}");
    }
}

/// SAFETY 6: for downtime, with what stands first, signed and written down as printed.
#[tokio::test]
async fn safety_6_a_dated_summary_prints_and_is_written_down() {
    let world = given_the_partners_have_sent();
    let mut nurse = Browser::of(&world.router, "nurse").await;
    let (path, _) = when_they_open_the_record_of(&mut nurse, world.named("Margaret", "Loveless")).await;
    let words = nurse.see(&format!("{path}/summary")).await.words();
    let nurse_name = DEMO_USERS.iter().find(|user| user.user == "nurse").unwrap().name;
    let printed = words.split("Printed ").nth(1).unwrap();
    assert!(printed.starts_with("2 November 2026"), "{printed}");
    assert!(
        printed
            .split("True only as of then")
            .next()
            .unwrap()
            .contains(nurse_name),
        "{printed}"
    );
    for label in [
        "Allergies",
        "Resuscitation",
        "Death",
        "Power of attorney for health",
        "Nothing received from",
    ] {
        assert!(words.contains(label), "{label}");
    }
    let row = &world.audited()[0];
    assert_eq!((row.act.as_str(), row.outcome.as_str()), ("print summary", "granted"));
    assert_eq!(row.person.map(|person| format!("/people/{person}")), Some(path));
}

/// SAFETY 18: on what is shown, printed, taken away as a table, and read by another system.
#[tokio::test]
async fn safety_18_invented_people_stands_on_pages_prints_tables_and_fhir() {
    let world = given_the_partners_have_sent();
    given_something_unreadable_came(&world);
    let mut nurse = Browser::of(&world.router, "nurse").await;
    let (path, record) = when_they_open_the_record_of(&mut nurse, world.named("Margaret", "Loveless")).await;
    let mut shown = vec![record.text, nurse.see(&format!("{path}/summary")).await.text];
    let mut steward = Browser::of(&world.router, "steward").await;
    shown.push(steward.see("/feeds/quarantine.csv").await.text);
    let person = path.rsplit('/').next().unwrap();
    for read in [
        "/fhir/metadata".to_owned(),
        format!("/fhir/Patient/{person}"),
        format!("/fhir/Condition?patient={person}"),
        format!("/fhir/Patient/{person}/$everything"),
    ] {
        shown.push(nurse.see(&read).await.text);
    }
    for text in shown {
        assert!(text.to_lowercase().contains("invented"), "{text}");
    }
}
