/* Asks the browser for a passkey, and sends its answer with the form. Without scripts the forms stay hidden. */
"use strict";

(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  const decode = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const encode = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");
  const decodeIds = (list) => (list || []).map((one) => ({ ...one, id: decode(one.id) }));

  async function askForOptions(form) {
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.dataset.options, { method: "POST", body, credentials: "same-origin" });
    const found = answer.headers.get("content-type")?.includes("json") ? await answer.json() : {};
    if (!answer.ok || !found.options) throw new Error(found.error || "");
    const options = found.options;
    options.challenge = decode(options.challenge);
    if (options.user) options.user.id = decode(options.user.id);
    if (options.excludeCredentials) options.excludeCredentials = decodeIds(options.excludeCredentials);
    if (options.allowCredentials) options.allowCredentials = decodeIds(options.allowCredentials);
    return { token: found.token, options };
  }

  function describe(credential) {
    const given = credential.response;
    const response = { clientDataJSON: encode(given.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (given[name]) response[name] = encode(given[name]);
    }
    if (given.getTransports) response.transports = given.getTransports();
    return {
      id: credential.id,
      rawId: encode(credential.rawId),
      type: credential.type,
      response,
      clientExtensionResults: credential.getClientExtensionResults(),
      authenticatorAttachment: credential.authenticatorAttachment,
    };
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const failed = form.querySelector("[data-failed]");
      const button = form.querySelector("button");
      failed.textContent = "";
      button.disabled = true;
      try {
        const { token, options } = await askForOptions(form);
        const credential = await navigator.credentials[form.dataset.passkey]({ publicKey: options });
        form.elements.passkey_token.value = token;
        form.elements.answer.value = JSON.stringify(describe(credential));
        form.submit();
      } catch (error) {
        // the browser's own words say little, and are in its language
        failed.textContent = error.name === "Error" && error.message ? error.message : failed.dataset.failed;
        button.disabled = false;
      }
    });
  }
})();
