import { parsePolicyDocument } from "../../../../tools/live/aws/iam/policy-document";
import type { Principal } from "../../../../tools/live/aws/principal";

/** A principal with one policy of these statements. */
export function principal(task: string, ...statements: readonly object[]): Principal {
  return {
    task,
    service: "loki",
    accessKeyId: `ASIA${task.toUpperCase()}`,
    secretAccessKey: `secret of ${task}`,
    sessionToken: `token of ${task}`,
    roleName: `${task}-role`,
    policies: [parsePolicyDocument(JSON.stringify({ Version: "2012-10-17", Statement: statements }))],
  };
}

/** A statement that allows. */
export function allow(
  actions: string | readonly string[],
  resources: string | readonly string[],
  Condition?: object,
): object {
  return { Effect: "Allow", Action: actions, Resource: resources, ...(Condition === undefined ? {} : { Condition }) };
}

/** The keys of a principal, as the SDK takes them. */
export function credentialsOf({ accessKeyId, secretAccessKey, sessionToken }: Principal) {
  return { accessKeyId, secretAccessKey, sessionToken };
}
