// What people do on the pages, in a browser. Fails with the first thing that is not as it should be.
import { mkdirSync, readFileSync } from "node:fs";
import { PHONE, alert, base, check, end, launch, signIn, watch, wrong } from "./people.mjs";

const axe = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const HOSTILE = `<img src=x onerror=alert(1)> </script><script>alert(2)</script> \u202Eevil ${"x".repeat(10000)}`;

mkdirSync("pictures", { recursive: true });
const browser = await launch();

await alert("first", "payments fail", "8.2 % of requests failed in the last 5 minutes.");
await alert("hostile", HOSTILE, HOSTILE);
const people = [["tanaka", "ja"], ["smith", "en"]];
for (const [user, language] of people) {
  const context = await browser.newContext({ viewport: PHONE });
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
  // At 400 % a desk is 320 px wide: nothing is cut, and nothing scrolls sideways.
  const zoomed = await browser.newContext({ viewport: { width: 320, height: 256 }, storageState: cookies });
  const near = await zoomed.newPage();
  watch(near);
  for (const path of paths) {
    await near.goto(base + path);
    check(await near.evaluate("document.documentElement.scrollWidth<=document.documentElement.clientWidth"), `${user} ${path} is wider than the screen at 400 %`);
  }
  await zoomed.close();
  // Without script everything is there, too.
  const plain = await browser.newContext({ javaScriptEnabled: false, storageState: cookies });
  const bare = await plain.newPage();
  await bare.goto(base + incident);
  check((await bare.locator(".bar button").count()) >= 2, "without script there are no buttons");
  await plain.close();
  await context.close();
}

// News comes by one stream for all pages of a browser: nothing else asks here, for the clock that would is taken away.
const live = await browser.newContext({ viewport: PHONE });
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

const context = await browser.newContext({ viewport: PHONE });
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
// By keyboard alone, and what has the focus shows it.
await page.goto(base + incident);
let steps = 0;
const focused = () => page.evaluate("document.activeElement.textContent.trim()");
while ((await focused()) !== "対応する" && (steps += 1) < 40) await page.keyboard.press("Tab");
check((await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")) === "solid", "what has the focus does not show it");
await act("acknowledge by keyboard", () => Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]), /受け付けました/);
await act("unacknowledge again", button("unacknowledge"), /取り消しました/);
await act("escalate", button("escalate"), /次の担当者/);
await more();
await page.fill("textarea", "looking");
await act("note", button("note"), /メモ/);
await more();
await page.selectOption(`form[action="${incident}/escalate"] select`, "1");
await act("escalate to a step", () => page.click(`details form[action="${incident}/escalate"] button`), /ステップ 1|呼び/);
await more();
await page.fill(`form[action="${incident}/snooze"] input`, "30分");
await act("snooze", button("snooze"), /スヌーズ/);
await more();
await page.selectOption(`form[action="${incident}/reassign"] select`, "user:sato");
await act("reassign", button("reassign"), /佐藤 健さん/);
await more();
await page.selectOption(`form[action="${incident}/page-also"] select`, "user:suzuki");
await act("page also", button("page-also"), /鈴木 花子さん/);
await more();
await page.selectOption(`form[action="${incident}/page-also"] select`, "schedule:platform-primary");
await act("page a schedule too", button("page-also"), /Platform primary/);
await more();
await act("lower", button("lower"), /低/);
await more();
await act("raise", button("raise"), /高/);
await more();
await page.selectOption(`form[action="${incident}/move"] select`, "search");
await act("move", button("move"), /Search/);
await page.goto(`${base}/declare`);
await page.fill("input[name=summary]", "orders hang");
await act("declare", () => page.click(".primary"), /受け付けました/);
const declared = page.url().replace(base, "");
await more();
await page.fill(`form[action="${incident}/merge"] input`, declared.split("/").pop());
await act("merge", button("merge"), /統合しました/);
await more();
await act("unmerge", button("unmerge"), /戻しました/);
await page.goto(`${base}${declared}/resolve`);
await act("resolve", () => page.click(".primary"), /解決済み/);
await act("reopen", button("reopen", declared), /再/);
await page.goto(`${base}/schedules/web-primary/override`);
await page.selectOption("select[name=with]", "nobody");
await act("an override that opens a gap", () => page.click(".primary"), /よろしいですか/);
await act("is made when it is confirmed", () => page.click(".primary"), /登録しました/);
// What was made is listed with its maker, and ends early from there.
const standing = (what) => page.locator(".cards li").filter({ hasText: what });
await page.goto(`${base}/on-call`);
check(/田中 太郎（Web）/.test(await standing("当番なし").first().textContent()), "an override does not say who made it, and how");
await act("end an override", () => standing("当番なし").first().getByRole("button", { name: "今すぐ終了する" }).click(), /終了/);
await page.goto(`${base}/on-call`);
await page.click('form[action="/schedules/web-secondary/take"] button');
await page.waitForLoadState();
if (await page.locator('input[name="confirm"]').count()) await page.click(".primary");
await act("take over", async () => {}, /登録しました/);
await act("I cannot", () => standing("Web secondary").getByRole("button", { name: "対応できない" }).click(), /伝えました/);
await page.goto(`${base}/schedules/web-primary/override`);
await page.selectOption("select[name=with]", "sato");
await page.selectOption("select[name=replace]", "+");
await act("an override that adds", () => page.click(".primary"), /登録しました/);
check(/佐藤 健 も追加/.test(await page.locator(".cards").textContent()), "an override that adds is not on the schedule's page");
await page.goto(`${base}/silences/new`);
await page.fill("input[name=reason]", "noise");
await page.click(".primary");
await page.waitForLoadState();
check(/空|範囲|対象/.test(await page.locator('[role=alert]').textContent()), "a silence of nothing is not refused");
await page.fill("textarea[name=when]", "env=staging");
await page.click(".primary");
await page.waitForLoadState();
check(/labels/.test(await page.locator('[role=alert]').textContent()), "a label without `labels.` is not refused");
check((await page.inputValue("textarea[name=when]")) === "env=staging", "what was written is lost");
await page.check('input[name=services][value=checkout]');
await page.fill("textarea[name=when]", "labels.env=staging\nseverity=warning");
await page.click(".primary");
await page.waitForLoadState();
check(/labels\.env=staging · severity=warning · noise/.test(await page.locator("main").textContent()), "the silence is not shown before it is made");
check(/過去7日間では\d+件/.test(await page.locator(".warn").first().textContent()), "what a silence would mute is not counted before it is made");
await act("silence", () => page.click(".primary"), /登録しました/);
await act("end a silence", () => standing("noise").getByRole("button", { name: "今すぐ終了する" }).click(), /終了/);
await page.goto(`${base}/me`);
await act("try out a way", () => page.click('form[action="/me/test"] button'), /テストを送信/);
await page.goto(`${base}/schedules/web-primary/override`);
await page.selectOption("select[name=with]", "tanaka");
await page.fill("input[name=from]", "明日 10:00");
await page.fill("input[name=until]", "明日 14:00");
await act("an override for later", () => page.click(".primary"), /登録しました/);
await page.goto(`${base}/me`);
await page.selectOption('form[action="/offers"] select', "web-primary");
await page.fill('form[action="/offers"] input[name=from]', "明日 10:00");
await page.fill('form[action="/offers"] input[name=until]', "明日 12:00");
await act("offer a shift", () => page.click('form[action="/offers"] button'), /募集しました/);
const friends = await browser.newContext({ viewport: PHONE });
const friend = await signIn("sato", friends);
await friend.goto(`${base}/me`);
await friend.click('form[action$="/accept"] button');
await friend.waitForLoadState();
if (await friend.locator('input[name="confirm"]').count()) await friend.click(".primary");
await friend.waitForLoadState();
const accepted = (await friend.locator(".said, h1").first().textContent()).trim();
done.push(`accept: ${accepted}`);
check(/登録しました|引き受け/.test(accepted), `accepting an offer said "${accepted}"`);
await friends.close();
await page.goto(`${base}/me`);
await page.fill('form[action="/absences"] input[name=until]', "2時間");
await page.click('form[action="/absences"] button');
if (await page.locator('input[name="confirm"]').count()) await page.click(".primary");
await act("away", async () => {}, /登録しました/);
await page.goto(`${base}/on-call`);
await act("back again", () => standing("不在").getByRole("button", { name: "今すぐ終了する" }).click(), /終了/);
await alert("several-1", "one of several", "");
await alert("several-2", "another of several", "");
await page.goto(`${base}/?text=of+several`);
for (const box of await page.locator(".pick input").all()) await box.check();
await act("acknowledge several", () => page.click(".bar .primary"), /受け付けました/);
await page.goto(`${base}/?text=one+of+several`);
const quiet = await page.getAttribute(".title a", "href");
await more(quiet);
await page.fill(`form[action="${quiet}/silence"] input`, "known");
await act("silence until it is resolved", button("silence", quiet), /解決するまで通知を止め/);
// Words of 10,000 characters, markup and marks that turn the line, in what people write: wherever it is shown, it is text and as wide as the screen.
const form = (fields, action) => page.evaluate(([fields, action]) => {
  const sent = Object.assign(document.createElement("form"), { method: "post", action });
  for (const [name, value] of Object.entries(fields)) sent.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  document.body.append(sent);
  sent.submit();
}, [fields, action]);
const hostile = HOSTILE.slice(0, 1900);
for (const [action, fields] of [
  ["/declare", { service: "checkout", summary: HOSTILE, severity: "info", description: HOSTILE }], ["/declare", { service: "nowhere", summary: HOSTILE, description: HOSTILE }],
  ["/silences/new", { services: "checkout", when: `labels.x=${hostile}`, until: "2h", reason: HOSTILE }], ["/silences/new", { services: "checkout", when: HOSTILE, until: "2h", reason: HOSTILE }],
  ["/schedules/web-primary/override", { with: "tanaka", from: "now", until: "2h", reason: hostile, confirm: "true" }],
  ["/offers", { schedule: "web-primary", from: "明日 10:00", until: "明日 12:00", reason: hostile }], ["/absences", { until: HOSTILE }],
]) {
  await page.goto(`${base}/services`);
  await Promise.all([page.waitForNavigation(), form(fields, action)]);
  check(await page.evaluate("document.documentElement.scrollWidth<=document.documentElement.clientWidth"), `${action}, hostile, is wider than the screen`);
  check((await page.locator("main img, main script").count()) === 0, `${action}: what somebody wrote became markup`);
}
for (const path of ["/", "/me", "/declare", "/on-call", "/schedules/web-primary"]) {
  await page.goto(base + path);
  check(await page.evaluate("document.documentElement.scrollWidth<=document.documentElement.clientWidth"), `${path}, hostile, is wider than the screen`);
  check((await page.locator("main img, main script").count()) === 0, `${path}: what somebody wrote became markup`);
}
// As it is listened to: no mark is read, each incident is a heading, what is chosen and pressed says what it is about, and what was done is
// said when the page has come.
const heard = async (path) => {
  await page.goto(base + path);
  return page.locator("body").ariaSnapshot();
};
const list = await heard("/?text=payments");
check(/heading "payments fail" \[level=2\]/.test(list) && /checkbox "選択 [\d-]+: payments fail"/.test(list), `the list is heard as\n${list}`);
const duty = await heard("/on-call");
check(/button "次の交代まで引き受ける – Web primary"/.test(duty) && /columnheader "当番/.test(duty), `who is on call is heard as\n${duty}`);
const told = await heard(incident);
check(/article "payments fail"/.test(told) && /group "できること"/.test(told), `an incident is heard as\n${told}`);
for (const one of [list, duty, told]) check(!/[▲◆✓▸▾]/.test(one), `a mark is read aloud in\n${one}`);
await page.locator("details.commands summary").click();
await page.fill("textarea", "for who listens");
await Promise.all([page.waitForNavigation(), button("note")()]);
await page.waitForFunction(() => /メモ/.test(document.getElementById("news").textContent));
check(/^メモ/.test(await page.title()), "the title does not say what was done");
// Where the system chooses the colours, the current place, the button that is meant, and the drawings are told by lines and words.
await page.emulateMedia({ forcedColors: "active" });
await page.setViewportSize({ width: 1280, height: 900 });
const edge = (selector) => page.locator(selector).first().evaluate((it) => getComputedStyle(it).borderBottomColor);
await page.goto(base + incident);
await page.screenshot({ path: "pictures/forced-colors.png" });
check((await edge('nav a[aria-current]')) !== (await edge("nav a:not([aria-current])")), "in forced colours no one sees which page this is");
const line = await page.locator(".bar .primary").first().evaluate((it) => [getComputedStyle(it).borderTopWidth, getComputedStyle(it).borderTopColor, getComputedStyle(it).backgroundColor]);
check(line[0] === "3px" && line[1] !== line[2], `in forced colours the first button has no line of its own: ${line}`);
await page.goto(`${base}/schedules/web-primary`);
await page.screenshot({ path: "pictures/forced-colors-schedule.png", fullPage: true });
const drawn = await page.locator(".weeks text").evaluateAll((all) => all.map((it) => getComputedStyle(it).fill));
const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
check(drawn.length > 0 && drawn.every((fill) => fill !== ground), `in forced colours text of a drawing is ${ground} on ${ground}`);
await page.emulateMedia({ forcedColors: "none" });
await page.setViewportSize(PHONE);
await page.goto(base + incident);
await act("sign out", () => page.click("footer button"), /サインイン/);
await page.goto(`${base}/`);
check(page.url() === `${base}/sign-in`, "after signing out there are pages still");
await browser.close();

end([...done, "every page holds, in both languages, light and dark, narrow and wide"].join("\n"));
