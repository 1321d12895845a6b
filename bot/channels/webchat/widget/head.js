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
