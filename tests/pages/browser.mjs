// Starts the system's Chromium. Nothing is downloaded.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const places = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

export const wide = { width: 1280, height: 800 };
export const phone = { width: 390, height: 844 };

export async function start() {
  const executablePath = places.find((place) => place && existsSync(place));
  if (!executablePath) {
    console.error("pages: no Chromium: run scripts/setup-tests, or set CHROMIUM to where it is");
    process.exit(2);
  }
  // The tests' own pages are all that is opened, also where the sandbox cannot start (root, containers).
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}
