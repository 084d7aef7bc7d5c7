// Opened in context, in Chromium: a system asks for a link, its user follows it from another site,
// signs in, and is at the record; the same link leads nowhere again; another user is told that it is not theirs.
//
//   node tests/pages/opened.mjs http://127.0.0.1:8090 TOKEN NHS_NUMBER [PICTURES]
import { createServer } from "node:http";
import { accessible, fits } from "./check.mjs";
import { phone, start, wide } from "./browser.mjs";

const [base, token, number, pictures] = process.argv.slice(2);
const wrong = [];
const must = (holds, words) => { if (!holds) wrong.push(words); };

async function link(user, role, organisation) {
  const body = JSON.stringify({ user, role, organisation, "nhs-number": number });
  const answer = await fetch(`${base}/launches`, { method: "POST", headers: { authorization: `Bearer ${token}` }, body });
  if (answer.status !== 201) throw new Error(`no link: ${answer.status} ${await answer.text()}`);
  return (await answer.json()).link;
}

// The other system: a page of another site with the link on it.
let shown = "";
const other = createServer((_, answer) => answer.setHeader("content-type", "text/html").end(`<a href="${shown}">Open</a>`));
await new Promise((up) => other.listen(0, "127.0.0.1", up));
const elsewhere = `http://localhost:${other.address().port}/`;

async function come(page, user, role, organisation) {
  shown = await link(user, role, organisation);
  must(!shown.includes(number), "the link says the number");
  await page.goto(elsewhere);
  await page.click("a");
  await page.waitForURL((url) => !url.pathname.startsWith("/opened/"));
  await page.waitForLoadState("load");
  return shown;
}

async function looked(page, name) {
  wrong.push(...(await accessible(page)).map((words) => `${name}: ${words}`), ...(await fits(page)).map((words) => `${name}: ${words}`));
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png` });
}

const browser = await start();
try {
  for (const [name, viewport] of [["desk", wide], ["phone", phone]]) {
    const context = await browser.newContext({ viewport, bypassCSP: true });
    const page = await context.newPage();
    const first = await come(page, "nurse", "clinician", "DEMO-UC01");
    must(page.url().includes("/sign-in"), `${name}: not asked to sign in but at ${page.url()}`);
    await Promise.all([page.waitForEvent("load"), page.click("button[name=user][value=nurse]")]);
    await page.waitForURL((url) => url.pathname !== "/sign-in");
    await page.waitForLoadState("load");
    // One record, or the choice between those that the number is of.
    const found = await page.$("a[href^='/people/']");
    must(page.url().includes("/people/") || (page.url().endsWith("/opened") && found), `${name}: at ${page.url()}`);
    await looked(page, `${name}-arrived`);
    await page.goto(first);
    must((await page.textContent("h1")).includes("nowhere"), `${name}: the link was good twice`);
    await looked(page, `${name}-again`);
    // Signed in already, from another site.
    await come(page, "nurse", "clinician", "DEMO-UC01");
    must(!page.url().includes("/sign-in"), `${name}: signed in, and asked again`);
    await come(page, "gp", "clinician", "DEMO-GP01");
    must((await page.textContent("h1")).includes("somebody else"), `${name}: another's link opened`);
    await looked(page, `${name}-anothers`);
    must(!page.url().includes(number) && !(await page.title()).includes(number), `${name}: the number is in the address`);
    await context.close();
  }
} finally {
  await browser.close();
  other.close();
}
console.log(wrong.length === 0 ? "opened in context: all as it should be" : wrong.join("\n"));
process.exit(wrong.length === 0 ? 0 : 1);
