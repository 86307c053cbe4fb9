import type { Linter } from "eslint";

/** The rooms, and the other rooms that each may import. */
export declare const BORDERS: Readonly<Record<string, readonly string[]>>;

/** Rooms that are one file. */
export declare const FILES: readonly string[];

/** Makes ESLint's configurations that refuse every other import. */
export declare function borderConfigs(): Linter.Config[];
