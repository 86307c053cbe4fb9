import { awsTarget, type AwsTarget } from "./target";

/** Options of every client of the AWS SDK. */
export interface AwsClientConfig {
  readonly region: string;
  readonly requestHandler: { readonly connectionTimeout: number; readonly requestTimeout: number };
  readonly endpoint?: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

const timeouts = { connectionTimeout: 10_000, requestTimeout: 60_000 } as const;

/**
 * Configuration of the SDK's clients. Keys in the environment win over AWS_PROFILE, as they do in Terraform; without
 * keys the SDK's usual chain is asked (profile, SSO, web identity, container, instance). On the mock made-up keys do.
 *
 * @param region region of what is called
 * @param env where endpoint and keys are looked for
 * @throws UserError see `awsTarget`
 */
export function clientConfig(
  region: string,
  env: NodeJS.ProcessEnv = process.env,
): { readonly target: AwsTarget; readonly config: AwsClientConfig } {
  // The SDK warns on standard error about the age of Node, which is no business of who runs a command.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const target = awsTarget(env);
  const config = {
    region,
    requestHandler: timeouts,
    ...(target.kind === "mock" ? { endpoint: target.endpoint } : {}),
    ...credentials(env, target),
  };
  return { target, config };
}

function credentials(env: NodeJS.ProcessEnv, target: AwsTarget): Pick<AwsClientConfig, "credentials"> {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env;
  if (isGiven(accessKeyId) && isGiven(secretAccessKey)) {
    return { credentials: { accessKeyId, secretAccessKey, ...(isGiven(sessionToken) ? { sessionToken } : {}) } };
  }
  return target.kind === "mock" ? { credentials: { accessKeyId: "mock", secretAccessKey: "mock" } } : {};
}

function isGiven(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}
