// Judges letters: html-validate reads them, caniemail asks what mail programs support, axe-core looks at them in Chromium,
// light and dark, narrow and wide; and what no program asks: sizes of type and of targets, and what is loaded.
// Usage: node judge.mjs MODULES CHROMIUM PICTURES ADDRESS PATH...
// MODULES is a folder with node_modules, PICTURES one for screenshots or "" for none. Prints a line for each fault;
// ends with 1 where there is one.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, chromium, pictures, address, ...paths] = process.argv.slice(2);
const require = createRequire(join(modules, "package.json"));
const { HtmlValidate, StaticConfigLoader } = require("html-validate");
const { chromium: browser } = require("playwright-core");
const { caniemail, rawData } = await import(pathToFileURL(require.resolve("caniemail")));
const { clientNames: clients } = await import(pathToFileURL(join(modules, "node_modules/caniemail/dist/clients.js")));
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const RULES = {
  extends: ["html-validate:recommended"],
  rules: {
    "no-trailing-whitespace": "off", // what an author's text holds is his
    "doctype-style": "off",
    "long-title": "off", // a title is the subject, which is the author's
    "no-inline-style": "off", // mail programs know no other
    "no-deprecated-attr": "off", // Outlook's Word wants align, border, cellpadding, cellspacing, width of tables
    "no-conditional-comment": "off", // Outlook's Word reads them, and nothing else makes it keep to a width
    "void-style": "off",
    "tel-non-breaking": "off",
  },
};
// What some mail program lacks or has by halves, and why the letter holds all the same. All else is a fault.
const FALLBACKS = {
  "!important keyword": "stands in @media alone, in small letters, with a space before it",
  "<body> element": "its colour is the outer cell's too",
  "<style> element": "every rule is in the elements too, but @media",
  "@media": "screen, width and dark colours alone: without it the letter is fluid and light",
  "Attribute selector": "[data-ogsc] and [data-ogsb], for the one program that sets them",
  "Class selector": "every rule is in the elements too, but @media",
  "Descendant combinator": "behind [data-ogsc] and [data-ogsb], for the one program that sets them",
  "align attribute": "of tables: what it moves stands at the side where reading begins, as it would without",
  "background-color": "#rrggbb alone; where it goes, dark text is on white",
  background: "as background-color, which is all that is used",
  border: "thin lines between articles, on cells",
  "border-radius": "corners are square",
  "border-spacing": "cellspacing stands beside it",
  "color-scheme meta tag": "the program darkens by itself, or not at all",
  "dir attribute": "align stands beside it; none is on a link without its text being in that direction",
  display: "none, block and inline-block alone",
  "display:none": "of the preheader, which is hidden by mso-hide and its size too",
  "font-size": "pixels alone",
  "font-weight": "700 alone, or none",
  "height attribute": "pixels alone, on pictures",
  "height property": "auto alone: where it goes, the picture has the height of its attribute",
  "lang attribute": "on what is in cells; else the article is read out in the voice of the letter",
  "line-height": "pixels, with mso-line-height-rule beside it",
  "mailto: links": "an address alone, which can be read",
  margin: "no negative one; Word keeps those of headings and paragraphs",
  "max-height property": "of the preheader, see display:none",
  "max-width": "a table of fixed width stands around it for Outlook, and pictures have the attribute width",
  overflow: "of the preheader, see display:none",
  "overflow-wrap": "word-wrap and word-break stand beside it",
  padding: "on cells; where links lose theirs, they are as high as their line",
  "role attribute": "on tables; where it goes, a screen reader speaks of cells",
  "text-decoration": "one value, underline or none",
  "width attribute": "pixels on pictures, 100% on tables",
  "width property": "100% of tables, with the attribute beside it",
  "word-break": "overflow-wrap and word-wrap stand beside it",
  "word-wrap": "overflow-wrap and word-break stand beside it",
};
const LOOKS = [
  { width: 375, colorScheme: "light" },
  { width: 375, colorScheme: "dark" },
  { width: 700, colorScheme: "light" },
  { width: 700, colorScheme: "dark" },
];

// What nobody has tried counts for nothing; the package would end at the first gap in its own table.
for (const { stats } of rawData.data)
  for (const name of clients) {
    const [family, platform] = name.split(".");
    const tried = ((stats[family] ??= {})[platform] ??= { 2000: "u" });
    for (const version of Object.keys(tried)) if (tried[version].startsWith("u")) tried[version] = "y";
  }

const faults = [];
const used = new Set();
const validator = new HtmlValidate(new StaticConfigLoader(RULES));
for (const path of paths) {
  const html = await (await fetch(address + path)).text();
  const report = await validator.validateString(html, path);
  for (const { messages } of report.results)
    for (const one of messages) faults.push(`${path}:${one.line}:${one.column}: ${one.ruleId}: ${one.message}`);
  const { issues } = caniemail({ clients: ["*"], html });
  const lacking = new Map();
  for (const kind of [issues.errors, issues.warnings])
    for (const [client, list] of kind)
      for (const { title } of list) lacking.set(title, (lacking.get(title) ?? new Set()).add(client));
  for (const [title, clients] of lacking) {
    if (title in FALLBACKS) used.add(title);
    else faults.push(`${path}: caniemail: ${title} is not known to ${[...clients].slice(0, 6).join(", ")}`);
  }
}
for (const title of Object.keys(FALLBACKS))
  if (!used.has(title)) faults.push(`${title} is in FALLBACKS for nothing`);

// In the page: texts that are too small, targets that are too low.
function measured() {
  const found = [];
  const seen = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    const size = parseFloat(getComputedStyle(parent).fontSize);
    if (walker.currentNode.data.trim() && !parent.closest(".preheader") && size < 16)
      found.push(`text of ${size} px: ${walker.currentNode.data.trim().slice(0, 40)}`);
  }
  for (const link of document.querySelectorAll("a:not(.inline)"))
    if (seen(link) && link.getBoundingClientRect().height < 44)
      found.push(`a target ${link.getBoundingClientRect().height} px high: ${link.textContent.slice(0, 40)}`);
  return found;
}

const opened = await browser.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-gpu"] });
for (const { width, colorScheme } of LOOKS) {
  const context = await opened.newContext({ viewport: { width, height: 800 }, colorScheme });
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(`${page.url()}: ${error.message}`));
  page.on("request", (one) => {
    if (!one.url().startsWith(address)) faults.push(`${page.url()}: loads ${one.url()}`);
    else if (!paths.some((path) => one.url() === address + path) && one.resourceType() !== "image")
      faults.push(`${page.url()}: loads ${one.url()}, a ${one.resourceType()}`);
  });
  for (const path of paths) {
    const where = `${path} (${width} px, ${colorScheme})`;
    await page.goto(address + path, { waitUntil: "load" });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (over > 0) faults.push(`${where}: is ${over} px wider than the window`);
    for (const one of await page.evaluate(measured)) faults.push(`${where}: ${one}`);
    await page.evaluate(axe);
    // A letter is a document of its own within a mail program's page, which has the landmarks.
    const rules = { region: { enabled: false }, "landmark-one-main": { enabled: false } };
    const found = await page.evaluate((rules) => axe.run(document, { resultTypes: ["violations"], rules }), rules);
    for (const one of found.violations)
      for (const node of one.nodes.slice(0, 3)) faults.push(`${where}: ${one.id}: ${node.target} ${one.help}`);
    if (pictures) {
      const name = `${path.replace(/\.html$/, "").replace(/\W+/g, "_")}-${width}-${colorScheme}.png`;
      await page.screenshot({ path: join(pictures, name), fullPage: true });
    }
  }
  await context.close();
}
await opened.close();
for (const fault of faults) console.log(fault);
console.log(`${paths.length} letters, ${faults.length} faults`);
process.exitCode = faults.length ? 1 : 0;
