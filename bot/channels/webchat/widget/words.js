// What the widget says by itself, in both languages, and what the page asks of it.

const TAG = 'memberline-chat';
const script = document.currentScript || document.querySelector('script[src*="/widget.js"]');
if (!script || customElements.get(TAG)) return;

const ORIGIN = new URL(script.src, location.href).origin;
const OPTIONS = { ...script.dataset };
const PUBLISHED = {}; // served with the office's words and colors in it (bot/web/theme.py)
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
    starters: 'Pay my bill|How much do I owe?|Report an outage|Español',
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
    waiting: 'Go on',
    short: { more: 'More', clear: 'Clear', close: 'Close' },
    writes: '{name} is typing.',
    waitsFor: 'Waiting for a person of our office',
    toAssistant: 'Back to the assistant',
    callBack: 'Call me back',
    withPerson: '{name}, our office',
    joined: '{name} of our office has joined.',
    gone: '{name} has left. The automated assistant answers again.',
    more: 'More',
    save: 'Save this conversation as a file',
    mail: 'Email me this conversation',
    mailed: 'It is on its way to {email}.',
    photo: 'Send a photo to the office',
    photoSent: 'The photo is with this conversation at our office.',
    photoUnreadable: 'That picture could not be read. Please choose a photo (JPEG or PNG).',
    notDone: 'That did not work just now. Please try again.',
    rate: 'Did this help?',
    rateYes: 'Yes',
    rateNo: 'No',
    rateWhy: 'What was missing? (you may leave it empty)',
    rateSend: 'Send',
    rateThanks: 'Thank you. Our office reads this.',
    large: 'See it large',
    closeLarge: 'Close',
    otherDay: 'Another day',
    takeDay: 'Take this day',
    calls: 'Numbers to call',
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
    starters: 'Pagar mi factura|¿Cuánto debo?|Avisar de un apagón|English',
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
    waiting: 'Seguir',
    short: { more: 'Más', clear: 'Borrar', close: 'Cerrar' },
    writes: '{name} está escribiendo.',
    waitsFor: 'Esperando a una persona de la oficina',
    toAssistant: 'Volver al asistente',
    callBack: 'Que me llamen luego',
    withPerson: '{name}, de nuestra oficina',
    joined: '{name}, de nuestra oficina, se unió.',
    gone: '{name} salió. Vuelve a responder el asistente automático.',
    more: 'Más',
    save: 'Guardar esta conversación en un archivo',
    mail: 'Enviarme esta conversación por correo',
    mailed: 'Va en camino a {email}.',
    photo: 'Enviar una foto a la oficina',
    photoSent: 'La foto está con esta conversación en nuestra oficina.',
    photoUnreadable: 'No se pudo leer esa imagen. Elija una foto (JPEG o PNG).',
    notDone: 'Eso no funcionó en este momento. Inténtelo de nuevo.',
    rate: '¿Le ayudó esto?',
    rateYes: 'Sí',
    rateNo: 'No',
    rateWhy: '¿Qué faltó? (puede dejarlo vacío)',
    rateSend: 'Enviar',
    rateThanks: 'Gracias. Nuestra oficina lo lee.',
    large: 'Ver en grande',
    closeLarge: 'Cerrar',
    otherDay: 'Otro día',
    takeDay: 'Elegir este día',
    calls: 'Números para llamar',
  },
};
const pageLanguage = (document.documentElement.lang || 'en').toLowerCase().split('-')[0];
// The language of the talk: the page's at first, then that of the newest answer.
let language = pageLanguage in STRINGS ? pageLanguage : 'en';
const t = (name, values = {}) => {
  const words = STRINGS[language][name];
  return typeof words !== 'string' ? words : words.replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ''));
};
