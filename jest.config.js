/** Types are checked by `tsc --noEmit`, a step of its own; the transform only strips them. */
// Tests look for texts in tables, which must not be wrapped for that; the width of tables has tests of its own.
process.env.COLUMNS = "400";

module.exports = {
  testEnvironment: "node",
  // A bound for what hangs, not a measurement: machines are slow and busy, and tests that start Terraform set their own.
  testTimeout: 120_000,
  // Terraform and the service binaries mostly wait: three workers keep two cores busy.
  maxWorkers: Math.ceil(1.5 * process.getBuiltinModule("node:os").availableParallelism()),
  testSequencer: "<rootDir>/tools/checkout/jest/longest-first-sequencer.mjs",
  roots: ["<rootDir>/__tests__"],
  reporters: ["default", "<rootDir>/tools/checkout/jest/closing-line-reporter.js"],
  testMatch: ["**/*.test.ts"],
  setupFiles: ["<rootDir>/tools/checkout/jest/without-token-traces.js"],
  transform: {
    "^.+\\.(t|j|mj)s$": [
      "@swc/jest",
      {
        jsc: { parser: { syntax: "typescript" }, target: "es2022" },
        module: { type: "commonjs" },
        sourceMaps: "inline",
      },
    ],
  },
  // Packages published as ES modules only, which jest cannot require as they are.
  transformIgnorePatterns: [
    "/node_modules/(?!(listr2|cli-truncate|log-update|wrap-ansi|slice-ansi|string-width|strip-ansi|ansi-regex|ansi-styles|ansi-escapes|cli-cursor|restore-cursor|is-fullwidth-code-point|get-east-asian-width|environment|onetime|mimic-function|emoji-regex|httpxy|@octokit/[a-z-]+|universal-user-agent|before-after-hook|json-with-bigint|content-type)/)",
  ],
};
