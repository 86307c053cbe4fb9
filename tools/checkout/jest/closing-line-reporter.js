/**
 * Jest reporter that ends a run with one plain line of counts, for logs that are read by machines:
 * `tests: 812 passed, 0 failed, 3 skipped`. Skipped tests are named, since their names give the reason.
 */
module.exports = class ClosingLineReporter {
  onRunComplete(_contexts, results) {
    const skipped = results.testResults.flatMap(({ testResults }) =>
      testResults.filter(({ status }) => status === "pending").map(({ fullName }) => `skipped: ${fullName}`),
    );
    // A file that could not even be loaded has no tests that could fail.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const counts = `tests: ${results.numPassedTests} passed, ${failed} failed, ${results.numPendingTests} skipped`;
    process.stdout.write(`${[...skipped, counts].join("\n")}\n`);
  }
};
