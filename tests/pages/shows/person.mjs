// One person at one browser, scripts off, who presses what a person would press. Every page they come to is looked at
// once at both widths: axe, nothing cut off, what every page must say; and a picture of it is kept.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { accessible, fits, says } from "../check.mjs";
import { phone, wide } from "../browser.mjs";

export class Show {
  constructor(browser, base, pictures) {
    Object.assign(this, { browser, base, pictures, wrong: [], seen: new Map(), story: "" });
    if (pictures) mkdirSync(pictures, { recursive: true });
  }

  complain(words) { this.wrong.push(`${this.story}: ${words}`); }

  // Somebody at a browser of their own, not signed in; `width` is what they hold in their hand.
  async at(user, width = wide) {
    const context = await this.browser.newContext({ viewport: width, javaScriptEnabled: false, acceptDownloads: true });
    return new Person(this, user, await context.newPage());
  }

  // Somebody signed in by one press, as a demonstration offers it.
  async as(user, width = wide) {
    const person = await this.at(user, width);
    await person.go("/sign-in");
    await Promise.all([person.page.waitForEvent("load"), person.page.click(`button[name=user][value=${user}]`)]);
    await person.page.waitForURL((url) => url.pathname !== "/sign-in");
    await person.arrived();
    return person;
  }

  // A page as it was answered, looked at with scripts on: a form's answer cannot be asked for a second time.
  async look(name, url, html) {
    if (!this.eyes) {
      const open = async (viewport) => {
        const page = await (await this.browser.newContext({ viewport, bypassCSP: true })).newPage();
        // What is set into it then finds our style sheet, and its own links.
        await page.goto(new URL("/accessibility", url).href);
        return page;
      };
      this.eyes = await Promise.all([wide, phone].map(async (viewport) => [viewport, await open(viewport)]));
    }
    await Promise.all(this.eyes.map(async ([{ width }, page]) => {
      await page.setContent(html, { waitUntil: "load" });
      const found = [...(await accessible(page)), ...(await fits(page))];
      if (width === wide.width) {
        // The answer to a report stands at the address that the report was sent to.
        found.push(...(await says(page, true, new URL(url).pathname.replace(/^\/wrong$/, "/wrong/sent"))));
      }
      found.forEach((words) => this.complain(`${name} at ${width}: ${words}`));
      if (this.pictures) {
        const tall = await page.evaluate(() => document.documentElement.scrollHeight);
        await page.screenshot({ path: join(this.pictures, `${name}-${width}.png`), fullPage: true, clip: { x: 0, y: 0, width, height: Math.min(tall, 2_200) } });
      }
    }));
  }
}

export class Person {
  constructor(show, user, page) { Object.assign(this, { show, user, page }); }

  must(holds, words) { if (!holds) this.show.complain(`${this.user} at ${this.path()}: ${words}`); }

  path() { return new URL(this.page.url()).pathname; }

  async words() { return (await this.page.innerText("body")).replace(/\s+/g, " "); }

  // After each step: the page is looked at, once for each kind of page and each who sees it.
  async arrived() {
    await this.page.waitForLoadState("load");
    const heading = (await this.page.locator("h1").first().textContent({ timeout: 2_000 }).catch(() => "")).trim();
    const kind = this.path().replace(/\/([0-9a-f]{16,}[^/]*|\d+)(?=\/|$)/g, "/#");
    const banner = await this.page.locator("section.died, section.alert").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label") ?? one.getAttribute("aria-labelledby")).join(","));
    const problem = (await this.page.locator(".nhsuk-error-summary").count()) > 0;
    const under = (await this.page.locator("main h2").first().textContent({ timeout: 500 }).catch(() => "")).replace(/\d+/g, "#");
    const mark = [this.user, kind, heading, under, banner, problem].join("|");
    if (this.show.seen.has(mark)) return;
    const number = String(this.show.seen.size + 1).padStart(3, "0");
    const name = `${number}-${this.user}${kind.replace(/[^a-z]+/g, "-")}${problem ? "-problem" : ""}`.replace(/-$/, "");
    this.show.seen.set(mark, name);
    await this.show.look(name, this.page.url(), await this.page.content());
  }

  // An address that the story gives: a bookmark, or one that somebody pastes.
  async go(path) {
    const answer = await this.page.goto(this.show.base + path);
    this.status = answer?.status() ?? 0;
    await this.arrived();
    return this;
  }

  // Presses the first link or button of this name that can be seen.
  async press(name, within = "main") {
    const place = this.page.locator(within);
    const wanted = place.getByRole("button", { name }).or(place.getByRole("link", { name })).first();
    if ((await wanted.count()) === 0) throw new Error(`${this.show.story}: ${this.user} at ${this.path()} finds no “${name}” to press: ${(await this.words()).slice(0, 1500)}`);
    const [answer] = await Promise.all([this.page.waitForNavigation(), wanted.click()]);
    this.status = answer?.status() ?? 0;
    await this.arrived();
    return this;
  }

  async type(label, text, within = "main") { await this.page.locator(within).getByLabel(label).first().fill(text); return this; }

  // A label hides the round button that it belongs to: it is what a person presses.
  async choose(label, within = "main") { await this.page.locator(within).locator("label", { hasText: label }).first().click(); return this; }

  async select(label, option, within = "main") { await this.page.locator(within).getByLabel(label).first().selectOption({ label: option }); return this; }

  async sees(...every) {
    const words = await this.words();
    every.forEach((one) => this.must(one instanceof RegExp ? one.test(words) : words.includes(one), `does not see “${one}” but: ${words.slice(0, 900)}`));
    return this;
  }

  async seesNot(...every) {
    const all = `${await this.words()} ${await this.page.content()}`.toLowerCase();
    every.forEach((one) => this.must(!all.includes(one.toLowerCase()), `sees “${one}”`));
    return this;
  }

  // Looks for somebody by what is typed; the search stands on every page of those who may.
  async find(asked) {
    await this.go("/people");
    await this.type(/NHS number/, asked);
    return this.press(/^Find/, "main");
  }

  async refused(path) {
    await this.go(path);
    this.must(this.status === 403 || this.status === 404, `${path} is not refused but answered ${this.status}`);
    return this;
  }

  async leaves() { await this.page.context().close(); }
}
