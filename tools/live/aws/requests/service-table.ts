import type { Permission } from "../iam/permission";
import { parameter, type Operation } from "./operation";

/** Region and account of resources, for ARNs. */
export interface AwsPlace {
  readonly accountId: string;
  readonly region: string;
}

/** ARNs that an operation asks for, by its parameters. */
export type Resources = (operation: Operation, place: AwsPlace) => readonly string[];

/** Facts about one service. Every operation is the action of its own name. */
export interface ServiceTable {
  /** First part of the service's actions in IAM. */
  readonly prefix: string;
  /** Operations that need no permission. */
  readonly free?: readonly string[];
  /**
   * ARNs that an operation asks for.
   * @default - `*`: then only statements on all resources match, as for actions that know no resource
   */
  readonly resources?: Readonly<Record<string, Resources>>;
  /** Condition keys of an operation beside the region. @default - none */
  readonly context?: (operation: Operation) => Readonly<Record<string, string | undefined>>;
  /** Permissions that an operation needs beside its own action. @default - none */
  readonly further?: (operation: Operation, place: AwsPlace) => readonly Permission[];
}

/** One ARN of a service in its region: `arn:aws:SERVICE:REGION:ACCOUNT:REST`. */
export function regionalArn(service: string, { region, accountId }: AwsPlace, rest: string): string {
  return `arn:aws:${service}:${region}:${accountId}:${rest}`;
}

/** The values of parameters that hold ARNs, lists included, in either protocol (`Names`, `Names.member.1`). */
export function arnsIn(...names: readonly string[]): Resources {
  return ({ parameters }) => {
    const found = Object.entries(parameters)
      .filter(([key]) => names.some((name) => key === name || key.startsWith(`${name}.member.`)))
      .flatMap(([, value]) => value);
    return found.filter((value): value is string => typeof value === "string");
  };
}

/** One ARN, made of a parameter that holds a name; an ARN in its place is taken as it is. */
export function byName(name: string, arn: (value: string, place: AwsPlace) => string): Resources {
  return (operation, place) => {
    const value = parameter(operation, name);
    if (value === undefined) return ["*"];
    return [value.startsWith("arn:") ? value : arn(value, place)];
  };
}

/** The same resources for several operations. */
export function each(operations: readonly string[], resources: Resources): Readonly<Record<string, Resources>> {
  return Object.fromEntries(operations.map((operation) => [operation, resources]));
}
