/* Passkeys: the page's form holds what the browser is asked (data-options); its answer goes into the form, which is sent.
   Registering one: data-passkey="create"; signing in with one: data-passkey="get". Loaded only on those pages. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-passkey]");
  if (!form) return;
  const field = form.elements.credential;
  const lists = ["excludeCredentials", "allowCredentials"];
  const answers = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");

  const asked = () => {
    const options = JSON.parse(form.dataset.options);
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    for (const name of lists) options[name] = options[name]?.map((known) => ({ ...known, id: bytes(known.id) }));
    return options;
  };
  const written = (credential) => {
    const { id, rawId, type, response } = credential;
    const given = Object.fromEntries(answers.filter((name) => response[name]).map((name) => [name, text(response[name])]));
    if (response.getTransports) given.transports = response.getTransports();
    return JSON.stringify({ id, rawId: text(rawId), type, response: given });
  };
  const say = (error) => {
    for (const box of form.querySelectorAll("[data-passkey-error]")) box.hidden = box.dataset.passkeyError !== error;
    form.querySelector(`[data-passkey-error="${error}"]`)?.focus();
  };

  let waiting = false;
  let answered = false;
  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (answered) return;
    event.preventDefault();
    if (waiting) return;
    say("");
    if (!window.PublicKeyCredential) return say("missing");
    waiting = true;
    try {
      field.value = written(await navigator.credentials[form.dataset.passkey]({ publicKey: asked() }));
      answered = true;
      form.requestSubmit(button);
    } catch (error) {
      say(error.name === "InvalidStateError" ? "known" : "cancelled");
    } finally {
      waiting = false;
    }
  });
  /* Whoever comes back by the browser's Back asks anew: each challenge is answered once. */
  addEventListener("pageshow", (event) => event.persisted && location.reload());
})();
