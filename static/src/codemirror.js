/* The pieces of CodeMirror 6 that static/js/policy_editor.js uses. Never the npm package "codemirror" itself: its latest version is an older editor. */
export { EditorState, RangeSet, StateEffect, StateField } from "@codemirror/state";
export {
  EditorView,
  GutterMarker,
  gutterLineClass,
  keymap,
  lineNumbers,
  highlightActiveLine,
  highlightActiveLineGutter,
  drawSelection,
  highlightSpecialChars,
} from "@codemirror/view";
export { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
export { syntaxHighlighting, HighlightStyle, bracketMatching, indentOnInput, indentUnit, syntaxTree } from "@codemirror/language";
export { json } from "@codemirror/lang-json";
export { linter, lintKeymap, setDiagnostics } from "@codemirror/lint";
export { autocompletion, completionKeymap, closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
export { search, searchKeymap } from "@codemirror/search";
export { tags } from "@lezer/highlight";
