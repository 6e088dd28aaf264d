/** How something is found by its name and put in order by it: without its marks, as people type, as Vietnamese sorts. */

/** Made once: comparing ten thousand names without it takes a quarter of a second. */
export const byName = new Intl.Collator("vi", { numeric: true }).compare;

const plain = (text: string): string =>
  text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();

/** Whether every word of `text` is in `held`: "duong" is in "Đường"; no word at all is in everything. */
export function says(held: string, text: string): boolean {
  const folded = plain(held);
  return plain(text)
    .split(/\s+/)
    .every((word) => folded.includes(word));
}
