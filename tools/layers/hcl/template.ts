/**
 * Writes a string of Terraform's JSON syntax, which is a template, as an HCL expression: a lone `${…}` becomes the bare
 * expression, anything else a quoted template. What stands inside `${…}` and `%{…}` is HCL already and stays as it is.
 */
export function templateToHcl(text: string): string {
  const parts = splitTemplate(text);
  const [only] = parts;
  if (parts.length === 1 && only?.kind === "interpolation" && only.text.startsWith("${")) {
    return only.text.slice(2, -1).trim();
  }
  return `"${parts.map((part) => (part.kind === "literal" ? escapeLiteral(part.text) : part.text)).join("")}"`;
}

/** A literal string, such as a backend setting, in which `${` has no meaning. */
export function literalToHcl(text: string): string {
  return `"${escapeLiteral(text.replace(/[$%](?=\{)/g, "$&$&"))}"`;
}

interface Part {
  readonly kind: "literal" | "interpolation";
  readonly text: string;
}

function splitTemplate(text: string): readonly Part[] {
  const parts: Part[] = [];
  let literal = "";
  let at = 0;
  const endLiteral = (): void => {
    if (literal !== "") parts.push({ kind: "literal", text: literal });
    literal = "";
  };
  while (at < text.length) {
    const ahead = text.slice(at, at + 3);
    if (ahead === "$${" || ahead === "%%{") {
      literal += ahead;
      at += 3;
    } else if (ahead.startsWith("${") || ahead.startsWith("%{")) {
      endLiteral();
      const end = endOfInterpolation(text, at + 2);
      parts.push({ kind: "interpolation", text: text.slice(at, end) });
      at = end;
    } else {
      literal += text.charAt(at);
      at += 1;
    }
  }
  endLiteral();
  return parts;
}

/** Index after the brace that closes an interpolation whose inside starts at `start`; strings inside are stepped over. */
function endOfInterpolation(text: string, start: number): number {
  let depth = 1;
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') at = endOfString(text, at + 1) - 1;
    else if (character === "{") depth += 1;
    else if (character === "}") depth -= 1;
    if (depth === 0) return at + 1;
  }
  throw new Error(`an interpolation is not closed: ${text.slice(start - 2)}`);
}

/** Index after the quote that closes a string whose inside starts at `start`; it may hold interpolations itself. */
function endOfString(text: string, start: number): number {
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === "\\") at += 1;
    else if (character === '"') return at + 1;
    else if (text.startsWith("$${", at)) at += 2;
    else if (text.startsWith("${", at)) at = endOfInterpolation(text, at + 2) - 1;
  }
  throw new Error(`a string in an interpolation is not closed: ${text.slice(start - 1)}`);
}

const shortEscapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  '"': '\\"',
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function escapeLiteral(text: string): string {
  return text.replace(/[\\"\u0000-\u001f]/g, (found) => {
    return shortEscapes[found] ?? `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
