// Sunday: the machine is lost, and whoever runs the system restores the backup of the night before. What was removed and
// decided since holds, and where nobody knows what was decided nobody is served before somebody has looked.
import { join } from "node:path";
import { phone } from "../browser.mjs";
import { someone } from "./stories.mjs";

// The backup of Saturday night is taken before any of the stories.
async function saturdayNight(show, plan, operator) {
  const taken = operator.backup("saturday");
  if (taken.code !== 0) throw new Error(taken.words);
  const checked = operator.run("backup", "--check", join(plan.folder, "saturday"), "--key-file", plan.key);
  if (!checked.words.includes("is whole")) show.complain(checked.words);
}

async function sunday(show, plan, operator) {
  // A daughter acts for her mother no longer: the last thing decided before the machine is lost.
  const resident = await show.as("resident", phone);
  const record = resident.path();
  await resident.press("Who may see it", "nav");
  await resident.press("Alison Loveless");
  await resident.press("Stop them acting for you");
  await resident.sees("Alison Loveless can no longer open this record");
  await resident.press("Stop them acting for you");
  const carer = await show.as("carer");
  await carer.refused(record);
  await resident.leaves();
  await carer.leaves();
  await operator.settled();
  await operator.lose();

  const into = join(plan.folder, "sunday");
  const restored = operator.restore("saturday", into, "--removals", `${operator.copy}.removals`);
  if (restored.code !== 0) throw new Error(restored.words);
  for (const words of ["Removed again, since the law said so after the backup: 1", "Decided again", "read back", "Ask each sender"]) {
    if (!restored.words.includes(words)) show.complain(`the restore does not say “${words}”: ${restored.words}`);
  }
  const verified = operator.run("audit", "verify", "--data", into);
  if (!verified.words.includes("Nothing was changed")) show.complain(verified.words);
  Object.assign(operator, { data: into, copy: join(plan.folder, "seals-after-sunday") });
  await operator.serve();

  const nurse = await show.as("nurse", phone);
  await nurse.find(someone(plan, "Margaret", "Loveless").number);
  await nurse.press(/LOVELESS, Margaret/);
  await nurse.seesNot("Allergy to penicillin", plan.sealed.path, plan.removed.path);
  await nurse.refused(plan.sealed.path);
  await nurse.refused(plan.removed.path);
  const again = await show.as("resident", phone);
  again.must(again.path() === record, "her address is another after the restore");
  await again.sees("Allergy to penicillin");
  await again.refused(plan.removed.path);
  await again.press("Who may see it", "nav");
  await again.sees("You object to sharing", "done again when it was restored");
  const gp = await show.as("gp");
  await gp.refused(plan.removed.path);
  await gp.refused(plan.sealed.path);
  const daughter = await show.as("carer", phone);
  await daughter.refused(record);
  const emma = someone(plan, "Emma", "Bartlett");
  const desk = await show.as("reception");
  await desk.find(emma.asked);
  await desk.sees("Not shown");
  await desk.seesNot(emma.postcode);
  for (const one of [nurse, again, gp, daughter, desk]) await one.leaves();
}

async function withoutAList(show, plan, operator) {
  operator.stop();
  const into = join(plan.folder, "without-a-list");
  const restored = operator.restore("saturday", into, "--no-removals");
  if (restored.code !== 0) throw new Error(restored.words);
  const serving = operator.run("serve", "--listen", "127.0.0.1:0", "--data", into);
  if (serving.code === 0 || !serving.words.includes("nobody is served before a person has looked")) show.complain(`it serves: ${serving.words}`);
  const shown = operator.run("restored", "--data", into);
  if (shown.code !== 4 || !shown.words.includes("No list of decisions was given")) show.complain(shown.words);
  const unsaid = operator.run("restored", "--data", into, "--looked", "1", "--by", " ", "--words", "x");
  if (unsaid.code === 0) show.complain("looked at by nobody");
  const looked = operator.run("restored", "--data", into, "--looked", "1", "--by", "Jo Hardy", "--words", "asked every practice, written down");
  if (looked.code !== 0 || !looked.words.includes("you may serve")) show.complain(looked.words);
  Object.assign(operator, { data: into, copy: join(plan.folder, "seals-without-a-list") });
  await operator.serve();
  const officer = await show.as("privacy");
  await officer.press("Audit", "nav");
  await officer.leaves();
}

export const before = [["the backup of Saturday night", saturdayNight]];
export const restored = [
  ["the machine is lost, and restored on Sunday", sunday],
  ["restored without a list: nobody is served before somebody has looked", withoutAList],
];
