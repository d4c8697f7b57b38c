/** Files and folders that were dropped or picked: which can be read, and why the others cannot. */

/** As the reader of documents knows them (engines/documents/kinds.py). */
export const READABLE = [".pdf", ".docx", ".pptx", ".xlsx", ".csv", ".tsv", ".html", ".htm", ".xhtml", ".md", ".markdown", ".txt", ".text"];
export const TOGETHER = 1000; // what one research takes
const WALKED = 10_000, NAME = 300;

/** `path`: with the folders it was in. */
export interface Given { path: string; file: File }
export interface Passed { path: string; reason: string; next: string }
export interface Gathered { given: Given[]; passed: Passed[] }

const NEAREST: Record<string, string> = {
  ".doc": "Save it as .docx and drop it again.", ".ppt": "Save it as .pptx and drop it again.", ".xls": "Save it as .xlsx or .csv and drop it again.",
  ".rtf": "Save it as .docx and drop it again.", ".odt": "Save it as .docx or .pdf and drop it again.", ".pages": "Export it as .pdf and drop it again.", ".numbers": "Export it as .csv and drop it again.", ".key": "Export it as .pdf and drop it again.",
  ".zip": "Unpack it and drop the folder.", ".rar": "Unpack it and drop the folder.", ".7z": "Unpack it and drop the folder.", ".tar": "Unpack it and drop the folder.", ".gz": "Unpack it and drop the folder.",
  ".png": "Pictures are not read; drop the text as .pdf with text in it, or .txt.", ".jpg": "Pictures are not read; drop the text as .pdf with text in it, or .txt.", ".jpeg": "Pictures are not read; drop the text as .pdf with text in it, or .txt.",
};

const suffixOf = (path: string) => { const name = path.slice(path.lastIndexOf("/") + 1), dot = name.lastIndexOf("."); return dot > 0 ? name.slice(dot).toLowerCase() : ""; };

export function judge(path: string, size: number): Passed | null {
  const name = path.slice(path.lastIndexOf("/") + 1), suffix = suffixOf(path);
  if (name.startsWith(".") || name.startsWith("~$") || /^(thumbs\.db|desktop\.ini)$/i.test(name)) return { path, reason: "A file of the system or of a program, nothing to read.", next: "Nothing: it is not needed." };
  if (path.length > NAME) return { path, reason: `Its name with its folders has more than ${NAME} characters.`, next: "Give it a shorter name." };
  if (!READABLE.includes(suffix)) return { path, reason: suffix ? `Files of the kind ${suffix} are not read.` : "Its name has no ending that says what it is.", next: NEAREST[suffix] ?? `What is read ends in ${READABLE.filter((kind) => ![".htm", ".xhtml", ".markdown", ".text", ".tsv"].includes(kind)).join(", ")}.` };
  if (size === 0) return { path, reason: "It is empty.", next: "Look whether it was copied whole." };
  return null;
}

/** What can be sent, sorted by name, and what cannot; a name that was there before is replaced. */
export function sorted(files: Given[], before: Gathered = { given: [], passed: [] }): Gathered {
  const given = new Map(before.given.map((one) => [one.path, one])), passed = new Map(before.passed.map((one) => [one.path, one]));
  for (const one of files) {
    const refused = judge(one.path, one.file.size);
    if (refused) passed.set(one.path, refused); else given.set(one.path, one);
  }
  const all = [...given.values()].sort((a, b) => a.path.localeCompare(b.path));
  for (const one of all.slice(TOGETHER)) passed.set(one.path, { path: one.path, reason: `${TOGETHER.toLocaleString("en")} files are read together at most.`, next: "Drop it on the client's Documents page afterwards." });
  return { given: all.slice(0, TOGETHER), passed: [...passed.values()].sort((a, b) => a.path.localeCompare(b.path)) };
}

export const picked = (list: FileList): Given[] => Array.from(list, (file) => ({ path: file.webkitRelativePath || file.name, file }));

/** Everything in what was dropped, folders walked. Must be called while the drop is told: the browser forgets it after. */
export async function dropped(transfer: DataTransfer): Promise<Given[]> {
  const entries = Array.from(transfer.items, (item) => (item.kind === "file" ? item.webkitGetAsEntry?.() ?? null : null));
  if (entries.every((entry) => entry === null)) return picked(transfer.files);
  const found: Given[] = [];
  const walk = async (entry: FileSystemEntry): Promise<void> => {
    if (found.length >= WALKED) return;
    if (entry.isFile) {
      const file = await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed)).catch(() => null);
      if (file) found.push({ path: entry.fullPath.replace(/^\//, ""), file });
      return;
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    for (;;) { // a folder is told in portions
      const portion = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed)).catch(() => []);
      if (!portion.length) return;
      for (const inside of portion) await walk(inside);
    }
  };
  for (const entry of entries) if (entry) await walk(entry);
  return found;
}

/** Under which name these files are researched, as `retinue onboard` names them: the folder's, else the first file's. */
export function nameOf(given: Given[]): string {
  const folders = new Set(given.map(({ path }) => (path.includes("/") ? path.slice(0, path.indexOf("/")) : "")));
  const [only] = folders;
  return folders.size === 1 && only ? only : (given[0]?.path ?? "");
}
