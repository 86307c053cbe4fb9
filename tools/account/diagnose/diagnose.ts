import { clusterName, logGroupName, namePrefix } from "../../../modules/config/names";
import type { Profile } from "../../../modules/config/profiles";
import type { Releases } from "../../../modules/services/releases";
import { deployedService } from "../../../modules/services/catalog";
import type { ServiceName } from "../../../modules/services/service-name";
import { ask, type Answer } from "../ask";
import type { WorkloadClients } from "../workload-clients";
import { expectedBy } from "../../images/expected";
import { resembles, type Resemblance } from "../incidents/resembles";
import { evidenceOf } from "./evidence";
import { judge, stoppedByItself } from "./judge";
import { LOGS_ACTIONS, readLogs } from "./read-logs";
import { readRollbacks, ROLLBACKS_ACTIONS } from "./read-rollbacks";
import {
  readServices,
  readTaskDefinition,
  SERVICES_ACTIONS,
  TASK_DEFINITION_ACTIONS,
  type EcsServiceFacts,
  type TaskDefinitionFacts,
} from "./read-service";
import { readStoppedTasks, STOPPED_TASKS_ACTIONS } from "./read-stopped-tasks";
import { readTargets, TARGETS_ACTIONS } from "./read-targets";
import type { LogFacts, LooksLike, ServiceDiagnosis, StoppedTask } from "./service-diagnosis";

/** Everything that diagnosing takes, as IAM writes it. */
export const DIAGNOSE_ACTIONS: readonly string[] = [
  ...SERVICES_ACTIONS,
  ...TASK_DEFINITION_ACTIONS,
  ...STOPPED_TASKS_ACTIONS,
  ...ROLLBACKS_ACTIONS,
  ...TARGETS_ACTIONS,
  ...LOGS_ACTIONS,
];

/** Subject of a diagnosis. */
export interface DiagnoseOptions {
  readonly profile: Profile;
  /** The recorded releases of the profile's environment. */
  readonly releases: Releases;
  readonly clients: WorkloadClients;
  readonly services: readonly ServiceName[];
  /** Log lines that are shown. */
  readonly lines: number;
  /** @default - now */
  readonly now?: Date;
}

/** Log lines that are looked through for incidents, whatever is shown. */
const SEARCHED_LINES = 200;

/**
 * Finds out why services do not run: what an operator would look up by hand in five places of the console. Read-only;
 * what may not be read is named and does not stop the rest.
 *
 * @param options what is diagnosed
 * @returns one diagnosis a service, in the given order
 */
export async function diagnose(options: DiagnoseOptions): Promise<readonly ServiceDiagnosis[]> {
  const { profile, clients, services } = options;
  const cluster = clusterName(namePrefix(profile.config));
  const found = await ask(SERVICES_ACTIONS, () => readServices(clients.ecs, cluster, services));
  const diagnostician = new Diagnostician(options, cluster);
  return Promise.all(services.map((service) => diagnostician.diagnose(service, found)));
}

/** One service's answers, and what could not be looked at. */
class Answers {
  readonly notChecked: string[] = [];

  /** The answer, or the given one with a note. */
  async take<Value>(what: string, answer: Promise<Answer<Value>>, otherwise: Value): Promise<Value> {
    const taken = await answer;
    if (taken.known) return taken.value;
    this.notChecked.push(`${what}: ${taken.why}`);
    return otherwise;
  }
}

class Diagnostician {
  private readonly now: Date;

  constructor(
    private readonly options: DiagnoseOptions,
    private readonly cluster: string,
  ) {
    this.now = options.now ?? new Date();
  }

  async diagnose(
    service: ServiceName,
    found: Answer<ReadonlyMap<string, EcsServiceFacts> | undefined>,
  ): Promise<ServiceDiagnosis> {
    const answers = new Answers();
    if (!found.known) {
      answers.notChecked.push(`the service: ${found.why}`);
      return this.withoutService(service, answers, { status: "not checked", because: [] });
    }
    const facts = found.value?.get(service);
    if (facts !== undefined) return this.withService(service, facts, answers);
    const absent = found.value === undefined ? `no cluster ${this.cluster}` : `no service ${service}`;
    const because = [`ECS has ${absent}: 60-ecs is not applied, or this is another account or region`];
    return this.withoutService(service, answers, { status: "absent", because });
  }

  /** Logs may outlive the service, or be readable where the service is not. */
  private async withoutService(
    service: ServiceName,
    answers: Answers,
    verdict: Pick<ServiceDiagnosis, "status" | "because">,
  ): Promise<ServiceDiagnosis> {
    const read = await this.logs(service, answers, undefined, undefined);
    const nothing = {
      tasks: null,
      image: null,
      deployments: [],
      rollbacks: [],
      events: [],
      stoppedTasks: [],
      targets: [],
    };
    return this.complete(service, nothing, read, answers, verdict);
  }

  private async withService(service: ServiceName, facts: EcsServiceFacts, answers: Answers): Promise<ServiceDiagnosis> {
    const { ecs, loadBalancers } = this.options.clients;
    const { cluster } = this;
    const [taskDefinition, stoppedTasks, rollbacks, targets] = await Promise.all([
      answers.take<TaskDefinitionFacts | undefined>(
        "the task definition",
        ask(TASK_DEFINITION_ACTIONS, () => readTaskDefinition(ecs, facts.taskDefinitionArn)),
        undefined,
      ),
      answers.take(
        "stopped tasks",
        ask(STOPPED_TASKS_ACTIONS, () => readStoppedTasks(ecs, cluster, service)),
        [],
      ),
      answers.take(
        "rollbacks",
        ask(ROLLBACKS_ACTIONS, () => readRollbacks(ecs, cluster, service, this.now)),
        [],
      ),
      answers.take(
        "target health",
        ask(TARGETS_ACTIONS, () => readTargets(loadBalancers, facts.targetGroupArns)),
        [],
      ),
    ]);
    const { running, pending, desired, deployments, events } = facts;
    const read = {
      tasks: { running, pending, desired },
      image: taskDefinition?.image ?? null,
      deployments,
      rollbacks,
      events,
      stoppedTasks,
      targets,
    };
    const logs = await this.logs(service, answers, taskDefinition, stoppedTasks.find(stoppedByItself));
    return this.complete(service, read, logs, answers, judge(read));
  }

  private complete(
    service: ServiceName,
    read: Omit<ServiceDiagnosis, "service" | "status" | "because" | "logs" | "notChecked" | "looksLike">,
    logs: LogFacts | null,
    { notChecked }: Answers,
    verdict: Pick<ServiceDiagnosis, "status" | "because">,
  ): ServiceDiagnosis {
    const { profile, releases, lines } = this.options;
    const image = expectedBy(profile, releases).images.find((one) => one.service === service);
    const ordered = { image, count: deployedService(profile.config, service).tasks.count };
    const shown = { ...read, logLines: logs?.lines ?? [] };
    const found = resembles(evidenceOf(service, shown, ordered, this.now));
    return {
      service,
      ...verdict,
      ...read,
      logs: logs === null ? null : { ...logs, lines: logs.lines.slice(-lines) },
      notChecked,
      looksLike: found.map(looksLike),
    };
  }

  /** The log of the task that stopped last by itself, which says why; else of the newest one. */
  private async logs(
    service: ServiceName,
    answers: Answers,
    definition: TaskDefinitionFacts | undefined,
    stopped: StoppedTask | undefined,
  ): Promise<LogFacts | null> {
    const group = definition?.logGroup ?? logGroupName(namePrefix(this.options.profile.config), service);
    const prefix = definition?.streamPrefix;
    const stream =
      stopped === undefined || prefix === undefined
        ? undefined
        : `${prefix}/${definition?.container ?? service}/${stopped.id}`;
    const { logs } = this.options.clients;
    return answers.take(
      "log lines",
      ask(LOGS_ACTIONS, () => readLogs(logs, { group, stream }, SEARCHED_LINES)),
      null,
    );
  }
}

function looksLike({ id, certainty, what, remedy, seen }: Resemblance): LooksLike {
  return { id, certainty, what, remedy, seen: seen.slice(0, 3).map(({ source, text }) => `${source}: ${text}`) };
}
