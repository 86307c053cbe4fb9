import { z } from "zod";
import { parseJson } from "../terminal/parse-json";
import type { PlatformConfig } from "../../modules/config/platform-config";
import { clientConfig } from "../aws/client-config";
import { CheckFailure } from "./check-failure";

/** Variables that may hold the password, in order. */
const VARIABLES = ["LGTM_GRAFANA_PASSWORD", "GF_SECURITY_ADMIN_PASSWORD"] as const;

/**
 * Password of Grafana's administrator: from the environment, else from the secret that the configuration names. It is
 * never taken from the command line, which every user of a machine can see.
 *
 * @param config the platform
 * @param environment where to look first
 * @throws CheckFailure that says how to give it
 */
export async function grafanaPassword(
  { region, grafana }: Pick<PlatformConfig, "region" | "grafana">,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const given = VARIABLES.map((name) => environment[name]).find((value) => value !== undefined && value !== "");
  if (given !== undefined) return given;
  const { name, jsonKey } = grafana.adminPasswordSecret;
  try {
    return passwordIn(await readSecret(region, name, environment), jsonKey);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CheckFailure(
      `Grafana's password is neither in ${VARIABLES.join(" nor ")}, nor could the secret ${name} be read (${why})`,
    );
  }
}

function passwordIn(text: string, jsonKey: string): string {
  const parsed = z.record(z.string(), z.unknown()).safeParse(parseJson(text));
  const password = parsed.success ? parsed.data[jsonKey] : undefined;
  // The secret's text must not get into the message.
  if (typeof password !== "string") throw new Error(`it is no JSON text with the key "${jsonKey}"`);
  return password;
}

/** Loaded only here: the library takes a while to load. */
async function readSecret(region: string, name: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const { GetSecretValueCommand, SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
  const client = new SecretsManagerClient({ ...clientConfig(region, environment).config, maxAttempts: 2 });
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name }));
    if (SecretString === undefined) throw new Error("it holds no text");
    return SecretString;
  } finally {
    client.destroy();
  }
}
