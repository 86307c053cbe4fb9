/** Looks up a reference such as `["data", "terraform_remote_state", "vpc", "outputs", "vpc_id"]`. */
export type Resolve = (path: readonly (string | number)[]) => unknown;

/**
 * Evaluates what synth writes: texts with `${…}`, in which references, lists, objects, numbers and the functions
 * `jsonencode` and `sensitive` occur. Anything else is an error, so that nothing is compared unseen.
 *
 * @param value a value of the JSON syntax
 * @param resolve gives the values of references
 */
export function evaluate(value: unknown, resolve: Resolve): unknown {
  if (typeof value === "string") return new Reader(value, resolve).template(undefined);
  if (Array.isArray(value)) return value.map((item: unknown) => evaluate(item, resolve));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, evaluate(inner, resolve)]));
}

class Reader {
  private position = 0;

  constructor(
    private readonly text: string,
    private readonly resolve: Resolve,
  ) {}

  /** A text up to its closing quote, or to the end; one that is nothing but `${…}` keeps the type of its value. */
  template(end: '"' | undefined): unknown {
    const parts: unknown[] = [];
    while (this.position < this.text.length && this.peek() !== end) {
      if (this.take("${")) {
        parts.push(this.expression());
        this.expect("}");
      } else {
        parts.push(this.character());
      }
    }
    return parts.length === 1 ? parts[0] : parts.map(String).join("");
  }

  private character(): string {
    const character = this.match(/^\\(["\\])|^[^\\]/s, "a character");
    return character.length === 2 ? character.slice(1) : character;
  }

  private expression(): unknown {
    this.match(/^\s*/, "space");
    if (this.take("[")) return this.list("]", () => this.expression());
    if (this.take("{")) return Object.fromEntries(this.list("}", () => this.entry()));
    if (this.take('"')) {
      const value = this.template('"');
      this.expect('"');
      return value;
    }
    const word = this.match(/^[\w-]+/, "an expression");
    if (/^\d+$/.test(word)) return Number(word);
    if (word === "true" || word === "false") return word === "true";
    if (word === "null") return null;
    return this.take("(") ? this.call(word) : this.reference(word);
  }

  private entry(): [string, unknown] {
    const key = String(this.expression());
    this.match(/^\s*=/, "=");
    return [key, this.expression()];
  }

  private call(name: string): unknown {
    const [argument] = this.list(")", () => this.expression());
    if (name === "jsonencode") return JSON.stringify(argument);
    if (name === "sensitive") return argument;
    throw new Error(`The function ${name} is not known to the tests`);
  }

  private reference(first: string): unknown {
    const path: (string | number)[] = [first];
    for (;;) {
      if (this.take(".")) path.push(this.match(/^[\w-]+/, "a name"));
      else if (this.take("[")) path.push(...this.list("]", () => this.expression() as string | number));
      else return this.resolve(path);
    }
  }

  private list<Item>(end: string, item: () => Item): Item[] {
    const items: Item[] = [];
    for (;;) {
      this.match(/^[\s,]*/, "space");
      if (this.take(end)) return items;
      items.push(item());
    }
  }

  private peek(): string | undefined {
    return this.text[this.position];
  }

  private take(text: string): boolean {
    const found = this.text.startsWith(text, this.position);
    if (found) this.position += text.length;
    return found;
  }

  private expect(text: string): void {
    if (!this.take(text))
      throw new Error(`Expected ${text} at "${this.text.slice(this.position, this.position + 40)}"`);
  }

  private match(pattern: RegExp, what: string): string {
    const found = pattern.exec(this.text.slice(this.position))?.[0];
    if (found === undefined)
      throw new Error(`Expected ${what} at "${this.text.slice(this.position, this.position + 40)}"`);
    this.position += found.length;
    return found;
  }
}
