import { setTimeout as sleep } from "node:timers/promises";
import { CheckFailure } from "../../tools/smoke/check-failure";
import type { ItemBatch, Send, SignalItems, WayIn } from "./items/signal-items";
import type { LostItem, Refusal } from "./result";

/** Options of the load. */
export interface SteadyLoadProps {
  readonly items: SignalItems;
  readonly send: Send;
  readonly run: string;
  readonly tenant: string;
  /** Milliseconds from one write's beginning to the next one's; a write that is refused holds none up. */
  readonly everyMs: number;
}

/** Milliseconds between two attempts of one write. */
const RETRY_MS = 250;

/** Seconds after which a write that was never acknowledged is given up. */
const GIVE_UP_SECONDS = 120;

/** Characters of an answer that are kept. */
const ANSWER_CHARACTERS = 120;

type Answer = Pick<Refusal, "status" | "answer">;

/** Writes one item after the other, by turns through each way in; what is refused is tried again, as clients do. */
export class SteadyLoad {
  /** Item -> when it was acknowledged, by `performance.now()`. */
  private readonly acknowledged = new Map<number, number>();
  private readonly pending = new Set<Promise<void>>();
  private readonly counts = new Map<string, Refusal>();
  private longest = 0;
  private stopping = false;
  private readonly loop: Promise<void>;

  /** @param props see {@link SteadyLoadProps} */
  constructor(private readonly props: SteadyLoadProps) {
    this.loop = this.writeOn();
  }

  /** Items that were acknowledged. */
  get written(): ItemBatch {
    const { run, tenant } = this.props;
    return { run, tenant, ids: [...this.acknowledged.keys()] };
  }

  /** Describes an acknowledged item. @param sinceMs the moment to count from, by `performance.now()` */
  lost(id: number, sinceMs: number): LostItem {
    const acknowledgedSeconds = ((this.acknowledged.get(id) ?? NaN) - sinceMs) / 1000;
    return { way: this.wayOf(id).name, acknowledgedSeconds };
  }

  /** Writes that were not acknowledged at once, by way and answer. */
  get refusals(): readonly Refusal[] {
    return [...this.counts.values()];
  }

  /** Longest time between a write's first attempt and its acknowledgement, where it took more than one. */
  get longestRefusalSeconds(): number {
    return this.longest;
  }

  /** Begins no further write and waits for the end of those under way. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.loop;
    await Promise.all(this.pending);
  }

  private async writeOn(): Promise<void> {
    const { everyMs } = this.props;
    for (let id = 0; !this.stopping; id += 1) {
      const write = this.write(this.wayOf(id), id).finally(() => this.pending.delete(write));
      this.pending.add(write);
      await sleep(everyMs);
    }
  }

  private wayOf(id: number): WayIn {
    const { ways } = this.props.items;
    return ways[id % ways.length] ?? ways[0];
  }

  private async write(way: WayIn, id: number): Promise<void> {
    const { run, tenant } = this.props;
    const started = performance.now();
    const request = way.write({ run, tenant, ids: [id] });
    let refused = false;
    for (;;) {
      const refusal = await this.attempt(way, request);
      const seconds = (performance.now() - started) / 1000;
      if (refused) this.longest = Math.max(this.longest, seconds);
      if (refusal === undefined) {
        this.acknowledged.set(id, performance.now());
        return;
      }
      refused = true;
      this.count(way.name, refusal);
      if (seconds > GIVE_UP_SECONDS) return;
      await sleep(RETRY_MS);
    }
  }

  /** @returns what was answered instead of an acknowledgement */
  private async attempt(way: WayIn, request: ReturnType<WayIn["write"]>): Promise<Answer | undefined> {
    try {
      const { status, text } = await this.props.send(request, way.port);
      return status < 300 ? undefined : { status, answer: printable(text).slice(0, ANSWER_CHARACTERS) };
    } catch (error) {
      if (error instanceof CheckFailure) return { answer: error.message };
      throw error;
    }
  }

  private count(way: string, { status, answer }: Answer): void {
    const key = `${way} ${status ?? ""} ${answer}`;
    const count = (this.counts.get(key)?.count ?? 0) + 1;
    this.counts.set(key, { way, answer, count, ...(status === undefined ? {} : { status }) });
  }
}

/** OTLP's answers are protobuf: only the text in them says something. */
function printable(text: string): string {
  return text
    .replace(/[^\x20-\x7e]+/g, " ")
    .replace(/ +/g, " ")
    .trim();
}
