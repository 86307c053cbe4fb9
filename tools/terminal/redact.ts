const HIDDEN = "[hidden]";

/** Pattern of the text before a secret value. */
const NAMES =
  "[\\w.-]*(?:password|passwd|secret|token|api[_-]?key|access[_-]?key(?:[_-]?id)?|credential)s?(?![\\w-]*/)[\\w-]*";

const RULES: readonly (readonly [RegExp, string])[] = [
  [/\b(authorization["']?\s*[:=]\s*["']?)(?:(?:basic|bearer)\s+)?[^\s"',}]+/gi, `$1${HIDDEN}`],
  [/\b(basic|bearer)\s+[\w+/=.~-]{8,}/gi, `$1 ${HIDDEN}`],
  [new RegExp(`(${NAMES}\\\\?["']?\\s*[:=]\\s*)(?:\\\\?"[^"]*"|'[^']*'|[^\\s,;"'}\\]]+)`, "gi"), `$1${HIDDEN}`],
  // Keys of AWS, tokens in three parts (JWT), passwords in URLs, Grafana's own tokens.
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, HIDDEN],
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]+/g, HIDDEN],
  [/(\w:\/\/[^\s:/@]*:)[^\s@/]+@/g, `$1${HIDDEN}@`],
  [/\bgl(?:sa|c)_\w{8,}/g, HIDDEN],
];

/**
 * A line of someone else's text as it may be shown: values that look like secrets are hidden, and what is longer is cut.
 * It hides too much rather than too little.
 *
 * @param line the text
 * @param width characters at most
 */
export function redact(line: string, width = 400): string {
  const shown = RULES.reduce((text, [pattern, instead]) => text.replace(pattern, instead), line.trimEnd());
  return shown.length <= width ? shown : `${shown.slice(0, width - 1)}…`;
}
