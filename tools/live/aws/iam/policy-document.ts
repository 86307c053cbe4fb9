import { z } from "zod";

const list = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => (typeof given === "string" ? [given] : given));
const scalar = z.union([z.string(), z.boolean(), z.number()]).transform(String);
const conditionValues = z
  .union([scalar, z.array(scalar)])
  .transform((given) => (typeof given === "string" ? [given] : given));

const statementSchema = z
  .object({
    Sid: z.string().optional(),
    Effect: z.enum(["Allow", "Deny"]),
    Action: list.optional(),
    NotAction: list.optional(),
    Resource: list.optional(),
    NotResource: list.optional(),
    Condition: z.record(z.string(), z.record(z.string(), conditionValues)).optional(),
  })
  .refine((given) => (given.Action === undefined) !== (given.NotAction === undefined), {
    message: "has to have one of Action and NotAction",
  })
  .refine((given) => (given.Resource === undefined) !== (given.NotResource === undefined), {
    message: "has to have one of Resource and NotResource",
  });

const documentSchema = z.object({
  Statement: z.union([statementSchema.transform((one) => [one]), z.array(statementSchema)]),
});

/** An IAM policy of a role, every "one or many" as a list. */
export type PolicyDocument = z.output<typeof documentSchema>;

/** One statement of a policy. */
export type Statement = z.output<typeof statementSchema>;

/**
 * Reads a policy as IAM's API gives it.
 *
 * @param text JSON, or JSON with percent-encoding (as in the answer to GetRolePolicy)
 * @throws Error that says which part of the document is no policy
 */
export function parsePolicyDocument(text: string): PolicyDocument {
  const json: unknown = JSON.parse(text.trimStart().startsWith("{") ? text : decodeURIComponent(text));
  const parsed = documentSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`No IAM policy: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`);
}
