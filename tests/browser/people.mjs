// A browser with the people of the example company, and what every script asks of a page.
import { execFileSync } from "node:child_process";
import { chromium } from "playwright-core";

export const { BASE: base, BINARY: binary, STATE: state, SECRET: secret } = process.env;
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
export const PHONE = { width: 360, height: 740 };

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });

export const wrong = [];
export const check = (holds, what) => { if (!holds) wrong.push(what); };

// Nothing in a page of ours may fail, run what an alert says, or ask another origin.
export const watch = (page, own = base) => {
  page.on("console", (message) => message.type() === "error" && !/status of 4/.test(message.text()) && wrong.push(`console: ${message.text()}`));
  page.on("dialog", (dialog) => { wrong.push(`an alert ran script: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => check(request.url().startsWith(own), `a request left the origin: ${request.url()}`));
};

export const link = (user) => execFileSync(binary, ["sign-in-link", "--user", user, "--state", state, "--url", base]).toString().trim();
export const signIn = async (user, context) => {
  const page = await context.newPage();
  watch(page);
  await page.goto(link(user));
  await page.click("button");
  await page.waitForURL(`${base}/`);
  return page;
};

export const alert = async (name, summary, words) => {
  const body = { status: "firing", version: "1", orgId: 1, alerts: [{ status: "firing", fingerprint: name, labels: { alertname: name, service: "checkout", severity: "critical", note: words }, annotations: { summary, description: words } }] };
  const answer = await fetch(`${base}/v1/webhooks/grafana/${secret}`, { method: "POST", body: JSON.stringify(body) });
  check(answer.status === 202, `the alert was answered ${answer.status}`);
};

export const end = (said) => {
  if (wrong.length) {
    console.error([...new Set(wrong)].slice(0, 40).join("\n"));
    process.exit(1);
  }
  console.log(said);
};
