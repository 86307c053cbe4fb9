import type { RuleConditions } from "../../checks/listener-rules";

/** Registration of a target: an address (target type `ip`) and a port. */
export interface TargetAddress {
  /** The target's id: with target type `ip` its address. */
  readonly id: string;
  /** Port that gets the requests. */
  readonly port: number;
}

/** Action of a listener rule. */
export type RuleAction =
  | {
      readonly type: "forward";
      /** Name of the target group. */
      readonly targetGroup: string;
    }
  | {
      readonly type: "redirect";
      /** @default "#{protocol}" */
      readonly protocol?: string;
      /** @default "#{host}" */
      readonly host?: string;
      /** @default "#{port}" */
      readonly port?: string;
      /** @default "/#{path}" */
      readonly path?: string;
      /** @default "#{query}" */
      readonly query?: string;
      readonly statusCode: 301 | 302;
    };

/** One listener rule. */
export interface RuleDescription extends RuleConditions {
  readonly action: RuleAction;
}

/** A listener with its rules. */
export interface ListenerDescription {
  /** Port in the account, 80 or 443; the emulator may listen on another. It is what `X-Forwarded-Port` says. */
  readonly port: number;
  readonly protocol: "HTTP" | "HTTPS";
  /**
   * Certificate and key as PEM.
   * @default - none; an HTTPS listener needs it
   */
  readonly certificate?: { readonly certificatePem: string; readonly keyPem: string };
  readonly rules: readonly RuleDescription[];
  readonly defaultAction: RuleAction;
}

/** Health check of a target group. Seconds may be fractions, which AWS does not allow and tests need. */
export interface HealthCheckDescription {
  readonly path: string;
  /** A port of the target, or the one that gets the requests. */
  readonly port: number | "traffic-port";
  /** Good status codes: `200`, `200,202` or `200-299`. */
  readonly matcher: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  /** Checks in a row that an unhealthy target must pass. The first one passed makes a new target healthy. */
  readonly healthyThreshold: number;
  /** Checks in a row that a target must fail. */
  readonly unhealthyThreshold: number;
}

/** A target group with the targets that are registered from the start. */
export interface TargetGroupDescription {
  readonly name: string;
  readonly healthCheck: HealthCheckDescription;
  /** Seconds that requests in flight get to finish when their target leaves. */
  readonly deregistrationDelaySeconds: number;
  /** @default - none; register them later */
  readonly targets?: readonly TargetAddress[];
}

/** All that decides how a load balancer behaves. */
export interface LoadBalancerDescription {
  /** Seconds without a byte after which a connection is closed; a target that has not answered by then is a 504. */
  readonly idleTimeoutSeconds: number;
  /** True if header fields whose names hold other characters than letters, digits and dashes are left out. */
  readonly dropInvalidHeaderFields: boolean;
  readonly listeners: readonly ListenerDescription[];
  readonly targetGroups: readonly TargetGroupDescription[];
}
