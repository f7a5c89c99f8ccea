/* The console's behaviour on every page: delegated listeners, found by data- attributes. Pages work without it. */
(() => {
  "use strict";
  const root = document.documentElement;
  const $ = (selector, from = document) => from.querySelector(selector);
  const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
  const on = (type, handler, options) => document.addEventListener(type, handler, options);

  /* Announcements ------------------------------------------------------- */
  const announce = (text) => {
    const region = $("#announce");
    if (!region || !text) return;
    region.textContent = "";
    setTimeout(() => (region.textContent = text), 50);
  };

  /* Preferences: theme, text, density, nav, kept in the cookie "prefs" (theme=dark&text=large) ------------- */
  const savePreference = (name, value) => {
    const kept = document.cookie.split("; ").find((pair) => pair.startsWith("prefs="));
    const all = new URLSearchParams(kept ? kept.slice(6) : "");
    all.set(name, value);
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `prefs=${all}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
    root.dataset[name] = value;
    for (const button of $$(`[data-pref="${name}"][aria-pressed]`)) button.setAttribute("aria-pressed", button.value === value);
  };
  const choosePreference = (button) => {
    const name = button.dataset.pref;
    if (!button.dataset.switch) return savePreference(name, button.value);
    const [first, second] = button.dataset.switch.split(" ");
    const dark = root.dataset.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches;
    const now = name === "theme" && dark ? "dark" : root.dataset[name];
    savePreference(name, now === second ? first : second);
  };

  /* Side navigation: beside the page when wide, a dialog over it when not -------------------------------- */
  const wide = matchMedia("(min-width: 1200px)");
  const showNavigationState = () => {
    const toggle = $("[data-nav-toggle]");
    if (toggle) toggle.setAttribute("aria-expanded", wide.matches && root.dataset.nav !== "closed");
  };
  const toggleNavigation = (toggle) => {
    if (wide.matches) {
      savePreference("nav", root.dataset.nav === "closed" ? "open" : "closed");
      return showNavigationState();
    }
    const dialog = Object.assign(document.createElement("dialog"), { className: "dialog navigation" });
    const side = $("#side").cloneNode(true);
    side.removeAttribute("id");
    const close = Object.assign(document.createElement("button"), { className: "btn t", type: "button", textContent: "Close" });
    close.dataset.close = "";
    dialog.append(close, side);
    dialog.setAttribute("aria-label", "Navigation");
    dialog.addEventListener("close", () => (dialog.remove(), showNavigationState(), toggle.focus()));
    document.body.append(dialog);
    toggle.setAttribute("aria-expanded", "true");
    dialog.showModal();
  };
  wide.addEventListener("change", showNavigationState);

  /* Dialogs: #dialog is filled by htmx, then shown; focus goes back to the opener ------------------------ */
  let opener = null;
  const showDialog = (dialog) => {
    if (!dialog.open) {
      opener = document.activeElement === document.body ? opener : document.activeElement;
      const menu = opener?.closest("details.menu");
      if (menu) {
        menu.open = false;
        opener = $("summary", menu);
      }
      dialog.showModal();
    }
    ($("[data-focus], [aria-invalid=true], [data-confirm], [autofocus]", dialog) ?? $("#dialog-title", dialog))?.focus();
  };
  on(
    "close",
    (event) => {
      if (event.target.id !== "dialog") return;
      event.target.replaceChildren();
      if (opener?.isConnected) opener.focus();
      opener = null;
    },
    true,
  );

  /* Typed confirmation, row selection: both only enable or disable buttons ------------------------------- */
  const checkConfirmation = (field) => {
    const submit = $("[type=submit]", field.form);
    if (submit) submit.disabled = field.value.trim() !== field.dataset.confirm;
  };
  const checkSelection = (table) => {
    const boxes = $$("[data-select]:not(:disabled)", table);
    const ticked = boxes.filter((box) => box.checked).length;
    for (const all of $$("[data-select-all]", table)) {
      all.checked = ticked > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
      all.disabled = !boxes.length;
    }
    for (const button of $$("[data-bulk]", table)) button.disabled = { one: ticked !== 1, two: ticked !== 2 }[button.dataset.bulk] ?? !ticked;
    const counter = $("[data-count]", table);
    const chosen = ticked + $$("[data-chosen]:checked", table).length;
    if (counter) counter.textContent = chosen ? `(${chosen}/${counter.dataset.count})` : `(${counter.dataset.count})`;
  };
  const prepare = (part = document) => {
    $$("[data-confirm]", part).forEach(checkConfirmation);
    $$("[data-table]").forEach(checkSelection);
    $$('[role=tab][aria-selected="true"]', part).forEach((tab) => chooseTab(tab));
  };

  /* Copying: the clipboard exists only on https and localhost -------------------------------------------- */
  const copyByHand = (text) => {
    const field = Object.assign(document.createElement("textarea"), { value: text, className: "sr", readOnly: true });
    ($("dialog[open]") ?? document.body).append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  };
  const copy = async (button) => {
    const source = button.dataset.copyFrom && $(button.dataset.copyFrom);
    const text = source ? (source.value ?? source.textContent) : button.dataset.copy;
    let done = false;
    try {
      if (navigator.clipboard) done = (await navigator.clipboard.writeText(text), true);
    } catch {
      /* refused: by hand then */
    }
    if (!done) done = copyByHand(text);
    button.focus();
    announce(done ? "Copied" : "Copying did not work. Select the text and copy it.");
    if (!done || button.dataset.copied) return;
    const label = $("span", button);
    const before = label ? label.textContent : button.getAttribute("aria-label");
    const say = (words) => (label ? (label.textContent = words) : (button.setAttribute("aria-label", words), (button.title = words)));
    button.dataset.copied = "1";
    say("Copied");
    setTimeout(() => (say(before), button.removeAttribute("data-copied"), button.removeAttribute("title")), 2000);
  };

  /* Flash messages --------------------------------------------------------------------------------------- */
  const flash = (text, retry, html) => {
    const list = $("#flash-list");
    if (!list) return announce(text);
    const item = Object.assign(document.createElement("li"), { className: "err" });
    const words = document.createElement("div");
    words.setAttribute("role", "alert");
    item.append(words);
    const button = (label, act) => {
      const made = Object.assign(document.createElement("button"), { type: "button", className: "btn s", textContent: label });
      made.addEventListener("click", () => (item.remove(), act?.()));
      item.append(made);
    };
    if (retry) button("Try again", retry);
    button("Dismiss");
    $$("li[data-error]", list).forEach((old) => old.remove());
    item.dataset.error = "";
    list.prepend(item);
    words[html ? "innerHTML" : "textContent"] = text;
    if (!$("dialog[open]")) item.scrollIntoView({ block: "nearest" });
  };

  /* Clicks ----------------------------------------------------------------------------------------------- */
  const clicks = {
    "[data-copy], [data-copy-from]": copy,
    "[data-pref]": (button, event) => (event.preventDefault(), choosePreference(button)),
    "[data-nav-toggle]": toggleNavigation,
    "[data-dismiss]": (button) => {
      button.closest("li").remove();
      ($("#flash [data-dismiss]") ?? $("#main")).focus();
    },
    "[data-close]": (control, event) => {
      const dialog = control.closest("dialog");
      if (dialog) (event.preventDefault(), dialog.close());
    },
    "[data-expand]": (button) => {
      const open = button.getAttribute("aria-expanded") !== "true";
      button.setAttribute("aria-expanded", open);
      $("#" + CSS.escape(button.getAttribute("aria-controls"))).hidden = !open;
    },
    "[data-print]": () => print(),
    "[data-present]": () => {
      root.dataset.text = "large";
      root.dataset.nav = "closed";
      root.dataset.present = "";
      $("#explain")?.scrollIntoView();
    },
  };
  on("click", (event) => {
    for (const menu of $$("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
    for (const [selector, act] of Object.entries(clicks)) {
      const control = event.target.closest(selector);
      if (control) act(control, event);
    }
  });
  on("input", ({ target }) => target.matches("[data-confirm]") && checkConfirmation(target));
  /* What is wrong with a field is said until the field is changed. */
  on("input", ({ target }) => {
    if (target.getAttribute("aria-invalid") !== "true") return;
    const id = `${target.id}-error`;
    const described = (target.getAttribute("aria-describedby") ?? "").replace(id, "").trim();
    target.removeAttribute("aria-invalid");
    described ? target.setAttribute("aria-describedby", described) : target.removeAttribute("aria-describedby");
    $("#" + CSS.escape(id))?.remove();
    $(`#error-summary [href="#${CSS.escape(target.id)}"]`)?.closest("li").remove();
    if (target.form && !$("[aria-invalid=true]", target.form)) $("#error-summary")?.remove();
  });
  /* A field that belongs to an option (data-chooses="name=value") chooses it when filled, and is emptied when another option is chosen. */
  const fitOptions = ({ target }) => {
    for (const field of $$("[data-chooses]", target.form ?? undefined)) {
      const [name, value] = field.dataset.chooses.split("=");
      const option = $(`[name="${name}"][value="${value}"]`, field.form);
      if (field === target && field.value) option.checked = true;
      else if (target.name === name && !option.checked) field.value = "";
    }
  };
  on("input", fitOptions, true);
  on("htmx:afterSwap", () => document.activeElement.dataset.chooses && fitOptions({ target: document.activeElement }));
  on("change", ({ target }) => {
    if (target.dataset.show) $("#" + CSS.escape(target.dataset.show)).type = target.checked ? "text" : "password";
    const table = target.closest("[data-table]");
    if (!table) return;
    if (target.matches("[data-select-all]")) $$("[data-select]:not(:disabled)", table).forEach((box) => (box.checked = target.checked));
    if (target.matches("[data-select], [data-select-all], [data-chosen]")) checkSelection(table);
  });
  on("submit", (event) => {
    const button = event.submitter;
    if (event.defaultPrevented || !button?.dataset.busy) return;
    setTimeout(() => ((button.disabled = true), (button.textContent = button.dataset.busy)));
  });
  /* A secret that is shown once (data-unseen): leaving before it was opened, copied or downloaded (data-seen) asks first. */
  clicks["[data-seen]"] = (control) => control.closest("[data-unseen]")?.removeAttribute("data-unseen");
  /* A form with data-guard: leaving after something in it was entered asks first; sending it does not. What came back with an error counts. */
  const enter = ({ target }) => target.type !== "search" && target.closest("[data-guard]")?.setAttribute("data-dirty", "");
  on("input", enter);
  on("change", enter);
  on("submit", (event) => event.defaultPrevented || event.target.removeAttribute("data-dirty"));
  on("htmx:beforeOnLoad", ({ detail: { xhr, elt } }) => {
    if (xhr.status < 400 && xhr.getResponseHeader("HX-Redirect")) elt.closest("[data-guard]")?.removeAttribute("data-dirty");
  });
  addEventListener("beforeunload", (event) => $("[data-unseen], [data-dirty]") && event.preventDefault());
  addEventListener("pageshow", (event) => event.persisted && $("[data-busy]:disabled") && location.reload());

  /* Keys: Esc, Alt+S, "/", arrows between in-panel tabs --------------------------------------------------- */
  on("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable=true]");
    if (event.key === "Escape") {
      const menu = event.target.closest?.("details.menu[open]") ?? $("details.menu[open]");
      if (menu) (event.preventDefault(), (menu.open = false), $("summary", menu).focus());
      else if ("present" in root.dataset) (delete root.dataset.present, (root.dataset.text = "normal"), (root.dataset.nav = "open"));
    } else if (event.altKey && event.code === "KeyS" && $("#global-search")) (event.preventDefault(), $("#global-search").focus());
    else if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && $("[data-filter]"))
      (event.preventDefault(), $("[data-filter]").focus());
    else if (event.target.matches?.("[role=tab]")) {
      const tabs = $$("[role=tab]", event.target.closest("[role=tablist]"));
      const at = tabs.indexOf(event.target);
      const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
      if (next !== undefined) (event.preventDefault(), chooseTab(tabs.at(next % tabs.length), true));
    }
  });
  const chooseTab = (tab, focus) => {
    for (const other of $$("[role=tab]", tab.closest("[role=tablist]"))) {
      const chosen = other === tab;
      other.setAttribute("aria-selected", chosen);
      other.tabIndex = chosen ? 0 : -1;
      const panel = $("#" + CSS.escape(other.getAttribute("aria-controls")));
      if (panel) panel.hidden = !chosen;
    }
    if (focus) tab.focus();
  };
  clicks["[role=tab]"] = (tab, event) => (event.preventDefault(), chooseTab(tab));

  /* htmx: dialog, focus, busy bar, errors ---------------------------------------------------------------- */
  if (window.Idiomorph) Idiomorph.defaults.ignoreActiveValue = true;
  const waiting = new WeakMap();
  const settled = ({ detail }) => {
    clearTimeout(waiting.get(detail.xhr));
    detail.target?.removeAttribute("aria-busy");
  };
  on("htmx:beforeRequest", ({ detail }) => {
    waiting.set(
      detail.xhr,
      setTimeout(() => detail.target.setAttribute("aria-busy", "true"), 150),
    );
  });
  on("htmx:afterRequest", settled);
  on("htmx:beforeSwap", settled);
  on("htmx:afterSettle", ({ detail }) => {
    const { target, elt, requestConfig } = detail;
    const dialog = $("#dialog");
    prepare();
    if (dialog?.childElementCount && (target.id === "dialog" || dialog.contains(elt))) showDialog(dialog);
    else $("[data-focus], [aria-invalid=true]", elt)?.focus();
    announce(requestConfig?.elt?.dataset.announce);
    $$("[data-now]").forEach((place) => (place.textContent = new Date().toLocaleString()));
  });
  on("htmx:oobAfterSwap", ({ detail }) => detail.target.id === "flash-list" && announce($("li > div", detail.target)?.textContent));
  on("focus", ({ detail }) => detail?.value && $(detail.value)?.focus());
  const again =
    ({ elt, requestConfig, pathInfo }) =>
    () =>
      requestConfig
        ? htmx.ajax(requestConfig.verb.toUpperCase(), requestConfig.path, { source: elt, target: requestConfig.target })
        : location.assign(pathInfo?.requestPath ?? "");
  /* A refusal is the server's own markup (errors/_refused.html): it stands in the dialog that asked, where what was typed stays. */
  const refuse = (html, detail) => {
    const body = $("dialog[open] form .bb");
    if (!body) return flash(html, again(detail), true);
    $("[data-refusal]", body)?.remove();
    const box = Object.assign(document.createElement("div"), { className: "alert err", innerHTML: "<div></div>" });
    box.dataset.refusal = "";
    box.setAttribute("role", "alert");
    body.prepend(box);
    box.firstChild.innerHTML = html;
    box.scrollIntoView({ block: "nearest" });
  };
  const sentences = { 404: "It is no longer there. Refresh the page.", 503: "The console can't reach its database." };
  on("htmx:responseError", ({ detail }) => {
    const { status, responseText } = detail.xhr;
    if (status === 401) return location.reload();
    if (status === 403 && /^text\/html/.test(detail.xhr.getResponseHeader("Content-Type"))) return refuse(responseText, detail);
    const said = /^text\/plain/.test(detail.xhr.getResponseHeader("Content-Type")) && status < 500 && responseText;
    flash(said || sentences[status] || `Something went wrong (${status}). This page is as it was.`, again(detail));
  });
  on("htmx:sendError", ({ detail }) => flash("The console did not answer. Check the network.", again(detail)));
  on("htmx:timeout", ({ detail }) => flash("The console took too long to answer.", again(detail)));

  /* Start ------------------------------------------------------------------------------------------------ */
  for (const group of $$("details[data-remember]")) {
    if (sessionStorage[group.dataset.remember] === "closed") group.open = false;
    group.addEventListener("toggle", () => (sessionStorage[group.dataset.remember] = group.open ? "open" : "closed"));
  }
  addEventListener("beforeprint", () => $$("[data-now]").forEach((place) => (place.textContent = new Date().toLocaleString())));
  prepare();
  for (const tab of $$("nav.tabs > [aria-current]")) {
    const [nav, { left }] = [tab.parentElement, tab.getBoundingClientRect()];
    nav.scrollLeft += left - nav.getBoundingClientRect().left - 24;
  }
  $$("[data-guard]:has([aria-invalid=true], #error-summary)").forEach((form) => (form.dataset.dirty = ""));
  showNavigationState();
  $("[data-focus], [aria-invalid=true]")?.focus();
})();
