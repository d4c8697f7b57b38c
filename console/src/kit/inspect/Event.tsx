import type { Inspected } from "./Inspector";
export default function Event(_: Inspected) { return null; }
