import { request } from "node:http";
import type { HealthCheckDescription, TargetAddress } from "./description";
import { TargetAgent, type Connect } from "./target-agent";
import type { TargetReason } from "./target-health";

/** Result of one health check. */
export type CheckOutcome =
  { readonly passed: true } | { readonly passed: false; readonly reason: TargetReason; readonly description: string };

/**
 * Checks a target once, on a connection of its own, as a load balancer does.
 *
 * @param check what to ask for and what is a good answer
 * @param target the registered target
 * @param connect opens the connection
 */
export async function checkTarget(
  check: HealthCheckDescription,
  target: TargetAddress,
  connect: Connect,
): Promise<CheckOutcome> {
  const port = check.port === "traffic-port" ? target.port : check.port;
  const agent = new TargetAgent(connect, { id: target.id, port }, 0, check.timeoutSeconds);
  try {
    const status = await statusOf(agent, `${target.id}:${port}`, check);
    if (status === "timeout") return failed("Target.Timeout", "Request timed out");
    return matches(check.matcher, status)
      ? { passed: true }
      : failed("Target.ResponseCodeMismatch", `Health checks failed with these codes: [${status}]`);
  } catch (error) {
    return failed("Target.FailedHealthChecks", `Health checks failed: ${(error as Error).message}`);
  } finally {
    agent.breakAll();
  }
}

function failed(reason: TargetReason, description: string): CheckOutcome {
  return { passed: false, reason, description };
}

async function statusOf(agent: TargetAgent, host: string, check: HealthCheckDescription): Promise<number | "timeout"> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      agent,
      path: check.path,
      headers: { host, "user-agent": "ELB-HealthChecker/2.0", connection: "close" },
    });
    const timer = setTimeout(() => {
      resolve("timeout");
      outgoing.destroy();
    }, check.timeoutSeconds * 1000).unref();
    outgoing.once("close", () => {
      clearTimeout(timer);
      reject(new Error("connection closed without an answer"));
    });
    outgoing.on("error", reject);
    outgoing.once("response", (response) => {
      response.on("error", () => undefined).resume();
      resolve(response.statusCode ?? 0);
    });
    outgoing.end();
  });
}

/**
 * Tests if a status code is a good answer.
 *
 * @param matcher `200`, `200,202` or `200-299`, or several of these with commas
 * @param status the status code
 */
export function matches(matcher: string, status: number): boolean {
  return matcher.split(",").some((part) => {
    const [first, last] = part.trim().split("-").map(Number);
    return first !== undefined && status >= first && status <= (last ?? first);
  });
}
