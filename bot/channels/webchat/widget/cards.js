// What is shown beside the words: cards, charts, days to choose, numbers to call.

// 911, and a phone number as our office writes it.
const PHONE = /\b(911|\d{3}-\d{3}-\d{4})\b/;

// a confirmation number or an email goes on one line, unless it is longer than that
const kept = (words) => String(words).split(/(\S*@\S+|\b[A-Z\d]{2,}(?:-[A-Z\d]+)+\b)/)
  .map((part, at) => (at % 2 ? el('span', { class: 'kept' }, part) : part));

const callLink = (number, attributes = {}) =>
  el('a', { href: `tel:${number.length > 3 ? '+1' : ''}${number.replace(/-/g, '')}`, ...attributes }, number);

/** Where the words tell to call 911: that number and ours as buttons, before the words. */
function drawCalls(text) {
  if (!/\b911\b/.test(text)) return [];
  const numbers = [...new Set(text.match(new RegExp(PHONE, 'g')))].sort((one, other) => one.length - other.length);
  return [el('div', { class: 'calls', role: 'group', 'aria-live': 'off', 'aria-label': t('calls') }, ...numbers.map((number) => {
    const link = callLink(number, { class: 'go' });
    link.textContent = t('callNumber', { number });
    return link;
  }))];
}

Object.assign(Chat.prototype, {
  /**
   * A card is {kind, id, title, rows: [[label, words]], link}. The words above it say the same, so it is not read aloud
   * as it arrives. A newer card with the same id takes the place of the older one: a payment on its way becomes paid.
   */
  drawCard(card) {
    const before = card.id && this.cards.get(card.id);
    const node = before || el('section', { 'aria-live': 'off' });
    const { kind = '', title, rows = [], link } = card;
    const url = link && safeUrl(link.url);
    // the page that it was paid on takes nothing more
    for (const page of card.used ? this.log.querySelectorAll('a.go') : [])
      if (page.href === card.used) page.replaceWith(el('p', { class: 'mark' }, String(title)));
    node.className = `card ${kind}`;
    node.setAttribute('aria-label', String(title));
    node.replaceChildren(
      el('strong', {}, kind === 'consent' ? '' : icon(ICONS[{ declined: 'close', pending: 'clock' }[kind] || 'check']), String(title)),
      el('dl', {}, ...rows.map(([label, words]) => el('div', {}, el('dt', {}, String(label)), el('dd', {}, ...kept(words))))),
      url ? anchor(url, link.title) : '');
    if (card.id) this.cards.set(card.id, node);
    return before ? [] : [node];
  },

  /** A picture; a chart of ours comes sharp at any size and in the colors of the screen, and opens large. */
  drawPicture(url, message) {
    const image = el('img', { src: url.href, alt: message.alt || t('picture'), onload: () => this.toEnd() });
    const chart = (ownHttp(url) || url.origin === ORIGIN) && url.href.match(/^(.*\/media\/[\w-]+)\.png$/);
    if (!chart) return [image];
    const draw = (shown, size = '') => {
      shown.src = `${chart[1]}${size}.svg`;
      return el('picture', {}, el('source', { media: '(prefers-color-scheme: dark)', srcset: `${chart[1]}${size}.dark.svg` }), shown);
    };
    const large = () => this.openLarge(draw(image.cloneNode(), matchMedia(SMALL_SCREEN).matches ? '.tall' : ''), message);
    const button = el('button', { type: 'button', class: 'chart', onclick: large },
      draw(image), el('span', { class: 'more' }, t('large')));
    return [button];
  },

  /** The chart over the whole screen, with its figures. Escape closes it, and the focus goes back to where it was. */
  openLarge(picture, { alt, table }) {
    const opener = this.shadowRoot.activeElement;
    const close = () => large.close();
    const large = el('dialog', { class: 'large', 'aria-label': alt || t('picture'),
      onkeydown: (event) => event.stopPropagation(),
      onclose: () => { large.remove(); opener?.focus(); } },
    el('button', { type: 'button', class: 'go', onclick: close }, t('closeLarge')), picture,
    table?.rows?.length ? this.drawTable(table, alt) : '');
    this.shadowRoot.append(large);
    large.showModal();
  },

  /** A day of one's own, between the first and the last that may be chosen; it is said in words. */
  drawDayField({ first, last }) {
    const field = el('input', { type: 'date', min: first, max: last });
    const take = () => {
      if (!field.value || !field.checkValidity()) return field.value ? field.reportValidity() : field.focus();
      // at noon, so that no zone makes it the day before
      this.choose(new Date(`${field.value}T12:00`).toLocaleDateString(language, { year: 'numeric', month: 'long', day: 'numeric' }));
    };
    return [el('label', { class: 'day' }, t('otherDay'), field), el('button', { type: 'button', onclick: take }, t('takeDay'))];
  },
});
