// The end: the element is known to the page from here on.

customElements.define(TAG, Chat);
if (!document.querySelector(TAG)) document.body.append(document.createElement(TAG));
