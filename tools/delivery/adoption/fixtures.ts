import { join } from "node:path";
import type { Layer } from "../../layers/layers";
import { seedStates } from "../../mock/s3";
import { startMock } from "../../mock/server";
import { projectRoot } from "../../terminal/paths";
import { mockEnvironment } from "../../layers/environment";
import { readStackFacts } from "../../layers/stack-file";

/** The eleven state files of the infrastructure that runs today. */
export const fixturesFolder = join(projectRoot, "__tests__", "fixtures", "existing-state");

/** A running mock that holds state files. */
export interface FixturesMock {
  /** The whole environment for children that work on it. */
  readonly env: NodeJS.ProcessEnv;
  /** Puts the state files of another folder over those that are there. */
  seed(folder: string): Promise<void>;
  /** Ends the mock. */
  stop(): Promise<void>;
}

/** Content of the mock. */
export interface FixturesOptions {
  /** The synthesized layers: they say in which buckets, under which keys and with which lock table. */
  readonly layers: readonly Layer[];
  /** Folder for logs. */
  readonly runFolder: string;
  /** Told what takes a while (installing the mock on first use). */
  readonly report: (text: string) => void;
  /** Folder with one file a state key. @default - the committed fixtures */
  readonly folder?: string;
}

/**
 * Starts a mock of AWS and puts the states into it, each where its layer looks for it.
 * @throws UserError when the mock cannot be installed or started
 */
export async function startFixtures(options: FixturesOptions): Promise<FixturesMock> {
  const names = namesOf(options.layers);
  const mock = await startMock({
    region: names.region,
    logDir: join(options.runFolder, "logs"),
    report: options.report,
  });
  try {
    await seedStates(mock, options.folder ?? fixturesFolder, names);
  } catch (error) {
    await mock.stop();
    throw error;
  }
  return {
    env: mockEnvironment(mock.environment, options.runFolder),
    seed: async (folder) => {
      await seedStates(mock, folder, names);
    },
    stop: () => mock.stop(),
  };
}

interface StateNames {
  readonly region: string;
  readonly bootstrapBucket: string;
  readonly bucket: string;
  readonly lockTable: string;
}

/** Buckets and lock table as the synthesized layers name them: layer 00's own state has no lock and a bucket apart. */
function namesOf(layers: readonly Layer[]): StateNames {
  const facts = layers.map(readStackFacts);
  const own = facts.find(({ lockTable }) => lockTable === undefined);
  const shared = facts.find(({ lockTable }) => lockTable !== undefined);
  if (own === undefined || shared?.lockTable === undefined) {
    throw new Error("the layers do not have the two state buckets and the lock table that the fixtures are made for");
  }
  return { region: shared.region, bootstrapBucket: own.bucket, bucket: shared.bucket, lockTable: shared.lockTable };
}
