// People are picked out for those who care for them: an analyst says whom and learns how many, a privacy officer agrees, the
// practice finds its own, and nobody else finds anybody.
import { phone } from "../browser.mjs";

// People are counted for the first time soon after the program has started.
async function whenCounted(analyst) {
  for (let tries = 0; tries < 60; tries += 1) {
    await analyst.go("/counts");
    if (!(await analyst.words()).includes("The first counts are being made")) return;
    await new Promise((resolve) => { setTimeout(resolve, 1_000); });
  }
}

async function picksOut(show) {
  const analyst = await show.as("analyst");
  await whenCounted(analyst);
  await analyst.press("Projects", "nav");
  await analyst.type("What it is called", "Pressure at home");
  await analyst.type(/What you want to do/, "Whose raised pressure was not measured at home; counts do not tell their teams");
  await analyst.press("Propose it");
  await analyst.sees("There is a problem", "what care teams are asked to do", "clinician who answers for it");
  await analyst.type(/What care teams are asked to do/, "Lend a monitor for a week");
  await analyst.type(/The clinician who answers for it/, "Dr Ruth Alder, heart lead");
  await analyst.press("Propose it");
  await analyst.sees("Waits for an answer", "Whose raised pressure was not measured at home");
  await analyst.seesNot("Make a list");
  const project = analyst.path();

  const officer = await show.as("privacy");
  await officer.press("Projects", "nav");
  await officer.press("Pressure at home");
  await officer.press(/^Agree$/);
  await officer.sees("Write why, and on what lawful basis");
  await officer.type(/Why, and on what lawful basis/, "Public task, for their own care");
  await officer.press(/^Agree$/);
  await officer.sees("Runs", "Public task, for their own care");
  await officer.seesNot("Make a list");

  await analyst.go(project);
  await analyst.press("Make the list");
  await analyst.sees("Choose from the list");
  await analyst.select("People with", "Hypertensive disorder");
  await analyst.press("Make the list");
  await analyst.sees("Hypertensive disorder", /About \d+|Fewer than 8/);
  await analyst.seesNot("LOVELESS", "/people/");
  await analyst.refused("/lists");

  const gp = await show.as("gp", phone);
  await gp.press("Lists", "nav");
  await gp.sees("Lend a monitor for a week");
  await gp.press("Hypertensive disorder");
  await gp.sees("Possible: Hypertensive disorder", "LOVELESS, Margaret", "Dr Ruth Alder", "as known on", "That you saw them is written down");
  const list = gp.path();
  const pseudonym = (await gp.page.locator("tr", { hasText: "LOVELESS, Margaret" }).locator("[data-label=Pseudonym]").innerText()).trim();
  await gp.go("/lists");
  await gp.type("Pseudonym", pseudonym.toLowerCase());
  await gp.press("Find them");
  await gp.sees("LOVELESS, Margaret");

  // Out of hours everybody may turn up: that is no reason to find somebody.
  const nurse = await show.as("nurse");
  await nurse.go(list);
  await nurse.sees("Nobody in your care is on this list");
  await nurse.go("/lists");
  await nurse.type("Pseudonym", pseudonym);
  await nurse.press("Find them");
  await nurse.sees("Nobody in your care has this pseudonym");
  await nurse.seesNot("LOVELESS");

  await officer.type("Why", "The monitors are lent out", "form[action$=end]");
  await officer.press("End it for good");
  await officer.sees("Ended", "who was on them is gone");
  await gp.refused(list);
  for (const person of [analyst, officer, gp, nurse]) await person.leaves();
}

export const projects = [["people picked out for those who care for them", picksOut]];
