import { createHash } from "node:crypto";
import { z } from "zod";
import { expectStatus, jsonOf } from "../../../tools/smoke/expectations";
import { otlpTraces } from "../../../tools/smoke/signals/otlp";
import { idOf, idSet, type ItemBatch, itemName, type SignalItems, type WayIn } from "./signal-items";

const RUN_ATTRIBUTE = "lgtm.run";

/** Most traces that a search may give; more than any run writes. */
const LIMIT = "5000";

const FOUND = z.object({
  traces: z.array(z.object({ traceID: z.string(), rootTraceName: z.string().optional() })).optional(),
});

/** Traces: each item is a trace of one span, found by a search. */
export const tempoItems: SignalItems = {
  service: "tempo",
  item: "traces",
  ways: [otlp("OTLP", "otlp-http", "/v1/traces"), otlp("OTLP below /otlp", "otlp-alb", "/otlp/v1/traces")],
  read: async (send, { run, tenant, ids }) => {
    const now = Math.floor(Date.now() / 1000);
    const parameters = new URLSearchParams({
      q: `{ resource.${RUN_ATTRIBUTE} = "${run}" }`,
      limit: LIMIT,
      start: String(now - 7200),
      end: String(now + 60),
    });
    const reply = await send({ path: `/tempo/api/search?${parameters.toString()}`, tenant }, "http");
    const { traces = [] } = jsonOf(expectStatus(reply, 200), FOUND);
    const found = idSet(
      traces.map(({ traceID, rootTraceName = "" }) => {
        const id = idOf(rootTraceName);
        return id !== undefined && traceId(run, id) === traceID.padStart(32, "0") ? id : undefined;
      }),
    );
    // A look at one trace by its id takes Tempo more reads of S3 than the search for all of them: one stands for all.
    const [first] = ids;
    if (first !== undefined && found.has(first)) {
      const trace = await send({ path: `/tempo/api/traces/${traceId(run, first)}`, tenant }, "http");
      if (!expectStatus(trace, 200).text.includes(`"${itemName(first)}"`)) return new Set();
    }
    return found;
  },
};

function otlp(name: string, port: string, path: string): WayIn {
  return {
    name,
    port,
    write: ({ run, tenant, ids }: ItemBatch) => {
      const endMs = Date.now();
      const spans = ids.map((id) => ({
        traceId: traceId(run, id),
        spanId: traceId(run, id).slice(0, 16),
        name: itemName(id),
        startMs: endMs - 10,
        endMs,
      }));
      return {
        path,
        body: otlpTraces({ service: "nothing-lost", attributes: { [RUN_ATTRIBUTE]: run } }, spans),
        tenant,
      };
    },
  };
}

/** The same for the same item, so that a write can be repeated; never with a leading zero, which some answers drop. */
function traceId(run: string, id: number): string {
  return `a${createHash("sha256").update(`${run} ${id}`).digest("hex").slice(0, 31)}`;
}
