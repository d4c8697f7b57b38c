/** A field that begins with the machine's words: they stay italic, and what the person writes into them is upright, bold and underlined. */
import { forwardRef, useEffect, useImperativeHandle, useLayoutEffect, useRef } from "react";
import { pieces } from "./words";

interface Props { drafted: string; value: string; onChange: (value: string) => void; label: string; onKeyDown: (event: React.KeyboardEvent) => void }
export interface Field { focus: () => void }

/** Characters before the cursor, or null when it is elsewhere. */
function cursorIn(box: HTMLElement): number | null {
  const selection = getSelection();
  if (!selection?.rangeCount || !box.contains(selection.focusNode)) return null;
  const range = document.createRange();
  range.selectNodeContents(box);
  range.setEnd(selection.focusNode!, selection.focusOffset);
  return range.toString().length;
}

function putCursor(box: HTMLElement, at: number): void {
  const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  let left = at, node = walker.nextNode();
  while (node && left > node.textContent!.length) { left -= node.textContent!.length; node = walker.nextNode(); }
  const range = document.createRange();
  if (node) range.setStart(node, left); else { range.selectNodeContents(box); range.collapse(false); }
  range.collapse(true);
  const selection = getSelection();
  selection?.removeAllRanges();
  selection?.addRange(range);
}

export const Drafted = forwardRef<Field, Props>(function Drafted({ drafted, value, onChange, label, onKeyDown }, ref) {
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef("");
  const cursor = useRef<number | null>(null);
  const composing = useRef(false);
  const past = useRef<{ text: string; cursor: number }[]>([]); // the browser's own way back is lost when the words are drawn anew
  useImperativeHandle(ref, () => ({ focus: () => { box.current?.focus(); if (box.current) putCursor(box.current, box.current.textContent!.length); } }));

  useLayoutEffect(() => {
    const at = box.current;
    if (!at || composing.current || drawn.current === `${drafted}\0${value}`) return;
    const here = cursor.current ?? cursorIn(at);
    drawn.current = `${drafted}\0${value}`;
    at.replaceChildren(...pieces(drafted, value).map(({ text, mine }) => {
      const node = document.createElement(mine ? "b" : "em");
      node.className = mine ? "edit" : "ait aic";
      node.textContent = text;
      return node;
    }));
    if (value.endsWith("\n")) at.append(document.createElement("br")); // else the last line break is not drawn
    if (here !== null && document.activeElement === at) putCursor(at, here);
    cursor.current = null;
  }, [drafted, value]);
  useEffect(() => { past.current = []; }, [drafted]);

  const put = (text: string, at: number) => {
    past.current.push({ text: value, cursor: box.current ? (cursorIn(box.current) ?? value.length) : value.length });
    cursor.current = at;
    onChange(text);
  };
  const write = (text: string) => {
    const at = box.current!, selection = getSelection()!, end = cursorIn(at) ?? value.length;
    const chosen = selection.toString().length, range = document.createRange();
    range.selectNodeContents(at);
    range.setEnd(selection.getRangeAt(0).startContainer, selection.getRangeAt(0).startOffset);
    const start = chosen ? range.toString().length : end;
    put(value.slice(0, start) + text + value.slice(start + chosen), start + text.length);
  };
  return (
    <div ref={box} role="textbox" aria-multiline="true" aria-label={label} contentEditable suppressContentEditableWarning spellCheck tabIndex={0} className="written drafted"
      onBeforeInput={(event) => { const { inputType, data } = event.nativeEvent as InputEvent; if (inputType === "insertText" && data && !composing.current) { event.preventDefault(); write(data); } }}
      onPaste={(event) => { event.preventDefault(); write(event.clipboardData.getData("text/plain").replaceAll("\r\n", "\n")); }}
      onDrop={(event) => event.preventDefault()}
      onCompositionStart={() => { composing.current = true; }}
      onCompositionEnd={(event) => { composing.current = false; put(event.currentTarget.textContent ?? "", cursorIn(event.currentTarget) ?? value.length); }}
      onInput={(event) => { if (!composing.current) put(event.currentTarget.textContent ?? "", cursorIn(event.currentTarget) ?? value.length); }}
      onKeyDown={(event) => {
        onKeyDown(event);
        if (event.defaultPrevented) return;
        if (event.key === "Enter" && !event.nativeEvent.isComposing) { event.preventDefault(); write("\n"); }
        if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
          event.preventDefault();
          const before = past.current.pop();
          if (before) { cursor.current = before.cursor; onChange(before.text); }
        }
        if ((event.ctrlKey || event.metaKey) && /^[biu]$/i.test(event.key)) event.preventDefault();
      }} />
  );
});
