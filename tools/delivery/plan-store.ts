import { GetObjectCommand, NoSuchKey, PutObjectCommand } from "@aws-sdk/client-s3";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { connectToAws, type AwsClients } from "../aws/clients";
import { onAws } from "../aws/errors";
import { UserError } from "../terminal/user-error";

/** Store of the files of one plan: a folder of this machine or a prefix of the state bucket. They hold secrets. */
export interface PlanStore {
  /** For people, and for `--manifest`: the folder or `s3://bucket/prefix`. */
  readonly place: string;
  write(name: string, content: string | Uint8Array): Promise<void>;
  /** @returns undefined when there is no such file */
  read(name: string): Promise<Uint8Array | undefined>;
  /** A store beside this one, for what follows from it. */
  sibling(name: string): PlanStore;
}

/** Keeps plans in a folder, readable by this user only. */
export function folderStore(folder: string): PlanStore {
  const absolute = resolve(folder);
  return {
    place: absolute,
    write: (name, content) => {
      mkdirSync(absolute, { recursive: true, mode: 0o700 });
      const file = join(absolute, plainName(name));
      writeFileSync(file, content, { mode: 0o600 });
      // A file that was there keeps its mode otherwise.
      chmodSync(file, 0o600);
      return Promise.resolve();
    },
    read: (name) => {
      const file = join(absolute, plainName(name));
      return Promise.resolve(existsSync(file) ? readFileSync(file) : undefined);
    },
    sibling: (name) => folderStore(join(absolute, name)),
  };
}

/** Passes a name that leads nowhere but into the store. */
function plainName(name: string): string {
  if (name !== "" && name !== "." && name !== ".." && !/[/\\\0]/.test(name)) return name;
  throw new Error(`${JSON.stringify(name)} is no name of a file in a store of plans`);
}

/** Place of plans in S3. */
export interface BucketPlace {
  readonly bucket: string;
  /** Without a slash at the end. */
  readonly prefix: string;
  readonly region: string;
}

/**
 * Keeps plans in the state bucket, encrypted.
 *
 * @param place where in S3
 * @param env where the endpoint of a mock and the credentials are looked for
 */
export function bucketStore(place: BucketPlace, env: NodeJS.ProcessEnv): PlanStore {
  const { bucket, prefix, region } = place;
  const clients = connectToAws(region, env);
  return {
    place: `s3://${bucket}/${prefix}`,
    write: (name, content) => putObject(clients, bucket, `${prefix}/${plainName(name)}`, content),
    read: (name) => getObject(clients, bucket, `${prefix}/${plainName(name)}`),
    sibling: (name) => bucketStore({ ...place, prefix: `${prefix}/${name}` }, env),
  };
}

async function putObject({ s3 }: AwsClients, Bucket: string, Key: string, Body: string | Uint8Array): Promise<void> {
  const call = {
    doing: "store the plan",
    bucket: Bucket,
    madeBy: "apply 00-bootstrap, or keep the plan on this machine with --out",
    permissions: ["s3:PutObject"],
  };
  await onAws(call, () => s3.send(new PutObjectCommand({ Bucket, Key, Body, ServerSideEncryption: "AES256" })));
}

async function getObject({ s3 }: AwsClients, Bucket: string, Key: string): Promise<Uint8Array | undefined> {
  const permissions = ["s3:GetObject", "s3:ListBucket"];
  try {
    return await onAws({ doing: "read the plan", bucket: Bucket, permissions }, async () => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      return Body?.transformToByteArray();
    });
  } catch (error) {
    if (error instanceof UserError && error.cause instanceof NoSuchKey) return undefined;
    throw error;
  }
}

const inBucket = /^s3:\/\/([^/]+)\/(.+)\/([^/]+)$/;

/** A store with the name of a manifest in it. */
export interface ManifestPlace {
  readonly store: PlanStore;
  readonly name: string;
}

/** Tells whether a manifest lies in S3 (`s3://bucket/prefix/manifest.json`), not in a file of this machine. */
export function isInBucket(manifest: string): boolean {
  return inBucket.test(manifest);
}

/** Opens the folder in which a manifest lies. */
export function localStoreOf(manifest: string): ManifestPlace {
  return { store: folderStore(dirname(resolve(manifest))), name: basename(manifest) };
}

/**
 * Opens the store in which a manifest lies.
 *
 * @param manifest a file or `s3://bucket/prefix/manifest.json`
 * @param region region of the bucket
 * @param env see `bucketStore`
 */
export function openStoreOf(manifest: string, region: string, env: NodeJS.ProcessEnv): ManifestPlace {
  const [, bucket, prefix, name] = inBucket.exec(manifest) ?? [];
  if (bucket === undefined || prefix === undefined || name === undefined) return localStoreOf(manifest);
  return { store: bucketStore({ bucket, prefix, region }, env), name };
}
