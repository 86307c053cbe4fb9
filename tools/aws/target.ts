import { UserError } from "../terminal/user-error";

/** Target of AWS calls: a mock on this machine, or a real account. */
export type AwsTarget = { readonly kind: "mock"; readonly endpoint: string } | { readonly kind: "account" };

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Decides from the environment alone what AWS calls reach. Only an AWS_ENDPOINT_URL with a loopback address counts as the
 * mock; whatever is in doubt counts as an account.
 * @throws UserError (exit "badInput") when AWS_ENDPOINT_URL is no URL, or names a mock but single services go elsewhere
 */
export function awsTarget(env: NodeJS.ProcessEnv = process.env): AwsTarget {
  const endpoint = env.AWS_ENDPOINT_URL === "" ? undefined : env.AWS_ENDPOINT_URL;
  if (endpoint === undefined || env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS?.toLowerCase() === "true") {
    return { kind: "account" };
  }
  checkUrl(endpoint);
  if (!isLoopback(endpoint)) return { kind: "account" };
  const elsewhere = Object.entries(env).filter(
    ([name, value]) =>
      name.startsWith("AWS_ENDPOINT_URL_") && value !== undefined && value !== "" && !isLoopback(value),
  );
  if (elsewhere.length === 0) return { kind: "mock", endpoint };
  const names = elsewhere.map(([name]) => name).join(", ");
  throw new UserError({
    what: `AWS_ENDPOINT_URL leads to a mock on this machine, but ${names} to somewhere else.`,
    where: "environment",
    mend: `unset ${names} to work on the mock, or AWS_ENDPOINT_URL to work on AWS`,
    exit: "badInput",
  });
}

function checkUrl(endpoint: string): void {
  if (URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol)) return;
  throw new UserError({
    what: `AWS_ENDPOINT_URL is no address: "${endpoint}".`,
    where: "environment",
    mend: "set it to the mock's address, as in http://127.0.0.1:5000, or unset it to work on AWS",
    exit: "badInput",
  });
}

function isLoopback(url: string): boolean {
  try {
    return loopback.test(new URL(url).hostname);
  } catch {
    return false;
  }
}
