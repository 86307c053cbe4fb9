/** Retries of a client when a write is refused. */
export interface ClientRetry {
  /** The clients, for people. */
  readonly clients: string;
  /** Seconds for which a write is tried again before it is given up. */
  readonly seconds: number;
  /** Tests if the client tries again after an answer; undefined means that no whole answer came. */
  readonly retries: (status: number | undefined) => boolean;
  /** Source of this behaviour. */
  readonly source: string;
}

const DAY_SECONDS = 86_400;

/** On what Prometheus and Loki clients try again: no answer, too many requests, any server error. */
const onServerErrors = (status: number | undefined): boolean => status === undefined || status === 429 || status >= 500;

/** The specification's list; any other status ends the attempt. */
const onOtlpRetryable = (status: number | undefined): boolean =>
  status === undefined || [429, 502, 503, 504].includes(status);

const REMOTE_WRITE: ClientRetry = {
  clients: "Prometheus, Alloy (prometheus.remote_write)",
  seconds: DAY_SECONDS / 12,
  retries: onServerErrors,
  source: "https://prometheus.io/docs/practices/remote_write/ (without loss unless down for more than 2 hours)",
};

const LOKI_PUSH: ClientRetry = {
  clients: "Alloy (loki.write), Promtail",
  seconds: 511,
  retries: onServerErrors,
  source:
    "https://grafana.com/docs/alloy/latest/reference/components/loki/loki.write/ (10 retries from 500 ms to 5 min)",
};

const OTLP: ClientRetry = {
  clients: "OTLP exporters; the shortest known is that of the Java SDK, with five attempts",
  seconds: 8,
  retries: onOtlpRetryable,
  source:
    "https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes; RetryPolicy of opentelemetry-java: 1, 1.5, 2.25 and 3.4 s between attempts",
};

const PYROSCOPE_SDK: ClientRetry = {
  clients: "Pyroscope's Go SDK",
  seconds: 0,
  retries: () => false,
  source: "https://github.com/grafana/pyroscope-go, upstream/remote/remote.go: a failed upload is logged and dropped",
};

const PYROSCOPE_WRITE: ClientRetry = {
  clients: "Alloy (pyroscope.write)",
  seconds: 511,
  retries: onServerErrors,
  source:
    "https://grafana.com/docs/alloy/latest/reference/components/pyroscope/pyroscope.write/ (10 retries from 500 ms to 5 min)",
};

/** Name of a way in, as `WayIn` has it -> its clients. */
export const CLIENT_RETRIES: Readonly<Record<string, ClientRetry>> = {
  "remote write": REMOTE_WRITE,
  push: LOKI_PUSH,
  OTLP,
  "OTLP below /otlp": OTLP,
  "/ingest": PYROSCOPE_SDK,
  Connect: PYROSCOPE_WRITE,
};
