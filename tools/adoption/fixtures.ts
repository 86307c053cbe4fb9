import { join } from "node:path";
import type { Layer } from "../layers";
import { seedStates } from "../mock/s3";
import { startMock } from "../mock/server";
import { projectRoot } from "../paths";
import { mockEnvironment } from "../terraform/environment";
import { readStackFacts } from "../terraform/stack-file";

/** The eleven state files of the infrastructure that runs today. */
export const fixturesFolder = join(projectRoot, "__tests__", "fixtures", "existing-state");

/** A running mock that holds state files. */
export interface FixturesMock {
  /** The whole environment for children that work on it. */
  readonly env: NodeJS.ProcessEnv;
  /** Ends the mock. */
  stop(): Promise<void>;
}

/** What is put into the mock. */
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
