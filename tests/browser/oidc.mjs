// Signing in at oidc-provider-mock as people do: from the page that was wanted to the provider's own page and back, out again, and who has
// left is refused in words. tests/signin.py starts both servers and says where they are.
import { PHONE, base, check, end, launch } from "./people.mjs";

const { ISSUER: issuer, PERSON: person, GONE: gone } = process.env;
const browser = await launch();
const begin = async (path) => {
  const context = await browser.newContext({ viewport: PHONE });
  // The provider's page wants a style sheet from elsewhere; ours may want nothing of the kind.
  await context.route((url) => url.origin !== base && url.origin !== issuer, (route) => route.abort());
  const page = await context.newPage();
  page.on("request", (request) => {
    const inside = request.resourceType() !== "document" && request.frame().url().startsWith(base);
    check(!inside || request.url().startsWith(base), `a page of ours asks ${request.url()}`);
  });
  await page.goto(base + path);
  check(page.url() === `${base}/sign-in`, `nobody is shown ${page.url()}`);
  await page.click("a.button.primary");
  check(page.url().startsWith(`${issuer}/oauth2/authorize?`), `one signs in at ${page.url()}`);
  return page;
};
const isSomebody = async (page, subject) => {
  await page.fill('input[name="sub"]', subject);
  await page.getByRole("button", { name: "Authorize" }).click();
  await page.waitForURL((url) => url.origin === base);
  await page.waitForLoadState();
};

const wanted = "/schedules/web-primary?from=2026-12-07&days=7";
const page = await begin(wanted);
await isSomebody(page, person);
check(page.url() === base + wanted, `signed in, one comes back to ${page.url()}`);
check(/Smith/.test(await page.locator("footer").textContent()), "the page does not say who is signed in");
const cookies = await page.context().cookies();
check(cookies.length === 1 && cookies.every((it) => it.name === "__Host-oncall" && it.httpOnly && it.secure && it.sameSite === "Lax"), `cookies: ${JSON.stringify(cookies)}`);
await page.goto(`${base}/me`);
check(/Smith/.test(await page.locator("h1").textContent()), "the session ends with the first page");
await page.click('form[action="/sign-out"] button');
check(page.url() === `${base}/sign-in`, `signed out, one is at ${page.url()}`);
await page.goto(base + wanted);
check(page.url() === `${base}/sign-in`, "after signing out there are pages still");

const left = await begin("/on-call");
await isSomebody(left, gone);
const said = await left.locator("main").textContent();
check(/ログインできません|サインインできません/.test(said), `who has left is told "${said.trim()}"`);
check(await left.locator("a.button").count() === 1, "who has left has no way on");
check((await left.context().cookies()).every((it) => it.name !== "__Host-oncall"), "who has left has a session");
await left.goto(`${base}/on-call`);
check(left.url() === `${base}/sign-in`, "who has left sees pages");
await browser.close();
end("a browser signed in at oidc-provider-mock, came back to its page, signed out, and who has left was refused");
