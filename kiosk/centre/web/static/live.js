"use strict";
/* Live: keeps one part of a page true. It hears the centre's events, fetches the part again after
   each, and says how old it is when nothing is heard. `onEvent(name, data)` sees every event once;
   what happened while the page was away is marked `old` by the centre. */
function live(part, { quiet = 300, onEvent = () => {}, onShown = () => {} } = {}) {
  const stale = document.getElementById("stale");
  const staleText = stale.dataset.text;
  let heardAt = performance.now();
  let shownAt = 0;
  let timer = 0;
  let busy = false;
  let again = false;
  let source = null;
  let last = Number(part.dataset.seq);

  async function show() {
    timer = 0;
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(part.dataset.source, { cache: "no-store", signal: AbortSignal.timeout(8000) });
      if (answer.status === 401) { location.href = "/sign-in"; return; }
      if (answer.ok) {
        replace(await answer.text());
        shownAt = heardAt = performance.now();
        age();
        onShown();
      } else { soon(3000); }
    } catch { soon(2000); } finally {
      busy = false;
      if (again) { again = false; soon(quiet); }
    }
  }
  function replace(html) {
    const id = document.activeElement && part.contains(document.activeElement) ? document.activeElement.id : "";
    const tops = [...part.querySelectorAll(".scroll")].map((each) => each.scrollTop);
    part.innerHTML = html;
    [...part.querySelectorAll(".scroll")].forEach((each, index) => { each.scrollTop = tops[index] || 0; });
    if (id) { const found = document.getElementById(id); if (found) { found.focus(); } }
  }
  function soon(wait) {
    const rest = Math.max(wait, quiet - (performance.now() - shownAt));
    if (!timer) { timer = setTimeout(show, rest); }
  }
  function now() { clearTimeout(timer); timer = 0; return show(); }
  function age() {
    const seconds = Math.round((performance.now() - heardAt) / 1000);
    stale.hidden = seconds < 12;
    if (!stale.hidden) { stale.textContent = staleText.replace("{n}", seconds); }
  }
  function heard(event) {
    heardAt = performance.now();
    if (event.lastEventId) { last = Number(event.lastEventId); }
    age();
    if (event.type === "beat") { return; }
    const data = JSON.parse(event.data);
    onEvent(event.type, data);
    soon(data.old ? 0 : Math.min(quiet, 300));
  }
  const names = part.dataset.names.split(" ");
  function connect() {
    if (source) { source.close(); }
    source = new EventSource(part.dataset.events + "?after=" + last);
    for (const name of ["reset", "beat", ...names]) { source.addEventListener(name, heard); }
    source.onopen = () => { heardAt = performance.now(); soon(0); };
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) { setTimeout(connect, 2000); }
    };
  }
  /* A link that went silent without an error (a switch that was unplugged) is opened anew. */
  setInterval(() => {
    age();
    if (performance.now() - heardAt > 15000) { connectSometimes(); }
  }, 1000);
  let triedAt = 0;
  function connectSometimes() {
    if (performance.now() - triedAt > 5000) { triedAt = performance.now(); connect(); }
  }
  window.addEventListener("online", connect);
  connect();
  return { now, soon };
}
