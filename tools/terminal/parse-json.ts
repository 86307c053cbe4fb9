/**
 * Reads a text that may not be JSON, whoever wrote it; a schema says next whether it is the right one.
 *
 * @returns undefined if it is no JSON
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
