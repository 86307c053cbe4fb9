import { createHash } from "node:crypto";
import { visible } from "../../terminal/visible-text";

/**
 * The id of a layer's or change's place on the page. No two places share one: what cannot stand in an id is told apart by a
 * hash of the whole.
 */
export function anchor(layer: string, name = ""): string {
  if (name === "" && /^[\w.-]+$/.test(layer) && !layer.includes("--")) return layer;
  const hash = createHash("sha256")
    .update(JSON.stringify([layer, name]))
    .digest("hex")
    .slice(0, 16);
  return `${layer}--${name}`
    .replace(/[^\w.-]/g, "_")
    .slice(0, 120)
    .concat(`--${hash}`);
}

/** Makes a foreign text safe in HTML, in attributes too. */
export function escapeHtml(text: string): string {
  return escapeMarkup(visible(text));
}

/** Makes a foreign text of several lines safe in HTML. */
export function escapeLines(text: string): string {
  return text.split("\n").map(escapeHtml).join("\n");
}

function escapeMarkup(text: string): string {
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
