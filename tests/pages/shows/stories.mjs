// The stories of one day, in their order: each as its person would go about it, with what they must see at each step and
// what they must not.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { phone, wide } from "../browser.mjs";

export const someone = (plan, given, family) => {
  const found = plan.people.find((one) => one.given.startsWith(given) && one.family === family);
  if (!found) throw new Error(`${given} ${family} is not among the people of this folder`);
  return found;
};

// Whose record everybody comes to: found by number, as somebody who holds her card would.
const margaret = (plan) => someone(plan, "Margaret", "Loveless");

async function opensMargaret(person, plan) {
  await person.find(margaret(plan).number);
  return person.press(/LOVELESS, Margaret/);
}

// The first entry that `sender` told, among those that the timeline shows.
async function opensAnEntryOf(person, sender) {
  await person.page.locator("#sender").selectOption({ label: sender });
  await person.press("Show these");
  await person.page.locator("ol.timeline a").first().click();
  await person.page.waitForLoadState("load");
  await person.arrived();
  return { path: person.path(), what: (await person.page.innerText("h1")).trim() };
}

async function asAnAnswer(show, plan) {
  const emma = someone(plan, "Emma", "Bartlett");
  const desk = await show.as("reception");
  await desk.find(emma.asked);
  await desk.sees("BARTLETT, Emma", "Not shown");
  await desk.seesNot(emma.postcode, emma.practice);
  await desk.press(/BARTLETT, Emma/);
  await desk.seesNot(emma.postcode, emma.practice);
  await desk.find(`${emma.postcode} bartlett`);
  await desk.sees("Nobody fits");
  await desk.leaves();
  // Who may read the whole record is not told either, nor is whoever says that it is an emergency.
  const nurse = await show.as("nurse", phone);
  await nurse.find(emma.number);
  await nurse.press(/BARTLETT, Emma/);
  await nurse.seesNot(emma.postcode, emma.practice);
  await nurse.go(`${nurse.path()}/emergency`);
  await nurse.choose("Life is in danger");
  await nurse.type("What is happening?", "Collapsed in the street, her phone rings and nobody knows her");
  await nurse.press("Open the record now");
  await nurse.sees("You opened this record in an emergency");
  await nurse.seesNot(emma.postcode, emma.practice);
  await nurse.leaves();
}

async function threeInTheMorning(show, plan) {
  const nurse = await show.as("nurse", phone);
  await nurse.find(margaret(plan).asked);
  await nurse.sees("LOVELESS, Margaret", "81 years");
  await nurse.press(/LOVELESS, Margaret/);
  await nurse.sees("Allergy to penicillin", "Not for cardiopulmonary resuscitation", "Senders disagree", "Original: yellow folder");
  await nurse.press(/Two pages to print/);
  await nurse.sees("Not for cardiopulmonary resuscitation");
  await nurse.leaves();
}

async function refusedAndInAnEmergency(show, plan) {
  const doctor = await show.as("ward");
  await opensMargaret(doctor, plan);
  await doctor.sees("You cannot open this", "Nothing here shows that you care for this person", "999 if life is in danger");
  await doctor.seesNot("penicillin", "resuscitation:");
  await doctor.press(/Open it in an emergency/);
  await doctor.sees("a privacy officer is told at once", "the person can see that you looked");
  await doctor.press("Open the record now");
  await doctor.sees("Choose why this is an emergency", "Write what is happening");
  await doctor.choose("They need care now and cannot say what I must know");
  await doctor.type("What is happening?", "asdf");
  await doctor.press("Open the record now");
  await doctor.sees("Write what is happening");
  await doctor.type("What is happening?", "Collapsed in the corridor, cannot speak, no next of kin here");
  await doctor.press("Open the record now");
  const banner = "You opened this record in an emergency";
  await doctor.sees(banner, "Allergy to penicillin");
  const record = doctor.path();
  await doctor.press(/Two pages to print/);
  await doctor.sees(banner);
  await doctor.go(record);
  await doctor.press(/Who has looked/);
  await doctor.sees(banner);
  await doctor.go(record);
  await doctor.page.locator("ol.timeline a").first().click();
  await doctor.arrived();
  await doctor.sees(banner);
  // Hers alone: another record stays shut, and a receptionist opens none so.
  await doctor.find(someone(plan, "Emma", "Bartlett").number);
  await doctor.seesNot(banner);
  const desk = await show.as("reception");
  await desk.refused(record);
  await desk.seesNot("Open it in an emergency", "penicillin");
  await desk.refused(`${record}/emergency`);

  const officer = await show.as("privacy");
  await officer.sees("Records opened in an emergency", "Dr Priya Lulworth", "Collapsed in the corridor", "Open until");
  const row = "tr:has-text('Collapsed in the corridor')";
  await officer.press("Checked", row);
  await officer.sees("Write what you found");
  await officer.type("What you found", "Rang the ward: she was there, it was right", row);
  await officer.press("Checked", row);
  await officer.sees("Rang the ward: she was there, it was right", "Idris Swanage");
  await doctor.refused("/emergencies");
  for (const one of [doctor, desk, officer]) await one.leaves();
}

async function whoLooked(show, plan) {
  const resident = await show.as("resident", phone);
  await resident.sees("LOVELESS, Margaret");
  const record = resident.path();
  await resident.press("Who has looked", "nav");
  await resident.sees("Nia Marlow", "You are seen by their service that day", "Dr Priya Lulworth", "In an emergency: they gave a reason", "You looked yourself");
  await resident.seesNot("my patient today", "direct care");
  await resident.press("See your own looks too");
  await resident.sees("It is their own record");
  await resident.press("Who has looked", "nav");
  await resident.press("Ask about it");
  await resident.sees("999", "111");
  await resident.choose("Somebody looked at the record, and I want to know why");
  await resident.type(/What did you see/, "Who is Dr Lulworth? I was never on her ward.");
  await resident.press("Send this report");
  await resident.sees(/Report \d+|number \d+|Thank you|is kept/);
  await resident.press("See what became of it");
  await resident.sees("Nobody has begun to look at it yet", "Who is Dr Lulworth?");
  await resident.leaves();
  const carer = await show.as("carer", phone);
  await carer.sees("LOVELESS, Margaret");
  await carer.seesNot("Who has looked");
  await carer.refused(`${record}/looked`);
  await carer.leaves();
}

async function sealed(show, plan) {
  const social = await show.as("social");
  await social.press("In my care", "nav");
  await social.press(/LOVELESS, Margaret/);
  const record = social.path();
  const entry = await opensAnEntryOf(social, "Dorset Council");
  plan.sealed = { ...entry, record };
  await social.press(/Who may see this entry/);
  await social.press("Save");
  await social.sees("There is a problem");
  await social.choose("Seal it");
  await social.type(/Why/, "She asked me: it is about her daughter");
  await social.press("Save");
  await social.go(entry.path);
  await social.sees(entry.what);

  // Sealed: others are told that something is, and not what.
  const nurse = await show.as("nurse", phone);
  const gp = await show.as("gp");
  await nurse.refused(entry.path);
  await nurse.go(record);
  await nurse.sees("Part of this record is sealed");
  await nurse.seesNot(entry.path);
  // Sealed and locked: nothing says that there is anything.
  await social.press(/Who may see this entry/);
  await social.choose("Seal and lock it");
  await social.type(/Why/, "It would put her in danger if others knew");
  await social.press("Save");
  for (const other of [nurse, gp]) {
    await other.refused(entry.path);
    await other.sees("Nothing is here");
    await other.go(record);
    await other.seesNot("sealed", entry.path);
    await other.go(`${record}/sharing`);
    await other.seesNot("sealed", entry.path, "in danger");
    await other.leaves();
  }
  await social.go(entry.path);
  await social.sees(entry.what);
  await social.leaves();
}

async function objection(show, plan) {
  const resident = await show.as("resident", phone);
  const record = resident.path();
  await resident.press("Who may see it", "nav");
  await resident.press("Say no to sharing my record");
  await resident.sees("In an emergency staff can still open the whole record", "You do not have to give a reason");
  await resident.press("Stop sharing my record");
  await resident.sees("Choose with whom not to share");
  await resident.choose("With everybody");
  await resident.press("Stop sharing my record");
  await resident.sees("You object to sharing", "Take it back");
  await resident.go(record);
  await resident.sees("Allergy to penicillin");

  const nurse = await show.as("nurse", phone);
  await opensMargaret(nurse, plan);
  await nurse.sees("asked that their record is not shared", "an empty place on this page says nothing about them");
  await nurse.seesNot("Allergy to penicillin");
  await nurse.press(/in an emergency/, "body");
  await nurse.choose("They need care now and cannot say");
  await nurse.type("What is happening?", "Found on the floor, confused, no medicines list here");
  await nurse.press("Open the record now");
  await nurse.sees("You opened this record in an emergency", "Allergy to penicillin");
  await nurse.leaves();

  // Whoever plans services counts: they open nobody, whatever was said, and learn nothing from being refused.
  for (const user of ["analyst", "board"]) {
    const planner = await show.as(user);
    await planner.sees("nobody is shown, and nobody can be picked out");
    for (const path of ["/people", record, `${record}/summary`, `${record}/looked`, `${record}/sharing`]) {
      await planner.refused(path);
      await planner.seesNot("Loveless", "object", "999 000 0026");
    }
    await planner.leaves();
  }
  await resident.leaves();
}

async function proxies(show, plan) {
  const { rosa, wren, jory } = plan.children;
  const gp = await show.as("gp");
  const parent = await show.as("carer", phone);
  // Eleven: the practice writes down what it found on whether she decides for herself, and her parent sees.
  await parent.refused(rosa.path);
  await parent.seesNot("Rosa", "peanut");
  await gp.find(rosa.number);
  await gp.press(/TARRANT, Rosa/);
  await gp.press("Sharing ▸");
  await gp.press("Let somebody act for the person");
  await gp.sees("stops when the child is 11, until you have looked at it again, and ends at 16");
  await gp.type("The name they sign in with", "carer");
  await gp.choose("Parental responsibility");
  await gp.type("What did you see that shows it?", "Birth certificate, and her passport");
  await gp.press("Let them act for this person");
  await gp.sees("Write what was found: can the child decide this for themselves?");
  await gp.type("For a child of 11 to 15", "She cannot weigh it yet, and wants her mother to see it");
  await gp.press("Let them act for this person");
  await gp.sees("Alison Loveless");
  await parent.go(rosa.path);
  await parent.sees("TARRANT, Rosa", "Allergy to peanut");
  await parent.seesNot("contracepti");
  for (const hers of ["looked", "sharing", "copy", "proxies"]) await parent.refused(`${rosa.path}/${hers}`);

  // Let act when she was ten, and eleven now: shut until it is looked at again.
  await parent.refused(wren.path);
  await parent.seesNot("peanut");
  await gp.go(`${wren.path}/sharing`);
  await gp.sees("Opens nothing");
  await gp.press("Alison Loveless");
  await gp.press("They may go on acting for the child");
  await gp.sees("Write what was found");
  await gp.type("What was found", "She cannot decide this alone, and says yes to her mother");
  await gp.press("They may go on acting for the child");
  await parent.go(wren.path);
  await parent.sees("TARRANT, Wren", "Allergy to peanut");
  await parent.seesNot("contracepti");

  // Sixteen: it ended by itself, and a parent's responsibility is no ground any more.
  await parent.refused(jory.path);
  await parent.seesNot("peanut", "Jory", "contracepti");
  await gp.go(`${jory.path}/proxies`);
  await gp.type("The name they sign in with", "carer");
  await gp.choose("Parental responsibility");
  await gp.type("What did you see that shows it?", "Birth certificate");
  await gp.press("Let them act for this person");
  await gp.sees("From 16 nobody acts by parental responsibility");
  for (const one of [gp, parent]) await one.leaves();
}

async function subjectAccess(show, plan) {
  const resident = await show.as("resident", phone);
  const record = resident.path();
  await resident.press("Who may see it", "nav");
  await resident.press("Ask for a copy of all that is held");
  await resident.sees("It is yours by law, and free");
  await resident.press("Make my copy");
  for (let waited = 0; waited < 60 && !(await resident.words()).includes("Open it"); waited += 1) {
    await new Promise((on) => setTimeout(on, 500));
    await resident.go(`${record}/copy`);
  }
  const [file] = await Promise.all([resident.page.waitForEvent("download"), resident.page.getByRole("link", { name: /^Open it/ }).first().click()]);
  resident.must(/^[a-z-]+[0-9a-z-]*\.zip$/.test(file.suggestedFilename()), `the copy is called ${file.suggestedFilename()}`);
  const saved = `${plan.folder}/copy.zip`;
  await file.saveAs(saved);
  const inside = spawnSync("python3", ["-c", "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); sys.stdout.write(''.join(n + '\\n' + z.read(n).decode() for n in z.namelist()))", saved], { encoding: "utf8", maxBuffer: 1 << 28 }).stdout;
  for (const words of ["Margaret", "Allergy to penicillin", "Nia Marlow", "Invented people", "You object"]) resident.must(inside.includes(words), `the copy does not say “${words}”`);
  const page = inside.slice(inside.indexOf("<!DOCTYPE html>"), inside.indexOf("</html>") + 7);
  resident.must(page.length > 1_000, "there is no page to read in the copy");
  await resident.go(`${record}/copy`);
  await resident.seesNot("not yet");
  for (const user of ["carer", "nurse", "gp"]) {
    const other = await show.as(user);
    await other.refused(`${record}/copy`);
    await other.leaves();
  }
  await resident.leaves();
}

async function removal(show, plan) {
  const gp = await show.as("gp");
  await opensMargaret(gp, plan);
  const record = gp.path();
  const entry = await opensAnEntryOf(gp, "Chesil View Surgery");
  plan.removed = { ...entry, record };
  await gp.press(/Remove it by law/);
  await gp.sees("It cannot be had back", "What is better in most cases");
  await gp.press("Ask a privacy officer to confirm");
  await gp.sees("Choose on what ground");
  await gp.choose("It is about another person");
  await gp.type(/Who decided it/, "Our records lead, filed under 12/2026");
  await gp.press("Ask a privacy officer to confirm");
  await gp.go(entry.path);
  await gp.sees(entry.what);
  await gp.refused("/removals");

  const officer = await show.as("privacy");
  await officer.press("Removals", "nav");
  await officer.sees("1 waits to be confirmed", "It is about another person", "Our records lead");
  await officer.seesNot(entry.what);
  await officer.type("What you checked", "Rang the practice: it is her neighbour’s");
  await officer.press(/^Give this answer/);
  await officer.sees("Choose whether to remove it");
  officer.must((await officer.page.getByLabel("What you checked").first().inputValue()).includes("her neighbour’s"), "what was checked has to be typed again");
  await officer.select("Answer", "Remove it for ever");
  await officer.press(/^Give this answer/);
  await officer.sees("None waits to be confirmed", "Removed", "Idris Swanage");
  for (const person of [gp, await show.as("resident", phone), await show.as("nurse")]) {
    await person.refused(entry.path);
    await person.go(record);
    await person.seesNot(entry.path);
    await person.leaves();
  }
  await officer.leaves();
}

async function openedInContext(show, plan) {
  const walk = fileURLToPath(new URL("../opened.mjs", import.meta.url));
  const number = someone(plan, "Alan", "Northover").number;
  const told = spawnSync(process.execPath, [walk, show.base, plan.token, number, plan.pictures], { encoding: "utf8" });
  if (told.status !== 0) show.complain(`${told.stdout}${told.stderr}`);
}

export const stories = [
  ["a restricted address is on no page, for a front desk, a nurse and in an emergency", asAnAnswer],
  ["a nurse at three in the morning", threeInTheMorning],
  ["refused, and in an emergency, and asked about it", refusedAndInAnEmergency],
  ["who looked, and may I ask", whoLooked],
  ["an entry sealed, and sealed and locked", sealed],
  ["a resident says no to sharing", objection],
  ["a parent of a child of eleven, and of sixteen", proxies],
  ["a copy of all that is held", subjectAccess],
  ["an entry removed by two people", removal],
  ["opened from another system", openedInContext],
];
