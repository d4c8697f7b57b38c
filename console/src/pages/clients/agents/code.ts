/** The editor of configurations in the house's colours. */
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter } from "@codemirror/lint";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--surface)", color: "var(--text)", fontSize: "0.78125rem" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.25rem" },
  ".cm-scroller:focus-visible": { boxShadow: "inset 0 0 0 2px var(--accent)" },
  ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--text-3)", borderRight: "1px solid var(--line)" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 8px 0 12px", fontSize: "0.6875rem" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--hover) 60%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--hover)" },
  ".cm-cursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground, ::selection": { backgroundColor: "var(--selected)" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", border: "1px solid var(--line-strong)", borderRadius: "8px", boxShadow: "var(--shadow-2)", color: "var(--text)" },
  ".cm-diagnostic": { fontFamily: "var(--sans)", fontSize: "0.78125rem", padding: "6px 10px" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--bad-fill)" },
  ".cm-diagnostic-warning": { borderLeft: "3px solid var(--warn-fill)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad-fill)" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--warn-fill)" },
  // differences: a mark in the gutter, colour, and for what is gone a line through it
  ".cm-changeGutter": { width: "20px", padding: 0 },
  ".cm-changeGutter .cm-gutterElement": { textAlign: "center", fontWeight: 700, background: "none", position: "relative" },
  ".cm-changedLineGutter::after": { content: "'+'", color: "var(--good)" },
  ".cm-deletedLineGutter::after": { content: "'−'", color: "var(--bad)" },
  ".cm-inlineChangedLineGutter::after": { content: "'~'", color: "var(--warn)", fontSize: "1rem" },
  ".cm-changedLine, .cm-insertedLine": { backgroundColor: "var(--add-bg) !important" },
  ".cm-inlineChangedLine": { backgroundColor: "var(--chg-bg) !important" },
  ".cm-deletedChunk": { backgroundColor: "var(--del-bg) !important", paddingLeft: "6px" },
  ".cm-deletedChunk .cm-deletedLine": { textDecoration: "none" },
  ".cm-deletedText, .cm-deletedLine del": { background: "var(--del-mark) !important", textDecoration: "line-through", borderRadius: "3px" },
  ".cm-changedText": { background: "var(--add-mark) !important", borderRadius: "3px" },
  ".cm-inlineChangedLine .cm-changedText": { background: "var(--chg-mark) !important" },
  ".cm-inlineChangedLine .cm-deletedText": { background: "none !important", color: "var(--text-2)" },
  ".cm-changedText, .cm-changedText *, .cm-deletedText *, .cm-deletedLine del, .cm-deletedLine del *": { color: "var(--text) !important" },
  ".cm-collapsedLines::before, .cm-collapsedLines::after": { content: "none !important" },
  ".cm-collapsedLines": { background: "var(--sunken)", color: "var(--text-2)", fontFamily: "var(--sans)", fontSize: "0.71875rem", padding: "3px 12px", borderBlock: "1px solid var(--line)" },
  ".cm-chunkButtons": { insetInlineEnd: "8px", display: "flex", gap: "4px" },
});
const words = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--accent)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: "var(--info)" },
  { tag: tags.comment, color: "var(--text-3)", fontStyle: "italic" },
  { tag: [tags.string, tags.content], color: "var(--text)" },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: "var(--text-3)" },
]);

/** `label`: what the editor holds, for those who do not see it. */
export function code(label: string, fixed: boolean): Extension {
  return [
    lineNumbers(), yaml(), syntaxHighlighting(words), colours, EditorView.lineWrapping, indentUnit.of("  "), EditorState.tabSize.of(2),
    fixed
      ? [EditorState.readOnly.of(true), EditorView.editable.of(false), EditorView.contentAttributes.of({ "aria-label": label, role: "textbox", "aria-multiline": "true", "aria-readonly": "true", tabindex: "0" })]
      : [history(), highlightActiveLine(), highlightActiveLineGutter(), lintGutter(), keymap.of([...defaultKeymap.filter(({ key }) => key !== "Mod-Enter"), ...historyKeymap, indentWithTab]), EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "true", tabindex: "0" })],
  ];
}
