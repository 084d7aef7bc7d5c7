// Copies the NHS.UK design system's style sheet into crates/web/assets/vendor, where the build embeds it.
//
// Two things are taken out on the way. The Frutiger typeface is licensed to the NHS and fetched from its
// servers: a page here uses no outside address and shows Arial, as the design system itself falls back to.
// The banner of licence comments stays.
import { gzipSync } from "node:zlib";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const source = join(root, "node_modules", "nhsuk-frontend");
const target = join(root, "crates", "web", "assets", "vendor");

const { version } = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
const css = readFileSync(join(source, "dist", "nhsuk", "nhsuk-frontend.min.css"), "utf8")
  .replace(/@font-face\{[^}]*\}/g, "")
  .replace(/"?Frutiger W01"?,\s*/g, "")
  .replace(/\/\*# sourceMappingURL=.*?\*\//g, "");
if (/frutiger/i.test(css) || /url\("?https?:/.test(css)) {
  console.error("assets: the style sheet still names a typeface or an outside address; mend scripts/assets.mjs");
  process.exit(1);
}

mkdirSync(target, { recursive: true });
const banner = `/* nhsuk-frontend ${version}, MIT licence, typeface taken out */\n`;
writeFileSync(join(target, "nhsuk.css"), banner + css);
writeFileSync(join(target, "nhsuk.css.gz"), gzipSync(banner + css, { level: 9 }));
console.log(`assets: nhsuk-frontend ${version} → crates/web/assets/vendor`);
