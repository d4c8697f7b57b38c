/** A list of any length: only what is seen is drawn; J, K, arrows, Home and End walk it, and what is in the row answers Enter. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { forwardRef, useEffect, useImperativeHandle, useRef, type ReactNode } from "react";

export interface Walk { focus: (index: number) => void }
interface Props<T> {
  items: T[];
  keyOf: (item: T) => string;
  /** Its first link or button is what the keyboard goes to. */
  row: (item: T, index: number) => ReactNode;
  label: string;
  height: number;
  /** Shown and walked to at first. */
  current?: number;
  more?: { has: boolean; busy: boolean; read: () => void };
  footer?: ReactNode;
  /** Its rows have nothing to focus: the keyboard scrolls the list itself. */
  plain?: boolean;
  padding?: string;
}

function List<T>({ items, keyOf, row, label, height, current, more, footer, plain, padding }: Props<T>, ref: React.Ref<Walk>) {
  const box = useRef<HTMLDivElement>(null);
  const at = useRef(current ?? 0);
  const rows = useVirtualizer({ count: items.length, getScrollElement: () => box.current, estimateSize: () => height, getItemKey: (index) => keyOf(items[index]!), overscan: 8 });
  const drawn = rows.getVirtualItems();
  const last = drawn.at(-1)?.index ?? 0;
  useEffect(() => { if (more?.has && !more.busy && last >= items.length - 10) more.read(); }, [last, items.length, more]);
  useEffect(() => { if (current !== undefined && current >= 0) { at.current = current; rows.scrollToIndex(current, { align: "auto" }); } }, [current]);
  /** A row without anything to focus, as a heading, is passed over. */
  const focus = (index: number) => {
    const next = Math.max(0, Math.min(items.length - 1, index)), step = index < at.current ? -1 : 1;
    at.current = next;
    rows.scrollToIndex(next, { align: "auto" });
    requestAnimationFrame(() => {
      const found = box.current?.querySelector<HTMLElement>(`[data-index="${next}"] :is(a, button, [tabindex])`);
      if (found) found.focus();
      else if (next + step >= 0 && next + step < items.length) focus(next + step);
    });
  };
  useImperativeHandle(ref, () => ({ focus }));
  const go: Record<string, () => number> = { j: () => at.current + 1, ArrowDown: () => at.current + 1, k: () => at.current - 1, ArrowUp: () => at.current - 1, Home: () => 0, End: () => items.length - 1 };
  return (
    <div ref={box} className="scroll" tabIndex={plain ? 0 : undefined} style={padding ? { padding } : undefined}
      onFocus={(event) => { const index = (event.target as HTMLElement).closest<HTMLElement>("[data-index]")?.dataset.index; if (index) at.current = Number(index); }}
      onKeyDown={(event) => {
        if (plain || event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLInputElement) return;
        const to = go[event.key]?.();
        if (to !== undefined) { event.preventDefault(); event.stopPropagation(); focus(to); }
      }}>
      <ul aria-label={label} style={{ height: rows.getTotalSize(), position: "relative" }}>
        {drawn.map((item) => (
          <li key={item.key} ref={rows.measureElement} data-index={item.index} aria-setsize={more?.has ? -1 : items.length} aria-posinset={item.index + 1}
            style={{ position: "absolute", insetInline: 0, transform: `translateY(${item.start}px)` }}>{row(items[item.index]!, item.index)}</li>
        ))}
      </ul>
      {more?.busy && <p className="cap pad" role="status">Reading more</p>}
      {footer}
    </div>
  );
}
export const Rows = forwardRef(List) as <T>(props: Props<T> & { ref?: React.Ref<Walk> }) => ReactNode;
