import type { Inspected } from "./Inspector";
export default function Document(_: Inspected) { return null; }
