import { firstMatchingRule, matchesPathPattern } from "../../checks/listener-rules";

test.each([
  ["/tempo/*", "/tempo/api/search", true],
  ["/tempo/*", "/tempo/", true],
  ["/tempo/*", "/tempo", false],
  ["/tempo/*", "/Tempo/api", false],
  ["/ingest", "/ingest", true],
  ["/ingest", "/ingest/", false],
  ["/ingest", "/ingester", false],
  ["/querier.v1.*", "/querier.v1.QuerierService/Diff", true],
  ["/querier.v1.*", "/querierxv1.QuerierService/Diff", false],
  ["/v?/traces", "/v1/traces", true],
  ["/v?/traces", "/v10/traces", false],
  ["/v?/traces", "/v/traces", false],
  ["*", "/anything/at/all", true],
  ["/a+(b)", "/a+(b)", true],
  ["/a%20b", "/a b", false],
])("%s on %s: %s", (pattern, path, expected) => {
  expect(matchesPathPattern(pattern, path)).toBe(expected);
});

test("the lowest priority is tried first, whatever the order", () => {
  const rules = [
    { priority: 40, paths: ["/v1/*"] },
    { priority: 31, paths: ["/x", "/v1/traces"] },
  ];
  expect(firstMatchingRule(rules, "/v1/traces")?.priority).toBe(31);
  expect(firstMatchingRule(rules, "/v1/logs")?.priority).toBe(40);
  expect(firstMatchingRule(rules, "/v2")).toBeUndefined();
});

test("a path pattern sees no query", () => {
  const rules = [{ priority: 1, paths: ["/ingest"] }];
  expect(firstMatchingRule(rules, "/ingest?name=x")?.priority).toBe(1);
  expect(firstMatchingRule(rules, "/?next=/ingest")).toBeUndefined();
});
