// What people do on the pages, in a browser. Fails with the first thing that is not as it should be.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const { BASE: base, BINARY: binary, STATE: state, SECRET: secret } = process.env;
const axe = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const HOSTILE = `<img src=x onerror=alert(1)> </script><script>alert(2)</script> \u202Eevil ${"x".repeat(2000)}`;

mkdirSync("pictures", { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
const wrong = [];
const check = (holds, what) => { if (!holds) wrong.push(what); };
const watch = (page) => {
  page.on("console", (message) => message.type() === "error" && !/status of 4/.test(message.text()) && wrong.push(`console: ${message.text()}`));
  page.on("dialog", (dialog) => { wrong.push(`an alert ran script: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => check(request.url().startsWith(base), `a request left the origin: ${request.url()}`));
};
const alert = async (name, summary, words) => {
  const body = { status: "firing", version: "1", orgId: 1, alerts: [{ status: "firing", fingerprint: name, labels: { alertname: name, service: "checkout", severity: "critical", note: words }, annotations: { summary, description: words } }] };
  const answer = await fetch(`${base}/v1/webhooks/grafana/${secret}`, { method: "POST", body: JSON.stringify(body) });
  check(answer.status === 202, `the alert was answered ${answer.status}`);
};
const link = (user) => execFileSync(binary, ["sign-in-link", "--user", user, "--state", state, "--url", base]).toString().trim();
const signIn = async (user, context) => {
  const page = await context.newPage();
  watch(page);
  await page.goto(link(user));
  await page.click("button");
  await page.waitForURL(`${base}/`);
  return page;
};

await alert("first", "payments fail", "8.2 % of requests failed in the last 5 minutes.");
await alert("hostile", HOSTILE, HOSTILE);
const people = [["tanaka", "ja"], ["smith", "en"]];
for (const [user, language] of people) {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
  const page = await signIn(user, context);
  const cookies = await context.storageState();
  const incident = await page.getAttribute(".title a", "href");
  const paths = ["/", incident, `${incident}/resolve`, "/on-call", "/schedules/web-primary", "/schedules/web-primary/override", "/silences/new", "/me", "/declare", "/schedules?days=7", "/schedules?days=28", "/services", "/services/checkout", "/integrations", "/config", `/runbooks/checkout.md?incident=${incident.split("/").pop()}`];
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [360, 1280]) {
      const looks = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, storageState: cookies });
      const view = await looks.newPage();
      watch(view);
      for (const path of paths) {
        await view.goto(base + path);
        const where = `${user} ${colorScheme} ${width} ${path}`;
        const { violations } = await view.evaluate(`${axe};axe.run(document,{runOnly:${JSON.stringify(WCAG)}})`);
        for (const one of violations) wrong.push(`${where}: ${one.id}: ${one.nodes[0].html.slice(0, 200)}`);
        check(await view.evaluate("document.documentElement.scrollWidth<=document.documentElement.clientWidth"), `${where} is wider than the screen`);
        check((await view.getAttribute("html", "lang")) === language, `${where} is not in ${language}`);
        await view.screenshot({ path: `pictures/${user}-${colorScheme}-${width}${path.replace(/\W+/g, "-")}.png`, fullPage: true });
      }
      await looks.close();
    }
  }
  // Without script everything is there, too.
  const plain = await browser.newContext({ javaScriptEnabled: false, storageState: cookies });
  const bare = await plain.newPage();
  await bare.goto(base + incident);
  check((await bare.locator(".bar button").count()) >= 2, "without script there are no buttons");
  await plain.close();
  await context.close();
}

// News comes by one stream for all pages of a browser: nothing else asks here, for the clock that would is taken away.
const live = await browser.newContext({ viewport: { width: 360, height: 740 } });
await live.addInitScript("window.setInterval = () => 0");
let streams = 0;
live.on("request", (request) => { if (request.url() === `${base}/events`) streams += 1; });
const one = await signIn("tanaka", live);
const other = await live.newPage();
watch(other);
await other.goto(`${base}/`);
await alert("news", "news arrives by itself", "");
for (const open of [one, other]) await open.getByText("news arrives by itself").first().waitFor();
check(streams === 1, `two pages of one browser have ${streams} streams`);
await live.close();

const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
const page = await signIn("tanaka", context);
const done = [];
const act = async (name, click, expected) => {
  await click();
  await page.waitForLoadState();
  const said = (await page.locator(".said, h1").first().textContent()).trim();
  done.push(`${name}: ${said}`);
  check(expected.test(said), `${name} said "${said}", not ${expected}`);
};
await page.goto(`${base}/?text=payments`);
const incident = await page.getAttribute(".title a", "href");
const button = (command, at = incident) => () => page.click(`form[action="${at}/${command}"] button`);
const more = async (at = incident) => {
  await page.goto(base + at);
  await page.click("details.commands summary");
};
await page.goto(base + incident);
await page.screenshot({ path: "pictures/incident.png" });
await act("acknowledge", button("acknowledge"), /受け付けました/);
await act("unacknowledge", button("unacknowledge"), /取り消しました/);
await act("escalate", button("escalate"), /次の担当者/);
await more();
await page.fill("textarea", "looking");
await act("note", button("note"), /メモ/);
await more();
await page.fill(`form[action="${incident}/snooze"] input`, "30分");
await act("snooze", button("snooze"), /スヌーズ/);
await more();
await page.selectOption(`form[action="${incident}/reassign"] select`, "sato");
await act("reassign", button("reassign"), /sato/);
await more();
await page.selectOption(`form[action="${incident}/page-also"] select`, "suzuki");
await act("page also", button("page-also"), /suzuki/);
await more();
await act("lower", button("lower"), /低/);
await more();
await act("raise", button("raise"), /高/);
await more();
await page.selectOption(`form[action="${incident}/move"] select`, "search");
await act("move", button("move"), /search/);
await page.goto(`${base}/declare`);
await page.fill("input[name=summary]", "orders hang");
await act("declare", () => page.click(".primary"), /受け付けました/);
const declared = page.url().replace(base, "");
await more();
await page.fill(`form[action="${incident}/merge"] input`, declared.split("/").pop());
await act("merge", button("merge"), /統合しました/);
await more();
await act("unmerge", button("unmerge"), /./);
await page.goto(`${base}${declared}/resolve`);
await act("resolve", () => page.click(".primary"), /解決済み/);
await act("reopen", button("reopen", declared), /再/);
await page.goto(`${base}/schedules/web-primary/override`);
await page.selectOption("select[name=with]", "nobody");
await act("an override that opens a gap", () => page.click(".primary"), /よろしいですか/);
await act("is made when it is confirmed", () => page.click(".primary"), /登録しました/);
await page.goto(`${base}/silences/new`);
await page.fill("input[name=reason]", "noise");
await act("silence", () => page.click(".primary"), /登録しました/);
await page.goto(`${base}/me`);
await page.fill('form[action="/absences"] input[name=until]', "2時間");
await page.click('form[action="/absences"] button');
if (await page.locator('input[name="confirm"]').count()) await page.click(".primary");
await act("away", async () => {}, /登録しました/);
await act("sign out", () => page.click("footer button"), /サインイン/);
await page.goto(`${base}/`);
check(page.url() === `${base}/sign-in`, "after signing out there are pages still");
await browser.close();

console.log(done.join("\n"));
if (wrong.length) {
  console.error([...new Set(wrong)].slice(0, 40).join("\n"));
  process.exit(1);
}
console.log("every page holds, in both languages, light and dark, narrow and wide");
