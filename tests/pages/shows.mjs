// What each show of the system is about, done as the person concerned would do it: a nurse who is refused and must get
// in, a resident who says no, a parent, a privacy officer, and whoever restores the system on Sunday. Scripts are off;
// every page that anybody comes to is looked at as `shows/person.mjs` says. `cargo test --test shows` prepares it.
//
//   node tests/pages/shows.mjs PLAN.json
//
// With CHESIL_STORY only the stories are told whose name has these words in it; with CHESIL_PICTURES pictures of every
// page are kept in that folder, and each story's time is told.
import { readFileSync } from "node:fs";
import { start } from "./browser.mjs";
import { Show } from "./shows/person.mjs";
import { Operator } from "./shows/operator.mjs";
import { stories } from "./shows/stories.mjs";
import { accounts } from "./shows/accounts.mjs";
import { projects } from "./shows/projects.mjs";
import { before, restored } from "./shows/restored.mjs";

const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));
const operator = new Operator(plan);
const browser = await start();
const show = new Show(browser, await operator.serve(), plan.pictures);
let told = 0;
try {
  const wanted = process.env.CHESIL_STORY ?? "";
  for (const [name, tell] of [...before, ...projects, ...stories, ...accounts, ...restored].filter(([name]) => name.includes(wanted))) {
    show.story = name;
    const begun = Date.now();
    // What goes wrong in one does not keep the next from being told.
    await tell(show, plan, operator).catch((error) => show.complain(String(error.stack ?? error)));
    told += 1;
    if (process.env.CHESIL_PICTURES) console.log(`${((Date.now() - begun) / 1000).toFixed(1)} s  ${name}`);
  }
} finally {
  await browser.close();
  operator.stop();
}
console.log(`shows: ${told} stories, ${show.seen.size} pages looked at, ${show.wrong.length} complaints`);
show.wrong.forEach((words) => console.log(`  ${words}`));
process.exit(show.wrong.length > 0 || told === 0 ? 1 : 0);
