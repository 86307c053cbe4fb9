import type { AccessLogEntry } from "../load-balancer/access-log";
import { OWN_SERVER } from "../load-balancer/own-answer";
import type { FailedRequest } from "./check-failure";
import { routeOf, type RouteTable } from "./route-table";

/** Says which way a request took; undefined if nothing is known. */
export type RouteExplainer = (request: FailedRequest) => string | undefined;

/**
 * Says it from the rules; which target it was is not known then.
 *
 * @param table the rules
 */
export function explainByRules(table: RouteTable): RouteExplainer {
  return (request) => {
    const route = routeOf(table, request.path);
    if (request.status === undefined) return `${route}; no answer came`;
    return request.server === OWN_SERVER ? `${route}; the load balancer itself answered` : route;
  };
}

/**
 * Says it from the emulator's access log: the rule, the target and what it answered.
 *
 * @param entries the log's entries at the time of the call
 */
export function explainByAccessLog(entries: () => readonly AccessLogEntry[]): RouteExplainer {
  return ({ traceId }) => {
    const entry = entries().find((candidate) => candidate.traceId.includes(traceId));
    return entry === undefined ? undefined : describe(entry);
  };
}

function describe({ rule, targetGroup, target, targetStatus, error }: AccessLogEntry): string {
  const name = rule === "default" ? "default rule" : `rule ${rule}`;
  const where = target === undefined ? "no target" : `target ${target.id}, port ${target.port}`;
  const answer = targetStatus === undefined ? "no answer" : `answered ${targetStatus}`;
  return [`${name} -> ${targetGroup ?? "no target group"}`, where, error ?? answer].join(", ");
}
