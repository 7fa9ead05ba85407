// Keeps a page that is only read current: asks again when the server tells of news, or every 15 s where it tells nothing, and replaces
// what is shown if it changed. All pages of a browser that are looked at share one stream of events.
"use strict";
(() => {
  // A region that is there from the start is read by nobody: what was just done is said once the page is.
  const said = document.querySelector(".said");
  if (said) setTimeout(() => { document.getElementById("news").textContent = said.textContent; }, 300);
  const main = () => document.querySelector("main[data-live]");
  if (!main()) return;
  const busy = () => main().contains(document.activeElement) && document.activeElement.matches("input,select,textarea,button,summary")
    || main().querySelector("details.commands[open], input:checked[type=checkbox]");
  let tag = null, heard = 0, waiting = false;
  // What is read aloud, as it is written: the counts of a list, how an incident stands; only when it changes.
  const told = (of) => of.querySelector("[data-told]")?.textContent.replace(/\s+/g, " ").trim();
  const read = (words) => { document.getElementById("news").textContent = words ?? ""; };
  const look = async () => {
    if (document.hidden) return;
    waiting = busy();
    if (waiting) return;
    try {
      const answer = await fetch(location.href, { headers: tag ? { "If-None-Match": tag } : {}, redirect: "error" });
      if (answer.status !== 200) return;
      tag = answer.headers.get("ETag");
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("main[data-live]");
      waiting = busy();
      if (!fresh || waiting) return;
      // What was just done stays said.
      const said = main().querySelector(".said");
      if (said) fresh.prepend(said);
      const news = told(fresh) !== told(main()) && told(fresh);
      main().replaceWith(fresh);
      if (news) read(news);
    } catch { /* The page says as of when it is. */ }
  };
  const hears = (name) => { heard = Date.now(); if (name === "news") look(); };
  setInterval(() => { if (waiting || Date.now() - heard > 20000) look(); }, 15000);
  document.addEventListener("visibilitychange", look);

  if (!window.EventSource || !window.BroadcastChannel || !navigator.locks) return;
  const others = new BroadcastChannel("oncall");
  others.onmessage = (message) => hears(message.data);
  let leave = null;
  // Whoever holds the lock follows, for all of them.
  const lead = () => new Promise((end) => {
    const stream = new EventSource("/events");
    const pass = (event) => { hears(event.type); others.postMessage(event.type); };
    stream.addEventListener("news", pass);
    stream.addEventListener("still", pass);
    leave.signal.addEventListener("abort", () => { stream.close(); end(); });
  });
  const follow = () => {
    if (document.hidden) { leave?.abort(); leave = null; return; }
    if (leave) return;
    leave = new AbortController();
    navigator.locks.request("oncall-events", { signal: leave.signal }, lead).catch(() => {});
  };
  document.addEventListener("visibilitychange", follow);
  follow();
})();
