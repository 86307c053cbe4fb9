import type { ListrTask } from "listr2" with { "resolution-mode": "import" };

/**
 * Form of progress: `live` redraws lines on a terminal, `lines` writes one plain line an event (pipes, CI logs),
 * `silent` writes nothing (`--json`).
 */
export type ProgressMode = "live" | "lines" | "silent";

/** Progress of several pieces of work that run side by side, each known by its id. */
export interface Progress {
  /** The piece has begun, or has reached its next step. */
  step(id: string, text: string): void;
  /** The piece has ended well. */
  done(id: string, text: string): void;
  /** The piece has failed. */
  failed(id: string, text: string): void;
  /** The piece will not be tried. */
  skipped(id: string, text: string): void;
  /** A line that belongs to no piece. */
  note(text: string): void;
  /** Ends the display; pieces that have not ended stay as they are. */
  close(): Promise<void>;
}

/** The mode that fits: silent for machines, live when both output streams are a terminal, else plain lines. */
export function progressMode(options: { readonly json?: boolean | undefined }): ProgressMode {
  if (options.json === true) return "silent";
  return process.stdout.isTTY && process.stderr.isTTY && process.env.CI === undefined ? "live" : "lines";
}

/** Starts the display. Plain lines go to standard error: standard output belongs to the command's result. */
export function startProgress(
  ids: readonly string[],
  mode: ProgressMode,
  write: (line: string) => void = writeToStderr,
): Progress {
  if (mode === "live") return liveProgress(ids);
  return plainProgress(ids, mode === "lines" ? write : () => undefined);
}

/**
 * Tells again and again that a piece of work goes on, until it has ended.
 *
 * @param report told the line
 * @param doing the work in words: `pip is installing`
 * @param everySeconds time between two lines
 */
export async function withSignOfLife<T>(
  report: (line: string) => void,
  doing: string,
  work: Promise<T>,
  everySeconds = 15,
): Promise<T> {
  const started = performance.now();
  const timer = setInterval(() => {
    report(`${doing}, ${Math.round((performance.now() - started) / 1000)} s so far`);
  }, everySeconds * 1000);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

function writeToStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}

function plainProgress(ids: readonly string[], write: (line: string) => void): Progress {
  const width = Math.max(0, ...ids.map((id) => id.length));
  const line = (id: string, text: string): void => {
    write(`${id.padEnd(width)}  ${text}`);
  };
  return {
    step: line,
    done: line,
    failed: (id, text) => {
      line(id, `FAILED: ${text}`);
    },
    skipped: (id, text) => {
      line(id, `not tried: ${text}`);
    },
    note: write,
    close: () => Promise.resolve(),
  };
}

/** One line of the live display: the text setter that listr2 hands out, and the promise that ends the line. */
interface Piece {
  setTitle: (title: string) => void;
  skip: (title: string) => void;
  end: (error?: Error) => void;
}

function liveProgress(ids: readonly string[]): Progress {
  const width = Math.max(0, ...ids.map((id) => id.length));
  const pieces = new Map<string, Piece>();
  const notes: string[] = [];
  const title = (id: string, text: string): string => `${id.padEnd(width)}  ${text}`;
  const tasks = ids.map((id) => liveTask(id, title(id, "waiting"), pieces));
  const finished = showTasks(tasks);
  const withPiece = (id: string, act: (piece: Piece) => void): void => {
    // The display starts in the next turn of the event loop; until then there is no line to write to.
    setImmediate(() => {
      const piece = pieces.get(id);
      if (piece !== undefined) act(piece);
    });
  };
  return {
    step: (id, text) => {
      withPiece(id, (piece) => {
        piece.setTitle(title(id, text));
      });
    },
    done: (id, text) => {
      withPiece(id, (piece) => {
        piece.setTitle(title(id, text));
        piece.end();
      });
    },
    failed: (id, text) => {
      withPiece(id, (piece) => {
        piece.setTitle(title(id, text));
        piece.end(new Error(text));
      });
    },
    skipped: (id, text) => {
      withPiece(id, (piece) => {
        piece.skip(title(id, `not tried: ${text}`));
        piece.end();
      });
    },
    note: (text) => {
      notes.push(text);
    },
    close: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      for (const piece of pieces.values()) piece.end();
      await finished;
      notes.forEach(writeToStderr);
    },
  };
}

function liveTask(id: string, title: string, pieces: Map<string, Piece>): ListrTask {
  return {
    title,
    task: (_context, task) =>
      new Promise<void>((resolve, reject) => {
        pieces.set(id, {
          setTitle: (text) => {
            task.title = text;
          },
          skip: (text) => {
            task.skip(text);
          },
          end: (error) => {
            if (error === undefined) resolve();
            else reject(error);
          },
        });
      }),
  };
}

/** Loaded only here: the library takes a while to load and is not needed where no terminal is. */
async function showTasks(tasks: readonly ListrTask[]): Promise<void> {
  const { Listr } = await import("listr2");
  const list = new Listr([...tasks], {
    concurrent: true,
    exitOnError: false,
    registerSignalListeners: false,
    rendererOptions: { showErrorMessage: false, collapseErrors: false },
  });
  await list.run();
}
