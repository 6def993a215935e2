"use strict";
/* Staff pages: every press is one POST to the API with a key of its own. The key is the page's, the
   part's and the act's, so a double tap or a second try after a lost answer counts once. */
const words = document.getElementById("words").dataset;
const part = document.getElementById("now");
const line = document.getElementById("say");
const page = part ? live(part, { quiet: Number(part.dataset.quiet) }) : null;
let pressing = false;
let chosen = null;

function say(text, wrong) {
  line.textContent = text;
  line.classList.toggle("wrong", Boolean(wrong));
}
function word(name, otherwise) {
  return words[name.replace(/-(.)/g, (_, letter) => letter.toUpperCase())] || otherwise;
}
function why(answer) {
  if (!answer.why) { return ""; }
  const [reason] = answer.why.split(" (");
  const share = /(\d+)\s?%/.exec(answer.why);
  const text = word("why-" + reason.toLowerCase().replaceAll(" ", "-"), reason);
  return " · " + text + (share ? " (" + word("share", "{n} %").replace("{n}", share[1]) + ")" : "");
}
async function post(path, body, key) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await fetch(path, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": key, "x-page-token": words.pageToken },
        body: JSON.stringify(body || {}),
        signal: AbortSignal.timeout(6000),
      });
    } catch (error) {
      if (tries === 2) { throw error; }
    }
  }
}
/* At most 64 letters; of a visit its end, which is random (its beginning is the time). */
function keyOf(name, of) {
  const { nonce } = part.querySelector("[data-nonce]").dataset;
  return [nonce, name, (of || "").slice(-12)].filter(Boolean).join(":");
}
async function press(path, body, name, of) {
  if (pressing) { return; }
  pressing = true;
  say(word("working", ""), false);
  try {
    const answer = await post(path, body, keyOf(name, of));
    const told = await answer.json();
    if (answer.status === 401) { location.href = "/sign-in"; return; }
    if (!answer.ok) { say(word("refused-" + told.reason, told.text), true); }
    else {
      const number = told.number || told.service || told.day || "";
      const state = told.state ? word("state-" + told.state, told.state) : word("done", "");
      say([number, state].filter(Boolean).join(": ") + why(told) + (told.note ? " · " + told.note : ""), false);
    }
  } catch { say(word("unreachable", ""), true); }
  pressing = false;
  await page.now();
}
function act(button) {
  if (button.disabled) { return; }
  const { path, act: name, ask } = button.dataset;
  if (ask) { open(button, document.getElementById(ask)); return; }
  const { body } = button.dataset;
  press(path, body ? JSON.parse(body) : {}, name, button.dataset.of);
}
/* A dialog asks for what an act needs besides; `chosen` is the button that opened it. */
function open(button, dialog) {
  chosen = button.dataset;
  const title = dialog.querySelector("[data-of]");
  if (title) { title.textContent = chosen.number || ""; }
  const filter = dialog.querySelector("input[type=search]");
  if (filter) { filter.value = ""; sift(filter); }
  const form = dialog.querySelector("form");
  if (form) { form.reset(); }
  if (dialog.dataset.fetch) { fetchInto(dialog, dialog.dataset.fetch.replace("{of}", chosen.of)); }
  dialog.showModal();
}
async function fetchInto(dialog, source) {
  const place = dialog.querySelector("[data-place]");
  place.textContent = word("working", "");
  try { place.innerHTML = await (await fetch(source)).text(); } catch { place.textContent = word("unreachable", ""); }
}
function sift(input) {
  const wanted = input.value.toLowerCase();
  for (const each of input.closest("dialog").querySelectorAll(".choices button")) {
    each.hidden = !each.textContent.toLowerCase().includes(wanted);
  }
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) { return; }
  const dialog = button.closest("dialog");
  if (button.dataset.act) { act(button); }
  else if (dialog && button.dataset.service) {
    dialog.close();
    press(chosen.path, { service: button.dataset.service }, chosen.act, button.dataset.service);
  } else if (dialog && button.dataset.close !== undefined) { dialog.close(); }
});
document.addEventListener("submit", (event) => {
  const dialog = event.target.closest("dialog");
  if (!dialog) { return; }
  event.preventDefault();
  const told = Object.fromEntries(new FormData(event.target));
  const of = told.of || chosen.of;
  delete told.of;
  dialog.close();
  press(chosen.path.replace("{of}", of), told, chosen.act, of);
});
document.addEventListener("input", (event) => {
  if (event.target.type === "search") { sift(event.target); }
});
document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || typing) { return; }
  if (document.querySelector("dialog[open]")) { return; }
  const button = document.querySelector(`button[data-letter="${CSS.escape(event.key.toLowerCase())}"]`);
  if (button) { event.preventDefault(); act(button); }
});
