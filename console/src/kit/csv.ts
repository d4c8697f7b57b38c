/** Rows as a file that spreadsheets open. */

/** A cell that a spreadsheet would calculate is kept as text. */
function cell(value: unknown): string {
  const text = value === null || value === undefined ? "" : String(value);
  const plain = typeof value !== "number" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
export const csv = <T>(columns: [string, (row: T) => unknown][], rows: T[]): string => [columns.map(([name]) => cell(name)), ...rows.map((row) => columns.map(([, value]) => cell(value(row))))].map((line) => line.join(",")).join("\r\n");

export function download(name: string, type: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
