// Every command of a page with the session of somebody who may only look, and with none: refused kindly, or led to where one signs in
// and then back. What a responder's session does with each is in walk.mjs, which ran before.
import { PHONE, alert, base, check, end, launch, link, signIn, watch } from "./people.mjs";

const browser = await launch();
const own = await browser.newContext({ viewport: PHONE });
const responder = await signIn("tanaka", own);
await alert("rights", "rights are looked at", "");
await responder.goto(`${base}/?text=rights`);
const incident = await responder.getAttribute(".title a", "href");
const id = incident.split("/").pop();

// A command each, with what its form would say.
const COMMANDS = [
  [`${incident}/acknowledge`], [`${incident}/unacknowledge`], [`${incident}/escalate`, { step: "1" }], [`${incident}/resolve`, { reason: "no" }],
  [`${incident}/reopen`], [`${incident}/note`, { text: "no" }], [`${incident}/snooze`, { until: "1h" }], [`${incident}/silence`, { reason: "no" }],
  [`${incident}/reassign`, { whom: "user:sato" }], [`${incident}/page-also`, { whom: "user:sato" }], [`${incident}/raise`], [`${incident}/lower`],
  [`${incident}/move`, { service: "search" }], [`${incident}/merge`, { into: id }], [`${incident}/unmerge`], ["/incidents/acknowledge", { incidents: id }],
  ["/declare", { service: "checkout", summary: "no", severity: "info" }],
  ["/schedules/web-primary/override", { with: "sato", from: "now", until: "2h" }], ["/schedules/web-primary/take"],
  ["/silences/new", { services: "checkout", until: "2h", reason: "no" }], ["/absences", { until: "2h" }], ["/standing/end", { what: "1" }],
  ["/standing/cannot", { what: "1" }], ["/offers", { schedule: "web-primary", from: "tomorrow 10:00", until: "2h" }], ["/offers/1/accept"], ["/me/test", { by: "slack" }],
];
// The pages on which those forms are, and where somebody is led back to.
const PAGES = ["/", incident, `${incident}/resolve`, "/on-call", "/me", "/declare", "/schedules/web-primary", "/schedules/web-primary/override", "/silences/new", "/services/checkout", "/integrations", "/config", `/runbooks/checkout.md?incident=${id}`];

// As a page of ours would send it: a form that the page's own policy lets through.
const send = async (page, action, fields) => {
  await page.evaluate(([action, fields]) => {
    const form = Object.assign(document.createElement("form"), { method: "post", action });
    for (const [name, value] of Object.entries(fields)) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    document.body.append(form);
    form.submit();
  }, [action, fields ?? {}]);
  await page.waitForURL((url) => url.pathname !== "/services");
  await page.waitForLoadState();
};

// The viewer sees the pages without buttons to press; a form of theirs is refused in words, and nothing came of it.
const looks = await browser.newContext({ viewport: PHONE });
const viewer = await signIn("guest@hanamaru.example.com", looks);
for (const path of PAGES.filter((path) => !/resolve$|^\/(me|declare|silences)|override$/.test(path))) {
  const answer = await viewer.goto(base + path);
  check(answer.status() === 200, `a viewer is answered ${answer.status()} at ${path}`);
  const forms = await viewer.locator('main form[method="post"]:has(button)').count();
  check(forms === 0, `a viewer has ${forms} forms to send at ${path}`);
}
for (const [action, fields] of COMMANDS) {
  await viewer.goto(`${base}/services`);
  await send(viewer, action, fields);
  const said = (await viewer.locator("h1").textContent()).trim();
  check(/閲覧のみ可能です/.test(said), `a viewer's ${action} was answered "${said}"`);
  check(await viewer.locator("nav a").count() >= 2, `a viewer has nowhere to go after ${action}`);
}
await responder.goto(base + incident);
check(/未対応/.test(await responder.locator(".head .mark").textContent()), "what a viewer sent was done");
await looks.close();

// Nobody comes to where one signs in, and afterwards to the page that they wanted. Links for the same person in the same second are one,
// which works once: so they take turns.
const TURNS = ["tanaka", "sato", "suzuki", "kimura", "nakamura", "smith", "yamada", "ito"];
for (const [turn, path] of PAGES.entries()) {
  const fresh = await browser.newContext({ viewport: PHONE });
  const nobody = await fresh.newPage();
  watch(nobody);
  await nobody.goto(base + path);
  check(nobody.url() === `${base}/sign-in`, `nobody is shown ${path}`);
  await nobody.goto(link(TURNS[turn % TURNS.length]));
  await nobody.click("button");
  await nobody.waitForLoadState();
  check(nobody.url() === base + path, `from ${path}, one comes back to ${nobody.url()}`);
  await fresh.close();
}
// And a form of nobody does nothing but lead there.
const none = await browser.newContext({ viewport: PHONE });
const nobody = await none.newPage();
watch(nobody);
for (const [action, fields] of COMMANDS) {
  await nobody.goto(`${base}/sign-in`);
  await nobody.evaluate("history.replaceState(null, '', '/services')");
  await send(nobody, action, fields);
  check(nobody.url() === `${base}/sign-in`, `nobody's ${action} leads to ${nobody.url()}`);
}
await responder.goto(base + incident);
check(/未対応/.test(await responder.locator(".head .mark").textContent()), "what nobody sent was done");
await browser.close();
end(`${COMMANDS.length} commands are refused kindly to who may only look, and lead nobody to where one signs in; ${PAGES.length} pages lead back`);
