import type { ServiceName } from "../../../modules/services/service-name";

/**
 * Source of a line: `log` of a container, `event` of an ECS service, `stop reason` of a task or container, `target
 * health` of a target group, `deployment` (what runs compared with what was ordered), `answer` to a request (method, path,
 * status), `object` (key in the data bucket), `error` of Terraform, Docker or another program.
 */
export type EvidenceSource =
  "log" | "event" | "stop reason" | "target health" | "deployment" | "answer" | "object" | "error";

/** One line that may show what is wrong. */
export interface Evidence {
  readonly source: EvidenceSource;
  readonly text: string;
  /** @default - not known, or none of the platform's */
  readonly service?: ServiceName;
}
