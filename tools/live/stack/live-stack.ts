import type { ServiceName } from "../../../modules/services/service-name";
import type { PolicyDocument } from "../aws/iam/policy-document";
import type { LoadBalancerDescription } from "../../load-balancer/description";

/** Platform that ECS would run, as the mock's API describes it after an apply. */
export interface LiveStack {
  readonly region: string;
  readonly services: readonly LiveService[];
  readonly loadBalancer: LoadBalancerDescription;
  readonly cache: LiveCache;
  /** Seconds that clients may keep a Cloud Map answer. */
  readonly dnsTtlSeconds: number;
}

/** An ECS service. */
export interface LiveService {
  readonly name: ServiceName;
  /** Name in ECS. */
  readonly ecsName: string;
  readonly desiredCount: number;
  /** Seconds after a task's start in which failed health checks do not stop it. */
  readonly gracePeriodSeconds: number;
  readonly circuitBreaker: CircuitBreaker;
  readonly targetGroups: readonly LiveTargetGroup[];
  /** Cloud Map name. @default - none */
  readonly discoveryName?: string;
  readonly taskDefinition: LiveTaskDefinition;
}

/** Circuit breaker: ends a deployment whose tasks fail. */
export interface CircuitBreaker {
  readonly enabled: boolean;
  /** True if the former deployment takes over again. */
  readonly rollback: boolean;
}

/** A target group that a service's tasks are registered in. */
export interface LiveTargetGroup {
  readonly name: string;
  readonly port: number;
}

/** The part of a task definition that the rehearsal follows: one essential container. */
export interface LiveTaskDefinition {
  /** `family:revision`. */
  readonly revision: string;
  /** Variables, those from secrets among them. */
  readonly environment: Readonly<Record<string, string>>;
  /** Replaces the image's command. @default - the image's */
  readonly command?: readonly string[];
  /** Seconds between SIGTERM and SIGKILL. */
  readonly stopTimeoutSeconds: number;
  readonly role: LiveRole;
}

/** The role whose credentials a task gets. */
export interface LiveRole {
  readonly name: string;
  readonly policies: readonly PolicyDocument[];
}

/** The cache node. */
export interface LiveCache {
  readonly host: string;
  readonly port: number;
  /** Bytes of the largest item. */
  readonly maxItemSizeBytes: number;
}
