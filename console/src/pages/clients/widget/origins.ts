/** Where a public key may be used: whole sites, as browsers name them. */
const HOST = /^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?$|^\[[0-9a-f:]+\](:\d{1,5})?$/;
export const SITES_AT_MOST = 50;

export type Read = { origin: string } | { says: string };

/** What somebody typed as an origin, or a sentence that says how to write it. */
export function readOrigin(typed: string): Read {
  const text = typed.trim().toLowerCase();
  if (!text) return { says: "Write the address of a site, as https://www.example.com." };
  if (text === "*") return { says: "For every page, leave the list empty." };
  const [, scheme = "", rest = ""] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/.exec(text)!;
  const [host = "", ...path] = rest.split(/[/?#]/);
  if (!HOST.test(host)) return { says: `“${typed.trim()}” is no site's address. Write it as https://www.example.com, or https://*.example.com for all its subdomains.` };
  if (!scheme) return { says: `Write https://${host}, with the https:// that browsers put before it.` };
  if (scheme !== "http" && scheme !== "https") return { says: `Pages come by https://, not ${scheme}://. Write https://${host}.` };
  if (path.some(Boolean)) return { says: `A key is good for a whole site, not for one page of it. Write ${scheme}://${host}.` };
  return { origin: `${scheme}://${host.replace(scheme === "https" ? /:443$/ : /:80$/, "")}` };
}

export const lineOf = (house: string, key: string) => `<script src="${house}/widget.js" data-key="${key}" async></script>`;
