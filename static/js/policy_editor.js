/* The policy editor: CodeMirror in place of textarea[data-editor], which stays the form's field and is kept in step.
 *
 * On the textarea: data-codemirror (address of the bundle), data-limit (characters, white space not counted), data-validate-url
 * (POST of the form; answers the part <div id="findings">) and data-complete-url (GET ?element=Action&q=s3:Ge; answers
 * {"options": ["s3:GetObject", {"label": "...", "detail": "..."}]}). On this script's tag: data-nonce, for CodeMirror's style element.
 * Rows of #findings carry data-line, data-column (both from 1, in characters), data-severity (error | security | warning | suggestion),
 * and may carry data-end-line, data-end-column, data-message. A link with data-goto in a row moves the caret there. A button with
 * data-fix (the text to put), data-fix-from and data-fix-to ("line column" of the stretch it replaces) repairs the text.
 * A "change" event on the textarea, after its value was set by other code, brings the editor up to date.
 */
const nonce = document.querySelector("script[data-nonce]")?.dataset.nonce ?? "";
const PAUSE = 600;
const SAY_EVERY = 3000;
const SEVERITY = { error: "error", security: "warning", warning: "warning", suggestion: "info" };
const $ = (selector, from = document) => from.querySelector(selector);
const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

const findingsElement = () => document.getElementById("findings");

/** The place of a line and column (from 1, in characters) as an offset; out of range means the nearest place. */
const offsetOf = (doc, line, column) => {
  const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
  return at.from + [...at.text].slice(0, Math.max(column - 1, 0)).join("").length;
};

const rowsOf = (element) =>
  [...(element?.querySelectorAll("[data-line]") ?? [])].map((row) => ({
    row,
    line: Number(row.dataset.line),
    column: Number(row.dataset.column || 1),
    endLine: Number(row.dataset.endLine || 0),
    endColumn: Number(row.dataset.endColumn || 0),
    severity: row.dataset.severity || "error",
    message: row.dataset.message || ($("[data-message]", row) ?? row).textContent.trim(),
  }));

const icon = (name) => {
  const sprite = $("svg.i use").getAttribute("href").split("#")[0];
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
};

const state = (kind, name, text) => {
  const span = Object.assign(document.createElement("span"), { className: `st ${kind}` });
  span.append(icon(name), text);
  return span;
};

/* Colours come from tokens.css, so that both themes work. CodeMirror's own lint marks are data: images, which the policy forbids. */
const look = (cm) => [
  cm.EditorView.theme({
    "&": { backgroundColor: "var(--code-bg)", color: "var(--tx)", fontSize: ".8125rem" },
    "&.cm-focused": { outline: "none" },
    ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.25rem" },
    ".cm-content": { caretColor: "var(--tx)", padding: ".375rem 0" },
    ".cm-cursor": { borderLeftColor: "var(--tx)" },
    ".cm-gutters": { backgroundColor: "var(--code-gut)", color: "var(--tx-3)", border: "0" },
    ".cm-lineNumbers .cm-gutterElement": { minWidth: "2.25rem", padding: "0 .625rem 0 .25rem" },
    ".cm-activeLine": { backgroundColor: "var(--bg-hover)" },
    ".cm-activeLineGutter": { backgroundColor: "var(--bg-shade)", color: "var(--tx)" },
    ".cm-gutterElement.cm-finding-error": { backgroundColor: "var(--err)", color: "var(--bg-box)" },
    ".cm-gutterElement.cm-finding-warning": { backgroundColor: "var(--warn)", color: "var(--bg-box)" },
    ".cm-gutterElement.cm-finding-info": { backgroundColor: "var(--info)", color: "var(--bg-box)" },
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
      backgroundColor: "var(--btn-press)",
    },
    ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--bg-shade)", outline: "1px solid var(--bd-field)" },
    ".cm-lintRange": { backgroundImage: "none", textUnderlineOffset: "3px" },
    ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--err) 1px" },
    ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--warn) 1px" },
    ".cm-lintRange-info": { backgroundImage: "none", textDecoration: "underline wavy var(--info) 1px" },
    ".cm-lintRange-active": { backgroundColor: "var(--hit)" },
    ".cm-tooltip": {
      backgroundColor: "var(--bg-box)",
      color: "var(--tx)",
      border: "1px solid var(--bd)",
      borderRadius: "8px",
      overflow: "hidden",
    },
    ".cm-diagnostic": { padding: ".25rem .75rem", maxWidth: "36rem", fontFamily: "var(--font-base)" },
    ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--btn)", color: "var(--btn-tx)" },
    ".cm-tooltip-autocomplete .cm-completionDetail": { color: "inherit" },
    ".cm-panels": { backgroundColor: "var(--bg-sub)", color: "var(--tx)", borderColor: "var(--bd)" },
    ".cm-textfield": { backgroundColor: "var(--bg-box)", borderColor: "var(--bd-field)", color: "var(--tx)" },
    ".cm-button": { backgroundImage: "none", backgroundColor: "var(--bg-box)", borderColor: "var(--btn)", color: "var(--btn)" },
    ".cm-searchMatch": { backgroundColor: "var(--hit)" },
  }),
  cm.syntaxHighlighting(
    cm.HighlightStyle.define([
      { tag: cm.tags.propertyName, color: "var(--code-key)" },
      { tag: cm.tags.string, color: "var(--code-str)" },
      { tag: [cm.tags.number, cm.tags.bool, cm.tags.null], color: "var(--code-num)" },
      { tag: [cm.tags.punctuation, cm.tags.brace, cm.tags.squareBracket, cm.tags.separator], color: "var(--code-pun)" },
    ]),
  ),
];

/* Line numbers of lines with findings are coloured; the worst finding of a line decides. */
const gutter = (cm) => {
  const set = cm.StateEffect.define();
  const field = cm.StateField.define({
    create: () => cm.RangeSet.empty,
    update: (marks, { changes, effects }) => effects.find((effect) => effect.is(set))?.value ?? marks.map(changes),
    provide: (self) => cm.gutterLineClass.from(self),
  });
  const marker = Object.fromEntries(
    ["error", "warning", "info"].map((kind) => [kind, Object.assign(new cm.GutterMarker(), { elementClass: `cm-finding-${kind}` })]),
  );
  const marks = (doc, diagnostics) => {
    const worst = new Map();
    for (const kind of ["info", "warning", "error"])
      for (const { from, severity } of diagnostics) if (severity === kind) worst.set(doc.lineAt(from).from, marker[kind]);
    return set.of(
      cm.RangeSet.of(
        [...worst].map(([from, mark]) => mark.range(from)),
        true,
      ),
    );
  };
  return { field, marks };
};

/** The element a string stands in ("Action"), from the property around it. */
const elementAt = (cm, editor, position) => {
  for (let node = cm.syntaxTree(editor).resolveInner(position, -1); node; node = node.parent) {
    const name = node.name === "Property" && node.getChild("PropertyName");
    if (name) return name.from < position && position <= name.to ? "" : editor.sliceDoc(name.from + 1, name.to - 1);
  }
  return "";
};

const completions = (cm, address) => async (context) => {
  const before = context.matchBefore(/"[^"\s]*/);
  if (!before || (before.from + 1 === before.to && !context.explicit)) return null;
  const query = new URLSearchParams({ element: elementAt(cm, context.state, context.pos), q: before.text.slice(1) });
  const stop = new AbortController();
  context.addEventListener("abort", () => stop.abort());
  try {
    const answer = await fetch(`${address}${address.includes("?") ? "&" : "?"}${query}`, { signal: stop.signal });
    if (!answer.ok) return null;
    const { options } = await answer.json();
    return { from: before.from + 1, options: options.map((option) => (typeof option === "string" ? { label: option } : option)) };
  } catch {
    return null;
  }
};

/* Typing over a selection, done by CodeMirror alone: Chromium would write style attributes, which the policy forbids. */
const typeOver = (cm) =>
  cm.EditorView.domEventHandlers({
    beforeinput: (event, view) => {
      const { from, to, empty } = view.state.selection.main;
      if (event.inputType !== "insertText" || !event.data || empty || view.composing) return false;
      const type = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
      const handlers = view.state.facet(cm.EditorView.inputHandler);
      if (!handlers.some((handle) => handle(view, from, to, event.data, type))) view.dispatch(type());
      return true;
    },
  });

class PolicyEditor {
  constructor(cm, textarea) {
    Object.assign(this, {
      cm,
      textarea,
      form: textarea.form,
      frame: textarea.closest("[data-editor-frame]"),
      gutter: gutter(cm),
      saidAt: 0,
      said: "",
      checked: textarea.value,
    });
    const { EditorView } = cm;
    this.view = new EditorView({ state: cm.EditorState.create({ doc: textarea.value, extensions: this.extensions() }) });
    this.view.dom.style.minHeight = `${textarea.offsetHeight}px`;
    textarea.before(this.view.dom);
    textarea.hidden = true;
    textarea.addEventListener("change", () => this.replace(textarea.value));
    document.addEventListener("click", (event) => this.follow(event));
    document.addEventListener("keydown", ({ key, target }) => {
      if (/^(Arrow(Left|Right)|Home|End)$/.test(key) && target.closest("#findings [role=tab]")) this.tabChosen = true;
    });
    document.addEventListener("htmx:afterSettle", ({ detail }) => detail.target.closest("#findings") && this.mark());
    this.showCaret();
    this.showSize();
    this.mark();
    if (textarea.getAttribute("aria-invalid") === "true") this.goTo(rowsOf(findingsElement()).find(({ severity }) => severity === "error"));
    else if (textarea.value.trim() && !rowsOf(findingsElement()).length) this.check();
  }

  extensions() {
    const { cm, textarea } = this;
    const label = document.getElementById(`${textarea.id}-label`)?.textContent ?? "Policy document";
    const attributes = { "aria-label": label, spellcheck: "false", tabindex: "0" };
    if (textarea.getAttribute("aria-describedby")) attributes["aria-describedby"] = textarea.getAttribute("aria-describedby");
    const source = textarea.dataset.completeUrl;
    return [
      cm.EditorView.cspNonce.of(nonce),
      cm.EditorView.contentAttributes.of(attributes),
      cm.keymap.of([{ key: "Mod-Enter", run: () => (this.form.requestSubmit(), true) }]),
      cm.lineNumbers(),
      cm.highlightActiveLine(),
      cm.highlightActiveLineGutter(),
      cm.highlightSpecialChars(),
      cm.drawSelection(),
      cm.history(),
      cm.indentOnInput(),
      cm.indentUnit.of("    "),
      cm.bracketMatching(),
      cm.closeBrackets(),
      cm.search({ top: true }),
      cm.json(),
      source ? cm.autocompletion({ override: [completions(cm, source)], icons: false }) : [],
      cm.keymap.of([
        ...cm.closeBracketsKeymap,
        ...cm.completionKeymap,
        ...cm.lintKeymap,
        ...cm.searchKeymap,
        ...cm.historyKeymap,
        ...cm.defaultKeymap,
      ]),
      cm.linter(null),
      typeOver(cm),
      this.gutter.field,
      look(cm),
      cm.EditorView.updateListener.of((update) => {
        if (update.docChanged) this.changed();
        if (update.docChanged || update.selectionSet) this.showCaret();
      }),
    ];
  }

  get doc() {
    return this.view.state.doc;
  }

  replace(text) {
    if (text !== this.doc.toString()) this.view.dispatch({ changes: { from: 0, to: this.doc.length, insert: text } });
  }

  changed() {
    this.textarea.value = this.doc.toString();
    this.textarea.dispatchEvent(new Event("input", { bubbles: true }));
    this.showSize();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), PAUSE);
  }

  showCaret() {
    const { head } = this.view.state.selection.main;
    const line = this.doc.lineAt(head);
    $("[data-caret]", this.frame).textContent = `Ln ${line.number}, Col ${[...line.text.slice(0, head - line.from)].length + 1}`;
  }

  showSize() {
    const limit = Number(this.textarea.dataset.limit);
    const size = [...this.doc.toString().replace(/\s/g, "")].length;
    const place = $("[data-size]", this.frame);
    const count = Object.assign(document.createElement("b"), { textContent: size.toLocaleString("en-US") });
    place.replaceChildren(count, ` of ${limit.toLocaleString("en-US")} characters${size > limit ? ", over the limit" : ""}`);
    place.classList.toggle("over", size > limit);
  }

  /* Ask the server what it thinks of the text; the newest question wins. */
  async check() {
    const address = this.textarea.dataset.validateUrl;
    if (!address) return;
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    const text = this.textarea.value;
    try {
      const answer = await fetch(address, {
        method: "POST",
        body: new FormData(this.form),
        signal: asking.signal,
        headers: { "HX-Request": "true", "HX-Target": "findings", "HX-Trigger-Name": this.textarea.name },
      });
      if (answer.ok || answer.status === 422) {
        this.show(await answer.text());
        this.checked = text;
      }
    } catch {
      /* stopped by a newer question, or no network: the next pause asks again */
    }
  }

  show(html) {
    const place = findingsElement();
    if (!place || !html.trim()) return;
    const chosen = $("[role=tab][aria-selected=true]", place)?.id;
    window.Idiomorph ? window.Idiomorph.morph(place, html.trim(), { morphStyle: "outerHTML" }) : (place.outerHTML = html);
    window.htmx?.process(findingsElement());
    const tab = this.tabChosen && chosen && document.getElementById(chosen);
    if (tab && tab.getAttribute("aria-selected") !== "true") tab.click();
    this.mark();
    this.say();
  }

  mark() {
    const found = rowsOf(findingsElement());
    const marks = found.map(({ line, column, endLine, endColumn, severity, message }) => {
      const from = offsetOf(this.doc, line, column);
      const to = endLine && endColumn ? offsetOf(this.doc, endLine, endColumn) : this.endOf(from);
      return { from, to: Math.max(from, to), severity: SEVERITY[severity] ?? "error", message };
    });
    this.view.dispatch(this.cm.setDiagnostics(this.view.state, marks), { effects: this.gutter.marks(this.doc, marks) });
    this.showCounts(found);
  }

  /** Where the JSON value that begins here ends; in broken text the end of the line. */
  endOf(from) {
    const node = this.cm.syntaxTree(this.view.state).resolveInner(from, 1);
    return ["String", "Number", "PropertyName", "True", "False", "Null"].includes(node.name)
      ? node.to
      : Math.min(from + 1, this.doc.length);
  }

  showCounts(found) {
    const count = (kind) => found.filter(({ severity }) => severity === kind).length;
    const [errors, security, warnings, suggestions] = ["error", "security", "warning", "suggestion"].map(count);
    const notes = [security && `${security} security`, warnings && plural(warnings, "warning")].filter(Boolean).join(", ");
    const parts = [
      errors && state("err", "circle-x", plural(errors, "error")),
      notes && state("warn", "triangle-alert", notes),
      suggestions && state("info", "info", plural(suggestions, "suggestion")),
    ].filter(Boolean);
    $("[data-counts]", this.frame).replaceChildren(...parts.flatMap((part, at) => (at ? [" ", part] : [part])));
  }

  /* Counts are told politely, and no oftener than every three seconds. */
  say() {
    clearTimeout(this.saying);
    this.saying = setTimeout(
      () => {
        const words = $("[data-counts]", this.frame).textContent || "No findings";
        const region = document.getElementById("announce");
        if (region && words !== this.said) region.textContent = this.said = words;
        this.saidAt = Date.now();
      },
      Math.max(0, this.saidAt + SAY_EVERY - Date.now()),
    );
  }

  follow(event) {
    if (event.isTrusted && event.target.closest("#findings [role=tab]")) this.tabChosen = true;
    const button = event.target.closest("#findings [data-fix]");
    if (button) (event.preventDefault(), this.repair(button));
    const row = event.target.closest("#findings [data-goto]")?.closest("[data-line]");
    if (!row) return;
    event.preventDefault();
    this.goTo({ line: Number(row.dataset.line), column: Number(row.dataset.column || 1) });
  }

  /* Do what the button offers, as one step to undo, and check again at once; places found in an older text are looked up anew. */
  async repair(button) {
    if (this.checked !== this.textarea.value) {
      await this.check();
      const offered = [...findingsElement().querySelectorAll(`[data-fix][value^="${button.value.split("@")[0]}@"]`)];
      button = offered.find(({ value }) => value === button.value) ?? (offered.length === 1 ? offered[0] : null);
      if (!button || this.checked !== this.textarea.value) return;
    }
    const { fix, fixFrom, fixTo } = button.dataset;
    const [from, to] = [fixFrom, fixTo].map((place) => offsetOf(this.doc, ...place.split(" ").map(Number)));
    this.view.dispatch({
      changes: { from, to, insert: fix },
      selection: { anchor: from + fix.length },
      userEvent: "input.repair",
      scrollIntoView: true,
    });
    this.view.focus();
    clearTimeout(this.timer);
    await this.check();
  }

  goTo(place) {
    if (place) this.view.dispatch({ selection: { anchor: offsetOf(this.doc, place.line, place.column) }, scrollIntoView: true });
    this.view.focus();
  }
}

for (const textarea of document.querySelectorAll("textarea[data-editor]")) {
  import(textarea.dataset.codemirror).then(
    (cm) => new PolicyEditor(cm, textarea),
    () => console.warn("The code editor could not be loaded; the plain text field stays."),
  );
}
