// Small things: elements, icons, addresses, card numbers.

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
  check: 'M5 12.5l4.5 4.5L19 7.5',
  clock: 'M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18M12 7v5l3.5 2',
  more: 'M12 4v2M12 11v2M12 18v2',
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

/** Text with its web addresses and phone numbers made into links, as DOM nodes. */
function linked(text) {
  const parts = text.split(/(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)])/);
  return parts.flatMap((part, index) => {
    const url = index % 2 ? safeUrl(part) : null;
    if (url) return [anchor(url, part)];
    return part.split(PHONE).flatMap((piece, at) => (at % 2 ? [callLink(piece)] : kept(piece)));
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
