import { closeSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";

/** Milliseconds between two looks at the file. */
const LOOK_MS = 250;

/** Bytes that one read takes. */
const CHUNK_BYTES = 64 * 1024;

/**
 * Tells the lines of a file from its begin on, as they are written. A file that does not exist yet is waited for.
 *
 * @param file path of the file; it only grows
 * @param onLine told each whole line
 * @returns ends it, after what is written by then was told
 */
export function followFile(file: string, onLine: (line: string) => void): () => void {
  const decoder = new StringDecoder("utf8");
  let offset = 0;
  let rest = "";
  const look = (): void => {
    for (let read = readFrom(file, offset); read.length > 0; read = readFrom(file, offset)) {
      offset += read.length;
      const lines = (rest + decoder.write(read)).split("\n");
      rest = lines.pop() ?? "";
      lines.forEach(onLine);
    }
  };
  const timer = setInterval(look, LOOK_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    look();
  };
}

function readFrom(file: string, offset: number): Buffer {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
  try {
    const buffer = Buffer.alloc(CHUNK_BYTES);
    return buffer.subarray(0, readSync(descriptor, buffer, 0, CHUNK_BYTES, offset));
  } finally {
    closeSync(descriptor);
  }
}
