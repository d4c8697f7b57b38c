/** The right pane folds first: by itself below 1200, and by `]` at any width. */
import { useMediaQuery } from "@mantine/hooks";
import { useState } from "react";
import { useKeys } from "@/frame/keys";

export function useSide(): { folded: boolean; wide: boolean; toggle: () => void; props: { "data-folded": boolean; style?: { display: "none" } } } {
  const wide = useMediaQuery("(min-width: 1200px)", true, { getInitialValueInEffect: false });
  const [chosen, setChosen] = useState<boolean | null>(null);
  const folded = chosen ?? !wide;
  const toggle = () => setChosen(!folded);
  useKeys([{ keys: "]", says: "Fold the right pane", run: toggle }]);
  return { folded, wide, toggle, props: { "data-folded": folded, ...(folded ? { style: { display: "none" as const } } : {}) } };
}
