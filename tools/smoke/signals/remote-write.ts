import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { compress } from "snappyjs";

/** A sample of one series. */
export interface Sample {
  /** Labels without the name. */
  readonly labels: Readonly<Record<string, string>>;
  readonly name: string;
  readonly value: number;
  readonly timeMs: number;
}

/** Header fields of a Prometheus remote-write request, version 1. */
export const REMOTE_WRITE_HEADERS = {
  "content-type": "application/x-protobuf",
  "content-encoding": "snappy",
  "x-prometheus-remote-write-version": "0.1.0",
} as const;

/**
 * Body of a Prometheus remote-write request: snappy over protobuf (`prometheus.WriteRequest`).
 *
 * @param samples each becomes a time series of its own
 */
export function remoteWriteBody(samples: readonly Sample[]): Buffer {
  const writer = new BinaryWriter();
  for (const sample of samples) {
    writer.tag(1, WireType.LengthDelimited).fork();
    // Mimir refuses labels that are out of order.
    const labels = Object.entries({ ...sample.labels, __name__: sample.name }).sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [name, value] of labels) {
      writer.tag(1, WireType.LengthDelimited).fork();
      writer.tag(1, WireType.LengthDelimited).string(name).tag(2, WireType.LengthDelimited).string(value).join();
    }
    writer.tag(2, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.Bit64).double(sample.value).tag(2, WireType.Varint).int64(sample.timeMs).join();
    writer.join();
  }
  return Buffer.from(compress(writer.finish()));
}
