// Walks pages in Chromium and fails on anything that a person with a phone, a keyboard, a screen reader or
// scripts off would fall over.
//
//   node tests/pages/walk.mjs http://127.0.0.1:8099 --gallery
//       every page that /gallery lists
//   node tests/pages/walk.mjs http://127.0.0.1:8080 --as nia --asked "4 5 1945 ham" [--pages 60] [--live]
//       signs in, finds a person and opens their record by keyboard with scripts off, then follows links
import { accessible, byKeyboard, fits, says } from "./check.mjs";
import { phone, start, wide } from "./browser.mjs";

const [base, ...options] = process.argv.slice(2);
const option = (name, usual) => (options.includes(name) ? options[options.indexOf(name) + 1] : usual);
const gallery = options.includes("--gallery");
const demo = !options.includes("--live");
const most = Number(option("--pages", 60));
const complaints = [];
let looked = 0;
const complain = (where, found) => found.forEach((words) => complaints.push(`${where}: ${words}`));

const browser = await start();
try {
  let state;
  let paths;
  if (gallery) {
    const page = await browser.newPage();
    await page.goto(`${base}/gallery`);
    paths = await page.$$eval("a", (links) => links.map((link) => link.getAttribute("href")));
    await page.close();
  } else {
    ({ state, paths } = await mainTask());
  }
  await every(paths, state, !gallery);
} finally {
  await browser.close();
}
console.log(`pages: ${looked} looked at, ${complaints.length} complaints`);
complaints.forEach((words) => console.log(`  ${words}`));
process.exit(complaints.length > 0 || looked === 0 ? 1 : 0);

// Opens each page at both widths; `follow` goes on to the links found, one of each kind.
async function every(paths, state, follow) {
  const options = { bypassCSP: true, storageState: state };
  const desk = await browser.newContext({ ...options, viewport: wide });
  const hand = await browser.newContext({ ...options, viewport: phone, isMobile: true, hasTouch: true });
  const page = await desk.newPage();
  const small = await hand.newPage();
  const queue = [...paths];
  const seen = new Set(queue.map(kind));
  while (queue.length > 0 && looked < most) {
    const path = queue.shift();
    // A file to keep is not a page: the browser says so by an error of its own.
    const answer = await page.goto(base + path).catch((error) => {
      if (!String(error).includes("Download is starting")) throw error;
    });
    if (!answer) continue;
    // A refusal is a page too, and must be as good as any other.
    if (!(answer.ok() || answer.status() === 403) || !(answer.headers()["content-type"] ?? "").includes("html")) {
      if (answer.status() >= 400) complain(path, [`answered ${answer.status()}`]);
      continue;
    }
    looked += 1;
    complain(path, headers(answer));
    complain(path, await says(page, demo));
    complain(path, await fits(page));
    complain(path, await accessible(page));
    complain(path, await byKeyboard(page));
    await small.goto(base + path);
    complain(path, await fits(small));
    complain(path, await accessible(small));
    if (!follow) continue;
    for (const next of await page.$$eval("a[href^='/']", (links) => links.map((link) => link.getAttribute("href").split("#")[0]))) {
      if (next && !seen.has(kind(next)) && !next.includes("as-sent")) {
        seen.add(kind(next));
        queue.push(next);
      }
    }
  }
}

// Two addresses that differ only in an id or a value are the same kind of page.
function kind(path) {
  const [place, query = ""] = path.split("?");
  return place.replace(/\/([0-9a-f]{8,}|\d+)(?=\/|$)/g, "/#") + (gallery ? `${place}?${query}` : query && `?${query.replace(/=[^&]*/g, "=")}`);
}

function headers(answer) {
  const policy = answer.headers()["content-security-policy"] ?? "";
  const found = [];
  if (!policy.includes("default-src 'none'") || policy.includes("script-src")) found.push("its policy allows a script");
  if (answer.headers()["cache-control"] !== "no-store") found.push("it may be kept by a browser");
  if (answer.headers()["referrer-policy"] !== "no-referrer") found.push("it would tell where the reader came from");
  return found;
}

// The nurse's task, by keyboard alone and with scripts off: sign in, type, open the record, open one entry.
async function mainTask() {
  const context = await browser.newContext({ viewport: wide, javaScriptEnabled: false });
  const page = await context.newPage();
  const until = async (fits, what) => {
    for (let at = 0; at < 80; at += 1) {
      await page.keyboard.press("Tab");
      const here = page.locator(":focus");
      if ((await here.count()) > 0 && (await fits(here))) return;
    }
    throw new Error(`by keyboard, ${what} was not reached on ${page.url()}`);
  };
  // However slow the answer is: the page is not another one until it has loaded.
  const enter = async () => { await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]); };
  await page.goto(`${base}/sign-in`);
  const user = option("--as");
  await until(async (here) => (await here.getAttribute("name")) === "user" && (!user || (await here.getAttribute("value")) === user), "the demo user");
  await enter();
  // Signing in leads on and on again: wait until it has arrived.
  await page.waitForURL((url) => !["/", "/sign-in"].includes(url.pathname));
  await page.waitForLoadState("load");
  await page.goto(`${base}/people`);
  await until(async (here) => (await here.getAttribute("id")) === "asked", "the search box");
  await page.keyboard.type(option("--asked", ""));
  await enter();
  await until(async (here) => ((await here.getAttribute("class")) ?? "").includes("found"), "the first person found");
  await enter();
  const record = new URL(page.url()).pathname;
  if (!(await page.locator("#safety").isVisible())) complain(record, ["does not show what is read first in an emergency"]);
  await until(async (here) => /\/entries\//.test((await here.getAttribute("href")) ?? ""), "an entry");
  await enter();
  if (!(await page.locator("#sent").isVisible())) complain(new URL(page.url()).pathname, ["does not show what was sent"]);
  const state = await context.storageState();
  await context.close();
  return { state, paths: [record, "/people", "/feeds", "/feeds/quarantine", "/wrong", "/accessibility", "/privacy", "/figures", "/contact"] };
}
