// Keeps a page that is only read current: asks again every 15 s while somebody looks, and replaces what is shown if it changed.
"use strict";
(() => {
  const main = () => document.querySelector("main[data-live]");
  if (!main()) return;
  let tag = null;
  const busy = () => main().contains(document.activeElement) && document.activeElement.matches("input,select,textarea,button,summary")
    || main().querySelector("details.commands[open], input:checked[type=checkbox]");
  const look = async () => {
    if (document.hidden || busy()) return;
    try {
      const answer = await fetch(location.href, { headers: tag ? { "If-None-Match": tag } : {}, redirect: "error" });
      if (answer.status !== 200) return;
      tag = answer.headers.get("ETag");
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("main[data-live]");
      if (fresh && !busy()) main().replaceWith(fresh);
    } catch { /* The page says as of when it is. */ }
  };
  setInterval(look, 15000);
  document.addEventListener("visibilitychange", look);
})();
