import { DescribeSecretCommand, ResourceNotFoundException } from "@aws-sdk/client-secrets-manager";
import { ask } from "../../ask";
import { expectedBy, type ExpectedSecret } from "../../../images/expected";
import { TASKS_LAYER, whatIsMissing } from "../../../images/readiness";
import { isApplied, type PreflightCheck, type PreflightContext } from "../context";
import type { Finding } from "../finding";

const EXISTS = ["secretsmanager:DescribeSecret"];
const KEY = ["secretsmanager:GetSecretValue"];

/**
 * Checks that the secrets exist that ECS injects and, where the caller may read them, that they have their JSON key.
 * A value is looked at and goes nowhere.
 */
export const secretsCheck: PreflightCheck = {
  actions: [...EXISTS, ...KEY],
  run: async (context) => {
    const { secrets } = expectedBy(context.session.profile, context.releases);
    return (await Promise.all(secrets.map((secret) => findingsOf(secret, context)))).flat();
  },
};

async function findingsOf(secret: ExpectedSecret, context: PreflightContext): Promise<readonly Finding[]> {
  const row = { check: "secret", subject: secret.name };
  const { ecr, secrets } = context.clients;
  const missing = await ask(KEY, () => whatIsMissing({ ecr, secrets }, { images: [], secrets: [secret] }));
  if (!missing.known) {
    const key: Finding = { ...row, status: "not checked", found: `its JSON key "${secret.jsonKey}": ${missing.why}` };
    return [await existence(secret, context), key];
  }
  const [first] = missing.value;
  if (first === undefined) {
    return [{ ...row, status: "ok", found: `it is there and has the JSON key "${secret.jsonKey}"` }];
  }
  return [absent(secret, context, first.what, first.commands.join("\n"))];
}

/** For those who may not read values: roles that plan. */
async function existence(secret: ExpectedSecret, context: PreflightContext): Promise<Finding> {
  const row = { check: "secret", subject: secret.name };
  const found = await ask(EXISTS, async () => {
    try {
      await context.clients.secrets.send(new DescribeSecretCommand({ SecretId: secret.name }));
      return true;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return false;
      throw error;
    }
  });
  if (!found.known) return { ...row, status: "not checked", found: found.why };
  if (found.value) return { ...row, status: "ok", found: "it is there" };
  const command = `aws secretsmanager create-secret --name ${secret.name} --secret-string file://secret.json`;
  return absent(secret, context, `there is no secret ${secret.name}`, command);
}

function absent({ name }: ExpectedSecret, context: PreflightContext, what: string, mend: string): Finding {
  const status = isApplied(context, TASKS_LAYER) === false ? "warning" : "problem";
  return { check: "secret", subject: name, status, found: what.replace(/^\w+: |\.$/g, ""), mend };
}
