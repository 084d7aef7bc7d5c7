// Takes pictures of every page of the gallery at two widths, and the one that README shows.
//
//   node tests/pages/screenshots.mjs PATH-OF-GALLERY
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { phone, start, wide } from "./browser.mjs";

const pictures = fileURLToPath(new URL("../../docs/pictures", import.meta.url));
const latest = join(pictures, "latest");
mkdirSync(latest, { recursive: true });

const gallery = spawn(process.argv[2], ["0"], { stdio: ["ignore", "pipe", "inherit"] });
const base = await new Promise((done, fail) => {
  gallery.stdout.once("data", (text) => done(new URL(String(text).trim()).origin));
  gallery.once("exit", () => fail(new Error("the gallery did not start")));
});
const browser = await start();
try {
  const page = await browser.newPage({ viewport: wide });
  await page.goto(`${base}/gallery`);
  const paths = await page.$$eval("a", (links) => links.map((link) => link.getAttribute("href")));
  for (const size of [wide, phone]) {
    await page.setViewportSize(size);
    for (const path of paths) {
      await page.goto(base + path);
      const name = path.replace(/^\//, "").replace(/[^a-z0-9-]+/gi, "_");
      await page.screenshot({ path: join(latest, `${size.width}-${name}.png`), fullPage: size === phone });
    }
  }
  await page.setViewportSize(wide);
  await page.goto(base + paths.find((path) => /^\/people\/[0-9a-f]{32}$/.test(path)));
  await page.screenshot({ path: join(pictures, "record.png") });
  console.log(`screenshots: ${paths.length} pages at two widths in docs/pictures/latest, and docs/pictures/record.png`);
} finally {
  await browser.close();
  gallery.kill();
}
