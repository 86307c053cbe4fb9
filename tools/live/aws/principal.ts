import type { PolicyDocument } from "./iam/policy-document";

/** A task as AWS knows it by its credentials. */
export interface Principal {
  /** Id of the task; unique among those that run. */
  readonly task: string;
  /** Name of the service that the task belongs to. */
  readonly service: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly roleName: string;
  /** All policies of the role, inline and attached. */
  readonly policies: readonly PolicyDocument[];
}
