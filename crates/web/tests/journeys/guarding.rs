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

/// STYLE 19: every role, every route, one table. A route that is added must be added here.
#[tokio::test]
async fn who_may_open_what() {
    let world = given_the_partners_have_sent();
    given_something_unreadable_came(&world);
    care::access::bind_demo_users(
        &world.care,
        record::NhsNumber::parse("9990000026").unwrap(),
        store::now(),
    )
    .unwrap();
    let mut nurse = Browser::of(&world.router, "nurse").await;
    let (person, record) = when_they_open_the_record_of(&mut nurse, world.named("Margaret", "Loveless")).await;
    let entry = record.links(&format!("{person}/entries/"))[0].clone();
    let held = record.links(&format!("{person}/held/"))[0].clone();
    nurse
        .send("/wrong", &[("about", &person), ("wrong", "fact"), ("said", "x")])
        .await;
    let mut steward = Browser::of(&world.router, "steward").await;
    let item = steward.see("/feeds/quarantine").await.links("/feeds/quarantine/")[0].clone();
    let routes = [
        ("GET /", "/".to_owned()),
        ("GET /people", "/people".to_owned()),
        ("POST /people", "/people".to_owned()),
        ("GET /people/{id}", person.clone()),
        ("GET /people/{id}/summary", format!("{person}/summary")),
        ("GET /people/{id}/looked", format!("{person}/looked")),
        ("GET /people/{id}/held/{number}", held),
        ("GET /people/{id}/entries/{name}", entry.clone()),
        ("GET /people/{id}/entries/{name}/as-sent", format!("{entry}/as-sent")),
        (
            "GET /people/{id}/entries/{name}/versions/{number}",
            format!("{entry}/versions/1"),
        ),
        (
            "GET /people/{id}/entries/{name}/versions/{number}/as-sent",
            format!("{entry}/versions/1/as-sent"),
        ),
        ("GET /feeds", "/feeds".to_owned()),
        ("GET /feeds/quarantine", "/feeds/quarantine".to_owned()),
        ("GET /feeds/quarantine.csv", "/feeds/quarantine.csv".to_owned()),
        ("GET /feeds/quarantine/{number}", item.clone()),
        ("GET /feeds/quarantine/{number}/as-sent", format!("{item}/as-sent")),
        ("POST /feeds/quarantine/{number}/retry", format!("{item}/retry")),
        ("POST /feeds/quarantine/{number}/mended", format!("{item}/mended")),
        ("POST /feeds/quarantine/{number}/discard", format!("{item}/discard")),
        ("GET /identity", "/identity".to_owned()),
        ("POST /identity/pairs/{a}/{b}", "/identity/pairs/1/2".to_owned()),
        ("GET /identity/check", "/identity/check".to_owned()),
        ("POST /identity/check/{a}/{b}", "/identity/check/1/2".to_owned()),
        ("GET /identity/decisions", "/identity/decisions".to_owned()),
        (
            "POST /identity/decisions/{number}/undo",
            "/identity/decisions/1/undo".to_owned(),
        ),
        (
            "GET /identity/people/{id}",
            person.replace("/people/", "/identity/people/"),
        ),
        (
            "POST /identity/people/{id}",
            person.replace("/people/", "/identity/people/"),
        ),
        ("GET /identity/quality", "/identity/quality".to_owned()),
        ("POST /identity/models", "/identity/models".to_owned()),
        ("POST /identity/models/{number}", "/identity/models/0".to_owned()),
        ("GET /wrong", "/wrong".to_owned()),
        ("GET /wrong/new", "/wrong/new".to_owned()),
        ("POST /wrong", "/wrong".to_owned()),
        ("GET /wrong/{number}", "/wrong/1".to_owned()),
        ("POST /wrong/{number}/owner", "/wrong/1/owner".to_owned()),
        ("POST /wrong/{number}/closure", "/wrong/1/closure".to_owned()),
        ("GET /people/{id}/emergency", format!("{person}/emergency")),
        ("POST /people/{id}/emergency", format!("{person}/emergency")),
        ("GET /people/{id}/documents/{name}", format!("{person}/documents/x")),
        (
            "GET /people/{id}/documents/{name}/{number}",
            format!("{person}/documents/x/1"),
        ),
        (
            "GET /people/{id}/documents/{name}/{number}/file",
            format!("{person}/documents/x/1/file"),
        ),
        ("GET /mine", "/mine".to_owned()),
        ("GET /emergencies", "/emergencies".to_owned()),
        (
            "POST /emergencies/{number}/checked",
            "/emergencies/1/checked".to_owned(),
        ),
        ("GET /audit", "/audit".to_owned()),
        ("POST /audit", "/audit".to_owned()),
        ("GET /sign-in", "/sign-in".to_owned()),
        ("POST /sign-in", "/sign-in".to_owned()),
        ("GET /sign-in/provider", "/sign-in/provider".to_owned()),
        ("GET /sign-in/returned", "/sign-in/returned".to_owned()),
        ("GET /enrol", "/enrol".to_owned()),
        ("POST /enrol", "/enrol".to_owned()),
        ("POST /enrol/account", "/enrol/account".to_owned()),
        ("GET /account", "/account".to_owned()),
        (
            "POST /account/sessions/{number}/end",
            "/account/sessions/00/end".to_owned(),
        ),
        ("GET /account/password", "/account/password".to_owned()),
        ("POST /account/password", "/account/password".to_owned()),
        ("POST /account/recovery", "/account/recovery".to_owned()),
        ("POST /account/everywhere", "/account/everywhere".to_owned()),
        ("GET /accessibility", "/accessibility".to_owned()),
        ("GET /privacy", "/privacy".to_owned()),
        ("GET /figures", "/figures".to_owned()),
        ("GET /contact", "/contact".to_owned()),
        ("GET /healthy", "/healthy".to_owned()),
        ("GET /nowhere", "/nowhere".to_owned()),
        ("POST /sign-out", "/sign-out".to_owned()),
    ];
    let mut table = format!("{:<62}", "");
    let mut browsers = vec![("nobody", Browser::fresh(&world.router))];
    for user in DEMO_USERS
        .iter()
        .filter(|user| !["gp", "ward", "community", "board"].contains(&user.user))
    {
        browsers.push((user.user, Browser::of(&world.router, user.user).await));
    }
    // Wrong tries are counted by where they come from.
    for (at, (_, browser)) in browsers.iter_mut().enumerate() {
        browser.network = format!("192.0.2.{at}");
    }
    browsers
        .iter()
        .for_each(|(user, _)| table.push_str(&format!("{user:<10}")));
    for (name, path) in &routes {
        table.push_str(&format!("\n{name:<62}"));
        for (user, browser) in &mut browsers {
            let status = match name.starts_with("POST") {
                true => browser.send(path, &[("asked", "9990000026")]).await.status,
                false => browser.open(path).await.status,
            };
            table.push_str(&format!("{:<10}", status.as_u16()));
            if path == "/account/everywhere" && *user != "nobody" {
                *browser = Browser::of(&world.router, user).await;
            }
        }
    }
    let table: Vec<&str> = table.lines().map(str::trim_end).collect();
    let reviewed: Vec<&str> = REVIEWED.trim_matches('\n').lines().map(str::trim_end).collect();
    assert_eq!(table, reviewed, "\n{}\n", table.join("\n"));
}

/// Reviewed as a whole. 200 a page; 303 led on, or to sign-in; 401 asked to sign in with the form kept; 403
/// refused; 404 nothing here.
const REVIEWED: &str = "
                                                              nobody    nurse     social    link      engineer  steward   privacy   reception analyst   resident  carer
GET /                                                         303       303       303       200       303       303       303       303       200       303       303
GET /people                                                   303       200       200       403       403       200       403       200       403       403       403
POST /people                                                  401       200       200       403       403       200       403       200       403       403       403
GET /people/{id}                                              303       200       200       403       403       200       403       403       403       200       200
GET /people/{id}/summary                                      303       200       200       403       403       403       403       403       403       200       200
GET /people/{id}/looked                                       303       200       200       403       403       200       200       403       403       200       403
GET /people/{id}/held/{number}                                303       200       403       403       403       200       403       403       403       403       403
GET /people/{id}/entries/{name}                               303       200       200       403       403       200       403       403       403       200       200
GET /people/{id}/entries/{name}/as-sent                       303       200       403       403       403       200       403       403       403       403       403
GET /people/{id}/entries/{name}/versions/{number}             303       200       403       403       403       200       403       403       403       403       403
GET /people/{id}/entries/{name}/versions/{number}/as-sent     303       200       403       403       403       200       403       403       403       403       403
GET /feeds                                                    303       200       200       403       200       200       200       403       403       403       403
GET /feeds/quarantine                                         303       403       403       403       200       200       403       403       403       403       403
GET /feeds/quarantine.csv                                     303       403       403       403       200       200       403       403       403       403       403
GET /feeds/quarantine/{number}                                303       403       403       403       200       200       403       403       403       403       403
GET /feeds/quarantine/{number}/as-sent                        303       403       403       403       200       200       403       403       403       403       403
POST /feeds/quarantine/{number}/retry                         401       403       403       403       303       303       403       403       403       403       403
POST /feeds/quarantine/{number}/mended                        401       403       403       403       200       200       403       403       403       403       403
POST /feeds/quarantine/{number}/discard                       401       403       403       403       200       200       403       403       403       403       403
GET /identity                                                 303       403       403       403       403       200       403       403       403       403       403
POST /identity/pairs/{a}/{b}                                  401       403       403       403       403       200       403       403       403       403       403
GET /identity/check                                           303       403       403       403       403       200       403       403       403       403       403
POST /identity/check/{a}/{b}                                  401       403       403       403       403       200       403       403       403       403       403
GET /identity/decisions                                       303       403       403       403       403       200       403       403       403       403       403
POST /identity/decisions/{number}/undo                        401       403       403       403       403       404       403       403       403       403       403
GET /identity/people/{id}                                     303       403       403       403       403       200       403       403       403       403       403
POST /identity/people/{id}                                    401       403       403       403       403       200       403       403       403       403       403
GET /identity/quality                                         303       403       403       403       403       200       403       403       403       403       403
POST /identity/models                                         401       403       403       403       403       200       403       403       403       403       403
POST /identity/models/{number}                                401       403       403       403       403       303       403       403       403       403       403
GET /wrong                                                    303       403       403       403       403       200       403       403       403       403       403
GET /wrong/new                                                303       200       200       200       200       200       200       200       200       200       200
POST /wrong                                                   401       200       200       200       200       200       200       200       200       200       200
GET /wrong/{number}                                           303       403       403       403       403       200       403       403       403       403       403
POST /wrong/{number}/owner                                    401       403       403       403       403       303       403       403       403       403       403
POST /wrong/{number}/closure                                  401       403       403       403       403       200       403       403       403       403       403
GET /people/{id}/emergency                                    303       200       200       403       403       403       403       403       403       403       403
POST /people/{id}/emergency                                   401       422       422       403       403       403       403       403       403       403       403
GET /people/{id}/documents/{name}                             303       404       404       403       403       404       403       403       403       404       404
GET /people/{id}/documents/{name}/{number}                    303       404       404       403       403       404       403       403       403       404       404
GET /people/{id}/documents/{name}/{number}/file               303       404       404       403       403       404       403       403       403       404       404
GET /mine                                                     303       200       200       403       403       200       403       403       403       403       403
GET /emergencies                                              303       403       403       403       403       403       200       403       403       403       403
POST /emergencies/{number}/checked                            401       403       403       403       403       403       422       403       403       403       403
GET /audit                                                    303       403       403       403       403       403       200       403       403       403       403
POST /audit                                                   401       403       403       403       403       403       200       403       403       403       403
GET /sign-in                                                  200       200       200       200       200       200       200       200       200       200       200
POST /sign-in                                                 403       403       403       403       403       403       403       403       403       403       403
GET /sign-in/provider                                         404       404       404       404       404       404       404       404       404       404       404
GET /sign-in/returned                                         404       404       404       404       404       404       404       404       404       404       404
GET /enrol                                                    200       200       200       200       200       200       200       200       200       200       200
POST /enrol                                                   422       422       422       422       422       422       422       422       422       422       422
POST /enrol/account                                           422       422       422       422       422       422       422       422       422       422       422
GET /account                                                  303       200       200       200       200       200       200       200       200       200       200
POST /account/sessions/{number}/end                           401       404       404       404       404       404       404       404       404       404       404
GET /account/password                                         303       404       404       404       404       404       404       404       404       404       404
POST /account/password                                        303       404       404       404       404       404       404       404       404       404       404
POST /account/recovery                                        401       404       404       404       404       404       404       404       404       404       404
POST /account/everywhere                                      401       303       303       303       303       303       303       303       303       303       303
GET /accessibility                                            200       200       200       200       200       200       200       200       200       200       200
GET /privacy                                                  200       200       200       200       200       200       200       200       200       200       200
GET /figures                                                  200       200       200       200       200       200       200       200       200       200       200
GET /contact                                                  200       200       200       200       200       200       200       200       200       200       200
GET /healthy                                                  200       200       200       200       200       200       200       200       200       200       200
GET /nowhere                                                  303       404       404       404       404       404       404       404       404       404       404
POST /sign-out                                                303       303       303       303       303       303       303       303       303       303       303
";
