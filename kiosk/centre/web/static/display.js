"use strict";
/* Display: the calls of the hall, each highlighted for a while and spoken once a language. The chime
   does not wait for speech: it is played for every call, and a call without a voice is a chime. */
const FRESH_MS = 12000;
const SPEAK_MS = 9000;
const part = document.getElementById("now");
const sound = document.getElementById("sound");
const clock = document.getElementById("clock");
const fresh = new Map();
const waiting = [];
const offset = Number(part.dataset.at) - Date.now();
let speaking = false;
let audible = new URLSearchParams(location.search).get("voice") === "on";

function mark() {
  const at = performance.now();
  for (const row of part.querySelectorAll("[data-call]")) {
    row.classList.toggle("fresh", (fresh.get(row.dataset.call) || 0) > at);
  }
}
function called(name, data) {
  if ((name !== "called" && name !== "recalled") || data.old) { return; }
  const call = data.number + "@" + data.counter;
  fresh.set(call, performance.now() + FRESH_MS);
  setTimeout(mark, FRESH_MS + 50);
  if (audible && !waiting.some((each) => each.call === call)) {
    waiting.push({ call, number: data.number, counter: data.counter });
    if (!speaking) { speak(); }
  }
}
/* Resolves when the sound has ended, failed, or took too long; never rejects. */
function play(source) {
  return new Promise((done) => {
    const player = new Audio(source);
    const end = (ok) => { clearTimeout(limit); player.onended = player.onerror = null; player.pause(); done(ok); };
    const limit = setTimeout(() => end(false), SPEAK_MS);
    player.onended = () => end(true);
    player.onerror = () => end(false);
    player.play().catch((error) => { if (error.name === "NotAllowedError") { silent(); } end(false); });
  });
}
async function speak() {
  speaking = true;
  while (waiting.length) {
    const { call, number, counter } = waiting[0];
    fresh.set(call, Math.max(fresh.get(call) || 0, performance.now() + FRESH_MS));
    mark();
    part.dataset.spoken = (part.dataset.spoken || "") + " " + call;
    await play("/voice/chime.wav");
    for (const language of part.dataset.languages.split(" ")) {
      await play(`/voice/${language}/${encodeURIComponent(number)}/${counter}.wav`);
    }
    waiting.shift();
  }
  speaking = false;
}
function silent() { audible = false; waiting.splice(1); button(); }
function button() {
  sound.setAttribute("aria-pressed", String(audible));
  sound.querySelector(".icon").textContent = audible ? sound.dataset.on : sound.dataset.off;
  sound.querySelector(".word").textContent = audible ? sound.dataset.wordOn : sound.dataset.wordOff;
}
function tick() {
  const local = new Date(Date.now() + offset + 3 * 3600000);
  clock.textContent = local.toISOString().slice(11, 16);
}
sound.addEventListener("click", () => {
  audible = !audible;
  if (audible) { play("/voice/chime.wav"); }
  button();
});
button();
tick();
setInterval(tick, 5000);
const page = live(part, { quiet: 400, onEvent: called, onShown: mark });
setInterval(() => page.soon(0), 30000);
