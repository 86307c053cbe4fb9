/** Resource attributes of an OTLP payload. */
export interface OtlpSource {
  /** `service.name`. */
  readonly service: string;
  /** Further resource attributes. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** A span without children. */
export interface Span {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** A value of a gauge. */
export interface GaugePoint {
  readonly name: string;
  readonly value: number;
  readonly timeMs: number;
  /** Attributes of the point; labels in Mimir. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** A line of a log. */
export interface LogRecord {
  readonly body: string;
  readonly timeMs: number;
  /** Attributes of the line; structured metadata in Loki. */
  readonly attributes: Readonly<Record<string, string>>;
}

const SCOPE = { name: "lgtm-smoke" };

/** OTLP traces as JSON. */
export function otlpTraces(source: OtlpSource, spans: readonly Span[]): object {
  const encoded = spans.map(({ traceId, spanId, name, startMs, endMs }) => ({
    traceId,
    spanId,
    name,
    // SPAN_KIND_SERVER
    kind: 2,
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(endMs),
    attributes: attributesOf(source.attributes),
    status: {},
  }));
  return { resourceSpans: [{ resource: resourceOf(source), scopeSpans: [{ scope: SCOPE, spans: encoded }] }] };
}

/** OTLP metrics as JSON. */
export function otlpGauges(source: OtlpSource, points: readonly GaugePoint[]): object {
  const metrics = points.map(({ name, value, timeMs, attributes }) => ({
    name,
    gauge: {
      dataPoints: [{ timeUnixNano: nanoseconds(timeMs), asDouble: value, attributes: attributesOf(attributes) }],
    },
  }));
  return { resourceMetrics: [{ resource: resourceOf(source), scopeMetrics: [{ scope: SCOPE, metrics }] }] };
}

/** OTLP logs as JSON. */
export function otlpLogs(source: OtlpSource, records: readonly LogRecord[]): object {
  const logRecords = records.map(({ body, timeMs, attributes }) => ({
    timeUnixNano: nanoseconds(timeMs),
    severityText: "INFO",
    body: { stringValue: body },
    attributes: attributesOf(attributes),
  }));
  return { resourceLogs: [{ resource: resourceOf(source), scopeLogs: [{ scope: SCOPE, logRecords }] }] };
}

function resourceOf({ service, attributes }: OtlpSource): object {
  return { attributes: attributesOf({ "service.name": service, ...attributes }) };
}

function attributesOf(attributes: Readonly<Record<string, string>>): readonly object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: { stringValue: value } }));
}

/** As text: the number is beyond what JSON's numbers hold. */
function nanoseconds(milliseconds: number): string {
  return `${Math.round(milliseconds)}000000`;
}
