import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { gzipSync } from "node:zlib";

/** Nanoseconds of CPU time in each sample of a profile made here. */
export const SAMPLE_NANOSECONDS = 10_000_000;

/**
 * A CPU profile in pprof's format (gzip over `perftools.profiles.Profile`) with one sample a function.
 *
 * @param functions names of the functions that were running
 * @param time when it was taken
 */
export function cpuProfile(functions: readonly string[], time: Date): Buffer {
  const strings = ["", "cpu", "nanoseconds", ...functions];
  const writer = new BinaryWriter();
  const valueType = (field: number): void => {
    writer.tag(field, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.Varint).int64(1).tag(2, WireType.Varint).int64(2).join();
  };
  valueType(1);
  functions.forEach((_name, index) => {
    const id = index + 1;
    writer.tag(2, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.Varint).uint64(id).tag(2, WireType.Varint).int64(SAMPLE_NANOSECONDS).join();
    writer.tag(4, WireType.LengthDelimited).fork().tag(1, WireType.Varint).uint64(id);
    writer.tag(4, WireType.LengthDelimited).fork().tag(1, WireType.Varint).uint64(id).join().join();
    writer.tag(5, WireType.LengthDelimited).fork().tag(1, WireType.Varint).uint64(id);
    writer
      .tag(2, WireType.Varint)
      .int64(index + 3)
      .join();
  });
  for (const text of strings) writer.tag(6, WireType.LengthDelimited).string(text);
  writer.tag(9, WireType.Varint).int64(`${time.getTime()}000000`);
  writer.tag(10, WireType.Varint).int64(1_000_000_000);
  valueType(11);
  writer.tag(12, WireType.Varint).int64(SAMPLE_NANOSECONDS);
  return gzipSync(writer.finish());
}
