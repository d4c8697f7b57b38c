/** Find in a list: `/` goes into it, Escape empties it and then leaves it. */
import { forwardRef } from "react";
import { Icon } from "./Icon";

interface Props { value: string; onChange: (value: string) => void; placeholder: string; wide?: boolean; onKeyDown?: (event: React.KeyboardEvent<HTMLInputElement>) => void }

export const Search = forwardRef<HTMLInputElement, Props>(function Search({ value, onChange, placeholder, wide, onKeyDown }, ref) {
  return (
    <label className="find" style={wide ? { flex: 1 } : undefined}>
      <Icon name="search" />
      <input ref={ref} type="search" value={value} placeholder={placeholder} aria-label={placeholder} maxLength={200} onChange={(event) => onChange(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); if (value) onChange(""); else event.currentTarget.blur(); } else onKeyDown?.(event);
        }} />
      {!value && <kbd aria-hidden="true">/</kbd>}
    </label>
  );
});
