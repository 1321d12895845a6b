// What goes beyond the talk: the talk as a file or an email, photos, a rating.

const MAX_PHOTO_PIXELS = 1600;

/** A photo as JPEG, no wider or higher than 1,600 pixels: quick on a bad line, and without the place it was taken at. */
async function shrinkPhoto(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const scale = Math.min(1, MAX_PHOTO_PIXELS / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext('2d').drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.8));
}

Object.assign(Chat.prototype, {
  /** The talk as it stands on the screen, a line a message. */
  talkText() {
    const name = OPTIONS.title || t('title');
    const lines = this.line.state.log.flatMap((entry) => entry.from === 'me' ? [`${t('you')}: ${entry.text}`]
      : entry.messages.filter((one) => one?.text).map((one) => [`${one.author || t('assistant')}: ${one.text}`,
        ...(one.table ? [one.table.head || [], ...one.table.rows].map((row) => row.join(' | ')) : [])].join('\n')));
    return `${name}\n${new Date().toLocaleString(language)}\n\n${lines.join('\n\n')}\n`;
  },

  saveTalk() {
    const address = URL.createObjectURL(new Blob([this.talkText()], { type: 'text/plain;charset=utf-8' }));
    const link = el('a', { href: address, download: 'conversation.txt' });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  },

  async mailTalk() {
    const { session } = this.line.state;
    const answer = session ? await this.line.post('/chat/transcript', { session }) : { status: 0, body: {} };
    const { error, email } = answer.body;
    this.say(answer.status === 200 ? t('mailed', { email }) : error?.message || t('notDone'));
  },

  async onPhoto(input) {
    const [file] = input.files;
    input.value = '';
    this.closeMenu();
    const { session } = this.line.state;
    if (!file) return;
    let jpeg = null;
    try {
      jpeg = await shrinkPhoto(file);
    } catch {
      // not a picture that this browser knows
    }
    if (!jpeg) return this.say(t('photoUnreadable'));
    const answer = await this.line.post('/chat/photos', jpeg, { 'Content-Type': 'image/jpeg', 'Chat-Session': session || '' });
    this.say(answer.status === 201 ? t('photoSent') : answer.body.error?.message || t('notDone'));
  },

  /** Asked once, when the talk has come to an end. */
  buildRate() {
    const why = el('input', { type: 'text', maxlength: '400', 'aria-label': t('rateWhy'), placeholder: t('rateWhy'), hidden: '' });
    const send = el('button', { type: 'button', hidden: '', onclick: () => this.sendRating(false, why.value) }, t('rateSend'));
    const no = el('button', { type: 'button', onclick: () => { why.hidden = send.hidden = false; yes.hidden = no.hidden = true; why.focus(); } }, t('rateNo'));
    const yes = el('button', { type: 'button', onclick: () => this.sendRating(true, '') }, t('rateYes'));
    this.rate = el('div', { class: 'rate', role: 'group', 'aria-label': t('rate'), hidden: '' }, el('p', {}, t('rate')), yes, no, why, send);
    return this.rate;
  },

  async sendRating(helped, words) {
    const { state } = this.line;
    const answer = await this.line.post('/chat/rating', { session: state.session, helped, words });
    if (answer.status !== 200) return this.say(t('notDone'));
    state.rated = true;
    this.line.save();
    this.rate.hidden = true;
    this.say(t('rateThanks'));
    this.focusInside();
  },
});
