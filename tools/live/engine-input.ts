import type { SourceFile } from "../../checks/source-file";
import type { ServiceName } from "../../modules/services/service-name";
import type { LiveProgram } from "./fargate";
import type { LiveStack } from "./stack/live-stack";

/** Addresses of what is not a task. */
export interface NetworkAddresses {
  /** AWS's resolver: the third address of the VPC's network. */
  readonly resolver: string;
  /** Addresses of AWS's endpoints. */
  readonly aws: string;
  readonly cache: string;
  readonly loadBalancer: string;
}

/** A deployment after the first one is green: what happens if one of a service's files is another. */
export interface Trial {
  readonly service: ServiceName;
  /** Name of the trial, for people. */
  readonly label: string;
  /** Files in place of those below `dockerfiles/`. */
  readonly replaced: readonly SourceFile[];
}

/** Input of the engine. */
export interface EngineInput {
  readonly stack: LiveStack;
  /** The VPC's network, `10.0.0.0/16`. */
  readonly vpcCidr: string;
  readonly addresses: NetworkAddresses;
  /** First three numbers of the private subnet of tasks. */
  readonly subnet: string;
  readonly programs: Readonly<Partial<Record<ServiceName, LiveProgram>>>;
  /** Services that are left out, with the reason. */
  readonly leftOut: Readonly<Partial<Record<ServiceName, string>>>;
  readonly smoke: { readonly tenant: string; readonly grafanaUser: string; readonly waitSeconds: number };
  /** Socket that leads to the mock. */
  readonly mockSocket: string;
  /** Socket whose connection breaks when whoever started the engine is gone. */
  readonly lifeSocket: string;
  /** Folder for the sockets of listeners; its path must be short. */
  readonly socketFolder: string;
  readonly logFolder: string;
  readonly diskFolder: string;
  readonly trials: readonly Trial[];
  /** True if everything goes on running, and files below `dockerfiles/` are watched, until the process is asked to end. */
  readonly keep: boolean;
}
