/** Letters and marks that look like nothing at all, though Unicode does not call them invisible. */
const BLANKS = "\u115f\u1160\u2800\u3164\uffa0";

/**
 * Characters that move, hide or join what stands beside them: control and format characters (line ends, U+202E), lone
 * surrogates, private and unassigned ones, marks that combine, and every space but the usual one.
 */
const HIDDEN = new RegExp(`[\\p{C}\\p{Mn}\\p{Me}\\p{Zl}\\p{Zp}${BLANKS}]|(?! )\\p{Zs}`, "gu");

/**
 * Makes a foreign text safe to read on one line: what could reorder, hide or break it is written as `\u202e`.
 *
 * @param text any text; a text in JSON stays JSON of the same meaning
 */
export function visible(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return text.replace(HIDDEN, (character) =>
    [...Array(character.length).keys()]
      .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
