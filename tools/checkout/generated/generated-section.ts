/**
 * Puts a text between the markers `<!-- generated: NAME -->` and `<!-- end -->` of a document.
 *
 * @param document the document
 * @param name name of the section
 * @param content what belongs there
 * @returns the document with the section replaced; the same document if it was up to date
 * @throws Error if the document has no such section
 */
export function replaceSection(document: string, name: string, content: string): string {
  const begin = `<!-- generated: ${name} -->`;
  const start = document.indexOf(begin);
  const end = document.indexOf(END, start);
  if (start === -1 || end === -1) throw new Error(`The document has no section between "${begin}" and "${END}"`);
  return `${document.slice(0, start + begin.length)}\n\n${content}\n\n${document.slice(end)}`;
}

const END = "<!-- end -->";
