//! What people find when they open their own record, and those who act for somebody when they open theirs.

use super::rights::margaret;
use super::*;

async fn reports(browser: &mut Browser, path: &str, said: &str) {
    browser.see(&format!("/wrong/new?about={path}")).await;
    let fields = [("about", path), ("wrong", "fact"), ("said", said)];
    let sent = browser.send("/wrong", &fields).await;
    assert!(sent.words().contains("Your report is number"), "{}", sent.words());
    assert!(
        sent.links("/wrong").contains(&"/wrong".to_owned()),
        "they can come back to it"
    );
}

async fn the_steward(steward: &mut Browser, number: i64, does: &str, fields: &[(&str, &str)]) {
    steward.see(&format!("/wrong/{number}")).await;
    let done = steward.send(&format!("/wrong/{number}/{does}"), fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.words());
}

#[tokio::test]
async fn safety_9_a_resident_reads_her_record_in_plain_words_with_whom_to_ask() {
    let world = given_the_partners_have_sent();
    let (mut resident, path) = margaret(&world).await;
    let page = resident.see(&path).await;
    let words = page.words();
    for said in [
        "Hello, Peggy",
        "What is next",
        "Allergy to penicillin",
        "Services do not agree about this",
        "No medicine is written here",
        "Tests",
        "How hard the blood pushes as it goes round",
        "Chesil View Surgery : 01632 960201",
        "Wishes and plans for an emergency",
        "Who has looked",
        "Something is wrong?",
        "Nobody reads this straight away",
        "999",
        "111",
    ] {
        let missing_is_fine = said.starts_with("No medicine") && words.contains("Do not stop or change a medicine");
        assert!(words.contains(said) || missing_is_fine, "“{said}”: {words}");
    }
    let next = words.find("What is next").unwrap();
    assert!(next < words.find("Allergies Services").unwrap(), "{words}");
    for staff in [
        "Timeline",
        "Senders disagree",
        "May be the same",
        "SNOMED",
        "38341003",
        "Two pages",
    ] {
        assert!(!words.contains(staff), "“{staff}” is for staff: {words}");
    }
    assert!(page.text.contains("Leave this site now"));
    // Everything else is one press away, and nothing that she could read before is lost.
    let all = resident.see(&format!("{path}?years=all")).await.words();
    assert!(all.contains("Your record by date"), "{all}");
    let entry = page.links(&format!("{path}/entries/"))[0].clone();
    let opened = resident.see(&entry).await.words();
    assert!(
        !opened.contains("SNOMED") && opened.contains("Not sure what this means"),
        "{opened}"
    );
    // Staff keep their own page.
    let mut nurse = Browser::of(&world.router, "nurse").await;
    let staff = nurse.see(&path).await;
    assert!(staff.words().contains("Read first in an emergency") && !staff.words().contains("Hello"));
    assert!(!staff.text.contains("Leave this site now"));
}

#[tokio::test]
async fn safety_9_who_acts_for_somebody_reads_their_record_and_nothing_of_who_looked() {
    let world = given_the_partners_have_sent();
    let (_, path) = margaret(&world).await;
    let mut carer = Browser::of(&world.router, "carer").await;
    let page = carer.see(&path).await;
    let words = page.words();
    assert!(words.contains("Peggy’s record") && !words.contains("Hello"), "{words}");
    assert!(words.contains("Allergy to penicillin"), "{words}");
    assert!(!page.text.to_lowercase().contains("who has looked"), "{words}");
    assert!(page.links(&format!("{path}/sharing")).is_empty());
    assert!(page.text.contains("Leave this site now"));
}

#[tokio::test]
async fn safety_9_whoever_reads_at_home_leaves_at_once_and_is_signed_out() {
    let world = given_the_partners_have_sent();
    let (mut resident, path) = margaret(&world).await;
    // A form that is not ours signs nobody out, but leads away all the same.
    let strange = resident.send_without_token("/sign-out", &[("away", "yes")]).await;
    assert!(strange.words().contains("The weather"), "{}", strange.words());
    resident.see(&path).await;
    let left = resident.send("/sign-out", &[("away", "yes")]).await;
    assert_eq!(left.status, StatusCode::OK);
    assert!(
        !left.text.contains("record") && left.words().contains("The weather"),
        "{}",
        left.text
    );
    assert_eq!(resident.open(&path).await.status, StatusCode::SEE_OTHER, "signed out");
}

#[tokio::test]
async fn whoever_reports_something_keeps_their_menu_and_reads_what_became_of_it() {
    let world = given_the_partners_have_sent();
    let (mut resident, path) = margaret(&world).await;
    let form = resident.see(&format!("/wrong/new?about={path}")).await;
    for page in ["looked", "sharing"] {
        assert!(
            form.links(&path).contains(&format!("{path}/{page}")),
            "the menu loses {page}"
        );
    }
    assert!(resident.see("/wrong").await.words().contains("You have not told us"));
    reports(&mut resident, &path, "I never had a left hip done").await;
    let waits = resident.see("/wrong").await;
    assert!(waits.words().contains("Number 1: waiting"), "{}", waits.words());
    assert!(waits.links(&path).contains(&format!("{path}/looked")), "the menu again");
    let mut steward = Browser::of(&world.router, "steward").await;
    the_steward(&mut steward, 1, "owner", &[]).await;
    let looked_at = resident.see("/wrong").await.words();
    assert!(looked_at.contains("Number 1: being looked at"), "{looked_at}");
    assert!(!looked_at.contains("Abbotsbury"), "no name of staff: {looked_at}");
    the_steward(&mut steward, 1, "closure", &[("outcome", "The hospital took it off")]).await;
    let told = resident.see("/wrong").await.words();
    assert!(
        told.contains("Number 1: answered") && told.contains("The hospital took it off"),
        "{told}"
    );
    assert!(resident.see(&path).await.words().contains("1 is answered"));
    assert_eq!(
        resident.open("/wrong/1").await.status,
        StatusCode::FORBIDDEN,
        "the queue is the stewards’"
    );
}

/// SAFETY 9: an answer about a record is for whom the record opens to when they ask.
#[tokio::test]
async fn safety_9_an_answer_is_told_to_nobody_whom_the_record_no_longer_opens_to() {
    let world = given_the_partners_have_sent();
    let (mut resident, path) = margaret(&world).await;
    let mut carer = Browser::of(&world.router, "carer").await;
    reports(&mut carer, &path, "Her tablets are wrong").await;
    let hers = resident.see("/wrong").await.words();
    assert!(
        !hers.contains("Her tablets are wrong"),
        "what another reported is theirs: {hers}"
    );
    let mut steward = Browser::of(&world.router, "steward").await;
    the_steward(&mut steward, 1, "closure", &[("outcome", "The dose was halved")]).await;
    assert!(carer.see("/wrong").await.words().contains("The dose was halved"));
    let mut social = Browser::of(&world.router, "social").await;
    let online = format!("{path}/sharing/online");
    social.see(&online).await;
    social
        .send(&online, &[("whose", "carer"), ("words", "made to show it")])
        .await;
    let shut = carer.see("/wrong").await.words();
    assert!(
        shut.contains("Number 1: answered") && shut.contains("the answer is not shown here"),
        "{shut}"
    );
    assert!(!shut.contains("The dose was halved"), "{shut}");
}

#[tokio::test]
async fn safety_8_a_front_desk_reads_how_to_reach_somebody_and_finds_its_way_back() {
    let world = given_the_partners_have_sent();
    let (_, record) = super::rights::margaret(&world).await;
    let margaret = world.named("Margaret", "Loveless");
    let mut desk = Browser::of(&world.router, "reception").await;
    let found = when_they_look_for(&mut desk, &traits(margaret)).await;
    let path = found.links("/people/")[0].clone();
    assert!(path.ends_with("/preferences"), "{path}");
    let page = desk.see(&path).await;
    let words = page.words();
    assert!(
        words.contains("What reaches them") && words.contains("Telephone: "),
        "{words}"
    );
    assert!(words.contains(&margaret.postcode), "{words}");
    assert!(
        words.find("What the person said").unwrap() < words.find("What reaches them").unwrap(),
        "how not to reach her is read before her number: {words}"
    );
    for care in [
        "penicillin",
        "resuscitation",
        "Blood pressure",
        "Dorset HealthCare",
        "Falls",
    ] {
        assert!(
            !words.contains(care),
            "“{care}” is no business of a front desk: {words}"
        );
    }
    assert!(
        page.text.contains(r#"class="nhsuk-back-link" href="/people""#),
        "a way back"
    );
    // SAFETY 2: of whom it must not be known, it says so and no more.
    let emma = world.named("Emma", "Bartlett");
    let mut nurse = Browser::of(&world.router, "nurse").await;
    let (restricted, _) = when_they_open_the_record_of(&mut nurse, emma).await;
    let page = nurse.see(&format!("{restricted}/preferences")).await;
    assert!(page.words().contains("not shown to anybody here"), "{}", page.words());
    assert!(!page.text.contains(&emma.postcode) && !page.words().contains("Telephone: "));
    // Whoever acts for her is not told where she lives.
    let mut carer = Browser::of(&world.router, "carer").await;
    let kept = carer.see(&format!("{record}/preferences")).await;
    assert!(!kept.text.contains(&margaret.postcode), "{}", kept.words());
}

#[tokio::test]
async fn a_row_that_could_not_be_read_is_told_by_its_number_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let care = store::empty(folder.path());
    let feed = care.system().feed("falls-buddy-visits").unwrap().clone();
    let Some(record::system::Layout::Columns(mapping)) = feed.table.map(|table| table.layout) else {
        panic!("the falls buddies send a table with columns")
    };
    let heading = mapping.columns.join(",");
    let file = format!("{heading}\n\nonly,two\n");
    store::send(&care, "falls-buddy-visits", file.as_bytes(), store::now());
    let mut steward = Browser::of(&serving(&care), "steward").await;
    let list = steward.see("/feeds/quarantine").await;
    assert!(list.words().contains("row 3 of the file"), "{}", list.words());
    let item = list.links("/feeds/quarantine/")[0].clone();
    let words = steward.see(&item).await.words();
    assert!(words.contains("Where it stood row 3 of the file"), "{words}");
}
