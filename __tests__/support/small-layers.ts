import { CreateTableCommand, DeleteItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, NoSuchKey } from "@aws-sdk/client-s3";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyPlan, type ApplyPlanOptions, type ApplyResult } from "../../tools/delivery/apply-plan";
import { makePlan, type MakePlanOptions, type PlanResult } from "../../tools/delivery/make-plan";
import { dynamoDbClient, s3Client } from "../../tools/mock/s3";
import { startMock, type Mock } from "../../tools/mock/server";
import { mockEnvironment } from "../../tools/layers/environment";
import { UserError } from "../../tools/terminal/user-error";
import { startRecorder } from "./recorder";

export const bucket = "small-states";
export const lockTable = "small-locks";
export const region = "ap-northeast-2";

/** Key of a layer's state. */
export function stateKeyOf(id: string): string {
  return `small/${id}/terraform.tfstate`;
}

/** One layer, most often of `terraform_data` resources alone. */
export interface SmallLayer {
  /** Layer id by name of the `data.terraform_remote_state`. */
  readonly reads?: Readonly<Record<string, string>>;
  /** `terraform_data` resources by name. */
  readonly resource?: Readonly<Record<string, object>>;
  /** Resources of the AWS provider, by type and name. */
  readonly aws?: Readonly<Record<string, Readonly<Record<string, object>>>>;
  /** Its data sources, by type and name. */
  readonly data?: Readonly<Record<string, Readonly<Record<string, object>>>>;
  readonly output?: Readonly<Record<string, unknown>>;
}

/** The parts of a state that tests look at. */
export interface SmallState {
  readonly serial: number;
  readonly lineage: string;
  readonly outputs: Readonly<Record<string, { readonly value: unknown }>>;
  readonly resources: readonly {
    readonly mode: "managed" | "data";
    readonly name: string;
    readonly instances: readonly { readonly attributes: Readonly<Record<string, unknown>> }[];
  }[];
}

/** The commit that the small layers say they are at. */
export const commit = "1".repeat(40);

/** Small layers on a mock of AWS, planned and applied by the commands' own functions. */
export class SmallLayers {
  private plans = 0;

  private constructor(
    private readonly folder: string,
    private readonly mock: Mock,
  ) {}

  static async start(): Promise<SmallLayers> {
    const folder = mkdtempSync(join(tmpdir(), "lgtm-small-"));
    const mock = await startMock({ region, logDir: join(folder, "logs") });
    const [s3, dynamo] = [s3Client(mock), dynamoDbClient(mock)];
    await s3.send(
      new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: region } }),
    );
    await dynamo.send(
      new CreateTableCommand({
        TableName: lockTable,
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [{ AttributeName: "LockID", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "LockID", AttributeType: "S" }],
      }),
    );
    process.env.LGTM_TEST_LAYERS = join(folder, "layers.json");
    return new SmallLayers(folder, mock);
  }

  async stop(): Promise<void> {
    delete process.env.LGTM_TEST_LAYERS;
    await this.mock.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Says what the layers are from now on. */
  define(layers: Readonly<Record<string, SmallLayer>>): void {
    writeFileSync(join(this.folder, "layers.json"), JSON.stringify(layers));
  }

  async plan(options: Partial<MakePlanOptions> = {}): Promise<PlanResult> {
    this.plans += 1;
    return makePlan({ ...this.common, layers: [], out: join(this.folder, `plans-${this.plans}`), ...options });
  }

  async apply(plan: PlanResult, options: Partial<ApplyPlanOptions> = {}): Promise<ApplyResult> {
    return applyPlan({ ...this.common, manifest: plan.manifestPlace, sha256: plan.manifestSha256, ...options });
  }

  /** The error that an apply is refused with. */
  async refusal(plan: PlanResult, options: Partial<ApplyPlanOptions> = {}): Promise<UserError> {
    try {
      await this.apply(plan, options);
    } catch (error) {
      if (error instanceof UserError) return error;
      throw error;
    }
    throw new Error("the apply was not refused");
  }

  /** Plans and applies, as one does who needs no approval. */
  async deploy(layers: Readonly<Record<string, SmallLayer>>, ids: readonly string[] = []): Promise<void> {
    this.define(layers);
    const { outcomes } = await this.apply(await this.plan({ layers: ids }));
    const failed = outcomes.find(({ status }) => status !== "done");
    if (failed !== undefined) throw failed.status === "failed" ? failed.error : new Error(`${failed.layer} not tried`);
  }

  async state(id: string): Promise<SmallState | undefined> {
    const s3 = s3Client(this.mock);
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: stateKeyOf(id) }));
      return JSON.parse((await Body?.transformToString()) ?? "") as SmallState;
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    } finally {
      s3.destroy();
    }
  }

  /**
   * The environment of commands that reach the mock by another address, such as one that refuses some calls.
   *
   * @param url the address
   */
  environmentBy(url: string): NodeJS.ProcessEnv {
    return mockEnvironment({ ...this.mock.environment, AWS_ENDPOINT_URL: url }, this.folder);
  }

  get mockUrl(): string {
    return this.mock.url;
  }

  /** Text of an object in the state bucket. */
  async object(key: string): Promise<string> {
    const s3 = s3Client(this.mock);
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    s3.destroy();
    return (await Body?.transformToString()) ?? "";
  }

  /** Names of the objects below a prefix of the state bucket. */
  async objects(prefix: string): Promise<readonly string[]> {
    const s3 = s3Client(this.mock);
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
    s3.destroy();
    return Contents.flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
  }

  /** The same through a proxy that writes down what AWS is asked. */
  async applyRecorded(plan: PlanResult): Promise<{ readonly result: ApplyResult; readonly calls: readonly string[] }> {
    const recorder = await startRecorder(this.mock.environment.AWS_ENDPOINT_URL ?? "");
    try {
      const env = { ...this.common.env, AWS_ENDPOINT_URL: recorder.url };
      return { result: await this.apply(plan, { env }), calls: recorder.requests };
    } finally {
      await recorder.stop();
    }
  }

  /** A file beside the layers, for what a layer does on this machine. */
  file(name: string): string {
    return join(this.folder, name);
  }

  /** The states whose lock is held. */
  async locks(): Promise<readonly string[]> {
    const dynamo = dynamoDbClient(this.mock);
    const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: lockTable }));
    dynamo.destroy();
    // An item without Info is the checksum of a state.
    return Items.flatMap(({ LockID, Info }) => (Info === undefined ? [] : [LockID?.S ?? ""]));
  }

  /** Removes the locks, as an operator does who made sure that nobody holds them. */
  async unlock(): Promise<void> {
    const dynamo = dynamoDbClient(this.mock);
    for (const id of await this.locks()) {
      await dynamo.send(new DeleteItemCommand({ TableName: lockTable, Key: { LockID: { S: id } } }));
    }
    dynamo.destroy();
  }

  async serials(...ids: readonly string[]): Promise<readonly (number | undefined)[]> {
    return Promise.all(ids.map(async (id) => (await this.state(id))?.serial));
  }

  private get common() {
    return {
      profile: "baseline",
      parallel: 2,
      mode: "silent" as const,
      app: join(__dirname, "small-layers-app.ts"),
      env: mockEnvironment(this.mock.environment, this.folder),
      source: () => Promise.resolve({ commit, dirty: false }),
      note: () => undefined,
    };
  }
}
