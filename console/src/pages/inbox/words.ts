/** Which words of a text are the machine's and which a person's: the longest run of words they have in common, in order. */

export interface Piece { text: string; mine: boolean }
const split = (text: string) => text.match(/\s+|[^\s]+/g) ?? [];

/** `text` in pieces, the person's (`mine`) apart from what stood in `drafted`. */
export function pieces(drafted: string, text: string): Piece[] {
  const a = split(drafted), b = split(text), width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) for (let j = b.length - 1; j >= 0; j--) common[i * width + j] = a[i] === b[j] ? common[(i + 1) * width + j + 1]! + 1 : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
  const found: Piece[] = [];
  const add = (word: string, mine: boolean) => { const last = found.at(-1); if (last && last.mine === mine) last.text += word; else found.push({ text: word, mine }); };
  for (let i = 0, j = 0; j < b.length; ) {
    if (i < a.length && a[i] === b[j]) { add(b[j]!, false); i++; j++; }
    else if (i < a.length && common[(i + 1) * width + j]! >= common[i * width + j + 1]!) i++;
    else add(b[j++]!, true);
  }
  // A space between two words of the person's is theirs too.
  return found.reduce<Piece[]>((joined, piece, at) => {
    const last = joined.at(-1), next = found[at + 1];
    const bridge = !piece.mine && /^\s+$/.test(piece.text) && last?.mine && next?.mine;
    if (last && (bridge || last.mine === piece.mine)) last.text += piece.text; else joined.push({ ...piece });
    return joined;
  }, []);
}
