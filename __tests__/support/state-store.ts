import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type AttributeValue,
} from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { connectToAws } from "../../tools/aws/clients";
import { loadProfile } from "../../tools/layers/profile";
import type { StateSession } from "../../tools/state/session";

type Item = Record<string, AttributeValue>;

/** Buckets and lock table in memory, as far as states need them: fast, and every call can be seen or made to fail. */
export class StateStore {
  /** Objects by `bucket/key`. */
  readonly objects = new Map<string, string>();
  /** Items of the lock table by id. */
  readonly items = new Map<string, Item>();
  /** Calls that write, in order, as `PutObject bucket/key` or `PutItem id`. */
  readonly writes: string[] = [];
  /** Called before each write; what it throws is the answer. */
  beforeWrite: (write: string) => void = () => undefined;
  private readonly s3 = mockClient(S3Client);
  private readonly dynamo = mockClient(DynamoDBClient);

  constructor() {
    this.s3.on(GetObjectCommand).callsFake(({ Bucket, Key }: { Bucket: string; Key: string }) => {
      const text = this.objects.get(`${Bucket}/${Key}`);
      if (text === undefined) throw new NoSuchKey({ message: "no such key", $metadata: {} });
      return { Body: { transformToString: () => Promise.resolve(text) } };
    });
    this.s3.on(PutObjectCommand).callsFake(({ Bucket, Key, Body }: { Bucket: string; Key: string; Body: string }) => {
      this.note(`PutObject ${Bucket}/${Key}`);
      this.objects.set(`${Bucket}/${Key}`, Body);
      return {};
    });
    this.dynamo.on(GetItemCommand).callsFake(({ Key }: { Key: Item }) => ({ Item: this.items.get(idOf(Key)) }));
    this.dynamo.on(PutItemCommand).callsFake((input: { Item: Item; ConditionExpression?: string }) => {
      const id = idOf(input.Item);
      if (input.ConditionExpression !== undefined && this.items.has(id)) throw conditionFailed();
      this.note(`PutItem ${id}`);
      this.items.set(id, input.Item);
      return {};
    });
    this.dynamo.on(DeleteItemCommand).callsFake((input: { Key: Item; ExpressionAttributeValues?: Item }) => {
      const id = idOf(input.Key);
      if (this.items.get(id)?.Info?.S !== input.ExpressionAttributeValues?.[":info"]?.S) throw conditionFailed();
      this.note(`DeleteItem ${id}`);
      this.items.delete(id);
      return {};
    });
  }

  /** Gives the SDK's clients back to other tests. */
  restore(): void {
    this.s3.restore();
    this.dynamo.restore();
  }

  /** A session of a profile on a mock or an account, with these buckets. */
  session(profile = "target", kind: "mock" | "account" = "account"): StateSession {
    const env = kind === "mock" ? { AWS_ENDPOINT_URL: "http://127.0.0.1:9" } : {};
    const loaded = loadProfile(profile);
    return {
      profile: loaded,
      clients: connectToAws(loaded.config.region, env),
      caller: { account: "123456789012", arn: "arn:aws:iam::123456789012:user/test" },
    };
  }

  private note(write: string): void {
    this.beforeWrite(write);
    this.writes.push(write);
  }
}

function idOf({ LockID: id }: Item): string {
  return id?.S ?? "";
}

function conditionFailed(): ConditionalCheckFailedException {
  return new ConditionalCheckFailedException({ message: "the condition does not hold", $metadata: {} });
}

/** A state as Terraform writes it, without resources. */
export function stateText(lineage: string, serial: number, outputs: object = {}): string {
  return `${JSON.stringify({ version: 4, terraform_version: "1.11.4", serial, lineage, outputs, resources: [] })}\n`;
}
