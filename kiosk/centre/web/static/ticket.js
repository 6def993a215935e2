"use strict";
/* A citizen's own ticket: shown again after each call of the hall, at most every three seconds. */
const part = document.getElementById("now");
let state = part.querySelector("[data-state]").dataset.state;
const page = live(part, {
  quiet: 3000,
  onShown: () => {
    const now = part.querySelector("[data-state]").dataset.state;
    if (now === "called" && state !== "called" && navigator.vibrate) { navigator.vibrate([400, 200, 400]); }
    state = now;
  },
});
setInterval(() => page.soon(0), 30000);
