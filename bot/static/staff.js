/*
 * What the office's pages do beyond plain forms; they work without it. Waiting times tick, the number of those who wait
 * is in the title, a member's words are told by notice and sound where that is switched on, ready answers go into the
 * answer at the cursor, the member sees that somebody types, and j, k, r and e are keys of the inbox.
 */
"use strict";
(() => {
  const find = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const title = document.title;
  const isTyping = () => document.activeElement?.matches("input, textarea, select");

  // -- how long somebody waits

  function since(date) {
    const minutes = Math.max(0, Math.floor((Date.now() - new Date(date)) / 60000));
    if (minutes < 60) return `${minutes} min`;
    return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
  }

  // counted from what the page was given, so that a clock that is wrong does no harm
  const skew = new WeakMap();
  function tick() {
    for (const time of all("time[data-since]")) {
      if (!skew.has(time)) skew.set(time, { text: time.textContent, at: since(time.dateTime) });
      const known = skew.get(time);
      if (since(time.dateTime) !== known.at) time.textContent = since(time.dateTime);
    }
  }
  setInterval(tick, 15000);
  tick();

  // -- notices

  const settings = find("#notice-settings");
  const sound = find("#sound-on");
  const isOn = (name) => localStorage.getItem(name) === "yes";
  const hasKeys = () => localStorage.getItem("ml-keys") !== "no";
  function beep() {
    const audio = new AudioContext();
    const gain = audio.createGain();
    gain.gain.setValueAtTime(0.12, audio.currentTime);
    gain.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.5);
    gain.connect(audio.destination);
    [660, 880].forEach((pitch, place) => {
      const tone = audio.createOscillator();
      tone.frequency.value = pitch;
      tone.connect(gain);
      tone.start(audio.currentTime + place * 0.14);
      tone.stop(audio.currentTime + place * 0.14 + 0.3);
    });
    setTimeout(() => audio.close(), 1500);
  }

  function tell(news) {
    const words = find("#office-news").dataset;
    const isShown = !document.hidden && location.pathname === `/staff/talks/${news.talk}`;
    if (isOn("ml-sound") && !isShown) beep();
    if (!("Notification" in window) || Notification.permission !== "granted" || !isOn("ml-notices")) return;
    if (!document.hidden) return; // whoever looks at the page sees it
    const notice = new Notification(words.title, {
      body: news.who && news.who !== "not identified" ? news.who : words.unknown,
      tag: news.talk, // one for each talk, also with several pages open
    });
    notice.onclick = () => {
      window.focus();
      location.assign(`/staff/talks/${news.talk}`);
    };
  }

  if (settings) {
    const button = find("#notices-on");
    settings.hidden = false;
    button.hidden = !("Notification" in window) || (Notification.permission === "granted" && isOn("ml-notices"));
    button.addEventListener("click", async () => {
      if ((await Notification.requestPermission()) !== "granted") return;
      localStorage.setItem("ml-notices", "yes");
      button.hidden = true;
    });
    const keys = find("#keys-on");
    keys.checked = hasKeys();
    keys.addEventListener("change", () => localStorage.setItem("ml-keys", keys.checked ? "yes" : "no"));
    sound.checked = isOn("ml-sound");
    sound.addEventListener("change", () => {
      localStorage.setItem("ml-sound", sound.checked ? "yes" : "no");
      if (sound.checked) beep();
    });
  }

  document.addEventListener("htmx:sseBeforeMessage", (event) => {
    if (event.target.id === "office-news") {
      event.preventDefault();
      tell(JSON.parse(event.detail.data));
    } else if (event.target.id === "waiting") {
      event.preventDefault();
      const count = Number(event.detail.data);
      event.target.textContent = count || "";
      document.title = count ? `(${count}) ${title}` : title;
    }
  });

  // -- a talk

  const lines = find("#lines");
  const answer = find("#answer-form textarea");
  const toEnd = () => lines && (lines.scrollTop = 0); // its box hangs from the end, above it is negative
  toEnd();
  let wasAtEnd = true;
  let shown = "";
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target !== lines) return;
    wasAtEnd = lines.scrollTop > -80;
    shown = find("input[name=seen]")?.value;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== lines) return;
    if (wasAtEnd) toEnd();
    const news = find("#talk-news");
    news.textContent = find("input[name=seen]")?.value !== shown ? news.dataset.words : "";
  });
  find(".talk-link[aria-current]")?.scrollIntoView({ block: "nearest" });

  const form = find("#answer-form");
  let told = 0;
  function tellWriting(writes) {
    told = writes ? Date.now() : 0;
    const body = new URLSearchParams({ token: form.elements.token.value, writes: writes ? "yes" : "" });
    fetch(form.dataset.writing, { method: "POST", body, keepalive: true }).catch(() => {});
  }
  answer?.addEventListener("input", () => {
    const writes = answer.value.trim() !== "";
    if (writes ? Date.now() - told > 4000 : told) tellWriting(writes);
  });

  document.addEventListener("click", (event) => {
    const ready = event.target.closest("[data-ready]");
    if (ready && answer) {
      event.preventDefault();
      answer.setRangeText(ready.dataset.ready, answer.selectionStart, answer.selectionEnd, "end");
      ready.closest("details").open = false;
      const gap = /\{[^{}]+\}/.exec(answer.value); // a field that we could not fill in is marked for typing
      answer.focus();
      if (gap) answer.setSelectionRange(gap.index, gap.index + gap[0].length);
      answer.dispatchEvent(new Event("input"));
    }
    // a menu closes when something else is pressed
    for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  // a part that loads itself again waits while something in it is ticked or typed: that would be lost
  const isChanged = (field) =>
    field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
  document.addEventListener("htmx:beforeRequest", (event) => {
    const fields = [...event.target.querySelectorAll("input:not([type=hidden]), textarea")];
    if (event.detail.requestConfig.verb === "get" && fields.some(isChanged)) event.preventDefault();
  });

  // the same form is not sent twice by a double click
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "yes";
    setTimeout(() => delete event.target.dataset.sent, 3000);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of all("details.menu[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
    if (event.target === answer && event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    if (!hasKeys() || isTyping() || event.ctrlKey || event.metaKey || event.altKey) return;
    const links = all(".talk-link");
    if ((event.key === "j" || event.key === "k") && links.length) {
      const from = links.indexOf(document.activeElement);
      const here = from >= 0 ? from : links.findIndex((link) => link.hasAttribute("aria-current"));
      const to = here + (event.key === "j" ? 1 : -1);
      links[Math.min(Math.max(to, 0), links.length - 1)].focus();
      event.preventDefault();
    } else if (event.key === "r" && answer) {
      answer.focus();
      event.preventDefault();
    }
  });
})();
