/** One statement of an IAM policy. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: Readonly<Record<string, string>>;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/**
 * An IAM policy as JSON text.
 *
 * @param statements its statements, in order
 */
export function policyDocument(statements: readonly PolicyStatement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/**
 * A statement that allows actions.
 *
 * @param sid its name in the policy
 * @param actions the actions
 * @param resources ARNs, all resources if left out
 */
export function allow(
  sid: string,
  actions: readonly string[],
  resources: string | readonly string[] = "*",
): PolicyStatement {
  return { Action: actions, Effect: "Allow", Resource: resources, Sid: sid };
}
