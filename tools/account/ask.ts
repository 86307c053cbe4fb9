import { awsErrorCode, explainAwsError } from "../aws/errors";
import { redact } from "../terminal/redact";
import { UserError } from "../terminal/user-error";

/** Answer of AWS, or the reason why there is none. */
export type Answer<Value> =
  | { readonly known: true; readonly value: Value }
  /** `why` completes "not checked: …". */
  | { readonly known: false; readonly why: string };

const DENIED =
  /^(AccessDenied(Exception)?|UnauthorizedOperation|AuthorizationError(Exception)?|NotAuthorized(Exception)?|Forbidden|403)$/;

/**
 * Asks AWS something that may be denied: who looks at an account often may not look at all of it, and one missing
 * permission must not hide the rest.
 *
 * @param actions what the question takes, as IAM writes it
 * @param question asks
 * @returns the answer, or why there is none: the permission that is missing, or what AWS said
 */
export async function ask<Value>(actions: readonly string[], question: () => Promise<Value>): Promise<Answer<Value>> {
  try {
    return { known: true, value: await question() };
  } catch (error) {
    // An error that was explained already is read as AWS said it.
    const origin: unknown = error instanceof UserError ? (error.cause ?? error) : error;
    const code = awsErrorCode(origin);
    if (code !== undefined && DENIED.test(code)) return { known: false, why: `needs ${actions.join(", ")}` };
    const explained = explainAwsError(error, { doing: "ask", permissions: actions });
    if (code !== undefined && origin instanceof Error) {
      return { known: false, why: `AWS answered ${code}: ${redact(origin.message.split("\n")[0] ?? "", 160)}` };
    }
    if (explained instanceof UserError) return { known: false, why: explained.what };
    throw error;
  }
}
