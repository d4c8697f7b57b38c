/** The text of a version: to read, to change, or beside another; loaded when it is first needed. */
import { goToNextChunk, goToPreviousChunk, getChunks, unifiedMergeView } from "@codemirror/merge";
import { setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useEffect, useImperativeHandle, useRef, type Ref } from "react";
import { code } from "./code";

export interface Mark { from: number; to: number; severity: "error" | "warning"; says: string }
export interface Handle { step: (by: number) => { at: number; of: number } | null; go: (from: number) => void; chunks: () => number }
interface Props { text: string; label: string; fixed?: boolean; /** What it is compared with. */ before?: string; /** Pieces can be taken over from `before`. */ choose?: boolean; marks?: Mark[]; onChange?: (text: string) => void; handle?: Ref<Handle> }

export default function Code({ text, label, fixed = false, before, choose = false, marks, onChange, handle }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const changed = useRef(onChange);
  changed.current = onChange;
  useEffect(() => {
    const button = (type: "reject" | "accept", action: (event: MouseEvent) => void) => {
      const made = document.createElement("button");
      made.className = "btn s";
      made.type = "button";
      made.textContent = type === "accept" ? "Keep yours" : "Take theirs";
      made.onmousedown = action;
      made.onclick = (event) => { if (event.detail === 0) action(event); }; // by keyboard
      return made;
    };
    const made = new EditorView({
      parent: box.current!,
      state: EditorState.create({
        doc: text,
        extensions: [
          code(label, fixed),
          before === undefined ? [] : unifiedMergeView({ original: before, mergeControls: choose ? button : false, allowInlineDiffs: !choose, collapseUnchanged: { margin: 3, minSize: 6 }, diffConfig: { scanLimit: 2000, timeout: 400 } }),
          EditorView.updateListener.of((update) => { if (update.docChanged) changed.current?.(update.state.doc.toString()); }),
        ],
      }),
    });
    view.current = made;
    return () => { view.current = null; made.destroy(); };
  }, [label, fixed, before, choose]);

  useEffect(() => { // from outside: the form, an undo, another version
    const now = view.current;
    if (now && now.state.doc.toString() !== text) now.dispatch({ changes: { from: 0, to: now.state.doc.length, insert: text } });
  }, [text]);
  useEffect(() => {
    const now = view.current;
    if (!now || !marks) return;
    const end = now.state.doc.length;
    const found: Diagnostic[] = marks.map(({ from, to, severity, says }) => ({ from: Math.min(from, end), to: Math.min(Math.max(to, from), end), severity, message: says }));
    now.dispatch(setDiagnostics(now.state, found));
  }, [marks]);

  useImperativeHandle(handle, () => ({
    chunks: () => (view.current ? getChunks(view.current.state)?.chunks.length ?? 0 : 0),
    go: (from) => { const now = view.current; if (now) { now.dispatch({ selection: { anchor: Math.min(from, now.state.doc.length) }, effects: EditorView.scrollIntoView(Math.min(from, now.state.doc.length), { y: "center" }) }); now.focus(); } },
    step: (by) => {
      const now = view.current, found = now && getChunks(now.state)?.chunks;
      if (!now || !found?.length) return null;
      (by > 0 ? goToNextChunk : goToPreviousChunk)(now);
      const head = now.state.selection.main.from;
      now.dispatch({ effects: EditorView.scrollIntoView(head, { y: "center" }) });
      const at = found.findIndex((chunk) => head >= chunk.fromB && head <= Math.max(chunk.toB, chunk.fromB));
      return { at: Math.max(0, at) + 1, of: found.length };
    },
  }));
  return <div ref={box} className="code" />;
}
