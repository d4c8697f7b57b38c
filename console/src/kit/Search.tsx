/** Find in a list: `/` goes into it, Escape empties it and then leaves it. */
import { forwardRef } from "react";
import { Icon } from "./Icon";

interface Props { value: string; onChange: (value: string) => void; placeholder: string; wide?: boolean; /** The key that goes here. */ keys?: string; onKeyDown?: (event: React.KeyboardEvent<HTMLInputElement>) => void }

export const Search = forwardRef<HTMLInputElement, Props>(function Search({ value, onChange, placeholder, wide, keys = "/", onKeyDown }, ref) {
  return (
    <label className="find" style={wide ? { flex: 1 } : undefined}>
      <Icon name="search" />
      <input ref={ref} type="search" value={value} placeholder={placeholder} aria-label={placeholder} maxLength={200} onChange={(event) => onChange(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); if (value) onChange(""); else event.currentTarget.blur(); } else onKeyDown?.(event);
        }} />
      {!value && <kbd aria-hidden="true">{keys}</kbd>}
    </label>
  );
});
