//! A project from an analyst's proposal to a practice's list, as each of them does it.

use super::counts::given_everybody_was_counted;
use super::*;

const PROPOSAL: [(&str, &str); 5] = [
    ("name", "Feet of people with diabetes"),
    (
        "question",
        "Find whose feet were not looked at; counts do not tell their teams",
    ),
    ("step", "Offer a foot check"),
    ("owner", "Dr Ruth Alder, diabetes lead"),
    ("days", "90"),
];

/// The value of a choice on a page, by its words.
fn value_of(page: &str, words: &str) -> String {
    let before = page.split(&format!(">{words}<")).next().unwrap();
    before
        .rsplit("value=\"")
        .next()
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn an_analyst_has_people_picked_out_and_only_their_own_practice_learns_who() {
    let world = given_the_partners_have_sent();
    given_everybody_was_counted(&world);
    let mut analyst = Browser::of(&world.router, "analyst").await;
    let empty = analyst.send("/projects", &[("name", "Feet")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.words().contains("why counts alone will not do") && empty.text.contains("value=\"Feet\""));
    let project = analyst.send("/projects", &PROPOSAL).await.leads_to;
    let waits = analyst.see(&project).await;
    assert!(waits.words().contains("Waits for an answer") && !waits.text.contains("Make a list"));
    let mut privacy = Browser::of(&world.router, "privacy").await;
    assert!(
        privacy
            .see("/projects")
            .await
            .words()
            .contains("Feet of people with diabetes")
    );
    let unsaid = privacy
        .send(&format!("{project}/answer"), &[("answer", "agree"), ("words", "")])
        .await;
    assert!(unsaid.words().contains("Write why"), "{}", unsaid.words());
    let said = [("answer", "agree"), ("words", "public task; direct care")];
    assert_eq!(
        privacy.send(&format!("{project}/answer"), &said).await.leads_to,
        project
    );
    let runs = analyst.see(&project).await;
    assert!(runs.words().contains("public task; direct care") && runs.text.contains("Make a list"));
    // Any condition that enough people may be found by.
    let conditions = runs
        .text
        .split("id=\"of\"")
        .nth(1)
        .unwrap()
        .split("</select>")
        .next()
        .unwrap();
    let words = conditions
        .split("<option")
        .nth(2)
        .unwrap()
        .split('>')
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap();
    let code = value_of(conditions, words);
    let none = analyst.send(&format!("{project}/lists"), &[("of", "")]).await;
    assert!(none.words().contains("Choose from the list"), "{}", none.words());
    analyst.send(&format!("{project}/lists"), &[("of", &code)]).await;
    let page = analyst.see(&project).await;
    assert!(
        page.words().contains("About ") && page.links("/people/").is_empty(),
        "{}",
        page.words()
    );
    assert_eq!(analyst.open("/lists").await.status, StatusCode::FORBIDDEN);
    // The practice finds those registered with it.
    let mut gp = Browser::of(&world.router, "gp").await;
    let lists = gp.see("/lists").await;
    assert!(lists.words().contains("Offer a foot check"));
    let list = lists.links("/lists/")[0].clone();
    let opened = gp.see(&list).await;
    let told = opened.words();
    for says in [
        "Possible:",
        "Dr Ruth Alder",
        "As known on",
        "written down for each person",
    ] {
        assert!(told.contains(says) || lists.words().contains(says), "{says}: {told}");
    }
    let people = opened.links("/people/");
    assert!(!people.is_empty(), "{told}");
    let pseudonym = opened
        .text
        .split("data-label=\"Pseudonym\">")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap()
        .to_owned();
    let found = gp.send("/lists/person", &[("pseudonym", &pseudonym)]).await;
    assert_eq!(found.leads_to, people[0]);
    gp.see(&found.leads_to).await;
    // Those who do not care for them learn the same of it as of one that stands for nobody.
    let mut nurse = Browser::of(&world.router, "nurse").await;
    let one = nurse.send("/lists/person", &[("pseudonym", &pseudonym)]).await;
    let nobody = nurse.send("/lists/person", &[("pseudonym", "0000-0000-0000")]).await;
    assert_eq!(one.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        one.words().replace(&pseudonym, ""),
        nobody.words().replace("0000-0000-0000", "")
    );
    let mistyped = nurse.send("/lists/person", &[("pseudonym", "feet")]).await;
    assert!(mistyped.words().contains("may be mistyped"));
    assert!(
        nurse
            .see(&list)
            .await
            .words()
            .contains("Nobody in your care is on this list")
    );
    // The person reads that they were shown.
    let looked = gp.see(&format!("{}/looked", people[0])).await.words();
    assert!(looked.contains("list"), "{looked}");
    let looked = gp.see(&format!("{}/looked", people[0])).await.words();
    assert!(
        looked.contains("Nothing: asked for who stands behind a pseudonym of a project"),
        "{looked}"
    );
    // Once it ends nobody opens anything.
    assert!(
        privacy
            .send(&format!("{project}/end"), &[("why", " ")])
            .await
            .words()
            .contains("Write why it ends")
    );
    privacy.send(&format!("{project}/end"), &[("why", "it is done")]).await;
    assert_eq!(gp.open(&list).await.status, StatusCode::NOT_FOUND);
    assert!(gp.see("/lists").await.words().contains("There is no list now"));
    assert!(analyst.see(&project).await.words().contains("who was on them is gone"));
}
