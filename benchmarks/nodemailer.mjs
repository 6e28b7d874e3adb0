// Sends letters with nodemailer's pool, as its manual shows it: the comparison of the sending benchmarks.
//
// Usage: node nodemailer.mjs PORT LETTERS CONNECTIONS html|raw
//
// "html" gives it letter.html and letter.txt of the folder this file lies in, with {email} and {token} made a
// person's own, and it makes the message of them; "raw" gives it the bytes of letter.eml, the same for everyone,
// so that it does nothing but talk SMTP.

import { readFileSync } from "node:fs";
import nodemailer from "nodemailer";

const [port, letters, connections, how] = process.argv.slice(2);
const [html, text] = ["letter.html", "letter.txt"].map((name) => readFileSync(name, "utf8"));
const raw = readFileSync("letter.eml");
const from = "kabar@news.example.org";

const transport = nodemailer.createTransport({
  host: "127.0.0.1",
  port: Number(port),
  secure: false,
  ignoreTLS: true,
  pool: true,
  maxConnections: Number(connections),
  maxMessages: Infinity,
});

function message(number) {
  const to = `p${number}@example.org`;
  if (how === "raw") return { envelope: { from, to: [to] }, raw };
  const token = number.toString(36).padStart(22, "t");
  const own = (template) => template.replaceAll("{email}", to).replaceAll("{token}", token);
  const headers = { "List-Unsubscribe": `<https://news.example.org/unsubscribe/${token}>` };
  return { from, to, subject: "Kabar Harian", html: own(html), text: own(text), headers };
}

let next = 0;
async function work() {
  while (next < Number(letters)) await transport.sendMail(message(next++));
}

await Promise.all(Array.from({ length: 4 * Number(connections) }, work));
transport.close();
