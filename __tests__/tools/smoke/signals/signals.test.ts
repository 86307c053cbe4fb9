import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { uncompress } from "snappyjs";
import { gunzipSync } from "node:zlib";
import { lokiPush } from "../../../../tools/smoke/signals/loki-push";
import { otlpGauges, otlpLogs, otlpTraces } from "../../../../tools/smoke/signals/otlp";
import { cpuProfile, SAMPLE_NANOSECONDS } from "../../../../tools/smoke/signals/pprof";
import { remoteWriteBody } from "../../../../tools/smoke/signals/remote-write";

type Field = bigint | number | Uint8Array;

/** Fields of a protobuf message by their number, in the order of the bytes. */
function fieldsOf(message: Uint8Array): ReadonlyMap<number, readonly Field[]> {
  const reader = new BinaryReader(message);
  const fields = new Map<number, Field[]>();
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const value =
      type === WireType.Varint ? BigInt(reader.int64()) : type === WireType.Bit64 ? reader.double() : reader.bytes();
    fields.set(number, [...(fields.get(number) ?? []), value]);
  }
  return fields;
}

function messages(
  parent: ReadonlyMap<number, readonly Field[]>,
  number: number,
): ReadonlyMap<number, readonly Field[]>[] {
  return (parent.get(number) ?? []).map((field) => fieldsOf(field as Uint8Array));
}

function text(field: Field | undefined): string {
  return Buffer.from(field as Uint8Array).toString();
}

test("remote write: one series a sample, labels in order, value and time", () => {
  const body = remoteWriteBody([
    { name: "up", labels: { zone: "a", Alpha: "b" }, value: 1.5, timeMs: 1_700_000_000_123 },
    { name: "down", labels: {}, value: 0, timeMs: 1 },
  ]);
  const series = messages(fieldsOf(uncompress(new Uint8Array(body))), 1);
  expect(series).toHaveLength(2);
  const [first] = series;
  if (first === undefined) throw new Error("no series");
  const labels = messages(first, 1).map((label) => [text(label.get(1)?.[0]), text(label.get(2)?.[0])]);
  expect(labels).toEqual([
    ["Alpha", "b"],
    ["__name__", "up"],
    ["zone", "a"],
  ]);
  const [sample] = messages(first, 2);
  expect([sample?.get(1), sample?.get(2)]).toEqual([[1.5], [1_700_000_000_123n]]);
});

test("pprof: one sample a function, names in the string table", () => {
  const profile = fieldsOf(gunzipSync(cpuProfile(["one", "two"], new Date(1_700_000_000_000))));
  const strings = (profile.get(6) ?? []).map(text);
  const names = messages(profile, 5).map((entry) => strings[Number(entry.get(2)?.[0])]);
  expect(strings.slice(0, 3)).toEqual(["", "cpu", "nanoseconds"]);
  expect(names).toEqual(["one", "two"]);
  expect(messages(profile, 2).map((sample) => sample.get(2))).toEqual([
    [BigInt(SAMPLE_NANOSECONDS)],
    [BigInt(SAMPLE_NANOSECONDS)],
  ]);
  expect(profile.get(9)).toEqual([1_700_000_000_000_000_000n]);
});

test("OTLP and Loki: times are whole nanoseconds, as text", () => {
  const source = { service: "s", attributes: { a: "b" } };
  const timeMs = 1_700_000_000_123;
  const payloads = [
    otlpTraces(source, [{ traceId: "t", spanId: "s", name: "n", startMs: timeMs, endMs: timeMs + 0.4 }]),
    otlpGauges(source, [{ name: "n", value: 1, timeMs, attributes: {} }]),
    otlpLogs(source, [{ body: "line", timeMs, attributes: {} }]),
    lokiPush({ job: "x" }, [{ timeMs, line: "line" }]),
  ];
  for (const payload of payloads) expect(JSON.stringify(payload)).toContain('"1700000000123000000"');
});
