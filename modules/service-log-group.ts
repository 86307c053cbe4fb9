import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { Construct } from "constructs";
import { identify } from "./identity";
import { logGroupName } from "./config/names";
import type { ServiceName } from "./services/service-name";

/** Properties of {@link ServiceLogGroup}. */
export interface ServiceLogGroupProps {
  readonly namePrefix: string;
  readonly service: ServiceName;
  /** Days that events stay; 0 keeps them forever. */
  readonly retentionDays: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** The log group of a service's containers. */
export class ServiceLogGroup extends Construct {
  readonly logGroup: CloudwatchLogGroup;

  /**
   * @param scope the stack
   * @param id id of the construct
   * @param props see {@link ServiceLogGroupProps}
   */
  constructor(scope: Construct, id: string, { namePrefix, service, retentionDays, tags }: ServiceLogGroupProps) {
    super(scope, id);
    const name = logGroupName(namePrefix, service);
    this.logGroup = new CloudwatchLogGroup(this, "log-group", {
      name,
      retentionInDays: retentionDays,
      tags: { ...tags, Name: name, Service: service },
    });
    identify(this.logGroup, service);
  }
}
