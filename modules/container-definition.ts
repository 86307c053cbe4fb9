import type { DeployedService } from "./services/catalog";
import type { ContainerHealthCheck } from "./services/service-definition";

/** Parts of a container definition that come from elsewhere. */
export interface ContainerDefinitionProps {
  readonly service: DeployedService;
  /** Repository and tag or digest. */
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Environment variable -> ARN of the secret, with its JSON key. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly logGroupName: string;
  readonly region: string;
}

/**
 * The one container of a service's task, as ECS's `RegisterTaskDefinition` takes it.
 *
 * @param props see {@link ContainerDefinitionProps}
 */
export function containerDefinition(props: ContainerDefinitionProps): Readonly<Record<string, unknown>> {
  const { service, image, environment, secrets, logGroupName, region } = props;
  const secretEntries = Object.entries(secrets);
  return {
    name: service.name,
    image,
    essential: true,
    portMappings: portMappings(service),
    // By name, as in the states: where a definition states a variable is no reason for a new revision.
    environment: Object.entries(environment)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, value]) => ({ name, value })),
    ...(secretEntries.length === 0 ? {} : { secrets: secretEntries.map(([name, valueFrom]) => ({ name, valueFrom })) }),
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": logGroupName,
        "awslogs-region": region,
        "awslogs-stream-prefix": service.name,
      },
    },
    ...(service.healthCheck === undefined ? {} : { healthCheck: healthCheck(service.healthCheck) }),
    mountPoints: [],
    volumesFrom: [],
    stopTimeout: service.tasks.stopTimeoutSeconds,
  };
}

function portMappings(service: DeployedService): readonly Readonly<Record<string, unknown>>[] {
  return Object.entries(service.ports)
    .filter(([, port]) => port.mapped ?? true)
    .map(([name, port]) => ({ name, containerPort: port.number, protocol: port.protocol ?? "tcp" }));
}

function healthCheck(check: ContainerHealthCheck): Readonly<Record<string, unknown>> {
  return {
    command: ["CMD-SHELL", check.shellCommand],
    interval: check.intervalSeconds,
    timeout: check.timeoutSeconds,
    retries: check.retries,
    startPeriod: check.startPeriodSeconds,
  };
}
