//! Counting for planning, as those who plan do it, and a type 1 opt-out as a practice records it.

use super::rights::margaret;
use super::*;
use care::access::JobGrant;

pub fn given_everybody_was_counted(world: &World) -> usize {
    let key = care::access::account::AccountKey::new([9; 32]);
    care::counts::take(&world.care, &JobGrant::for_job("test"), &key, store::now()).unwrap()
}

#[tokio::test]
async fn an_analyst_comes_to_counts_asks_and_is_shown_nobody() {
    let world = given_the_partners_have_sent();
    let mut analyst = Browser::of(&world.router, "analyst").await;
    assert_eq!(analyst.open("/").await.leads_to, "/counts", "their front door");
    let early = analyst.see("/counts").await.words();
    assert!(early.contains("The first counts are being made"), "{early}");
    let people = given_everybody_was_counted(&world);
    let page = analyst.see("/counts?by=sex&and=age").await;
    let words = page.words();
    for told in [
        "Everybody:",
        "Women and girls",
        "Men and boys",
        "85 and over",
        "Fewer than 8",
        "written down with who asked it",
        "with a type 1 opt-out",
    ] {
        assert!(words.contains(told), "{told}: {words}");
    }
    for hidden in ["Loveless", "Margaret", "999 000 0026"] {
        assert!(!page.text.contains(hidden), "{hidden}");
    }
    assert!(
        people > 8 && page.links("/people/").is_empty(),
        "nothing leads to anybody"
    );
    // What is asked in the address and makes no sense asks for everybody by age.
    let odd = analyst
        .see("/counts?by=number&and=%00&of=http%3A%2F%2Fno%7C1")
        .await
        .words();
    assert!(
        odd.contains("is not in the list") && odd.contains("Everybody, by age"),
        "{odd}"
    );
    let mut board = Browser::of(&world.router, "board").await;
    assert!(board.see("/counts?by=council").await.words().contains("Council area"));
}

#[tokio::test]
async fn safety_10_her_practice_records_a_type_1_opt_out_she_reads_it_and_nobody_else_may() {
    let world = given_the_partners_have_sent();
    let (mut resident, path) = margaret(&world).await;
    let form = format!("{path}/sharing/type-1");
    for user in ["nurse", "privacy", "resident"] {
        let mut other = Browser::of(&world.router, user).await;
        let refused = other.open(&form).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{user}");
        assert!(refused.words().contains("GP practice"), "{user}: {}", refused.words());
    }
    let mut gp = Browser::of(&world.router, "gp").await;
    let sharing = gp.see(&format!("{path}/sharing")).await;
    assert!(!sharing.links(&form).is_empty(), "a practice finds it");
    let before = gp.see(&form).await.words();
    assert!(
        before.contains("It is not an objection to the shared record"),
        "{before}"
    );
    let unsaid = gp.send(&form, &[("words", " ")]).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unsaid.words().contains("Write how the person told you"));
    let said = [("words", "her letter of 3 March")];
    assert_eq!(gp.send(&form, &said).await.leads_to, format!("{path}/sharing"));
    assert!(gp.send(&form, &said).await.words().contains("recorded already"));
    let page = resident.see(&format!("{path}/sharing")).await.words();
    assert!(page.contains("You have a type 1 opt-out"), "{page}");
    let mut nurse = Browser::of(&world.router, "nurse").await;
    assert!(
        nurse.see(&path).await.words().contains("penicillin"),
        "care goes on as before"
    );
    let page = gp.see(&format!("{path}/sharing")).await;
    let back = page
        .links(&format!("{path}/sharing/"))
        .into_iter()
        .find(|link| link.rsplit('/').next().is_some_and(|last| last.parse::<i64>().is_ok()))
        .unwrap();
    gp.send(&back, &[("words", "she changed her mind")]).await;
    let page = resident.see(&format!("{path}/sharing")).await.words();
    assert!(page.contains("What was taken back"), "{page}");
}
