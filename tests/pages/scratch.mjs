import { start, phone, wide } from "./browser.mjs";
import { Show } from "./shows/person.mjs";
import { Operator } from "./shows/operator.mjs";
const plan = { chesil: "/tmp/chesil-shows", data: "/tmp/shows-demo", folder: "/tmp/sx", machines: "/tmp/sx/machines.toml", key: "/tmp/sx/key", pictures: "/tmp/sx/pictures" };
const operator = new Operator(plan);
const browser = await start();
const show = new Show(browser, await operator.serve(), plan.pictures);
show.look = async () => {};
const main = async (p) => (await p.page.innerText("body")).replace(/\n+/g, "\n").slice(0, 2500);
const links = async (p) => (await p.page.$$eval("main a, section a, nav a, main button, label", (l) => [...new Set(l.map((x) => x.textContent.trim().replace(/\s+/g, " ").slice(0, 50)))])).join(" | ").slice(0, 1500);
try {
  const res = await show.as("resident", phone);
  const path = res.path();
  console.log("RES", await main(res), await links(res));
  for (const sub of ["/sharing", "/sharing/objection", "/looked", "/copy", "/preferences", "/requests", "/summary"]) { await res.go(path + sub); console.log("##", sub, await main(res), await links(res)); }
  const carer = await show.as("carer"); console.log("CARER", carer.path(), (await main(carer)).slice(0, 600), await links(carer));
  const gp = await show.as("gp"); console.log(gp.path()); await gp.go(path); console.log(await links(gp));
  const soc = await show.as("social"); await soc.go(path); console.log(await links(soc), await soc.page.$$eval("#sender option", (o) => o.map((x) => x.textContent)));
  const pri = await show.as("privacy"); console.log(pri.path(), await main(pri));
  const an = await show.as("analyst"); console.log(an.path(), await main(an));
  const nurse = await show.as("nurse"); console.log(nurse.path()); await nurse.go(path); console.log((await main(nurse)).slice(0, 3000), await links(nurse));
} catch (e) { console.log(e); } finally { await browser.close(); operator.stop(); }
