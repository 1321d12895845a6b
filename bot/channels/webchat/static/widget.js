/*!
 * The co-op's web chat: <script src="https://BOT/widget.js" data-title="Ask the co-op" defer></script>
 *
 * Attributes of the script tag: data-title, data-greeting, data-starters ("Pay my bill|Talk to a person"), data-phone,
 * data-outage (the line that answers day and night: it is named whenever the assistant cannot be reached).
 * Any element of the page with data-memberline-say="Pay my bill" opens the chat and says that; data-memberline-open
 * only opens it. Colors: set the --ml-* properties of the page (see THEME below).
 *
 * It works under a strict policy: script-src BOT; connect-src BOT; img-src BOT. No inline style, no eval, no innerHTML.
 * What is kept between page loads is in sessionStorage: a chat names bills and amounts, and must not outlive the tab on
 * a computer that others use. Only what a browser is known again by, which names nobody, is in localStorage.
 */
(() => {
  'use strict';

  const TAG = 'memberline-chat';
  const script = document.currentScript || document.querySelector('script[src*="/widget.js"]');
  if (!script || customElements.get(TAG)) return;

  const ORIGIN = new URL(script.src, location.href).origin;
  const OPTIONS = { ...script.dataset };
  const STORE_KEY = `memberline:1:${ORIGIN}`;
  const KNOWN_KEY = `memberline:known:${ORIGIN}`;
  const MOST_KNOWN = 4;
  const MAX_CHARACTERS = 1000;
  const COUNTER_FROM = 900;
  const KEPT_ENTRIES = 200;
  const ANSWER_TIMEOUT_MS = 25000;
  const BACKOFF_MS = [1000, 2000, 4000, 8000, 15000, 30000];
  const SMALL_SCREEN = '(max-width: 480px), (max-height: 480px)';
  // The server will never take these, so sending them again is no use; anything else that fails is sent again.
  const REFUSALS = [400, 403, 413, 415, 422];

  const STRINGS = {
    en: {
      launcher: 'Chat',
      title: 'Chat with us',
      who: 'Automated assistant',
      region: 'Web chat',
      log: 'Conversation',
      you: 'You',
      assistant: 'Assistant',
      input: 'Your message',
      placeholder: 'Type a message',
      send: 'Send',
      close: 'Close the chat',
      clear: 'Clear this chat',
      clearAsk: 'Clear this chat? What was said so far goes away on this screen.',
      person: 'Talk to a person',
      cardNote: 'Never type a card number here.',
      choices: 'Suggested answers',
      greeting: 'Hello. I am an automated assistant, not a person. I can look up what you owe and take a payment. ' +
        'You can ask for a person at any time.',
      starters: 'Pay my bill|How much do I owe?|When is my bill due?|Español',
      typing: 'The assistant is typing.',
      sending: 'Sending...',
      retrying: 'Not sent yet, retrying',
      kept: 'Received. The answer will follow here.',
      rejected: 'Not sent',
      refusedPlain: 'This message could not be taken. Please put it another way.',
      offline: 'You are offline. Your messages are kept and will be sent when you are back.',
      unreachable: 'We cannot reach the assistant just now. Your message is kept and will be sent.',
      busy: 'That was a lot at once. Your message is kept and will be sent in a moment.',
      call: 'You can also call {phone}.',
      danger: 'In danger call 911, then {phone}.',
      tryNow: 'Try now',
      back: 'Your message was sent.',
      restarted: 'The chat had to start over. You may be asked for your member number again.',
      card: 'That looks like a card number, so it was taken out and not sent. Card numbers belong only on the ' +
        'secure payment page.',
      left: '{n} characters left',
      openPage: 'Open the secure page',
      openSite: 'Open {host}',
      callNumber: 'Call {number}',
      newTab: '(opens in a new tab)',
      picture: 'Picture',
      figures: 'Figures',
      unread: '{n} new',
    },
    es: {
      launcher: 'Chat',
      title: 'Chatee con nosotros',
      who: 'Asistente automático',
      region: 'Chat',
      log: 'Conversación',
      you: 'Usted',
      assistant: 'Asistente',
      input: 'Su mensaje',
      placeholder: 'Escriba un mensaje',
      send: 'Enviar',
      close: 'Cerrar el chat',
      clear: 'Borrar este chat',
      clearAsk: '¿Borrar este chat? Lo dicho hasta ahora desaparece de esta pantalla.',
      person: 'Hablar con una persona',
      cardNote: 'Nunca escriba aquí un número de tarjeta.',
      choices: 'Respuestas sugeridas',
      greeting: 'Hola. Soy un asistente automático, no una persona. Puedo ver cuánto debe y recibir un pago. ' +
        'Puede pedir una persona en cualquier momento.',
      starters: 'Pagar mi factura|¿Cuánto debo?|¿Cuándo vence mi factura?|English',
      typing: 'El asistente está escribiendo.',
      sending: 'Enviando...',
      retrying: 'Aún no se envía, reintentando',
      kept: 'Recibido. La respuesta llegará aquí.',
      rejected: 'No se envió',
      refusedPlain: 'No se pudo recibir este mensaje. Por favor dígalo de otra manera.',
      offline: 'No tiene conexión. Guardamos sus mensajes y se enviarán cuando vuelva.',
      unreachable: 'No podemos comunicarnos con el asistente en este momento. Guardamos su mensaje y se enviará.',
      busy: 'Fueron muchos mensajes a la vez. Guardamos el suyo y se enviará en un momento.',
      call: 'También puede llamar al {phone}.',
      danger: 'En peligro llame al 911, y después al {phone}.',
      tryNow: 'Intentar ahora',
      back: 'Su mensaje se envió.',
      restarted: 'El chat tuvo que empezar de nuevo. Puede que le pidamos otra vez su número de socio.',
      card: 'Eso parece un número de tarjeta, así que se quitó y no se envió. Los números de tarjeta van solo en la ' +
        'página segura de pago.',
      left: 'quedan {n} caracteres',
      openPage: 'Abrir la página segura',
      openSite: 'Abrir {host}',
      callNumber: 'Llamar al {number}',
      newTab: '(se abre en otra pestaña)',
      picture: 'Imagen',
      figures: 'Cifras',
      unread: '{n} nuevos',
    },
  };
  const pageLanguage = (document.documentElement.lang || 'en').toLowerCase().split('-')[0];
  const LANGUAGE = pageLanguage in STRINGS ? pageLanguage : 'en';
  const t = (name, values = {}) =>
    STRINGS[LANGUAGE][name].replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ''));

  // ---------------------------------------------------------------------------------------------------- small things

  /** An element with attributes, `on…` listeners and children. Strings become text nodes, never markup. */
  function el(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === 'function') node.addEventListener(name.slice(2), value);
      else if (value !== null && value !== false) node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  }

  /** A line icon of 24 by 24 in the color of the text around it. */
  function icon(path) {
    const space = 'http://www.w3.org/2000/svg';
    const svg = document.createElementNS(space, 'svg');
    const line = document.createElementNS(space, 'path');
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('aria-hidden', 'true');
    line.setAttribute('d', path);
    svg.append(line);
    return svg;
  }
  const ICONS = {
    bubble: 'M4 5h16v11H10l-4.5 4v-4H4z',
    bolt: 'M13 2 5 13.5h5.5L9.5 22 19 9.5h-6z',
    close: 'M6 6l12 12M18 6 6 18',
    clear: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5.5M13.5 11v5.5',
    send: 'M4 12h14M12 5.5l6.5 6.5-6.5 6.5',
  };

  /** 96 random bits as text. crypto.randomUUID is missing on pages served without https, so it is not used. */
  function newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    return 'w' + Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
  const ownHttp = (url) =>
    [ORIGIN, location.origin].includes(url.origin) ||
    (LOOPBACK.includes(url.hostname) && LOOPBACK.includes(location.hostname));

  /** The URL if a member may be sent there: https, tel, or plain http of our own; else null. */
  function safeUrl(value, schemes = ['https:', 'tel:']) {
    let url;
    try {
      url = new URL(String(value), ORIGIN);
    } catch {
      return null;
    }
    if (url.username || url.password) return null;
    return schemes.includes(url.protocol) || (url.protocol === 'http:' && ownHttp(url)) ? url : null;
  }

  function anchor(url, label, attributes = {}) {
    if (url.protocol === 'tel:') return el('a', { href: url.href, ...attributes }, label);
    const away = { href: url.href, target: '_blank', rel: 'noopener noreferrer', ...attributes };
    return el('a', away, label, el('span', { class: 'sr' }, ' ' + t('newTab')));
  }

  /** Text with its web addresses made into links, as DOM nodes. */
  function linked(text) {
    const parts = text.split(/(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)])/);
    return parts.map((part, index) => {
      const url = index % 2 ? safeUrl(part) : null;
      return url ? anchor(url, part) : part;
    });
  }

  const CARD = /(?:\d[ -]?){12,18}\d/g;

  /** Whether a run of digits passes the check that every card number passes (Luhn). */
  function looksLikeCard(run) {
    const digits = run.replace(/\D/g, '').split('').reverse().map(Number);
    const sum = digits.reduce((total, digit, i) => total + (i % 2 ? (digit * 2 > 9 ? digit * 2 - 9 : digit * 2) : digit), 0);
    return sum > 0 && sum % 10 === 0;
  }

  const withoutCards = (text) => text.replace(CARD, (run) => (looksLikeCard(run) ? '' : run));

  const backoff = (tries) => BACKOFF_MS[Math.min(tries, BACKOFF_MS.length - 1)] * (0.75 + Math.random() / 4);

  // -------------------------------------------------------------------------------------------------------- the line

  const FRESH = () => ({ session: null, last: 0, answered: [], log: [], open: false, unread: 0 });

  /** Messages the server took but had not answered are asked about again: the same id brings the same answer. */
  function asked(state) {
    for (const entry of state.log) if (entry.status === 'kept') entry.status = 'queued';
    return state;
  }

  function restore() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(STORE_KEY));
      if (kept && Array.isArray(kept.log) && Array.isArray(kept.answered)) return asked({ ...FRESH(), ...kept });
    } catch {
      // Storage is closed to us or was written by something else: the chat then lives as long as the page.
    }
    return FRESH();
  }

  /**
   * By what this browser is known again at its members, so that nobody else's wrong tries hold it back. It names nobody
   * and opens nothing by itself: that is why it may outlive the tab.
   */
  function known() {
    try {
      const kept = JSON.parse(localStorage.getItem(KNOWN_KEY));
      return Array.isArray(kept) ? kept.filter((token) => typeof token === 'string').slice(-MOST_KNOWN) : [];
    } catch {
      return [];
    }
  }

  function keepKnown(token) {
    if (typeof token !== 'string') return;
    try {
      localStorage.setItem(KNOWN_KEY, JSON.stringify([...known(), token].slice(-MOST_KNOWN)));
    } catch {
      // Closed storage: this browser is a new one each time.
    }
  }

  /**
   * The conversation and its way to the server: a queue that sends one message at a time under an id of its own until
   * the server has it, and a stream that brings every reply. Either may bring a reply first; it is shown once.
   * Entries: {from: 'me', id, text, payload, status, note} and {from: 'bot', id, messages}.
   */
  class Line extends EventTarget {
    constructor() {
      super();
      this.state = restore();
      this.tries = 0;
      this.streamTries = 0;
      this.busy = false;
      this.era = 0;
      addEventListener('online', () => this.wake());
      addEventListener('offline', () => this.tell('trouble', 'offline'));
      addEventListener('pagehide', () => this.hush());
      addEventListener('pageshow', (event) => event.persisted && this.wake());
      document.addEventListener('visibilitychange', () => (document.hidden ? this.hush() : this.wake()));
    }

    tell(type, detail) {
      this.dispatchEvent(new CustomEvent(type, { detail }));
    }

    save() {
      this.state.log.splice(0, this.state.log.length - KEPT_ENTRIES);
      this.state.answered.splice(0, this.state.answered.length - KEPT_ENTRIES);
      try {
        sessionStorage.setItem(STORE_KEY, JSON.stringify(this.state));
      } catch {
        // Full or closed storage loses only what a reload would have restored.
      }
    }

    /** Take up where the last page left off, or where the connection broke. */
    wake() {
      this.tries = this.streamTries = 0;
      this.listen();
      this.pump();
    }

    say(text, payload = null) {
      const before = this.state.log.at(-1);
      if (before && this.isUnsent(before) && before.text === text) return;
      const entry = { from: 'me', id: newId(), text, payload, status: 'queued', note: '' };
      this.state.log.push(entry);
      this.save();
      this.tell('entry', entry);
      this.pump();
    }

    clear() {
      this.hush();
      this.stop?.abort();
      this.era += 1;
      this.state = { ...FRESH(), open: this.state.open };
      this.tries = 0;
      this.save();
      this.tell('cleared');
    }

    isUnsent(entry) {
      return entry.from === 'me' && !['sent', 'kept', 'rejected'].includes(entry.status);
    }

    mark(entry, status, note = '') {
      entry.status = status;
      entry.note = note;
      this.save();
      this.tell('mark', entry);
    }

    /** Send what is waiting, oldest first, one at a time so that nothing overtakes. */
    async pump() {
      if (this.busy) return;
      this.busy = true;
      clearTimeout(this.timer);
      try {
        let entry;
        while ((entry = this.state.log.find((one) => this.isUnsent(one)))) {
          const era = this.era;
          const wait = await this.deliver(entry);
          if (era !== this.era) continue;
          if (wait !== null) return this.retryLater(entry, wait);
          this.tries = 0;
          this.tell('trouble', null);
        }
      } finally {
        this.busy = false;
      }
    }

    retryLater(entry, wait) {
      this.timer = setTimeout(() => this.pump(), Math.max(wait, backoff(this.tries)));
      this.tries += 1;
      this.mark(entry, 'retrying');
      this.tell('trouble', this.slowedDown ? 'busy' : navigator.onLine === false ? 'offline' : 'unreachable');
    }

    /** Try one message. Null when it is settled, else the least milliseconds to wait before the next try. */
    async deliver(entry, again = false) {
      const { state } = this;
      if (entry.status !== 'retrying') this.mark(entry, 'sending');
      this.tell('typing', true);
      if (!state.session) {
        const made = await this.post('/chat/sessions', {});
        if (state !== this.state) return null;
        if (!made.body.session) return this.failed(made);
        state.session = made.body.session;
        state.last = 0;
        this.save();
        this.listen();
      }
      const words = entry.payload ? { payload: entry.payload } : { text: entry.text };
      const shown = known();
      const message = { session: state.session, id: entry.id, ...words, ...(shown.length ? { known: shown } : {}) };
      const answer = await this.post('/chat/messages', message);
      keepKnown(answer.body.known);
      if (state !== this.state || !this.isUnsent(entry)) return null;
      if (answer.status === 404 && answer.body.error?.code === 'unknown_session' && !again) {
        this.forgotten(entry);
        return this.deliver(entry, true);
      }
      return this.settle(entry, answer);
    }

    settle(entry, answer) {
      const { status, body } = answer;
      if (status === 200 && body.pending) {
        this.tell('typing', false);
        this.mark(entry, 'kept');
        this.showOnce(`${entry.id}:kept`, body.messages);
      } else if (status === 200) {
        this.receive(entry.id, body.messages);
      } else if (REFUSALS.includes(status)) {
        this.tell('typing', false);
        this.mark(entry, 'rejected', String(body.error?.message || t('refusedPlain')));
      } else {
        return this.failed(answer);
      }
      return null;
    }

    failed(answer) {
      this.tell('typing', false);
      this.slowedDown = answer.status === 429;
      return answer.wait;
    }

    /** The server no longer knows the session: a new one, where an old button's payload would mean nothing. */
    forgotten(entry) {
      this.hush();
      asked(this.state);
      this.state.session = null;
      this.state.last = 0;
      for (const one of this.state.log) if (this.isUnsent(one)) one.payload = null;
      this.mark(entry, 'sending');
      this.tell('restarted');
    }

    async post(path, body) {
      const stop = (this.stop = new AbortController());
      const timer = setTimeout(() => stop.abort(), ANSWER_TIMEOUT_MS);
      try {
        const response = await fetch(ORIGIN + path, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
          credentials: 'omit',
          signal: stop.signal,
        });
        const wait = Math.min(Number(response.headers.get('Retry-After')) || 0, 60) * 1000;
        const read = await response.json().catch(() => null);
        // Half an answer is no answer: the same id will bring the whole one.
        if (response.ok && !read) return { status: 0, wait, body: {} };
        return { status: response.status, wait, body: read || {} };
      } catch {
        return { status: 0, wait: 0, body: {} };
      } finally {
        clearTimeout(timer);
      }
    }

    /** A reply, from the answer to our POST or from the stream, whichever came first. */
    receive(replyTo, messages) {
      const { state } = this;
      if (replyTo) {
        if (state.answered.includes(replyTo)) return this.save();
        state.answered.push(replyTo);
        const asked = state.log.find((entry) => entry.from === 'me' && entry.id === replyTo);
        if (asked) this.mark(asked, 'sent');
      }
      this.tell('typing', false);
      this.showOnce(replyTo || newId(), messages);
    }

    showOnce(id, messages) {
      const known = this.state.log.some((entry) => entry.from === 'bot' && entry.id === id);
      if (known || !Array.isArray(messages) || !messages.length) return this.save();
      const entry = { from: 'bot', id, messages };
      this.state.log.push(entry);
      this.save();
      this.tell('entry', entry);
    }

    /**
     * Keep the stream open while the page is seen. A hidden page lets go of it, because a browser opens only six
     * connections to a host over all its tabs; what came meanwhile is replayed after `last`.
     */
    listen() {
      if (this.source || !this.state.session || document.hidden) return;
      clearTimeout(this.streamTimer);
      const query = new URLSearchParams({ session: this.state.session, last_event_id: this.state.last });
      const source = (this.source = new EventSource(`${ORIGIN}/chat/events?${query}`));
      source.onopen = () => (this.streamTries = 0);
      source.onmessage = (event) => this.onEvent(event);
      source.addEventListener('typing', (event) => this.tell('typing', !JSON.parse(event.data).stopped));
      source.onerror = () => {
        this.hush();
        this.streamTimer = setTimeout(() => this.listen(), backoff(this.streamTries++));
      };
    }

    hush() {
      clearTimeout(this.streamTimer);
      this.source?.close();
      this.source = null;
    }

    onEvent(event) {
      let data;
      try {
        data = JSON.parse(event.data);
      } catch {
        return;
      }
      const number = Number(event.lastEventId) || 0;
      if (number && number <= this.state.last) return;
      if (number) this.state.last = number;
      this.receive(data.reply_to, data.messages);
    }
  }

  // -------------------------------------------------------------------------------------------------------- the looks

  // THEME: a page may set --ml-accent, --ml-on-accent, --ml-bar, --ml-on-bar, --ml-surface, --ml-sunken, --ml-ink,
  // --ml-muted, --ml-line, --ml-danger and --ml-font on any element above the widget; what it does not set has these values.
  const STYLE = `
:host{all:initial;
--accent:var(--ml-accent,#0b5f57);--on-accent:var(--ml-on-accent,#fff);--surface:var(--ml-surface,#fff);
--sunken:var(--ml-sunken,#f1f4f2);--ink:var(--ml-ink,#17211f);--muted:var(--ml-muted,#52605c);--line:var(--ml-line,#c9d2ce);
--danger:var(--ml-danger,#a3281c);--bar:var(--ml-bar,#0b5f57);--on-bar:var(--ml-on-bar,#fff);
font:16px/1.45 var(--ml-font,system-ui,-apple-system,"Segoe UI",Roboto,sans-serif);color:var(--ink)}
@media (prefers-color-scheme:dark){:host{color-scheme:dark;
--accent:var(--ml-accent,#7bd3c3);--on-accent:var(--ml-on-accent,#06231f);--surface:var(--ml-surface,#17201f);
--sunken:var(--ml-sunken,#222d2b);--ink:var(--ml-ink,#eaf1ee);--muted:var(--ml-muted,#a9b8b3);--line:var(--ml-line,#3d4b48);
--danger:var(--ml-danger,#ffab9e);--bar:var(--ml-bar,#15574d);--on-bar:var(--ml-on-bar,#f2fbf8)}}
*{box-sizing:border-box}
[hidden]{display:none!important}
svg{width:24px;height:24px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round;flex:none}
button,textarea{font:inherit;color:inherit;margin:0}
button{cursor:pointer;border:1px solid transparent;border-radius:10px;background:none;min-height:32px;padding:4px 12px}
button:disabled{cursor:default}
a{color:var(--accent);overflow-wrap:anywhere}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.launcher{position:fixed;z-index:2147483000;right:calc(20px + env(safe-area-inset-right));
bottom:calc(20px + env(safe-area-inset-bottom));display:flex;align-items:center;gap:10px;min-height:56px;padding:0 22px 0 18px;
border-radius:28px;background:var(--accent);color:var(--on-accent);font-weight:600;box-shadow:0 6px 24px rgb(0 0 0/.28)}
.launcher:hover{filter:brightness(1.08)}
.badge{background:var(--on-accent);color:var(--accent);border-radius:12px;padding:0 9px;font-size:14px;line-height:24px}
dialog{position:fixed;z-index:2147483001;inset:auto calc(20px + env(safe-area-inset-right)) calc(20px + env(safe-area-inset-bottom)) auto;
width:390px;max-width:none;height:640px;max-height:calc(100dvh - 40px);margin:0;padding:0;border:1px solid var(--line);
border-radius:18px;background:var(--surface);color:var(--ink);overflow:hidden;box-shadow:0 18px 60px rgb(0 0 0/.32)}
dialog[open]{display:flex;flex-direction:column}
dialog::backdrop{background:var(--surface)}
.head{display:flex;align-items:center;gap:6px;padding:12px 10px 12px 16px;background:var(--bar);color:var(--on-bar);
border-bottom:1px solid transparent}
.head .names{flex:1;min-width:0}
h2{margin:0;font-size:17px;line-height:1.25;overflow-wrap:anywhere}
.head p{margin:0;font-size:14px}
.head button{width:44px;height:44px;padding:9px}
.head button:hover{background:rgb(255 255 255/.16)}
.head :focus-visible{outline-color:var(--on-bar);outline-offset:-4px}
.launcher:focus-visible{outline-color:var(--on-accent);outline-offset:-5px}
.log{flex:1;min-height:0;overflow-y:auto;overscroll-behavior:contain;padding:16px;display:flex;flex-direction:column;gap:10px}
.log:focus-visible{outline-offset:-3px}
.log>:first-child{margin-top:auto}
.turn{display:flex;flex-direction:column;align-items:flex-start;gap:8px}
.me{align-items:flex-end}
.bubble{max-width:86%;padding:9px 14px;border:1px solid transparent;border-radius:16px 16px 16px 4px;background:var(--sunken);
white-space:pre-wrap;overflow-wrap:anywhere}
.author{display:block;font-size:13px;font-weight:600;color:var(--accent)}
.me .bubble{background:var(--bar);color:var(--on-bar);border-radius:16px 16px 4px 16px}
.mark{font-size:13px;line-height:1.3;color:var(--muted);max-width:86%;margin-top:-4px;overflow-wrap:anywhere}
.mark.bad{color:var(--danger)}
img{display:block;max-width:100%;height:auto;border:1px solid var(--line);border-radius:12px}
.sheet{max-width:100%;overflow-x:auto;border:1px solid var(--line);border-radius:12px}
table{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums}
th,td{padding:5px 10px;text-align:end;white-space:nowrap;border-top:1px solid var(--line)}
th{font-weight:600}thead th{white-space:normal;border-top:0;background:var(--sunken)}tr>:first-child{text-align:start}
.go{display:inline-flex;align-items:center;min-height:44px;padding:8px 18px;border:1px solid transparent;border-radius:12px;
background:var(--accent);color:var(--on-accent);font-weight:600;text-decoration:none}
.choices{display:flex;flex-wrap:wrap;gap:8px}
.choices button{min-height:40px;padding:6px 15px;border:1.5px solid var(--accent);border-radius:20px;color:var(--accent);
background:var(--surface);font-weight:600;text-align:start}
@media (hover:hover){.choices button:hover:enabled{background:var(--accent);color:var(--on-accent)}}
.choices button:disabled{border:1.5px dashed var(--line);color:var(--muted);font-weight:400}
.choices button.used{border-style:solid;border-color:var(--muted);color:var(--ink)}
.dots{align-self:flex-start;margin:0 16px 10px;padding:12px 14px;border:1px solid transparent;border-radius:16px;background:var(--sunken);
display:flex;gap:5px}
.dots i{width:8px;height:8px;border:4px solid var(--muted);border-radius:4px}
@media (prefers-reduced-motion:no-preference){
.dots i{animation:rise 1.2s infinite}.dots i:nth-child(2){animation-delay:.15s}.dots i:nth-child(3){animation-delay:.3s}
dialog[open]{animation:enter .18s ease-out}
@keyframes rise{0%,60%,to{opacity:.35}30%{opacity:1;transform:translateY(-3px)}}
@keyframes enter{from{opacity:0;transform:translateY(12px)}}}
.strip{display:flex;align-items:center;gap:8px;margin:0 12px;font-size:14px}
.strip p{margin:0;flex:1}
.strip p:not(:empty){padding:7px 0 9px}
.strip button,.foot button{color:var(--accent);font-weight:600;font-size:14px;text-decoration:underline;text-underline-offset:3px;
padding:4px 0}
form{display:flex;align-items:flex-end;gap:8px;padding:10px 12px 4px;border-top:1px solid var(--line)}
textarea{flex:1;min-width:0;min-height:44px;max-height:128px;padding:9px 12px;resize:none;font-size:16px;line-height:1.45;
border:1px solid var(--muted);border-radius:12px;background:var(--surface)}
textarea::placeholder{color:var(--muted);opacity:1}
textarea:focus-visible{outline-offset:0}
form button{width:44px;height:44px;padding:9px;background:var(--accent);color:var(--on-accent);border-radius:12px}
.foot{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:0 10px;
padding:0 14px calc(6px + env(safe-area-inset-bottom));font-size:13px;color:var(--muted)}
.foot p{margin:0;flex:1 1 8em}
.foot .count{flex-basis:100%;color:var(--ink)}
@media ${SMALL_SCREEN}{dialog{inset:var(--top,0px) 0 auto 0;width:100vw;height:var(--height,100dvh);max-height:none;border:0;border-radius:0;
padding:env(safe-area-inset-top) env(safe-area-inset-right) 0 env(safe-area-inset-left);background:var(--surface)}}
@media (max-height:480px){.head{padding-block:2px}.head p{display:none}.log{padding-block:8px}}
@media (forced-colors:active){.launcher,dialog,.bubble,.dots,.go,form button{border:1px solid}.choices button:disabled{color:GrayText}
.dots i{border-color:CanvasText}}
@media print{.launcher,dialog{display:none}}`;

  // ---------------------------------------------------------------------------------------------------------- the face

  class Chat extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      this.lang = LANGUAGE;
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      const root = this.attachShadow({ mode: 'open' });
      root.adoptedStyleSheets = [sheet];
      root.append(this.buildLauncher(), this.buildDialog());
      this.turns = new Map();
      this.line = new Line();
      this.follow();
      this.redraw();
      document.addEventListener('click', (event) => this.onPageClick(event));
      if (this.line.state.open) this.reopen();
      this.line.wake();
    }

    buildLauncher() {
      this.badge = el('span', { class: 'badge', hidden: '' });
      this.launcher = el('button', { class: 'launcher', type: 'button', 'aria-haspopup': 'dialog', 'aria-expanded': 'false',
        onclick: () => this.open(this.launcher) }, icon(ICONS.bubble), el('span', {}, t('launcher')), this.badge);
      this.outside = el('p', { class: 'sr', role: 'status' });
      return el('section', { 'aria-label': t('region') }, this.launcher, this.outside);
    }

    buildDialog() {
      this.log = el('div', { class: 'log', role: 'log', 'aria-live': 'polite', 'aria-label': t('log'), tabindex: '0',
        onscroll: () => (this.atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 48) });
      this.atEnd = true;
      new ResizeObserver(() => this.atEnd && this.toEnd()).observe(this.log);
      this.dots = el('div', { class: 'dots', hidden: '', 'aria-hidden': 'true' }, el('i'), el('i'), el('i'));
      this.whisper = el('p', { class: 'sr', role: 'status' });
      this.notice = el('p', { role: 'status' });
      this.tryNow = el('button', { type: 'button', hidden: '', onclick: () => this.line.wake() }, t('tryNow'));
      this.dialog = el('dialog', { 'aria-labelledby': 'title', onclose: () => this.onClose(), onkeydown: (event) => this.onKey(event) },
        this.buildHeader(), this.log, this.dots, el('div', { class: 'strip' }, this.notice, this.tryNow),
        this.buildForm(), this.buildFoot(), this.whisper);
      this.watchKeyboard();
      return this.dialog;
    }

    buildHeader() {
      const tool = (name, act) => el('button', { type: 'button', 'aria-label': t(name), title: t(name), onclick: act }, icon(ICONS[name]));
      return el('div', { class: 'head' }, icon(ICONS.bolt),
        el('div', { class: 'names' }, el('h2', { id: 'title' }, OPTIONS.title || t('title')), el('p', {}, t('who'))),
        tool('clear', () => confirm(t('clearAsk')) && this.line.clear()), tool('close', () => this.dialog.close()));
    }

    buildForm() {
      this.input = el('textarea', { rows: '1', maxlength: MAX_CHARACTERS, 'aria-label': t('input'), 'aria-describedby': 'card',
        placeholder: t('placeholder'), autocomplete: 'off', enterkeyhint: 'send', oninput: () => this.onInput(),
        onkeydown: (event) => this.onInputKey(event) });
      return el('form', { onsubmit: (event) => this.onSubmit(event) }, this.input,
        el('button', { type: 'submit', 'aria-label': t('send'), title: t('send') }, icon(ICONS.send)));
    }

    buildFoot() {
      this.count = el('p', { class: 'count', hidden: '' });
      return el('div', { class: 'foot' }, this.count, el('p', { id: 'card' }, t('cardNote')),
        el('button', { type: 'button', class: 'person', onclick: () => this.choose(t('person')) }, t('person')));
    }

    /** A phone's keyboard covers a fixed panel unless the panel is told what is left of the screen. */
    watchKeyboard() {
      const view = window.visualViewport;
      const fit = () => {
        this.dialog.style.setProperty('--height', `${view.height}px`);
        this.dialog.style.setProperty('--top', `${view.offsetTop}px`);
      };
      if (!view) return;
      view.addEventListener('resize', fit);
      view.addEventListener('scroll', fit);
    }

    follow() {
      const on = (type, act) => this.line.addEventListener(type, (event) => act(event.detail));
      on('entry', (entry) => this.onEntry(entry));
      on('mark', (entry) => this.drawMark(entry));
      on('typing', (is) => this.onTyping(is));
      on('trouble', (what) => this.onTrouble(what));
      on('restarted', () => this.say(t('restarted')));
      on('cleared', () => this.onCleared());
    }

    // -- drawing

    redraw() {
      this.log.replaceChildren();
      this.turns.clear();
      const starters = (OPTIONS.starters || t('starters')).split('|').map((title) => ({ title: title.trim() }));
      this.greeting = { from: 'bot', messages: [{ text: OPTIONS.greeting || t('greeting'), buttons: starters }] };
      this.draw(this.greeting);
      for (const entry of this.line.state.log) this.draw(entry);
      this.refreshChoices();
      this.drawBadge();
    }

    draw(entry) {
      const turn = { groups: [], mark: null };
      const who = (text) => el('span', { class: 'sr' }, `${text}: `);
      if (entry.from === 'me') {
        turn.mark = el('div', { class: 'mark', 'aria-live': 'off', hidden: '' });
        turn.node = el('div', { class: 'turn me' }, el('div', { class: 'bubble' }, who(t('you')), entry.text), turn.mark);
      } else {
        turn.node = el('div', { class: 'turn' });
        for (const message of entry.messages) turn.node.append(...this.drawMessage(message || {}, turn, who));
      }
      this.turns.set(entry, turn);
      this.log.append(turn.node);
      if (turn.mark) this.drawMark(entry);
    }

    drawMessage(message, turn, who) {
      const parts = [];
      const text = String(message.text ?? '').trim();
      // a screen reader must pronounce it in its own language
      const lang = message.lang || 'en';
      const own = lang === LANGUAGE ? {} : { lang };
      // a person of the office is named above the words; everything else is the assistant
      const name = message.author ? el('span', { class: 'author' }, String(message.author)) : who(t('assistant'));
      if (text) parts.push(el('div', { class: 'bubble', ...own }, name, ...linked(text)));
      const picture = message.image && safeUrl(message.image, ['https:']);
      if (picture) parts.push(el('img', { src: picture.href, alt: message.alt || t('picture'), onload: () => this.toEnd() }));
      if (message.table?.rows?.length) parts.push(this.drawTable(message.table, message.alt));
      const link = message.link && !text.includes(message.link) && safeUrl(message.link.url || message.link);
      if (link) parts.push(anchor(link, message.link.title || this.linkLabel(link), { class: 'go' }));
      if (Array.isArray(message.buttons) && message.buttons.length) parts.push(this.drawChoices(message.buttons, turn));
      return parts;
    }

    /** The figures, for reading in columns; a wide one scrolls in a box that the keyboard reaches. */
    drawTable({ head = [], rows }, about) {
      const cell = (text, at, scope = null) => el(scope || !at ? 'th' : 'td', { scope: scope || (at ? null : 'row') }, String(text ?? ''));
      return el('div', { class: 'sheet', tabindex: '0', role: 'group', 'aria-label': t('figures') },
        el('table', {}, el('caption', { class: 'sr' }, about || t('figures')),
          el('thead', {}, el('tr', {}, ...head.map((text, at) => cell(text, at, 'col')))),
          el('tbody', {}, ...rows.map((row) => el('tr', {}, ...row.map((text, at) => cell(text, at)))))));
    }

    linkLabel(url) {
      if (url.protocol === 'tel:') return t('callNumber', { number: decodeURIComponent(url.pathname) });
      return ownHttp(url) ? t('openPage') : t('openSite', { host: url.host });
    }

    drawChoices(buttons, turn) {
      const group = el('div', { class: 'choices', role: 'group', 'aria-label': t('choices') });
      for (const { title, payload } of buttons) {
        const button = el('button', { type: 'button' }, String(title));
        button.addEventListener('click', () => {
          button.classList.add('used');
          this.choose(String(title), payload);
        });
        group.append(button);
      }
      turn.groups.push(group);
      return group;
    }

    /** Only the newest question can be answered by button, and only until something was said after it. */
    refreshChoices() {
      let live = true;
      for (const entry of [this.greeting, ...this.line.state.log].reverse()) {
        if (entry.from === 'me' && entry.status !== 'rejected') live = false;
        const groups = this.turns.get(entry)?.groups ?? [];
        for (const button of groups.flatMap((group) => [...group.children])) button.disabled = !live;
        if (groups.length) live = false;
      }
    }

    drawMark(entry) {
      const turn = this.turns.get(entry);
      if (!turn) return;
      const words = { queued: t('sending'), sending: t('sending'), retrying: t('retrying'), kept: t('kept'),
        rejected: `${t('rejected')}. ${entry.note}` }[entry.status];
      const was = turn.status;
      turn.status = entry.status;
      turn.mark.hidden = !words;
      turn.mark.textContent = words || '';
      turn.mark.classList.toggle('bad', entry.status === 'rejected');
      if (entry.status === 'rejected') this.refreshChoices();
      if (entry.status === 'rejected' || entry.status === 'kept') this.whisper.textContent = words;
      if (was === 'retrying' && entry.status === 'sent') this.whisper.textContent = t('back');
      this.toEnd();
    }

    drawBadge() {
      const { unread } = this.line.state;
      const words = unread ? t('unread', { n: unread }) : '';
      this.badge.hidden = !unread;
      this.badge.textContent = this.outside.textContent = words;
    }

    toEnd() {
      this.log.scrollTop = this.log.scrollHeight;
    }

    say(words) {
      this.notice.textContent = words;
    }

    // -- what happens

    onEntry(entry) {
      this.draw(entry);
      this.refreshChoices();
      this.toEnd();
      if (entry.from === 'bot') this.whisper.textContent = '';
      if (entry.from === 'bot' && !this.dialog.open) {
        this.line.state.unread += 1;
        this.line.save();
        this.drawBadge();
      }
    }

    onTyping(is) {
      clearTimeout(this.dotsTimer);
      clearTimeout(this.typingTimer);
      if (!is) {
        this.dots.hidden = true;
        return;
      }
      this.dotsTimer = setTimeout(() => {
        this.dots.hidden = false;
        this.toEnd();
      }, 300);
      this.typingTimer = setTimeout(() => (this.whisper.textContent = t('typing')), 2500);
    }

    onTrouble(what) {
      this.tryNow.hidden = what !== 'unreachable';
      if (!what) {
        if (this.troubled) this.say('');
        this.troubled = false;
        return;
      }
      this.troubled = true;
      const call = OPTIONS.phone ? ' ' + t('call', { phone: OPTIONS.phone }) : '';
      const danger = OPTIONS.outage ? ' ' + t('danger', { phone: OPTIONS.outage }) : '';
      this.say(t(what) + danger + (what === 'unreachable' ? call : ''));
    }

    onCleared() {
      this.onTyping(false);
      this.onTrouble(null);
      this.say('');
      this.redraw();
      this.focusInside();
    }

    onPageClick(event) {
      const target = event.target.closest?.('[data-memberline-say],[data-memberline-open]');
      if (!target) return;
      event.preventDefault();
      this.open(target);
      const words = target.dataset.memberlineSay;
      // The second click of a double click is a habit, not a second message.
      if (words && event.detail < 2) this.line.say(words);
    }

    open(opener = null) {
      this.opener = opener;
      this.line.state.unread = 0;
      this.line.state.open = true;
      this.line.save();
      if (!this.dialog.open) matchMedia(SMALL_SCREEN).matches ? this.dialog.showModal() : this.dialog.show();
      this.launcher.hidden = true;
      this.launcher.setAttribute('aria-expanded', 'true');
      this.drawBadge();
      this.toEnd();
      if (opener) this.focusInside();
    }

    /** As it was before the page loaded, without taking the focus. A full screen panel comes back on reload only. */
    reopen() {
      const small = matchMedia(SMALL_SCREEN).matches;
      const reloaded = performance.getEntriesByType('navigation')[0]?.type === 'reload';
      if (small && !reloaded) this.line.state.open = false;
      else if (!small) this.dialog.setAttribute('open', '');
      if (this.line.state.open) this.open();
    }

    onClose() {
      this.line.state.open = false;
      this.line.save();
      this.launcher.hidden = false;
      this.launcher.setAttribute('aria-expanded', 'false');
      (this.opener?.isConnected ? this.opener : this.launcher).focus();
    }

    /** Into the text field; on a touch screen to the conversation, as the field would bring the keyboard up over it. */
    focusInside() {
      (matchMedia('(pointer: coarse)').matches ? this.log : this.input).focus();
    }

    choose(title, payload = null) {
      this.line.say(title, payload || null);
      this.focusInside();
    }

    onKey(event) {
      if (event.key !== 'Escape' || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      this.dialog.close();
    }

    onInputKey(event) {
      // keyCode 229: an Enter that only accepts what an input method offers.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.onSubmit(event);
    }

    onInput() {
      const left = MAX_CHARACTERS - this.input.value.length;
      const near = left <= MAX_CHARACTERS - COUNTER_FROM;
      this.count.hidden = !near;
      this.count.textContent = t('left', { n: left });
      if (near && (left % 25 === 0 || left < 5)) this.whisper.textContent = t('left', { n: left });
      this.input.style.height = 'auto';
      this.input.style.height = `${this.input.scrollHeight + 2}px`;
    }

    onSubmit(event) {
      event.preventDefault();
      const typed = this.input.value.trim();
      const words = withoutCards(typed);
      if (typed) this.say('');
      if (words !== typed) {
        this.say(t('card'));
        this.input.value = words.trim();
      } else if (typed) {
        this.line.say(typed);
        this.input.value = '';
      }
      this.onInput();
      this.input.focus();
    }
  }

  customElements.define(TAG, Chat);
  if (!document.querySelector(TAG)) document.body.append(document.createElement(TAG));
})();
