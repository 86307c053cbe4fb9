import { z } from "zod";
import { parseJson } from "../terminal/parse-json";
import { UserError } from "../terminal/user-error";
import type { Drift } from "./drift";

const resourceSchema = z.object({
  address: z.string(),
  previousAddress: z.string().optional(),
  mode: z.enum(["managed", "data"]),
  type: z.string(),
  action: z.enum(["no-op", "create", "update", "replace", "delete", "read", "forget"]),
  differences: z.array(
    z.object({ path: z.string(), before: z.string(), after: z.string(), forcesReplacement: z.boolean() }),
  ),
});

const driftSchema = z.object({
  profile: z.string(),
  clean: z.boolean(),
  layers: z.array(
    z.object({
      layer: z.string(),
      status: z.enum(["clean", "drifted", "failed", "not tried"]),
      drifted: z.array(resourceSchema),
      leftAlone: z.array(resourceSchema),
      unapplied: z.array(z.string()),
      error: z.string().optional(),
    }),
  ),
});

/**
 * Reads what `./lgtm drift --json` printed.
 * @throws UserError (exit "badInput") when it is something else, or nothing since drift failed
 */
export function parseDrift(text: string, where: string): Drift {
  const parsed = driftSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data as Drift;
  throw new UserError({
    what: "This is not what `./lgtm drift --json` prints.",
    where,
    mend: "see whether `./lgtm drift --json` failed before; it prints nothing then",
    detail: z.prettifyError(parsed.error),
    exit: "badInput",
  });
}
