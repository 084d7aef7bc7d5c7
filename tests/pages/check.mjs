// What must hold of every page, whatever it is for. Each check returns complaints in words.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// axe finds nothing, at this width.
export async function accessible(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations.map((found) => `axe ${found.id}: ${found.help} (${found.nodes.slice(0, 3).map((n) => n.target.join(" ")).join(", ")})`);
}

// Nothing is cut off sideways, and nothing has to be scrolled to sideways.
export async function fits(page) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  return over > 0 ? [`is ${over} points too wide at ${page.viewportSize().width}`] : [];
}

// What every page says (SAFETY 6, 17, 18), and that it sends no script.
export async function says(page, demo, path = new URL(page.url()).pathname) {
  const found = await page.evaluate(() => ({
    text: document.body.innerText,
    scripts: document.querySelectorAll("script, [onclick], [onload], [style]").length,
    h1: document.querySelectorAll("h1").length,
    wrong: !!document.querySelector('a[href^="/wrong/new"]'),
  }));
  const complaints = [];
  if (demo && !found.text.includes("Invented people")) complaints.push("does not say “Invented people”");
  if (!found.text.includes("not for clinical use until")) complaints.push("does not say who signs for clinical use");
  if (found.scripts > 0) complaints.push(`has ${found.scripts} scripts or inline styles`);
  if (found.h1 !== 1) complaints.push(`has ${found.h1} main headings`);
  if (!found.wrong && !/^\/(sign-in|wrong\/)/.test(path)) complaints.push("has no “Something is wrong”");
  return complaints;
}

// By keyboard: the first stop is the skip link, every stop can be seen, and one comes round again.
export async function byKeyboard(page) {
  const complaints = [];
  const stops = await page.evaluate(() => document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']").length);
  // A page for one thing may begin in its box; the skip link is then behind the reader.
  const begins = await page.evaluate(() => !!document.querySelector("[autofocus]"));
  await page.evaluate(() => { document.activeElement?.blur(); window.scrollTo(0, 0); });
  for (let at = 0; at < Math.min(stops, 60); at += 1) {
    await page.keyboard.press("Tab");
    const here = await page.evaluate(() => {
      const one = document.activeElement;
      if (!one || one === document.body) return null;
      const box = one.getBoundingClientRect();
      const style = getComputedStyle(one);
      return {
        name: `${one.tagName.toLowerCase()} “${(one.innerText || one.name || one.id || "").trim().slice(0, 30)}”`,
        skip: one.classList.contains("nhsuk-skip-link"),
        seen: box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight,
        marked: style.outlineStyle !== "none" || style.boxShadow !== "none" || style.backgroundColor !== "rgba(0, 0, 0, 0)",
      };
    });
    if (!here) break;
    if (at === 0 && !here.skip && !begins) complaints.push(`by keyboard: the first stop is ${here.name}, not the skip link`);
    if (!here.seen) complaints.push(`by keyboard: ${here.name} cannot be seen`);
    if (!here.marked) complaints.push(`by keyboard: ${here.name} does not show that it is chosen`);
  }
  return complaints;
}
