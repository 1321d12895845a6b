// The conversation and its way to the server.

const FRESH = () => ({ session: null, last: 0, answered: [], log: [], open: false, unread: 0, waiting: false, rated: false });

/** Messages the server took but had not answered are asked about again: the same id brings the same answer. */
function asked(state) {
  for (const entry of state.log) if (entry.status === 'kept') entry.status = 'queued';
  return state;
}

function restore() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(STORE_KEY));
    // signed out, or somebody else signed in, on a computer that others use: what was said is not shown to the next one
    if (OPTIONS.portal && kept?.owner && kept.owner !== OPTIONS.portal) return FRESH();
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
    if (!(await this.showIdentity(state))) {
      this.clear();
      this.say(entry.text);
      return null;
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

  /** Tell the server who is signed in on this page. False when the talk is another member's: a new one begins. */
  async showIdentity(state) {
    const { identity } = OPTIONS;
    if (!identity || state.identity === identity) return true;
    const answer = await this.post('/chat/identity', { session: state.session, identity });
    if (answer.status === 409) return false;
    // one that is refused is not shown again: the talk asks who it is, as it does anywhere else
    if (answer.status) [state.identity, state.owner] = [identity, OPTIONS.portal];
    return true;
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

  async post(path, body, headers = { 'Content-Type': 'application/json' }) {
    const stop = (this.stop = new AbortController());
    const timer = setTimeout(() => stop.abort(), ANSWER_TIMEOUT_MS);
    try {
      const response = await fetch(ORIGIN + path, {
        method: 'POST',
        headers,
        body: body instanceof Blob ? body : JSON.stringify(body),
        // on the account page its cookie proves that the identity is this browser's; other sites send none
        credentials: 'same-origin',
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
