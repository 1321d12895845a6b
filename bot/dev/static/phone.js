/*
 * The phone of development: tells the app which key is pressed or what is said, shows what the line says and has the
 * browser read it. The app acts as the carrier; nothing here is signed. Nothing is timed but the line's own pauses.
 */
const find = (id) => document.getElementById(id);
const [caller, attested, about] = ["caller", "attested", "caller-about"].map(find);
const [statusLine, keyed, others] = ["status", "keyed", "others"].map(find);
const [callButton, hangUpButton, muteButton] = ["call", "hang-up", "mute"].map(find);
const [talk, words, speakButton, silenceButton] = ["talk", "words", "speak", "silence"].map(find);
const [texts, text, textsNote, voiceNote] = ["texts", "text", "texts-note", "voice-note"].map(find);
const keyButtons = [...document.querySelectorAll("[data-key]")];

const POLL_MILLISECONDS = 2000;
const SPEAKERS = {
  line: "Line",
  caller: "You",
  person: "Office",
  whisper: "Told to the office alone",
  phone: "You",
  call: "A call to this phone",
};
const MODES = {
  asking: "One moment",
  listening: "The line is listening",
  ringing: "Ringing at the office",
  talking: "Talking to a person",
  queued: "Waiting for a person",
  paying: "The carrier takes the payment",
  ended: "The call has ended",
};
const TEXTS_NOTE = textsNote.textContent;

let state = { mode: "none", heard: 0, choices: [] };
let waiting = Promise.resolve();
let goOn = 0;

/* The voice */

const synthesis = window.speechSynthesis;
let muted = false;

function chooseVoice(language) {
  const voices = synthesis.getVoices();
  const wanted = language.toLowerCase();
  const same = voices.filter((voice) => voice.lang.replace("_", "-").toLowerCase().split("-")[0] === wanted.split("-")[0]);
  return same.find((voice) => voice.lang.replace("_", "-").toLowerCase() === wanted) || same[0];
}

function read(entry) {
  if (!synthesis || muted || entry.by !== "line") return;
  for (const part of entry.parts) {
    const utterance = new SpeechSynthesisUtterance(part.text);
    const voice = chooseVoice(part.language);
    if (!voice && synthesis.getVoices().length) {
      // Spanish in an English voice is worse than none
      note(`This browser has no voice for ${part.language}: read it below.`);
      continue;
    }
    utterance.lang = part.language;
    if (voice) utterance.voice = voice;
    synthesis.speak(utterance);
  }
}

function note(said) {
  voiceNote.textContent = said;
  voiceNote.hidden = !said;
}

function beQuiet() {
  if (synthesis) synthesis.cancel();
}

/* The call */

async function request(path, body) {
  const options = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(`/dev/phone/${path}`, options || {});
  const data = await answer.json();
  if (!answer.ok) {
    const failure = new Error(data.error?.message || "The app did not answer.");
    failure.isUnknown = answer.status === 404;
    throw failure;
  }
  return data;
}

/* One act after the other: quick keys must arrive in their order. */
function inTurn(work) {
  waiting = waiting.then(work).catch((failure) => {
    const goesOn = state.call && !failure.isUnknown;
    show({ ...state, mode: goesOn ? state.mode : "none", entries: [], pause: 0 }, failure.message);
  });
  return waiting;
}

function inCall() {
  return !["none", "ended"].includes(state.mode);
}

function startCall() {
  beQuiet();
  talk.replaceChildren();
  return inTurn(async () => {
    state = { mode: "asking", heard: 0, choices: [] };
    show(state, "Calling");
    show(await request("calls", { phone: caller.value, attested: attested.checked && Boolean(caller.value) }));
    await loadTexts();
  });
}

function act(name, value = "") {
  beQuiet();
  clearTimeout(goOn);
  return inTurn(async () => {
    if (!inCall()) return;
    show(await request(`calls/${state.call}`, { act: name, value, heard: state.heard }));
    await loadTexts();
  });
}

function show(next, said = "") {
  state = next;
  for (const entry of next.entries || []) {
    talk.querySelector(".empty")?.remove();
    talk.append(bubble(entry.by, entry.text, entry.parts));
    read(entry);
  }
  talk.scrollTop = talk.scrollHeight;
  statusLine.textContent = said || MODES[next.mode] || "Not in a call";
  keyed.textContent = next.keyed || "";
  callButton.disabled = inCall();
  hangUpButton.disabled = silenceButton.disabled = !inCall();
  words.disabled = speakButton.disabled = !inCall();
  caller.disabled = attested.disabled = inCall();
  if (!caller.value) attested.disabled = true;
  showChoices(next.choices || []);
  clearTimeout(goOn);
  if (next.pause) goOn = setTimeout(() => act("go_on"), next.pause * 1000);
}

function showChoices(choices) {
  const hadFocus = others.contains(document.activeElement);
  others.replaceChildren(
    ...choices.map((choice) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "small";
      button.textContent = choice.title;
      button.addEventListener("click", () => act(choice.act));
      return button;
    }),
  );
  if (hadFocus) (others.querySelector("button") || keyButtons[0]).focus();
}

function bubble(by, said, parts = []) {
  const line = document.createElement("p");
  line.className = `${by} line-break`;
  if (SPEAKERS[by]) {
    const who = document.createElement(by === "line" || by === "caller" || by === "phone" ? "span" : "small");
    if (who.tagName === "SPAN") who.className = "sr";
    who.textContent = `${SPEAKERS[by]}: `;
    line.append(who);
  }
  for (const part of parts.length ? parts : [{ text: said, language: "" }]) {
    const words = document.createElement("span");
    if (part.language) words.lang = part.language;
    words.append(...linkAddresses(part.text), " ");
    line.append(words);
  }
  return line;
}

function linkAddresses(said) {
  return said.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)])/).map((piece, position) => {
    if (position % 2 === 0) return piece;
    const link = document.createElement("a");
    link.href = piece;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    link.textContent = piece;
    return link;
  });
}

/* Texts */

let shownTexts = "";

async function loadTexts() {
  if (!caller.value) return showTexts([]);
  showTexts((await request(`texts?phone=${encodeURIComponent(caller.value)}`)).texts);
}

function showTexts(found) {
  const now = JSON.stringify([caller.value, found]);
  if (now === shownTexts) return;
  const before = shownTexts ? JSON.parse(shownTexts) : [null, []];
  shownTexts = now;
  const goesOn = before[0] === caller.value && JSON.stringify(found.slice(0, before[1].length)) === JSON.stringify(before[1]);
  const fresh = goesOn ? found.slice(before[1].length) : found;
  const bubbles = fresh.map((one) => {
    const line = bubble(one.by, one.body);
    if (one.media) line.append(document.createElement("br"), ...linkAddresses(one.media));
    return line;
  });
  if (goesOn) texts.append(...bubbles);
  else texts.replaceChildren(...bubbles);
  texts.scrollTop = texts.scrollHeight;
}

function sendText(event) {
  event.preventDefault();
  const body = text.value.trim();
  if (!body || !caller.value) return;
  text.value = "";
  inTurn(async () => showTexts((await request("texts", { phone: caller.value, body })).texts));
}

/* The browser's recognizer */

const Recognition = window.SpeechRecognition || window.webkitSpeechRecognition;

function listen() {
  beQuiet();
  const recognizer = new Recognition();
  recognizer.lang = state.language || "en-US";
  recognizer.onresult = (event) => act("say", event.results[0][0].transcript);
  recognizer.onerror = (event) => note(`Nothing was recognized (${event.error}): type it instead.`);
  recognizer.onend = () => speakButton.setAttribute("aria-pressed", "false");
  note("");
  speakButton.setAttribute("aria-pressed", "true");
  recognizer.start();
}

/* Putting it together */

function chooseCaller() {
  about.textContent = caller.selectedOptions[0].dataset.about;
  attested.disabled = !caller.value || inCall();
  text.disabled = !caller.value;
  textsNote.textContent = caller.value
    ? TEXTS_NOTE
    : "A withheld number gets no texts. What belongs to an account goes to the phone on it: choose that member to see it.";
  return inTurn(loadTexts);
}

for (const button of keyButtons) button.addEventListener("click", () => act("press", button.dataset.key));
find("keys").addEventListener("keydown", (event) => {
  if (!event.ctrlKey && !event.altKey && !event.metaKey && /^[0-9*#]$/.test(event.key)) {
    event.preventDefault();
    keyButtons.find((button) => button.dataset.key === event.key).focus();
    act("press", event.key);
  }
});
callButton.addEventListener("click", () => startCall().then(() => inCall() && keyButtons[0].focus()));
hangUpButton.addEventListener("click", () => act("hang_up").then(() => callButton.focus()));
silenceButton.addEventListener("click", () => act("silence"));
muteButton.addEventListener("click", () => {
  muted = !muted;
  muteButton.setAttribute("aria-pressed", String(muted));
  if (muted) beQuiet();
});
speakButton.addEventListener("click", listen);
speakButton.hidden = !Recognition;
if (!synthesis) {
  muteButton.hidden = true;
  note("This browser has no voice: read what is said.");
}
find("say-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const said = words.value.trim();
  words.value = "";
  if (said) act("say", said);
});
find("text-form").addEventListener("submit", sendText);
caller.addEventListener("change", chooseCaller);
find("caller-form").addEventListener("submit", (event) => event.preventDefault());
setInterval(() => document.hidden || inTurn(loadTexts), POLL_MILLISECONDS);
window.addEventListener("pagehide", beQuiet);
words.disabled = true;
chooseCaller();
