// Judges pages: html-validate reads their bytes, axe-core looks at them in Chromium, light and dark, narrow and wide.
// Usage: node judge.mjs MODULES CHROMIUM PICTURES ADDRESS PATH...
// MODULES is a folder with node_modules, PICTURES one for screenshots or "" for none. Prints a line for each fault;
// ends with 1 where there is one.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const [modules, chromium, pictures, address, ...paths] = process.argv.slice(2);
const require = createRequire(join(modules, "package.json"));
const { HtmlValidate, StaticConfigLoader } = require("html-validate");
const { chromium: browser } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const RULES = {
  extends: ["html-validate:recommended"],
  rules: {
    "no-trailing-whitespace": "off", // what an author's text holds is his
    "doctype-style": "off", // <!doctype html> in small letters is as good
    "long-title": "off", // a title is the author's
    "no-inline-style": "error",
    "void-style": "off",
    "tel-non-breaking": "off",
    "form-dup-name": ["error", { shared: ["radio", "checkbox", "submit", "reset", "button"] }], // boxes of one list
  },
};
const LOOKS = [
  { width: 375, colorScheme: "light" },
  { width: 375, colorScheme: "dark" },
  { width: 1280, colorScheme: "light" },
  { width: 1280, colorScheme: "dark" },
];

const faults = [];
const leading = new Set(); // pages that lead on at once: a browser is gone before it can be asked
const validator = new HtmlValidate(new StaticConfigLoader(RULES));
for (const path of paths) {
  const html = await (await fetch(address + path)).text();
  if (html.includes('http-equiv="refresh"')) leading.add(path);
  const report = await validator.validateString(html, path);
  for (const { messages } of report.results)
    for (const one of messages) faults.push(`${path}:${one.line}:${one.column}: ${one.ruleId}: ${one.message}`);
}

const opened = await browser.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-gpu"] });
for (const { width, colorScheme } of LOOKS) {
  const context = await opened.newContext({ viewport: { width, height: 800 }, colorScheme });
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(`${page.url()}: ${error.message}`));
  for (const path of paths.filter((path) => !leading.has(path))) {
    const where = `${path} (${width} px, ${colorScheme})`;
    await page.goto(address + path, { waitUntil: "load" });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (over > 0) faults.push(`${where}: is ${over} px wider than the window`);
    await page.evaluate(axe);
    const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
    for (const one of found.violations)
      for (const node of one.nodes.slice(0, 3)) faults.push(`${where}: ${one.id}: ${node.target} ${one.help}`);
    if (pictures) {
      const name = `${path.replace(/\W+/g, "_")}-${width}-${colorScheme}.png`;
      await page.screenshot({ path: join(pictures, name), fullPage: true });
    }
  }
  await context.close();
}
await opened.close();
for (const fault of faults) console.log(fault);
console.log(`${paths.length} pages, ${faults.length} faults`);
process.exitCode = faults.length ? 1 : 0;
