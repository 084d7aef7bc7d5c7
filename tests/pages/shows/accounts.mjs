// People with accounts of their own, password, telephone and all: what happened to one is read by its owner, who says
// that it was not them; and a privacy officer writes down which person a nurse is.
import { createHmac } from "node:crypto";
import { phone } from "../browser.mjs";
import { someone } from "./stories.mjs";

const PASSWORD = "otter ladder cobalt";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP = 30_000;
const pause = (milliseconds) => new Promise((on) => setTimeout(on, milliseconds));

// An app that shows codes (RFC 6238), from the key as the page shows it.
class Telephone {
  constructor(typed) {
    const bits = [...typed.replace(/\s/g, "")].map((letter) => LETTERS.indexOf(letter).toString(2).padStart(5, "0")).join("");
    this.key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
    this.last = 0;
  }

  // The next that was not used, as clocks a step off show them, so that nobody has to wait for the second and the third.
  async code() {
    const left = STEP - (Date.now() % STEP);
    if (left < 4_000) await pause(left);
    const now = () => Math.floor(Date.now() / STEP);
    this.last = Math.max(this.last + 1, now() - 1);
    while (this.last > now() + 1) await pause(500);
    const step = Buffer.alloc(8);
    step.writeBigInt64BE(BigInt(this.last));
    const digest = createHmac("sha1", this.key).update(step).digest();
    const at = digest[19] & 15;
    return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
  }
}

// An administrator makes the account, and its owner sets it up with the code that they were handed.
async function setsUp(show, operator, name) {
  const words = ["--name", name, "--role", "clinician", "--organisation", "DEMO-UC01", "--data", operator.data];
  const made = operator.run("account", "add", ...words);
  const [user, code] = ["User name", "Code"].map((what) => new RegExp(`${what}:\\s+(\\S+)`).exec(made.words)?.[1]);
  if (!user || !code) throw new Error(made.words);
  const owner = await show.at(user, phone);
  await owner.go("/enrol");
  await owner.type("User name", user);
  await owner.type("Code", code);
  await owner.press("Go on to your app and password");
  const telephone = new Telephone(await owner.page.locator(".key").first().innerText());
  await owner.type("The six figures that the app shows now", await telephone.code());
  await owner.type("Choose a password", PASSWORD);
  await owner.type("The same password again", PASSWORD);
  await owner.press("Set up my account");
  await owner.sees("Your recovery codes", "they are never shown again");
  const recovery = await owner.page.locator(".codes .key").allInnerTexts();
  await owner.press("I have kept them: go on");
  return { owner, user, telephone, recovery };
}

async function signsIn(person, user, password, code) {
  await person.go("/sign-in?by=password");
  await person.type("User name", user);
  await person.type("Password", password);
  await person.type("Code", code);
  return person.press(/^Sign in$/);
}

async function notMe(show, plan, operator) {
  const name = "Wyn Corfe";
  const { owner, user, telephone, recovery } = await setsUp(show, operator, name);
  await owner.go("/account/happened");
  await owner.sees("Nothing happened to it that you have not said anything to");
  await owner.press("Sign out", "header");

  // Somebody who knows her password, and took one of her recovery codes from the pinboard, says that it was her.
  const other = await show.at("somebody-else");
  await signsIn(other, user, PASSWORD, "123456");
  await other.sees("You are not signed in");
  await other.seesNot(name);
  await signsIn(other, user, PASSWORD, recovery[0]);
  await other.sees("1 try to sign in as you, with your right password and a wrong code");
  await other.seesNot("One of your recovery codes was used");
  await other.press("This was me, or I know of it");
  await other.go("/people");
  await other.sees(name);

  // She comes in the morning. It stands first, it can wait while somebody needs her, and it stays.
  await signsIn(owner, user, PASSWORD, await telephone.code());
  owner.must(owner.path() === "/account/happened", "is not told first of all");
  const told = ["Was this you?", "1 try to sign in as you, with your right password and a wrong code", "somebody knows your password", "Somebody said that this was them", "A sign-in as you, at a browser that was new to your account", "One of your recovery codes was used to sign in"];
  await owner.sees(...told, "you are signed out everywhere else at once, the privacy officers are told");
  await owner.press(/Someone needs me now/);
  owner.must(owner.path() === "/people", "does not go on to her work");
  await owner.press(/Something happened to your account/, "header");
  await owner.sees(...told);
  await owner.press("This was not me");
  await owner.sees("What to do now", "signed out everywhere but here", "the privacy officers see what you said", "Tell your manager");
  await other.go("/people");
  other.must(other.path() === "/sign-in", "is still signed in as somebody else");
  await other.seesNot(name);

  await owner.press("Change your password");
  await owner.type("Your password until now", PASSWORD);
  await owner.type(/The six figures/, await telephone.code());
  await owner.type("Your new password", "violet harbour spoon");
  await owner.type("The new password again", "violet harbour spoon");
  await owner.press("Change my password");
  await owner.press("Make new recovery codes");
  await owner.sees("Your recovery codes");
  // What was taken is worth nothing now: the old password, nor one of the old codes with the new.
  for (const [password, code] of [[PASSWORD, recovery[1]], ["violet harbour spoon", recovery[2]]]) {
    await signsIn(other, user, password, code);
    await other.sees("You are not signed in");
  }

  const officer = await show.as("privacy");
  await officer.press("Audit", "nav");
  await officer.sees(name, "Said that this was not them", "a sign-in with a recovery code", "Ask them, and look at what was opened in their name since");
  for (const one of [owner, other, officer]) await one.leaves();
}

async function whoStaffAre(show, plan, operator) {
  const name = "Ines Stourton";
  const { owner: nurse, user } = await setsUp(show, operator, name);
  const darren = someone(plan, "Darren", "Trim");
  const born = darren.asked.split(" ").slice(0, 3).join(" ");
  await nurse.find(darren.number);
  await nurse.press(/TRIM, Darren/);
  const record = nurse.path();
  await nurse.sees("TRIM, Darren");
  nurse.must(nurse.status === 200, "does not open it even before");

  const officer = await show.as("privacy");
  await officer.press("Who staff are", "nav");
  await officer.sees(name, "Nobody yet", "nothing of that record is shown to you", "They are told when they next sign in");
  await officer.press("Write it down");
  await officer.sees("Type the name that they sign in with", "Type their whole NHS number", "Type their birth date");
  await officer.type("The name they sign in with", user);
  await officer.type("Their NHS number", darren.number);
  await officer.type(/Their birth date/, "1 1 1901");
  await officer.press("Write it down");
  await officer.sees("No one record has both this number and this birth date");
  await officer.seesNot("Darren", record);
  // What was typed stands: the birth date alone is put right.
  await officer.type(/Their birth date/, born);
  await officer.press("Write it down");
  await officer.sees("Done. Their own record, and those of their family, no longer open to them", "Idris Swanage");
  await officer.seesNot("Darren", darren.number, record);

  // She is told who wrote it down and what it means, and opens it no more, in an emergency neither.
  await nurse.go("/people");
  await nurse.press(/Something happened to your account/, "header");
  await nurse.sees("Idris Swanage wrote down which person of the record you are", "no longer open to you by way of your work");
  await nurse.press("This was me, or I know of it");
  await nurse.seesNot("Something happened to your account");
  await nurse.refused(record);
  await nurse.seesNot("Open it in an emergency");
  await nurse.refused("/ties");

  const row = `tr:has-text("${name}")`;
  await officer.press(/^Take it back/, row);
  await officer.sees("Write why it is taken back");
  await officer.type("Why you take it back", "It is her namesake: she showed her own card", row);
  await officer.press(/^Take it back/, row);
  await officer.sees("Taken back.", "Nobody yet");
  await nurse.go(record);
  await nurse.sees("TRIM, Darren", "Something happened to your account");
  for (const other of ["gp", "steward", "resident"]) {
    const person = await show.as(other);
    await person.refused("/ties");
    await person.leaves();
  }
  for (const one of [nurse, officer]) await one.leaves();
}

export const accounts = [
  ["what happened to an account, and this was not me", notMe],
  ["whose account is which person's, written down and taken back", whoStaffAre],
];
