/** Words for what happens to a layer, by its effect, as the page says them. */
export const effectWords = {
  delete: "deletes",
  replace: "replaces",
  update: "changes, and loses nothing",
  create: "creates",
  move: "moves addresses",
  outputs: "changes outputs",
  nothing: "nothing changes",
} as const;

/** The id of a layer's or change's place on the page. */
export function anchor(layer: string, address = ""): string {
  return `${layer}${address === "" ? "" : `--${address}`}`.replace(/[^\w.-]/g, "_");
}

/** Makes a text safe in HTML, in attributes too. */
export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** A number with its word: `1 change`, `2 changes`. */
export function countText(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
