// What a person sees and presses.

class Chat extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    this.line = new Line();
    if (this.line.state.language in STRINGS) language = this.line.state.language;
    this.lang = language;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE + (PUBLISHED.theme || ''));
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet];
    root.append(this.buildLauncher(), this.buildDialog());
    this.turns = new Map();
    this.follow();
    this.redraw();
    document.addEventListener('click', (event) => this.onPageClick(event));
    // on a phone it must not stand on what is read or pressed
    addEventListener('scroll', () => this.launcher.classList.toggle('small', scrollY > 40), { passive: true });
    if (this.line.state.open) this.reopen();
    this.line.wake();
  }

  buildLauncher() {
    this.badge = el('span', { class: 'badge', hidden: '' });
    this.launcher = el('button', { class: 'launcher', type: 'button', 'aria-haspopup': 'dialog', 'aria-expanded': 'false',
      onclick: () => this.open(this.launcher) }, icon(ICONS.bubble), el('span', {}, t('launcher')), this.badge);
    this.outside = el('p', { class: 'sr', role: 'status' });
    this.region = el('section', { 'aria-label': t('region') }, this.launcher, this.outside);
    return this.region;
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
      this.buildHeader(), this.log, this.dots, this.buildRate(), el('div', { class: 'strip' }, this.notice, this.tryNow),
      this.buildForm(), this.buildFoot(), this.whisper);
    this.watchKeyboard();
    return this.dialog;
  }

  buildHeader() {
    const tool = (name, act) => el('button', { type: 'button', class: 'tool', 'aria-label': t(name), title: t(name), onclick: act },
      icon(ICONS[name]), el('span', {}, t('short')[name]));
    return el('div', { class: 'head' }, icon(ICONS.bolt),
      el('div', { class: 'names' }, el('h2', { id: 'title' }, OPTIONS.title || t('title')), this.buildWho()),
      this.buildMenu(tool), tool('clear', () => confirm(t('clearAsk')) && this.line.clear()), tool('close', () => this.dialog.close()));
  }

  /** Who answers: the assistant, or a person of the office by name, or nobody yet. */
  buildWho() {
    return el('p', {}, this.person ? t('withPerson', { name: this.person }) : t(this.waits ? 'waitsFor' : 'who'));
  }

  /** What else can be done with the talk; behind a button, so that the head stays calm. */
  buildMenu(tool) {
    const act = (name, run) => el('button', { type: 'button', onclick: () => { this.closeMenu(); run(); } }, t(name));
    const file = el('input', { type: 'file', accept: 'image/*', class: 'sr', onchange: () => this.onPhoto(file) });
    // a press on a label, and on any button in Safari, would take the focus out of the menu and close it before the click
    this.menu = el('div', { class: 'menu', hidden: '', tabindex: '-1' }, act('save', () => this.saveTalk()), act('mail', () => this.mailTalk()),
      el('label', {}, file, t('photo')));
    this.more = tool('more', () => (this.menu.hidden ? this.openMenu() : this.closeMenu()));
    this.more.setAttribute('aria-expanded', 'false');
    const holder = el('div', {}, this.more, this.menu);
    holder.addEventListener('focusout', (event) => !holder.contains(event.relatedTarget) && this.closeMenu());
    return holder;
  }

  openMenu() {
    this.menu.hidden = false;
    this.more.setAttribute('aria-expanded', 'true');
    this.menu.querySelector('button').focus();
  }

  closeMenu() {
    if (!this.menu || this.menu.hidden) return;
    this.menu.hidden = true;
    this.more.setAttribute('aria-expanded', 'false');
  }

  buildForm() {
    this.input = el('textarea', { rows: '1', maxlength: MAX_CHARACTERS, 'aria-label': t('input'), 'aria-describedby': 'card',
      placeholder: t('placeholder'), autocomplete: 'off', enterkeyhint: 'send', oninput: () => this.onInput(),
      onkeydown: (event) => this.onInputKey(event) });
    return el('form', { onsubmit: (event) => this.onSubmit(event) }, this.input,
      el('button', { type: 'submit', class: 'tool', title: t('send') }, icon(ICONS.send), el('span', {}, t('send'))));
  }

  buildFoot() {
    this.count = el('p', { class: 'count', hidden: '' });
    const ways = this.person ? ['toAssistant'] : this.waits ? ['toAssistant', 'callBack'] : ['person'];
    return el('div', { class: 'foot' }, this.count, el('p', { id: 'card' }, t('cardNote')),
      ...ways.map((name) => el('button', { type: 'button', class: 'person', onclick: () => this.choose(t(name)) }, t(name))));
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
    this.cards = new Map();
    this.person = this.waits = '';
    const office = PUBLISHED.words?.[language] || {};
    const starters = (OPTIONS.starters || office.starters || t('starters')).split('|').map((title) => ({ title: title.trim() }));
    const news = office.banner ? [{ text: office.banner }] : [];
    const hello = { text: OPTIONS.greeting || office.greeting || t('greeting'), buttons: starters };
    this.greeting = { from: 'bot', messages: [...news, hello] };
    this.draw(this.greeting);
    for (const entry of this.line.state.log) this.draw(entry);
    this.refreshChoices();
    this.drawBadge();
    this.relabel();
  }

  /** The parts that the widget says itself, in the language of the talk; what was said stays as it was said. */
  relabel() {
    const { value } = this.input;
    const typing = this.getRootNode() && this.shadowRoot.activeElement === this.input;
    this.lang = language;
    this.launcher.children[1].textContent = t('launcher');
    this.region.setAttribute('aria-label', t('region'));
    this.log.setAttribute('aria-label', t('log'));
    this.tryNow.textContent = t('tryNow');
    this.drawBadge();
    this.dialog.querySelector('.head').replaceWith(this.buildHeader());
    this.dialog.querySelector('form').replaceWith(this.buildForm());
    this.dialog.querySelector('.foot').replaceWith(this.buildFoot());
    const rate = this.rate;
    if (rate.hidden) rate.replaceWith(this.buildRate());
    this.input.value = value;
    if (typing) this.input.focus();
  }

  /** Take over the language and the person of what was just said. */
  notePerson(messages) {
    const last = messages.findLast((one) => one?.text || one?.author);
    const person = String(last?.author || '');
    this.waits = last?.waits || '';
    if (person === this.person) return null;
    const words = person ? t('joined', { name: person }) : t('gone', { name: this.person });
    this.person = person;
    return words;
  }

  noteLanguage(messages) {
    const said = messages.findLast((one) => one?.text && !one.author);
    const now = said ? said.lang || 'en' : language;
    if (!(now in STRINGS) || now === language) return false;
    language = this.line.state.language = now;
    this.line.save();
    return true;
  }

  draw(entry) {
    const turn = { groups: [], mark: null };
    const who = (text) => el('span', { class: 'sr' }, `${text}: `);
    if (entry.from === 'me') {
      turn.mark = el('div', { class: 'mark', 'aria-live': 'off', hidden: '' });
      turn.node = el('div', { class: 'turn me' }, el('div', { class: 'bubble' }, who(t('you')), entry.text), turn.mark);
    } else {
      turn.node = el('div', { class: 'turn' });
      const moved = entry === this.greeting ? null : this.notePerson(entry.messages);
      // that somebody left is said by the office's own words
      if (moved && this.person) turn.node.append(el('p', { class: 'system' }, moved));
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
    const own = lang === this.lang ? {} : { lang };
    // a person of the office is named above the words; everything else is the assistant
    const name = message.author ? el('span', { class: 'author' }, String(message.author)) : who(t('assistant'));
    // in danger, what to press comes before what to read
    if (text && !message.author) parts.push(...drawCalls(text));
    if (text) parts.push(el('div', { class: 'bubble', ...own }, name, ...linked(text)));
    if (message.card) parts.push(...this.drawCard(message.card));
    const picture = message.image && safeUrl(message.image, ['https:']);
    if (picture) parts.push(...this.drawPicture(picture, message));
    if (message.table?.rows?.length) parts.push(this.drawTable(message.table, message.alt));
    const link = message.link && !text.includes(message.link) && safeUrl(message.link.url || message.link);
    if (link) parts.push(anchor(link, message.link.title || this.linkLabel(link), { class: 'go' }));
    const buttons = Array.isArray(message.buttons) ? message.buttons : [];
    if (buttons.length || message.days) parts.push(this.drawChoices(buttons, turn, message.days));
    return parts;
  }

  /** The figures, for reading in columns; a wide one scrolls in a box that the keyboard reaches. */
  drawTable({ head = [], rows }, about) {
    const cell = (text, at, scope = null) => el(scope || !at ? 'th' : 'td', { scope: scope || (at ? null : 'row') }, String(text ?? ''));
    // read when somebody goes there, and not aloud as it arrives: the words above say it in short
    return el('div', { class: 'sheet', tabindex: '0', role: 'group', 'aria-live': 'off', 'aria-label': t('figures') },
      el('table', {}, el('caption', { class: 'sr' }, about || t('figures')),
        el('thead', {}, el('tr', {}, ...head.map((text, at) => cell(text, at, 'col')))),
        el('tbody', {}, ...rows.map((row) => el('tr', {}, ...row.map((text, at) => cell(text, at)))))));
  }

  linkLabel(url) {
    if (url.protocol === 'tel:') return t('callNumber', { number: decodeURIComponent(url.pathname) });
    return ownHttp(url) ? t('openPage') : t('openSite', { host: url.host });
  }

  /** `days` is {first, last}: a day beside those of the buttons may be picked too. */
  drawChoices(buttons, turn, days = null) {
    const group = el('div', { class: 'choices', role: 'group', 'aria-label': t('choices') });
    for (const { title, payload } of buttons) {
      const button = el('button', { type: 'button' }, String(title));
      button.addEventListener('click', () => {
        this.choose(String(title), payload);
      });
      group.append(button);
    }
    if (days) group.append(...this.drawDayField(days));
    turn.groups.push(group);
    return group;
  }

  /** Only the newest question can be answered by button, and only until something was said after it. */
  refreshChoices() {
    let live = true;
    for (const entry of [this.greeting, ...this.line.state.log].reverse()) {
      if (entry.from === 'me' && entry.status !== 'rejected') live = false;
      const groups = this.turns.get(entry)?.groups ?? [];
      for (const group of groups) group.hidden = !live;
      for (const one of groups.flatMap((group) => [...group.querySelectorAll('button,input')])) one.disabled = !live;
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
    const { unread, waiting } = this.line.state;
    const words = unread ? t('unread', { n: unread }) : waiting ? t('waiting') : '';
    this.badge.hidden = !words;
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
    const before = this.person + this.waits;
    const switched = entry.from === 'bot' && this.noteLanguage(entry.messages);
    if (switched) this.lang = language;
    this.draw(entry);
    if (switched || before !== this.person + this.waits) this.relabel();
    if (entry.from === 'bot' && entry.messages.some((one) => one?.rate) && !this.line.state.rated) this.rate.hidden = false;
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
    this.typingTimer = setTimeout(() => (this.whisper.textContent = this.person ? t('writes', { name: this.person }) : t('typing')), 2500);
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
    this.line.state.waiting = false;
    this.line.state.open = true;
    this.line.save();
    if (!this.dialog.open) matchMedia(SMALL_SCREEN).matches ? this.dialog.showModal() : this.dialog.show();
    this.launcher.hidden = true;
    this.launcher.setAttribute('aria-expanded', 'true');
    this.drawBadge();
    this.toEnd();
    if (opener) this.focusInside();
  }

  /**
   * As it was before the page loaded, without taking the focus. On a page that the member has just come to, it must not
   * stand before what is to be pressed there: it is then its button, with a mark that the talk goes on.
   */
  reopen() {
    const small = matchMedia(SMALL_SCREEN).matches;
    const reloaded = performance.getEntriesByType('navigation')[0]?.type === 'reload';
    if (!small) this.dialog.setAttribute('open', '');
    if (reloaded || (!small && !this.covers())) return this.open();
    this.dialog.removeAttribute('open');
    this.line.state.open = false;
    this.line.state.waiting = true;
    this.line.save();
    this.drawBadge();
  }

  /** Whether a button of the page is under the panel, or comes under it when the page is scrolled. */
  covers() {
    const own = this.dialog.getBoundingClientRect();
    return [...document.querySelectorAll('button,[type=submit],[role=button],.button')].some((one) => {
      const { width, left, right, bottom } = one.getBoundingClientRect();
      return width && right > own.left && left < own.right && bottom > own.top;
    });
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
    if (!this.menu.hidden) {
      this.closeMenu();
      this.more.focus();
    } else this.dialog.close();
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
