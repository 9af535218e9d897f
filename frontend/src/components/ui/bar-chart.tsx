import { useEffect, useRef, useState } from "react";

/** `tick` is the short form of `label`, for the axis. */
export type Bar = { key: string; label: string; tick: string; value: number };

type BarChartProps = {
  /** The whole chart in a sentence; the figures themselves are in the table beside it. */
  summary: string;
  bars: readonly Bar[];
  format: (value: number) => string;
  formatAxis: (value: number) => string;
};

const HEIGHT = 240;
const BOTTOM = 24;
const TOP = 12;

export function BarChart({ summary, bars, format, formatAxis }: BarChartProps) {
  const [frame, width] = useWidth();
  const [active, setActive] = useState<number | null>(null);

  const ticks = niceTicks(Math.max(0, ...bars.map((bar) => bar.value)));
  const top = ticks.at(-1) ?? 1;
  const left = 12 + Math.max(...ticks.map((tick) => formatAxis(tick).length)) * 7;
  const plot = Math.max(0, width - left);
  const step = bars.length > 0 ? plot / bars.length : 0;
  const thickness = Math.max(1, Math.min(28, step * 0.72));
  const y = (value: number) => TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM);
  const x = (index: number) => left + step * (index + 0.5);
  const shown = active === null ? undefined : bars[active];
  const labelled = labelIndexes(bars.length, Math.max(2, Math.floor(plot / 84)));

  return (
    // As wide as there is room, never as wide as the chart was before: windows become narrow, phones are turned.
    <div ref={frame} className="relative overflow-x-clip contain-inline-size" style={{ height: HEIGHT }}>
      {width > 0 && (
        <svg
          role="img"
          aria-label={summary}
          width={width}
          height={HEIGHT}
          className="block overflow-visible text-xs"
          onPointerLeave={() => setActive(null)}
          onPointerMove={(event) => {
            const offset = event.clientX - event.currentTarget.getBoundingClientRect().left - left;
            const index = Math.floor(offset / step);
            setActive(index >= 0 && index < bars.length ? index : null);
          }}
        >
          {ticks.map((tick) => (
            <g key={tick}>
              <line x1={left} x2={width} y1={y(tick)} y2={y(tick)} className="stroke-line" />
              <text x={left - 8} y={y(tick)} dy="0.32em" textAnchor="end" className="fill-muted tabular-nums">
                {formatAxis(tick)}
              </text>
            </g>
          ))}
          {bars.map((bar, index) => (
            <rect
              key={bar.key}
              x={x(index) - thickness / 2}
              y={y(bar.value)}
              width={thickness}
              height={Math.max(0, y(0) - y(bar.value))}
              rx={Math.min(3, thickness / 3)}
              className={active === null || active === index ? "fill-accent" : "fill-accent-pale"}
            />
          ))}
          {labelled.map((index) => (
            <text
              key={index}
              x={Math.min(Math.max(x(index), left + 30), width - 30)}
              y={HEIGHT - 4}
              textAnchor="middle"
              className="fill-muted"
            >
              {bars[index]?.tick}
            </text>
          ))}
        </svg>
      )}
      {shown && active !== null && (
        <div
          aria-hidden
          className="pointer-events-none absolute top-0 z-10 -translate-x-1/2 rounded-lg bg-ink px-3 py-1.5 text-center text-xs whitespace-nowrap text-canvas shadow-lg"
          style={{ left: Math.min(Math.max(x(active), 70), width - 70) }}
        >
          <p className="opacity-75">{shown.label}</p>
          <p className="text-sm font-semibold tabular-nums">{format(shown.value)}</p>
        </div>
      )}
    </div>
  );
}

/** Round numbers from 0 to at least `max`: steps of 1, 2 or 5 times a power of ten. */
export function niceTicks(max: number): number[] {
  if (max <= 0) return [0, 1];
  const rough = max / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power);
  const count = Math.ceil(max / step);
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

/** Evenly spread indexes, none so near to the end that its label would stick out. */
function labelIndexes(count: number, most: number): number[] {
  const every = Math.max(1, Math.ceil(count / most));
  const first = Math.floor((every - 1) / 2);
  return Array.from({ length: Math.ceil((count - first) / every) }, (_, index) => first + index * every);
}

function useWidth() {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [frame, width] as const;
}
