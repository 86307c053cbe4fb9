import { z } from "zod";
import { expectStatus, jsonOf } from "../../../tools/smoke/expectations";
import { otlpGauges } from "../../../tools/smoke/signals/otlp";
import { REMOTE_WRITE_HEADERS, remoteWriteBody } from "../../../tools/smoke/signals/remote-write";
import { idOf, idSet, itemName, type SignalItems } from "./signal-items";

const METRIC = "nothing_lost";

const VECTOR = z.object({
  data: z.object({
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});

/** Metrics: each item is a series of its own with one sample, whose value is the item's id. */
export const mimirItems: SignalItems = {
  service: "mimir",
  item: "series",
  ways: [
    {
      name: "remote write",
      port: "http",
      write: ({ run, tenant, ids }) => {
        const timeMs = Date.now();
        const samples = ids.map((id) => ({ name: METRIC, value: id, labels: { run, item: itemName(id) }, timeMs }));
        return { path: "/api/v1/push", headers: REMOTE_WRITE_HEADERS, body: remoteWriteBody(samples), tenant };
      },
    },
    {
      name: "OTLP",
      port: "http",
      write: ({ run, tenant, ids }) => {
        const timeMs = Date.now();
        const points = ids.map((id) => ({
          name: METRIC,
          value: id,
          timeMs,
          attributes: { run, item: itemName(id) },
        }));
        const source = { service: "nothing-lost", attributes: {} };
        return { path: "/otlp/v1/metrics", body: otlpGauges(source, points), tenant };
      },
    },
  ],
  read: async (send, { run, tenant }) => {
    const query = `last_over_time(${METRIC}{run="${run}"}[2h])`;
    const path = `/prometheus/api/v1/query?${new URLSearchParams({ query }).toString()}`;
    const reply = await send({ path, tenant }, "http");
    const { data } = jsonOf(expectStatus(reply, 200), VECTOR);
    return idSet(
      data.result.map(({ metric, value }) => {
        const id = idOf(metric.item ?? "");
        return Number(value[1]) === id ? id : undefined;
      }),
    );
  },
};
